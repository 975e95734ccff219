"""What a walk through a Word document finds: text in reading order, controls, bookmarks."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property
from typing import Generic, TypeVar, overload

from lxml import etree

from formservice.adapters.word.names import CONTROL_KINDS
from formservice.adapters.word.symbols import GLYPHS_OFF, TICKED, UNTICKED
from formservice.domain.document import Block, Doubt

T = TypeVar("T")

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_CHECK_BOX, _CHECKED = _W14 + "checkbox", _W14 + "checked"
_UNCHECKED_STATE, _W14_VALUE = _W14 + "uncheckedState", _W14 + "val"
_KINDS = frozenset((*CONTROL_KINDS, "richText", "repeatingSection", "repeatingSectionItem"))


@cache
def _passed_over(w: str) -> frozenset[str]:
    """Return the names of what nearly every control has and nobody asks for."""
    return frozenset(w + name for name in ("rPr", "alias", "id", "lock", "placeholder"))


class Ink(StrEnum):
    """Something that is no text but may be a signature."""

    PICTURE = "picture"
    SIGNATURE_LINE = "signature-line"  # made for a digital signature; says not that one is there


class _ParagraphEnd(str):
    """The newline between two paragraphs, to be told from one inside a paragraph."""

    __slots__ = ()


PARAGRAPH_END = _ParagraphEnd("\n")


@dataclass(slots=True)
class Stream:
    """Pieces of text in reading order, and what was noticed before which piece.

    ``paragraph`` is where the current paragraph starts. The text of a ``hidden`` stream is a
    prompt: it stands in no block.
    """

    pieces: list[str] = field(default_factory=list)
    marks: list[tuple[int, Doubt | Ink]] = field(default_factory=list)
    paragraph: int = 0
    hidden: bool = False

    def mark(self, what: Doubt | Ink) -> None:
        """Note ``what`` here."""
        self.marks.append((len(self.pieces), what))

    def open(self) -> int:
        """Return where a range starts; an empty piece keeps it apart from marks before it."""
        self.pieces.append("")
        return len(self.pieces)

    def text(self, start: int) -> str:
        """Return the text from ``start``; the end of its last paragraph is no newline in it."""
        pieces = self.pieces
        end = len(pieces)
        while end > start and not pieces[end - 1]:
            end -= 1
        if end > start and pieces[end - 1] is PARAGRAPH_END:
            end -= 1
        return "".join(pieces[start:end])

    def noticed(self, start: int) -> frozenset[Doubt | Ink]:
        """Return what was noticed from ``start`` on."""
        if not self.marks or self.marks[-1][0] < start:
            return frozenset()
        return frozenset(what for _, what in self.marks[self._first_mark(start) :])

    def cost(self, start: int) -> int:
        """Return how much there is to look through from ``start``, in pieces and marks."""
        return len(self.pieces) - start + len(self.marks) - self._first_mark(start)

    def _first_mark(self, start: int) -> int:
        return bisect_left(self.marks, start, key=_place)


def _place(mark: tuple[int, Doubt | Ink]) -> int:
    return mark[0]


class Properties:
    """What the properties of a control say.

    ``kind`` is the name of its type element, "" where there is none; ``checked`` is None unless
    it is a tick; ``prompt`` says that what it shows is its placeholder; ``full_date`` is the day
    kept beside the one shown.
    """

    __slots__ = ("_off_glyphs", "checked", "full_date", "kind", "prompt", "tag")

    def __init__(self, w: str, properties: etree._Element | None) -> None:
        """Read ``properties`` (w:sdtPr); ``w`` is the namespace in braces."""
        self.tag = self.kind = self.full_date = ""
        self.prompt = False
        self.checked: bool | None = None
        self._off_glyphs = GLYPHS_OFF
        passed_over = _passed_over(w)
        for element in () if properties is None else properties:
            name = element.tag
            if name in passed_over:
                continue
            local = name.rpartition("}")[2]
            if local == "tag":
                self.tag = element.get(w + "val", "")
            elif local == "showingPlcHdr":
                self.prompt = is_on(element.get(w + "val"))
            elif local in _KINDS:
                self.kind = local
                if local == "date":
                    self.full_date = element.get(w + "fullDate", "")
                elif name == _CHECK_BOX:
                    self._read_box(element)

    def _read_box(self, box: etree._Element) -> None:
        self.checked = False
        for element in reversed(box):
            if element.tag == _CHECKED:
                self.checked = is_on(element.get(_W14_VALUE))
            elif element.tag == _UNCHECKED_STATE:
                self._note_off(element.get(_W14_VALUE, ""))

    def _note_off(self, code: str) -> None:
        """Note as empty box the character with this hexadecimal code."""
        try:
            glyph = chr(int(code, 16))
        except (ValueError, OverflowError):
            return
        if glyph not in self._off_glyphs:
            self._off_glyphs = GLYPHS_OFF | {glyph}

    def glyph(self, drawn: str) -> str:
        """Return ☐ or ☒ for what is drawn: it may differ from the state beside it."""
        bare = drawn.strip()
        return UNTICKED if not bare or bare in self._off_glyphs else TICKED


@dataclass(frozen=True, slots=True)
class Control:
    """A content control and what stands in it; ``text`` of a tick is ☐ or ☒ as drawn."""

    facts: Properties
    text: str
    noticed: frozenset[Doubt | Ink]


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The text inside a bookmark; ``prompt`` says that it is the placeholder of a control."""

    name: str
    text: str
    prompt: bool
    noticed: frozenset[Doubt | Ink]


@dataclass(slots=True)
class Walked:
    """Everything found in one document, in reading order."""

    controls: list[Control] = field(default_factory=list)
    bookmarks: list[Bookmark] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    sections: list[etree._Element] = field(default_factory=list)


def is_on(value: str | None) -> bool:
    """Return the meaning of an on/off attribute; left out, it means on."""
    return value is None or value.strip().lower() in ("1", "true", "on")


def number(value: str | None) -> int:
    """Return a count written in an attribute, 0 for anything else."""
    short = value is not None and len(value) < 10 and value.isascii() and value.isdigit()
    return int(value) if value is not None and short else 0


class Lazy(Sequence[T], Generic[T]):
    """What ``make`` finds once any of it is asked for; asking may raise what ``make`` raises."""

    def __init__(self, make: Callable[[], Iterable[T]]) -> None:
        """Keep ``make`` until somebody asks."""
        self._make = make

    @cached_property
    def _made(self) -> tuple[T, ...]:
        return tuple(self._make())

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...

    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        """Return one of them or some."""
        return self._made[index]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._made)
