"""The use case „delete“: nothing of a document stays but the events that it was there and went."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from formservice.application import deletion_reason
from formservice.application.ports_deletion import (
    Bytes,
    Cleaned,
    Cleaner,
    Erasable,
    Leftovers,
    Scope,
)
from formservice.application.ports_store import Author, Originals
from formservice.domain.case import Role
from formservice.domain.errors import UsageError

# Who receives bytes names them within seconds of keeping them: those are not taken away meanwhile.
_RECEIVING_S = 30.0
_PAUSE_S = 1.0



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
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Keep where something of a document may be."""
        self._store = store
        self._originals = originals
        self._cleaner = cleaner
        self._leftovers = leftovers
        self._pause = pause

    def plan(self, given: Sequence[str]) -> Scope:
        """Return what deleting documents would take away.

        Raises:
            NotFoundError: there is no such document.
        """
        with self._store.erasing() as work:
            return _together([work.scope(work.document(one)) for one in given])

    def beyond(self) -> Sequence[str]:
        """Return the files that hold earlier states, which no deletion reaches."""
        return self._leftovers.beyond()

    def __call__(
        self, given: Sequence[str], author: Author, reason: str, *, full: bool = False
    ) -> Deleted:
        """Delete documents, each whole, with the events that tell of it.

        Broken off, what has been begun is ended by the same call, or by the nightly sweep of bytes
        that nothing names.

        Raises:
            NotFoundError: there is no such document.
            UsageError: not in this role; no reason, or one that holds a value of the document.
            ConflictError: a worker has the document.
            StorageError: database or originals are not usable.
        """
        if author.role is not Role.ADMIN:
            raise UsageError("Löschen ist dieser Rolle nicht erlaubt.")
        if not reason.strip():
            raise UsageError(
                "Zum Löschen fehlt die Begründung.",
                "Sie bleibt im Protokoll: bitte ohne Angaben zur Person, etwa ein Aktenzeichen.",
            )
        scopes, unnamed = [], list[Bytes]()
        with self._store.erasing() as work:
            for one in given:
                scope = work.scope(work.document(one))
                _refuse_told(reason, work.readings(scope))
                unnamed += work.erase(scope, author, reason.strip())
                scopes.append(scope)
        begun = time.monotonic()
        scope = _together(scopes)
        for sha256 in {*scope.originals, *scope.shared}:
            self._leftovers.forget(sha256)
        left = [one.sha256 for one in unnamed if not self._is_gone(one, begun)]
        return Deleted(scope, left, self.clean(full=full))

    def clean(self, *, full: bool = False) -> Cleaned:
        """Take out of the database's files what deleted rows left there."""
        return self._cleaner.clean(full=full)

    def _is_gone(self, one: Bytes, begun: float) -> bool:
        """Take bytes away, unless somebody names them again; say whether they are gone."""
        until = begun + 2 * _RECEIVING_S
        while True:
            with self._store.erasing() as work:
                if work.is_named(one.sha256):
                    return True  # they are another document's now
                # Whoever has kept them since they were first received may be about to name them.
                passed = one.seconds + time.monotonic() - begun
                if self._originals.delete(one.sha256, min(passed, _RECEIVING_S)):
                    return True
            if time.monotonic() > until:
                return False
            self._pause(_PAUSE_S)


def _together(scopes: Sequence[Scope]) -> Scope:
    """Return several scopes as one."""
    counts: dict[str, int] = {}
    for scope in scopes:
        for name, count in scope.counts.items():
            counts[name] = counts.get(name, 0) + count
    originals = dict.fromkeys(one for scope in scopes for one in scope.originals)
    shared = {name: count for scope in scopes for name, count in scope.shared.items()}
    return Scope(
        list(dict.fromkeys(one for scope in scopes for one in scope.documents)),
        counts,
        list(originals),
        {name: count for name, count in shared.items() if name not in originals},
        sorted({one for scope in scopes for one in scope.handed_over}),
    )
