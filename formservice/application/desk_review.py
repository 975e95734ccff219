"""A document as the desk shows it: one field after the other, with all that helps to decide it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any  # readings have the shape of the JSON contract

from formservice.application.desk import LOOK, Decision, Draft, doubtful
from formservice.application.desk_pictures import Seen, Zone, zones
from formservice.application.editing_record import fitting
from formservice.application.known_forms import form_read
from formservice.application.ports import Forms
from formservice.application.terms import METHODS, NOTHING, reading_by
from formservice.domain import values
from formservice.domain.case import State
from formservice.domain.document import Doubt
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef
from formservice.domain.rules import REASONS

NO_FIELD = "Diese Angabe hat der Vorgang nicht."
"""What is told of a key that a document has no field for."""


@dataclass(frozen=True, slots=True)
class Said:
    """One reading of a field: who read, what, how sure (percent; None where nobody says)."""

    by: str
    text: str
    percent: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that somebody has to look at.

    ``shown`` is what the machine read, as people write it; ``typed`` the same as it stands in an
    input; ``on`` what a box or signature was read as. ``options`` are those of a choice with
    whether they were read as chosen. ``can_accept`` says that something was read which can be
    confirmed. ``decision`` is what was decided.
    """

    key: str
    name: str
    help: str
    kind: FieldKind
    o_ton: bool
    several: bool
    options: Sequence[tuple[str, str, bool]]
    shown: str
    typed: str
    can_accept: bool
    on: bool | None
    readings: Sequence[Said]
    reasons: Sequence[str]
    zones: Sequence[Zone]
    decision: Decision | None

    @property
    def number(self) -> int | None:
        """On which page of the document it stands, from 1; None where nobody knows."""
        return self.zones[0].number if self.zones else None


@dataclass(frozen=True, slots=True)
class Review:
    """A document at the desk. ``pages`` is how many it has, ``others`` what concerns all of it."""

    document: str
    version: int
    state: State
    name: str
    form: FormRef | None
    title: str
    received: date
    pages: int
    has_pictures: bool
    asked: Sequence[Asked]
    others: Sequence[str]

    @property
    def is_empty(self) -> bool:
        """Say whether all its pages are others' by now: there is nothing to look at."""
        return self.state is State.JOINED or (self.has_pictures and not self.pages)

    @property
    def can_be_sorted(self) -> bool:
        """Say whether it is not decided yet which form it is, or whether it is none."""
        return self.state in (State.IN_REVIEW, State.UNIDENTIFIED)

    @property
    def open(self) -> Sequence[Asked]:
        """What is not decided yet."""
        return [one for one in self.asked if one.decision is None]

    def next_open(self, after: str | None = None) -> Asked | None:
        """Return the next field to decide behind ``after``, from the beginning at the end."""
        keys = [one.key for one in self.asked]
        start = keys.index(after) + 1 if after in keys else 0
        around = [*self.asked[start:], *self.asked[:start]]
        return next((one for one in around if one.decision is None), None)

    def field(self, key: str) -> Asked | None:
        """Return one of the fields."""
        return next((one for one in self.asked if one.key == key), None)


def review(seen: Seen, draft: Draft, forms: Forms, pages: int, has_pictures: bool) -> Review:
    """Return a document with what has to be looked at, in the order of its pages."""
    reading, definition = seen.reading, definition_of(seen.reading, forms)
    asked: list[Asked] = []
    if definition is not None and seen.kept.state is not State.NO_FORM:
        fields = {field.key: field for field in definition.fields}
        # What somebody has marked for a closer look is asked for as well.
        wanted = dict.fromkeys((*doubtful(reading), *draft.decisions))
        keys = [key for key in wanted if key in fields and key in reading["fields"]]
        asked = [_asked(fields[key], reading, _decided(draft, key)) for key in keys]
        asked.sort(key=_where)
    others = [
        str(one["message"])
        for one in reading.get("findings") or ()
        if not one.get("field") and one.get("severity") in ("blocks", "asks")
    ]
    return Review(
        document=seen.kept.id,
        version=seen.kept.version,
        state=seen.kept.state,
        name=seen.kept.name,
        form=None if definition is None else definition.ref,
        title="" if definition is None else definition.title,
        received=seen.kept.received,
        pages=pages,
        has_pictures=has_pictures,
        asked=asked,
        others=others,
    )


def definition_of(reading: Mapping[str, Any], forms: Forms) -> FormDefinition | None:
    """Return the form of a record, as wide as it; None where it is not known."""
    known = form_read(reading, forms)
    return None if known is None else fitting(known, reading.get("fields") or {})


def has_field(reading: Mapping[str, Any], key: str, forms: Forms) -> bool:
    """Say whether a record has a field of this key, and its form as well."""
    definition = definition_of(reading, forms)
    is_of_form = definition is not None and any(one.key == key for one in definition.fields)
    return is_of_form and key in (reading.get("fields") or {})


def shown(field: Field, one: Mapping[str, Any]) -> str:
    """Return what was read of a field, as people write it."""
    value, labels = one.get("value"), {option.key: option.label for option in field.options}
    if value is None or value == "":
        if one.get("raw") and one.get("reading") == "unreadable":
            return str(one["raw"])
        return f"– {NOTHING.get(str(one.get('reading'))) or NOTHING['blank']} –"
    if isinstance(value, bool):
        yes, no = _YES_NO[field.kind is FieldKind.SIGNATURE]
        return yes if value else no
    if isinstance(value, list):
        return ", ".join(labels.get(str(one), str(one)) for one in value)
    return labels.get(str(value), _day(field, str(value)))


def _decided(draft: Draft, key: str) -> Decision | None:
    decision = draft.decisions.get(key)
    return None if decision is None or decision.said == LOOK else decision


_YES_NO = {True: ("unterschrieben", "keine Unterschrift"), False: ("angekreuzt", "kein Kreuz")}


def _asked(field: Field, reading: Mapping[str, Any], decision: Decision | None) -> Asked:
    one = reading["fields"][field.key]
    value: object = one.get("value")
    chosen = _chosen(value)
    typed = _day(field, value) if isinstance(value, str) else str(one.get("raw") or "")
    return Asked(
        key=field.key,
        name=field.name,
        help=field.help,
        kind=field.kind,
        o_ton=field.o_ton,
        several=field.several,
        options=[(option.key, option.label, option.key in chosen) for option in field.options],
        shown=shown(field, one),
        typed="" if field.kind in _MARKED else typed,
        can_accept=one.get("reading") != "unreadable"
        and (value is not None or one.get("reading") in ("blank", "not-found")),
        on=value if isinstance(value, bool) else None,
        readings=[*_opinions(one), *_rivals(field, reading)],
        reasons=_reasons(one.get("doubts") or (), field.key, reading),
        zones=zones(reading, field.key),
        decision=decision,
    )


_MARKED = (FieldKind.TICK, FieldKind.CHOICE, FieldKind.SIGNATURE)


def _opinions(one: Mapping[str, Any]) -> list[Said]:
    return [
        Said(reading_by(said["by"]), said["text"], int(said["confidence"] * 100))
        for said in one.get("opinions") or ()
    ]


def _rivals(field: Field, reading: Mapping[str, Any]) -> list[Said]:
    """Return what stands elsewhere in the document for the same field."""
    return [
        Said(METHODS.get(one.get("method") or "", ""), shown(field, one), None)
        for one in reading.get("rivals") or ()
        if one.get("field") == field.key
    ]


def _reasons(doubts: Sequence[str], key: str, reading: Mapping[str, Any]) -> list[str]:
    told = [REASONS[Doubt(one)] for one in doubts if one in set(Doubt)]
    if told:
        return told
    return [
        str(one["message"]) for one in reading.get("findings") or () if one.get("field") == key
    ]


def _chosen(value: object) -> frozenset[str]:
    if isinstance(value, list):
        return frozenset(str(one) for one in value)
    return frozenset([value] if isinstance(value, str) else ())


def _day(field: Field, value: str) -> str:
    if field.kind is not FieldKind.DATE:
        return value
    try:
        return values.shown(field, date.fromisoformat(value))
    except ValueError:
        return value


def _where(one: Asked) -> tuple[int, float, float]:
    if not one.zones:
        return (1_000, 0.0, 0.0)
    first = one.zones[0]
    # Lines of a form lie a little askew: what is within a hundredth of the page is one line.
    return (first.number, round(first.box.top, 2), first.box.left)
