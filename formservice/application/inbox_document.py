"""A document as somebody sees it who decides about it: values, findings, what was sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # readings have the shape of the JSON contract

from formservice.application.calendar import DueDates
from formservice.application.casework_values import as_told
from formservice.application.compare import Compared, Result, comparison
from formservice.application.desk_pictures import has_pictures, zones
from formservice.application.editing_record import fitting, record_of
from formservice.application.inbox import Incomings, Whole
from formservice.application.inbox_deciding import unanswered
from formservice.application.known_forms import form_read
from formservice.application.ports import Forms
from formservice.application.ports_store import Acknowledged, Author
from formservice.application.terms import NOTHING, person_of, told_of
from formservice.domain.chain import Link
from formservice.domain.changes import BY_COMPARING, COMPARED, finding_id, value_id
from formservice.domain.errors import InputError
from formservice.domain.findings import FindingCode
from formservice.domain.form import Field, FieldKey, FormDefinition
from formservice.domain.record import Reading, Record

_SEVERITY = {"blocks": 0, "asks": 1, "notes": 2}


@dataclass(frozen=True, slots=True)
class Answered:
    """That somebody answers for something: who, when, and why, or by comparing the words."""

    who: str
    at: float
    reason: str
    by_comparing: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and who answers for it, if somebody does."""

    code: str
    field: str | None
    name: str
    severity: str
    message: str
    overridable: bool
    answered: Answered | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One field: what came back, what was sent, and what is to be said about it.

    ``value`` is in words; ``nothing`` says why there is none. ``compared`` is who looked at the
    original beside it, for exactly these words.
    """

    field: Field
    value: str
    nothing: str
    sent: str | None
    result: Result | None
    findings: Sequence[Found]
    has_picture: bool
    is_corrected: bool
    compared: Answered | None


@dataclass(frozen=True, slots=True)
class Decision:
    """All that a page shows for a decision; ``source`` is where the sent values come from."""

    whole: Whole
    definition: FormDefinition | None
    fields: Sequence[Shown]
    findings: Sequence[Found]
    deadlines: Sequence[Mapping[str, Any]]
    source: str
    last: Sequence[tuple[str, str, str]]

    @property
    def open(self) -> Sequence[Found]:
        """What blocks and nobody answers for, or may answer for."""
        every = [*self.findings, *(one for field in self.fields for one in field.findings)]
        return [one for one in every if one.severity == "blocks" and one.answered is None]

    @property
    def to_clear(self) -> Sequence[Found]:
        """What somebody has to answer for, or have put right; what blocks goes first."""
        every = [*self.findings, *(one for field in self.fields for one in field.findings)]
        still = [one for one in every if one.severity != "notes" and one.answered is None]
        return sorted(still, key=lambda one: _SEVERITY.get(one.severity, 3))

    @property
    def unanswered(self) -> tuple[int, int]:
        """How many missed deadlines nobody answers for, and how much else asks for somebody."""
        known = {one.finding for one in self.whole.acknowledged}
        late, asks = unanswered(self.whole.reading or {}, known)
        return len(late), asks

    @property
    def changed(self) -> Sequence[Shown]:
        """The fields that came back otherwise than they were sent."""
        usual = (None, Result.SAME, Result.WHITE_SPACE, Result.ADDED)
        return [one for one in self.fields if one.result not in usual]


class Decisions:
    """The use case „look at a document to decide“."""

    def __init__(self, incomings: Incomings, forms: Forms, due: DueDates) -> None:
        """Keep what reads documents, all definitions, and what knows deadlines."""
        self._incomings = incomings
        self._due = due
        self._forms = forms

    def shown(self, viewer: Author, document: str) -> Decision:
        """Return a document; NotFoundError if it is not theirs to see."""
        whole = self._incomings.whole(viewer, document)
        reading = whole.reading or {}
        definition = self._definition(reading)
        fields: Sequence[Shown] = ()
        source = ""
        if definition is not None:
            wide = fitting(definition, reading.get("fields") or {})
            record = record_of(wide, reading)
            compared, source = self._compared(wide, record, whole)
            fields = list(_fields(wide, record, whole, compared))
        known = {one.field.key for one in fields}
        return Decision(
            whole,
            definition,
            fields,
            [one for one in _findings(whole, fields) if one.field not in known],
            self._due.of(viewer, whole.kept, reading),
            source,
            _last(whole.links, whole.people),
        )

    def _definition(self, reading: Mapping[str, Any]) -> FormDefinition | None:
        return form_read(reading, self._forms)

    def _compared(
        self, definition: FormDefinition, record: Record, whole: Whole
    ) -> tuple[Mapping[FieldKey, Compared], str]:
        """Return how fields differ from what is known, and from what; what was sent goes first.

        Where nothing was sent in a field, an earlier form may say what it is to be.
        """
        found: dict[FieldKey, Compared] = {}
        title = ""
        for prefill in definition.prefills:
            content = whole.earlier.get(prefill.form)
            if content is not None and prefill.form != definition.ref.form:
                told = self._against(definition, record, content)
                found |= {one.field.key: one for one in told if one.sent is not None}
                title = title or prefill.form
        if whole.sent is not None:
            told = self._against(definition, record, whole.sent)
            found |= {one.field.key: one for one in told if one.field.key not in found}
            found |= {one.field.key: one for one in told if one.sent is not None}
            return found, definition.ref.form
        return found, title

    def _against(
        self, definition: FormDefinition, record: Record, content: Mapping[str, object]
    ) -> Sequence[Compared]:
        try:
            return comparison(definition, record, content, self._forms).fields
        except InputError:  # nothing that could be compared
            return ()


def _fields(
    definition: FormDefinition, record: Record, whole: Whole, compared: Mapping[FieldKey, Compared]
) -> Iterator[Shown]:
    reading = whole.reading or {}
    told = reading.get("fields") or {}
    pictured = has_pictures(reading)
    names = {field.key: field.name for field in definition.fields}
    found = list(_all_findings(reading, whole, names))
    for field in definition.fields:
        one, beside = record.fields.get(field.key), compared.get(field.key)
        if one is None and beside is None:
            continue
        found_as = Reading.NOT_FOUND if one is None else one.reading
        is_read = found_as is Reading.READ
        yield Shown(
            field,
            as_told(field, one.value) if one is not None and is_read else "",
            "" if is_read else NOTHING.get(found_as, ""),
            None if beside is None else as_told(field, beside.sent),
            None if beside is None else beside.result,
            [finding for finding in found if finding.field == field.key],
            pictured and bool(zones(reading, field.key)),
            bool((told.get(field.key) or {}).get("corrected")),
            _compared_by(reading, field.key, whole) if field.o_ton else None,
        )


def _findings(whole: Whole, fields: Sequence[Shown]) -> list[Found]:
    names = {one.field.key: one.field.name for one in fields}
    return list(_all_findings(whole.reading or {}, whole, names))


def _all_findings(
    reading: Mapping[str, Any], whole: Whole, names: Mapping[str, str]
) -> Iterator[Found]:
    answers = {one.finding: one for one in whole.acknowledged if one.finding is not None}
    given = sorted(
        reading.get("findings") or (), key=lambda one: _SEVERITY.get(one.get("severity"), 3)
    )
    for one in given:
        field = one.get("field")
        answer = answers.get(finding_id(one))
        yield Found(
            str(one.get("code")),
            field,
            names.get(field, field or ""),
            str(one.get("severity")),
            str(one.get("message")),
            bool(one.get("overridable")),
            None if answer is None else _answered(answer, whole.people),
        )


def _compared_by(reading: Mapping[str, Any], key: str, whole: Whole) -> Answered | None:
    """Return who compared the very words that stand there now, the last one."""
    words = value_id(reading, key)
    told = [
        one
        for one in whole.acknowledged
        if (one.code, one.field, one.finding) == (COMPARED, key, words)
    ]
    return _answered(told[-1], whole.people) if told else None


def _answered(one: Acknowledged, people: Mapping[str, str]) -> Answered:
    compared = (one.code, one.reason) == (FindingCode.DOUBTFUL, BY_COMPARING)
    return Answered(person_of(one.author, people), one.created_at, one.reason, compared)


def _last(links: Sequence[Link], people: Mapping[str, str]) -> Sequence[tuple[str, str, str]]:
    """Return what people did last: sentence, who, when; the latest first."""
    told = [one for one in links if not one.type.startswith("work.")]
    return [(told_of(one), person_of(one.author, people), one.at) for one in told[:-7:-1]]
