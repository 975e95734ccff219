"""What a PDF page is, what stands on it, and how broken, locked or huge files end."""

import io
import zlib

import pikepdf
import pytest

from formservice.adapters import pdf_names
from formservice.adapters.pdf_read.frame import Frame, frame
from formservice.adapters.pdf_read.text import Glyph, Run, blocks, run_of
from formservice.adapters.pdf_read.wrap import written
from formservice.domain.document import Doubt, Medium
from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTooLargeError,
    EmptyDocumentError,
    EncryptedDocumentError,
)
from tests.adapters.pdf_forms import (
    FEEDBACK,
    READER,
    fields,
    grey_picture,
    layout,
    line,
    opened,
    page_with,
    saved,
    template,
)

WORDS = b"".join(line("Ein ganzer Satz mit vielen Buchstaben steht hier.", 50, y) for y in
                 range(100, 800, 20))  # fmt: skip
HIDDEN = b"3 Tr\n" + WORDS.replace(b"BT ", b"BT 3 Tr ")
FULL_PAGE = b"q 595 0 0 842 0 0 cm /P Do Q\n"
LOGO = b"q 90 0 0 40 50 780 cm /P Do Q\n"


def medium(content: bytes) -> Medium:
    pdf = page_with(content)
    picture = pdf.make_indirect(grey_picture(pdf))
    pdf.pages[0].Resources.XObject = pikepdf.Dictionary(P=picture)
    with opened(saved(pdf)) as document:
        return document.pages[0].medium


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (WORDS, Medium.TEXT),
        (LOGO + WORDS, Medium.TEXT),
        (FULL_PAGE + WORDS, Medium.TEXT),
        (FULL_PAGE, Medium.SCAN),
        (FULL_PAGE + HIDDEN, Medium.SCAN),
        (HIDDEN + FULL_PAGE, Medium.SCAN),
        (WORDS + FULL_PAGE, Medium.SCAN),
        (HIDDEN, Medium.SCAN),
        (FULL_PAGE + line("Gescannt mit einem Programm", 50, 20), Medium.SCAN),
        (b"1 w 50 50 m 90 90 l S", Medium.SCAN),
        (b"", Medium.TEXT),
    ],
    ids=[
        "text", "text and logo", "letter paper", "picture", "OCR over it", "OCR under it",
        "text under it", "OCR alone", "stamp of a scanner", "outlines", "nothing",
    ],
)  # fmt: skip
def test_a_page_is_text_only_if_people_see_that_text(content: bytes, kind: Medium) -> None:
    assert medium(content) is kind


def test_a_picture_cut_into_strips_is_a_scan() -> None:
    strips = b"".join(b"q 595 0 0 100 0 %d cm /P Do Q\n" % y for y in range(0, 800, 100))
    assert medium(strips) is Medium.SCAN


def texts(content: bytes) -> list[str]:
    with opened(saved(page_with(content))) as document:
        return [block.text for block in document.pages[0].blocks]


def test_blocks_come_line_by_line_and_columns_stay_apart() -> None:
    content = (
        line("rechts oben", 300, 700)
        + line("Name:", 50, 680)
        + line("links oben", 50, 700)
        + line("Anna Muster", 300, 681)
    )
    assert texts(content) == ["links oben", "rechts oben", "Name:", "Anna Muster"]


def test_a_value_drawn_close_behind_its_label_is_one_block() -> None:
    assert texts(line("Muster", 83, 700) + line("Name:", 50, 700)) == ["Name: Muster"]


def test_letters_drawn_later_come_to_their_place() -> None:
    # As programs do for a letter that the font lacks.
    content = line("G", 50, 700) + line("ttingen", 64.5, 700) + line("ö", 58, 700)
    assert texts(content) == ["Göttingen"]


def test_text_drawn_twice_for_bold_print_is_read_once() -> None:
    assert texts(line("Überschrift", 50, 700) + line("Überschrift", 50.3, 700)) == ["Überschrift"]


def test_blocks_know_where_they_stand() -> None:
    with opened(saved(page_with(line("Hier", 59.5, 421)))) as document:
        box = document.pages[0].blocks[0].box
    assert box is not None
    assert box.left == pytest.approx(0.1, abs=0.002)
    assert 0.48 < box.top < box.bottom < 0.51


def test_the_short_text_in_the_footer_is_a_claim() -> None:
    content = WORDS + line("feedbackbogen/2023-09-22 · Seite 2 von 2", 50, 30, 8)
    with opened(saved(page_with(content))) as document:
        (claim,) = document.pages[0].claims
    assert (claim.form, claim.edition, claim.page, claim.source) == (
        "feedbackbogen", "2023-09-22", 2, "text",
    )  # fmt: skip


def test_what_a_page_holds_unseen_is_told_apart_from_what_is_printed_or_scanned() -> None:
    pdf = page_with(WORDS + line("feedbackbogen/2023-09-22 · Seite 2 von 2", 50, 30, 8))
    pdf.pages[0].obj[pdf_names.CODE] = pikepdf.String("FS1|feedbackbogen|2023-09-22|2|7K2M")
    with opened(saved(pdf)) as document:
        printed, held = document.pages[0].claims
    assert (printed.source, printed.page, printed.reference) == ("text", 2, None)
    assert (held.source, held.page, held.reference) == ("page", 2, "7K2M")


def test_the_same_words_within_an_answer_are_no_claim() -> None:
    content = line("feedbackbogen/2023-09-22 · Seite 2 von 2", 50, 500)
    with opened(saved(page_with(content))) as document:
        assert document.pages[0].claims == ()


def _set_identity(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["dc:identifier"] = "formservice:feedbackbogen/2023-09-22#01ABC"


def test_properties_count_for_pages_that_agree_and_for_no_others() -> None:
    pdf = page_with(WORDS + line("feedbackbogen/2023-09-22 · Seite 1 von 2", 50, 30, 8))
    page_with(WORDS, pdf=pdf)
    _set_identity(pdf)
    with opened(saved(pdf)) as document:
        first, second = document.pages
    assert [(claim.source, claim.reference) for claim in first.claims] == [
        ("text", None),
        ("info", "01ABC"),
    ]
    assert second.claims == ()


@pytest.mark.parametrize(
    ("quarters", "seen"),
    [(0, (10, 90, 20, 70)), (1, (10, 10, 30, 20)), (2, (80, 10, 90, 30)), (3, (170, 80, 190, 90))],
)
def test_a_rectangle_turns_with_its_page(
    quarters: int, seen: tuple[float, float, float, float]
) -> None:
    # 100 wide and 200 high before it is turned; the rectangle is near the lower left corner.
    view = Frame(0, 0, 100, 200, quarters)
    found = view.seen(10, 10, 20, 30)
    if quarters == 0:
        seen = (10, 170, 20, 190)
    assert found == seen
    assert view.width == (200 if quarters % 2 else 100)


def glyphs(text: str, left: float, base: float) -> Run:
    """A run of letters 5 points wide and 11 high."""
    return run_of(
        [
            Glyph(char, left + 5 * index, base - 9, left + 5 * index + 5, base + 2, base)
            for index, char in enumerate(text)
        ]
    )


PLACE = (0.0, 0.0, 180.0, 100.0)


@pytest.mark.parametrize(
    ("drawn", "text"),
    [
        (["Das ist eine ganz volle Zeile und", "sie geht weiter"], " "),
        (["Kurz.", "Neu."], "\n"),
        (["Das ist eine ganz volle Zeile und", "", "sie geht weiter"], "\n\n"),
    ],
    ids=["wrapped", "ended", "empty line"],
)
def test_a_line_is_ended_where_the_next_word_had_room(drawn: list[str], text: str) -> None:
    pieces = [glyphs(line, 2, 12 + 12 * row) for row, line in enumerate(drawn) if line]
    found, _ = written(pieces, PLACE)
    assert found == text.join(line for line in drawn if line)


def test_a_close_call_between_wrap_and_break_is_a_doubt() -> None:
    def drawn(first: str, second: str) -> list[Run]:
        return [glyphs(first, 2, 12), glyphs(second, 2, 24)]

    assert not written(drawn("Diese Zeile ist ziemlich volle", "Donaudampfschiff"), PLACE)[1]
    ended = written(drawn("Diese Zeile ist ziemlich voll.", "Donaudampfschiff"), PLACE)
    assert Doubt.WHITE_SPACE in ended[1]
    assert written(drawn("Diese Zeile ist ziemlich", "voll,"), PLACE)[0].endswith("ch\nvoll,")
    found = written(drawn("Diese Zeile ist nicht ganz so", "voll, so"), PLACE)
    assert Doubt.WHITE_SPACE in found[1]


def test_a_full_line_whose_blank_has_no_room_may_be_wrapped_or_ended() -> None:
    first = glyphs("Der Satz ist lang, er reicht bis da ", 2, 12)
    full = glyphs("und diese Zeile reicht gerade biss", 2, 24)
    third = glyphs("hierher und nicht", 2, 36)
    place = (0.0, 0.0, 176.0, 100.0)
    found, doubts = written([first, full, third], place)
    assert found.endswith("biss hierher und nicht")
    assert Doubt.WHITE_SPACE in doubts


def test_a_full_cell_and_the_next_column_are_two_blocks() -> None:
    view = Frame(0, 0, 600, 800, 0)
    # Seven points from cell to cell: more than a blank, less than a column elsewhere.
    first = [glyphs("Welche Ressourcen habe ich", 2, 12), glyphs("Ich kann es", 139, 12)]
    second = [glyphs("entwickeln können?", 2, 24), glyphs("besser.", 139, 24)]
    found = [block.text for block in blocks([*first, *second], 1, view)]
    assert found == ["Welche Ressourcen habe ich", "Ich kann es", "entwickeln können?", "besser."]
    alone = [block.text for block in blocks(first, 1, view)]
    assert alone == ["Welche Ressourcen habe ich Ich kann es"]


def test_a_word_longer_than_its_line_is_joined_without_blank() -> None:
    pieces = [glyphs("Donaudampfschifffahrtsgesellschafts", 2, 12), glyphs("kapitän", 2, 24)]
    found, doubts = written(pieces, (0.0, 0.0, 180.0, 100.0))
    assert found == "Donaudampfschifffahrtsgesellschaftskapitän"
    assert Doubt.WHITE_SPACE in doubts


@pytest.mark.parametrize("char", ["\ufffd", "\uf0a7", "ש"])
def test_characters_that_cannot_be_trusted_are_a_doubt(char: str) -> None:
    assert Doubt.CHARACTERS in written([glyphs(f"a{char}b", 2, 12)], PLACE)[1]


def test_a_file_without_bytes_is_empty() -> None:
    with pytest.raises(EmptyDocumentError):
        READER.open(b"")


def test_a_file_without_pages_is_empty() -> None:
    with pytest.raises(EmptyDocumentError):
        READER.open(saved(pikepdf.new()))


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7\n", b"%PDF-1.4\n" + bytes(5000), template(FEEDBACK)[:3000]],
    ids=["header only", "zeros", "cut off"],
)
def test_a_broken_file_is_damaged(data: bytes) -> None:
    with pytest.raises(DamagedDocumentError):
        READER.open(data)


def test_junk_before_and_behind_the_file_does_not_matter() -> None:
    data = b"junk\n" * 20 + template(FEEDBACK) + b"\n<html>junk</html>"
    assert READER.reads(data)
    with opened(data) as document:
        assert len(document.pages) == 2


def locked(*, user: str, owner: str) -> bytes:
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(template(FEEDBACK))) as pdf:
        pdf.save(stream, encryption=pikepdf.Encryption(R=6, user=user, owner=owner))
    return stream.getvalue()


def test_a_file_that_asks_for_a_password_is_encrypted() -> None:
    with pytest.raises(EncryptedDocumentError):
        READER.open(locked(user="geheim", owner="noch geheimer"))


def test_a_file_locked_against_changes_only_is_read() -> None:
    with opened(locked(user="", owner="geheim")) as document:
        assert len(document.pages[0].sightings) == 13
        assert document.blocks(1)


def test_too_many_pages_are_too_large() -> None:
    pdf = pikepdf.new()
    for _ in range(2001):
        pdf.add_blank_page()
    with pytest.raises(DocumentTooLargeError):
        READER.open(saved(pdf))


def test_a_page_longer_than_five_metres_is_too_large() -> None:
    pdf = page_with(b"")
    pdf.pages[0].UserUnit = 20
    with pytest.raises(DocumentTooLargeError):
        READER.open(saved(pdf))


def test_a_value_that_unpacks_beyond_all_bounds_is_unreadable() -> None:
    pdf = page_with(b"")
    bomb = pikepdf.Stream(pdf, b"")
    packer = zlib.compressobj(9)
    zeros = bytes(1 << 20)
    packed = b"".join(packer.compress(zeros) for _ in range(320)) + packer.flush()
    bomb.write(packed, filter=pikepdf.Name.FlateDecode)
    widget = pikepdf.Dictionary(
        Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="name", V=bomb, Rect=[10, 10, 90, 20]
    )
    pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(widget)])
    data = saved(pdf)
    assert len(data) < 1_000_000
    seen = fields(data)["name"]
    assert (seen.unreadable, seen.blank, seen.text) == (True, False, "")


@pytest.mark.parametrize("box", [[0, 0, 0, 0], [1, 2], [595.276, 841.89, 0, 0]])
def test_a_page_box_that_makes_no_sense_is_replaced(box: list[object]) -> None:
    pdf = page_with(b"")
    pdf.pages[0].obj.MediaBox = pikepdf.Array(box)
    view = frame(pdf.pages[0].obj)
    assert (round(view.width), round(view.height)) == (595, 842)


def test_the_zones_of_a_page_with_fields_are_the_signatures_only() -> None:
    with opened(template(FEEDBACK)) as document:
        assert document.zones(1, layout(FEEDBACK), 1) == ()
        assert [seen.key for seen in document.zones(2, layout(FEEDBACK), 2)] == [
            "sig_tn",
            "sig_traeger",
        ]
