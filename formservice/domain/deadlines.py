"""When something about a document was due, whether it was met, and what to say about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from formservice.domain.facts import Facts
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import DeadlineRule, FieldKey, FormDefinition, Severity
from formservice.domain.frist import (
    Art,
    Calendar,
    Einheit,
    Ergebnis,
    Frist,
    frist_ende,
    in_time,
    office_day,
    shown,
)
from formservice.domain.record import Record

RECEIVED = "received"
"""Stands in ``met_by`` for the day of receipt."""

# A year outside is a slip of the pen; nobody is late by two thousand years.
_YEARS = range(1990, 2101)
SLIP = timedelta(days=183)
"""So far apart, what a form says and what is known are not two days: one of them is a slip."""
_NO_DAY = (
    "Im Bogen steht dafür kein brauchbarer Tag. Gerechnet ist ab dem {day}, wie er im Fall steht."
)


# At most so many days has one of what is counted: of working days between holidays, too.
_MOST_DAYS = {
    Einheit.STUNDEN: 1,
    Einheit.TAGE: 1,
    Einheit.WOCHEN: 7,
    Einheit.MONATE: 31,
    Einheit.JAHRE: 366,
    Einheit.ARBEITSTAGE: 3,
    Einheit.WERKTAGE: 3,
}
# An end on a closed day moves to the next open one; a week of holidays is the longest there is.
_CLOSED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline of one document.

    ``start`` is the day of the event, ``due`` the last day in time. ``met`` is None as long as
    the date that would show it is missing. ``why`` are German sentences. ``calendar`` says which
    holidays were used, so that a later edition of them changes no old result unnoticed.
    """

    key: str
    start: date
    due: date
    met: bool | None
    why: tuple[str, ...]
    rule: str = ""
    title: str = ""
    calendar: str = ""


def longest(rules: Iterable[DeadlineRule]) -> timedelta:
    """Return how long after their event the last of these deadlines has ended in any case."""
    days = [one.count * _MOST_DAYS[Einheit(one.unit)] for one in rules]
    return timedelta(days=max(days, default=0)) + _CLOSED


def deadlines_of(
    definition: FormDefinition,
    record: Record,
    received: date,
    calendar: Calendar,
    known: Mapping[FieldKey, date] | None = None,
) -> tuple[Deadline, ...]:
    """Return the deadlines that apply to ``record`` and whose event is known.

    ``known`` are days known apart from the form, by field. Where the form says none, or one that
    must be a slip, periods count from these: a typing error lets no deadline disappear.
    """
    facts = Facts(definition, record, received)
    found = (_deadline(rule, facts, calendar, known or {}) for rule in _applying(facts))
    return tuple(deadline for deadline in found if deadline is not None)


def deadline_findings(
    definition: FormDefinition, record: Record, received: date, calendar: Calendar
) -> tuple[Finding, ...]:
    """Return what to say about deadlines: missed, resting on an assumption, or unknown.

    A missed deadline asks a person to acknowledge it; it never keeps a document out.
    """
    facts = Facts(definition, record, received)
    assumed: list[Finding] = []
    missed: dict[tuple[str, date], list[DeadlineRule]] = {}
    unknown: dict[str, list[DeadlineRule]] = {}
    for rule in _applying(facts):
        deadline = _deadline(rule, facts, calendar, {})
        if deadline is None:
            unknown.setdefault(rule.event, []).append(rule)
        elif deadline.met is None:
            unknown.setdefault(rule.met_by, []).append(rule)
        elif not deadline.met:
            missed.setdefault((_shown_in(rule), deadline.due), []).append(rule)
        # A missed deadline names its assumption itself.
        if deadline is not None and deadline.met is not False and rule.assumption:
            assumed.append(_assumed(rule, deadline))
    return (
        *assumed,
        *(_missed(rules, due) for (_, due), rules in missed.items()),
        *(_unknown(rules, facts, field) for field, rules in unknown.items()),
    )


def _applying(facts: Facts) -> tuple[DeadlineRule, ...]:
    return tuple(rule for rule in facts.definition.deadlines if facts.holds(rule.when))


def _deadline(
    rule: DeadlineRule, facts: Facts, calendar: Calendar, known: Mapping[FieldKey, date]
) -> Deadline | None:
    said = _usable(rule.event, facts, known)
    start = said or known.get(rule.event)
    if start is None:
        return None
    frist = Frist(
        Art(rule.art),
        rule.count,
        Einheit(rule.unit),
        verschiebung=rule.shift,
        rechtsgrundlage=rule.basis,
    )
    result = frist_ende(frist, start, calendar)
    if result.ende is None:
        return None
    due = office_day(result.ende)
    is_shown = rule.met_by == RECEIVED
    shown_by = facts.received if is_shown else _usable(rule.met_by, facts, known)
    met = None if shown_by is None else in_time(due, shown_by)
    why = _why(rule, result)
    if said is None:
        why = (_NO_DAY.format(day=f"{start:%d.%m.%Y}"), *why)
    return Deadline(rule.key, start, due, met, why, rule.rule, rule.title, result.kalender)


def _usable(key: FieldKey, facts: Facts, known: Mapping[FieldKey, date]) -> date | None:
    """Return the day in a field, None where there is none that can be meant."""
    day = facts.day(key)
    if day is None or day.year not in _YEARS:
        return None
    return None if abs(day - known.get(key, day)) > SLIP else day


def _why(rule: DeadlineRule, result: Ergebnis) -> tuple[str, ...]:
    assumed = (rule.assumption,) if rule.assumption else ()
    return (*assumed, *result.begruendung)


def _shown_in(rule: DeadlineRule) -> str:
    """Return the field to look at when the deadline was missed."""
    return rule.event if rule.met_by == RECEIVED else rule.met_by


def _missed(rules: list[DeadlineRule], due: date) -> Finding:
    """Return one question for ``rules``, which one late day has missed all together."""
    rule, *others = rules
    sentences = [rule.message, f"Die Frist endete am {shown(due)}."]
    if rule.assumption:
        sentences.append(rule.assumption)
    params: dict[str, str | int] = {"deadline": rule.key, "due": due.isoformat()}
    if others:
        sentences.append(f"Dasselbe gilt für {_named(others)}.")
        params["also"] = ", ".join(other.key for other in others)
    return Finding(
        FindingCode.DEADLINE_MISSED,
        Severity.ASKS,
        " ".join(sentences),
        _shown_in(rule),
        rule.rule,
        overridable=True,
        params=params,
    )


def _assumed(rule: DeadlineRule, deadline: Deadline) -> Finding:
    return Finding(
        FindingCode.DEADLINE_ASSUMED,
        Severity.NOTES,
        f"{rule.assumption} Die Frist „{rule.title}“ endet damit am {shown(deadline.due)}.",
        rule.event,
        rule.rule,
        params={"deadline": rule.key},
    )


def _unknown(rules: list[DeadlineRule], facts: Facts, missing: str) -> Finding:
    """Return one note for all ``rules`` that wait for the same date."""
    named = _named(rules)
    can = "lässt" if len(rules) == 1 else "lassen"
    return Finding(
        FindingCode.DEADLINE_UNKNOWN,
        Severity.NOTES,
        f"{named[0].upper()}{named[1:]} {can} sich erst prüfen, wenn „{facts.name(missing)}“ ein "
        "brauchbares Datum hat.",
        missing,
        rules[0].rule,
        params={"deadline": ", ".join(rule.key for rule in rules)},
    )


def _named(rules: list[DeadlineRule]) -> str:
    titles = [f"„{rule.title}“" for rule in rules]
    if len(titles) == 1:
        return f"die Frist {titles[0]}"
    return f"die Fristen {', '.join(titles[:-1])} und {titles[-1]}"
