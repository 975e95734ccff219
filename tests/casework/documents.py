"""Documents that came in, made for tests: kept as a reader would have them kept."""

from formservice.application.ports_store import SERVICE, Arrival, Found, PageOf
from tests.casework.conftest import DAY


def reading(reference=None, *, form="feedbackbogen", findings=(), deadlines=(), **fields):
    """A record of a form."""
    return {
        "form": {"id": form, "edition": "2023-09-22", "margin": 0.9},
        "reference": reference,
        "fields": {
            key: {"reading": "read", "value": value, "accepted": True, "confidence": 1.0}
            for key, value in fields.items()
        },
        "findings": list(findings),
        "deadlines": list(deadlines),
    }


def finding(code, severity, field=None, message="zu klären", *, overridable=False):
    return {
        "code": code,
        "severity": severity,
        "field": field,
        "rule": None,
        "message": message,
        "overridable": overridable,
    }


LATE = finding("deadline.missed", "asks", message="zu spät", overridable=True)


def deadline(key="uebersendung", due="2026-11-05", met=False):
    return {"key": key, "title": "Übersendung", "start": "2026-10-22", "due": due, "met": met}


def came(store, name, read, traeger=None, received=DAY):
    """Let a document come in with this record."""
    sha256 = f"{len(name):02}{name}".encode().hex().ljust(64, "0")[:64]
    arrival = Arrival(name, sha256, 3, f"{name}.pdf", "upload", received, "text", traeger)
    with store.work() as work:
        work.documents.receive(arrival, SERVICE, is_read=True)
        work.documents.found(name, [Found([PageOf(sha256, 1)], read)], SERVICE)
    return name
