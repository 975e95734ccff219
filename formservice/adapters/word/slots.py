"""Cuts a Word document into fixed bytes and the places that change from form to form.

Every control is kept twice: as the template has it (blank), and prepared for a value: prompt
and prompt style gone, with holes where the characters, the date or the direction go.
"""

import copy
import re
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from formservice.adapters.word.found import Properties
from formservice.adapters.word.names import ECHO
from formservice.adapters.word.walk import W_TRANSITIONAL

_W = f"{{{W_TRANSITIONAL}}}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
# Processing instructions survive serialising anywhere in the tree and occur in no Word file.
_CUT = re.compile(rb'<\?fs-(\w+)\s?(\d*)\?>| w:(fullDate)="fs-hole"')
_BEGIN = re.compile(rb"<\?fs-begin \d+\?>")
# What follows w:bidi in paragraph properties and w:rtl in run properties: the order is fixed by
# the schema (ISO/IEC 29500-1, CT_PPrBase and EG_RPrBase), and Word insists on it.
_AFTER_BIDI = frozenset(
    [
        "adjustRightInd",
        "snapToGrid",
        "spacing",
        "ind",
        "contextualSpacing",
        "mirrorIndents",
        "suppressOverlap",
        "jc",
        "textDirection",
        "textAlignment",
        "textboxTightWrap",
        "outlineLvl",
        "divId",
        "cnfStyle",
        "rPr",
        "sectPr",
        "pPrChange",
    ]
)
_AFTER_RTL = frozenset(["cs", "em", "lang", "eastAsianLayout", "specVanish", "oMath", "rPrChange"])
_BESIDE_CONTROL = frozenset(f"{_W}{name}" for name in ("pPr", "bookmarkStart", "bookmarkEnd"))


class Hole(StrEnum):
    """What goes into a prepared control."""

    RUNS = "runs"
    DATE = "fullDate"
    PLAIN = "plain"
    BIDI = "bidi"


# Which mark leaves which hole; the bytes before „run“, „right“ and „plain“ are kept apart.
_HOLES = {"run": Hole.RUNS, "fullDate": Hole.DATE, "plain": Hole.PLAIN, "bidi": Hole.BIDI}


@dataclass(frozen=True, slots=True)
class Slot:
    """One control: its anchor, its blank bytes, and how to write it filled.

    ``run`` and ``right`` open a run of either direction; ``plain`` is what makes the control one
    for plain text. A tick has no holes: its ``filled`` bytes are those of the ticked box.
    """

    anchor: str
    blank: bytes
    filled: tuple[bytes | Hole, ...]
    run: bytes = b""
    right: bytes = b""
    plain: bytes = b""


@dataclass(frozen=True, slots=True)
class Direction:
    """The place where a paragraph is turned right to left with the slot of that number."""

    slot: int


Piece = bytes | Slot | Direction


def cut(document: etree._Element, anchors: frozenset[str]) -> tuple[Piece, ...]:
    """Return ``document`` as bytes, slots and directions, in order; it is left changed."""
    controls = [
        (tag, element)
        for element in document.iter(f"{_W}sdt")
        if (tag := _tag(element)) in anchors and not _inside_another(element, anchors)
    ]
    for index, (_, element) in enumerate(controls):
        element.addprevious(etree.ProcessingInstruction("fs-begin", str(index)))
        element.addnext(etree.ProcessingInstruction("fs-end", str(index)))
        paragraph = element.getparent()
        if paragraph is not None and paragraph.tag == f"{_W}p" and _alone(paragraph):
            _mark_direction(paragraph, str(index))
    filled = copy.deepcopy(document)
    for element in list(filled.iter(f"{_W}sdt")):
        if element.getprevious() is not None and _is_begin(element.getprevious()):
            _prepare(element)
    return _pieces(_serial(document), _serial(filled), [tag for tag, _ in controls])


def repeated(document: etree._Element) -> tuple[str, ...]:
    """Return the keys of the fields whose values ``document`` prints again, each once."""
    tags = (_tag(control) for control in document.iter(f"{_W}sdt"))
    # The numbers of items are printed already.
    found = (tag.removeprefix(ECHO) for tag in tags if tag.startswith(ECHO) and tag[-1] != "]")
    return tuple(dict.fromkeys(found))


def _tag(control: etree._Element) -> str:
    return Properties(_W, control.find(f"{_W}sdtPr")).tag


def _inside_another(control: etree._Element, anchors: frozenset[str]) -> bool:
    return any(_tag(outer) in anchors for outer in control.iterancestors(f"{_W}sdt"))


def _alone(paragraph: etree._Element) -> bool:
    """Say whether the control is all that stands in ``paragraph``."""
    others = [
        element
        for element in paragraph
        if element.tag not in _BESIDE_CONTROL
        and not isinstance(element, etree._ProcessingInstruction)
    ]
    return len(others) == 1


def _is_begin(element: etree._Element | None) -> bool:
    return isinstance(element, etree._ProcessingInstruction) and element.target == "fs-begin"


def _mark_direction(paragraph: etree._Element, number: str) -> None:
    properties = paragraph.find(f"{_W}pPr")
    if properties is None:
        properties = etree.Element(f"{_W}pPr")
        paragraph.insert(0, properties)
    if properties.find(f"{_W}bidi") is None:
        hole = etree.ProcessingInstruction("fs-bidi", number)
        _insert_before(properties, hole, _AFTER_BIDI)


def _insert_before(parent: etree._Element, new: etree._Element, names: frozenset[str]) -> None:
    """Insert ``new`` before the first child whose local name is one of ``names``."""
    for index, child in enumerate(parent):
        if child.tag.rpartition("}")[2] in names:
            parent.insert(index, new)
            return
    parent.append(new)


# -- the filled form of a control ----------------------------------------------------------


def _prepare(control: etree._Element) -> None:
    properties, content = control.find(f"{_W}sdtPr"), control.find(f"{_W}sdtContent")
    if properties is None or content is None:
        return
    for name in ("showingPlcHdr", "dataBinding"):
        # Word would put back what a data binding holds.
        for element in properties.findall(f"{_W}{name}"):
            properties.remove(element)
    box = properties.find(f"{_W14}checkbox")
    if box is not None:
        _tick(box, content)
        return
    date, text = properties.find(f"{_W}date"), properties.find(f"{_W}text")
    if date is not None:
        date.set(f"{_W}fullDate", "fs-hole")
    if text is not None:
        text.addprevious(etree.ProcessingInstruction("fs-before"))
        text.addnext(etree.ProcessingInstruction("fs-plain"))
    _empty(content, properties.find(f"{_W}rPr"))


def _tick(box: etree._Element, content: etree._Element) -> None:
    """Turn the box on: its state, the glyph and the font of the glyph."""
    state = box.find(f"{_W14}checked")
    if state is None:
        state = etree.Element(f"{_W14}checked")
        box.insert(0, state)
    state.set(f"{_W14}val", "1")
    drawn = box.find(f"{_W14}checkedState")
    glyph = "2612" if drawn is None else drawn.get(f"{_W14}val", "2612")
    for text in content.iter(f"{_W}t"):
        text.text = chr(int(glyph, 16))
    font = None if drawn is None else drawn.get(f"{_W14}font")
    if font:
        for fonts in content.iter(f"{_W}rFonts"):
            for side in ("ascii", "hAnsi", "eastAsia", "cs"):
                if fonts.get(f"{_W}{side}") is not None:
                    fonts.set(f"{_W}{side}", font)


def _empty(content: etree._Element, formatting: etree._Element | None) -> None:
    """Leave one place for runs in ``content``; bookmarks and the first paragraph stay."""
    inner = next(content.iter(f"{_W}p"), None)
    for paragraph in list(content.iter(f"{_W}p")):
        parent = paragraph.getparent()
        if paragraph is not inner and parent is not None:
            parent.remove(paragraph)
    home = content if inner is None else inner
    first = next(content.iter(f"{_W}r"), None)
    old = None if first is None else first.find(f"{_W}rPr")
    chosen = old if formatting is None else formatting
    place = _place(home, first)
    for element in list(home):
        if element.tag not in _BESIDE_CONTROL:
            home.remove(element)
    place = min(place, len(home))
    plain, right = _run(chosen), _run(chosen)
    properties = right[0]
    _insert_before(properties, etree.Element(f"{_W}rtl"), _AFTER_RTL)
    holes = [etree.ProcessingInstruction(f"fs-{name}") for name in ("before", "run", "right")]
    for offset, element in enumerate((holes[0], plain, holes[1], right, holes[2])):
        home.insert(place + offset, element)
    if inner is not None:
        _mark_direction(inner, "")


def _place(home: etree._Element, first: etree._Element | None) -> int:
    """Return how many elements that stay come before the first run."""
    kept = 0
    for element in home:
        if element is first:
            break
        kept += element.tag in _BESIDE_CONTROL
    return kept


def _run(formatting: etree._Element | None) -> etree._Element:
    """Return an empty run formatted as typed text in the control is, not as its prompt."""
    run = etree.Element(f"{_W}r")
    properties = etree.SubElement(run, f"{_W}rPr")
    for element in [] if formatting is None else formatting:
        prompt_style = element.tag == f"{_W}rStyle" and re.search(
            "placeholder|platzhalter", element.get(f"{_W}val", ""), re.IGNORECASE
        )
        if not prompt_style:
            properties.append(copy.deepcopy(element))
    return run


# -- bytes ---------------------------------------------------------------------------------


def _serial(document: etree._Element) -> bytes:
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8", standalone=True)


def _pieces(blank: bytes, filled: bytes, tags: list[str]) -> tuple[Piece, ...]:
    slots = [
        _slot(tag, *both)
        for tag, *both in zip(tags, _contents(blank), _contents(filled), strict=True)
    ]
    pieces: list[Piece] = []
    position = 0
    for match in _CUT.finditer(blank):
        if match.start() < position:
            continue
        pieces.append(blank[position : match.start()])
        position = match.end()
        index = int(match[2])
        if match[1] == b"bidi":
            pieces.append(Direction(index))
        else:
            pieces.append(slots[index])
            end = _mark("end", index)
            position = blank.index(end, position) + len(end)
    pieces.append(blank[position:])
    return tuple(pieces)


def _mark(name: str, index: int) -> bytes:
    return f"<?fs-{name} {index}?>".encode()


def _contents(document: bytes) -> list[bytes]:
    """Return the bytes of every slot; in one pass, for a plan of many goals is long."""
    _, *parts = _BEGIN.split(document)
    return [part.partition(_mark("end", index))[0] for index, part in enumerate(parts)]


def _slot(anchor: str, blank: bytes, filled: bytes) -> Slot:
    pieces: list[bytes | Hole] = []
    held = {"run": b"", "right": b"", "plain": b""}
    position = 0
    for match in _CUT.finditer(filled):
        before = filled[position : match.start()]
        position = match.end()
        name = (match[1] or match[3]).decode()
        if name in held:
            held[name] = before.removesuffix(b"</w:r>")
        else:
            pieces.append(before)
        if name in _HOLES:
            pieces.append(_HOLES[name])
    pieces.append(filled[position:])
    return Slot(anchor, blank, tuple(pieces), **held)
