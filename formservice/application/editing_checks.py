"""All checks put anew to a record that a person has changed, by the rules that reading has."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any  # records have the shape of the JSON contract

from formservice.application.compare import against_data, compared_again
from formservice.application.editing_record import fitting, is_looked_at, record_of
from formservice.application.ports import Forms
from formservice.application.report import deadline_data, finding_data, times_data
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import FieldKey, FormDefinition, FormRef, Severity
from formservice.domain.frist import Calendar
from formservice.domain.record import Record
from formservice.domain.rules import CheckResult, check

# What is told of the reading of one field; a person who has looked at it has answered it.
_OF_READING = frozenset(
    {
        FindingCode.UNREADABLE,
        FindingCode.DOUBTFUL,
        FindingCode.CONFLICT,
        FindingCode.MALFORMED,
        FindingCode.NOT_FOUND,
    }
)
_STILL_UNREADABLE = (
    "„{name}“ kann auch ein Mensch nicht lesen. Bitte beim Absender nachfragen und die Angabe"
    " nachtragen, oder mit Begründung ohne sie weitermachen."
)


@dataclass(frozen=True, slots=True)
class Anew:
    """What checks need beside a record: its form, the day of receipt, holidays, other forms."""

    definition: FormDefinition
    received: date
    calendar: Calendar
    forms: Forms

    def check(self, record: Record) -> CheckResult:
        """Put the rules and deadlines of the form to a record."""
        return check(self.definition, record, received=self.received, calendar=self.calendar)


def checked_again(
    anew: Anew,
    before: Mapping[str, Any],
    fields: Mapping[FieldKey, dict[str, Any]],
    touched: Collection[FieldKey],
) -> dict[str, Any]:
    """Return the reading ``before`` with other ``fields``, and everything that follows of them.

    ``touched`` are the fields that a person has looked at just now. What was seen beside the
    fields (pages that are missing, other wording) is as it was.
    """
    wide = _as_wide_as(anew, fields)
    old = _as_wide_as(anew, before.get("fields") or ())
    reading = {**before, "fields": dict(fields)}
    record = record_of(wide.definition, reading)
    result = wide.check(record)
    known = _Known(before.get("findings") or (), old.check(record_of(old.definition, before)))
    findings = [*known.ahead(touched), *_findings(wide, result, known, fields)]
    findings += known.behind(touched)
    for key, one in times_data(wide.definition, record, anew.received).items():
        reading["fields"][key] = {**fields[key], **one}
    against = before.get("against")
    if against is not None:
        compared = compared_again(wide.definition, record, against, anew.forms)
        reading["against"] = against_data(compared)
        findings += map(finding_data, compared.findings)
    reading["findings"] = findings
    reading["deadlines"] = [deadline_data(one) for one in result.deadlines]
    reading["archivable"] = result.archivable and _is_settled(findings, before, anew.forms)
    return reading


def _as_wide_as(anew: Anew, fields: Collection[FieldKey]) -> Anew:
    """Return the same for a record with these fields."""
    return replace(anew, definition=fitting(anew.definition, fields))


def _findings(
    wide: Anew, result: CheckResult, known: "_Known", fields: Mapping[FieldKey, Mapping[str, Any]]
) -> Iterator[dict[str, object]]:
    """Yield what the checks say; of a reading nobody changed, as it was said before."""
    names = {field.key: field.name for field in wide.definition.fields}
    for one in result.findings:
        key = one.field or ""
        if one.code not in _OF_READING or one.rule:
            yield finding_data(one)
        elif is_looked_at(fields.get(key, {})):
            # What a person cannot read either can be set aside with a reason.
            sentence = _STILL_UNREADABLE.format(name=names[key])
            yield finding_data(replace(one, message=sentence, overridable=True))
        else:
            yield known.said(one)


def _is_settled(
    findings: Sequence[Mapping[str, Any]], reading: Mapping[str, Any], forms: Forms
) -> bool:
    """Say whether nothing beside the fields is open."""
    return (
        not any(one["severity"] == Severity.BLOCKS for one in findings)
        and not any(one["code"] == FindingCode.OUTSIDE for one in findings)
        and all(_text_is_sure(one, forms) for one in reading.get("sheets") or ())
    )


def _text_is_sure(sheet: Mapping[str, Any], forms: Forms) -> bool:
    ref = FormRef(str(sheet["form"]["id"]), str(sheet["form"]["edition"]))
    known = forms.find(ref)
    key = known.continuation.text if known is not None and known.continuation else ""
    return bool((sheet["fields"].get(key) or {}).get("accepted"))


class _Known:
    """What was said of a record: by its checks, and by what was seen beside its fields."""

    def __init__(self, findings: Sequence[Mapping[str, Any]], checked: CheckResult) -> None:
        open_ = [finding_data(one) for one in checked.findings]
        left: list[tuple[int, Mapping[str, Any]]] = []
        self._of_checks: dict[tuple[object, ...], list[Mapping[str, Any]]] = defaultdict(list)
        places: list[int] = []
        # To the letter first: two may be about one field, and only one of them from the checks.
        for place, one in enumerate(findings):
            if dict(one) in open_:
                open_.remove(dict(one))
                self._of_checks[_about(one)].append(one)
                places.append(place)
            else:
                left.append((place, one))
        kinds = [_about(one) for one in open_]
        self._beside: list[tuple[int, Mapping[str, Any]]] = []
        for place, one in left:
            if _about(one) in kinds:
                kinds.remove(_about(one))
                self._of_checks[_about(one)].append(one)
                places.append(place)
            elif not one.get("rule") and one.get("code") != FindingCode.CHANGED:
                self._beside.append((place, one))
        self._first = min(places, default=len(findings))

    def said(self, one: Finding) -> dict[str, object]:
        """Return a finding as it was told before: it may say more than the record still knows."""
        data = finding_data(one)
        before = self._of_checks.get(_about(data))
        return dict(before[0]) if before else data

    def ahead(self, touched: Collection[FieldKey]) -> Iterator[dict[str, Any]]:
        """Yield what was seen beside the fields and stood before what the checks say."""
        yield from (dict(one) for place, one in self._open(touched) if place < self._first)

    def behind(self, touched: Collection[FieldKey]) -> Iterator[dict[str, Any]]:
        """Yield what was seen beside the fields and stood behind what the checks say."""
        yield from (dict(one) for place, one in self._open(touched) if place >= self._first)

    def _open(self, touched: Collection[FieldKey]) -> Iterator[tuple[int, Mapping[str, Any]]]:
        for place, one in self._beside:
            if one.get("code") not in _OF_READING or one.get("field") not in touched:
                yield place, one


def _about(one: Mapping[str, Any]) -> tuple[object, ...]:
    return one.get("code"), one.get("field"), one.get("rule")
