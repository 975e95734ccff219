"""Copies of a page for the items it has no room for: which there are, what stands on each.

Further items of a group stand on copies of the last page of the form that holds some of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from formservice.domain.document import Box
from formservice.domain.form import (
    Echo,
    Field,
    FieldKey,
    FormDefinition,
    Group,
    Layout,
    PageCopy,
    Zone,
)
from formservice.domain.groups import (
    MOST_ITEMS,
    Shape,
    flat,
    items_of,
    numbered,
    numbers,
    pattern,
    repeated,
)


def printed_shape(definition: FormDefinition, shape: Shape) -> dict[str, int]:
    """Return the shape of a print with at least the items of ``shape``: no page half there."""
    whole: dict[str, int] = {}
    for outer in _outer(definition):
        _, slots = _copied(definition.layout, outer)
        over = max(0, shape.get(outer.key, 0) - outer.rows)
        whole[outer.key] = outer.rows + -(-over // slots) * slots
        for index in range(whole[outer.key]):
            for inner in _inner(outer):
                parts = _parts(outer, shape, index)
                whole[numbered(inner.key, (index,))] = inner.rows * parts
    return whole


def _parts(outer: Group, shape: Shape, index: int) -> int:
    """Return on how many prints the lists inside one item stand."""
    needed = (-(-shape.get(numbered(one.key, (index,)), 0) // one.rows) for one in _inner(outer))
    return max([1, *needed])


def _copied(layout: Layout | None, outer: Group) -> tuple[int, int]:
    """Return the page that is copied for further items of a group, and how many it holds."""
    pages: dict[int, int] = {}
    start = f"{outer.key}["
    own = len(layout.pages) - len(layout.copies) if layout else 0
    for zone in layout.zones if layout else ():
        if zone.key.startswith(start) and zone.page <= own:
            index = int(zone.key[len(start) : zone.key.index("]")])
            if index < outer.rows:
                pages[index] = zone.page
    if not pages:
        return 1, outer.rows
    last = max(pages.values())
    return last, sum(page == last for page in pages.values())


def copies(definition: FormDefinition, shape: Shape) -> tuple[PageCopy, ...]:
    """Return the page copies a print of ``shape`` needs, in the order they are printed."""
    found: list[PageCopy] = []
    whole = printed_shape(definition, shape)
    for outer in _outer(definition):
        page, slots = _copied(definition.layout, outer)
        count = whole[outer.key]
        own = [PageCopy(page, outer.key, i) for i in range(outer.rows, count, slots)]
        for index in range(count):
            parts = _parts(outer, shape, index)
            own += [PageCopy(page, outer.key, index, part) for part in range(1, parts)]
        found += sorted(own)
    return tuple(found)


def shape_of_copies(definition: FormDefinition, seen: Iterable[PageCopy]) -> dict[str, int]:
    """Return the least shape whose print has the copies ``seen``; wrong ones are passed over."""
    shape: dict[str, int] = {}
    outers = {one.key: one for one in _outer(definition)}
    for copy in seen:
        outer = outers.get(copy.group)
        if outer is None or copy.first >= MOST_ITEMS or copy.part >= MOST_ITEMS:
            continue
        shape[outer.key] = max(shape.get(outer.key, 0), copy.first + 1)
        for inner in _inner(outer):
            if copy.part:
                key = numbered(inner.key, (copy.first,))
                shape[key] = max(shape.get(key, 0), inner.rows * copy.part + 1)
    return shape


def copy_mark(definition: FormDefinition, copy: PageCopy) -> tuple[int, int, int]:
    """Return how ``copy`` is named in QR codes and print, see ``Claim.copy``."""
    order = [one.key for one in _outer(definition)]
    return order.index(copy.group), copy.first, copy.part


def marked_copy(
    definition: FormDefinition, page: int, mark: tuple[int, int, int]
) -> PageCopy | None:
    """Return the copy that a page claims to be, None if the form can have no such copy."""
    number, first, part = mark
    outers = _outer(definition)
    if number >= len(outers) or first >= MOST_ITEMS or part >= MOST_ITEMS:
        return None
    copy = PageCopy(page, outers[number].key, first, part)
    shape = shape_of_copies(definition, [copy])
    return copy if copy in copies(definition, shape) else None


@dataclass(frozen=True, slots=True)
class OnCopy:
    """What is the same for all of a copy.

    ``before`` items stand on earlier pages of the form, ``slots`` on the page that is copied;
    ``rows`` are those of the groups inside an item.
    """

    copy: PageCopy
    before: int
    slots: int
    rows: Mapping[str, int]

    @classmethod
    def of(cls, definition: FormDefinition, copy: PageCopy) -> "OnCopy":
        """Return what is known of ``copy``."""
        outer = next((one for one in _outer(definition) if one.key == copy.group), None)
        if outer is None:
            return cls(copy, 0, 0, {})
        _, slots = _copied(definition.layout, outer)
        rows = {f"{one.key}[]": one.rows for one in _inner(outer)}
        return cls(copy, outer.rows - slots, slots, rows)

    def key(self, key: FieldKey) -> FieldKey | None:
        """Return which field stands on the copy where ``key`` stands on the page copied.

        None where that place is no field of the copy: its content is only repeated (``shown``),
        or it stays empty. ``key`` may also be that of a tick.
        """
        indices = self._indices(key)
        if indices is None:
            return None
        if self.copy.part:
            if len(indices) < 2:
                return None
            indices[1] += self.copy.part * self.rows[pattern(items_of(key)[1])]
        return numbered(pattern(key), indices)

    def shown(self, source: str) -> str | None:
        """Return what the copy shows where its page shows ``source``, a field or item's number.

        None where it shows nothing: in the place of an item the copy has not.
        """
        items = items_of(source)
        if not items or pattern(items[0]) != f"{self.copy.group}[]":
            return source
        if len(items) > 1:
            return self.key(source)
        indices = self._indices(source)
        return None if indices is None else numbered(pattern(source), indices)

    def _indices(self, key: FieldKey) -> list[int] | None:
        """Return the numbers ``key`` has on the copy, None if its item is not there."""
        items = items_of(key)
        if not items or pattern(items[0]) != f"{self.copy.group}[]":
            return None
        first, *inner = numbers(key)
        slot = first - self.before
        if not 0 <= slot < self.slots or (self.copy.part and slot):
            return None
        return [self.copy.first + slot, *inner]


def _outer(definition: FormDefinition) -> list[Group]:
    return [one for one in definition.members if isinstance(one, Group)]


def _inner(outer: Group) -> list[Group]:
    return [one for one in outer.members if isinstance(one, Group)]


def reshaped(definition: FormDefinition, shape: Shape) -> FormDefinition:
    """Return ``definition`` for documents of ``shape``: its fields, its layout with copies.

    A definition that was reshaped before may be reshaped again.
    """
    if not definition.members:
        return definition
    counts = tuple(sorted(shape.items()))
    fields, layout = _shaped(_Printed(definition), counts)
    return replace(definition, fields=fields, layout=layout)


class _Printed:
    """A definition as far as its prints go: equal to another of the very same parts."""

    def __init__(self, definition: FormDefinition) -> None:
        self.definition = definition

    def __eq__(self, other: object) -> bool:
        # Comparing all zones would take longer than working them out; as long as the parts are
        # kept here, no others can take their place.
        return (
            isinstance(other, _Printed)
            and self.definition.members is other.definition.members
            and self.definition.layout is other.definition.layout
        )

    def __hash__(self) -> int:
        return hash((id(self.definition.members), id(self.definition.layout)))


@lru_cache(maxsize=32)
def _shaped(
    printed: _Printed, counts: tuple[tuple[str, int], ...]
) -> tuple[tuple[Field, ...], Layout | None]:
    """Return fields and layout for a shape; kept, for most documents of a form are alike."""
    definition, shape = printed.definition, dict(counts)
    layout = None if definition.layout is None else _layout(definition, shape)
    return flat(definition.members, shape), layout


def _own(layout: Layout) -> Layout:
    """Return ``layout`` without page copies."""
    if not layout.copies:
        return layout
    own = len(layout.pages) - len(layout.copies)
    return replace(
        layout,
        pages=layout.pages[:own],
        zones=tuple(zone for zone in layout.zones if zone.page <= own),
        echoes=tuple(echo for echo in layout.echoes if echo.page <= own),
        qr=tuple((page, box) for page, box in layout.qr if page <= own),
        squares=tuple((page, box) for page, box in layout.squares if page <= own),
        copies=(),
    )


def _layout(definition: FormDefinition, shape: Shape) -> Layout:
    if definition.layout is None:
        raise AssertionError("only a form that is built has a layout")
    layout = _own(definition.layout)
    added = copies(definition, shape)
    pages, zones, echoes = list(layout.pages), list(layout.zones), list(layout.echoes)
    qr, squares = list(layout.qr), list(layout.squares)
    for copy in added:
        number = len(pages) + 1
        here = OnCopy.of(definition, copy)
        pages.append(layout.pages[copy.page - 1])
        for zone in layout.on_page(copy.page):
            key = here.key(zone.key)
            if key is not None:
                zones.append(Zone(key, zone.kind, number, zone.box))
        for echo in layout.echoes:
            source = here.shown(echo.source)
            if echo.page == copy.page and source is not None:
                echoes.append(Echo(source, number, echo.box))
        qr += _moved(layout.qr, copy.page, number)
        squares += _moved(layout.squares, copy.page, number)
    return replace(
        layout,
        pages=tuple(pages),
        zones=tuple(zones),
        echoes=tuple(echoes),
        qr=tuple(qr),
        squares=tuple(squares),
        copies=added,
        flow=tuple(repeated(definition, layout.template_flow, shape)) or layout.flow,
    )


def _moved(places: Sequence[tuple[int, Box]], page: int, number: int) -> list[tuple[int, Box]]:
    return [(number, box) for on, box in places if on == page]
