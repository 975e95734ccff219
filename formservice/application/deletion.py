"""The use case „delete“: nothing of a document stays but the events that it was there and went."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from formservice.application import deletion_reason
from formservice.application.ports_deletion import (
    Bytes,
    Carried,
    Cleaned,
    Cleaner,
    Erasable,
    Erasure,
    Leftovers,
    Scope,
    Unfinished,
)
from formservice.application.ports_store import Author, Originals
from formservice.domain.case import Role
from formservice.domain.errors import UsageError
from formservice.domain.form import FormDefinition
from formservice.domain.groups import pattern

# Who receives bytes names them within seconds of keeping them: those are not taken away meanwhile.
_RECEIVING_S = 30.0
_PAUSE_S = 1.0
# Nobody else ends within this time what was begun; after it the one who began was killed.
_HELD_S = 600.0
# What cannot be cleaned now is tried again once a day, for a week: then a person knows better.
_DAY_S, _MOST = 24 * 3600.0, 7


@dataclass(frozen=True, slots=True)
class Deleted:
    """What was deleted; ``left`` are bytes that somebody is receiving anew just now."""

    scope: Scope
    left: Sequence[str]
    cleaned: Cleaned


class Delete:
    """Deletes documents with all that is kept of them."""

    def __init__(
        self,
        store: Erasable,
        originals: Originals,
        cleaner: Cleaner,
        leftovers: Leftovers,
        forms: Iterable[FormDefinition] = (),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Keep where something of a document may be; ``forms`` say what they take over."""
        self._forms = forms
        self._store = store
        self._originals = originals
        self._cleaner = cleaner
        self._leftovers = leftovers
        self._pause = pause

    def plan(self, given: Sequence[str], reason: str = "") -> Scope:
        """Return what deleting documents would take away.

        Raises:
            NotFoundError: there is no such document.
            UsageError: ``reason``, if there is one, is none that may stay.
        """
        kept = deletion_reason.checked(reason) if reason else ""
        with self._store.erasing() as work:
            scope = work.scope(*map(work.document, given))
            deletion_reason.refuse_told(kept, work.names(scope), work.readings(scope))
            return replace(scope, blanked=work.to_blank(scope, _carried(self._forms)))

    def beyond(self) -> Sequence[str]:
        """Return the files that hold earlier states, which no deletion reaches."""
        return self._leftovers.beyond()

    def __call__(
        self, given: Sequence[str], author: Author, reason: str, *, full: bool = False
    ) -> Deleted:
        """Delete documents, each whole, with the events that tell of it.

        Broken off, what has been begun is ended by ``resumed``, which workers call every few
        minutes, or by ``clean``.

        Raises:
            NotFoundError: there is no such document.
            UsageError: not in this role; no reason, or none that may stay (``deletion_reason``).
            ConflictError: a worker has the document.
            StorageError: database or originals are not usable.
        """
        if author.role is not Role.ADMIN:
            raise UsageError("Löschen ist dieser Rolle nicht erlaubt.")
        kept = deletion_reason.checked(reason)
        carried = _carried(self._forms)

        def erase(work: Erasure) -> tuple[Scope, Unfinished]:
            # All at once, as ``plan`` has shown it: one may be a part of another.
            scope = work.scope(*map(work.document, given))
            deletion_reason.refuse_told(kept, work.names(scope), work.readings(scope))
            scope = replace(scope, blanked=work.blank(scope, carried))
            return scope, work.erase(scope, author, kept, _HELD_S)

        scope, rest = self._store.erased(erase)
        begun = time.monotonic()
        left = self._left([rest], begun, begun + 2 * _RECEIVING_S)
        cleaned = self._cleaner.clean(full=full)
        self._end([rest], left, cleaned)
        return Deleted(scope, left, cleaned)

    def resumed(self) -> int:
        """End deletions that were broken off a while ago; return how many there were.

        StorageError: database or originals are not usable; it comes again.
        """
        rests = self._store.erased(lambda work: work.unfinished(_HELD_S))
        if rests:
            self._ended(rests, full=False)
        return len(rests)

    def clean(self, *, full: bool = False) -> Cleaned:
        """Take out of the database's files what deleted rows left there.

        Deletions that were broken off are ended before.
        """
        rests = self._store.erased(lambda work: work.unfinished(_HELD_S, at_once=True))
        return self._ended(rests, full=full)

    def _ended(self, rests: Sequence[Unfinished], *, full: bool) -> Cleaned:
        now = time.monotonic()
        left = self._left(rests, now, now)
        cleaned = self._cleaner.clean(full=full)
        self._end(rests, left, cleaned)
        return cleaned

    def _end(self, rests: Sequence[Unfinished], left: Sequence[str], cleaned: Cleaned) -> None:
        """Note what is done; what is not comes again."""
        waits = [one for one in rests if any(kept.sha256 in left for kept in one.unnamed)]
        unclean = [one for one in rests if not cleaned.done and one.tries < _MOST]
        again = {one.name for one in (*waits, *unclean)}

        def end(work: Erasure) -> None:
            work.later([one.name for one in unclean if one not in waits], _DAY_S)
            work.done([one.name for one in rests if one.name not in again])

        self._store.erased(end)

    def _left(self, rests: Sequence[Unfinished], begun: float, until: float) -> list[str]:
        """Take away what lies outside of the database; return what somebody receives just now.

        ``until`` is how long to wait for who does.
        """
        for sha256 in {one for rest in rests for one in rest.forget}:
            self._forget(sha256)
        unnamed = [one for rest in rests for one in rest.unnamed]
        return [one.sha256 for one in unnamed if not self._is_gone(one, begun, until)]

    def _forget(self, sha256: str) -> None:
        """Take away what lies beside; what was read for another document so far is its own."""
        with self._store.erasing() as work:
            in_work = work.is_in_work(sha256)
        if in_work:
            self._leftovers.forget_pictures(sha256)
        else:
            self._leftovers.forget(sha256)

    def _is_gone(self, one: Bytes, begun: float, until: float) -> bool:
        """Take bytes away, unless somebody names them again; say whether they are gone."""
        while True:
            with self._store.erasing() as work:
                if work.is_named(one.sha256):
                    return True  # they are another document's now
                # Whoever has kept them since they were first received may be about to name them.
                passed = one.seconds + time.monotonic() - begun
                if self._originals.delete(one.sha256, min(passed, _RECEIVING_S)):
                    return True
            if time.monotonic() >= until:
                return False
            self._pause(_PAUSE_S)


def _carried(forms: Iterable[FormDefinition]) -> Carried:
    """Return what any edition of any form takes over from others, by the form it comes from."""
    found: dict[str, dict[str, set[str]]] = {}
    for one in forms:
        for way in one.prefills:
            ours = found.setdefault(way.form, {}).setdefault(one.ref.form, set())
            ours.update(map(pattern, way.fields))
    return found
