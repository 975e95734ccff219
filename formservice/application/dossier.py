"""All that is handed over of one document: its file, its records, its copies, what happened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any  # a reading has the shape of the JSON contract

from formservice.application.ports_store import (
    FORM_COPY,
    Acknowledged,
    CopyOf,
    Kept,
    PageOf,
    Version,
    Work,
)
from formservice.application.terms import person_of, told_of
from formservice.domain.canonical import digest
from formservice.domain.chain import Link

FORMAT = 1
"""Which shape the data have; it rises when a key is lost or changes its meaning."""
# What every form about a person calls these fields; another form has no name to show.
_NAME, _FIRST_NAME = "name", "vorname"


@dataclass(frozen=True, slots=True)
class Dossier:
    """One document as it is kept, and what belongs to it.

    ``originals`` are the received files that its ``pages`` stand in, each once, in their order;
    ``mixed`` are those of them that hold pages of other documents as well, and must not go to
    whoever may see only this one. ``copies`` are the newest archive copies of its newest version;
    ``links`` its events; ``people`` names by user id.
    """

    kept: Kept
    originals: Sequence[str]
    versions: Sequence[Version]
    acknowledged: Sequence[Acknowledged]
    copies: Sequence[CopyOf]
    links: Sequence[Link]
    people: Mapping[str, str]
    pages: Sequence[PageOf] = ()
    mixed: Collection[str] = ()

    @property
    def is_copied(self) -> bool:
        """Whether the archive copy of the newest version is there."""
        return any(one.kind == FORM_COPY for one in self.copies)

    @property
    def reading(self) -> Mapping[str, Any]:
        """The newest record; empty where nothing was read."""
        return self.versions[-1].reading if self.versions else {}

    @property
    def person(self) -> tuple[str, str]:
        """Name and first name of the person it is about, empty where it does not say."""
        told = self.value(_NAME), self.value(_FIRST_NAME)
        name, first = (one if isinstance(one, str) else "" for one in told)
        return name, first

    def value(self, field: str) -> object:
        """Return what a field of the newest record says, None where it says nothing."""
        told = (self.reading.get("fields") or {}).get(field)
        return told.get("value") if isinstance(told, Mapping) else None


def dossier(work: Work, document: str) -> Dossier:
    """Return all that belongs to a document; NotFoundError if there is none of that id."""
    kept = work.documents.get(document)
    pages = work.documents.pages(document)
    stand = [page.original for page in pages]
    if not stand and kept.original is not None:
        stand = [kept.original]
    originals = list(dict.fromkeys(stand))
    links = work.copies.history(document)
    copies = {one.kind: one for one in work.copies.of(document) if one.version == kept.version}
    return Dossier(
        kept=kept,
        originals=originals,
        versions=work.documents.versions(document),
        acknowledged=work.documents.acknowledged(document),
        copies=list(copies.values()),
        links=links,
        people=work.copies.people({one.author for one in links}),
        pages=pages,
        mixed=work.deliveries.mixed(document, originals),
    )


def record_data(whole: Dossier) -> dict[str, object]:
    """Return records, reasons and state of a document as JSON data."""
    kept = whole.kept
    return {
        "format": FORMAT,
        "document": kept.id,
        "form": None if kept.form is None else {"id": kept.form, "edition": kept.edition},
        "state": str(kept.state),
        "received": kept.received.isoformat(),
        "name": kept.name,
        "reference": kept.reference,
        "version": kept.version,
        "originals": list(whole.originals),
        "records": [
            {
                "version": one.version,
                "created_at": one.created_at,
                "author": one.author,
                "reason": one.reason,
                # Of the canonical JSON of the reading, as the archive keeps it.
                "sha256": one.sha256,
                "reading": dict(one.reading),
            }
            for one in whole.versions
        ],
        "acknowledged": [
            {
                "code": one.code,
                "field": one.field,
                "reason": one.reason,
                "author": one.author,
                "role": str(one.role),
                "created_at": one.created_at,
            }
            for one in whole.acknowledged
        ],
    }


def event_data(link: Link, people: Mapping[str, str]) -> dict[str, object]:
    """Return an event as JSON data: all that its hash is of, and what people say of it."""
    return {
        "seq": link.seq,
        "at": link.at,
        "type": link.type,
        "document": link.document,
        "author": link.author,
        "body": dict(link.body),
        "previous": link.previous,
        "hash": link.hash,
        "told": told_of(link),
        "person": person_of(link.author, people),
    }


def is_whole(version: Version) -> bool:
    """Say whether a record is as it was kept."""
    return digest(version.reading) == version.sha256


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents are meant: those that fit everything that is given.

    ``since`` and ``until`` are days of receipt, both included.
    """

    ids: Sequence[str] | None = None
    states: Sequence[str] = ()
    forms: Sequence[str] = ()
    since: date | None = None
    until: date | None = None
