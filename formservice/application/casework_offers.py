"""Träger and their Maßnahmen, kept by hand where no list brings them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from formservice.application.casework import Given, as_seen
from formservice.application.casework_input import checked, text_given
from formservice.application.ports_store import Author
from formservice.domain.errors import Problem

LONGEST_NUMBER = 64


@dataclass(frozen=True, slots=True)
class Provider:
    """A Träger, and how many Maßnahmen it has."""

    id: str
    name: str
    number: str | None
    massnahmen: int = 0

    @property
    def seen(self) -> str:
        """What tells it from how it was before it is changed."""
        return as_seen({"name": self.name, "number": self.number})


@dataclass(frozen=True, slots=True)
class Offer:
    """A Maßnahme of a Träger, and how many participations there are in it."""

    id: str
    name: str
    number: str | None
    traeger: str
    traeger_name: str
    participations: int = 0

    @property
    def seen(self) -> str:
        """What tells it from how it was before it is changed."""
        return as_seen({"traeger": self.traeger, "name": self.name, "number": self.number})


def provider_given(typed: Mapping[str, str]) -> Given:
    """Return what was typed of a Träger; InvalidDataError names every field that is wrong."""
    problems: list[Problem] = []
    values: dict[str, object] = {
        "name": text_given(typed, "name", problems, needed="Bitte den Namen eintragen."),
        "number": text_given(typed, "number", problems, most=LONGEST_NUMBER) or None,
    }
    return checked(values, typed, problems)


def offer_given(typed: Mapping[str, str]) -> Given:
    """Return what was typed of a Maßnahme; InvalidDataError names every field that is wrong."""
    problems: list[Problem] = []
    values: dict[str, object] = {
        "traeger": text_given(typed, "traeger", problems, needed="Bitte einen Träger auswählen."),
        "name": text_given(typed, "name", problems, needed="Bitte den Namen eintragen."),
        "number": text_given(typed, "number", problems, most=LONGEST_NUMBER) or None,
    }
    return checked(values, typed, problems)


class Offers(Protocol):
    """Reads and changes Träger and Maßnahmen; every change writes its event.

    Errors: NotFoundError for one that is not there, ConflictError if somebody has changed it
    meanwhile, InvalidDataError for a name or number that another one has.
    """

    def providers(self) -> Sequence[Provider]:
        """Return all Träger by name."""

    def all(self) -> Sequence[Offer]:
        """Return all Maßnahmen by name."""

    def provider_opened(self, given: Given, author: Author) -> str:
        """Add a Träger; return its id."""

    def provider_changed(self, traeger: str, given: Given, author: Author) -> None:
        """Change name or number of a Träger."""

    def opened(self, given: Given, author: Author) -> str:
        """Add a Maßnahme; return its id."""

    def changed(self, massnahme: str, given: Given, author: Author) -> None:
        """Change a Maßnahme; its Träger only as long as nobody takes part."""
