"""Deciding about a document: who decides says which version they saw, and is told of a newer."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, TypeVar  # readings have the shape of the JSON contract

from formservice.application.copying import accept
from formservice.application.desk import Holding, TakenError
from formservice.application.ports import Forms
from formservice.application.ports_store import Author, Work
from formservice.application.search import Search
from formservice.application.stale import labels, stale
from formservice.domain.case import State
from formservice.domain.changes import COMPARED, finding_id, open_findings, still_open
from formservice.domain.errors import ConflictError, UsageError, no_document
from formservice.domain.findings import FindingCode
from formservice.domain.form import Severity
from formservice.domain.text import typed

T = TypeVar("T")
LONGEST = 4000
NO_FORM = "Das ist kein Formular von uns."
_WHOLE = "ein Befund zum ganzen Formular"


class LateError(ConflictError):
    """A form came late, and nobody has said yet why it is accepted all the same."""

    code = "acceptance.late"
    default_hint = "Bitte einen Grund angeben; ein Satz genügt."


class UnclearError(ConflictError):
    """Something of a form is to be cleared up, and nobody has said that it may stay so."""

    code = "acceptance.unclear"
    default_hint = "Bitte ansehen, was zu klären ist, oder bestätigen, dass es so bleiben kann."


class Holds(Protocol):
    """Who looks a document through at the desk just now."""

    def besides(self, viewer: Author, document: str) -> Holding | None:
        """Return who else than ``viewer`` does, and how far they are; None if nobody."""


class Deciding(Work, Protocol):
    """One transaction, and who may see what."""

    @property
    def search(self) -> Search:
        """Finds documents."""

    @property
    def holds(self) -> Holds:
        """Who has a document at the desk."""


class DecidedStore(Protocol):
    """Where documents are kept."""

    def written(self, do: Callable[[Deciding], T]) -> T:
        """Do what writes in one transaction."""


class Decide:
    """The use cases „accept“, „return“, „answer for a finding“, „compare“ and „open again“.

    Every one raises NotFoundError for a document that is not theirs to see, ConflictError if
    somebody changed or decided it since version ``seen``, UsageError for what is not for their
    role or lacks a reason. What takes a document from the desk raises TakenError while somebody
    looks it through there; ``knowingly`` does it nevertheless.
    """

    def __init__(self, store: DecidedStore, forms: Forms) -> None:
        """Work in ``store``; ``forms`` are all definitions."""
        self._store = store
        self._forms = forms

    def accept(
        self,
        document: str,
        seen: int,
        author: Author,
        reason: str = "",
        *,
        knowingly: bool = False,
        despite: bool = False,
    ) -> None:
        """Accept a document, and have its archive copies made.

        ``reason`` also answers for deadlines that were missed and that nobody answered for yet;
        ``despite`` says that what else is to be cleared up is known and left as it is.

        Raises:
            LateError: a deadline was missed, and no reason given.
            UnclearError: something is to be cleared up, and nobody said that it may stay so.
        """
        told = typed(reason, lines=True, most=LONGEST).strip()

        def write(work: Deciding) -> None:
            self._refuse_newer(work, document, seen)
            _refuse_held(work, document, author, knowingly=knowingly)
            self._refuse_open(work, document)
            if work.documents.get(document).state is State.IN_REVIEW:
                _answered(work, document, author, told, despite=despite)
            accept(work, document, author, told, seen=seen)

        self._do(document, author, write)

    def give_back(
        self, document: str, seen: int, message: str, author: Author, *, knowingly: bool = False
    ) -> None:
        """Return a document with a message to whoever sent it."""
        told = typed(message, lines=True, most=LONGEST).strip()
        if not told:
            raise UsageError(
                "Für die Rückgabe fehlt die Nachricht.", "Bitte schreiben, was zu ändern ist."
            )

        def write(work: Deciding) -> None:
            self._refuse_newer(work, document, seen)
            _refuse_held(work, document, author, knowingly=knowingly)
            work.documents.move(document, State.RETURNED, author, told, seen=seen)

        self._do(document, author, write)

    def no_form(
        self,
        document: str,
        seen: int,
        author: Author,
        reason: str = "",
        *,
        despite_form: bool = False,
    ) -> None:
        """Keep that a document is no form of ours: it waits for nobody any more.

        One of which a form is known is put away only where that was seen: ``despite_form``.
        """
        why = typed(reason, lines=True, most=LONGEST).strip() or NO_FORM

        def write(work: Deciding) -> None:
            self._refuse_newer(work, document, seen)
            _refuse_held(work, document, author)
            if despite_form and work.documents.get(document).state is State.IN_REVIEW:
                work.documents.move(document, State.UNIDENTIFIED, author, why, seen=seen)
            work.documents.move(document, State.NO_FORM, author, why, seen=seen)

        self._do(document, author, write)

    def form_after_all(self, document: str, seen: int, author: Author) -> State:
        """Take that back: it waits at the desk again; return how it stands there."""

        def write(work: Deciding) -> State:
            self._refuse_newer(work, document, seen)
            work.documents.move(document, State.UNIDENTIFIED, author, seen=seen)
            if work.documents.get(document).form is None:
                return State.UNIDENTIFIED
            work.documents.move(document, State.IN_REVIEW, author, seen=seen)
            return State.IN_REVIEW

        return self._do(document, author, write)

    def answer(
        self, document: str, seen: int, what: tuple[str, str | None], reason: str, author: Author
    ) -> None:
        """Answer for a finding (its code and field), with a reason."""
        told = typed(reason, lines=True, most=LONGEST).strip()

        def write(work: Deciding) -> None:
            self._refuse_newer(work, document, seen)
            work.documents.acknowledge(document, *what, author, told)

        self._do(document, author, write)

    def compared(self, document: str, seen: int, field: str, author: Author) -> None:
        """Keep that somebody compared the words in a field with the original."""

        def write(work: Deciding) -> None:
            self._refuse_newer(work, document, seen)
            reason = f"Fassung {seen}"
            work.documents.acknowledge(document, COMPARED, field, author, reason)

        self._do(document, author, write)

    def withdraw(
        self, document: str, seen: int, what: tuple[str, str | None], author: Author
    ) -> None:
        """Take back an answer for a finding, or that words were compared (``COMPARED``)."""

        def write(work: Deciding) -> None:
            self._refuse_newer(work, document, seen)
            work.documents.withdraw(document, *what, author)

        self._do(document, author, write)

    def reopen(self, document: str, seen: int, reason: str, author: Author) -> None:
        """Open an accepted document again, with a reason."""
        told = typed(reason, lines=True, most=LONGEST).strip()

        def write(work: Deciding) -> None:
            self._refuse_newer(work, document, seen)
            work.documents.move(document, State.IN_REVIEW, author, told, seen=seen)

        self._do(document, author, write)

    def _do(self, document: str, author: Author, write: Callable[[Deciding], T]) -> T:
        def guarded(work: Deciding) -> T:
            if not work.search.is_visible(document, author):
                raise no_document()
            return write(work)

        return self._store.written(guarded)

    def _refuse_newer(self, work: Deciding, document: str, seen: int) -> None:
        if work.documents.get(document).version != seen:
            raise stale(work.documents, document, seen, self._forms)

    def _refuse_open(self, work: Deciding, document: str) -> None:
        """Refuse what blocks where it would be accepted, by the names of the fields."""
        if work.documents.get(document).state is not State.IN_REVIEW:
            return
        reading = work.documents.newest(document).reading
        answered = {one.finding for one in work.documents.acknowledged(document)}
        still = open_findings(reading, answered)
        if still:
            names = labels(reading, still, self._forms)
            told = (f"„{names[key]}“" if key in names else _WHOLE for key in still)
            raise still_open(list(dict.fromkeys(told)))


def _refuse_held(
    work: Deciding, document: str, author: Author, *, knowingly: bool = False
) -> None:
    """Refuse to take a document from somebody who looks it through, unless that is known."""
    held = None if knowingly else work.holds.besides(author, document)
    if held is not None:
        raise TakenError(
            "Diesen Vorgang sieht gerade jemand in der Nachbearbeitung durch:"
            f" {held.decided} von {held.asked} Angaben entschieden.",
            "Bitte abwarten oder nachfragen. Wer trotzdem entscheidet: Was dort entschieden und"
            " noch nicht gespeichert ist, wird dann nicht übernommen.",
        )


def _answered(
    work: Deciding, document: str, author: Author, reason: str, *, despite: bool
) -> None:
    """Answer for missed deadlines with ``reason``; refuse what nobody has looked at."""
    reading = work.documents.newest(document).reading
    known = {one.finding for one in work.documents.acknowledged(document)}
    late, asks = unanswered(reading, known)
    if late and not reason:
        raise LateError("Der Bogen ist verspätet, und noch niemand hat gesagt, warum.")
    if asks and not despite:
        told = "Ein Hinweis ist" if asks == 1 else f"{asks} Hinweise sind"
        raise UnclearError(f"{told} noch offen. Soll der Bogen trotzdem angenommen werden?")
    for field in late:
        work.documents.acknowledge(document, FindingCode.DEADLINE_MISSED, field, author, reason)


def unanswered(
    reading: Mapping[str, Any], known: Collection[str | None]
) -> tuple[Sequence[str | None], int]:
    """Return the fields of missed deadlines that nobody answers for, and how much else asks."""
    asks = [
        one
        for one in reading.get("findings") or ()
        if one.get("severity") == Severity.ASKS and finding_id(one) not in known
    ]
    late = [one.get("field") for one in asks if one.get("code") == FindingCode.DEADLINE_MISSED]
    return list(dict.fromkeys(late)), len(asks) - len(late)
