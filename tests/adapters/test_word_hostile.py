import zipfile
import zlib
from io import BytesIO
from lzma import LZMAError
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formservice.adapters.word.package import OLE, Package
from formservice.adapters.word.read import WordReader
from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTooLargeError,
    EmptyDocumentError,
    EncryptedDocumentError,
    InputError,
    UnsupportedMediaError,
)
from tests.adapters.word_packages import (
    W,
    archive,
    bookmark,
    control,
    document,
    paragraph,
    run,
    tick,
    word_file,
)

READER = WordReader()
FOREIGN = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "foreign"
SAMPLE = word_file(
    paragraph(bookmark("name", control("name", run("Kanarienvogel"))))
    + paragraph(tick("a", "1", "☒"))
)


def refused(data: bytes, kind: type[InputError]) -> InputError:
    with pytest.raises(kind) as caught:
        READER.open(data)
    return caught.value


# -- what is meant for this reader -----------------------------------------------------------


@pytest.mark.parametrize(
    "data", [SAMPLE, SAMPLE[:900], OLE + b"\x00" * 600], ids=["whole", "truncated", "old"]
)
def test_word_files_are_taken_even_broken_ones(data):
    assert READER.reads(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7", b"\x89PNG", archive({"xl/workbook.xml": b"<x/>"}), archive({})],
    ids=["nothing", "pdf", "png", "excel", "empty zip"],
)
def test_other_files_are_left_to_others(data):
    assert not READER.reads(data)


# -- each cause by its own error -------------------------------------------------------------


def test_nothing_at_all_is_empty():
    refused(b"", EmptyDocumentError)


def test_a_file_with_password_is_encrypted():
    data = OLE + b"\x00" * 1500 + "EncryptedPackage".encode("utf-16-le")
    refused(data, EncryptedDocumentError)


def test_a_file_in_the_old_format_tells_how_to_save_it():
    error = refused(OLE + b"\x00" * 1500, UnsupportedMediaError)
    assert "DOCX" in error.hint


@pytest.mark.parametrize(
    "part", ["word/vbaProject.bin", "word/VBAPROJECT.BIN", "x/vbaProject.bin"]
)
def test_a_file_with_macros_tells_how_to_save_it_whatever_its_name(part):
    error = refused(word_file(paragraph(run("a")), parts={part: b"x"}), UnsupportedMediaError)
    assert "Makros" in error.message
    assert "*.docx" in error.hint


@pytest.mark.parametrize(
    "kind",
    [
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.ms-office.vbaProject",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_macros_are_known_by_their_type_under_any_name(kind, encoding):
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{kind}"/></Types>'
    parts = {"[Content_Types].xml": types.encode(encoding), "word/makro.bin": b"x"}
    refused(word_file(paragraph(run("a")), parts=parts), UnsupportedMediaError)


def test_an_encrypted_entry_is_encrypted():
    data = bytearray(SAMPLE)
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        data[place + 8] |= 1
        place = data.find(b"PK\x01\x02", place + 4)
    refused(bytes(data), EncryptedDocumentError)


def test_a_zip_without_document_is_damaged():
    refused(archive({"word/styles.xml": b"<x/>"}), DamagedDocumentError)


def test_broken_xml_is_damaged():
    parts = {"word/document.xml": document(paragraph(run("a")))[:-20]}
    refused(word_file("", parts=parts), DamagedDocumentError)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "x">',
        '<!ENTITY a SYSTEM "file:///etc/hostname">',
        '<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;"><!ENTITY a "&c;&c;&c;">',
        "",
    ],
    ids=["entity", "file", "laughs", "bare"],
)
def test_a_document_type_is_refused(declared, encoding):
    body = paragraph(run("&a;" if declared else "a"))
    text = (
        f"<?xml version='1.0' encoding='{encoding}'?><!DOCTYPE d [{declared}]>"
        f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    )
    parts = {"word/document.xml": text.encode(encoding)}
    refused(word_file("", parts=parts), DamagedDocumentError)


def test_a_bomb_is_too_large_before_it_is_unpacked():
    bomb = {"word/document.xml": b"<a>" + b" " * (40 * 1024 * 1024) + b"</a>"}
    with pytest.raises(DocumentTooLargeError) as told, READER.open(word_file("", parts=bomb)):
        pass
    assert "größer als 16,8 MB" in str(told.value)
    assert told.value.hint


def test_a_small_bomb_is_told_by_how_well_it_is_packed():
    bomb = {"word/document.xml": document(" " * (4 * 1024 * 1024))}
    refused(word_file("", parts=bomb), DocumentTooLargeError)


def test_a_bomb_beside_the_document_does_no_harm():
    bomb = {"word/media/image1.png": b"\x00" * (40 * 1024 * 1024)}
    with READER.open(word_file(paragraph(run("a")), parts=bomb)) as opened:
        assert opened.pages[0].blocks[0].text == "a"


def test_too_many_entries_are_too_large():
    parts = {f"word/x{number}.xml": b"" for number in range(4100)}
    refused(word_file("", parts=parts), DocumentTooLargeError)


@pytest.mark.slow
def test_too_many_paragraphs_are_too_large():
    lines = "".join(f"<w:p><!--{number:x}--></w:p>" for number in range(210_000))
    refused(word_file(lines), DocumentTooLargeError)


@pytest.mark.parametrize("wrapper", ["w:smartTag", "w:sdt", "w:ins", "w:tbl", "unknown"])
@pytest.mark.parametrize("depth", [60, 120, 240, 5000])
def test_deep_nesting_ends_in_text_or_an_error(wrapper, depth):
    inner = {
        "w:sdt": ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"),
        "w:tbl": ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
    }.get(wrapper, (f"<{wrapper}>", f"</{wrapper}>"))
    body = inner[0] * depth + paragraph(run("a")) + inner[1] * depth
    try:
        with READER.open(word_file(body)) as opened:
            assert opened.pages[0].blocks[0].text == "a"
    except (DamagedDocumentError, DocumentTooLargeError):
        assert depth > 60


def test_anchors_that_cross_do_no_harm():
    body = (
        '<w:bookmarkEnd w:id="9"/><w:bookmarkStart w:id="1" w:name="a"/>'
        '<w:bookmarkStart w:id="1" w:name="b"/><w:bookmarkStart w:id="2" w:name="c"/>'
        + paragraph('<w:r><w:fldChar w:fldCharType="end"/></w:r>' + run("x"))
        + '<w:bookmarkEnd w:id="1"/><w:bookmarkEnd w:id="1"/>'
    )
    with READER.open(word_file(body)) as opened:
        assert [one.key for one in opened.pages[0].sightings] == ["b"]


def test_bookmarks_that_enclose_each_other_do_not_keep_the_reader_busy():
    numbers = range(20_000)
    starts = "".join(f'<w:bookmarkStart w:id="{n}" w:name="b{n:x}"/>' for n in numbers)
    ends = "".join(f'<w:bookmarkEnd w:id="{n}"/>' for n in numbers)
    refused(word_file(starts + paragraph(run("a")) + ends), DocumentTooLargeError)


def test_a_footer_made_of_brackets_is_read_in_no_time():
    parts = {f"word/footer{n}.xml": b"<" * 400_000 + bytes([n]) * 9000 for n in range(3)}
    with READER.open(word_file(paragraph(run("a")), parts=parts)) as opened:
        assert opened.pages[0].claims == ()


# -- any bytes -------------------------------------------------------------------------------


def _opens_or_refuses(data: bytes) -> None:
    READER.reads(data)
    message = ""
    try:
        READER.open(data)
    except InputError as error:
        message = error.message
    assert "Kanarienvogel" not in message


@given(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255))
@settings(max_examples=400)
def test_one_wrong_byte_gives_pages_or_an_input_error(place, value):
    _opens_or_refuses(SAMPLE[:place] + bytes([value]) + SAMPLE[place + 1 :])


@given(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255))
@settings(max_examples=400)
def test_a_part_with_a_wrong_byte_is_unpacked_as_zipfile_does_it(place, value):
    data = SAMPLE[:place] + bytes([value]) + SAMPLE[place + 1 :]
    try:
        package = Package(data)
    except InputError:
        return
    assert _content_or_none(package) == _by_zipfile(data, package.main)


def _content_or_none(package: Package) -> bytes | None:
    try:
        return package.read(package.main)
    except InputError:
        return None


def _by_zipfile(data: bytes, part: str) -> bytes | None:
    with zipfile.ZipFile(BytesIO(data)) as file:
        try:
            return file.read(part)
        except (zipfile.BadZipFile, RuntimeError, EOFError, ValueError, zlib.error, LZMAError):
            return None


@given(st.integers(0, len(SAMPLE) - 1))
@settings(max_examples=100)
def test_a_truncated_file_gives_an_input_error(length):
    data = SAMPLE[:length]
    with pytest.raises(InputError):
        READER.open(data)


XML = document(
    paragraph(bookmark("name", control("name", run("Kanarienvogel"))))
    + paragraph('<w:r><w:fldChar w:fldCharType="begin"><w:ffData/></w:fldChar></w:r>')
    + paragraph(tick("a", "1", "☒"))
)


@given(st.lists(st.tuples(st.integers(0, len(XML) - 1), st.binary(max_size=3)), max_size=4))
@settings(max_examples=300)
def test_wrong_bytes_inside_the_document_give_pages_or_an_input_error(changes):
    content = XML
    for place, new in changes:
        content = content[:place] + new + content[place + len(new) :]
    _opens_or_refuses(word_file("", parts={"word/document.xml": content}))


@pytest.mark.skipif(not FOREIGN.is_dir(), reason="../shared/data/foreign fehlt")
def test_foreign_word_files_are_read_or_refused():
    opened = 0
    for path in sorted(FOREIGN.glob("*.do[ct]*")):
        try:
            with READER.open(path.read_bytes()) as document_:
                opened += len(document_.pages)
        except InputError:
            continue
    assert opened > 40


@pytest.mark.skipif(not FOREIGN.is_dir(), reason="../shared/data/foreign fehlt")
def test_other_foreign_files_are_refused_as_word_files():
    for path in sorted(FOREIGN.glob("*.pdf")):
        data = path.read_bytes()
        assert not READER.reads(data)
        with pytest.raises(InputError):
            READER.open(data)


def test_an_entry_that_lies_about_its_size_is_not_believed():
    plain = BytesIO()
    with zipfile.ZipFile(plain, "w") as file:
        file.writestr("word/document.xml", document(paragraph(run("a"))))
    data = bytearray(plain.getvalue())
    place = data.find(b"PK\x01\x02")
    data[place + 24 : place + 28] = (2**31).to_bytes(4, "little")
    _opens_or_refuses(bytes(data))
