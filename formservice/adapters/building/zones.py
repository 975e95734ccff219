"""Finds in the PDF of the marked copy where every control stands.

All measures are points from the top left corner of the page.
"""

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypedDict

import pypdfium2
import pypdfium2.raw

from formservice.adapters.building.variants import ECHO_KIND, Colour, Mark, MarkedCopy
from formservice.adapters.word.markers import is_number
from formservice.adapters.word.names import ECHO, QR, SQUARE
from formservice.domain.errors import Problem
from formservice.domain.groups import items_of

Rectangle: TypeAlias = tuple[float, float, float, float]

# Between the border of a cell and the field in it: the widest border used is 1.5 pt, half of it
# inside, and a scan may be off by 0.5 pt.
_CELL_GAP = 1.5
# In rows as low as one line, and beside text, every half point is needed for the text itself.
_ROOMY, _LOW_ROW_GAP = 18.0, 0.5
# Between a field and the text after it.
_TEXT_GAP = 2.0
# A line of 11 pt needs 3 pt below its base line and 10 pt above.
_BELOW, _ABOVE = 3.5, 10.5
# An upright signature needs about 12 mm.
_SIGNATURE_ABOVE = 34.0
# Smaller than this, nobody can write 8 pt text into a field.
_LEAST_WIDTH, _LEAST_HEIGHT = 24.0, 9.5
# Glyphs on one line may differ by rounding; the next line is at least 8 pt away.
_SAME_LINE = 2.0
# Rounding in LibreOffice: 1/20 pt on either side of a common edge.
_TOUCH = 0.2


class _Glyph(TypedDict):
    text: str
    non_stroking_color: Sequence[float] | None
    matrix: tuple[float, float, float, float, float, float]
    x0: float
    x1: float
    size: float
    mcid: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where one control stands.

    ``box`` is where the value is written. ``line`` is set for a field beside text: left, right
    and height of the line to write on. ``mcid`` is the marked content that holds the stand-in.
    """

    mark: Mark
    page: int
    box: Rectangle
    line: tuple[float, float, float] | None
    mcid: int


@dataclass(frozen=True, slots=True)
class Found:
    """All places in a PDF; ``problems`` names every control that has no usable place."""

    pages: tuple[tuple[float, float], ...]
    places: tuple[Place, ...]
    qr: tuple[tuple[int, Rectangle], ...]
    squares: tuple[tuple[int, Rectangle], ...]
    problems: tuple[Problem, ...]


def find(pdf: bytes, copy: MarkedCopy) -> Found:
    """Return where the colours of ``copy`` turn up in ``pdf``."""
    import pdfplumber  # heavy, and needed only when forms are built

    printed: list[_PrintedPage] = []
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        for number, page in enumerate(opened.pages, 1):
            outlines = _tick_outlines(pdf, number)
            glyphs: list[Any] = page.chars  # pdfplumber's records; _Glyph names what is used
            printed.append(_PrintedPage(number, page.width, page.height, glyphs, outlines))
            printed[-1].cells = _cells(page.rects + page.curves)
            printed[-1].pictures = _pictures(page.images)
            printed[-1].rules = [_rectangle(line) for line in page.lines]
    problems: list[Problem] = []
    places = [place for mark in copy.marks if (place := _place(mark, printed, copy, problems))]
    places = _apart(places)
    problems += _too_small(places) + _overlaps(places) + _torn(places)
    found = [
        (copy.pictures[colour], page.number, box)
        for page in printed
        for colour, box in page.pictures
        if colour in copy.pictures
    ]
    qr = tuple((page, box) for name, page, box in found if name.startswith(QR))
    squares = tuple((page, box) for name, page, box in found if not name.startswith(QR))
    problems += _registration(
        len(printed), [page for page, _ in qr], [page for page, _ in squares]
    )
    sizes = tuple((page.width, page.height) for page in printed)
    return Found(sizes, tuple(places), qr, squares, tuple(problems))


class _PrintedPage:
    """One page of the marked PDF."""

    def __init__(
        self,
        number: int,
        width: float,
        height: float,
        glyphs: Sequence[_Glyph],
        outlines: Sequence[tuple[float, float, Rectangle]],
    ) -> None:
        self.number, self.width, self.height = number, float(width), float(height)
        self.glyphs = glyphs
        self.outlines = outlines
        self.cells: dict[Colour, Rectangle] = {}
        self.pictures: list[tuple[Colour, Rectangle]] = []
        self.rules: list[Rectangle] = []
        self.by_ink: dict[Colour, list[_Glyph]] = defaultdict(list)
        for glyph in glyphs:
            if colour := colour_of(glyph["non_stroking_color"]):
                self.by_ink[colour].append(glyph)

    def base(self, glyph: _Glyph) -> float:
        """Return the height of the glyph's base line.

        Not pdfplumber's ``bottom``, which depends on the font descriptor.
        """
        return self.height - glyph["matrix"][5]


def colour_of(numbers: Iterable[float] | None) -> Colour | None:
    """Return the colour as bytes, None unless it is RGB."""
    values = tuple(round(float(number) * 255) for number in numbers or ())
    return (values[0], values[1], values[2]) if len(values) == 3 else None


def _cells(shapes: Iterable[dict[str, object]]) -> dict[Colour, Rectangle]:
    cells: dict[Colour, Rectangle] = {}
    for shape in shapes:
        numbers = shape.get("non_stroking_color")
        if not shape.get("fill") or not isinstance(numbers, list | tuple):
            continue
        colour = colour_of(numbers)
        box = _rectangle(shape)
        if colour is not None:
            cells[colour] = _union(cells.get(colour, box), box)
    return cells


def _pictures(images: Iterable[dict[str, object]]) -> list[tuple[Colour, Rectangle]]:
    """Return the pictures of one plain colour with their places."""
    found = []
    for image in images:
        data = image["stream"].get_data()  # type: ignore[attr-defined]  # a PDFStream of pdfminer
        if len(data) >= 3 and data == data[:3] * (len(data) // 3):
            found.append(((data[0], data[1], data[2]), _rectangle(image)))
    return found


def _rectangle(shape: dict[str, object]) -> Rectangle:
    left, top, right, bottom = (
        float(str(shape[name])) for name in ("x0", "top", "x1", "bottom")
    )  # fmt: skip
    return left, top, right, bottom


def _union(one: Rectangle, other: Rectangle) -> Rectangle:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def _tick_outlines(pdf: bytes, page: int) -> list[tuple[float, float, Rectangle]]:
    """Return start, base line and outline of every ☐ on the page."""
    with pypdfium2.PdfDocument(pdf) as document:
        height = document[page - 1].get_height()
        text = document[page - 1].get_textpage()
        found = []
        for index in range(text.count_chars()):
            if pypdfium2.raw.FPDFText_GetUnicode(text, index) != ord("☐"):
                continue
            x, y = pypdfium2.raw.c_double(), pypdfium2.raw.c_double()
            pypdfium2.raw.FPDFText_GetCharOrigin(text, index, x, y)
            left, bottom, right, top = text.get_charbox(index)
            outline = (left, height - top, right, height - bottom)
            found.append((x.value, height - y.value, outline))
    return found


def _place(
    mark: Mark, printed: Sequence[_PrintedPage], copy: MarkedCopy, problems: list[Problem]
) -> Place | None:
    """Return the one place of ``mark``, or None with the reason added to ``problems``."""
    pages = [page for page in printed if mark.colour in page.by_ink]
    if len(pages) != 1:
        where = "steht auf keiner Seite" if not pages else "steht auf mehreren Seiten"
        problems.append(Problem(mark.key, f"Das Feld {where} des gedruckten Formulars."))
        return None
    page = pages[0]
    glyphs = page.by_ink[mark.colour]
    if max(map(page.base, glyphs)) - min(map(page.base, glyphs)) > _SAME_LINE:
        problems.append(Problem(mark.key, "Die Zeile ist zu schmal für das Feld; es bricht um."))
        return None
    cell = page.cells.get(mark.cell) if mark.cell else None
    if mark.kind == "tick":
        box, line = _outline(page, glyphs[0]), None
    elif mark.alone and cell is not None:
        box = _inside(cell)
        line = None
    elif mark.kind == ECHO_KIND and is_number(mark.key):
        box, line = _as_printed(page, glyphs), None
    elif mark.kind == "multiline":
        message = "Ein mehrzeiliges Feld muss allein in einer Tabellenzelle stehen."
        problems.append(Problem(mark.key, message))
        return None
    else:
        limit = (0.0, 0.0, page.width - copy.right_margin, page.height) if cell is None else cell
        box, line = _beside_text(page, glyphs, mark, limit)
        if mark.kind == ECHO_KIND:
            # As large as the words around it, but with all the room beside it.
            (_, top, _, bottom), line = _as_printed(page, glyphs), None
            box = (box[0], top, box[2], bottom)
    content = _marked_content(page, glyphs)
    if content is None:
        message = "Das Feld steht in Kopf- oder Fußzeile; dort finden es Vorleseprogramme nicht."
        problems.append(Problem(mark.key, message))
        return None
    return Place(mark, page.number, box, line, content)


def _inside(cell: Rectangle) -> Rectangle:
    """Return the room for a field alone in its cell; in a low row nearly all of it."""
    left, top, right, bottom = cell
    gap = _CELL_GAP if bottom - top > _ROOMY else _LOW_ROW_GAP
    return left + _CELL_GAP, top + gap, right - _CELL_GAP, bottom - gap


def _as_printed(page: _PrintedPage, glyphs: Sequence[_Glyph]) -> Rectangle:
    """Return the room of a number inside a phrase: no more than its line, for others are near.

    A single line stands 0.39 sizes below the middle of its box (``pdf_fill``).
    """
    base, size = page.base(glyphs[0]), glyphs[0]["size"]
    left, right = min(glyph["x0"] for glyph in glyphs), max(glyph["x1"] for glyph in glyphs)
    return left, base - 0.95 * size, right, base + 0.17 * size


def _outline(page: _PrintedPage, glyph: _Glyph) -> Rectangle:
    """Return the outline of a tick box, from the font itself."""
    base = page.base(glyph)
    _, _, outline = min(
        page.outlines, key=lambda item: abs(item[0] - glyph["x0"]) + abs(item[1] - base)
    )
    return outline


def _beside_text(
    page: _PrintedPage, glyphs: Sequence[_Glyph], mark: Mark, limit: Rectangle
) -> tuple[Rectangle, tuple[float, float, float]]:
    """Return box and line of a field that shares its line with text."""
    base = page.base(glyphs[0])
    left, end = min(glyph["x0"] for glyph in glyphs), max(glyph["x1"] for glyph in glyphs)
    others = [
        glyph
        for glyph in page.glyphs
        if glyph["text"].strip() and colour_of(glyph["non_stroking_color"]) != mark.colour
    ]
    right = limit[2] - _CELL_GAP
    for glyph in others:
        same_line = abs(page.base(glyph) - base) < glyph["size"] / 2
        if same_line and glyph["x0"] > end - 1 and glyph["x0"] < limit[2]:
            right = min(right, glyph["x0"] - _TEXT_GAP)
    top, bottom = _height(page, base, mark, (left, right), others)
    top, bottom = max(top, limit[1] + _LOW_ROW_GAP), min(bottom, limit[3] - _LOW_ROW_GAP)
    return (left, top, right, bottom), (left, right, base + 1.5)


def _height(
    page: _PrintedPage,
    base: float,
    mark: Mark,
    span: tuple[float, float],
    others: Sequence[_Glyph],
) -> tuple[float, float]:
    """Return top and bottom of a field on ``base``, free of the text above and of table lines."""
    left, right = span
    top = base - (_SIGNATURE_ABOVE if mark.kind == "signature" else _ABOVE)
    bottom = base + _BELOW
    for glyph in others:
        under = page.base(glyph) + 0.22 * glyph["size"]  # descenders
        if glyph["x0"] < right and glyph["x1"] > left and top < under < base - 8:
            top = under
    for x0, upper, x1, lower in page.rules:
        if x0 < right and x1 > left and top < lower < base - 8:
            top = lower + _LOW_ROW_GAP
        if x0 < right and x1 > left and base < upper < bottom:
            bottom = upper - _LOW_ROW_GAP
    return top, bottom


def _marked_content(page: _PrintedPage, glyphs: Sequence[_Glyph]) -> int | None:
    """Return the marked content the stand-in has for itself, None for headers and footers."""
    numbers = {glyph["mcid"] for glyph in glyphs}
    if len(numbers) != 1:
        return None
    number = numbers.pop()
    own = {id(glyph) for glyph in glyphs}
    shared = any(glyph["mcid"] == number and id(glyph) not in own for glyph in page.glyphs)
    return None if shared else number


def _apart(places: Sequence[Place]) -> list[Place]:
    """Return the places with fields beside text kept from reaching into the line below."""
    result = list(places)
    for index, upper in enumerate(result):
        for other, lower in enumerate(result):
            if upper.line is None or not _overlap(upper, lower) or upper.box[1] >= lower.box[1]:
                continue
            middle = max((upper.box[3] + lower.box[1]) / 2, upper.line[2] + 0.5)
            result[index] = upper = replace(upper, box=(*upper.box[:3], middle))
            if lower.line is not None:
                left, _, right, bottom = lower.box
                result[other] = replace(lower, box=(left, middle, right, bottom))
    return result


def _overlap(one: Place, other: Place) -> bool:
    if one is other or one.page != other.page:
        return False
    return (
        min(one.box[2], other.box[2]) - max(one.box[0], other.box[0]) > _TOUCH
        and min(one.box[3], other.box[3]) - max(one.box[1], other.box[1]) > _TOUCH
    )


def _overlaps(places: Sequence[Place]) -> list[Problem]:
    return [
        Problem(one.mark.key, f"Das Feld überschneidet sich mit dem Feld „{other.mark.key}“.")
        for index, one in enumerate(places)
        for other in places[index + 1 :]
        if _overlap(one, other)
    ]


def _too_small(places: Sequence[Place]) -> list[Problem]:
    return [
        Problem(place.mark.key, f"Das Feld ist mit {width:.0f} × {height:.0f} Punkt zu klein.")
        for place in places
        if place.mark.kind not in ("tick", ECHO_KIND)
        for width, height in [(place.box[2] - place.box[0], place.box[3] - place.box[1])]
        if width < _LEAST_WIDTH or height < _LEAST_HEIGHT
    ]


def _torn(places: Sequence[Place]) -> list[Problem]:
    """Return the items that do not stand on one page: further ones stand on copies of a page."""
    pages: dict[str, set[int]] = defaultdict(set)
    for place in places:
        for item in items_of(place.mark.key.removeprefix(ECHO))[:1]:
            pages[item].add(place.page)
    return [
        Problem(
            item,
            f"Der Eintrag verteilt sich auf die Seiten {', '.join(map(str, sorted(on)))}; er muss "
            "ganz auf einer Seite stehen (weniger Zeilen, oder ein Seitenumbruch davor).",
        )
        for item, on in pages.items()
        if len(on) > 1
    ]


def _registration(pages: int, qr: Sequence[int], squares: Sequence[int]) -> list[Problem]:
    """Return what is missing for scans, where a form has registration marks at all."""
    problems = []
    if not qr and not squares:
        return []
    for page in range(1, pages + 1):
        if qr.count(page) != 1:
            count = f"Seite {page} hat {qr.count(page)} QR-Bilder statt eines."
            problems.append(Problem(f"{QR}{page}", count))
        if squares.count(page) != 3:
            count = f"Seite {page} hat {squares.count(page)} Eckquadrate statt drei."
            problems.append(Problem(f"{SQUARE}…", count))
    return problems
