"""The label chain on scanned pages: of forms that grew in Word, and of layouts not our own.

Two things are different from drawn text. Labels may be misread, so the share of labels found says
whether to go on: below it a field is unreadable, with the reason, and no half of an answer is
handed over. Tick boxes are found by their shape; where one is neither empty nor clearly ticked,
its choice is a person's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from formservice.application.extract import is_prompt
from formservice.application.label_items import item_sightings
from formservice.application.label_repair import ENOUGH_LABELS, repaired
from formservice.application.labels import label_sightings
from formservice.application.wording_exact import BOTTOM, TOP
from formservice.domain.copies import reshaped
from formservice.domain.document import Block, Doubt, Method, Opinion, ReadingBy, Sighting
from formservice.domain.form import Field, FieldKind, FormDefinition, Group
from formservice.domain.groups import Shape, pattern, patterns

UNCLEAR = "▣"
"""Stands in the text of a scanned page for a tick box that may or may not hold a mark."""

_FOUND = frozenset({Doubt.FOREIGN_LAYOUT, Doubt.RECOGNISED})
_LOST = frozenset({Doubt.FOREIGN_LAYOUT, Doubt.LABELS_LOST})


class Chained(NamedTuple):
    """What the labels on scanned pages tell; ``shape`` is how many items there are, if any."""

    sightings: list[Sighting]
    shape: Shape


def scan_sightings(definition: FormDefinition, blocks: Sequence[Block], *, own: bool) -> Chained:
    """Return what stands beside the labels on scanned pages.

    ``own`` says that the pages say to be ours: at their upper and lower edge stands what Word
    repeats on each of them.
    """
    text, share = repaired(definition, blocks)
    if share < ENOUGH_LABELS:
        page = min((block.page for block in blocks), default=1)
        return Chained(list(lost_sightings(definition, page)), {})
    if own:
        text = tuple(block for block in text if not _at_the_edge(block))
    shape, found = _looked(definition, text, "☒")
    if any(UNCLEAR in block.text for block in text):
        _, other = _looked(definition, text, "☐")
        found = list(_agreed(found, other))
    fields = reshaped(definition, shape).fields if definition.members else definition.fields
    by_key = {one.key: one for one in fields}
    boxes = sum(block.text.count(sign) for block in text for sign in f"☐☒{UNCLEAR}")
    whole = _with_whole_choices(fields, found, boxes)
    told = [_recognised(one, by_key.get(one.key)) for one in whole]
    lists = set(_unnumbered(definition.members))
    return Chained([_as_rows(one) if pattern(one.key) in lists else one for one in told], shape)


def _with_whole_choices(
    fields: Sequence[Field], found: Sequence[Sighting], boxes: int
) -> Iterator[Sighting]:
    """Yield the sightings; with boxes lost, a choice without any mark can not be told.

    ``boxes`` is how many were found on all pages.
    """
    choices = [field for field in fields if field.kind is FieldKind.CHOICE]
    ticks = [field for field in fields if field.kind is FieldKind.TICK]
    on = {one.key for one in found if one.on}
    lost = set[str]()
    if boxes < len(ticks) + sum(len(field.anchors) for field in choices):
        lost.update(
            anchor
            for field in (*choices, *ticks)
            if not on & set(field.anchors)
            for anchor in field.anchors
        )
    for one in found:
        yield _unmarked(one) if one.key in lost else one


def _unmarked(one: Sighting) -> Sighting:
    doubts = one.doubts | {Doubt.AMBIGUOUS_MARK}
    return replace(one, on=None, blank=False, doubts=doubts)


def _unnumbered(members: Sequence[Field | Group]) -> Iterator[str]:
    """Yield the keys of fields in lists whose rows nothing printed tells apart."""
    for group in members:
        for inner in group.members if isinstance(group, Group) else ():
            if isinstance(inner, Group) and not any(
                "{n}" in one.label for one in patterns([inner])
            ):
                yield from (one.key for one in patterns([inner]))


def _as_rows(one: Sighting) -> Sighting:
    """Return what stands in a list: all its rows together, as something only a person can part."""
    return replace(one, blank=False, unreadable=True)


def _looked(
    definition: FormDefinition, blocks: Sequence[Block], sign: str
) -> tuple[dict[str, int], list[Sighting]]:
    """Return what the chain finds if every unclear box is read as ``sign``."""
    plain = [replace(one, text=one.text.replace(UNCLEAR, sign)) for one in blocks]
    if definition.members:
        return item_sightings(definition, plain)
    return {}, label_sightings(definition, plain)


def _agreed(found: Sequence[Sighting], other: Sequence[Sighting]) -> Iterator[Sighting]:
    """Yield the sightings; marks that hang on an unclear box can not be told."""
    marks = {one.key: one.on for one in other}
    unclear = {
        one.key.rpartition(".")[0]
        for one in found
        if one.on is not None and marks.get(one.key) is not one.on
    }
    for one in found:
        if one.on is not None and one.key.rpartition(".")[0] in unclear:
            yield _unmarked(one)
        else:
            yield one


def _recognised(one: Sighting, prompted: Field | None) -> Sighting:
    """Return a sighting with the doubts of recognition; a misread prompt is no answer."""
    doubts = one.doubts | _FOUND
    if one.on is not None or not one.text:
        return replace(one, doubts=doubts)
    if prompted is not None and prompted.placeholder and is_prompt(prompted, one.text):
        return replace(one, text="", blank=True, doubts=doubts)
    opinion = Opinion(ReadingBy.LABEL, one.text, one.confidence)
    return replace(one, doubts=doubts, opinions=(opinion,))


def lost_sightings(definition: FormDefinition, page: int) -> Iterator[Sighting]:
    """Yield that something stands there that nobody can tell by its labels."""
    for field in definition.fields:
        marks = field.kind in (FieldKind.TICK, FieldKind.CHOICE)
        for anchor in field.anchors:
            doubts = _LOST | {Doubt.AMBIGUOUS_MARK} if marks else _LOST
            yield Sighting(
                anchor, Method.LABEL, page, unreadable=True, confidence=0.0, doubts=doubts
            )


def _at_the_edge(block: Block) -> bool:
    box = block.box
    return box is not None and not TOP < (box.top + box.bottom) / 2 < BOTTOM
