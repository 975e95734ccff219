"""The stage that makes the archive copies of what was accepted: the form, and a scan's picture."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, TypeAlias  # results and readings have the shape of the JSON contract

from formservice.application.ports import Forms
from formservice.application.ports_store import (
    SERVICE,
    Author,
    CopyOf,
    Kept,
    Originals,
    PageOf,
    Store,
    Work,
)
from formservice.application.pruefprotokoll import CaseFile
from formservice.application.terms import STAGES
from formservice.application.work import DONE, Next, Tell
from formservice.domain.case import DECIDED, State
from formservice.domain.chain import Link
from formservice.domain.document import Medium
from formservice.domain.errors import AlteredError, ConflictError, NotFoundError
from formservice.domain.form import FormDefinition, FormRef

COPY = "copy"

_TO_PEOPLE = Next(DONE, "waiting")

# The reason of a move is written just after its event.
_SAME_MOMENT = 1.0

MakeForm: TypeAlias = Callable[[CaseFile, FormDefinition], Mapping[str, bytes]]
"""Returns the copy by the name ``form``, and by their names what lies beside it."""
MakePicture: TypeAlias = Callable[
    [CaseFile, FormDefinition, Sequence[tuple[int, bytes, int]]], Mapping[str, bytes]
]
"""The same, by the name ``picture``. Pages: number in the record, file, page of the file."""


def accept(
    work: Work, document: str, author: Author, reason: str = "", *, seen: int | None = None
) -> None:
    """Accept a document, as it was in the version ``seen``, and have its archive copies made.

    Raises:
        ConflictError: workers have it just now.
        Whatever ``Documents.move`` raises.
    """
    work.documents.move(document, State.ACCEPTED, author, reason, seen=seen)
    if not work.queue.send(document, COPY):
        stage = work.documents.get(document).stage
        raise ConflictError(
            f"Der Vorgang ist gerade in Arbeit ({STAGES.get(stage, stage)}).",
            "Bitte gleich noch einmal versuchen.",
        )


class Copying:
    """The stage ``copy``; its work is done in a process of its own."""

    def __init__(
        self,
        opened: Callable[[], AbstractContextManager[Store]],
        originals: Originals,
        forms: Forms,
        form: MakeForm,
        picture: MakePicture,
        after: Next = _TO_PEOPLE,
    ) -> None:
        """Keep what makes copies. ``opened`` opens a store for the process that asks.

        ``after`` is where a document goes then.
        """
        self._opened = opened
        self._originals = originals
        self._forms = forms
        self._form = form
        self._picture = picture
        self._after = after

    def work(self, kept: Kept, tell: Tell) -> dict[str, Any]:
        """Return the version that was copied, and size and SHA-256 of every copy by its kind.

        The files are kept already: under their hash they are kept once, however often this runs.

        Raises:
            NotFoundError: this installation does not know the form.
            InputError: a picture cannot be taken over.
            AlteredError: the record names other pages than the document has.
            EngineError: a copy does not pass the checks.
        """
        with self._opened() as store, store.look() as work:
            if work.documents.get(kept.id).state not in DECIDED:  # opened again meanwhile
                return {"version": kept.version, "copies": {}}
            case, version = case_file(work, kept)
            pages = work.documents.pages(kept.id)
        definition = self._forms.find(FormRef(str(kept.form), str(kept.edition)))
        if definition is None:
            raise NotFoundError(f"Das Formular {kept.form}/{kept.edition} gibt es hier nicht.")
        tell(0, 2)
        made = dict(self._form(case, definition))
        tell(1, 2)
        if case.reading.get("medium") == Medium.SCAN and pages:
            made |= self._picture(case, definition, self._sources(case, pages))
        return {
            "version": version,
            "copies": {
                kind: {"sha256": self._originals.put(data), "size": len(data)}
                for kind, data in made.items()
            },
        }

    def keep(self, work: Work, kept: Kept, result: Mapping[str, Any]) -> Next:
        """Keep which copies there are of which version, if that is what is accepted now."""
        now = work.documents.get(kept.id)
        if now.state not in DECIDED or now.version != result["version"]:
            return _TO_PEOPLE
        for kind, one in sorted(result["copies"].items()):
            copy = CopyOf(kept.id, result["version"], kind, one["sha256"], one["size"])
            work.copies.keep(copy, SERVICE)
        return self._after

    def _sources(self, case: CaseFile, pages: Sequence[PageOf]) -> list[tuple[int, bytes, int]]:
        files: dict[str, bytes] = {}
        found = []
        numbers = case.reading.get("page_numbers") or ()
        if len(numbers) != len(pages):
            raise AlteredError("Der Datensatz nennt andere Seiten, als der Vorgang hat.")
        for number, page in zip(numbers, pages, strict=True):
            if page.original not in files:
                files[page.original] = self._originals.read(page.original)
            found.append((int(number), files[page.original], page.page))
        return found


def case_file(work: Work, kept: Kept) -> tuple[CaseFile, int]:
    """Return all that is known of a document up to its acceptance, and the version accepted."""
    versions = work.documents.versions(kept.id)
    newest = versions[-1]
    links = work.copies.history(kept.id)
    accepted = [
        one
        for one in links
        if one.type == "document.moved" and one.body.get("to") == str(State.ACCEPTED)
    ]
    told = [one for one in links if _is_told(one, accepted[-1] if accepted else None)]
    at = datetime.fromisoformat(accepted[-1].at).timestamp() if accepted else newest.created_at
    originals = list(dict.fromkeys(one.original for one in work.documents.pages(kept.id)))
    case = CaseFile(
        document=kept.id,
        reading=newest.reading,
        at=at,
        name=kept.name,
        source=kept.source,
        originals=originals or ([kept.original] if kept.original else []),
        received=kept.received,
        # Whatever comes later: this is the copy of what was accepted.
        state=State.ACCEPTED if accepted else kept.state,
        versions=versions,
        acknowledged=[
            one
            for one in work.documents.acknowledged(kept.id)
            if one.created_at <= at + _SAME_MOMENT
        ],
        links=told,
        people=work.copies.people({one.author for one in told}),
    )
    return case, newest.version


def _is_told(link: Link, last: Link | None) -> bool:
    """Say whether an event belongs into the protocol: what people did, up to the acceptance."""
    return not link.type.startswith("work.") and (last is None or link.seq <= last.seq)
