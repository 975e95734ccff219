"""Documents to hand over: kept, read, accepted and copied, without any form being made."""

from datetime import date
from hashlib import sha256

from formservice.adapters.originals.local import LocalOriginals
from formservice.application.ports_store import SERVICE, Arrival, Author, CopyOf, Found, PageOf
from formservice.domain.case import Role, State

LEAD = Author("u-7", Role.LEAD)
RECEIVED = date(2026, 4, 20)
# Invented; no event may ever hold it.
NAME = "Nguyễn-Brücke"


def reading(name=NAME, **more):
    """Return what was read of a Feedbackbogen."""
    told = {"name": name, "vorname": "Hòa", "q3_erreicht": "Ich habe <alles> & mehr.\nJa."} | more
    fields = {
        key: {"reading": "read", "value": value, "raw": value, "confidence": 1.0}
        for key, value in told.items()
    }
    return {
        "file": "bogen.pdf",
        "medium": "acroform",
        "page_numbers": [1],
        "form": {"id": "feedbackbogen", "edition": "2026-11", "margin": 0.9},
        "fields": fields,
        "findings": [],
        "deadlines": [{"key": "vorlage", "start": "2026-04-01", "due": "2026-04-22", "met": True}],
        "reference": "TEST00000001",
    }


def keep(store, originals, id_="d1", name=NAME, data=None, more=()):
    """Keep a received file with one document in it."""
    data = data or b"%PDF-1.7 " + id_.encode()
    original = originals.put(data)
    with store.work() as work:
        arrival = Arrival(id_, original, len(data), f"bogen {id_}.pdf", "upload", RECEIVED)
        work.documents.receive(arrival, LEAD)
        claim = work.queue.claim(["read"], "w", 60)
        work.documents.found(
            id_, [Found([PageOf(original, 1)], reading(name) | dict(more))], SERVICE
        )
        work.queue.finish(claim, "done", "waiting")
    return original


def accept(store, originals, id_="d1"):
    """Accept a document; its archive copy is there."""
    with store.work() as work:
        work.documents.move(id_, State.ACCEPTED, LEAD, "alles da")
    return copied(store, originals, id_)


def copied(store, originals, id_="d1"):
    """Keep an archive copy of what was accepted."""
    data = b"%PDF-1.7 copy of " + id_.encode()
    copy = originals.put(data)
    with store.work() as work:
        version = work.documents.get(id_).version
        work.copies.keep(CopyOf(id_, version, "form", copy, len(data)), SERVICE)
    return copy


def folder_originals(tmp_path):
    return LocalOriginals(tmp_path / "originals")


def digest(data):
    return sha256(data).hexdigest()
