"""A pile of paper: pages of many documents in one PDF, with what belongs together."""

from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
from PIL import Image

from benchmarks.paper.answers import Answer, Chance, Invented
from benchmarks.paper.fonts import available
from benchmarks.paper.pages import filled, printed, services, subjects
from benchmarks.paper.sheet import scanned
from benchmarks.paper.typed import Picture, Sheet
from formservice.domain.form import FormDefinition, FormRef

_ALPHABET = tuple("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a pile: which document it belongs to (None: none), page of the form or None.

    ``role`` is ``content``, ``blank`` (an empty back) or ``foreign`` (a page of no form of ours).
    """

    document: int | None
    page: int | None
    role: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One document of a pile: its form, its reference, and the truth of its fields."""

    ref: FormRef
    reference: str
    answers: tuple[Answer, ...] = field(repr=False)
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """A pile as one PDF of pictures: ``leaves`` says of each page, in order, what it is."""

    data: bytes = field(repr=False)
    leaves: tuple[Leaf, ...]
    documents: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Pile:
    """How a pile is made up.

    ``duplex`` puts an empty back behind every page; ``shuffled`` mixes all sheets; ``lost`` is
    the share of documents that lack a page, ``foreign`` how many strange pages come in.
    """

    duplex: bool = False
    shuffled: bool = False
    lost: float = 0.0
    foreign: int = 0
    level: str = "office"


def batch(count: int, pile: Pile = Pile(), *, split: str = "calibration", seed: int = 0) -> Batch:
    """Return a pile of ``count`` documents; the same arguments give the same pile."""
    chance = np.random.default_rng([9, seed, count])
    sheets: list[tuple[Picture, Leaf]] = []
    documents = []
    for number in range(count):
        paper, pages = _document(split, chance)
        lost = len(pages) > 1 and chance.random() < pile.lost
        gone = (int(chance.integers(1, len(pages) + 1)),) if lost else ()
        documents.append(Paper(paper.ref, paper.reference, paper.answers, gone))
        sheets += [
            (page, Leaf(number, place, "content"))
            for place, page in enumerate(pages, 1)
            if place not in gone
        ]
    for _ in range(pile.foreign):
        at = int(chance.integers(len(sheets) + 1))
        sheets.insert(at, (_letter(sheets[0][0].shape, chance), Leaf(None, None, "foreign")))
    if pile.shuffled:
        sheets = [sheets[int(number)] for number in chance.permutation(len(sheets))]
    pictures, leaves = [], []
    for page, leaf in sheets:
        pictures.append(_scan(page, split, pile.level, chance))
        leaves.append(leaf)
        if pile.duplex:
            back = np.full(page.shape, 255, np.uint8)
            pictures.append(_scan(back, split, pile.level, chance))
            leaves.append(Leaf(leaf.document, None, "blank"))
    out = BytesIO()
    first, *others = pictures
    first.save(out, "PDF", save_all=True, append_images=others, resolution=200)
    return Batch(out.getvalue(), tuple(leaves), tuple(documents))


def _document(split: str, chance: Chance) -> tuple[Paper, list[Picture]]:
    """Return one filled document, by one hand, and its pages."""
    forms: list[FormDefinition] = list({one.ref: one for one, _ in subjects()}.values())
    definition = forms[int(chance.integers(len(forms)))]
    reference = "".join(chance.choice(_ALPHABET, 12))
    fonts = available(split, hand=False)
    font = fonts[int(chance.integers(len(fonts)))]
    invented = Invented(split, chance, font)
    answers: list[Answer] = []
    pages = []
    for place, picture in enumerate(printed(services(), definition, reference), 1):
        sheet = Sheet(picture)
        answers += filled(sheet, invented.page(definition, place), split, font, chance)
        pages.append(sheet.picture)
    return Paper(definition.ref, reference, tuple(answers)), pages


def _letter(shape: tuple[int, ...], chance: Chance) -> Picture:
    """Return a page of some other text: grey lines, as if it were a letter."""
    page = np.full(shape, 255, np.uint8)
    for top in range(500, 2400, 60):
        if chance.random() < _WRITTEN:
            x = 260
            while x < shape[1] - 500:
                width = int(chance.integers(30, 160))
                page[top : top + 24, x : x + width : 7] = 40
                x += width + 22
    return page


_WRITTEN = 0.85


def _scan(page: Picture, split: str, level: str, chance: Chance) -> Image.Image:
    data = scanned(page, split, level, chance).data
    return Image.open(BytesIO(data)).convert("L")
