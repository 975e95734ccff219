"""Readings of a page: what two leave open is read closely, and what they settle is not."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from formservice.adapters.acceptance import load_rule
from formservice.adapters.scan import passes
from formservice.adapters.scan.alphabet import with_at, with_sharp_s
from formservice.adapters.scan.ocr import LATIN, SPARSE, InProcessOcr, OcrWord
from formservice.adapters.scan.pictured import PicturedPage
from formservice.adapters.scan.recognition import Recognition
from formservice.domain.acceptance import Evidence, decided
from formservice.domain.document import Doubt, Method, ReadingBy, Sighting
from formservice.domain.form import Content
from tests.adapters.scan_prints import (
    LAYOUT,
    MILD,
    Filling,
    Grey,
    blank_pdf,
    needs_fonts,
    printed,
)
from tests.programs import needs_tesseract

TEXTS = {"name": "Jürgen Meier", "erwartung": "Ich möchte wieder eine feste Arbeit finden."}
TWICE = [ReadingBy.ZONE, ReadingBy.PAGE_LATIN]
AGAIN = [*TWICE, ReadingBy.CLOSE, ReadingBy.CLOSE_LATIN]


class Slipping(InProcessOcr):
    """Tesseract that misreads one word when it reads the page; it counts what else it reads."""

    def __init__(self, word: str = "", slip: str = "", sure: float | None = None) -> None:
        super().__init__()
        self.slips, self.sure = {word: slip}, sure
        self.zones = 0

    def words(
        self, picture: Grey, mode: int, dpi: int, language: str = "deu"
    ) -> Sequence[OcrWord]:
        words = super().words(picture, mode, dpi, language)
        self.zones += mode != SPARSE
        if mode != SPARSE or language != LATIN:
            return words
        return [
            replace(one, text=self.slips[one.text], confidence=self.sure or one.confidence)
            if one.text in self.slips
            else one
            for one in words
        ]


def read(engine: Slipping, readings: int | None = None) -> dict[str, Sighting]:
    picture, _ = MILD.of(printed(Filling(TEXTS)))
    tools = Recognition(blank_pdf, lambda: engine, readings=readings)
    seen = PicturedPage(picture, tools).zones(LAYOUT, 1)
    return {one.key: one for one in seen if one.method is Method.OCR and one.text}


def by(one: Sighting) -> list[ReadingBy]:
    return [opinion.by for opinion in one.opinions]


def test_the_pages_that_are_not_read_twice_are_those_the_rule_does_not_trust() -> None:
    assert load_rule().page.confidence == passes._SURE_PAGE


@pytest.mark.engine
@pytest.mark.slow
@needs_tesseract
@needs_fonts
def test_a_page_that_two_readings_settle_costs_no_third() -> None:
    engine = Slipping()
    texts = read(engine)
    assert {key: by(one) for key, one in texts.items()} == dict.fromkeys(TEXTS, TWICE)
    assert engine.zones == len(TEXTS)


@pytest.mark.engine
@pytest.mark.slow
@needs_tesseract
@needs_fonts
@pytest.mark.parametrize(("slip", "sure"), [("Melier", None), ("Meier", 0.2)])
def test_what_one_reading_misreads_or_is_unsure_of_is_settled_by_two_closer_ones(
    slip: str, sure: float | None
) -> None:
    texts = read(Slipping("Meier", slip, sure))
    assert by(texts["name"]) == AGAIN
    assert by(texts["erwartung"]) == TWICE
    found = Evidence(Content.NAME, texts["name"].opinions, trusted=True)
    decision = decided(found, load_rule())
    assert (decision.text, decision.doubts) == (TEXTS["name"], frozenset())
    of_two = replace(found, readings=found.readings[:2])
    assert decided(of_two, load_rule()).doubts


@pytest.mark.engine
@pytest.mark.slow
@needs_tesseract
@needs_fonts
@pytest.mark.parametrize(("readings", "made"), [(1, TWICE[:1]), (2, TWICE), (None, AGAIN)])
def test_a_text_is_read_no_more_often_than_is_wanted(
    readings: int | None, made: list[ReadingBy]
) -> None:
    texts = read(Slipping("Meier", "Melier"), readings)
    assert by(texts["name"]) == made
    assert by(texts["erwartung"]) == made[:2]


@pytest.mark.engine
@pytest.mark.slow
@needs_tesseract
@needs_fonts
@pytest.mark.parametrize(("limit", "long"), [(100, AGAIN), (40, TWICE)])
def test_of_long_texts_that_two_readings_leave_open_only_so_many_letters_are_read_again(
    monkeypatch: pytest.MonkeyPatch, limit: int, long: list[ReadingBy]
) -> None:
    monkeypatch.setattr(passes, "_MOST_LETTERS", limit)
    engine = Slipping()
    engine.slips = {"Meier": "Melier", "Arbeit": "Arbelt"}
    texts = read(engine)
    assert by(texts["name"]) == AGAIN
    assert by(texts["erwartung"]) == long


class Blind(InProcessOcr):
    """Tesseract that sees no dot above the i of a name, in no reading."""

    def words(
        self, picture: Grey, mode: int, dpi: int, language: str = "deu"
    ) -> Sequence[OcrWord]:
        words = super().words(picture, mode, dpi, language)
        return [replace(one, text=one.text.replace("Meier", "Meıer")) for one in words]


@pytest.mark.engine
@pytest.mark.slow
@needs_tesseract
@needs_fonts
def test_a_mark_that_no_reading_has_makes_the_text_doubtful() -> None:
    picture, _ = MILD.of(printed(Filling(TEXTS)))
    seen = PicturedPage(picture, Recognition(blank_pdf, Blind)).zones(LAYOUT, 1)
    doubts = {one.key: one.doubts for one in seen if one.method is Method.OCR and one.text}
    assert Doubt.CHARACTERS in doubts["name"]
    assert Doubt.CHARACTERS not in doubts["erwartung"]


def test_sharp_s_is_no_capital_inside_a_word() -> None:
    assert with_sharp_s("SüR von AuBen", "Süß von Außen") == "Süß von Außen"
    assert with_sharp_s("SüR", "Sür") == "SüR"
    assert with_sharp_s("Wein", "Weiß") == "Wein"


def test_an_at_sign_is_no_letter_where_the_other_model_saw_it() -> None:
    assert with_at("a-bc@gmx.de", "a-b@gmx.de") == "a-bc@gmx.de"
    assert with_at("anna.kuhnegmx.de", "anna.kuhn@gmx.de") == "anna.kuhn@gmx.de"
    # Another letter was read, or there is no address: each reading stands for itself.
    assert with_at("anna.kuhnxgmx.de", "anna.kuhn@gmx.de") == "anna.kuhnxgmx.de"
    assert with_at("e Home", "@ Home") == "e Home"
    assert with_at("Anne", "Ann@") == "Anne"
