"""The lists of cases and of the inbox as tables: what somebody sees, and no more."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeAlias

from formservice.application.casework import Asked, Cases, Listed
from formservice.application.inbox import Box, Incoming, Incomings, Place
from formservice.application.ports import Forms
from formservice.application.ports_store import Author
from formservice.domain.case import NAMES

_PAGE = 500


class Kind(StrEnum):
    """What kind of file a table is; the word stands in addresses."""

    CSV = "csv"
    XLSX = "xlsx"


Write: TypeAlias = Callable[[Kind, Sequence[Sequence[str]]], bytes]
"""Makes a file of rows, headings first. No cell of it is a formula, whatever it says."""

CASES, INBOX = "cases", "inbox"
"""The lists that there are, as the event of an export names them."""

_OF_CASES = (
    "Name",
    "Vorname",
    "Geburtsdatum",
    "Nummer",
    "Maßnahme",
    "Träger",
    "Von",
    "Bis",
    "Zuständig",
    "Beendet am",
    "Wartende Formulare",
    "Fall",
)
_OF_INBOX = (
    "Person",
    "Formular",
    "Ausgabe",
    "Maßnahme",
    "Träger",
    "Eingang",
    "Stand",
    "Versäumte Fristen",
    "Fehler",
    "Zu klären",
    "Datei",
    "Vorgang",
)


class ExportLog(Protocol):
    """Keeps that a list left the house."""

    def exported(self, author: Author, which: str, kind: Kind, documents: Sequence[str]) -> None:
        """Write down a list, and that all its documents were shown; before it is given."""


class Export:
    """The use case „take a list along“: all its pages, with the filters of the page."""

    def __init__(
        self, cases: Cases, inbox: Incomings, forms: Forms, write: Write, log: ExportLog
    ) -> None:
        """Keep what lists, what names forms, what makes files, and where exports are noted."""
        self._cases = cases
        self._inbox = inbox
        self._forms = forms
        self._write = write
        self._log = log

    def cases(self, viewer: Author, asked: Asked, day: date, kind: Kind) -> bytes:
        """Return the cases that somebody may see of those asked for, as a file."""
        rows = [_case_row(one) for one in self._every_case(viewer, asked, day)]
        self._log.exported(viewer, CASES, kind, ())
        return self._write(kind, [_OF_CASES, *rows])

    def inbox(self, viewer: Author, box: Box, kind: Kind) -> bytes:
        """Return the documents of a box that somebody may see, as a file."""
        titles = {one.ref.form: one.title for one in self._forms}
        found = list(self._every_document(viewer, box))
        rows = [_document_row(one, titles.get(one.form or "", "")) for one in found]
        self._log.exported(viewer, INBOX, kind, [one.id for one in found])
        return self._write(kind, [_OF_INBOX, *rows])

    def _every_case(self, viewer: Author, asked: Asked, day: date) -> Iterator[Listed]:
        after: str | None = None
        while True:
            page = self._cases.listed(viewer, asked, day, after, _PAGE)
            yield from page.rows
            after = page.next
            if after is None:
                return

    def _every_document(self, viewer: Author, box: Box) -> Iterator[Incoming]:
        after: Place | None = None
        while True:
            page = self._inbox.listed(viewer, box, after, _PAGE)
            yield from page.rows
            if page.next is None:
                return
            after = Place.told(page.next)


def _case_row(one: Listed) -> list[str]:
    part = one.part
    return [
        one.person.name,
        one.person.vorname,
        _day(one.person.geburtsdatum),
        one.person.number or "",
        part.massnahme_name if part else "",
        part.traeger_name if part else "",
        _day(part.von if part else None),
        _day(part.bis if part else None),
        one.ifk_name,
        _day(one.ended),
        str(one.waiting),
        one.id,
    ]


def _document_row(one: Incoming, title: str) -> list[str]:
    return [
        one.person,
        title,
        one.edition or "",
        one.massnahme,
        one.traeger_name,
        _day(one.received),
        NAMES[one.state],
        str(one.late),
        str(one.blocks),
        str(one.asks),
        one.name,
        one.id,
    ]


def _day(day: date | None) -> str:
    return "" if day is None else f"{day:%d.%m.%Y}"
