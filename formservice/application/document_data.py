"""One kept document with everything that is known of it, as plain data for programs."""

from collections.abc import Mapping
from typing import Any, Protocol  # records have the shape of the JSON contract

from formservice.application.ports_store import Author, Copies, Documents, Kept, Version
from formservice.application.pruefprotokoll import moment
from formservice.application.search import Search
from formservice.application.terms import person_of, told_of
from formservice.domain.errors import UsageError, no_document


class Looked(Protocol):
    """One transaction that reads."""

    @property
    def documents(self) -> Documents:
        """Documents and their records."""

    @property
    def copies(self) -> Copies:
        """Archive copies, and what happened."""

    @property
    def search(self) -> Search:
        """Finding documents."""


def named(work: Looked, text: str, viewer: Author) -> str:
    """Return the id of the one document that ``text`` names to ``viewer``.

    Raises:
        NotFoundError: there is none, or none that ``viewer`` may see.
        UsageError: there are several.
    """
    found = work.search.named(text, viewer)
    if not found:
        raise no_document("„formservice archive search“ nennt die Kennungen.")
    if len(found) > 1:
        raise UsageError(
            "Mehrere Vorgänge beginnen mit dieser Kennung.", "Bitte mehr davon angeben."
        )
    return found[0]


def document_data(work: Looked, document: str, viewer: Author) -> dict[str, Any]:
    """Return a document: where it stands, its records, findings, deadlines, events and pages."""
    kept, versions = work.documents.get(document), work.documents.versions(document)
    answers, links = work.documents.acknowledged(document), work.copies.history(document)
    people = work.copies.people(
        {one.author for part in (versions, answers, links) for one in part}
    )
    # A file may hold forms of several people's cases.
    parts = work.documents.parts(document, viewer)
    return _kept(kept) | {
        "versions": [_version(one, people) for one in versions],
        "record": dict(versions[-1].reading) if versions else None,
        "acknowledgements": [
            {
                "code": one.code,
                "field": one.field,
                "reason": one.reason,
                "author": person_of(one.author, people),
                "role": str(one.role),
                "at": moment(one.created_at),
            }
            for one in answers
        ],
        "pages": [
            {"original": one.original, "page": one.page} for one in work.documents.pages(document)
        ],
        "parts": [_kept(one) for one in parts],
        "copies": [
            {"version": one.version, "kind": one.kind, "sha256": one.sha256, "size": one.size}
            for one in work.copies.of(document)
        ],
        "events": [
            {
                "seq": one.seq,
                "at": one.at,
                "type": one.type,
                "author": person_of(one.author, people),
                "told": told_of(one),
            }
            for one in links
        ],
    }


def _kept(kept: Kept) -> dict[str, object]:
    """Return where a document stands, for people and for workers."""
    return {
        "id": kept.id,
        "original": kept.original,
        "part_of": kept.part_of,
        "name": kept.name,
        "source": kept.source,
        "received": kept.received.isoformat(),
        "form": kept.form,
        "edition": kept.edition,
        "reference": kept.reference,
        "traeger": kept.traeger,
        "state": str(kept.state),
        "version": kept.version,
        "stage": kept.stage,
        "status": kept.status,
        "tries": kept.tries,
        "error": kept.error,
    }


def _version(one: Version, people: Mapping[str, str]) -> dict[str, object]:
    return {
        "version": one.version,
        "at": moment(one.created_at),
        "author": person_of(one.author, people),
        "reason": one.reason,
        "sha256": one.sha256,
    }
