"""Which case a document belongs to: known by its reference, or said by a person, never guessed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol  # readings have the shape of the JSON contract

from formservice.application.known_forms import form_read
from formservice.application.ports import Forms
from formservice.application.ports_store import Author
from formservice.domain.errors import ConflictError
from formservice.domain.stammdaten import STAMMDATEN
from formservice.domain.values import is_date, parse_date

_WHO = ("nummer", "name", "vorname", "geburtsdatum")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom a record names: as it was read, empty where it says nothing."""

    number: str = ""
    name: str = ""
    vorname: str = ""
    born: date | None = None


NOBODY = Wanted()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A case that a document may belong to; ``because`` are codes of what is the same.

    ``number``, ``born`` and ``name`` say so of the person, ``reference`` that the form was issued
    for this case (but came from elsewhere), ``period`` that the time fits.
    """

    case: str
    participation: str | None
    person: str
    born: date | None
    massnahme: str
    ifk: str
    because: tuple[str, ...]
    number: str = ""


class DecidedError(ConflictError):
    """What is accepted stays with its case, as long as nobody opens it again."""

    code = "assignment.decided"
    default_hint = (
        "Die Leitung kann den Vorgang mit Begründung wieder öffnen; danach lässt sich die"
        " Zuordnung aufheben."
    )


class Assigning(Protocol):
    """Assigns documents to cases; each time with its event."""

    def suggested(self, document: str, wanted: Wanted, viewer: Author) -> Sequence[Suggestion]:
        """Return cases of exactly that number, or name and day of birth; the surest first.

        NotFoundError for a document that ``viewer`` may not see.
        """

    def found(
        self, words: str, viewer: Author, wanted: Wanted = NOBODY, most: int = 20
    ) -> Sequence[Suggestion]:
        """Return open cases of ``viewer`` by name or number.

        Who has no cases of its own (the back office) finds whom ``words`` name exactly, by the
        number or by the whole name and the day of birth, which may also be the one that the
        record has (``wanted``); of these it is told who they are and whom to ask, and that they
        were shown is written into the case's history.
        """

    def assign(
        self,
        document: str,
        case: str,
        participation: str | None,
        wanted: Wanted,
        author: Author,
        words: str = "",
    ) -> None:
        """Say that a document belongs to a case of the author's, a suggested or a found one.

        ``words`` are those by which the back office found it.

        Raises:
            NotFoundError: no such document or case, or not theirs.
            ConflictError: somebody else has assigned it to another case meanwhile.
        """

    def take_back(self, document: str, author: Author) -> None:
        """Say that it belongs to no case after all.

        What belongs to no case all caseworkers see. So it is not what somebody has accepted:
        DecidedError.
        """


def wanted_by(reading: Mapping[str, Any], forms: Forms) -> Wanted:
    """Return whom a record names, by the fields that its form fills from master data."""
    definition = form_read(reading, forms)
    ways = () if definition is None else definition.prefills
    told: dict[str, str] = {}
    for prefill in ways:
        if prefill.form == STAMMDATEN:
            for ours, theirs in prefill.fields.items():
                if len(theirs) == 1 and theirs[0] in _WHO:
                    told[theirs[0]] = _text(reading, ours)
    born = told.get("geburtsdatum", "")
    return Wanted(
        told.get("nummer", ""),
        told.get("name", ""),
        told.get("vorname", ""),
        parse_date(born) if is_date(born) else None,
    )


def _text(reading: Mapping[str, Any], key: str) -> str:
    one = (reading.get("fields") or {}).get(key) or {}
    value = one.get("value") if one.get("reading") == "read" else None
    return " ".join(value.split()) if isinstance(value, str) else ""


Named = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class OwnPerson:
    """Somebody who takes part with the Träger of a form; ``because`` as of a ``Suggestion``."""

    participation: str
    name: str
    vorname: str
    massnahme: str
    begins: date | None
    ends: date | None
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a form is about: ``person`` is None for a case that is not one of its sender's.

    ``is_known`` says whether it belongs to a case at all, ``can_change`` whether its sender may
    still say that it is somebody else.
    """

    is_known: bool
    can_change: bool
    person: OwnPerson | None = None


class AssignedError(ConflictError):
    """The office has a form in its hands, and it belongs to a case."""

    code = "assignment.known"
    default_hint = "Stimmt die Person nicht, wenden Sie sich bitte an Ihre Ansprechperson."


class OwnPeople(Protocol):
    """Assigns forms to participations with their Träger; each time with its event.

    Every one raises NotFoundError for a document that ``viewer`` may not see.
    """

    def whose(self, document: str, viewer: Author) -> Whose:
        """Return whom a form is about, as far as that is known."""

    def offered(self, document: str, wanted: Wanted, viewer: Author) -> Sequence[OwnPerson]:
        """Return who may be meant: whose name agrees exactly first, then all others."""

    def choose(self, document: str, participation: str, author: Author) -> None:
        """Say that a form is about this participation.

        Raises:
            NotFoundError: none of the author's, with the Träger of the form.
            AssignedError: it belongs to another one, and is handed in.
            UsageError: it is decided, or not read yet.
        """

    def take_back(self, document: str, author: Author) -> None:
        """Say that it is about somebody else; AssignedError if it is handed in."""


def naming(forms: Forms) -> Named:
    """Return what tells the name that a record says, empty if it says none."""

    def named(reading: Mapping[str, Any]) -> str:
        wanted = wanted_by(reading, forms)
        return ", ".join(one for one in (wanted.name, wanted.vorname) if one)

    return named


def unnamed(_reading: Mapping[str, Any]) -> str:
    """Say no name: where nobody knows the forms."""
    return ""
