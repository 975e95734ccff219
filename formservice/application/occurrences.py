"""Rows people copied in Word: their controls have the names of the rows they were copied from.

Word copies a content control with its tag. So a tag that comes up twice inside a group is a
further item; the items are numbered by their order in the document. Where it is not plain what
was copied the names stay as they are, and what they hold is a conflict.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from formservice.domain.document import Sighting
from formservice.domain.form import FormDefinition, Group
from formservice.domain.groups import numbered, numbers


def numbered_by_occurrence(
    definition: FormDefinition, sightings: Sequence[Sighting]
) -> list[Sighting]:
    """Return ``sightings``, in the order of the document, with copied items as further ones."""
    keys = [sighting.key for sighting in sightings]
    if len(set(keys)) == len(keys):
        return list(sightings)
    for outer in (one for one in definition.members if isinstance(one, Group)):
        renamed = _renumbered(keys, outer.key)
        if renamed is None:
            continue
        keys = renamed
        for inner in (one for one in outer.members if isinstance(one, Group)):
            for index in sorted({_number(key, outer.key) for key in keys} - {-1}):
                keys = _renumbered(keys, numbered(inner.key, (index,))) or keys
    return [
        one if one.key == key else replace(one, key=key)
        for one, key in zip(sightings, keys, strict=True)
    ]


def _number(key: str, group: str) -> int:
    """Return which item of ``group`` (its key) a field belongs to, -1 if to none."""
    if not key.startswith(f"{group}["):
        return -1
    digits = key[len(group) + 1 :].partition("]")[0]
    return int(digits) if digits.isdigit() else -1


def _below(key: str, group: str) -> str:
    """Return the key of a field inside its item of ``group``."""
    return key[len(group) + 1 :].partition("]")[2]


def _renumbered(keys: Sequence[str], group: str) -> list[str] | None:
    """Return ``keys`` with the items of ``group`` numbered in their order, None if not plain."""
    here = [position for position, key in enumerate(keys) if _number(key, group) >= 0]
    own = [keys[position] for position in here if not numbers(_below(keys[position], group))]
    if len(set(own)) == len(own):
        return list(keys)
    runs = _runs(keys, here, group)
    if not _is_plain(keys, runs, group):
        return None
    renamed = list(keys)
    for index, run in enumerate(runs):
        for position in run:
            renamed[position] = f"{group}[{index}]{_below(keys[position], group)}"
    return renamed


def _runs(keys: Sequence[str], here: Sequence[int], group: str) -> list[list[int]]:
    """Part the positions of a group's fields into items: each begins as the first one does."""
    starter = _below(keys[here[0]], group)
    runs: list[list[int]] = []
    last = -1
    for position in here:
        number = _number(keys[position], group)
        if number != last or _below(keys[position], group) == starter:
            runs.append([])
            last = number
        runs[-1].append(position)
    return runs


def _is_plain(keys: Sequence[str], runs: Sequence[Sequence[int]], group: str) -> bool:
    """Say whether all items are whole."""
    wanted = _own(keys, runs[0], group)
    return all(_own(keys, run, group) == wanted for run in runs) and len(set(wanted)) == len(
        wanted
    )


def _own(keys: Sequence[str], run: Iterable[int], group: str) -> list[str]:
    """Return the fields of an item that are in no group inside it, in a fixed order."""
    below = (_below(keys[position], group) for position in run)
    return sorted(name for name in below if not numbers(name))
