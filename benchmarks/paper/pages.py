"""The test scans: pages of our forms filled, marked, signed, treated badly, with their truth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np
import pypdfium2

from benchmarks.paper.answers import Answer, Chance, Invented
from benchmarks.paper.fonts import SETS as FONTS
from benchmarks.paper.fonts import Font, available
from benchmarks.paper.hand import Writer
from benchmarks.paper.levels import LEVELS
from benchmarks.paper.marks import Marker
from benchmarks.paper.sheet import scanned
from benchmarks.paper.typed import DPI, Picture, Sheet, Typist
from formservice.bootstrap import Services, Settings
from formservice.domain.form import FormDefinition, FormRef

STRATA = tuple(f"{how}/{level}" for how in ("typed", "hand") for level in LEVELS)
# Handwriting is hard enough without being everywhere.
_HAND = 0.25


@dataclass(frozen=True, slots=True)
class Scan:
    """One scanned page and its truth.

    ``data`` is the file, ``page`` which page of the form ``ref`` it is, ``answers`` one per field
    on it. ``how`` is ``typed`` or ``hand``, ``level`` one of ``LEVELS``.
    """

    name: str
    data: bytes = field(repr=False)
    suffix: str
    ref: FormRef
    page: int
    answers: tuple[Answer, ...] = field(repr=False)
    how: str
    level: str
    font: str
    dpi: int
    binary: bool

    @property
    def stratum(self) -> str:
        """Typed or hand, and the level."""
        return f"{self.how}/{self.level}"

    @property
    def picture(self) -> Picture:
        """The file as a grey picture."""
        raw = np.frombuffer(self.data, np.uint8)
        return np.asarray(cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE), np.uint8)

    @property
    def truth(self) -> dict[str, Answer]:
        """The answers by field key."""
        return {answer.key: answer for answer in self.answers}


@cache
def services() -> Services:
    """Return the use cases of a fresh installation."""
    return Services(Settings.from_environment({}), new_reference=lambda: "PAP3RPAP3RPA")


@cache
def subjects() -> tuple[tuple[FormDefinition, int], ...]:
    """Return every page of every released form people fill, each with its definition."""
    return tuple(
        (one, page)
        for one in sorted(services().forms, key=lambda one: str(one.ref))
        if one.released and one.layout is not None and one.continuation is None
        for page in range(1, len(one.layout.pages) + 1)
    )


@cache
def blank(ref: FormRef) -> tuple[Picture, ...]:
    """Return the pages of a blank print of ours, with codes, at 300 dpi."""
    data = services().generate.one(services().forms.get(str(ref)), {}, "pdf")
    return rendered(data)


def rendered(data: bytes) -> tuple[Picture, ...]:
    """Return the pages of a PDF file at 300 dpi."""
    document = pypdfium2.PdfDocument(data)
    try:
        pages = (page.render(scale=DPI / 72, grayscale=True) for page in document)
        return tuple(np.array(page.to_numpy(), np.uint8).squeeze() for page in pages)
    finally:
        document.close()


def scans(
    split: str = "calibration", stratum: str | None = None, count: int = 50, seed: int = 0
) -> Iterator[Scan]:
    """Yield ``count`` scans of a set; the same arguments give the same scans on one machine.

    ``stratum`` is one of ``STRATA``, or its first half (``typed``), or its second (``office``);
    None takes all levels in turn, with fewer of the handwritten ones. Fonts must be installed
    (``fonts.missing``).
    """
    for number in range(count):
        yield nth(number, split, stratum, seed)


def nth(number: int, split: str, stratum: str | None = None, seed: int = 0) -> Scan:
    """Return one of the scans of a set, the same whatever others are made."""
    base = {"calibration": 1, "evaluation": 2}[split]
    chance = np.random.default_rng([base, seed, number])
    wanted = [one for one in STRATA if stratum is None or stratum in (one, *one.split("/"))]
    how, level = wanted[number % len(wanted)].split("/")
    if stratum is None or stratum in LEVELS:
        how = "hand" if chance.random() < _HAND else "typed"
    if stratum is None:
        level = LEVELS[number % len(LEVELS)]
    definition, page = subjects()[int(chance.integers(len(subjects())))]
    name = f"{split}-{seed}-{number:04}"
    return scan(name, split, f"{how}/{level}", definition, page, chance)


def scan(
    name: str, split: str, stratum: str, definition: FormDefinition, page: int, chance: Chance
) -> Scan:
    """Return one page of a form, filled by chance and scanned."""
    how, level = stratum.split("/")
    fonts = available(split, hand=how == "hand")
    font = fonts[int(chance.integers(len(fonts)))]
    sheet = Sheet(blank(definition.ref)[page - 1])
    invented = Invented(split, chance, font).page(definition, page)
    answers = filled(sheet, invented, split, font, chance)
    result = scanned(sheet.picture, split, level, chance)
    return Scan(
        name,
        result.data,
        result.suffix,
        definition.ref,
        page,
        tuple(answers),
        how,
        level,
        font.name,
        result.dpi,
        result.binary,
    )


def filled(
    sheet: Sheet, answers: list[Answer], split: str, font: Font, chance: Chance
) -> list[Answer]:
    """Write, mark and sign a page; return the answers as they stand there."""
    writer = Writer(font, chance) if font.hand else Typist(font, chance)
    marker = Marker(split, chance)
    done = []
    for answer in answers:
        if answer.kind in ("tick", "choice"):
            done.append(marker.mark(sheet, answer))
        elif answer.kind == "signature":
            done.append(marker.sign(sheet, answer))
        elif answer.text:
            done.append(writer.write(sheet, answer))
        else:
            done.append(answer)
    return done


def all_fonts() -> tuple[Font, ...]:
    """Return the fonts of both sets."""
    return tuple(font for fonts in FONTS.values() for font in fonts)
