"""What building adds to a Word file: all that the definition says already, and nothing else."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest
import zxingcpp
from docx.oxml import parse_xml
from docx.shared import Mm
from PIL import Image

from formservice.adapters.building.complete import completed
from formservice.adapters.building.start import start
from formservice.adapters.definitions.mappings import load
from formservice.adapters.definitions.template_check import check
from formservice.adapters.word.fill import WordRenderer
from formservice.adapters.word.package import Package
from formservice.domain.errors import UsageError
from formservice.domain.form import FormDefinition
from formservice.domain.reference import claim_from_payload
from tests.adapters.word_packages import MAIN, rewritten

ROOT = Path(__file__).parent.parent.parent
FOLDERS = (ROOT, ROOT / "tests" / "tiny_form", ROOT / "tests" / "loop_form")
EVERY = [
    (folder / "form_templates" / str(one.ref) / "form.docx", one)
    for folder in FOLDERS
    for one in load(folder / "mappings", folder / "form_templates")
]
SLIP = next(one for _, one in EVERY if one.ref.form == "rueckruf")
NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
TICK = (
    '<w14:checkbox><w14:checked w14:val="0"/><w14:checkedState w14:val="2612"/>'
    '<w14:uncheckedState w14:val="2610"/></w14:checkbox>'
)
DATE = '<w:date><w:dateFormat w:val="dd.MM.yyyy"/><w:lid w:val="de-DE"/></w:date>'


def control(tag: str, kind: str) -> str:
    content = "<w:r><w:t>☐</w:t></w:r>" if kind == TICK else ""
    return (
        f'<w:sdt {NS}><w:sdtPr><w:tag w:val="{tag}"/>{kind}</w:sdtPr>'
        f"<w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


def bare_slip(*, landscape: bool = False, header: str = "") -> bytes:
    """Return the call-back slip as a script writes it: controls with tags, nothing else."""
    document = docx.Document()
    page = document.sections[0]
    page.page_width, page.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    if header:
        page.header.paragraphs[0].text = header
    document.add_paragraph("Rückrufzettel")
    table = document.add_table(rows=6, cols=2)
    rows = (
        ("Name:", [("name", "<w:text/>", "")]),
        ("Angerufen am:", [("angerufen_am", DATE, "")]),
        ("", [("dringend", TICK, " Es ist dringend.")]),
        (
            "Erreichbar:",
            [
                ("erreichbar.vormittags", TICK, " vormittags "),
                ("erreichbar.nachmittags", TICK, " nachmittags"),
            ],
        ),
        ("Rückruf gewünscht, weil:", [("anliegen", '<w:text w:multiLine="1"/>', "")]),
        ("Notiert von:", [("notiert", "", "")]),
    )
    for number, (label, controls) in enumerate(rows):
        table.cell(number, 0).text = label
        paragraph = table.cell(number, 1).paragraphs[0]
        for tag, kind, after in controls:
            paragraph._p.append(parse_xml(control(tag, kind)))
            paragraph.add_run(after)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def problems(folder: Path, word: bytes, definition: FormDefinition = SLIP) -> list[str]:
    """Return what a check says of a Word file, but that nothing is built from it."""
    ref = str(definition.ref)
    target = folder / "form_templates" / ref / "form.docx"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(word)
    mapping = folder / "mappings" / f"{ref}.yaml"
    mapping.parent.mkdir(parents=True, exist_ok=True)
    source = next(path for path, one in EVERY if one.ref == definition.ref)
    mapping.write_bytes((source.parents[3] / "mappings" / f"{ref}.yaml").read_bytes())
    return [str(one) for one in check(folder) if "form.docx" in str(one)]


@pytest.mark.parametrize(("path", "definition"), EVERY, ids=[str(one.ref) for _, one in EVERY])
def test_a_finished_form_is_left_as_it_is_to_the_byte(path, definition):
    whole = completed(path.read_bytes(), definition)
    assert whole.docx == path.read_bytes()
    assert whole.added == ()


@pytest.mark.parametrize("landscape", [False, True], ids=["portrait", "landscape"])
def test_controls_with_tags_are_enough(tmp_path, landscape):
    bare = bare_slip(landscape=landscape)
    assert len(problems(tmp_path, bare)) > 20
    assert problems(tmp_path, completed(bare, SLIP).docx) == []


def test_completing_twice_adds_nothing_more():
    whole = completed(bare_slip(header="Amt für Beispiele"), SLIP)
    assert completed(whole.docx, SLIP).docx == whole.docx
    assert "7 Textmarken" in whole.added


def test_the_squares_stand_in_the_corners_of_the_page_whatever_its_size():
    places = {}
    for landscape, width, height in ((False, 210, 297), (True, 297, 210)):
        package = Package(completed(bare_slip(landscape=landscape), SLIP).docx)
        header = package.read("word/formservice-header-first.xml").decode()
        offsets = [int(one) / 36000 for one in re.findall(r"posOffset>(\d+)<", header)]
        places[landscape] = [
            (round(x if x < width / 2 else width - x), round(y if y < height / 2 else height - y))
            for x, y in zip(offsets[::2], offsets[1::2], strict=True)
        ]
    assert places[True] == places[False] == [(8, 8), (8, 13), (13, 13), (26, 8)]


def test_a_header_of_the_author_keeps_its_text_on_every_page(tmp_path):
    whole = completed(bare_slip(header="Amt für Beispiele"), SLIP).docx
    package = Package(whole)
    headers = [name for name in package.names if re.search("header.*xml$", name)]
    shown = [package.read(name).decode() for name in headers]
    assert len(shown) == 2
    assert all("Amt für Beispiele" in text and "formservice-qr-" in text for text in shown)
    assert problems(tmp_path, whole) == []


def test_one_header_for_all_pages_becomes_two_with_codes_of_their_own(tmp_path):
    path = next(path for path, one in EVERY if one is SLIP)

    def one_header(text: str) -> str:
        text = re.sub(r'<w:(header|footer)Reference w:type="default"[^>]*/>', "", text)
        return text.replace('w:type="first"', 'w:type="default"').replace("<w:titlePg/>", "")

    whole = completed(rewritten(path.read_bytes(), one_header), SLIP).docx
    assert problems(tmp_path, whole) == []
    assert completed(whole, SLIP).docx == whole


def test_what_the_author_wrote_stays_and_is_reported(tmp_path):
    path = next(path for path, one in EVERY if one is SLIP)
    wrong = rewritten(
        path.read_bytes(),
        lambda text: text.replace('alias w:val="Name"', 'alias w:val="Nahme"').replace(
            ">Text eingeben<", ">Hier bitte<"
        ),
    )
    assert completed(wrong, SLIP).docx == wrong
    said = " ".join(problems(tmp_path, wrong))
    assert "„Nahme“ statt „Name“" in said
    assert "„Hier bitte“ statt „Text eingeben“" in said


def test_a_bookmark_that_slipped_is_put_around_its_control_again(tmp_path):
    path = next(path for path, one in EVERY if one is SLIP)

    def slip(text: str) -> str:
        mark = re.search(r'<w:bookmarkStart w:id="(\d+)" w:name="name"/>', text)
        assert mark is not None
        end = f'<w:bookmarkEnd w:id="{mark[1]}"/>'
        return text.replace(mark[0], "").replace(end, mark[0] + end)

    wrong = rewritten(path.read_bytes(), slip)
    assert problems(tmp_path, wrong) != []
    whole = completed(wrong, SLIP)
    assert whole.added == ("1 Textmarke",)
    assert problems(tmp_path, whole.docx) == []


def test_a_bookmark_around_two_controls_is_put_around_its_own():
    path = next(path for path, one in EVERY if one is SLIP)

    def widen(text: str) -> str:
        mark = re.search(r'<w:bookmarkStart w:id="(\d+)" w:name="erreichbar__vormittags"/>', text)
        assert mark is not None
        end = f'<w:bookmarkEnd w:id="{mark[1]}"/>'
        text = text.replace(end, "")
        place = text.index("</w:p>", text.index("erreichbar.nachmittags"))
        return text[:place] + end + text[place:]

    whole = completed(rewritten(path.read_bytes(), widen), SLIP)
    assert whole.added == ("1 Textmarke",)


def test_a_tag_that_is_there_twice_gets_no_bookmark():
    twice = rewritten(bare_slip(), lambda text: text.replace('"angerufen_am"', '"name"'))
    assert b'w:name="name"' not in Package(completed(twice, SLIP).docx).read(MAIN)


def test_the_file_of_another_form_becomes_one_of_this(tmp_path):
    other = next(path for path, one in EVERY if one.ref.form == "terminliste")
    whole = completed(other.read_bytes(), SLIP)
    said = problems(tmp_path, whole.docx)
    assert [one for one in said if "Eigenschaft" in one or "Kurztext" in one] == []
    assert "QR-Codes dieser Ausgabe" in whole.added
    assert "Kurztext im Fuß" in whole.added


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no Word file"], ids=["empty", "damaged"])
def test_what_is_no_word_file_is_left_to_the_build(data):
    assert completed(data, SLIP).docx == data


def test_a_part_that_was_added_is_declared_and_found():
    package = Package(completed(bare_slip(), SLIP).docx)
    types = package.read("[Content_Types].xml").decode()
    with zipfile.ZipFile(io.BytesIO(completed(bare_slip(), SLIP).docx)) as file:
        assert file.testzip() is None
    for part in ("docProps/custom.xml", "word/formservice-header-first.xml"):
        assert package.has(part)
        assert f'PartName="/{part}"' in types
    targets = [target for _, _, target in package.relations("")]
    assert "docProps/custom.xml" in targets


@pytest.mark.parametrize(("pages", "said"), [(1, [1, 2]), (2, [1, 2]), (3, [1, None])])
def test_the_header_of_several_pages_says_of_none_which_it_is(pages, said):
    word = completed(bare_slip(), SLIP).docx
    assert SLIP.layout is not None
    form = replace(SLIP, layout=replace(SLIP.layout, pages=SLIP.layout.pages * pages))
    package = Package(WordRenderer(lambda ref: word).render(form, {}, "TEST00000001"))
    claims = []
    for number in (1, 2):
        picture = Image.open(io.BytesIO(package.read(f"word/media/formservice-qr-{number}.png")))
        [code] = zxingcpp.read_barcodes(picture.convert("L"))
        claims.append(claim_from_payload(code.text))
    assert [claim and claim.page for claim in claims] == said


def test_fields_are_locked_when_the_edition_is_released_and_free_while_it_is_a_draft():
    released = Package(completed(bare_slip(), SLIP).docx).read(MAIN)
    draft = Package(completed(bare_slip(), replace(SLIP, released=False)).docx).read(MAIN)
    assert (released.count(b"sdtLocked"), draft.count(b"sdtLocked")) == (7, 0)


# -- the starting template -----------------------------------------------------------------


def test_a_new_form_has_nothing_wrong_but_that_it_is_not_built(tmp_path):
    start(tmp_path, "hausbesuch/2026-12", "Hausbesuch & <Bericht>: „kurz“")
    said = [str(problem) for problem in check(tmp_path)]
    assert said
    assert all("forms build" in one for one in said)


def test_a_new_form_carries_its_title_and_name_everywhere(tmp_path):
    word, mapping = start(tmp_path, "hausbesuch/2026-12-01", "Hausbesuch")
    package = Package(word.read_bytes())
    text = "".join(
        package.read(name).decode() for name in package.names if name.endswith((".xml", ".rels"))
    )
    for rest in ("vorlage", "2000-01", "Titel des Formulars"):
        assert rest not in text
        assert rest not in mapping.read_text("utf-8")


def test_what_is_there_is_never_overwritten(tmp_path):
    start(tmp_path, "hausbesuch/2026-12", "Hausbesuch")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    with pytest.raises(UsageError, match="gibt es schon"):
        start(tmp_path, "hausbesuch/2026-12", "Anderes")
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("ref", ["Hausbesuch/2026-12", "hausbesuch", "../x/2026-12", "a/2026"])
def test_an_impossible_name_is_refused_and_nothing_is_written(tmp_path, ref):
    with pytest.raises(UsageError):
        start(tmp_path, ref, "Titel")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "title", ["", "  ", "a\nb", "x" * 81], ids=["empty", "blank", "2", "long"]
)
def test_an_impossible_title_is_refused(tmp_path, title):
    with pytest.raises(UsageError):
        start(tmp_path, "hausbesuch/2026-12", title)
