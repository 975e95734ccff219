"""The test scans: pages of our forms filled, marked, signed, treated badly, with their truth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np

from benchmarks.paper.answers import Answer, Chance, Invented
from benchmarks.paper.fonts import SETS as FONTS
from benchmarks.paper.fonts import Font, available
from benchmarks.paper.hand import Writer
from benchmarks.paper.levels import LEVELS
from benchmarks.paper.marks import Marker
from benchmarks.paper.prints import data_of, fitting, own_pdf, own_word, rendered
from benchmarks.paper.sheet import scanned
from benchmarks.paper.typed import Picture, Sheet, Typist
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
    return Services(Settings.from_environment({}), new_reference=_REFERENCES)


@cache
def subjects() -> tuple[tuple[FormDefinition, int], ...]:
    """Return every page of every released form people fill, each with its definition."""
    return tuple(
        (one, page)
        for one in sorted(services().forms, key=lambda one: str(one.ref))
        if one.released and one.layout is not None and one.continuation is None
        for page in range(1, len(one.layout.pages) + 1)
    )


class _References:
    """Gives every document the reference it is to have."""

    now = "PAP3RPAP3RPA"

    def __call__(self) -> str:
        return self.now


_REFERENCES = _References()


@cache
def blank(ref: FormRef) -> tuple[Picture, ...]:
    """Return the pages of a blank print of ours, with codes, at 300 dpi."""
    return printed(services(), services().forms.get(str(ref)), _References.now)


def printed(services: Services, definition: FormDefinition, reference: str) -> tuple[Picture, ...]:
    """Return the pages of a blank print with this reference."""
    _REFERENCES.now = reference
    return rendered(services.generate.one(definition, {}, "pdf"))


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
    invented = Invented(split, chance, font).page(definition, page)
    by_us = how == "typed" and chance.random() < _BY_US
    if by_us:
        picture, answers = _printed_filled(split, definition, page, invented, chance)
    else:
        sheet = Sheet(blank(definition.ref)[page - 1])
        answers = filled(sheet, invented, split, font, chance)
        picture = sheet.picture
    result = scanned(picture, split, level, chance)
    return Scan(
        name,
        result.data,
        result.suffix,
        definition.ref,
        page,
        tuple(answers),
        how,
        level,
        _OWN[split] if by_us else font.name,
        result.dpi,
        result.binary,
    )


_BY_US = 0.2
# What the product prints by itself; Word files are left to the set limits are not chosen on.
_OWN = {"calibration": "own PDF", "evaluation": "own PDF or Word"}
_WORD = 0.25


def _printed_filled(
    split: str, definition: FormDefinition, page: int, invented: list[Answer], chance: Chance
) -> tuple[Picture, list[Answer]]:
    """Return a page filled by our own pipeline, and signed by hand."""
    layout = definition.layout
    size = layout.pages[page - 1] if layout else (595.0, 842.0)
    answers = [fitting(one, size) if one.text and one.day is None else one for one in invented]
    word = split == "evaluation" and chance.random() < _WORD
    make = own_word if word else own_pdf
    pages = make(services(), definition, data_of(answers))
    sheet = Sheet(pages[page - 1])
    marker = Marker(split, chance)
    for number, answer in enumerate(answers):
        # In Word the line may stand elsewhere.
        if answer.kind == "signature" and not word:
            answers[number] = marker.sign(sheet, answer)
    return sheet.picture, answers


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
