"""What is read from scans of a form, from picture to sightings."""

import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from formservice.adapters.scan.ocr import BLOCK, CommandOcr, Ocr, OcrWord
from formservice.adapters.scan.pictured import PicturedPage
from formservice.adapters.scan.reader import ScanReader
from formservice.adapters.scan.recognition import Recognition
from formservice.domain.document import Claim, Doubt, Method, Sighting
from formservice.domain.errors import EngineMissingError
from formservice.domain.form import FormRef
from tests.adapters.scan_prints import (
    CLEAN,
    FINE,
    LAYOUT,
    MILD,
    MODERATE,
    OTHER_LAYOUT,
    REF,
    REFERENCE,
    Filling,
    Grey,
    Scan,
    blank_pdf,
    file_of,
    needs_fonts,
    printed,
)
from tests.programs import needs_tesseract

pytestmark = [pytest.mark.engine, needs_tesseract, needs_fonts]

TEXTS = {
    "name": "Krause, Jürgen",
    "von": "21.07.2023",
    "erwartung": "Ich möchte wieder eine feste Arbeit finden,\nam liebsten in der Pflege.",
}
FILLED = Filling(TEXTS, ticked=("anlass.abbruch",), signed=True)
SCANS = {
    "clean": CLEAN,
    "mild": MILD,
    "moderate": MODERATE,
    "300 dpi": FINE,
    "quarter turn": Scan(quarter_turns=1, grain=4),
    "upside down": Scan(quarter_turns=2, turn=2.0),
    "three quarters": Scan(quarter_turns=3, turn=-2.0, scale=0.97),
}


@pytest.fixture(scope="module")
def zones() -> Recognition:
    return Recognition(blank_pdf)


def read(zones: Recognition, filling: Filling, scan: Scan = CLEAN) -> dict[str, Sighting]:
    picture, _ = scan.of(printed(filling))
    return {seen.key: seen for seen in PicturedPage(picture, zones).zones(LAYOUT, 1)}


@pytest.fixture(scope="module", params=list(SCANS.values()), ids=list(SCANS))
def seen(request: pytest.FixtureRequest, zones: Recognition) -> dict[str, Sighting]:
    return read(zones, FILLED, request.param)


class TestEveryScan:
    def test_every_zone_is_seen(self, seen: dict[str, Sighting]) -> None:
        assert set(seen) == {zone.key for zone in LAYOUT.zones}

    def test_printed_answers_are_read(self, seen: dict[str, Sighting]) -> None:
        assert {key: seen[key].text for key in TEXTS} == TEXTS

    def test_empty_zones_are_blank(self, seen: dict[str, Sighting]) -> None:
        for key in ("traeger", "gruende"):
            assert seen[key].blank, key
            assert not seen[key].unreadable

    def test_no_text_is_ever_beyond_doubt(self, seen: dict[str, Sighting]) -> None:
        recognised = [one for one in seen.values() if one.method is Method.OCR]
        assert len(recognised) == 5
        assert all(Doubt.RECOGNISED in one.doubts for one in recognised)

    def test_the_ticked_box_and_only_it_is_on(self, seen: dict[str, Sighting]) -> None:
        on = {key: seen[key].on for key in seen if "." in key or key == "kopie"}
        assert on == {
            "anlass.nichtantritt": False,
            "anlass.abbruch": True,
            "anlass.regulaer": False,
            "kopie": False,
        }

    def test_the_signature_is_seen(self, seen: dict[str, Sighting]) -> None:
        assert seen["unterschrift"].on is True


@pytest.mark.parametrize("scan", SCANS.values(), ids=SCANS)
def test_an_empty_form_is_blank_throughout(zones: Recognition, scan: Scan) -> None:
    for seen in read(zones, Filling(), scan).values():
        if seen.method is Method.OCR:
            assert seen.blank, seen.key
        else:
            assert seen.on is False, seen.key


def test_two_dark_boxes_of_a_group_are_doubted(zones: Recognition) -> None:
    two = Filling(ticked=("anlass.abbruch", "anlass.regulaer"))
    seen = read(zones, two, MILD)
    assert Doubt.AMBIGUOUS_MARK in seen["anlass.abbruch"].doubts
    assert Doubt.AMBIGUOUS_MARK in seen["anlass.regulaer"].doubts


def test_a_cross_beside_a_blackened_box_is_a_correction(zones: Recognition) -> None:
    revoked = Filling(ticked=("anlass.abbruch",), filled=("anlass.regulaer",))
    seen = read(zones, revoked, MILD)
    assert seen["anlass.regulaer"].on is None
    for key in ("anlass.abbruch", "anlass.regulaer"):
        assert Doubt.CORRECTED_MARK in seen[key].doubts


def test_a_smudge_in_a_single_box_cannot_be_told(zones: Recognition) -> None:
    assert read(zones, Filling(smudged=("kopie",)))["kopie"].on is None


def test_scribble_is_unreadable_or_of_little_confidence_but_never_blank(
    zones: Recognition,
) -> None:
    seen = read(zones, Filling({"traeger": "~~^~~"}), MILD)["traeger"]
    assert not seen.blank
    assert seen.unreadable or seen.confidence < 0.9


def test_confidence_is_that_of_the_worst_word() -> None:
    words = (
        OcrWord("Krause", 0.9, 10, 10, 90, 30, (1, 1, 1)),
        OcrWord("Jürgen", 0.4, 100, 10, 190, 30, (1, 1, 1)),
    )
    seen = read(Recognition(blank_pdf, lambda: _Fixed(words)), FILLED)
    assert seen["name"].text == "Krause Jürgen"
    assert seen["name"].confidence == pytest.approx(0.4)


def test_ink_without_words_is_unreadable() -> None:
    seen = read(Recognition(blank_pdf, lambda: _Fixed(())), FILLED)
    assert seen["name"].unreadable
    assert not seen["name"].blank
    assert seen["traeger"].blank


class _Fixed:
    """OCR that always sees the same words."""

    name = "fixed"

    def __init__(self, words: Sequence[OcrWord]) -> None:
        self._words = words

    def has(self, language: str) -> bool:
        return False

    def words(
        self, picture: Grey, mode: int, dpi: int, language: str = "deu"
    ) -> Sequence[OcrWord]:
        assert picture.ndim == 2
        assert mode in (6, 7, 11)
        assert dpi == 200
        return self._words


def test_without_tesseract_the_missing_package_is_named() -> None:
    def missing() -> Ocr:
        raise EngineMissingError("Tesseract fehlt.", "Paket tesseract-ocr-deu")

    with pytest.raises(EngineMissingError):
        read(Recognition(blank_pdf, missing), FILLED)


def test_another_form_with_the_same_marks_yields_nothing(zones: Recognition) -> None:
    picture, _ = MILD.of(printed(replace(FILLED, qr=False)))
    assert PicturedPage(picture, zones).zones(OTHER_LAYOUT, 1) == ()


@pytest.mark.parametrize("form_page", [0, 2, 17])
def test_a_page_the_layout_does_not_have_yields_nothing(
    zones: Recognition, form_page: int
) -> None:
    picture, _ = CLEAN.of(printed(FILLED))
    assert PicturedPage(picture, zones).zones(LAYOUT, form_page) == ()


def test_a_code_that_names_another_page_is_believed(zones: Recognition) -> None:
    other_page = replace(FILLED, payload=f"FS1|{REF.form}|{REF.edition}|2|{REFERENCE}")
    picture, _ = CLEAN.of(printed(other_page))
    assert PicturedPage(picture, zones).zones(LAYOUT, 1) == ()


def grown(first: int, last: int, more: int) -> Grey:
    """Return the form with what stands between two rows moved down, as a long answer does it."""
    page = printed(FILLED)
    moved = page.copy()
    moved[first + more : last + more] = page[first:last]
    moved[first : first + more] = 255
    return moved


@pytest.mark.parametrize("scan", [CLEAN, MILD, FINE], ids=["clean", "mild", "300 dpi"])
def test_zones_that_a_long_answer_pushed_down_are_followed_and_doubted(
    zones: Recognition, scan: Scan
) -> None:
    # 8 mm more, from the group of boxes down to the signature.
    picture, _ = scan.of(grown(1950, 3000, 94))
    seen = {one.key: one for one in PicturedPage(picture, zones).zones(LAYOUT, 1)}
    assert seen["name"].text == TEXTS["name"]
    assert Doubt.FOREIGN_LAYOUT not in seen["name"].doubts
    on = {key: one.on for key, one in seen.items() if key.startswith("anlass.")}
    assert on == {"anlass.nichtantritt": False, "anlass.abbruch": True, "anlass.regulaer": False}
    for key in (*on, "kopie", "unterschrift"):
        assert Doubt.FOREIGN_LAYOUT in seen[key].doubts, key
    assert seen["unterschrift"].on is True


def test_an_answer_that_grew_may_lack_its_end(zones: Recognition) -> None:
    # The cut is inside the box of „erwartung“: its lower edge and all below move.
    picture, _ = CLEAN.of(grown(1300, 3000, 94))
    seen = {one.key: one for one in PicturedPage(picture, zones).zones(LAYOUT, 1)}
    assert Doubt.OVERFLOW in seen["erwartung"].doubts
    assert Doubt.OVERFLOW not in seen["name"].doubts


def test_zones_whose_surroundings_are_gone_are_not_found(zones: Recognition) -> None:
    page = printed(FILLED)
    page[1950:3000] = 255
    seen = {one.key for one in PicturedPage(CLEAN.of(page)[0], zones).zones(LAYOUT, 1)}
    assert "name" in seen
    assert not {"anlass.abbruch", "kopie", "unterschrift"} & seen


def test_boxes_lie_where_the_writing_is_on_the_received_page(zones: Recognition) -> None:
    picture, _ = Scan(quarter_turns=2).of(printed(FILLED))
    seen = {one.key: one for one in PicturedPage(picture, zones, 5).zones(LAYOUT, 1)}
    box, zone = seen["name"].box, next(zone for zone in LAYOUT.zones if zone.key == "name")
    assert box is not None
    assert seen["name"].page == 5
    assert box.left == pytest.approx(1 - zone.box.right, abs=0.005)
    assert box.top == pytest.approx(1 - zone.box.bottom, abs=0.005)


@pytest.fixture
def by_looks() -> Recognition:
    return Recognition(blank_pdf, layouts=lambda: (OTHER_LAYOUT, LAYOUT))


class TestPagesWithoutCode:
    def test_are_known_by_their_looks(self, by_looks: Recognition) -> None:
        picture, _ = MILD.of(printed(replace(FILLED, qr=False)))
        assert PicturedPage(picture, by_looks).claims == (
            Claim(REF.form, REF.edition, "looks", 1),
        )
        seen = {one.key: one for one in PicturedPage(picture, by_looks).zones(LAYOUT, 1)}
        assert seen["von"].text == TEXTS["von"]

    def test_claim_nothing_without_forms_to_compare(self, zones: Recognition) -> None:
        picture, _ = MILD.of(printed(replace(FILLED, qr=False)))
        assert PicturedPage(picture, zones).claims == ()

    def test_claim_nothing_if_two_forms_look_the_same(self) -> None:
        twin = replace(LAYOUT, ref=FormRef("doppel", REF.edition))
        twins = Recognition(lambda _: blank_pdf(REF), layouts=lambda: (LAYOUT, twin))
        picture, _ = MILD.of(printed(replace(FILLED, qr=False)))
        assert PicturedPage(picture, twins).claims == ()

    def test_claim_all_editions_of_a_form_whose_page_looks_the_same(self) -> None:
        twin = replace(LAYOUT, ref=FormRef(REF.form, "2027-01"))
        twins = Recognition(lambda _: blank_pdf(REF), layouts=lambda: (LAYOUT, twin))
        picture, _ = MILD.of(printed(replace(FILLED, qr=False)))
        assert {claim.edition for claim in PicturedPage(picture, twins).claims} == {
            REF.edition,
            "2027-01",
        }

    def test_claim_nothing_if_they_are_of_another_kind(self, by_looks: Recognition) -> None:
        assert PicturedPage(np.full((2339, 1654), 240, np.uint8), by_looks).claims == ()


def test_text_without_a_form_is_read_as_blocks(zones: Recognition) -> None:
    picture, _ = CLEAN.of(printed(FILLED))
    blocks = PicturedPage(picture, zones, 3).blocks()
    texts = [block.text for block in blocks]
    assert "Name der teilnehmenden Person:" in texts
    assert "Krause, Jürgen" in texts
    assert {block.page for block in blocks} == {3}
    assert texts.index("Teilnahme von:") < texts.index("Träger des Angebots:")


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("qr", [True, False], ids=["code", "looks"])
def test_a_page_says_how_to_turn_it_and_shows_lines_where_they_are_read(
    by_looks: Recognition, qr: bool, quarters: int
) -> None:
    scan = Scan(turn=2.0, quarter_turns=quarters)
    picture, _ = scan.of(printed(replace(FILLED, qr=qr)))
    with ScanReader(by_looks).open(file_of(picture)) as opened:
        assert opened.pages[0].quarters == quarters
        (name,) = [one for one in opened.lines(1) if one.text == "Krause, Jürgen"]
        assert name.box is not None
        piece = np.asarray(Image.open(io.BytesIO(opened.crop_upright(1, name.box))))
    words = CommandOcr().words(piece, BLOCK, 200)
    assert " ".join(word.text for word in words) == "Krause, Jürgen"


def test_blocks_of_an_empty_page_are_none(zones: Recognition) -> None:
    assert PicturedPage(np.full((2339, 1654), 255, np.uint8), zones).blocks() == ()


@pytest.mark.slow
def test_both_ways_to_tesseract_read_the_same_form(zones: Recognition) -> None:
    by_command = Recognition(blank_pdf, CommandOcr)
    ours, theirs = read(zones, FILLED), read(by_command, FILLED)
    assert {key: one.text for key, one in ours.items()} == {
        key: one.text for key, one in theirs.items()
    }


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_file_is_read_like_its_picture(kind: str) -> None:
    picture, _ = CLEAN.of(printed(FILLED))
    with ScanReader(Recognition(blank_pdf)).open(file_of(picture, kind)) as document:
        (page,) = document.pages
        assert page.claims[0].reference == REFERENCE
        seen = {one.key: one for one in document.zones(1, LAYOUT, 1)}
        assert {key: seen[key].text for key in TEXTS} == TEXTS


def test_a_1_bit_page_is_read() -> None:
    picture, _ = Scan(dpi=300, turn=0.5).of(printed(FILLED))
    bits = np.where(picture < 128, 0, 255).astype(np.uint8)
    seen = {one.key: one for one in PicturedPage(bits, Recognition(blank_pdf)).zones(LAYOUT, 1)}
    assert {key: seen[key].text for key in TEXTS} == TEXTS
    assert seen["anlass.abbruch"].on is True
    assert seen["gruende"].blank
