"""Making forms for cases: pre-filled from what is known, known again by their reference."""

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from formservice.application.casework import Issued
from formservice.application.generate import Generate
from formservice.application.known_forms import newest
from formservice.application.ports import Forms
from formservice.application.ports_store import Author
from formservice.application.prefill import LeftOut, prefilled
from formservice.application.report import plain
from formservice.domain.errors import InputError, NotFoundError, UsageError
from formservice.domain.form import FieldKey, FormDefinition, FormRef
from formservice.domain.groups import pattern
from formservice.domain.search_words import folded
from formservice.domain.stammdaten import STAMMDATEN

FORMATS = ("docx", "pdf")
MOST = 200
"""So many forms are made at once at most."""


@dataclass(frozen=True, slots=True)
class Target:
    """For whom a form is made: a case, and which participation it is about, if any."""

    case: str
    participation: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known for a target: master data by their keys, and records by form, the best one.

    ``person`` names whom it is about, for file names and pages of the office.
    """

    target: Target
    person: str
    facts: Mapping[str, str | date | None]
    records: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A form before it is made: its data as ``generate`` takes them, and where they come from.

    ``sources`` says for each field whether it is from ``stammdaten`` or which form; ``left_out``
    is what an earlier record had and was not taken over.
    """

    definition: FormDefinition
    target: Target
    person: str
    data: Mapping[str, object]
    sources: Mapping[FieldKey, str]
    left_out: Sequence[LeftOut]

    @property
    def blank(self) -> tuple[str, ...]:
        """The names of required fields that stay blank, in the order of the form."""
        needed = {
            pattern(key)
            for rule in self.definition.rules
            if rule.predicate == "filled" and not rule.when
            for key in rule.fields
        }
        return tuple(
            one.name
            for one in self.definition.fields
            if pattern(one.key) in needed and one.key not in self.data
        )


@dataclass(frozen=True, slots=True)
class Made:
    """A form to be kept as issued: what is printed on it, and for whom."""

    reference: str
    ref: FormRef
    target: Target
    values: Mapping[str, object]
    format: str
    batch: str


@dataclass(frozen=True, slots=True)
class Contact:
    """How an IFK is reached, as forms say."""

    telefon: str
    email: str


class IssuedForms(Protocol):
    """Keeps what was issued. Nobody is told of cases that they may not see."""

    def facts(
        self,
        targets: Sequence[Target],
        forms: Sequence[str],
        viewer: Author,
        amt: str,
        today: date,
    ) -> Sequence[Facts]:
        """Return what is known of those targets that are ``viewer``'s, with records of ``forms``.

        A Träger is told of participations in its own Maßnahmen.
        """

    def keep(self, made: Sequence[Made], author: Author) -> None:
        """Keep what was made, each with its event."""

    def one(self, reference: str, viewer: Author) -> Issued:
        """Return what was issued under a reference; NotFoundError if it is not theirs to see."""

    def batch(self, batch: str, viewer: Author) -> Sequence[Issued]:
        """Return what was issued at once, by reference."""

    def people(self, cases: Sequence[str], viewer: Author) -> Mapping[str, str]:
        """Return whom cases are about, for the names of files."""

    def contact(self, user: str) -> Contact:
        """Return how an IFK is reached, as its forms say."""

    def contact_changed(self, contact: Contact, author: Author) -> None:
        """Keep how an IFK is reached."""

    def sent(self, references: Sequence[str], author: Author, *, is_sent: bool = True) -> int:
        """Keep that forms were sent today, or that they were not; return how many."""


class Issue:
    """The use case „issue“: forms for cases, pre-filled, and kept with their references."""

    def __init__(
        self,
        kept: IssuedForms,
        forms: Forms,
        generate: Generate,
        new_reference: Callable[[], str],
        amt: str,
    ) -> None:
        """Keep the parts; ``amt`` is the office's name."""
        self._kept = kept
        self._forms = forms
        self._generate = generate
        self._new_reference = new_reference
        self._amt = amt

    def forms(self) -> Sequence[FormDefinition]:
        """Return the newest released edition of every form that takes values of a case."""
        taking = (
            one for one in self._forms if any(way.form == STAMMDATEN for way in one.prefills)
        )
        return list(newest(taking).values())

    def first(self) -> FormDefinition | None:
        """Return the form a case begins with, which is offered by itself; None if none is."""
        return next((one for one in self.forms() if one.issued_first), None)

    def definition(self, form: str) -> FormDefinition:
        """Return the edition of a form that is issued; NotFoundError if there is none."""
        for one in self.forms():
            if one.ref.form == form:
                return one
        raise NotFoundError("Dieses Formular wird hier nicht ausgegeben.")

    def prepared(
        self, form: str, targets: Sequence[Target], viewer: Author, today: date
    ) -> Sequence[Prepared]:
        """Return what would stand in the form of each target; nothing is kept.

        Raises:
            NotFoundError: no such form, or a case that is not theirs to see.
            UsageError: no target, or too many at once.
        """
        if not targets:
            raise UsageError(
                "Es ist niemand ausgewählt.", "Bitte mindestens eine Zeile ankreuzen."
            )
        if len(targets) > MOST:
            raise UsageError(
                f"Auf einmal werden höchstens {MOST} Formulare erstellt.",
                "Bitte weniger Zeilen ankreuzen und den Schritt wiederholen.",
            )
        definition = self.definition(form)
        sources = [one.form for one in definition.prefills if one.form != STAMMDATEN]
        known = self._kept.facts(targets, sources, viewer, self._amt, today)
        if len(known) < len({*targets}):
            raise NotFoundError("Einen dieser Fälle gibt es nicht.")
        return [self._prepared(definition, one) for one in known]

    def __call__(
        self,
        form: str,
        targets: Sequence[Target],
        format_: str,
        author: Author,
        today: date,
    ) -> Sequence[Made]:
        """Keep a form for each target as issued; ``document`` then gives the file.

        ``documents`` gives all of them, by the ``batch`` that they have in common.

        Raises:
            NotFoundError: no such form, or a case that is not theirs to see.
            UsageError: no target, too many, or another format.
        """
        # What is missing is told first: without it, no format would do.
        ready = self.prepared(form, targets, author, today)
        if format_ not in FORMATS:
            raise UsageError("Dieses Format gibt es nicht.", "Möglich sind Word und PDF.")
        batch = uuid.uuid4().hex
        made = [
            Made(
                self._new_reference(), one.definition.ref, one.target, one.data, format_, batch
            )
            for one in ready
        ]  # fmt: skip
        self._kept.keep(made, author)
        return made

    def document(self, reference: str, viewer: Author) -> tuple[str, bytes]:
        """Return name and bytes of a form that was issued, with its reference printed on it."""
        one = self._kept.one(reference, viewer)
        people = self._kept.people([one.case], viewer)
        return self._file(one, people.get(one.case, ""), set())

    def documents(self, batch: str, viewer: Author) -> tuple[int, Iterator[tuple[str, bytes]]]:
        """Return how many forms were issued at once, and them one by one as they are made."""
        issued = self._kept.batch(batch, viewer)
        if not issued:
            raise NotFoundError("Diese Ausgabe gibt es nicht.")
        people = self._kept.people([one.case for one in issued], viewer)
        issued = sorted(issued, key=lambda one: (people.get(one.case, ""), one.reference))
        names: set[str] = set()
        return len(issued), (self._file(one, people.get(one.case, ""), names) for one in issued)

    def _file(self, one: Issued, person: str, names: set[str]) -> tuple[str, bytes]:
        definition = self._forms.find(FormRef(one.form, one.edition))
        if definition is None:
            raise NotFoundError("Diese Ausgabe des Formulars gibt es hier nicht mehr.")
        data = self._generate.one(definition, dict(one.values), one.format, one.reference)
        title = definition.title.partition(" ")[0]
        stem = file_name(person, title)
        name, number = f"{stem}.{one.format}", 1
        while name in names:
            number += 1
            name = f"{stem}_{number}.{one.format}"
        names.add(name)
        return name, data

    def _prepared(self, definition: FormDefinition, known: Facts) -> Prepared:
        """Return the data of a form: master data first, then what an earlier record adds."""
        first = prefilled(definition, _as_record(known.facts), {}, self._forms)
        sources = dict.fromkeys(first.taken, STAMMDATEN)
        data, left_out = dict(first.data), list[LeftOut]()
        for form, record in known.records.items():
            try:
                more = prefilled(definition, record, data, self._forms)
            except InputError:  # nothing that can be taken over
                continue
            data = dict(more.data)
            sources |= dict.fromkeys(more.taken, form)
            left_out += more.left_out
        still = [one for one in left_out if one.field not in data]
        return Prepared(definition, known.target, known.person, data, sources, still)


def _as_record(facts: Mapping[str, str | date | None]) -> Mapping[str, object]:
    """Return master data in the shape of a record, so that one way takes over both."""
    fields = {
        key: {
            "reading": "blank" if value in (None, "") else "read",
            "value": plain(value) or None,
            "accepted": True,
        }
        for key, value in facts.items()
    }
    return {"form": {"id": STAMMDATEN, "edition": ""}, "fields": fields}


def file_name(*parts: str) -> str:
    """Return a name for a file that every system takes: letters, digits, „-“ and „_“."""
    told = "_".join(part for part in parts if part)
    told = "".join(map(_plain_sign, unicodedata.normalize("NFC", told)))
    return re.sub(r"[^A-Za-z0-9-]+", "_", told).strip("_-")[:80] or "Formular"


def _plain_sign(one: str) -> str:
    """Return a letter in a to z, as searches have it; „_“ for one of another script."""
    if one.isascii():
        return one
    plain_ = folded(one.lower())
    if not plain_.isalpha():
        return "_"
    return plain_.capitalize() if one.isupper() else plain_
