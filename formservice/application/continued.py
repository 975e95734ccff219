"""Which answer each flat continuation sheet of a document goes on with.

A sheet says it by the name of the field, the question and the number of its part. On a scan each
of them may be misread; then it also counts which answers say that they go on.
"""

import difflib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from formservice.application.extract import CONTINUED
from formservice.domain.document import Method, Sighting, part_key, part_of
from formservice.domain.form import Field, FieldKey, FieldKind, FormDefinition
from formservice.domain.groups import numbers, pattern
from formservice.domain.values import folded

# So much alike a name or question is meant, with a few letters misread.
_ALIKE = 0.8
# Names of two items differ by one digit; less than this is no difference at all.
_NEARER = 0.01
_NUMBER = re.compile(r"[0-9]{1,3}")
# Signs that recognition takes for each other, brackets and digits above all.
_MISTAKEN = str.maketrans("li|!o", "11110")
_BRACKET = re.compile(r"(?<![\[({\d])[li1|](?=[\dlio|]+[\])}])")
_NO_SIGN = re.compile(r"[\W_]")

Slot: TypeAlias = tuple[FieldKey, int]
"""A part (from 2) of the answer in a field."""


@dataclass(frozen=True, slots=True)
class SheetSeen:
    """A flat sheet as it was read: its heading, its text, and whether ``same`` reference.

    ``same`` says that it carries the very reference of the form: it was printed with it.
    """

    field: str
    question: str
    part: str
    text: Sighting
    same: bool

    @property
    def number(self) -> int | None:
        """Which part it says it is, None where it cannot be told."""
        found = _NUMBER.search(self.part)
        return int(found[0]) if found and int(found[0]) > 1 else None


def continued(
    definition: FormDefinition, seen: Sequence[Sighting], sheets: Sequence[SheetSeen]
) -> dict[int, Sighting]:
    """Return what the sheets at these places (from 0) hold, as parts of the form's fields.

    ``seen`` is all that stands on the form and on sheets with fields. A sheet not returned is
    none of them for sure. No part is given twice, and none to an answer that is not here.
    """
    open_parts = _OpenParts(definition, seen)
    found: dict[int, Sighting] = {}
    # First who says it clearly, last who does not even say which part it is. Each sheet that
    # finds its place leaves fewer for the others.
    for known, guess in ((True, False), (True, True), (False, True)):
        rest = {n for n, one in enumerate(sheets) if (one.number is not None) is known}
        while settled := open_parts.settled(
            {n: sheets[n] for n in rest - found.keys()}, guess=guess
        ):
            for n, slot in settled.items():
                found[n] = open_parts.filled(slot, sheets[n].text)
    return found


class _OpenParts:
    """The parts nobody has found yet; those found are known by their text."""

    def __init__(self, definition: FormDefinition, seen: Sequence[Sighting]) -> None:
        written = (FieldKind.TEXT, FieldKind.MULTILINE)
        self._fields = [one for one in definition.fields if one.kind in written]
        keys = {one.key for one in self._fields}
        self._parts: dict[Slot, Sighting] = {}
        for one in seen:
            slot = part_of(one.key)
            if slot[0] in keys and not (slot in self._parts and not _goes_on(one)):
                self._parts[slot] = one

    def filled(self, slot: Slot, text: Sighting) -> Sighting:
        """Note that ``text`` is that part, and return it as such.

        It is told apart from its beginning by no method: else nothing would put them together.
        """
        key, number = slot
        part = replace(text, key=part_key(key, number), method=self._parts[(key, 1)].method)
        self._parts[slot] = part
        return part

    def settled(self, sheets: Mapping[int, SheetSeen], *, guess: bool) -> dict[int, Slot]:
        """Return which parts the sheets are, those that no two of them would be.

        Without ``guess`` only the name of the field counts, where nothing speaks against it.
        """
        slots = {place: self._slot(one, guess=guess) for place, one in sheets.items()}
        times = Counter(slots.values())
        return {place: slot for place, slot in slots.items() if slot and times[slot] == 1}

    def _slot(self, sheet: SheetSeen, *, guess: bool) -> Slot | None:
        key = self._meant(sheet, guess=guess)
        if key is None or (key, 1) not in self._parts:
            return None
        number = sheet.number or self._next(key)
        return None if number is None or (key, number) in self._parts else (key, number)

    def _meant(self, sheet: SheetSeen, *, guess: bool) -> FieldKey | None:
        """Return the field whose answer goes on, None where it cannot be told."""
        written = "".join(sheet.field.split())
        keys = {one.key for one in self._fields}
        if sheet.text.method is not Method.OCR and written in keys:
            return written
        if sheet.number is None and not sheet.same:
            return None
        asked = _asked(sheet.question, self._fields)
        waiting = {key for key in keys if self._awaits(key, sheet.number)}
        read = _named(written, keys)
        if read is not None:
            # A digit misread as another names another item.
            others = {key for key in keys if pattern(key) == pattern(read)} - {read}
            meant = others & asked if read not in asked else set[FieldKey]()
            if written != read and read not in waiting:
                meant |= others & waiting
            if not (meant and guess):
                return None if meant else read
            return _only(_narrowed({read, *meant}, waiting))
        if not guess:
            return None
        near = _near(written, keys)
        if len(near) == 1 and not numbers(min(near)):
            return min(near)
        left = _narrowed(keys, near, asked, waiting)
        # Another question and no number: a sheet that a person filled.
        part = sheet.number is not None or not sheet.question.strip()
        hinted = near or asked or (sheet.same and waiting and part)
        if not hinted or (waiting and not near and not left & waiting):
            return None
        return _only(left) or _nearest(written, left)

    def _awaits(self, key: FieldKey, number: int | None) -> bool:
        """Say whether an answer goes on with that part, with any where it has no number."""
        if number is None:
            return self._next(key) is not None
        first, before = self._parts.get((key, 1)), self._parts.get((key, number - 1))
        if first is None or not _goes_on(first) or (key, number) in self._parts:
            return False
        return before is None or _goes_on(before)

    def _next(self, key: FieldKey) -> int | None:
        """Return the first part that is announced and not there."""
        number = 2
        while (key, number) in self._parts:
            number += 1
        return number if self._awaits(key, number) else None


def _goes_on(text: Sighting) -> bool:
    return text.text.rstrip().endswith(CONTINUED)


def _plain(written: str) -> str:
    """Return a name without what recognition mixes up."""
    return _NO_SIGN.sub("", _BRACKET.sub("[", written.casefold()).translate(_MISTAKEN))


def _named(written: str, keys: Collection[FieldKey]) -> FieldKey | None:
    if written in keys:
        return written
    same = [key for key in keys if _plain(key) == _plain(written)]
    return same[0] if len(same) == 1 else None


def _near(written: str, keys: Collection[FieldKey]) -> set[FieldKey]:
    """Return the field named with some letters misread; of items, that of all of them."""
    alike = {key: _likeness(_plain(written), _plain(key)) for key in keys}
    best = max(sorted(alike), key=lambda key: alike[key], default=None)
    if best is None or alike[best] < _ALIKE:
        return set()
    return {key for key in keys if pattern(key) == pattern(best)}


def _nearest(written: str, keys: set[FieldKey]) -> FieldKey | None:
    """Return the one of ``keys`` that is more like what is written than all others."""
    alike = sorted(((_likeness(_plain(written), _plain(key)), key) for key in keys), reverse=True)
    if len(alike) < 2 or alike[0][0] < _ALIKE or alike[0][0] - alike[1][0] < _NEARER:
        return None
    return alike[0][1]


def _asked(question: str, fields: Iterable[Field]) -> set[FieldKey]:
    """Return the fields with that question; what is too long for its place was cut."""
    said = _question(question)
    if not said:
        return set()
    alike = {}
    for one in fields:
        label = _question(one.label)
        alike[one.key] = max(_likeness(said, label), _likeness(said, label[: len(said)]))
    best = max(alike.values(), default=0.0)
    if best < _ALIKE:
        return set()
    return {key for key, likeness in alike.items() if best - likeness < _NEARER}


def _question(text: str) -> str:
    return folded(text).casefold().strip(" :….")


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _narrowed(keys: set[FieldKey], *hints: set[FieldKey]) -> set[FieldKey]:
    """Return the keys that ``hints`` leave, each as far as it leaves any."""
    for hint in hints:
        keys = keys & hint or keys
    return keys


def _only(keys: set[FieldKey]) -> FieldKey | None:
    return next(iter(keys)) if len(keys) == 1 else None
