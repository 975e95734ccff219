"""OCR as a port: words in a grey picture, by Tesseract inside the process or as a program.

Both adapters hand over Tesseract's own table (TSV), read by one parser, so that what follows
does not depend on which is installed. Tesseract is limited to one thread before it is loaded:
its OpenMP threads spin while they wait and cost four to six times the time of one.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from formservice.domain.errors import EngineError, EngineMissingError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from tesserocr import PyTessBaseAPI

    Grey: TypeAlias = npt.NDArray[np.uint8]

# The German model knows the letters of German only; the one for Latin script all others as well
# (DIN 91379: é, ş, ø, đ …), and was trained apart: it makes other mistakes.
LANGUAGE, LATIN = "deu", "Latin"
LATIN_PACKAGE = "tesseract-ocr-script-latn"
"""The Debian package with the second model. Without it nothing is read twice independently."""
# The models' word lists take a hundred megabytes and a fifth of the time, and no word of several
# thousand was read otherwise without them.
_WITHOUT_WORDS = {"load_system_dawg": "0", "load_freq_dawg": "0"}
# Page segmentation modes of Tesseract.
BLOCK, LINE, SPARSE = 6, 7, 11
# Where Debian and other distributions put the language files, the usual place first.
_TESSDATA = (
    Path("/usr/share/tesseract-ocr/5/tessdata"),
    Path("/usr/share/tesseract-ocr/4.00/tessdata"),
    Path("/usr/share/tessdata"),
    Path("/usr/local/share/tessdata"),
)
_TIMEOUT_S = 60
_WORD_LEVEL = "5"
# Tesseract reads a letter or two into pure white; nothing lighter than this is ink.
_WHITE = 200
_TSV_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class OcrWord:
    """A word in pixels of the picture it was read from; ``confidence`` is 0..1.

    ``line`` numbers Tesseract's lines; words of equal ``line`` stand in reading order.
    """

    text: str
    confidence: float
    left: int
    top: int
    right: int
    bottom: int
    line: tuple[int, int, int]


class Ocr(Protocol):
    """Reads words out of grey pictures."""

    name: str

    def words(
        self, picture: "Grey", mode: int, dpi: int, language: str = LANGUAGE
    ) -> Sequence[OcrWord]:
        """Return the words in Tesseract's reading order; none for a white picture.

        ``mode`` is one of the page segmentation modes above, ``language`` one that it ``has``.
        """

    def has(self, language: str) -> bool:
        """Say whether the model of a language is installed; German always is."""


def has_model(language: str) -> bool:
    """Say whether Tesseract's model of a language is installed."""
    return (tessdata() / f"{language}.traineddata").is_file()


def tessdata(language: str = LANGUAGE) -> Path:
    """Return the folder with Tesseract's language files; EngineMissingError without it."""
    for folder in _TESSDATA:
        if (folder / f"{language}.traineddata").is_file():
            return folder
    raise EngineMissingError(
        "Für das Lesen von Scans fehlt die deutsche Sprachdatei von Tesseract.",
        "Bitte das Debian-Paket „tesseract-ocr-deu“ installieren.",
    )


def words_from_tsv(table: str) -> tuple[OcrWord, ...]:
    """Return the words of Tesseract's TSV, with or without its header line."""
    words = []
    for row in table.splitlines():
        cells = row.split("\t", _TSV_COLUMNS - 1)
        # Rows of other levels (page, block, line) carry no word and confidence -1.
        if len(cells) < _TSV_COLUMNS or cells[0] != _WORD_LEVEL or not cells[11].strip():
            continue
        left, top, width, height = (int(cell) for cell in cells[6:10])
        confidence = min(max(float(cells[10]) / 100, 0.0), 1.0)
        line = (int(cells[2]), int(cells[3]), int(cells[4]))
        text = cells[11].strip()
        words.append(OcrWord(text, confidence, left, top, left + width, top + height, line))
    return tuple(words)


def installed() -> tuple[str, ...]:
    """Return what names the engine and its models as they are installed; nothing is loaded.

    Other names mean that the same picture may be read otherwise.
    """
    library = importlib.util.find_spec("tesserocr") is not None
    told = [f"tesserocr {importlib.metadata.version('tesserocr')}" if library else "pytesseract"]
    program = shutil.which("tesseract")
    files = [] if library or program is None else [Path(program)]
    for language in (LANGUAGE, LATIN):
        with suppress(EngineMissingError):
            files.append(tessdata(language) / f"{language}.traineddata")
    for file in files:
        if file.is_file():
            state = file.stat()
            told.append(f"{file.name} {state.st_size} {state.st_mtime_ns}")
    return tuple(told)


class InProcessOcr:
    """Tesseract as a library; models are loaded once and kept. Safe to share by threads."""

    name = "tesserocr"

    def __init__(self) -> None:
        """Load the library and its models, before forked children would each do it."""
        self._folder = tessdata()
        _one_thread()
        self._lock = threading.Lock()
        self._engines: dict[str, PyTessBaseAPI] = {}
        for language in (LANGUAGE, LATIN):
            if has_model(language):
                self._engine(language)

    def has(self, language: str) -> bool:
        """Say whether the model of a language is installed."""
        return has_model(language)

    def words(
        self, picture: "Grey", mode: int, dpi: int, language: str = LANGUAGE
    ) -> Sequence[OcrWord]:
        """Return the words of ``picture``."""
        if picture.min() > _WHITE:
            return ()
        height, width = picture.shape
        with self._lock:
            engine = self._engine(language)
            engine.SetPageSegMode(mode)
            engine.SetImageBytes(picture.tobytes(), width, height, 1, width)
            engine.SetSourceResolution(dpi)
            if not engine.Recognize():
                return ()
            table = engine.GetTSVText(0)
            engine.Clear()
        return words_from_tsv(table)

    def _engine(self, language: str) -> "PyTessBaseAPI":
        if language not in self._engines:
            try:
                import tesserocr
            except ImportError as error:
                raise _missing() from error
            try:
                engine = tesserocr.PyTessBaseAPI(init=False)
                engine.InitFull(
                    path=f"{self._folder}/",
                    lang=language,
                    oem=tesserocr.OEM.LSTM_ONLY,
                    variables=_WITHOUT_WORDS,
                )
            except RuntimeError as error:
                raise EngineError("Tesseract lässt sich nicht starten.") from error
            # Noise such as boxClipToRectangle on dirty pages is harmless and not for our output.
            engine.SetVariable("debug_file", os.devnull)
            self._engines[language] = engine
        return self._engines[language]


class CommandOcr:
    """Tesseract as a program, one process per picture: slower, but always there."""

    name = "pytesseract"

    def __init__(self) -> None:
        """Look for the program and the German model."""
        self._folder = tessdata()
        _one_thread()
        if shutil.which("tesseract") is None:
            raise _missing()

    def has(self, language: str) -> bool:
        """Say whether the model of a language is installed."""
        return has_model(language)

    def words(
        self, picture: "Grey", mode: int, dpi: int, language: str = LANGUAGE
    ) -> Sequence[OcrWord]:
        """Return the words of ``picture``."""
        import pytesseract

        if picture.min() > _WHITE:
            return ()
        # OEM 1 is the LSTM recogniser, the only one Debian's models are made for.
        settings = f"--tessdata-dir {self._folder} --oem 1 --psm {mode} --dpi {dpi}"
        settings += "".join(f" -c {name}={value}" for name, value in _WITHOUT_WORDS.items())
        try:
            table = pytesseract.image_to_data(
                picture,
                lang=language,
                config=settings,
                timeout=_TIMEOUT_S,
                output_type=pytesseract.Output.BYTES,
            )
        except pytesseract.TesseractNotFoundError as error:
            raise _missing() from error
        except (RuntimeError, OSError) as error:
            raise EngineError("Tesseract ist mit einem Fehler abgebrochen.") from error
        return words_from_tsv(table.decode("utf-8"))


def ocr() -> Ocr:
    """Return the fastest OCR installed; EngineMissingError names the package if there is none."""
    try:
        return InProcessOcr()
    except EngineMissingError:
        return CommandOcr()


def lines_of(words: Sequence[OcrWord]) -> tuple[tuple[OcrWord, ...], ...]:
    """Return the words by visual line, from top to bottom and left to right.

    Lines are found by height: Tesseract's own order of blocks swaps the lines of an address
    when the second one is indented. Bars at the ends, the remains of a rule, are dropped.
    """
    lines: list[list[OcrWord]] = []
    for word in sorted(words, key=lambda word: (word.top + word.bottom) / 2):
        if lines and _is_beside(word, lines[-1]):
            lines[-1].append(word)
        else:
            lines.append([word])
    tidied = (_tidied(sorted(line, key=lambda word: word.left)) for line in lines)
    return tuple(line for line in tidied if line)


def _is_beside(word: OcrWord, line: Sequence[OcrWord]) -> bool:
    """Say whether a word, not higher than those of the line, stands on it.

    „gar“ and „nix“ do: one reaches below the line, the other above, and half of both is shared.
    What is left of an upright rule may be as tall as two lines.
    """
    told = [word for word in line if any(sign.isalnum() for sign in word.text)] or line
    tallest = max(told, key=lambda word: word.bottom - word.top)
    height = tallest.bottom - tallest.top
    shared = min(word.bottom, tallest.bottom) - max(word.top, tallest.top)
    return (word.top + word.bottom) / 2 < tallest.top + 0.8 * height or (
        shared >= 0.5 * min(word.bottom - word.top, height)
    )


def _tidied(line: Sequence[OcrWord]) -> tuple[OcrWord, ...]:
    """Return the line without bars, slanted or not, at its ends: they are remains of rules."""
    kept = [place for place, word in enumerate(line) if word.text.strip("|_\\")]
    return tuple(line[kept[0] : kept[-1] + 1]) if kept else ()


def _one_thread() -> None:
    """Limit OpenMP; must happen before the library is loaded or the program started."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def _missing() -> EngineMissingError:
    return EngineMissingError(
        "Für das Lesen von Scans fehlt das Programm Tesseract.",
        "Bitte die Debian-Pakete „tesseract-ocr“ und „tesseract-ocr-deu“ installieren.",
    )
