"""Which field a printed label belongs to: unique labels first, repeated ones by their group."""

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence

from formservice.application.chunks import Chunk, distance
from formservice.application.label_match import Match, key_of, leaves_date
from formservice.domain.form import Field, FieldKind, FormDefinition

_NEAR_CONFUSIONS = 6
# How far a label without any place of its group is thought to stand from it.
_NO_HOME = 50.0


def assign(
    definition: FormDefinition, page: Sequence[Chunk], matches: Sequence[Match]
) -> list[Match]:
    """Give every match its field: unique labels first, repeated ones to the nearest group.

    Returns the matches that count: a label word without a field to label („Träger“ in the name
    of a Träger) is part of an answer.
    """
    by_label: dict[str, list[Field]] = defaultdict(list)
    for one in definition.fields:
        if one.label:
            by_label[key_of(one.label)].append(one)
    places: dict[str, list[int]] = defaultdict(list)
    for fields in by_label.values():
        found = _likeliest(fields[0], matches, page)
        if len(fields) == 1 and found:
            chosen = found[0]
            chosen.owner = fields[0]
            places[fields[0].group].append(chosen.chunk)
    for fields in by_label.values():
        found = _likeliest(fields[0], matches, page)[:_NEAR_CONFUSIONS]
        if len(fields) > 1 and found:
            for one, match in _nearest(fields, found, page, places):
                match.owner = one
    return [m for m in matches if m.owner or m.option or m.label not in by_label]


def _likeliest(one: Field, matches: Sequence[Match], page: Sequence[Chunk]) -> list[Match]:
    """Return where the label of ``one`` was found, likely places first.

    With its colon, if it has one; at the beginning of a cell or paragraph rather than within;
    that of a date rather before a date than before words.
    """
    found = [match for match in matches if match.label == key_of(one.label)]
    if len(found) > 1:
        found.sort(key=lambda match: _unlikely(one, match, page[match.chunk].text))
    if not one.label.endswith(":"):
        return found
    exact = [m for m in found if page[m.chunk].text[m.start : m.end].rstrip().endswith(":")]
    return exact or found


def _unlikely(one: Field, match: Match, text: str) -> tuple[bool, bool]:
    before_date = leaves_date(text, match.end) if one.kind is FieldKind.DATE else True
    return not before_date, bool(text[: match.start].strip())


def _nearest(
    fields: Sequence[Field],
    found: Sequence[Match],
    page: Sequence[Chunk],
    places: Mapping[str, Sequence[int]],
) -> list[tuple[Field, Match]]:
    """Pair fields of the same label with its places so that each stands nearest its group."""

    def cost(one: Field, match: Match) -> float:
        homes = places.get(one.group, ())
        steps = [
            distance(page[home], page[match.chunk], abs(home - match.chunk)) for home in homes
        ]
        return min(steps, default=_NO_HOME)

    best: list[tuple[Field, Match]] = []
    lowest = float("inf")
    count = min(len(fields), len(found))
    for chosen in itertools.permutations(found, count):
        pairs = list(zip(fields, chosen, strict=False))
        total = sum(cost(one, match) for one, match in pairs)
        if total < lowest:
            best, lowest = pairs, total
    return best
