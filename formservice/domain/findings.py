"""What is wrong or doubtful in a record, as values with stable codes."""

import dataclasses
from collections.abc import Mapping
from enum import StrEnum

from formservice.domain.form import FieldKey, Severity


class FindingCode(StrEnum):
    """Public: documented, tested, never reused. Rules may carry further codes of their own."""

    REQUIRED = "field.required"
    UNREADABLE = "field.unreadable"
    DOUBTFUL = "field.doubtful"
    CONFLICT = "field.conflict"
    CHANGED = "field.changed"
    MALFORMED = "field.malformed"
    NOT_FOUND = "field.not-found"
    DIRECTION = "field.direction"
    RULE = "rule.broken"
    DEADLINE_MISSED = "deadline.missed"
    DEADLINE_ASSUMED = "deadline.assumed"
    DEADLINE_UNKNOWN = "deadline.unknown"
    UNIDENTIFIED = "form.unidentified"
    OTHER_FORM = "form.other"
    WORDING = "form.wording"
    OUTSIDE = "form.outside"
    INCOMPLETE = "document.incomplete"
    PUT_TOGETHER = "document.put-together"
    PAGE_BLANK = "page.blank"
    PAGE_SEPARATOR = "page.separator"
    PAGE_UNREADABLE = "page.unreadable"
    PAGE_TWICE = "page.twice"


COMPARISON = "“ mit dem Original vergleichen: "
"""What is in the sentence of a finding that asks to compare a field with the original."""


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One thing a person has to know or do before the document can go on.

    ``message`` is the finished German sentence; it holds no value from the form. ``rule`` is the
    id of the rule or deadline behind it (R-FB-07), ``overridable`` as in the rule.
    """

    code: str
    severity: Severity
    message: str
    field: FieldKey | None = None
    rule: str = ""
    overridable: bool = False
    params: Mapping[str, str | int] = dataclasses.field(default_factory=dict)
