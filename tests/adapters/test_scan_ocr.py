"""The OCR port: both ways to Tesseract keep one contract."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from formservice.adapters.scan import ocr as scan_ocr
from formservice.adapters.scan.ocr import (
    BLOCK,
    LATIN,
    LINE,
    SPARSE,
    CommandOcr,
    InProcessOcr,
    Ocr,
    OcrWord,
    lines_of,
    words_from_tsv,
)
from formservice.domain.errors import EngineMissingError
from tests.adapters.scan_prints import Grey, needs_fonts
from tests.programs import needs_tesseract

_FONT = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"
TABLE = (
    "1\t1\t0\t0\t0\t0\t0\t0\t300\t60\t-1\t\n"
    "5\t1\t1\t1\t1\t1\t10\t12\t80\t20\t96.5\tStraße\n"
    "5\t1\t1\t1\t1\t2\t95\t12\t9\t20\t-1\t \n"
    "5\t1\t1\t1\t1\t3\t110\t12\t40\t20\t41\ta\tb\n"
)


def sheet(text: str, height: int = 160) -> Grey:
    image = Image.new("L", (1000, height), 255)
    font = ImageFont.truetype(_FONT, 30)
    ImageDraw.Draw(image).text((20, 20), text, font=font, fill=0, spacing=20)
    return np.array(image)


@pytest.fixture(params=[InProcessOcr, CommandOcr], ids=["in process", "command"])
def engine(request: pytest.FixtureRequest) -> Ocr:
    made: Ocr = request.param()
    return made


@pytest.mark.engine
@pytest.mark.slow
@needs_tesseract
@needs_fonts
class TestContract:
    def test_words_come_with_place_and_confidence(self, engine: Ocr) -> None:
        words = engine.words(sheet("Träger und Straße"), LINE, 200)
        assert [word.text for word in words] == ["Träger", "und", "Straße"]
        assert all(0.5 < word.confidence <= 1.0 for word in words)
        assert words[0].left == pytest.approx(20, abs=6)
        assert words[0].right < words[1].left < words[1].right < words[2].left
        assert 15 < words[0].top < words[0].bottom < 70

    def test_the_model_for_latin_script_reads_letters_german_has_not(self, engine: Ocr) -> None:
        if not engine.has(LATIN):
            pytest.skip("tesseract-ocr-script-latn is not installed")
        words = engine.words(sheet("Ayşe Bērziņš José"), LINE, 200, LATIN)
        assert [word.text for word in words] == ["Ayşe", "Bērziņš", "José"]

    def test_only_models_that_are_installed_are_there(self, engine: Ocr) -> None:
        assert engine.has("deu")
        assert not engine.has("tlh")

    def test_lines_of_a_block_are_told_apart(self, engine: Ocr) -> None:
        words = engine.words(sheet("erste Zeile\nzweite Zeile"), BLOCK, 200)
        lines = [[word.text for word in line] for line in lines_of(words)]
        assert lines == [["erste", "Zeile"], ["zweite", "Zeile"]]

    @pytest.mark.parametrize("mode", [BLOCK, LINE, SPARSE])
    @pytest.mark.parametrize("shape", [(200, 300), (3, 3), (1, 1)])
    def test_white_paper_has_no_words(
        self, engine: Ocr, mode: int, shape: tuple[int, int]
    ) -> None:
        assert tuple(engine.words(np.full(shape, 255, np.uint8), mode, 200)) == ()

    def test_nothing_is_carried_from_one_picture_to_the_next(self, engine: Ocr) -> None:
        engine.words(sheet("vorher"), LINE, 200)
        assert [word.text for word in engine.words(sheet("danach"), LINE, 200)] == ["danach"]

    def test_tesseract_is_held_to_one_thread(self, engine: Ocr) -> None:
        assert engine.name
        assert os.environ["OMP_THREAD_LIMIT"] == "1"


@pytest.mark.engine
@pytest.mark.slow
@needs_tesseract
@needs_fonts
def test_both_adapters_read_the_same_words() -> None:
    picture = sheet("Ich möchte am 21.07.2023 wieder\nin der Pflege arbeiten.")
    first, second = (made.words(picture, BLOCK, 200) for made in (InProcessOcr(), CommandOcr()))
    assert [word.text for word in first] == [word.text for word in second]
    assert [(word.left, word.top) for word in first] == [(word.left, word.top) for word in second]


def test_the_table_is_read_with_and_without_its_header() -> None:
    header = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\t"
    header += "height\tconf\ttext\n"
    words = words_from_tsv(TABLE)
    assert words == words_from_tsv(header + TABLE)
    assert words[0] == OcrWord("Straße", 0.965, 10, 12, 90, 32, (1, 1, 1))


def test_a_tab_inside_a_word_does_not_shift_its_columns() -> None:
    assert [word.text for word in words_from_tsv(TABLE)] == ["Straße", "a\tb"]


def test_an_indented_second_line_stays_the_second() -> None:
    first = OcrWord("Weg", 0.9, 200, 10, 250, 30, (2, 1, 1))
    second = OcrWord("Göttingen", 0.9, 20, 50, 150, 70, (1, 1, 1))
    assert lines_of([second, first]) == ((first,), (second,))


def test_what_is_left_of_an_upright_rule_joins_no_lines() -> None:
    words = [
        OcrWord("Ozols", 0.9, 10, 12, 60, 33, (1, 1, 1)),
        OcrWord("\\", 0.4, 70, 10, 74, 75, (1, 1, 1)),
        OcrWord("Girts", 0.9, 10, 50, 60, 71, (1, 1, 2)),
    ]
    lines = [[word.text for word in line if word.text.isalpha()] for line in lines_of(words)]
    assert [line for line in lines if line] == [["Ozols"], ["Girts"]]


def test_a_word_that_hangs_below_the_line_and_one_that_stands_above_it_are_beside() -> None:
    words = [
        OcrWord("gar", 0.9, 10, 20, 40, 43, (1, 1, 1)),
        OcrWord("nix", 0.9, 48, 12, 80, 33, (1, 1, 1)),
        OcrWord("geht", 0.9, 10, 45, 50, 70, (1, 1, 2)),
    ]
    assert [[word.text for word in line] for line in lines_of(words)] == [["gar", "nix"], ["geht"]]


def test_remains_of_rules_at_the_ends_are_dropped() -> None:
    texts = ("|", "Nowak", "|", "Ada", "__")
    words = [
        OcrWord(text, 0.9, 30 * i, 10, 30 * i + 20, 30, (1, 1, 1)) for i, text in enumerate(texts)
    ]
    assert [[word.text for word in line] for line in lines_of(words)] == [["Nowak", "|", "Ada"]]


@pytest.mark.parametrize("engine_class", [InProcessOcr, CommandOcr])
def test_a_missing_german_model_names_its_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine_class: type[Ocr]
) -> None:
    monkeypatch.setattr(scan_ocr, "_TESSDATA", (tmp_path,))
    with pytest.raises(EngineMissingError) as caught:
        engine_class()
    assert "tesseract-ocr-deu" in caught.value.hint


@pytest.mark.engine
@needs_tesseract
def test_without_library_and_program_the_packages_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tesserocr", None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EngineMissingError) as caught:
        scan_ocr.ocr()
    assert "tesseract-ocr" in caught.value.hint


@pytest.mark.engine
@needs_tesseract
def test_without_the_library_the_program_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tesserocr", None)
    assert scan_ocr.ocr().name == "pytesseract"
