"""Groups: fields that repeat, their keys and how many of each there are.

A key with empty brackets (``ziele[].text``) is a *pattern*; with numbers (``ziele[0].text``) it
names one field. A *shape* says how many items every group of one document has.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from formservice.domain.form import Field, FieldKey, FlowItem, FormDefinition, Group

Shape: TypeAlias = Mapping[str, int]
"""How many items each group has, by key: ``{"ziele": 2, "ziele[0].teilziele": 3}``."""

MOST_ITEMS = 99
"""No form has more; higher numbers are slips of the pen or somebody else's names."""

_NUMBER = re.compile(r"\[([0-9]{1,6})\]")
_ITEM = re.compile(r"[^\[\]]*\[[0-9]{1,6}\]")


def pattern(key: FieldKey) -> str:
    """Return ``key`` with empty brackets: ``ziele[0].text`` is one ``ziele[].text``."""
    return _NUMBER.sub("[]", key) if "[" in key else key


def numbers(key: FieldKey) -> tuple[int, ...]:
    """Return the numbers in the brackets of ``key``, outer first."""
    return tuple(int(number) for number in _NUMBER.findall(key)) if "[" in key else ()


def numbered(form: str, indices: Sequence[int]) -> FieldKey:
    """Return the pattern ``form`` with its first empty brackets filled with ``indices``."""
    for index in indices:
        form = form.replace("[]", f"[{index}]", 1)
    return form


def items_of(key: FieldKey) -> list[str]:
    """Return the items around a field, outer first: ``ziele[0]``, ``ziele[0].teilziele[1]``."""
    return [key[: match.end()] for match in _ITEM.finditer(key)]


def groups(members: Iterable[Field | Group]) -> Iterator[Group]:
    """Yield all groups of a form, each before the groups inside it."""
    for member in members:
        if isinstance(member, Group):
            yield member
            yield from groups(member.members)


def patterns(members: Iterable[Field | Group]) -> Iterator[Field]:
    """Yield the fields of a form as declared, repeated ones once with empty brackets."""
    for member in members:
        if isinstance(member, Group):
            yield from patterns(member.members)
        else:
            yield member


def flat(members: Iterable[Field | Group], shape: Shape) -> tuple[Field, ...]:
    """Return the fields of one document; a group missing in ``shape`` has its printed rows."""
    return tuple(_flat(members, shape, (), ""))


def _flat(
    members: Iterable[Field | Group], shape: Shape, indices: tuple[int, ...], called: str
) -> Iterator[Field]:
    for member in members:
        if isinstance(member, Field):
            yield _one(member, indices, called, single=False) if indices else member
            continue
        for index in range(shape.get(numbered(member.key, indices), member.rows)):
            inner = (*indices, index)
            name = f"{called}, " if called else ""
            name += f"{member.title} {index + 1}"
            if member.single:
                for field in patterns(member.members):
                    yield _one(field, inner, name, single=True)
            else:
                yield from _flat(member.members, shape, inner, name)


def _one(field: Field, indices: Sequence[int], called: str, *, single: bool) -> Field:
    """Return the field of one item, called after it („Ziel 2: Wiedervorlage“)."""
    key = numbered(field.key, indices)
    return replace(
        field,
        key=key,
        label=field.label.replace("{n}", str(indices[-1] + 1)),
        title=called if single else f"{called}: {field.name}",
        group=f"{items_of(key)[-1]} {field.group}".strip(),
    )


def shape_of(definition: FormDefinition, keys: Iterable[FieldKey]) -> dict[str, int]:
    """Return the least shape that has all of ``keys``; keys of other forms are passed over."""
    known = {group.key for group in groups(definition.members)}
    shape: dict[str, int] = {}
    for key in keys:
        for item in items_of(key):
            group, _, number = item.rpartition("[")
            count = int(number[:-1]) + 1
            if pattern(group) in known and count <= MOST_ITEMS:
                shape[group] = max(shape.get(group, 0), count)
    return shape


def repeated(
    definition: FormDefinition, flow: Sequence[FlowItem], shape: Shape
) -> Iterator[FlowItem]:
    """Yield the flow of one document: what stands between ``begin`` and ``end`` once per item."""
    rows = {group.key: group.rows for group in groups(definition.members)}
    yield from _repeated(flow, rows, shape, ())


def _repeated(
    flow: Sequence[FlowItem], rows: Mapping[str, int], shape: Shape, indices: tuple[int, ...]
) -> Iterator[FlowItem]:
    position = 0
    while position < len(flow):
        item = flow[position]
        position += 1
        if item.begin:
            end = flow.index(FlowItem(end=item.begin), position)
            inside = flow[position:end]
            position = end + 1
            for index in range(shape.get(numbered(item.begin, indices), rows[item.begin])):
                yield from _repeated(inside, rows, shape, (*indices, index))
        elif item.anchor:
            yield FlowItem(anchor=numbered(item.anchor, indices))
        elif indices:
            yield FlowItem(text=item.text.replace("{n}", str(indices[-1] + 1)))
        else:
            yield item
