"""When something about a document was due, whether it was met, and what to say about it."""

from dataclasses import dataclass
from datetime import date

from formservice.domain.facts import Facts
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import DeadlineRule, FormDefinition, Severity
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


def deadlines_of(
    definition: FormDefinition, record: Record, received: date, calendar: Calendar
) -> tuple[Deadline, ...]:
    """Return the deadlines that apply to ``record`` and whose event is known."""
    facts = Facts(definition, record, received)
    found = (_deadline(rule, facts, calendar) for rule in _applying(facts))
    return tuple(deadline for deadline in found if deadline is not None)


def deadline_findings(
    definition: FormDefinition, record: Record, received: date, calendar: Calendar
) -> tuple[Finding, ...]:
    """Return what to say about deadlines: missed, resting on an assumption, or unknown.

    A missed deadline asks a person to acknowledge it; it never keeps a document out.
    """
    facts = Facts(definition, record, received)
    findings: list[Finding] = []
    for rule in _applying(facts):
        deadline = _deadline(rule, facts, calendar)
        if deadline is None:
            findings.append(_unknown(rule, facts, rule.event))
            continue
        if rule.assumption:
            findings.append(_assumed(rule, deadline))
        if deadline.met is False:
            findings.append(_missed(rule, deadline))
        elif deadline.met is None:
            findings.append(_unknown(rule, facts, rule.met_by))
    return tuple(findings)


def _applying(facts: Facts) -> tuple[DeadlineRule, ...]:
    return tuple(rule for rule in facts.definition.deadlines if facts.holds(rule.when))


def _deadline(rule: DeadlineRule, facts: Facts, calendar: Calendar) -> Deadline | None:
    start = facts.day(rule.event)
    if start is None or start.year not in _YEARS:
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
    shown_by = facts.received if rule.met_by == RECEIVED else facts.day(rule.met_by)
    met = None if shown_by is None else in_time(due, shown_by)
    why = _why(rule, result)
    return Deadline(rule.key, start, due, met, why, rule.rule, rule.title, result.kalender)


def _why(rule: DeadlineRule, result: Ergebnis) -> tuple[str, ...]:
    assumed = (rule.assumption,) if rule.assumption else ()
    return (*assumed, *result.begruendung)


def _missed(rule: DeadlineRule, deadline: Deadline) -> Finding:
    sentences = [rule.message, f"Die Frist endete am {shown(deadline.due)}."]
    if rule.assumption:
        sentences.append(rule.assumption)
    return Finding(
        FindingCode.DEADLINE_MISSED,
        Severity.ASKS,
        " ".join(sentences),
        rule.event if rule.met_by == RECEIVED else rule.met_by,
        rule.rule,
        overridable=True,
        params={"deadline": rule.key, "due": deadline.due.isoformat()},
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


def _unknown(rule: DeadlineRule, facts: Facts, missing: str) -> Finding:
    return Finding(
        FindingCode.DEADLINE_UNKNOWN,
        Severity.NOTES,
        f"Die Frist „{rule.title}“ lässt sich nicht prüfen, weil „{facts.name(missing)}“ kein "
        "brauchbares Datum hat.",
        missing,
        rule.rule,
        params={"deadline": rule.key},
    )
