"""The label chain for forms whose fields repeat: each item is looked at by itself.

An item begins with its own label („Ziel 2:“). What stands between two of these labels is searched
for the fields of one item alone, so the same label in every item is no puzzle. Lists inside an
item are told by their numbers („Teilziel 3“); of one without numbers only the first is found,
with all that stands there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from formservice.application.labels import label_sightings
from formservice.domain.document import Block, Sighting
from formservice.domain.form import Field, FieldKind, FlowItem, FormDefinition, Group
from formservice.domain.groups import (
    MOST_ITEMS,
    flat,
    items_of,
    numbered,
    patterns,
    repeated,
)
from formservice.domain.values import folded

# Begins the key of what is looked for only because an answer ends before it.
_HEADING = "="
_NUMBER = "{n}"


def item_sightings(
    definition: FormDefinition, blocks: Sequence[Block]
) -> tuple[dict[str, int], list[Sighting]]:
    """Return how many items the labels tell of, and what stands beside them."""
    shape = _numbered_lists(definition, blocks)
    plain = [
        field
        for one in definition.members
        for field in ((one,) if isinstance(one, Field) else flat((one,), shape))
        if isinstance(one, Field) or one.key in shape
    ]
    starts = [
        (position, group, index)
        for group in definition.members
        if isinstance(group, Group) and group.key not in shape
        for position, index in _starts(_starter(group), blocks)
    ]
    starts.sort(key=lambda start: start[0])
    # An item ends where the next one begins.
    ends = [*(position for position, _, _ in starts[1:]), len(blocks)][: len(starts)]
    head = blocks[: starts[0][0]] if starts else blocks
    found = label_sightings(_alone(definition, plain, (), {}), head)
    for (begin, group, index), end in zip(starts, ends, strict=True):
        own = blocks[begin:end]
        inner = _inner_shape(group, index, own)
        fields = flat((group,), {group.key: index + 1} | inner)
        fields = tuple(one for one in fields if items_of(one.key)[0] == f"{group.key}[{index}]")
        # Behind the last item the form itself goes on.
        rest = plain if end == len(blocks) else []
        sub = _alone(definition, (*fields, *rest), _headings(definition, group), inner)
        shape[group.key] = max(shape.get(group.key, 0), index + 1)
        shape |= inner
        found += [one for one in label_sightings(sub, own) if not one.key.startswith(_HEADING)]
    for outer in definition.members:
        if isinstance(outer, Group):
            shape.setdefault(outer.key, 1)
    return _whole(definition, shape), list(_first(found))


def _numbered_lists(definition: FormDefinition, blocks: Sequence[Block]) -> dict[str, int]:
    """Return how many rows lists of one field have whose labels tell them apart.

    They are fields like any other („Unterschrift 2“), with other fields between them.
    """
    shape = {}
    for group in definition.members:
        if isinstance(group, Group) and group.single and _NUMBER in (label := _starter(group)):
            seen = [index for _, index in _starts(label, blocks)]
            shape[group.key] = max(seen, default=0) + 1
    return shape


def _first(found: Sequence[Sighting]) -> Iterator[Sighting]:
    """Yield one sighting for every key, rather one that holds something."""
    best: dict[str, Sighting] = {}
    for one in found:
        known = best.get(one.key)
        if known is None or (known.blank and not one.blank):
            best[one.key] = one
    yield from best.values()


def _whole(definition: FormDefinition, shape: dict[str, int]) -> dict[str, int]:
    """Return ``shape`` with at least one row in every list of every item: it was looked for."""
    whole = dict(shape)
    for group in definition.members:
        if isinstance(group, Group):
            for inner in (one for one in group.members if isinstance(one, Group)):
                for index in range(shape[group.key]):
                    whole.setdefault(numbered(inner.key, (index,)), 1)
    return whole


def _starter(group: Group) -> str:
    """Return the label an item begins with: the first with its number, else the first at all."""
    labels = [one.label for one in patterns([group]) if one.label]
    own = [one.label for one in group.members if isinstance(one, Field) and one.label]
    return next((label for label in own if _NUMBER in label), next(iter((*own, *labels)), ""))


def _starts(label: str, blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Yield which blocks begin an item (from 0), by the number printed there or their order."""
    pattern = _pattern(label)
    if pattern is None:
        return
    last = -1
    for position, block in enumerate(blocks):
        match = pattern.match(folded(block.text))
        if match is None:
            continue
        index = int(match["n"]) - 1 if "n" in match.groupdict() else last + 1
        # „Ziel 1“ once more, or far ahead: a second plan, or a slip of the pen.
        last = index if last < index < MOST_ITEMS else last + 1
        if last >= MOST_ITEMS:
            return
        yield position, last


def _pattern(label: str) -> re.Pattern[str] | None:
    """Return what finds a label at the beginning of a block, with its colon if it has one."""
    before, _, after = folded(label).partition(_NUMBER)
    if not (before + after).strip(" :"):
        return None
    start, end = (
        r"\s+".join(re.escape(word) for word in part.split()) for part in (before, after)
    )
    number = r"\s*(?P<n>[0-9]{1,2})\s*" if _NUMBER in label else ""
    bound = r"(?!\w)" if not end else ""
    return re.compile(rf"\s*{start}{number}{end}{bound}", re.IGNORECASE)


def _inner_shape(group: Group, index: int, blocks: Sequence[Block]) -> dict[str, int]:
    """Return how many rows the lists inside one item have."""
    shape = {}
    for inner in (one for one in group.members if isinstance(one, Group)):
        label = _starter(inner)
        seen = [n for _, n in _starts(label, blocks)] if _NUMBER in label else []
        shape[numbered(inner.key, (index,))] = max(seen, default=0) + 1
    return shape


def _headings(definition: FormDefinition, group: Group) -> tuple[Field, ...]:
    """Return fields that stand for the headings of the lists inside an item.

    An answer before such a heading ends there; what comes behind it is none of that answer.
    """
    flow = definition.layout.template_flow if definition.layout else ()
    labels = {folded(one.label) for one in patterns([group])}
    # Two lists may have the same heading: it is looked for as often as it is printed.
    names = [
        item.text
        for position, item in enumerate(flow)
        if item.text and folded(item.text) not in labels and _opens(flow[position + 1 :], group)
    ]
    return tuple(
        Field(f"{_HEADING}{number}", FieldKind.MULTILINE, name, name)
        for number, name in enumerate(names)
    )


def _opens(following: Sequence[FlowItem], group: Group) -> bool:
    """Say whether the next thing that is no text is a list inside ``group``."""
    after = next((item for item in following if not item.text), None)
    return after is not None and after.begin.startswith(f"{group.key}[]")


def _alone(
    definition: FormDefinition,
    fields: Sequence[Field],
    headings: Sequence[Field],
    shape: dict[str, int],
) -> FormDefinition:
    """Return the part of ``definition`` that has only ``fields``, as a form by itself.

    A label that begins an item stands at the beginning of the part; further on it is a word of an
    answer.
    """
    layout = definition.layout
    if layout is not None and layout.template_flow:
        outer = (one for one in definition.members if isinstance(one, Group))
        begins = [pattern for one in outer if (pattern := _pattern(_starter(one)))]
        flow = repeated(definition, layout.template_flow, shape)
        kept = (
            item
            for item in flow
            if not any(begin.fullmatch(folded(item.text)) for begin in begins)
        )
        layout = replace(layout, flow=tuple(kept))
    return replace(definition, fields=(*fields, *headings), layout=layout, members=())
