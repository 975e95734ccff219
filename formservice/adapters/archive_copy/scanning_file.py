"""Reads who scans, with what and how: a YAML file of the office, strictly, every mistake told."""

from collections.abc import Iterator, Sequence
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from formservice.adapters.definitions.yaml_text import Source, parse
from formservice.application.pruefprotokoll import CaseFile
from formservice.application.terms import SOURCES
from formservice.application.transfervermerk import Scanning
from formservice.domain.errors import DefinitionError, Problem, UsageError
from formservice.domain.nearest import nearest

Text = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class _Way(BaseModel):
    """A way in: ``name`` is a pattern of file names, ``since`` and ``until`` days of receipt."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    source: Literal["upload", "folder", "mail", "batch"]
    name: Text = "*"
    since: date = date.min
    until: date = date.max
    by: Text | None = None
    organisation: Text | None = None
    device: Text | None = None
    profile: Text | None = None

    def fits(self, case: CaseFile) -> bool:
        """Say whether a document came this way."""
        return (
            case.source == self.source
            and fnmatchcase(case.name, self.name)
            and case.received is not None
            and self.since <= case.received <= self.until
        )


class Scanners:
    """What the office says of its scanning, by the way that documents come in."""

    def __init__(self, ways: Sequence[_Way] = ()) -> None:
        """Keep the ways; the first that fits counts."""
        self._ways = ways

    def __len__(self) -> int:
        """Return how many ways are described."""
        return len(self._ways)

    def __call__(self, case: CaseFile) -> Scanning:
        """Return what is said of a document, empty where nothing is."""
        way = next((one for one in self._ways if one.fits(case)), None)
        if way is None:
            return Scanning()
        told = (way.by, way.organisation, way.device, way.profile)
        return Scanning(*(one or "" for one in told))


def load(path: Path | None) -> Scanners:
    """Return what a file says; nothing without a file.

    Raises:
        UsageError: it cannot be read.
        DefinitionError: something in it is wrong; lists all of it.
    """
    if path is None:
        return Scanners()
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"Die Datei {path.name} ist nicht lesbar oder kein UTF-8.",
            "Die Einstellung FORMSERVICE_SCANNING muss eine vorhandene YAML-Datei nennen.",
        ) from None
    source = parse(text, path.name)
    problems: list[Problem] = list(source.problems)
    ways: list[_Way] = []
    if not problems:
        try:
            ways = TypeAdapter(list[_Way]).validate_python(source.data)
        except ValidationError as error:
            problems += _explained(source, error)
    problems += _checked(source, ways)
    if problems:
        raise DefinitionError(
            f"Die Beschreibung des Scannens ({path.name}) ist fehlerhaft.",
            problems,
            "docs/betrieb.md zeigt unter „Archivkopien“, wie die Datei aussieht.",
        )
    return Scanners(ways)


def _explained(source: Source, error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors(include_url=False, include_context=False):
        path = tuple(detail["loc"])
        if detail["type"] == "extra_forbidden":
            guess = nearest(str(path[-1]), _Way.model_fields)
            yield source.problem(path, "Der Schlüssel ist unbekannt.", guess)
        else:
            sentence = _SENTENCES.get(detail["type"], "Der Wert passt nicht hierher.")
            yield source.problem(path, sentence)


def _checked(source: Source, ways: Sequence[_Way]) -> Iterator[Problem]:
    for place, way in enumerate(ways):
        if way.since > way.until:
            yield source.problem((place, "until"), "„until“ liegt vor „since“.")
        if not any((way.by, way.organisation, way.device, way.profile)):
            sentence = "Hier fehlt, wer scannt oder womit: by, organisation, device oder profile."
            yield source.problem((place,), sentence)


_SENTENCES = {
    "missing": "Der Schlüssel fehlt.",
    "literal_error": f"Erlaubt ist: {', '.join(SOURCES)}.",
    "string_type": "Hier muss ein Text stehen; Zahlen in Anführungszeichen setzen.",
    "string_too_short": "Der Text darf nicht leer sein.",
    "string_too_long": "Der Text ist zu lang.",
    "date_type": "Hier muss ein Tag stehen wie 2026-04-01.",
    "list_type": "Hier muss eine Liste von Eingangswegen stehen.",
    "model_type": "Hier müssen Schlüssel mit Werten stehen.",
}
