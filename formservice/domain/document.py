"""Page, Box, Block, Sighting: what any reader hands over, before it means anything.

A reader says what stands where; it knows no form. ``Sighting`` is the common coin: one field as
one method saw it. Readers of controls make sightings on their own, zone readers make them when
given a layout, and the label chain makes them from blocks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# A box may stick out of the page by this fraction before it is refused: renderers round
# differently, and half a millimetre on A4 is 0.0024 of its width.
_SLACK = 0.003
# A field of 1,000 parts would fill as many sheets; names beyond are somebody else's.
_PART = re.compile(r"(.+)__([1-9][0-9]{0,2})", re.DOTALL)


class Medium(StrEnum):
    """In what shape a document came back."""

    DOCX = "docx"
    ACROFORM = "acroform"
    TEXT = "text"  # a PDF page with text drawn on it, no form fields
    SCAN = "scan"  # a picture


class Method(StrEnum):
    """How a value was found, from certain to doubtful."""

    CONTROL = "control"  # content control by tag, or AcroForm field by name
    BOOKMARK = "bookmark"
    TEXT = "text"  # drawn text inside the field's zone
    LABEL = "label"  # text between two printed labels
    MARK = "mark"  # ink in a tick box or above a signature line
    OCR = "ocr"


class Doubt(StrEnum):
    """Why a value needs a human look. Public: shown as the reason, tested, never reused."""

    ANCHORS_LOST = "anchors-lost"  # re-saved by a program that dropped the tags
    FOREIGN_LAYOUT = "foreign-layout"  # found between labels, not in our own place
    RECOGNISED = "recognised"  # read by OCR
    TRACKED_CHANGES = "tracked-changes"
    WHITE_SPACE = "white-space"  # line breaks or blanks may differ from what was written
    CHARACTERS = "characters"  # characters may be missing or in another order
    OVERFLOW = "overflow"  # text reaches beyond its place; part of it may be missing
    AMBIGUOUS_MARK = "ambiguous-mark"
    CONFLICT = "conflict"  # two sightings of the field differ
    MALFORMED = "malformed"  # text where a date or option was expected
    TYPED_NAME = "typed-name"  # a typed name instead of a signature
    PART_MISSING = "part-missing"  # a continuation is announced but not there
    READINGS_DIFFER = "readings-differ"  # two independent readings of the picture are not the same
    ONE_READING = "one-reading"  # there is only one reading of the picture
    CENTURY = "century"  # a year of two digits that fits no century
    UNLIKELY_DAY = "unlikely-day"  # a day that the form, the calendar or another date contradicts
    UNSURE = "unsure"  # some word was recognised with too little confidence
    POOR_PAGE = "poor-page"  # the page as a whole is too dark, dirty or blurred to trust
    HANDWRITING = "handwriting"  # written by hand: shown, never guessed
    NOT_LISTED = "not-listed"  # like an entry of a closed list, but not the same
    LABELS_LOST = "labels-lost"  # too few of the printed labels were found to go by them
    COPY_UNKNOWN = "copy-unknown"  # which copy of the page this is, and so which items: unknown
    CORRECTED_MARK = "corrected-mark"  # a mark that was struck out, perhaps another one made
    UNEXPLAINED_INK = "unexplained-ink"  # ink that no word read explains, or a line through words
    COVERED = "covered"  # something lies over the place: a note, a bar, a burnt-out patch


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, as fractions of its width and height.

    Origin at the top left, so that one box means the same place on a PDF page (points, origin
    bottom left) and on its scan (pixels, any resolution).
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        """Refuse a box that is inside out or outside the page."""
        if not (self.left <= self.right and self.top <= self.bottom):
            raise ValueError("box is inside out")
        if min(self.left, self.top) < -_SLACK or max(self.right, self.bottom) > 1 + _SLACK:
            raise ValueError("box is outside the page")

    def contains(self, x: float, y: float) -> bool:
        """Say whether the point lies in the box, edges included."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


class ReadingBy(StrEnum):
    """How a reading of a picture came about: where it looked, by which model. Public."""

    ZONE = "zone"  # the place of the field alone, printed ink taken away; the German model
    ZONE_LATIN = "zone-latin"  # the same picture; the model for Latin script
    PAGE = "page"  # all of the page as it is, in one look; the German model
    PAGE_LATIN = "page-latin"  # the same look; the model for Latin script
    CLOSE = "close"  # the place alone, larger, cut out of the picture as it came; the German model
    CLOSE_LATIN = "close-latin"  # the same picture; the model for Latin script
    LABEL = "label"  # all of the page; what stands between two printed labels; the German model


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one pass of recognition read in the place of a field.

    ``confidence`` is that of the least sure word, 0..1; 1 where there is nothing to read.
    ``sure`` is that of every word, nothing where it is not known.
    """

    by: ReadingBy
    text: str
    confidence: float
    sure: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """One field (or one option of a choice) as one method saw it on one page.

    ``key`` is a field key, a tick key (``anlass.abbruch``) or that of a part (``part_key``).
    ``text`` is exact, character for character, for text and date fields. ``on`` is set for
    ticks and signatures only: True, False, or None when it cannot be told. ``blank`` means the
    place was looked at and holds nothing, or only the placeholder. ``unreadable`` means there is
    something that could not be read. ``opinions`` are the separate readings of a picture; the text
    of the first is ``text``. ``box`` is a place on the page as it was received; found between
    labels on a picture (LABEL), on the page put upright and straight.
    """

    key: str
    method: Method
    page: int
    text: str = ""
    on: bool | None = None
    blank: bool = False
    unreadable: bool = False
    confidence: float = 1.0
    box: Box | None = None
    doubts: frozenset[Doubt] = frozenset()
    opinions: tuple[Opinion, ...] = ()


def part_key(key: str, number: int) -> str:
    """Return what part ``number`` (from 2) of a text continued on sheets is called: ``q3__2``."""
    return f"{key}__{number}"


def part_of(key: str) -> tuple[str, int]:
    """Return which field ``key`` belongs to and which part of its text it is; 1 is the field."""
    match = _PART.fullmatch(key) if "__" in key else None
    number = int(match[2]) if match else 1
    return (match[1], number) if match and number > 1 else (key, 1)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a page or file says about itself: form, edition, page of the form, reference.

    ``source`` tells who says so: ``qr`` (a code that was scanned), ``text`` (short text in the
    footer), ``page`` (a key of the PDF page, with the text of its code), ``property`` (document
    property), ``info`` (PDF metadata) or ``looks`` (its picture is like the blank form).
    ``copy`` is set on a copy of ``page`` that holds later items of a group: which of the form's
    groups, the first item, the part of it (each from 0; ``domain.form.PageCopy``). Where there
    are copies, ``total`` is how many pages the document has, without continuation sheets.
    """

    form: str
    edition: str
    source: str
    page: int | None = None
    reference: str | None = None
    copy: tuple[int, int, int] | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a block stands in a table: table, row and column, each counted from 0."""

    table: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (DOCX) or a visual line segment (PDF) in reading order.

    Lines inside a Word paragraph are separated by newlines; ticks appear as ☐ and ☒. On PDF
    pages, words on one line with a gap as wide as a column are separate blocks of that line.
    """

    text: str
    page: int = 1
    box: Box | None = None
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class Loose:
    """Text of a Word file outside all controls: a paragraph, and the controls of its cell."""

    text: str
    beside: tuple[str, ...] = ()


class PageRole(StrEnum):
    """What a page is for."""

    CONTENT = "content"
    BLANK = "blank"  # the empty back of a sheet
    SEPARATOR = "separator"  # stands between two documents of a batch


class Unknown(StrEnum):
    """Why a picture was recognised as no page of a form. Public: shown as the reason."""

    NO_FORM = "no-form"  # it is like none of the forms
    SEVERAL_FORMS = "several-forms"  # it is like pages of two forms
    DARK = "dark"  # nothing can be made out
    FAINT = "faint"  # hardly darker than the paper
    SMALL = "small"  # too few pixels for print to be read
    SEVERAL_SHEETS = "several-sheets"  # two sheets in one picture: neither is taken
    MIRRORED = "mirrored"  # seen as in a mirror


TO_SCAN_AGAIN = frozenset({Unknown.SEVERAL_SHEETS, Unknown.MIRRORED})
"""Of such a page nothing is taken, whatever form it is."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page as a reader saw it. A DOCX has one page, for its pages exist only when printed.

    ``width`` and ``height`` are points; ``sightings`` holds what is anchored by name without
    knowing the form; ``claims`` is what the page says it is. ``loose`` is what stands outside the
    controls of a Word file, printed text included. A blank page or separator has nothing else.
    ``unknown`` is why a picture claims nothing; ``quarters`` are the clockwise quarter turns that
    show it upright.
    """

    number: int
    medium: Medium
    width: float
    height: float
    sightings: tuple[Sighting, ...] = ()
    blocks: Sequence[Block] = ()
    claims: tuple[Claim, ...] = ()
    loose: Sequence[Loose] = ()
    role: PageRole = PageRole.CONTENT
    unknown: Unknown | None = None
    quarters: int = 0
