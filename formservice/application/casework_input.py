"""What people type of persons and participations, checked: all mistakes at once, by field."""

from collections.abc import Mapping
from datetime import date, timedelta

from formservice.application.casework import Given
from formservice.domain.errors import InvalidDataError, Problem
from formservice.domain.text import TextError, as_problem, name_of
from formservice.domain.values import parse_date

_LONGEST, _LONGEST_NUMBER = 300, 64
# The days of which holidays and so deadlines are known begin here.
_FIRST_DAY = date(1991, 1, 1)
_AHEAD = timedelta(days=366)


def person_given(typed: Mapping[str, str], today: date) -> Given:
    """Return what was typed of a person; InvalidDataError names every field that is wrong."""
    problems: list[Problem] = []
    values: dict[str, object] = {
        "number": text_given(typed, "number", problems, most=_LONGEST_NUMBER) or None,
        "name": text_given(typed, "name", problems, needed="Bitte den Namen eintragen."),
        "vorname": text_given(typed, "vorname", problems, needed="Bitte den Vornamen eintragen."),
        "geburtsdatum": _day(typed, "geburtsdatum", problems),
    }
    born = values["geburtsdatum"]
    if isinstance(born, date) and born > today:
        problems.append(Problem("geburtsdatum", "Dieser Tag liegt in der Zukunft."))
    return checked(values, typed, problems)


def part_given(typed: Mapping[str, str]) -> Given:
    """Return what was typed of a participation; InvalidDataError names what is wrong."""
    problems: list[Problem] = []
    values: dict[str, object] = {
        "massnahme": text_given(
            typed, "massnahme", problems, needed="Bitte eine Maßnahme auswählen."
        ),
        "von": _day(typed, "von", problems),
        "bis": _day(typed, "bis", problems),
    }
    begin, end = values["von"], values["bis"]
    if isinstance(begin, date) and isinstance(end, date) and end < begin:
        problems.append(Problem("bis", "Das Ende liegt vor dem Beginn."))
    return checked(values, typed, problems)


def day_given(typed: Mapping[str, str], key: str) -> date:
    """Return a day that has to be there; InvalidDataError if it is none."""
    problems: list[Problem] = []
    day = _day(typed, key, problems)
    if day is None and not problems:
        problems.append(Problem(key, "Bitte einen Tag eintragen."))
    if day is None:
        raise InvalidDataError("Bitte den Tag berichtigen.", problems)
    return day


def end_given(typed: str, today: date) -> date:
    """Return the day on which a case ends; InvalidDataError at ``day`` if it cannot be that.

    It lies not before 1991 and at most a year ahead; that it is not before somebody was born is
    known where the case is.
    """
    day = day_given({"day": typed}, "day")
    if day < _FIRST_DAY:
        sentence = "Dieser Tag liegt vor dem Jahr 1991."
    elif day > today + _AHEAD:
        sentence = "Dieser Tag liegt mehr als ein Jahr in der Zukunft."
    else:
        return day
    raise InvalidDataError("Bitte den Tag berichtigen.", [Problem("day", sentence)])


def checked(
    values: Mapping[str, object], typed: Mapping[str, str], problems: list[Problem]
) -> Given:
    """Return values; InvalidDataError if there are problems, with all of them."""
    if problems:
        raise InvalidDataError("Einige Angaben fehlen oder passen nicht.", problems)
    return Given(values, typed.get("seen", ""))


def text_given(
    typed: Mapping[str, str],
    key: str,
    problems: list[Problem],
    *,
    needed: str = "",
    most: int = _LONGEST,
) -> str:
    """Return a field's text in one line; what is wrong with it is added to ``problems``."""
    try:
        text = name_of(typed.get(key, ""), most=most)
    except TextError as error:
        problems.append(as_problem(key, error))
        return ""
    if not text and needed:
        problems.append(Problem(key, needed))
    return text


def _day(typed: Mapping[str, str], key: str, problems: list[Problem]) -> date | None:
    text = typed.get(key, "").strip()
    if not text:
        return None
    try:
        return parse_date(text)
    except ValueError:
        sentence = "Das ist kein Tag zwischen 1900 und 2100. Bitte als TT.MM.JJJJ eintragen."
        problems.append(Problem(key, sentence))
        return None
