"""The use case „verify“: what is kept is what was kept, and nothing is missing.

The chain of events is proved from its beginning each time; what it tells of documents, and the
bytes of all originals, where a run that was broken off had come to. The first break ends it.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain as joined
from typing import TypeAlias

from formservice.application.ports_proof import (
    Account,
    Amount,
    Entry,
    Heads,
    Place,
    Places,
    Proof,
    Provable,
)
from formservice.application.ports_store import Originals
from formservice.application.verify_document import ARRIVALS, fault
from formservice.domain.chain import FIRST, Head, Link, is_unchanged, read
from formservice.domain.errors import AlteredError, NotFoundError

EVENTS, DOCUMENTS, ORIGINALS = "events", "documents", "originals"

# Enough at once that asking takes less than proving; little enough for any machine's memory.
_EVENTS, _DOCUMENTS, _ORIGINALS = 500, 50, 100
# So far from its place an event is looked for that does not stand where it was written.
_SWAPPED = 500

_UNREADABLE = "Was in der Datenbank zu den nächsten Vorgängen steht, ist beschädigt."

Tell: TypeAlias = Callable[[str, int, int], None]
"""Takes the step, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Break:
    """The first thing that is not as it was: of which kind, its id, and a German sentence.

    ``part`` is ``event``, ``head``, ``document``, ``original`` or ``database``.
    """

    part: str
    id: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run found; ``since`` is the event it began with, ``resumed`` when it first began."""

    broken: Break | None
    head: Head | None
    events: int
    documents: int
    originals: int
    since: int
    resumed: str | None = None


class _Broken(Exception):  # noqa: N818 - no error: it is what was looked for
    """Carries the first break out of everything."""

    def __init__(self, part: str, id_: object, message: str) -> None:
        super().__init__()
        self.found = Break(part, str(id_), message)


@dataclass(slots=True)
class _Run:
    """How far a run is."""

    place: Place
    amount: Amount
    head: Head | None = None
    events: int = 0


class Verify:
    """Proves everything that an installation keeps."""

    def __init__(
        self,
        store: Provable,
        originals: Originals,
        heads: Heads,
        places: Places,
        now: Callable[[], str],
    ) -> None:
        """``now`` returns the time, as it is told of a run that was broken off."""
        self._store = store
        self._originals = originals
        self._heads = heads
        self._places = places
        self._now = now

    def __call__(
        self, tell: Tell = lambda _step, _done, _total: None, *, since: int = 1, anew: bool = False
    ) -> Verdict:
        """Prove everything, or what events from ``since`` on tell of; ``tell`` hears how far.

        Goes on where the last run was broken off, unless it shall begin ``anew``.

        Raises:
            StorageError: database, originals or heads cannot be read; a next run goes on.
        """
        before = None if anew else self._places.place()
        if before is not None and before.since != since:
            before = None
        place = before or Place(since, self._now(), EVENTS, "")
        with self._store.proof() as proof:
            damage = proof.damage()
            run = _Run(place, Amount(0, 0, 0) if damage else proof.amount(since))
        broken = None
        try:
            if damage is not None:
                raise _Broken("database", "", damage)
            self._all(run, tell)
        except _Broken as error:
            broken = error.found
        self._places.forget()
        if broken is not None:
            self._places.found_broken(f"{self._now()}: {broken.message}")
        if broken is None and run.head is not None and since == 1:
            self._places.found_whole(run.head)
        place = run.place
        return Verdict(
            broken,
            run.head,
            run.events,
            place.documents,
            place.originals,
            since,
            before.begun if before else None,
        )

    def _all(self, run: _Run, tell: Tell) -> None:
        self._chain(run, tell)
        self._witnessed(run)
        if run.place.step == EVENTS:
            self._keep(run, step=DOCUMENTS, after="")
        if run.place.step == DOCUMENTS:
            self._documents(run, tell)
            self._keep(run, step=ORIGINALS, after="")
        self._bytes(run, tell)
        # What happened meanwhile.
        self._chain(run, tell)

    def _chain(self, run: _Run, tell: Tell) -> None:
        """Prove the chain from ``since`` on, or from where this was called last."""
        since, total = run.place.since, run.amount.events
        with self._store.proof() as proof:
            before = _before(proof, since) if run.head is None else run.head
        while True:
            with self._store.proof() as proof:
                entries = proof.entries(before.seq, _EVENTS)
                for one in entries:
                    _link(one, before)
                    before = Head("", one.seq, one.hash, one.seq)
                _arrived(proof, entries)
            run.events += len(entries)
            if not entries:
                break
            tell(EVENTS, run.events, max(total, run.events))
        run.head = before if before.seq else None

    def _witnessed(self, run: _Run) -> None:
        """Hold the chain against its heads, and against what the last whole run found."""
        last = self._places.last()
        told = [("Die letzte Prüfung", last)] if last else []
        witnesses = joined(((f"Der Kopf vom {one.day}", one) for one in self._given()), told)
        for name, head in witnesses:
            if head.seq < run.place.since:
                continue
            with self._store.proof() as proof:
                found = proof.entries(head.seq - 1, 1)
            _witness(name, head, found, run.head.seq if run.head else 0)

    def _given(self) -> Iterator[Head]:
        try:
            yield from self._heads.all()
        except AlteredError as error:
            raise _Broken("head", "", error.message) from None

    def _documents(self, run: _Run, tell: Tell) -> None:
        while True:
            try:
                with self._store.proof() as proof:
                    some = proof.accounts(run.place.after, _DOCUMENTS, run.place.since)
            except _ODD:
                raise _Broken("document", run.place.after, _UNREADABLE) from None
            if not some:
                return
            for one in some:
                _account(one)
            self._keep(run, after=some[-1].id, documents=run.place.documents + len(some))
            done = run.place.documents
            tell(DOCUMENTS, done, max(run.amount.documents, done))

    def _bytes(self, run: _Run, tell: Tell) -> None:
        while True:
            with self._store.proof() as proof:
                some = proof.originals(run.place.after, _ORIGINALS, run.place.since)
            if not some:
                return
            for sha256, size in some:
                self._original(sha256, size)
                done = run.place.originals + 1
                self._keep(run, after=sha256, originals=done)
                tell(ORIGINALS, done, max(run.amount.originals, done))

    def _original(self, sha256: str, size: int) -> None:
        try:
            data = self._originals.read(sha256)
        except NotFoundError:
            if self._still(sha256):  # else it was deleted just now
                raise _Broken("original", sha256, f"Das Original {sha256} fehlt.") from None
            return
        except AlteredError:
            raise _Broken(
                "original", sha256, f"Das Original {sha256} ist verändert oder beschädigt."
            ) from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _Broken("original", sha256, f"Das Original {sha256} ist verändert.")
        if len(data) != size and self._still(sha256):
            message = f"Zum Original {sha256} ist eine falsche Größe eingetragen."
            raise _Broken("original", sha256, message)

    def _still(self, sha256: str) -> bool:
        with self._store.proof() as proof:
            return proof.is_named(sha256)

    def _keep(self, run: _Run, **changes: str | int) -> None:
        run.place = replace(run.place, **changes)  # type: ignore[arg-type] # all by their names
        self._places.keep(run.place)


def _before(proof: Proof, since: int) -> Head:
    """Return the event that the first one to prove follows."""
    if since <= 1:
        return Head("", 0, FIRST, 0)
    found = proof.entries(since - 2, 1)
    if not found:
        raise NotFoundError(f"Ein Ereignis {since - 1} gibt es nicht; die Kette endet davor.")
    if found[0].seq != since - 1:
        raise _Broken("event", since - 1, f"Ereignis {since - 1} fehlt.")
    return Head("", since - 1, found[0].hash, since - 1)


def _link(one: Entry, before: Head) -> None:
    """Raise unless an event is as it was written and follows the one before."""
    if one.seq != before.seq + 1:
        first, last = before.seq + 1, one.seq - 1
        which = f"Ereignis {first} fehlt" if first == last else f"Ereignisse {first}–{last} fehlen"
        raise _Broken("event", first, f"{which}.")
    body = read(one.body)
    link = _linked(one, body or {})
    if body is None or not is_unchanged(link):
        place = _elsewhere(link) if body is not None else None
        told = "sein Inhalt passt nicht zu seinem Prüfwert"
        if place is not None:
            told = f"dort steht, was als Ereignis {place} geschrieben wurde"
        raise _Broken("event", one.seq, f"Ereignis {one.seq} ist verändert: {told}.")
    if one.previous != before.hash:
        message = f"Ereignis {one.seq} schließt nicht an Ereignis {before.seq} an."
        if before.seq == 0:
            message = "Ereignis 1 ist nicht das erste, das es gab."
        raise _Broken("event", one.seq, message)


def _linked(one: Entry, body: object) -> Link:
    given = body if isinstance(body, dict) else {}
    return Link(one.seq, one.at, one.type, one.document, one.author, given, one.previous, one.hash)


def _elsewhere(link: Link) -> int | None:
    """Return the number under which an event was written that stands under another."""
    for seq in range(max(1, link.seq - _SWAPPED), link.seq + _SWAPPED):
        if seq != link.seq and is_unchanged(replace(link, seq=seq)):
            return seq
    return None


def _arrived(proof: Proof, entries: Sequence[Entry]) -> None:
    """Raise unless what has arrived is there, or was deleted later."""
    arrivals = {one.document or "": one.seq for one in entries if one.type in ARRIVALS}
    gone = set(arrivals) - set(proof.there(arrivals))
    if not gone:
        return
    gone -= set(proof.deleted(gone, min(arrivals[one] for one in gone)))
    for one in sorted(gone, key=lambda one: arrivals[one]):
        message = (
            f"Vorgang {one} ist nach Ereignis {arrivals[one]} eingegangen und nicht mehr da;"
            " von einer Löschung erzählt kein Ereignis."
        )
        raise _Broken("document", one, message)


def _witness(name: str, head: Head, found: Sequence[Entry], last: int) -> None:
    """Raise unless the chain has the event that a head names."""
    if head.seq > last:
        missing = head.seq - last
        told = "ein Ereignis fehlt" if missing == 1 else f"{missing} Ereignisse fehlen"
        message = f"{name} nennt Ereignis {head.seq}, die Kette endet bei {last}: {told} am Ende."
        raise _Broken("head", head.day, message)
    if not found or found[0].seq != head.seq or found[0].hash != head.hash:
        message = (
            f"{name} nennt zu Ereignis {head.seq} einen anderen Prüfwert:"
            " Die Kette bis dahin ist neu geschrieben, oder diese Angabe ist verändert."
        )
        raise _Broken("head", head.day, message)
    if head.count != head.seq:
        raise _Broken("head", head.day, f"{name} nennt eine falsche Anzahl von Ereignissen.")


# What a changed byte makes of rows: a number that is a text, a day that is none, a lost part.
_ODD = (TypeError, ValueError, AttributeError, LookupError)


def _account(one: Account) -> None:
    try:
        found = fault(one)
    except _ODD:
        found = "Was in der Datenbank dazu steht, ist beschädigt."
    if found is not None:
        raise _Broken("document", one.id, f"Vorgang {one.id}: {found}")
