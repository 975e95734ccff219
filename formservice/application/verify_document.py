"""Holds what is kept of a document against the events that tell of it."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # the body of an event is any JSON

from formservice.application.ports_portal import SUBMITTED
from formservice.application.ports_proof import Account, KeptRecord
from formservice.application.verify_delivery import deliveries
from formservice.application.verify_submission import submissions
from formservice.domain.canonical import digest
from formservice.domain.case import NAMES
from formservice.domain.chain import read, salted, seconds

ARRIVALS = ("document.received", "document.found")
DELETED = "document.deleted"
_OF_DAYS = (*ARRIVALS, SUBMITTED)


@dataclass(frozen=True, slots=True)
class _Told:
    """An event of the document at hand."""

    seq: int
    at: float
    type: str
    author: str
    body: Mapping[str, Any]


def fault(kept: Account) -> str | None:
    """Return the first thing that is not as the events of a document tell; None if all is."""
    events = [
        _Told(one.seq, seconds(one.at), one.type, one.author, read(one.body) or {})
        for one in kept.events
    ]
    gone = [one.seq for one in events if one.type == DELETED]
    if gone and events[-1].type == DELETED:
        return f"Er ist nach Ereignis {gone[-1]} gelöscht und trotzdem noch da."
    # What was deleted and received anew has nothing to do with what was before.
    own = [one for one in events if not gone or one.seq > gone[-1]]
    if not own or own[0].type not in ARRIVALS:
        return "Das Ereignis seines Eingangs fehlt."
    if kept.salt is None and any(_is_salted(one) for one in own):
        return "Das Salz fehlt, mit dem seine Angaben bewiesen werden."
    return next(_faults(kept, own, kept.salt or ""), None)


def _faults(kept: Account, events: Sequence[_Told], salt: str) -> Iterator[str]:
    yield from _arrival(kept, events, salt)
    yield from _records(kept, events, salt)
    yield from _copies(kept, events, salt)
    yield from _reasons(kept, events, salt)
    yield from _aside(kept, events, salt)
    yield from _belongings(kept, events, salt)
    yield from submissions(
        kept, [(one.type, one.author, one.at, one.body) for one in events], salt
    )
    yield from deliveries(kept, [(one.type, one.body) for one in events], salt)
    yield from (f"Was in Listen und Suche steht, ist verändert: {one}." for one in kept.differing)
    moves = [one for one in events if one.type == "document.moved"]
    state = str(moves[-1].body.get("to")) if moves else "received"
    if state != kept.state:
        said = f"sagt „{_name(state)}“" if moves else "vom Wechsel fehlt"
        yield f"Er steht auf „{_name(kept.state)}“, das Ereignis {said}."


def _arrival(kept: Account, events: Sequence[_Told], salt: str) -> Iterator[str]:
    event = events[0]
    # Whoever prepares what it sends has handed it in on the day on which it says so.
    days = (one for one in reversed(events) if one.type in _OF_DAYS and "received" in one.body)
    day = next(days, event)
    told = {
        "original": kept.original and salted(salt, kept.original),
        "name": salted(salt, kept.name),
        "received": kept.received,
        "source": kept.source,
        "created_at": kept.created_at,
        "part_of": kept.part_of,
        "traeger": kept.traeger and salted(salt, kept.traeger),
    }
    words = {
        "original": "Das Original ist nicht das, das einging",
        "name": "Der Name der Datei ist verändert",
        "received": "Der Tag des Eingangs ist verändert",
        "source": "Der Weg, auf dem er kam, ist verändert",
        "created_at": "Die Zeit des Eingangs ist verändert",
        "part_of": "Die Zugehörigkeit zur empfangenen Datei ist verändert",
        "traeger": "Der Träger, von dem er kam, ist verändert",
    }
    for key, value in told.items():
        proof = day if key == "received" else event
        if proof.body.get(key) != value:
            yield f"{words[key]} (Ereignis {proof.seq})."


def _records(kept: Account, events: Sequence[_Told], salt: str) -> Iterator[str]:
    saved = {one.body.get("version"): one for one in events if one.type == "record.saved"}
    records = {one.version: one for one in kept.records}
    for version, event in sorted(saved.items(), key=lambda pair: pair[1].seq):
        if version not in records:
            yield f"Der Datensatz, Fassung {version}, fehlt (Ereignis {event.seq})."
        else:
            yield from _record(records[version], event, salt)
    for version in records:
        if version not in saved:
            yield f"Von Fassung {version} des Datensatzes erzählt kein Ereignis."
    newest = max(saved.values(), key=lambda one: one.seq, default=None)
    pages = digest([[one.original, one.page] for one in kept.pages])
    if newest is not None and salted(salt, pages) != newest.body.get("pages"):
        yield f"Die Seiten, aus denen er besteht, sind verändert (Ereignis {newest.seq})."
    if kept.version != max(records, default=0):
        yield f"Als neueste Fassung steht {kept.version} da; es ist {max(records, default=0)}."


def _record(record: KeptRecord, event: _Told, salt: str) -> Iterator[str]:
    which, where = f"Der Datensatz, Fassung {record.version},", f"(Ereignis {event.seq})"
    try:
        found = digest(json.loads(record.reading))
    except (ValueError, RecursionError):
        yield f"{which} ist nicht mehr lesbar {where}."
        return
    proven = event.body.get("record")
    if salted(salt, found) != proven:
        yield f"{which} ist verändert {where}."
    if record.sha256 != found:
        yield f"Der Prüfwert neben dem Datensatz, Fassung {record.version}, ist verändert {where}."
    if record.author != event.author:
        yield f"{which} ist einem anderen zugeschrieben {where}."
    if record.created_at != event.at:
        yield f"Die Zeit zum Datensatz, Fassung {record.version}, ist verändert {where}."
    told = event.body.get("reason")
    if (salted(salt, record.reason) if record.reason.strip() else None) != told:
        yield f"Die Begründung zum Datensatz, Fassung {record.version}, ist verändert {where}."


def _copies(kept: Account, events: Sequence[_Told], salt: str) -> Iterator[str]:
    # A version that is accepted again has further ones.
    copies: defaultdict[tuple[object, object], set[object]] = defaultdict(set)
    for one in kept.copies:
        proof = (salted(salt, one.sha256), one.size, one.created_at)
        copies[one.version, one.kind].add(proof)
    told: defaultdict[tuple[object, object], set[object]] = defaultdict(set)
    for event in events:
        if event.type == "copy.made":
            key = (event.body.get("version"), event.body.get("kind"))
            made = tuple(event.body.get(name) for name in ("copy", "size", "created_at"))
            told[key].add(made)
            which = f"Die Archivkopie „{key[1]}“ zu Fassung {key[0]}"
            if key not in copies:
                yield f"{which} fehlt (Ereignis {event.seq})."
            elif made not in copies[key]:
                yield f"{which} ist eine andere (Ereignis {event.seq})."
    for key, hashes in copies.items():
        if hashes - told[key]:
            yield f"Von der Archivkopie „{key[1]}“ zu Fassung {key[0]} erzählt kein Ereignis."


def _reasons(kept: Account, events: Sequence[_Told], salt: str) -> Iterator[str]:
    told: dict[tuple[object, ...], int] = {}
    counted: Counter[tuple[object, ...]] = Counter()
    gone: Counter[tuple[object, ...]] = Counter()
    for one in events:
        if one.type == "finding.acknowledged":
            code, field = one.body.get("code"), one.body.get("field")
        elif one.type == "document.moved" and "reason" in one.body:
            code, field = f"state.{one.body.get('to')}", None
        elif one.type == "finding.withdrawn":
            names = ("code", "field", "of", "of_role", "answered_at", "finding", "reason")
            gone[tuple(one.body.get(name) for name in names)] += 1
            continue
        else:
            continue
        who = (one.author, one.body.get("role"), one.at, one.body.get("finding"))
        key: tuple[object, ...] = (code, field, *who, one.body.get("reason"))
        told.setdefault(key, one.seq)
        counted[key] += 1
    found: Counter[tuple[object, ...]] = Counter(
        (
            *(one.code, one.field, one.author, one.role, one.created_at),
            None if one.finding is None else salted(salt, one.finding),
            salted(salt, one.reason),
        )
        for one in kept.reasons
    )
    counted -= gone
    for lost in counted - found:
        yield f"Die Begründung zu „{lost[0]}“ fehlt oder ist verändert (Ereignis {told[lost]})."
    for odd in found - counted:
        yield f"Von einer Begründung zu „{odd[0]}“ erzählt kein Ereignis."


def _aside(kept: Account, events: Sequence[_Told], salt: str) -> Iterator[str]:
    told = [one for one in events if one.type == "document.aside"]
    found = [] if kept.aside is None else json.loads(kept.aside)
    if told and salted(salt, digest(found)) != told[-1].body.get("aside"):
        yield f"Was kein Vorgang ist, steht anders da (Ereignis {told[-1].seq})."
    elif found and not told:
        yield "Von dem, was kein Vorgang ist, erzählt kein Ereignis."


def _belongings(kept: Account, events: Sequence[_Told], salt: str) -> Iterator[str]:
    """Whoever assigns a document to a case tells so: who may see it depends on that."""
    told = [one.body for one in events if one.type == "document.assigned"][-1:]
    named = [(one.get("case"), one.get("participation")) for one in told if one.get("case")]
    found = [
        (salted(salt, one.case), one.participation and salted(salt, one.participation))
        for one in kept.belongings
    ]
    if found != named:
        yield "Die Zuordnung zu einem Fall ist nicht die, von der die Ereignisse erzählen."


def _is_salted(event: _Told) -> bool:
    return bool({"record", "copy", "reason", "original", "name"} & event.body.keys())


def _name(state: str) -> str:
    return next((name for key, name in NAMES.items() if key == state), state)
