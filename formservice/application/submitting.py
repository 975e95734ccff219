"""A Träger hands in what it has prepared, or sends a correction; what stays of it is a receipt."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, TypeVar  # readings have the shape of the JSON contract

from formservice.application.editing import Changes
from formservice.application.ports_portal import Submission, Submissions
from formservice.application.ports_store import (
    SERVICE,
    Author,
    Copies,
    Documents,
    Events,
    Kept,
)
from formservice.application.search import Search
from formservice.domain.case import DECIDED, State
from formservice.domain.changes import refuse_future
from formservice.domain.errors import ConflictError, UsageError, no_document
from formservice.domain.form import Severity

T = TypeVar("T")

DAY_OF_SUBMISSION = "Tag der Einreichung"
"""Why a version is made that only counts the deadlines from another day of receipt."""
_AGAIN = "Berichtigung durch den Träger"
SUBMITTABLE = (State.PREPARING, State.IN_REVIEW, State.RETURNED)


class Submitting(Protocol):
    """One transaction, as far as handing in goes."""

    @property
    def documents(self) -> Documents:
        """Documents and their records."""

    @property
    def events(self) -> Events:
        """The chain of events."""

    @property
    def copies(self) -> Copies:
        """Archive copies, and the names of people."""

    @property
    def search(self) -> Search:
        """Who may see what."""

    @property
    def submissions(self) -> Submissions:
        """What was handed in."""


class SubmittingStore(Protocol):
    """Where documents are kept."""

    def written(self, do: Callable[[Submitting], T]) -> T:
        """Do what writes in one transaction."""

    def look(self) -> AbstractContextManager[Submitting]:
        """Open a transaction that only reads."""


class Checked(Protocol):
    """Puts all checks to a reading anew."""

    def edited(
        self, before: Mapping[str, Any], changes: Changes, received: date
    ) -> dict[str, Any]:
        """Return the reading that changes make, as if it was received on that day."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document as its sender looks at it before handing it in, with what is known of it.

    ``reading`` is the newest record as it would be handed in today, empty if nothing was read.
    """

    kept: Kept
    reading: Mapping[str, Any]
    submissions: Sequence[Submission]
    returned: str = ""
    parts: Sequence[Kept] = ()

    @property
    def blocking(self) -> Sequence[Mapping[str, Any]]:
        """What keeps it from being accepted."""
        return self._of(Severity.BLOCKS)

    @property
    def asking(self) -> Sequence[Mapping[str, Any]]:
        """What a person has to look at."""
        return self._of(Severity.ASKS)

    @property
    def noted(self) -> Sequence[Mapping[str, Any]]:
        """What is only told."""
        return self._of(Severity.NOTES)

    def _of(self, severity: Severity) -> Sequence[Mapping[str, Any]]:
        found = self.reading.get("findings") or ()
        return [one for one in found if one.get("severity") == severity]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt tells: who handed in what, when, and what was open then."""

    submission: Submission
    kept: Kept
    reading: Mapping[str, Any]
    person: str
    number: int


class Submit:
    """The use case „submit“, with the look at what would be handed in and the receipt."""

    def __init__(
        self, store: SubmittingStore, checked: Checked, today: Callable[[], date]
    ) -> None:
        """Keep where documents are, what checks them, and what tells the day."""
        self._store = store
        self._checked = checked
        self._today = today

    def prepared(self, document: str, author: Author) -> Prepared:
        """Return a document as its sender looks at it; NotFoundError if it is not theirs."""
        with self._store.look() as work:
            kept = _seen(work, document, author)
            reading = work.documents.newest(document).reading if kept.version else {}
            submissions = work.submissions.of(document)
            returned = _why(work, kept)
            parts = work.documents.parts(document)
        if kept.state is State.PREPARING:
            reading = self._of_today(kept, reading)
        return Prepared(kept, reading, submissions, returned, parts)

    def corrected(self, prepared: Prepared, changes: Changes) -> Prepared:
        """Return a document as it is with changes that nobody has kept yet.

        InvalidDataError names every change that is not possible.
        """
        if not changes:
            return prepared
        received = self._received(prepared.kept)
        return replace(prepared, reading=self._checked.edited(prepared.reading, changes, received))

    def __call__(
        self, document: str, seen: int, author: Author, changes: Changes | None = None
    ) -> Submission:
        """Hand in version ``seen`` of a document, with ``changes`` to it that come along.

        Sent once more, after whatever happened, it is the same submission; a later version than
        the one handed in is a new one.

        Raises:
            NotFoundError: no such document of theirs.
            InvalidDataError: names every change that is not possible.
            ConflictError: there is a newer version than the one they have seen.
            UsageError: it is decided, or waits to be read.
        """
        return self._store.written(
            lambda work: self._within(work, document, seen, author, changes or {})
        )

    def together(
        self, handed: Mapping[str, tuple[int, Changes]], author: Author
    ) -> Sequence[Submission]:
        """Hand in several documents, all or none; for each the version seen, and its changes.

        It raises what handing in one of them raises.
        """
        return self._store.written(
            lambda work: [
                self._within(work, document, seen, author, changes)
                for document, (seen, changes) in handed.items()
            ]
        )

    def _within(
        self, work: Submitting, document: str, seen: int, author: Author, changes: Changes
    ) -> Submission:
        work.events.held()
        kept = _seen(work, document, author)
        done = work.submissions.of(document)
        is_done = bool(done) and seen <= done[-1].version
        if is_done and kept.state is not State.RETURNED and not changes:
            return done[-1]  # a second click, or a line that broke before the answer came
        _refuse_unready(kept)
        refuse_future(seen, kept.version)
        if kept.version != seen:
            raise ConflictError(
                "Der Bogen ist inzwischen geändert worden.",
                "Bitte sehen Sie die Zusammenfassung noch einmal an und reichen Sie dann ein.",
            )
        self._kept_anew(work, kept, changes, author)
        if kept.state is not State.IN_REVIEW:
            form = work.documents.get(document).form
            work.documents.move(document, State.IN_REVIEW if form else State.UNIDENTIFIED, author)
        first = kept.state is State.PREPARING
        return work.submissions.add(document, author, self._today() if first else None)

    def _kept_anew(self, work: Submitting, kept: Kept, changes: Changes, author: Author) -> None:
        """Keep what was changed, with deadlines counted to the day on which it is handed in."""
        if not kept.version:
            return
        before = work.documents.newest(kept.id).reading
        if changes:
            after = self._checked.edited(before, changes, self._received(kept))
            work.documents.save(kept.id, kept.version, after, author, _AGAIN)
        elif kept.state is State.PREPARING:
            after = dict(self._of_today(kept, before))
            if after != before:
                work.documents.save(kept.id, kept.version, after, SERVICE, DAY_OF_SUBMISSION)

    def _received(self, kept: Kept) -> date:
        """Return the day of receipt: of what is not handed in that is today."""
        return self._today() if kept.state is State.PREPARING else kept.received

    def receipt(self, submission: str, viewer: Author) -> Receipt:
        """Return what a receipt tells; NotFoundError unless ``viewer`` may see the document."""
        with self._store.look() as work:
            made = work.submissions.get(submission, viewer)
            versions = {one.version: one.reading for one in work.documents.versions(made.document)}
            names = work.copies.people({made.user})
            every = [one.id for one in work.submissions.of(made.document)]
            kept = work.documents.get(made.document)
        name = names.get(made.user, made.user)
        reading = versions.get(made.version, {})
        return Receipt(made, kept, reading, name, every.index(made.id) + 1)

    def _of_today(self, kept: Kept, reading: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a reading as if it was received today: deadlines are counted to that day."""
        today = self._received(kept)
        if kept.received == today or not reading.get("form"):
            return reading
        return self._checked.edited(reading, {}, today)


def _seen(work: Submitting, document: str, author: Author) -> Kept:
    if not work.search.is_visible(document, author):
        raise no_document()
    return work.documents.get(document)


def _why(work: Submitting, kept: Kept) -> str:
    """Return why a document was returned, empty if it was not."""
    if kept.state is not State.RETURNED:
        return ""
    code = f"state.{State.RETURNED}"
    reasons = [one.reason for one in work.documents.acknowledged(kept.id) if one.code == code]
    return reasons[-1] if reasons else ""


def _refuse_unready(kept: Kept) -> None:
    if not kept.version and kept.state is State.PREPARING:
        raise UsageError(
            "In dieser Datei ist nichts zu lesen.",
            "Bitte laden Sie den Bogen noch einmal hoch, am besten als PDF.",
        )
    if kept.state in DECIDED:
        raise UsageError(
            "Dieser Bogen ist schon angenommen.",
            "Bitte wenden Sie sich an Ihre Ansprechperson, wenn noch etwas zu ändern ist.",
        )
    if kept.state not in SUBMITTABLE or kept.status in ("ready", "running"):
        raise UsageError(
            "Dieser Bogen kann gerade nicht eingereicht werden.",
            "Bitte warten Sie, bis er gelesen ist, und laden Sie die Seite dann neu.",
        )
