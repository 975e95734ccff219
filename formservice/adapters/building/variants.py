"""Makes the colour-marked copy of a form's Word file.

Every control is replaced by a stand-in in a colour of its own, every cell that holds one is
shaded in a colour of its own, and the pictures for registration become plain colours. Where
these colours turn up in the PDF, there the fields are; afterwards the colours are taken out of
that same PDF again, so that places and print cannot differ.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import docx
from docx.oxml.parser import OxmlElement
from docx.parts.story import StoryPart
from lxml import etree

from formservice.adapters.png import RGB, png_file
from formservice.adapters.word.names import QR, SQUARE

Colour: TypeAlias = tuple[int, int, int]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


TICK_GLYPH = "☐"
# The box must look the same on every machine; Word's MS Gothic exists on Windows only.
_TICK_FONT = "DejaVu Sans"

# Underscores, because LibreOffice neither breaks lines inside them nor trims them at line ends.
# 14 of them in 10 pt are 78 pt; a signature needs about 6 cm.
_FILLER = {"text": 14, "date": 12, "signature": 30}
# „24. September 2023“ in 10 pt is 92 pt wide.
_LONG_DATE_FILLER = 18
_MOST_DIGITS = 2
# What only repeats a field; the number of an item takes as much room as it is printed with.
ECHO_KIND = "echo"

_CELL_ORDER_AFTER_SHD = ("noWrap", "tcMar", "textDirection", "tcFitText", "vAlign", "hideMark")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the definition says about one control: kind as in ``fields.json``, long date or not.

    ``digits`` is how wide the number of an item is, 0 for everything else.
    """

    kind: str
    long_date: bool = False
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """One control in the marked copy.

    ``alone`` says that nothing else stands in its table cell. ``cell`` is the colour of the
    cell around it, None outside tables.
    """

    key: str
    kind: str
    colour: Colour
    alone: bool
    cell: Colour | None


@dataclass(frozen=True, slots=True)
class MarkedCopy:
    """The marked Word file and the meaning of its colours.

    ``restore`` says for each colour used what was there before; None means: nothing, take the
    paint away. ``pictures`` gives the name of the picture each picture colour stands for.
    ``right_margin`` is that of the last section, in points.
    """

    docx: bytes
    marks: tuple[Mark, ...]
    restore: Mapping[Colour, Colour | None]
    pictures: Mapping[Colour, str]
    right_margin: float


def tags(source: bytes) -> list[str]:
    """Return the tags of all controls in body, headers and footers, repeated ones repeatedly."""
    return [
        tag
        for part in _stories(docx.Document(io.BytesIO(source)).part)
        for _, tag in _tagged(part)
    ]


def marked_copy(source: bytes, expected: Mapping[str, Expected]) -> MarkedCopy:
    """Return ``source`` with every control named in ``expected`` marked."""
    document = docx.Document(io.BytesIO(source))
    stories = list(_stories(document.part))
    palette = _Palette(stories)
    marks: list[Mark] = []
    restore: dict[Colour, Colour | None] = {}
    pictures: dict[Colour, str] = {}
    for part in stories:
        pictures.update(_mark_pictures(part, palette))
        controls = [(sdt, tag) for sdt, tag in _tagged(part) if tag in expected]
        cells = _mark_cells([sdt for sdt, _ in controls], palette, restore)
        alone = [_stands_alone(sdt) for sdt, _ in controls]
        for (sdt, tag), single in zip(controls, alone, strict=True):
            colour = palette.ink()
            cell = _cell(sdt)
            mark = Mark(
                tag,
                expected[tag].kind,
                colour,
                single and expected[tag].kind != "tick" and not expected[tag].digits,
                cells.get(cell) if cell is not None else None,
            )
            wide = expected[tag]
            if single and wide.digits:  # nothing behind it moves, and copies count on from 10
                wide = replace(wide, digits=max(wide.digits, _MOST_DIGITS))
            restore[colour] = _put_stand_in(sdt, mark, wide)
            marks.append(mark)
        for row in part.element.iter(_W + "tr"):
            _keep_together(row)
    stream = io.BytesIO()
    document.save(stream)
    margin = document.sections[-1].right_margin
    return MarkedCopy(
        stream.getvalue(), tuple(marks), restore, pictures, 0.0 if margin is None else margin.pt
    )


class _Palette:
    """Colours that occur nowhere in the form."""

    def __init__(self, stories: list[StoryPart]) -> None:
        names = ("fill", "color", "val")
        used = {
            value
            for part in stories
            for element in part.element.iter()
            for name in names
            if (value := _rgb(element.get(_W + name))) is not None
        }
        self._inks = (
            colour
            for green in range(60, 200)
            for red in range(20, 220)
            if (colour := (red, green, 250)) not in used
        )
        # Light, because LibreOffice turns automatic text white on dark ground.
        self._grounds = (
            colour
            for green in range(255, 215, -1)
            for red in range(254, 215, -1)
            if (colour := (red, green, 215)) not in used
        )

    def ink(self) -> Colour:
        return next(self._inks)

    def ground(self) -> Colour:
        return next(self._grounds)


def _stories(main: StoryPart) -> Iterator[StoryPart]:
    """Yield the main document, then its headers and footers, each once."""
    yield main
    for relation in main.rels.values():
        if relation.is_external or not relation.reltype.endswith(("/header", "/footer")):
            continue
        if isinstance(relation.target_part, StoryPart):
            yield relation.target_part


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    if parent is None:
        raise ValueError("the element has been taken out of its document")
    return parent


def _tag(sdt: etree._Element) -> str:
    tag = sdt.find(f"{_W}sdtPr/{_W}tag")
    return "" if tag is None else tag.get(_W + "val", "")


def _cell(sdt: etree._Element) -> etree._Element | None:
    """Return the innermost table cell around the control, or the one it is wrapped around."""
    wrapped = next(sdt.iterfind(f"{_W}sdtContent/{_W}tc"), None)
    return next(sdt.iterancestors(_W + "tc"), None) if wrapped is None else wrapped


def _tagged(part: StoryPart) -> list[tuple[etree._Element, str]]:
    return [(sdt, tag) for sdt in part.element.iter(_W + "sdt") if (tag := _tag(sdt))]


def _rgb(value: str | None) -> Colour | None:
    if value is None or len(value) != 6:
        return None
    try:
        number = int(value, 16)
    except ValueError:
        return None
    return number >> 16, number >> 8 & 255, number & 255


def _hex(colour: Colour) -> str:
    return "{:02X}{:02X}{:02X}".format(*colour)


def _element(name: str, **attributes: str) -> etree._Element:
    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(_W + key, value)
    return element


def _mark_cells(
    controls: list[etree._Element], palette: _Palette, restore: dict[Colour, Colour | None]
) -> dict[etree._Element, Colour]:
    """Shade the innermost cell around each control; return the colour of each cell.

    Shading that comes from a table style is not seen and would be lost: templates shade cells
    directly.
    """
    cells: dict[etree._Element, Colour] = {}
    for sdt in controls:
        cell = _cell(sdt)
        if cell is None or cell in cells:
            continue
        colour = palette.ground()
        cells[cell] = colour
        properties = cell.find(_W + "tcPr")
        if properties is None:
            properties = _element("tcPr")
            cell.insert(0, properties)
        old = properties.find(_W + "shd")
        restore[colour] = None if old is None else _rgb(old.get(_W + "fill"))
        if old is not None:
            properties.remove(old)
        after = [
            child for child in properties if child.tag.rpartition("}")[2] in _CELL_ORDER_AFTER_SHD
        ]
        place = properties.index(after[0]) if after else len(properties)
        properties.insert(place, _element("shd", val="clear", color="auto", fill=_hex(colour)))
    return cells


def _stands_alone(sdt: etree._Element) -> bool:
    """Say whether the control is all that stands in its cell."""
    cell = _cell(sdt)
    if cell is None:
        return False
    inside = set(sdt.iter())
    others = (_W + "t", _W + "tbl", _W + "drawing", _W + "pict", _W + "tab")
    return not any(
        element not in inside and (element.tag != _W + "t" or (element.text or "").strip())
        for element in cell.iter(*others)
        if not (element.tag == _W + "tab" and _parent(element).tag == _W + "tabs")
    )


def _put_stand_in(sdt: etree._Element, mark: Mark, expected: Expected) -> Colour | None:
    """Replace the control by its stand-in; return the ink to be restored later, if any.

    The control itself must go: LibreOffice 7.4 drops the colour of runs inside text controls.
    """
    content = sdt.find(_W + "sdtContent")
    old = next(iter(sdt.iter(_W + "r")), None)
    run = _element("r")
    properties, ink = _run_properties(old, mark)
    run.append(properties)
    text = _element("t")
    text.text = _stand_in_text(mark, expected)
    run.append(text)
    block = None if content is None else next(iter(content.iter(_W + "tc", _W + "p")), None)
    if block is None:
        replacement = run
    else:
        replacement = block
        paragraph = block if block.tag == _W + "p" else next(block.iter(_W + "p"))
        for child in list(paragraph):
            if child.tag != _W + "pPr":
                paragraph.remove(child)
        for extra in list(block.iter(_W + "p"))[1:]:
            _parent(extra).remove(extra)
        paragraph.append(run)
    _parent(sdt).replace(sdt, replacement)
    _size_paragraph_mark(run)
    return ink


def _stand_in_text(mark: Mark, expected: Expected) -> str:
    if mark.kind == "tick":
        return TICK_GLYPH
    if mark.alone:
        return "X"
    if expected.digits:
        return "_" * expected.digits
    count = _LONG_DATE_FILLER if expected.long_date else _FILLER.get(mark.kind, _FILLER["text"])
    return "_" * count


def _run_properties(
    old: etree._Element | None, mark: Mark
) -> tuple[etree._Element, Colour | None]:
    """Return properties in the mark's colour, and the ink the tick box had (black if none)."""
    found = None if old is None else old.find(_W + "rPr")
    before = {} if found is None else {child.tag.rpartition("}")[2]: child for child in found}
    properties = _element("rPr")
    if mark.kind == "tick":
        properties.append(_element("rFonts", ascii=_TICK_FONT, hAnsi=_TICK_FONT, cs=_TICK_FONT,
                                   eastAsia=_TICK_FONT))  # fmt: skip
    elif "rFonts" in before:
        properties.append(before["rFonts"])
    properties.append(_element("color", val=_hex(mark.colour)))
    for name in ("sz", "szCs"):
        if name in before:
            properties.append(before[name])
    # A field is never underlined or bold by itself; its paragraph style may say otherwise.
    properties.append(_element("u", val="none"))
    if mark.kind != "tick":
        return properties, None
    ink = _rgb(before["color"].get(_W + "val")) if "color" in before else None
    return properties, ink or (0, 0, 0)


def _size_paragraph_mark(run: etree._Element) -> None:
    """Give the end of the paragraph the size of the run, or it could make the line higher."""
    paragraph = next(run.iterancestors(_W + "p"), None)
    size = run.find(f"{_W}rPr/{_W}sz")
    if paragraph is None or size is None:
        return
    mark = paragraph.find(f"{_W}pPr/{_W}rPr/{_W}sz")
    if mark is not None and len(list(paragraph.iter(_W + "r"))) == 1:
        mark.set(_W + "val", size.get(_W + "val", ""))


def _keep_together(row: etree._Element) -> None:
    """Forbid a break inside the row: a field must stand on one page (only in this copy)."""
    properties = row.find(_W + "trPr")
    if properties is None:
        properties = _element("trPr")
        first = next((i for i, child in enumerate(row) if child.tag == _W + "tblPrEx"), -1)
        row.insert(first + 1, properties)
    if properties.find(_W + "cantSplit") is None:
        properties.insert(0, _element("cantSplit"))


def _mark_pictures(part: StoryPart, palette: _Palette) -> dict[Colour, str]:
    """Make each registration picture one plain colour; return which is which."""
    pictures: dict[Colour, str] = {}
    for properties in part.element.iter(_WP + "docPr"):
        name = properties.get("name", "")
        blip = next(iter(_parent(properties).iter(_A + "blip")), None)
        if blip is None or not name.startswith((QR, SQUARE)):
            continue
        colour = palette.ink()
        relation, _ = part.get_or_add_image(io.BytesIO(_plain_png(colour)))
        blip.set(_R + "embed", relation)
        pictures[colour] = name
    return pictures


def _plain_png(colour: Colour, size: int = 4) -> bytes:
    """Return a PNG of one colour, ``size`` pixels square."""
    return png_file(size, size, (b"\0" + bytes(colour) * size) * size, depth=8, colour=RGB)
