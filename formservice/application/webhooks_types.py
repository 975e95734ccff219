"""Which events other programs are told of, and what they are told: ids, never contents."""

from collections.abc import Mapping
from typing import Any  # the body of an event is any JSON

from formservice.domain.case import State

TEST = "webhook.test"
"""What is sent to see whether it arrives."""
TYPES: Mapping[str, str] = {
    "document.received": "Eine Datei ist eingegangen.",
    "document.read": "Ein Formular ist gelesen; Befunde sind da.",
    "document.refused": "Eine Datei konnte nicht gelesen werden.",
    "document.changed": "Ein Datensatz hat eine neue Fassung.",
    "document.submitted": "Ein Träger hat einen Vorgang eingereicht.",
    "document.assigned": "Ein Vorgang ist einem Fall zugeordnet.",
    "document.returned": "Ein Vorgang ist zurückgegeben.",
    "document.accepted": "Ein Vorgang ist angenommen.",
    "document.reopened": "Ein angenommener Vorgang ist wieder offen.",
    "document.copied": "Eine Archivkopie ist fertig.",
    "document.archived": "Ein Vorgang ist archiviert.",
    "document.deleted": "Ein Vorgang ist gelöscht.",
}
"""Every type of notice, as a sentence."""
_SAME = frozenset({"document.received", "document.submitted", "document.assigned"})
_MOVED: Mapping[str, str] = {
    State.RETURNED: "document.returned",
    State.ACCEPTED: "document.accepted",
    State.ARCHIVED: "document.archived",
}
# Of the body of an event, what tells nothing of a person.
_TOLD = ("version", "kind", "error", "stage")


def type_of(event: str, body: Mapping[str, Any]) -> str | None:
    """Return the type of the notice of an event of a document, None where there is none."""
    match event:
        case "record.saved":
            return "document.read" if body.get("version") == 1 else "document.changed"
        case "document.moved":
            if (body.get("from"), body.get("to")) == (State.ACCEPTED, State.IN_REVIEW):
                return "document.reopened"
            return _MOVED.get(str(body.get("to")))
        case "work.done" | "work.failed" if body.get("stage") == "read" and body.get("error"):
            return "document.refused"
        case "copy.made":
            return "document.copied"
        case "document.deleted":
            return "document.deleted"
        case _:
            return event if event in _SAME else None


def data_of(document: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a notice says: which document, and what kind of thing happened to it."""
    known = {key: body[key] for key in _TOLD if isinstance(body.get(key), int | str)}
    return {"document": document, **known}
