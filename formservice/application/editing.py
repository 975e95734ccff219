"""A person corrects a record: the changed fields, and every check put to all of it anew."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import date
from enum import Enum
from typing import Any, Protocol, TypeAlias, TypeVar  # records have the shape of the contract

from formservice.application.aside import pages_of
from formservice.application.editing_checks import Anew, checked_again
from formservice.application.editing_items import Items, rearranged, wrong_orders
from formservice.application.editing_record import fitting
from formservice.application.known_forms import form_read
from formservice.application.ports import Forms
from formservice.application.ports_store import Author, Documents, Kept
from formservice.application.report import plain
from formservice.application.search import Search
from formservice.application.stale import stale
from formservice.domain.case import HANDED_IN, Role
from formservice.domain.entries import wrong_key
from formservice.domain.errors import (
    InvalidDataError,
    Problem,
    UsageError,
    no_document,
)
from formservice.domain.form import Field, FieldKey, FieldKind, FormDefinition
from formservice.domain.frist import Calendar
from formservice.domain.o_ton import seal
from formservice.domain.record import Reading
from formservice.domain.values import values_from_data

T = TypeVar("T")
_UNDONE = "Änderung rückgängig gemacht"


class HandedInError(UsageError):
    """A Träger corrects what it has handed in: only by handing it in anew, with a receipt."""

    code = "edit.handed-in"
    default_hint = "Bitte über Einreichen berichtigen: Dann gibt es auch eine neue Quittung."


class Answer(Enum):
    """What a person may say of a field instead of a value."""

    BLANK = "blank"  # nothing stands there
    UNREADABLE = "unreadable"  # a person cannot read it either
    AS_READ = "as-read"  # what the machine read is right; of what was not found: it is not there


BLANK, UNREADABLE, AS_READ = Answer.BLANK, Answer.UNREADABLE, Answer.AS_READ

Changes: TypeAlias = Mapping[FieldKey, object]
"""By key: a value as ``generate`` takes it, an ``Answer``, or the ``Items`` of a group."""


class Editing(Protocol):
    """One transaction, as far as editing goes."""

    @property
    def documents(self) -> Documents:
        """Documents and their records."""

    @property
    def search(self) -> Search:
        """Who may see what."""


class EditedStore(Protocol):
    """Where documents are kept."""

    def written(self, do: Callable[[Editing], T]) -> T:
        """Do what writes in one transaction."""

    def look(self) -> AbstractContextManager[Editing]:
        """Open a transaction that only reads."""


class Edit:
    """The use case „edit“: a further version of a record, checked as if it had come so."""

    def __init__(self, store: EditedStore, forms: Forms, calendar: Calendar) -> None:
        """Keep where documents are, all definitions, and the closed days."""
        self._store = store
        self._forms = forms
        self._calendar = calendar

    def __call__(
        self,
        document: str,
        base: int,
        changes: Changes,
        author: Author,
        reason: str = "",
    ) -> int:
        """Change a record made from version ``base``; return the number of its newest version.

        What changes nothing makes no version.

        Raises:
            NotFoundError: no such document, or none that ``author`` may see.
            InvalidDataError: names every change that is not possible.
            HandedInError: it is handed in, and a Träger corrects it by handing it in anew.
            StaleError: somebody else saved meanwhile; it names the fields that changed.
            UsageError: not for this role where the document stands, or its form is not known.
        """
        return self._store.written(
            lambda work: self.within(work, document, base, changes, author, reason)
        )

    def within(
        self,
        work: Editing,
        document: str,
        base: int,
        changes: Changes,
        author: Author,
        reason: str = "",
    ) -> int:
        """Do the same inside a transaction."""
        if not work.search.is_visible(document, author):
            raise no_document()
        kept = work.documents.get(document)
        refuse_handed_in(kept, author)
        if kept.version != base:
            raise stale(work.documents, document, base, self._forms)
        before = work.documents.newest(document).reading
        after = self.edited(before, changes, kept.received)
        if after["fields"] == before.get("fields"):
            return base
        return work.documents.save(document, base, after, author, reason)

    def changed(self, document: str, base: int, viewer: Author) -> Mapping[FieldKey, str]:
        """Return which fields changed since version ``base``, with what people call them."""
        with self._store.look() as work:
            if not work.search.is_visible(document, viewer):
                raise no_document()
            since = stale(work.documents, document, base, self._forms)
        return dict(zip(since.changed, since.names, strict=True))

    def undo(self, document: str, version: int, author: Author) -> int:
        """Take back what somebody did last: ``version`` is the one they made; return the next.

        The record is as it was before, and what was done in between stays on record.

        Raises:
            NotFoundError: no such document, or none that ``author`` may see.
            HandedInError: it is handed in, and a Träger corrects it by handing it in anew.
            StaleError: there is a later version.
            UsageError: it was made by somebody else, or by reading; or of other pages or as
                another form, which a record alone cannot bring back.
        """

        def do(work: Editing) -> int:
            if not work.search.is_visible(document, author):
                raise no_document()
            refuse_handed_in(work.documents.get(document), author)
            versions = work.documents.versions(document)
            if not versions or versions[-1].version != version:
                raise stale(work.documents, document, version, self._forms)
            if len(versions) < 2 or versions[-1].author != author.id:
                raise UsageError("Rückgängig machen lässt sich nur die eigene letzte Änderung.")
            before = versions[-2].reading
            if _read_from(before) != _read_from(versions[-1].reading):
                raise UsageError(
                    "Rückgängig machen lassen sich hier nur berichtigte Angaben.",
                    "Mit dieser Fassung kamen andere Seiten oder ein anderes Formular.",
                )
            return work.documents.save(document, version, before, author, _UNDONE)

        return self._store.written(do)

    def edited(
        self, before: Mapping[str, Any], changes: Changes, received: date
    ) -> dict[str, Any]:
        """Return the reading that ``changes`` make of ``before``; nothing is kept.

        InvalidDataError names every change that is not possible, each with its sentence.
        """
        definition = self._definition(before)
        orders = {key: one for key, one in changes.items() if isinstance(one, Items)}
        given = {key: one for key, one in changes.items() if key not in orders}
        old = before.get("fields") or {}
        problems = wrong_orders(definition, old, orders)
        problems += _Given(definition, given).problems
        if problems:
            raise _refused(definition, problems)
        fields = rearranged(definition, old, orders, given.keys())
        answers = _Given(fitting(definition, fields), given).answers
        touched: dict[FieldKey, dict[str, Any]] = {}
        for key, (field, answer) in answers.items():
            try:
                after = _answered(field, fields[key], answer)
            except ValueError as error:
                problems.append(Problem(key, str(error)))
            else:
                if after != fields[key]:
                    touched[key] = after
        if problems:
            raise _refused(definition, problems)
        anew = Anew(definition, received, self._calendar, self._forms)
        return checked_again(anew, before, fields | touched, touched)

    def _definition(self, reading: Mapping[str, Any]) -> FormDefinition:
        found = form_read(reading, self._forms)
        if found is None:
            raise UsageError(
                "Zu diesem Vorgang ist noch nicht bekannt, welches Formular es ist.",
                "Bitte zuerst das Formular wählen.",
            )
        return found


def _read_from(reading: Mapping[str, Any]) -> object:
    """Return of which pages a record tells, and as which form they were read."""
    form = reading.get("form") or {}
    pages = pages_of(reading, str(reading.get("sha256")))
    return pages, form.get("id"), form.get("edition")


def refuse_handed_in(kept: Kept, author: Author) -> None:
    """Raise HandedInError for a Träger where what it changed would be in no receipt."""
    if author.role is Role.TRAEGER and kept.state in HANDED_IN:
        raise HandedInError("Dieser Bogen ist schon eingereicht.")


def _refused(definition: FormDefinition, problems: list[Problem]) -> InvalidDataError:
    count = "1 Angabe ist" if len(problems) == 1 else f"{len(problems)} Angaben sind"
    return InvalidDataError(f"{count} für „{definition.title}“ nicht möglich.", problems)


class _Given:
    """What somebody says of single fields, as far as the form has them."""

    def __init__(self, definition: FormDefinition, given: Changes) -> None:
        self._definition = definition
        said = {key: one for key, one in given.items() if isinstance(one, Answer)}
        values = {key: one for key, one in given.items() if key not in said}
        self.problems = [
            wrong for key in said if (wrong := wrong_key(definition, key)) is not None
        ]
        try:
            self._values = values_from_data(definition, values)
        except InvalidDataError as error:
            self.problems += error.problems
            self._values = {}
        self._said, self._keys = said, tuple(values)

    @property
    def answers(self) -> Mapping[FieldKey, tuple[Field, object]]:
        """What is said of each field: an answer, or a value as JSON holds it."""
        fields = {field.key: field for field in self._definition.fields}
        told: dict[FieldKey, tuple[Field, object]] = {}
        for key in self._keys:  # nothing given, or a box that is off, leaves the field blank
            choice = key if key in fields else key.rpartition(".")[0]
            if choice in fields:
                told[choice] = (fields[choice], BLANK)
        for key, value in self._values.items():
            told[key] = (fields[key], plain(value))
        for key, answer in self._said.items():
            told[key] = (fields[key], answer)
        return told


def _answered(field: Field, before: Mapping[str, Any], answer: object) -> dict[str, Any]:
    """Return a field as it is after a person has said something of it.

    ValueError carries a German sentence.
    """
    if answer is AS_READ:
        reading, value = _as_read(field, before)
    elif answer is UNREADABLE:
        reading, value = Reading.UNREADABLE, None
    elif answer is BLANK or (answer is False and field.kind is FieldKind.SIGNATURE):
        reading, value = _blank(field)
    else:
        reading, value = Reading.READ, answer
    same = (before.get("reading"), before.get("value")) == (reading, value)
    if same and before.get("accepted"):
        return dict(before)
    after = {key: one for key, one in before.items() if key not in _ANEW}
    after |= {"reading": str(reading), "value": value, "accepted": True, "doubts": []}
    if same or answer is AS_READ:
        after["confirmed"] = True
    else:
        after["corrected"] = True
    if field.o_ton and isinstance(value, str):
        after["o_ton_sha256"] = seal(value)
    return after


_ANEW = frozenset({"possible", "confirmed", "o_ton_sha256"})
"""What follows from a value, or is said of the one before."""


def _blank(field: Field) -> tuple[Reading, object]:
    """Return what it means that nothing stands there; a box that is off says something."""
    if field.kind is FieldKind.TICK:
        return Reading.READ, False
    return Reading.BLANK, False if field.kind is FieldKind.SIGNATURE else None


def _as_read(field: Field, before: Mapping[str, Any]) -> tuple[Reading, object]:
    """Return what the machine read; of what it did not find, that it is not there."""
    reading, value = before.get("reading"), before.get("value")
    if reading in (Reading.NOT_FOUND, Reading.BLANK):
        return _blank(field)
    if reading == Reading.UNREADABLE or value is None:
        raise ValueError(
            "Hier ist nichts gelesen worden, das sich bestätigen ließe. Bitte die Angabe"
            " eintragen oder sagen, dass sie fehlt oder nicht lesbar ist."
        )
    return Reading.READ, value
