"""What differs between two versions of a record, and which findings of one are still open."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any  # records have the shape of the JSON contract

from formservice.domain.canonical import digest
from formservice.domain.case import DECIDED, Role, State
from formservice.domain.errors import ConflictError, UsageError
from formservice.domain.findings import COMPARISON, FindingCode

FAITHFUL = "scan.faithful"
"""No finding: what somebody acknowledges who compared paper and picture; the reason says how."""
COMPARED = "o-ton.compared"
"""No finding: what somebody acknowledges who compared the person's own words with the original."""
BY_COMPARING = "mit dem Original verglichen"
"""The reason that such a comparison gives for the findings that it answers."""

_ANSWER = frozenset({Role.IFK, Role.LEAD})
_COMPARE = _ANSWER | {Role.BACK_OFFICE}


class StaleError(ConflictError):
    """Somebody else saved meanwhile; ``changed`` are the fields, ``newest`` the version now.

    ``names`` are what people call them, as many, where somebody knows the form.
    """

    code = "conflict.edited"

    def __init__(self, changed: tuple[str, ...], newest: int, names: tuple[str, ...] = ()) -> None:
        """Tell the fields as people call them, never by their keys."""
        told = ", ".join(f"„{name}“" for name in names) or _counted(len(changed))
        super().__init__(f"Inzwischen hat jemand gespeichert; geändert sind: {told}.")
        self.changed, self.names, self.newest = changed, names, newest


def _counted(count: int) -> str:
    if count == 0:
        return "keine Angabe, aber der Stand"
    return "1 Angabe" if count == 1 else f"{count} Angaben"


def still_open(told: Sequence[str]) -> UsageError:
    """Return what refuses to accept a record while these findings are open."""
    return UsageError(
        f"Noch offen: {', '.join(told)}. So lange wird nicht angenommen und archiviert.",
        "Bitte die Angaben ergänzen, den Bogen zurückgeben oder, wo es erlaubt ist, "
        "den Befund mit Begründung verantworten.",
    )


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys of the fields whose reading or value differs, in the order of the form."""
    old, new = before.get("fields") or {}, after.get("fields") or {}
    return tuple(
        key
        for key in dict.fromkeys((*new, *old))
        if _meaning(old.get(key)) != _meaning(new.get(key))
    )


def refuse_future(version: int, newest: int) -> None:
    """Raise UsageError for a version that nobody can have seen: there is none yet."""
    if version > newest:
        raise UsageError(
            f"Eine Fassung {version} gibt es nicht; die neueste ist {newest}.",
            "Bitte die Fassung nennen, die gelesen wurde.",
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
    if code == COMPARED and field is not None:
        return (_compared(record, field, role, state),)
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


def value_id(record: Mapping[str, Any], field: str) -> str:
    """Return what tells the words in a field from others: what was compared were these."""
    reading, value = _meaning((record.get("fields") or {}).get(field))
    return digest({"field": field, "reading": reading, "value": value})


def comparisons(record: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """Return which findings of a field ask to compare it with the original, and nothing else.

    Whoever compares the words answers these, and not that a name was typed instead of signed.
    """
    return tuple(
        dict.fromkeys(
            finding_id(one)
            for one in record.get("findings") or ()
            if (one.get("code"), one.get("field")) == (FindingCode.DOUBTFUL, field)
            and COMPARISON in str(one.get("message"))
        )
    )


def _compared(record: Mapping[str, Any], field: str, role: Role, state: State) -> str:
    if role not in _COMPARE:
        raise UsageError("Mit dem Original vergleicht nur, wer prüft.")
    if state in DECIDED:
        raise UsageError(
            "Mit dem Original wird vor der Annahme verglichen.",
            "Die Leitung kann den Vorgang mit Begründung wieder öffnen.",
        )
    if field not in (record.get("fields") or {}):
        raise UsageError("Ein solches Feld hat der Datensatz nicht.")
    return value_id(record, field)


def _meaning(field: Mapping[str, Any] | None) -> tuple[object, object]:
    return (None, None) if field is None else (field.get("reading"), field.get("value"))
