"""A form filled in in the browser: checked while it is written, and then a file like any other.

What was typed is written into our own fillable PDF, which is kept as the original, and read back
by the reader of everything else. So there is no second kind of document: archive, copies, search
and proof hold. What is read back has to be what was typed, or nothing is kept.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeAlias  # readings have the shape of the JSON contract

from formservice.application.aside import sorted_out
from formservice.application.editing import Edit
from formservice.application.editing_record import fitting
from formservice.application.generate import Generate
from formservice.application.issuing import Issue, Target, file_name
from formservice.application.known_forms import newest
from formservice.application.ports import Forms
from formservice.application.ports_store import SERVICE, Arrival, Author, Kept, Originals, Work
from formservice.application.prefill import prefilled
from formservice.application.receive import kept_while_named, refuse_gone
from formservice.application.report import plain
from formservice.application.signed_in import SignedIn
from formservice.domain.case import BROWSER, Role
from formservice.domain.copies import printed_shape, reshaped
from formservice.domain.errors import FormServiceError, NotFoundError, UsageError
from formservice.domain.form import FieldKey, FieldKind, FormDefinition, FormRef
from formservice.domain.groups import shape_of
from formservice.domain.record import Reading
from formservice.domain.values import values_from_data

Values: TypeAlias = Mapping[FieldKey, object]
"""Data as ``generate`` takes them, by flat key; None where nothing stands."""


class NotTheSameError(FormServiceError):
    """What was read back from the file is not what was typed; nothing is kept."""

    code = "filling.not-the-same"
    default_hint = (
        "Ihr Entwurf ist gespeichert. Bitte diese Angaben anders schreiben, oder das Formular als"
        " Word-Datei ausfüllen und hochladen; die Administration sollte davon wissen."
    )


class NoTraegerError(UsageError):
    """Somebody works for several Träger and does not say for which they fill in a form."""

    code = "filling.for-whom"


class Reader(Protocol):
    """Reads files that need no recognition."""

    def at_once(self, data: bytes, file: str, *, received: date) -> list[dict[str, Any]] | None:
        """Return the documents of a file that has no pictured page; None for one that has."""


class FilledStore(Protocol):
    """Where documents are kept."""

    def written(self, do: Callable[[Work], Kept]) -> Kept:
        """Do what writes in one transaction."""


class Cases(Protocol):
    """What filling in has to know and tell of cases."""

    def assign(self, work: Any, document: str, target: Target, author: Author) -> None:
        """Put a document to a case, inside a transaction."""

    def refuse_hidden(self, target: Target, viewer: Author) -> None:
        """Raise NotFoundError unless somebody may fill in a form for a case or participation."""

    def case_of(self, participation: str, viewer: Author) -> str:
        """Return the case of a participation; NotFoundError for one that is not theirs."""

    def traeger(self, participation: str) -> str | None:
        """Return which Träger somebody's Maßnahme is of."""


@dataclass(frozen=True, slots=True)
class For:
    """Whom a form is filled in for, as far as that is known, and which Träger does it."""

    target: Target | None = None
    traeger: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What filling in is made of: the use cases and ports it stands on."""

    forms: Forms
    generate: Generate
    read: Reader
    edit: Edit
    issue: Issue
    store: FilledStore
    originals: Originals
    cases: Cases
    today: Callable[[], date]


@dataclass(frozen=True, slots=True)
class Taken:
    """A value that was known before: ``source`` is ``stammdaten`` or the form it stood in."""

    value: object
    source: str


class Fill:
    """The use case „fill in“."""

    def __init__(self, parts: Parts) -> None:
        """Keep the parts."""
        self._parts = parts

    def forms(self) -> Sequence[FormDefinition]:
        """Return the newest released edition of every form somebody fills in, by title."""
        own = (one for one in self._parts.forms if one.continuation is None and one.layout)
        return list(newest(own).values())

    def definition(self, form: str, edition: str = "") -> FormDefinition:
        """Return a form to fill in: the edition a draft began with, or the one that is valid."""
        begun = self._parts.forms.find(FormRef(form, edition)) if edition else None
        if begun is not None and begun.continuation is None:
            return begun
        for one in self.forms():
            if one.ref.form == form:
                return one
        raise NotFoundError("Dieses Formular gibt es hier nicht.")

    def target(self, case: str | None, participation: str | None, viewer: Author) -> Target | None:
        """Return whom somebody names to fill in a form for; a participation tells its case.

        NotFoundError for what is not there or not theirs, and for a participation of another
        case.
        """
        if case is None:
            if participation is None:
                return None
            case = self._parts.cases.case_of(participation, viewer)
        found = Target(case, participation)
        self._parts.cases.refuse_hidden(found, viewer)
        return found

    def known(
        self,
        definition: FormDefinition,
        target: Target | None,
        viewer: Author,
        earlier: Mapping[str, Any] | None = None,
    ) -> Values:
        """Return what is known already and may be taken over; ``earlier`` is a record to go on.

        NotFoundError for a target that ``viewer`` may not see.
        """
        data: dict[str, object] = {}
        if target is not None:
            form = definition.ref.form
            for one in self._parts.issue.prepared(form, [target], viewer, self._parts.today()):
                data |= one.data
        if earlier is not None:
            more = prefilled(definition, earlier, data, self._parts.forms)
            data |= more.data
        given = values_from_data(definition, data)
        return {key: plain(value) for key, value in given.items()}

    def taken(
        self, definition: FormDefinition, target: Target, viewer: Author
    ) -> Mapping[FieldKey, Taken]:
        """Return what stands in a form before anybody types, and from where it was taken over.

        NotFoundError for a target that ``viewer`` may not see.
        """
        today, form = self._parts.today(), definition.ref.form
        found: dict[FieldKey, Taken] = {}
        for one in self._parts.issue.prepared(form, [target], viewer, today):
            values = values_from_data(one.definition, one.data)
            found |= {
                key: Taken(plain(value), one.sources[key])
                for key, value in values.items()
                if key in one.sources
            }
        return found

    def checked(
        self, definition: FormDefinition, values: Values, received: date | None = None
    ) -> dict[str, Any]:
        """Return a record of what was typed, with all that is to say about it; nothing is kept.

        InvalidDataError names every value that cannot stand where it was typed.
        """
        filled = values_from_data(definition, values)
        wide = reshaped(definition, printed_shape(definition, shape_of(definition, filled)))
        keys = {field.key: field for field in wide.fields}
        signed = _is_signed_here(definition)
        fields: dict[str, dict[str, Any]] = {}
        for key, field in keys.items():
            value = plain(filled.get(key))
            if field.kind is FieldKind.TICK:
                value = value is True
            online = field.kind is FieldKind.SIGNATURE and signed
            fields[key] = {
                "reading": str(Reading.BLANK if value is None else Reading.READ),
                "value": False if field.kind is FieldKind.SIGNATURE else value,
                "accepted": True,
                "doubts": [],
                **({"online": True} if online else {}),
            }
        ref = definition.ref
        before = {"form": {"id": ref.form, "edition": ref.edition}, "fields": fields}
        return self._parts.edit.edited(before, {}, received or self._parts.today())

    def file(
        self, definition: FormDefinition, values: Values, reference: str | None = None
    ) -> bytes:
        """Return what was typed as our fillable PDF, to print or to keep."""
        given = {key: value for key, value in values.items() if value is not None}
        return self._parts.generate.one(definition, given, "pdf", reference)

    def possible(self, target: Target | None, me: SignedIn) -> Sequence[str]:
        """Return for which Träger somebody may fill in a form; a participation is of one alone."""
        part = target.participation if target is not None else None
        traeger = self._parts.cases.traeger(part) if part is not None else None
        return (traeger,) if traeger is not None and traeger in me.traeger else me.traeger

    def whose(self, target: Target | None, me: SignedIn, wanted: str = "") -> For:
        """Return for whom somebody fills in a form, and for which Träger if they work for one.

        Raises:
            NoTraegerError: it may be for several, and ``wanted`` is none of them.
        """
        if me.role is not Role.TRAEGER:
            return For(target)
        possible = self.possible(target, me)
        if wanted in possible or (len(possible) == 1 and not wanted):
            return For(target, wanted or possible[0])
        raise NoTraegerError(
            "Für welchen Träger füllen Sie dieses Formular aus?",
            "Bitte einen nennen, für den Sie arbeiten; bei einer Teilnahme den der Maßnahme.",
        )

    def __call__(
        self, definition: FormDefinition, values: Values, whose: For, author: Author
    ) -> Kept:
        """Make a document of what was typed; a Träger's is its own until it is handed in.

        Raises:
            InvalidDataError: names every value that cannot stand where it was typed.
            NotTheSameError: what is read back from the file is something else; nothing is kept.
            NotFoundError: it is for somebody whose case is not theirs to see.
        """
        today = self._parts.today()
        if whose.target is not None:
            self._parts.issue.prepared(definition.ref.form, [whose.target], author, today)
        data = self.file(definition, values)
        name = f"{file_name(definition.title.partition(' ')[0])}_{today.isoformat()}.pdf"
        readings = self._read_back(definition, values, data, name)

        def keep() -> Kept:
            sha256 = self._parts.originals.put(data)
            arrival = Arrival(
                str(uuid.uuid4()),
                sha256,
                len(data),
                name,
                BROWSER,
                today,
                str(readings[0]["medium"]),
                whose.traeger,
            )

            def write(work: Work) -> Kept:
                kept, known = work.documents.receive(arrival, author, is_read=True)
                refuse_gone(self._parts.originals, () if known else (sha256,))
                if not known:
                    told = sorted_out(readings, sha256)
                    work.documents.found(kept.id, told.found, SERVICE, told.aside)
                    if whose.target is not None:
                        self._parts.cases.assign(work, kept.id, whose.target, author)
                return work.documents.get(kept.id)

            return self._parts.store.written(write)

        return kept_while_named(keep)

    def _read_back(
        self, definition: FormDefinition, values: Values, data: bytes, name: str
    ) -> Sequence[dict[str, Any]]:
        """Return what the file says; NotTheSameError if that is not what was typed."""
        today = self._parts.today()
        readings = self._parts.read.at_once(data, name, received=today) or []
        if len(readings) != 1 or (readings[0].get("form") or {}).get("id") != definition.ref.form:
            raise NotTheSameError("Das ausgefüllte Formular lässt sich nicht zurücklesen.")
        (reading,) = readings
        filled = values_from_data(definition, values)
        wrong = list(_different(filled, reading["fields"]))
        if wrong:
            names = {field.key: field.name for field in fitting(definition, wrong).fields}
            told = ", ".join(f"„{names.get(key, key)}“" for key in wrong[:10])
            raise NotTheSameError(
                f"Beim Zurücklesen steht etwas anderes da, als Sie geschrieben haben: {told}."
            )
        if not _is_signed_here(definition):
            return readings
        kinds = {one.key: one.kind for one in fitting(definition, reading["fields"]).fields}
        fields = {
            key: {**one, "online": True} if kinds.get(key) is FieldKind.SIGNATURE else one
            for key, one in reading["fields"].items()
        }
        return [self._parts.edit.edited({**reading, "fields": fields}, {}, today)]


def _is_signed_here(definition: FormDefinition) -> bool:
    """Say whether nobody has to sign what is filled in in the browser (§ 36a SGB I).

    What people sign for is wording that has to lie before them: there paper is signed.
    """
    return definition.fixed_text is None


def _different(
    typed: Mapping[FieldKey, Any], fields: Mapping[FieldKey, Mapping[str, Any]]
) -> Iterator[FieldKey]:
    """Yield the fields that say something else, or are not sure, in the file."""
    for key in dict.fromkeys((*typed, *fields)):
        said, one = typed.get(key), fields.get(key) or {}
        wanted = plain(said) if said not in (None, False) else None
        found = one.get("value") if one.get("value") is not False else None
        if wanted != found or not one.get("accepted", said is None):
            yield key


__all__ = ["Fill", "For", "NoTraegerError", "NotTheSameError", "Parts", "Target"]
