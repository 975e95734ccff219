"""A Träger throws away what it has not handed in: nothing of it stays but that it was there."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from formservice.application.ports_deletion import Erasable, Erasure
from formservice.application.ports_store import (
    SERVICE,
    Arrival,
    Author,
    Documents,
    Events,
    Kept,
)
from formservice.application.search import Search
from formservice.domain.case import OWN_SOURCES, State
from formservice.domain.errors import ConflictError, UsageError, no_document

DISCARDED = "vor dem Einreichen verworfen"
"""The reason that stays in the chain of events."""
# Nobody waits for the bytes to go: workers end what was begun after this time.
_HELD_S = 60.0
UNDO_S = 24 * 3600.0
"""For how long somebody may take back that they threw something away, in seconds."""
_AT_WORK = ("ready", "running")
_UNSENT = (State.PREPARING, State.RECEIVED, State.DISCARDED)

T = TypeVar("T")


class Asiding(Protocol):
    """One transaction, as far as putting something aside goes."""

    @property
    def documents(self) -> Documents:
        """Documents and where they stand."""

    @property
    def events(self) -> Events:
        """The chain of events."""

    @property
    def search(self) -> Search:
        """Who may see what."""


class AsideStore(Protocol):
    """Where documents are kept."""

    def written(self, do: Callable[[Asiding], T]) -> T:
        """Do what writes in one transaction."""


class PutAside:
    """The use case „throw away“ as people do it: for a day it can be taken back."""

    def __init__(self, store: AsideStore) -> None:
        """Keep where documents are."""
        self._store = store

    def __call__(self, document: str, author: Author) -> None:
        """Throw away what was not handed in; done once more, nothing more happens.

        Raises:
            NotFoundError: there is no such document of theirs.
            UsageError: it was handed in, or holds several forms of which each is for itself.
            ConflictError: it is being read just now.
        """

        def move(work: Asiding) -> None:
            kept = _theirs(work, document, author)
            if kept.state is State.DISCARDED:
                return
            refuse_handed_in(kept, is_file=bool(work.documents.parts(document)))
            work.documents.move(document, State.DISCARDED, author, DISCARDED)

        self._store.written(move)

    def whole(self, document: str, author: Author) -> None:
        """Throw away all of a file that was not handed in, and what is no file as ``__call__``.

        Programs name what they have sent; which forms that held they need not ask for before.

        Raises:
            NotFoundError: there is no such document of theirs.
            UsageError: all of it was handed in.
            ConflictError: some of it is being read just now; nothing is thrown away.
        """

        def move(work: Asiding) -> None:
            kept = _theirs(work, document, author)
            parts = work.documents.parts(document, author)
            forms = parts or [kept]
            own = [one for one in forms if one.state in _UNSENT] or forms[:1]
            for one in own:
                if one.state is not State.DISCARDED:
                    refuse_handed_in(one, is_file=False)
                    work.documents.move(one.id, State.DISCARDED, author, DISCARDED)

        self._store.written(move)

    def restore(self, document: str, author: Author) -> None:
        """Take back that something was thrown away, of a file all; once more changes nothing.

        Raises:
            NotFoundError: there is no such document of theirs, or not any more.
        """

        def move(work: Asiding) -> None:
            kept = _theirs(work, document, author)
            for one in (kept, *work.documents.parts(document, author)):
                _back(work, one, author)

        self._store.written(move)


class Sending(Protocol):
    """One transaction in which something is received."""

    @property
    def documents(self) -> Documents:
        """Documents and where they stand."""

    @property
    def events(self) -> Events:
        """The chain of events."""


def received_again(
    work: Sending, arrival: Arrival, author: Author, *, is_read: bool = False
) -> tuple[Kept, bool]:
    """Keep what arrived, as ``Documents.receive`` does; what its Träger threw away is back.

    It is told that it is known: who relies on that would lose it a day later. With a file come
    all its forms.
    """
    work.events.held()  # nobody erases it between the look and the move
    kept, known = work.documents.receive(arrival, author, is_read=is_read)
    if not known or arrival.traeger is None:
        return kept, known
    for one in (kept, *work.documents.parts(kept.id)):
        _back(work, one, author)
    return work.documents.get(kept.id), True


def _back(work: Sending, kept: Kept, author: Author) -> None:
    if kept.state is State.DISCARDED:
        back = State.PREPARING if kept.version else State.RECEIVED
        work.documents.move(kept.id, back, author)


def is_thrown_away(documents: Documents, kept: Kept) -> bool:
    """Say whether a document, or a form of a file, was thrown away and may come back."""
    return any(one.state is State.DISCARDED for one in (kept, *documents.parts(kept.id)))


def _theirs(work: Asiding, document: str, author: Author) -> Kept:
    work.events.held()
    if not work.search.is_visible(document, author):
        raise no_document()
    return work.documents.get(document)


def refuse_handed_in(kept: Kept, *, is_file: bool) -> None:
    """Refuse to throw away what is not only its sender's; ``is_file`` says it holds several forms.

    Raises:
        UsageError: it was handed in, or holds several forms of which each is for itself.
        ConflictError: it is being read just now.
    """
    if is_file:
        raise UsageError(
            "Diese Datei enthält mehrere Bögen.", "Bitte verwerfen Sie jeden Bogen einzeln."
        )
    if kept.state not in (State.PREPARING, State.RECEIVED) or kept.source not in OWN_SOURCES:
        raise UsageError(
            "Was eingereicht ist, kann nicht mehr verworfen werden.",
            "Bitte wenden Sie sich an Ihre Ansprechperson, wenn es ein Versehen war.",
        )
    # Last: of what is accepted a copy is being made, which is no reading.
    if kept.status in _AT_WORK:
        raise ConflictError(
            "Die Datei wird gerade gelesen.",
            "Bitte warten Sie einige Sekunden und versuchen Sie es dann noch einmal.",
        )


def discarded(store: Erasable) -> int:
    """Really delete what was thrown away a day ago; return how many documents."""

    def erase(work: Erasure) -> int:
        work.held()  # before the look: nobody takes back what is being erased
        # One may have gone with another: the file of both.
        gone: set[str] = set()
        for document in work.discarded(UNDO_S):
            if document not in gone:
                scope = work.scope(document)
                gone.update(scope.documents)
                work.erase(scope, SERVICE, DISCARDED, _HELD_S)
        return len(gone)

    return store.erased(erase)
