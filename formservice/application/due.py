"""What a form of a participation is due for, and when, before there is a form: by its own rules.

Nothing of a rule is repeated here: the deadlines of the definition are put to a record in which
the dates stand that are known. What is not known yet is assumed, and that is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any  # records have the shape of the JSON contract

from formservice.application.editing_record import fitting, record_of
from formservice.application.known_forms import newest
from formservice.application.ports import Forms
from formservice.domain.deadlines import RECEIVED, SLIP, Deadline, deadlines_of
from formservice.domain.errors import NotFoundError
from formservice.domain.form import DeadlineRule, FieldKey, FormDefinition
from formservice.domain.form_uses import Participation
from formservice.domain.frist import Calendar
from formservice.domain.record import Extraction, Reading, Record, Value


def participation_forms(forms: Forms) -> dict[str, FormDefinition]:
    """Return the newest editions of what is written of a participation, in order of titles.

    They are named by their ids. The first is what a Träger is offered.
    """
    return {form: one for form, one in newest(forms).items() if one.participation is not None}


def participation_form(forms: Forms) -> FormDefinition:
    """Return what a Träger writes of a participation; NotFoundError if there is no such form."""
    for one in participation_forms(forms).values():
        return one
    raise NotFoundError("Ein Formular zu einer Teilnahme gibt es hier nicht.")


class Mark(StrEnum):
    """How a deadline stands for who writes the form, before it is handed in and after."""

    MET = "met"
    MISSED = "missed"
    MADE_LATE = "made-late"
    OPEN = "open"
    TO_SEND = "to-send"
    UNDATED = "undated"


def mark(due: date, met: bool | None, *, by_receipt: bool, is_sent: bool, today: date) -> Mark:
    """Return how a deadline of a form stands.

    What is met by receipt is not met before the form is handed in, whatever was uploaded when.
    Of what the form itself tells nothing can be done any more once it is late, but to send it.
    """
    if by_receipt and not is_sent:
        return Mark.MISSED if due < today else Mark.TO_SEND
    if met is None:
        return Mark.UNDATED if due < today else Mark.OPEN
    if met:
        return Mark.MET
    return Mark.MISSED if by_receipt else Mark.MADE_LATE


def marks(
    definition: FormDefinition | None,
    told: Sequence[Mapping[str, Any]],
    today: date,
    *,
    is_sent: bool,
) -> Sequence[tuple[Mapping[str, Any], Mark]]:
    """Return the deadlines of a record, each with how it stands."""
    rules = () if definition is None else definition.deadlines
    receipt = {(one.key, one.title) for one in rules if one.met_by == RECEIVED}
    return [
        (
            one,
            mark(
                date.fromisoformat(one["due"]),
                one["met"],
                by_receipt=(one["key"], one.get("title")) in receipt,
                is_sent=is_sent,
                today=today,
            ),
        )
        for one in told
    ]


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due; ``due`` is None as long as nobody knows when its period begins.

    ``basis`` is the rule in one sentence, ``why`` how the day was found, ``assumed`` the names of
    dates that are only assumed to be those of the participation. ``by_receipt`` says that the form
    has to be there by then, not only what stands in it. ``met`` is what a form says of it that is
    begun: then nothing can be done about it any more; None is still to be done.
    """

    key: str
    title: str
    basis: str
    due: date | None
    why: tuple[str, ...]
    assumed: tuple[str, ...]
    by_receipt: bool
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when somebody takes part, as far as that is known."""

    begins: date | None
    ends: date | None


def due_of(
    definition: FormDefinition, occasion: str, period: Period, today: date, calendar: Calendar
) -> Sequence[Due]:
    """Return what is due on an occasion, the earliest first."""
    told = definition.participation
    if told is None:
        return ()
    rules = _rules_of(definition, told, occasion)
    known = {told.begins: period.begins, told.ends: period.ends}
    assumed = _assumed(rules, told, occasion, period)
    value = _occasion_value(definition, told, occasion)
    fields: dict[FieldKey, Value | None] = {told.occasion: value}
    fields |= {key: value for key, value in {**assumed, **known}.items() if value is not None}
    record = Record(definition.ref, {key: _said(key, one) for key, one in fields.items()})
    found = {one.key: one for one in deadlines_of(definition, record, today, calendar)}
    names = {field.key: field.name for field in definition.fields}
    due = []
    for rule in rules:
        one = found.get(rule.key)
        due.append(
            Due(
                rule.key,
                rule.title,
                rule.basis,
                None if one is None else one.due,
                () if one is None else one.why,
                (names.get(rule.event, rule.event),) if rule.event in assumed else (),
                rule.met_by == RECEIVED,
            )
        )
    return sorted(due, key=lambda one: one.due or date.max)


def _assumed(
    rules: Sequence[DeadlineRule], told: Participation, occasion: str, period: Period
) -> Mapping[FieldKey, date | None]:
    """Return the days from which periods count that only the form itself will tell.

    Whoever never begins has missed the first day; a talk is on the last day at the latest. When
    somebody breaks off nobody knows before.
    """
    day = {told.usual: period.ends, told.never_begun: period.begins}.get(occasion)
    return {one.event: day for one in rules if one.event not in (told.begins, told.ends)}


def counted(
    definition: FormDefinition,
    reading: Mapping[str, Any],
    received: date,
    period: Period,
    calendar: Calendar,
) -> Sequence[Deadline]:
    """Return the deadlines of a form that came, counted with what is known of its participation.

    A form that says no occasion is taken for the usual one, as long as nothing came.
    """
    told = definition.participation
    if told is None:
        return ()
    wide = fitting(definition, reading.get("fields") or {})
    record = record_of(wide, reading)
    occasion = _occasion(told, record)
    if not _said_occasion(told, record):
        value = _occasion_value(definition, told, occasion)
        fields = {**record.fields, told.occasion: _said(told.occasion, value)}
        record = replace(record, fields=fields)
    rules = _rules_of(definition, told, occasion)
    days = {told.begins: period.begins, told.ends: period.ends}
    days |= _assumed(rules, told, occasion, period)
    if occasion == told.broken_off:  # on the last day at the latest
        days |= {one.event: period.ends for one in rules}
    known = {
        key: day
        for key, day in days.items()
        if day is not None and not _is_within(_day(record, key), period)
    }
    return deadlines_of(wide, record, received, calendar, known)


def begun_due(
    definition: FormDefinition,
    reading: Mapping[str, Any],
    period: Period,
    today: date,
    calendar: Calendar,
) -> tuple[str, Sequence[Due]]:
    """Return of which occasion a form is that is begun, and what is due of it, the earliest first.

    It counts from what the form says. Of its sending nothing is met before it is handed in.
    """
    told = definition.participation
    if told is None:
        return "", ()
    record = record_of(fitting(definition, reading.get("fields") or {}), reading)
    occasion = _occasion(told, record)
    rules = {one.key: one for one in _rules_of(definition, told, occasion)}
    names = {field.key: field.name for field in definition.fields}
    due = []
    found = {one.key: one for one in counted(definition, reading, today, period, calendar)}
    for key, rule in rules.items():
        one, by_receipt = found.get(key), rule.met_by == RECEIVED
        due.append(
            Due(
                key,
                rule.title,
                rule.basis,
                None if one is None else one.due,
                () if one is None else one.why,
                (names.get(rule.event, rule.event),) if one is None else (),
                by_receipt,
                None if one is None or by_receipt else one.met,
            )
        )
    return occasion, sorted(due, key=lambda one: one.due or date.max)


def is_counted(
    definition: FormDefinition, starts: Mapping[str, date | None], period: Period
) -> bool:
    """Say whether some occasion has all its deadlines, from days in reach of a participation.

    ``starts`` are the days from which the deadlines of a form are counted, by their keys. Of a
    form that tells of no participation nothing is missing.
    """
    told = definition.participation
    if told is None:
        return True
    keys = {key for key, day in starts.items() if _is_near(day, period)}
    wanted = (
        {one.key for one in _rules_of(definition, told, occasion)} for occasion in told.occasions
    )
    return any(one and one <= keys for one in wanted)


def _is_within(day: date | None, period: Period) -> bool:
    """Say whether a day lies in a participation: then it is meant, though known otherwise."""
    if day is None or period.ends is None:
        return False
    return (period.begins or period.ends - SLIP) <= day <= period.ends


def _is_near(day: date | None, period: Period) -> bool:
    if day is None or period.ends is None:
        return False
    return _is_within(day, period) or abs(day - period.ends) <= SLIP


def _day(record: Record, key: FieldKey) -> date | None:
    one = record.fields.get(key)
    return one.value if one is not None and isinstance(one.value, date) else None


def _said_occasion(told: Participation, record: Record) -> tuple[str, ...]:
    said = record.fields.get(told.occasion)
    return _chosen(None if said is None else said.value)


def _occasion(told: Participation, record: Record) -> str:
    """Return of which occasion a form is; one that says none is taken for the usual one."""
    chosen = _said_occasion(told, record)
    unforeseen = (told.never_begun, told.broken_off)
    return next((one for one in unforeseen if one in chosen), told.usual)


def _chosen(value: Value | None) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, tuple) else ()


def _rules_of(
    definition: FormDefinition, told: Participation, occasion: str
) -> list[DeadlineRule]:
    return [one for one in definition.deadlines if occasion in one.when.get(told.occasion, ())]


def _occasion_value(definition: FormDefinition, told: Participation, occasion: str) -> Value:
    """Return an occasion as the field of the definition has it."""
    return (occasion,) if definition.field(told.occasion).several else occasion


def _said(key: FieldKey, value: Value | None) -> Extraction:
    return Extraction(key, Reading.READ, "", value, 1.0, None)
