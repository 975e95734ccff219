"""What differs between two versions of a record, and which findings of one are still open."""

from collections.abc import Collection, Mapping
from typing import Any  # records have the shape of the JSON contract

from formservice.domain.canonical import digest
from formservice.domain.case import DECIDED, Role, State
from formservice.domain.errors import UsageError

FAITHFUL = "scan.faithful"
"""No finding: what somebody acknowledges who compared paper and picture; the reason says how."""

_ANSWER = frozenset({Role.IFK, Role.LEAD})
_COMPARE = _ANSWER | {Role.BACK_OFFICE}


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys of the fields whose reading or value differs, in the order of the form."""
    old, new = before.get("fields") or {}, after.get("fields") or {}
    return tuple(
        key
        for key in dict.fromkeys((*new, *old))
        if _meaning(old.get(key)) != _meaning(new.get(key))
    )


def finding_id(one: Mapping[str, Any]) -> str:
    """Return what tells a finding from others, also from one of the same kind for another cause.

    The sentence tells the cause: by how much a text is too long, which day a deadline fell on.
    """
    return digest({key: one.get(key) for key in ("code", "field", "rule", "message")})


def open_findings(record: Mapping[str, Any], answered: Collection[str | None]) -> tuple[str, ...]:
    """Return what still blocks: field or code of every such finding nobody answers for.

    ``answered`` are findings that somebody answers for, as ``finding_id`` tells them apart; this
    counts only where the rule allows it (``overridable``).
    """
    return tuple(
        str(one.get("field") or one["code"])
        for one in record.get("findings") or ()
        if one.get("severity") == "blocks"
        and not (one.get("overridable") and finding_id(one) in answered)
    )


def checked_answer(
    record: Mapping[str, Any], code: str, field: str | None, role: Role, state: State
) -> tuple[str | None, ...]:
    """Return which findings of a record somebody of ``role`` answers for; None for no finding.

    What a record does not have nobody answers for: it would stand in its protocol for ever.

    Raises:
        UsageError: the record has no such finding, or it is not for this role.
    """
    if code == FAITHFUL and field is None:
        if role not in _COMPARE:
            raise UsageError(
                "Dass ein Scan vollständig ist, bestätigt nur, wer prüft oder scannt."
            )
        if state in DECIDED:
            raise UsageError(
                "Die Sichtprüfung wird vor der Annahme bestätigt: Das Abbild ist schon erzeugt.",
                "Die Leitung kann den Vorgang mit Begründung wieder öffnen; mit der nächsten"
                " Annahme entsteht das Abbild neu.",
            )
        return (None,)
    if role not in _ANSWER:
        raise UsageError("Einen Befund verantworten kann nur eine Fachkraft oder Leitung.")
    found = dict.fromkeys(
        finding_id(one)
        for one in record.get("findings") or ()
        if (one.get("code"), one.get("field")) == (code, field)
    )
    if not found:
        raise UsageError(
            "Einen solchen Befund hat der Datensatz in seiner neuesten Fassung nicht.",
            "Bitte den Vorgang neu laden: Vielleicht ist der Befund inzwischen erledigt.",
        )
    return tuple(found)


def _meaning(field: Mapping[str, Any] | None) -> tuple[object, object]:
    return (None, None) if field is None else (field.get("reading"), field.get("value"))
