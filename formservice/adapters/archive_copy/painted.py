"""What the pages of a PDF paint: read once, for all checks that ask about it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf
from pikepdf import Array, Dictionary

_SHOWS = ("Tj", "TJ", "'", '"')
_PAINTS = frozenset((*_SHOWS, "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "Do"))
_FOUR_COLOURS = frozenset("kK")
_DEEPEST = 12  # forms inside forms; ours have two
_MOST_SAVES = 28  # ISO 19005-2, 6.1.13
LONGEST_STRING = 32_767
"""Bytes a string may have (ISO 19005-2, 6.1.13)."""


@dataclass(slots=True)
class Painted:
    """What was found.

    ``codes`` are the strings shown, by the number of their font object. ``untagged`` are the pages
    (from 1) that paint outside the structure and outside artifacts, ``mixed`` those with artifacts
    inside content or the other way round; ``marks`` the numbers of marked contents, by page.
    """

    codes: dict[tuple[int, int], set[bytes]] = field(default_factory=dict)
    fonts: dict[tuple[int, int], pikepdf.Object] = field(default_factory=dict)
    untagged: set[int] = field(default_factory=set)
    marks: dict[int, list[int]] = field(default_factory=dict)
    four_colours: set[int] = field(default_factory=set)
    unresolved: set[int] = field(default_factory=set)
    nested: set[int] = field(default_factory=set)
    mixed: set[int] = field(default_factory=set)
    long: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _State:
    page: int
    depth: int = 0
    tags: list[str] = field(default_factory=list)
    saves: list[pikepdf.Object | None] = field(default_factory=list)
    font: pikepdf.Object | None = None


def painted(pdf: pikepdf.Pdf) -> Painted:
    """Follow every page, and the forms drawn on it."""
    found = Painted()
    for number, page in enumerate(pdf.pages, 1):
        found.marks[number] = []
        state = _State(number)
        _follow(page.obj, page.obj.get("/Resources", Dictionary()), state, found)
    return found


def _follow(
    stream: pikepdf.Object, resources: pikepdf.Object, state: _State, found: Painted
) -> None:
    for step in pikepdf.parse_content_stream(stream):
        name = str(step.operator)
        operands = step.operands
        if name in ("BDC", "BMC", "EMC"):
            _tag(name, operands, state, found)
        elif name == "q":
            state.saves.append(state.font)
            if len(state.saves) > _MOST_SAVES:
                found.nested.add(state.page)
        elif name == "Q" and state.saves:
            state.font = state.saves.pop()
        elif name == "Tf":
            state.font = _named(resources, "/Font", operands[0], state, found)
            if state.font is not None:
                found.fonts[state.font.objgen] = state.font
        elif name in _FOUR_COLOURS:
            found.four_colours.add(state.page)
        if name in _PAINTS or name == "INLINE IMAGE":
            _paint(name, operands, resources, state, found)


def _tag(name: str, operands: object, state: _State, found: Painted) -> None:
    if name == "EMC":
        if state.tags:
            state.tags.pop()
        return
    kind = str(operands[0])  # type: ignore[index]  # the operands of BDC and BMC
    settings = operands[1] if name == "BDC" else None  # type: ignore[index]
    number = settings.get("/MCID") if isinstance(settings, Dictionary) else None
    if number is not None:
        found.marks[state.page].append(int(number))
    tag = "artifact" if kind == "/Artifact" else "content" if number is not None else "other"
    # Whatever is marked inside an artifact, and every artifact inside whatever is marked.
    if "artifact" in state.tags or (tag == "artifact" and state.tags):
        found.mixed.add(state.page)
    if isinstance(settings, Dictionary) and any(
        isinstance(one, pikepdf.String) and len(bytes(one)) > LONGEST_STRING
        for _, one in settings.items()
    ):
        found.long.add(state.page)
    state.tags.append(tag)


def _paint(
    name: str, operands: object, resources: pikepdf.Object, state: _State, found: Painted
) -> None:
    if name == "Do":
        target = _named(resources, "/XObject", operands[0], state, found)  # type: ignore[index]
        if target is None:
            return
        if target.get("/Subtype") == "/Form":
            if state.depth < _DEEPEST:
                state.depth += 1
                own = target.get("/Resources", resources)
                kept = state.font
                _follow(target, own, state, found)
                state.font = kept
                state.depth -= 1
            return
    if not {"artifact", "content"} & set(state.tags):
        found.untagged.add(state.page)
    if name in _SHOWS and state.font is not None:
        codes = found.codes.setdefault(state.font.objgen, set())
        codes.update(_strings(operands))


def _strings(operands: object) -> Iterator[bytes]:
    for operand in operands:  # type: ignore[attr-defined]  # a list of operands
        if isinstance(operand, pikepdf.String):
            yield bytes(operand)
        elif isinstance(operand, Array):
            yield from (bytes(one) for one in operand if isinstance(one, pikepdf.String))


def _named(
    resources: pikepdf.Object, kind: str, name: object, state: _State, found: Painted
) -> pikepdf.Object | None:
    entry = resources.get(kind, Dictionary()).get(str(name))
    if entry is None:
        found.unresolved.add(state.page)
    return entry
