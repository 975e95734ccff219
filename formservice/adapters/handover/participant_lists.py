"""Reads lists of participants: a profile says which column is what; all mistakes at once."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from formservice.adapters.definitions.yaml_text import Source, Step, parse
from formservice.adapters.tables import Cell, table
from formservice.application.participants import Row, contradictions, plain
from formservice.domain.days import YEARS
from formservice.domain.errors import (
    DefinitionError,
    EmptyDocumentError,
    InvalidDataError,
    Problem,
    UsageError,
)
from formservice.domain.nearest import nearest
from formservice.domain.text import TextError, name_of
from formservice.domain.values import parse_date

PROFILES = Path(__file__).parent.parent.parent / "assets" / "teilnehmer"
NEEDED = ("number", "name", "vorname")
_DAYS = ("geburtsdatum", "von", "bis")
_CALLED = {
    "number": "Nummer",
    "name": "Name",
    "vorname": "Vorname",
    "geburtsdatum": "Geburtsdatum",
    "massnahme": "Maßnahme",
    "massnahme_number": "Nummer der Maßnahme",
    "traeger": "Träger",
    "von": "Beginn",
    "bis": "Ende",
    "ifk": "Fachkraft",
}
_LONGEST = {"number": 64, "massnahme_number": 64}
_LONGEST_TEXT = 300
# More at once nobody reads; the first ones say what is wrong with the list as a whole.
_MOST_PROBLEMS = 500

Heading = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Headings = Heading | Annotated[list[Heading], Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Columns(_Strict):
    number: Headings
    name: Headings
    vorname: Headings
    geburtsdatum: Headings | None = None
    massnahme: Headings | None = None
    massnahme_number: Headings | None = None
    traeger: Headings | None = None
    von: Headings | None = None
    bis: Headings | None = None
    ifk: Headings | None = None


class Profile(_Strict):
    """How a list is laid out: the headings of its columns, and those that say nothing to us."""

    title: Heading
    columns: _Columns
    ignore: list[Heading] = []

    def key(self, heading: str) -> str | None:
        """Return what a column holds, None if the profile does not know it."""
        for key, headings in self.columns.model_dump(exclude_none=True).items():
            known = headings if isinstance(headings, list) else [headings]
            if plain(heading) in map(plain, known):
                return str(key)
        return None

    @property
    def headings(self) -> list[str]:
        """All headings that the profile knows."""
        found: list[str] = []
        for headings in self.columns.model_dump(exclude_none=True).values():
            found += headings if isinstance(headings, list) else [headings]
        return found


def profile(name: str) -> Profile:
    """Return one of our profiles by name, or that of a file.

    Raises:
        UsageError: there is none.
        DefinitionError: it is wrong; lists all of it.
    """
    ours = {path.stem: path for path in PROFILES.glob("*.yaml")}
    path = ours.get(name) or Path(name)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        guess = nearest(name, ours)
        known = f"Es gibt: {', '.join(sorted(ours))}; oder eine eigene YAML-Datei."
        hint = f"Gemeint: „{guess}“? {known}" if guess else known
        raise UsageError("Dieses Profil gibt es nicht.", hint) from None
    source = parse(text, path.name)
    if source.problems:
        raise DefinitionError("Das Profil ist fehlerhaft.", source.problems, _HINT)
    try:
        return Profile.model_validate(source.data)
    except ValidationError as error:
        raise DefinitionError(
            "Das Profil ist fehlerhaft.", list(_explained(source, error)), _HINT
        ) from None


_HINT = "docs/betrieb.md zeigt unter „Teilnehmerlisten“, wie die Datei aussieht."


def _explained(source: Source, error: ValidationError) -> Iterator[Problem]:
    told: set[tuple[Step, ...]] = set()
    for detail in error.errors(include_url=False, include_context=False):
        # A heading or a list of them: which of both was tried says nothing to people.
        path = tuple(detail["loc"])[:2]
        if path in told:
            continue
        told.add(path)
        if detail["type"] == "extra_forbidden":
            model = _Columns if len(path) > 1 else Profile
            guess = nearest(str(path[-1]), model.model_fields)
            yield source.problem(path, "Der Schlüssel ist unbekannt.", guess)
        elif detail["type"] == "missing":
            yield source.problem(path, "Der Schlüssel fehlt.")
        else:
            yield source.problem(path, "Erwartet wird ein Text oder eine Liste von Texten.")


@dataclass(slots=True)
class _Read:
    """The rows of a list as far as they are right, and what is wrong with the others."""

    rows: list[Row]
    problems: list[Problem]


def rows(
    path: Path, chosen: Profile, day: date | None = None, sheet: str | None = None
) -> list[Row]:
    """Return the rows of a CSV or XLSX file; nobody is born after ``day``.

    ``sheet`` is that of an XLSX file; None if only one has rows.

    Raises:
        InputError: it cannot be read.
        InvalidDataError: something is wrong; lists all of it, by row, without any value.
    """
    lines = table(path, sheet, whole=True)
    header = next((cells for _, cells in lines if any(map(_filled, cells))), None)
    if header is None:
        raise EmptyDocumentError("Die Liste ist leer.", "Die erste Zeile nennt die Spalten.")
    columns = _columns(chosen, [_text(cell) for cell in header])
    read = _Read([], [])
    for number, cells in lines:
        if any(map(_filled, cells)):
            _take(read, number, cells, columns, len(header))
    for one in read.rows:
        if one.geburtsdatum is not None and one.geburtsdatum > (day or date.max):
            sentence = "Das Geburtsdatum liegt in der Zukunft."
            read.problems.append(Problem(f"Zeile {one.line}", sentence))
    if not read.problems:
        read.problems += contradictions(read.rows)
    if read.problems:
        count = len(read.problems)
        shown = read.problems[:_MOST_PROBLEMS]
        if count > len(shown):
            shown = [*shown, Problem("", f"… und {count - len(shown)} weitere.")]
        raise InvalidDataError("Die Liste hat Fehler; nichts wurde übernommen.", shown)
    return read.rows


def _columns(chosen: Profile, header: Sequence[str]) -> dict[int, str]:
    """Return what stands in which column; InvalidDataError names all wrong headings."""
    found: dict[int, str] = {}
    problems: list[Problem] = []
    unknown: list[str] = []
    ignored = set(map(plain, chosen.ignore))
    for place, heading in enumerate(header):
        key = chosen.key(heading) if heading else None
        where = f"Spalte {place + 1}"
        if key is not None and key in found.values():
            problems.append(Problem(where, f"{_CALLED[key]} steht doppelt."))
        elif key is not None:
            found[place] = key
        elif heading and plain(heading) not in ignored:
            # Perhaps there is no header and this is the first person: no cell is quoted.
            guess = nearest(heading, chosen.headings)
            unknown.append(str(place + 1))
            problems.append(Problem(where, "Diese Spalte ist nicht bekannt.", None, guess))
    missing = [_CALLED[key] for key in NEEDED if key not in found.values()]
    problems += [Problem("", f"Die Spalte „{called}“ fehlt.") for called in missing]
    if {"massnahme", "massnahme_number"} & {*found.values()} and "traeger" not in found.values():
        problems.append(Problem("", "Zu den Maßnahmen fehlt die Spalte „Träger“."))
        missing.append(_CALLED["traeger"])
    if problems:
        raise InvalidDataError(_unfitting(unknown, missing), problems, _HEADINGS_HINT)
    return found


_HEADINGS_HINT = (
    "Bitte die Überschriften in der ersten Zeile ändern, oder die Administration bitten,"
    " das Profil für diese Liste zu ändern."
)


def _unfitting(unknown: Sequence[str], missing: Sequence[str]) -> str:
    """Return in one sentence which columns are unknown, by their places, and which are missing."""
    told: list[str] = []
    if len(unknown) == 1:
        told.append(f"Spalte {unknown[0]} ist nicht bekannt")
    elif unknown:
        told.append(f"Spalten {_together(unknown)} sind nicht bekannt")
    if missing:
        told.append(f"es {'fehlt' if len(missing) == 1 else 'fehlen'} {_together(missing)}")
    says = "Die Überschriften der Liste passen nicht"
    return f"{says}: {'; '.join(told)}." if told else f"{says}."


def _together(names: Sequence[str]) -> str:
    return " und ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _take(
    read: _Read, number: int, cells: Sequence[Cell], columns: Mapping[int, str], width: int
) -> None:
    """Take one row, or say everything that is wrong with it; the header is ``width`` wide."""
    texts: dict[str, str] = {}
    days: dict[str, date | None] = {}
    problems: list[str] = []
    for place, key in columns.items():
        cell = cells[place] if place < len(cells) else None
        if isinstance(cell, float) and math.isnan(cell):
            problems.append(f"{_CALLED[key]} ist in der Tabelle ein Fehlerwert.")
        elif key in _DAYS:
            days[key] = _day(cell, key, problems)
        else:
            try:
                texts[key] = name_of(_text(cell), most=_LONGEST.get(key, _LONGEST_TEXT))
            except TextError as error:
                problems.append(f"{_CALLED[key]}: {error.message}")
    problems += [f"{_CALLED[key]} fehlt." for key in NEEDED if not texts.get(key)]
    has_massnahme = bool(texts.get("massnahme") or texts.get("massnahme_number"))
    if has_massnahme and not texts.get("traeger"):
        problems.append("Zur Maßnahme fehlt der Träger.")
    begin, end = days.get("von"), days.get("bis")
    if begin is not None and end is not None and begin > end:
        problems.append("Der Beginn liegt nach dem Ende.")
    if (begin or end) and not has_massnahme:
        problems.append("Zum Zeitraum fehlt die Maßnahme.")
    if any(map(_filled, cells[width:])):
        problems.append("Die Zeile hat mehr Zellen als die Kopfzeile.")
    if problems:
        read.problems += [Problem(f"Zeile {number}", one) for one in problems]
        return
    has = frozenset(columns.values())
    read.rows.append(Row(line=number, **texts, **days, has=has))  # type: ignore[arg-type]  # keys


def _day(cell: Cell, key: str, problems: list[str]) -> date | None:
    if isinstance(cell, datetime):
        cell = cell.date()
    if not isinstance(cell, date):
        text = _text(cell)
        if not text:
            return None
        try:
            cell = parse_date(text)
        except ValueError:
            problems.append(f"{_CALLED[key]} ist kein Tag.")
            return None
    if cell.year not in YEARS:
        problems.append(f"{_CALLED[key]} liegt in keinem möglichen Jahr.")
        return None
    return cell


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    return " ".join(str(cell).split())


def _filled(cell: Cell) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None
