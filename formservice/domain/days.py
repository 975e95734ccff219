"""Days as people write them into forms: which one is meant, if that can be told.

Years are often written with two digits. Which century they belong to follows from what the day is:
one a form speaks of lies near the day of receipt, and who fills in a form is neither a small child
nor very old. Where no century fits, nothing is guessed.
"""

import re
from datetime import date

MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
_WEEKDAYS = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")

# How far from the day of receipt a day lies that is no birthday, in years.
_PAST, _FUTURE = 20, 10
# How old people are who fill in a form or are written about, in whole years.
_YOUNGEST, _OLDEST = 10, 80
_CENTURIES = (1900, 2000)
YEARS = range(1900, 2101)
"""The years of days that forms speak of; one outside is a slip of the pen."""

_YEAR = r"['’]?(?P<year>[0-9]{4}|[0-9]{2})"
# Day before month, as everywhere in Germany, also between strokes. Dots slip into commas.
_NUMERIC = re.compile(
    rf"(?P<day>[0-9]{{1,2}})\s*(?P<one>[.,/‐‑–-])\s*(?P<month>[0-9]{{1,2}})"
    rf"\s*(?P<two>[.,/‐‑–-])\s*{_YEAR}"
)
_YEAR_FIRST = re.compile(
    r"(?P<year>[0-9]{4})(?P<one>[./-])(?P<month>[0-9]{1,2})(?P<two>[./-])(?P<day>[0-9]{1,2})"
)
# Behind a word blanks stand in one place only: in two, a long row of them would be tried in every
# division.
_NAMED = re.compile(
    r"(?P<day>[0-9]{1,2})\s*(?:[.-]\s*)?(?P<name>[A-Za-zäÄ\u0308]{3,10})"
    rf"(?:\s*[.-])?\s*{_YEAR}"
)
_WRITINGS = (_NUMERIC, _NAMED, _YEAR_FIRST)
# „Montag, den“, „Mo.“, „am“
_BEFORE = re.compile(
    r"(?:([a-z]{2,10})(?:\.?,|\.|(?=\s))\s*)?(?:(?:am|den|dem)\s+)?(?=[0-9])", re.IGNORECASE
)
_STOPS, _HYPHENS = frozenset(".,"), frozenset("‐‑–-")


class OpenCenturyError(ValueError):
    """A year of two digits that fits no century, or of which nothing is known to fit."""


def meant(raw: str, received: date | None, *, birthday: bool = False) -> date:
    """Return the day that ``raw`` means on a form received on ``received``.

    Raises:
        OpenCenturyError: the century was left out and cannot be told.
        ValueError: ``raw`` is no day of the calendar, or may be several within a century.
    """
    days, is_whole = _days(raw)
    if is_whole:
        return days[0]
    if received is not None:
        fits = _is_birthday if birthday else _is_near
        days = tuple(day for day in days if fits(day, received))
        if len(days) == 1:
            return days[0]
    raise OpenCenturyError("century not written")


def possible(raw: str) -> tuple[date, ...]:
    """Return the days that ``raw`` may mean: one, or one of each century, or none at all."""
    try:
        return _days(raw)[0]
    except ValueError:
        return ()


def on_calendar(year: int, month: int, day: int) -> date | None:
    """Return a day that a form may speak of, None where there is no such day."""
    if year not in YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_day(text: str) -> bool:
    """Say whether ``text`` is a day, with or without its century."""
    return bool(possible(text))


def month_number(name: str) -> int:
    """Return the number of a German month name or its beginning of at least three letters.

    Raises:
        ValueError: there is no such month, or several begin so.
    """
    # Some programs write „ä“ as a letter and a mark.
    wanted = name.casefold().replace("a\u0308", "ä").replace("maerz", "märz")
    wanted = _OTHER_MONTHS.get(wanted, wanted)
    found = [
        number
        for number, month in enumerate(MONTHS, start=1)
        if month.casefold().startswith(wanted)
    ]
    if len(found) != 1:
        raise ValueError("not a month")
    return found[0]


_OTHER_MONTHS = {"jänner": "januar", "mrz": "märz"}


def _is_near(day: date, received: date) -> bool:
    return _later(received, -_PAST) <= day <= _later(received, _FUTURE)


def _is_birthday(day: date, received: date) -> bool:
    """Say whether somebody born on ``day`` is of an age to fill in a form."""
    passed = (received.month, received.day) >= (day.month, day.day)
    return _YOUNGEST <= received.year - day.year - (not passed) <= _OLDEST


def _later(day: date, years: int) -> date:
    """Return the same day ``years`` later; the 29th of February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _days(raw: str) -> tuple[tuple[date, ...], bool]:
    """Return what ``raw`` may mean, and whether its century is written."""
    text = raw.strip()
    weekday, text = _weekday(text)
    text = text.removesuffix(".") if text[-2:-1].isdigit() else text
    match = next((fit for one in _WRITINGS if (fit := one.fullmatch(text))), None)
    if match is None:
        raise ValueError("not a date")
    parts = match.groupdict()
    _check_separators(parts)
    month = month_number(parts["name"]) if "name" in parts else int(parts["month"])
    year, day = int(parts["year"]), int(parts["day"])
    is_whole = len(parts["year"]) > 2
    years = (year,) if is_whole else tuple(century + year for century in _CENTURIES)
    found = tuple(one for each in years if (one := on_calendar(each, month, day)) is not None)
    days = tuple(one for one in found if weekday is None or one.weekday() == weekday)
    if not days:
        raise ValueError("no day of the calendar")
    return days, is_whole


def _check_separators(parts: dict[str, str]) -> None:
    """Refuse different separators, and hyphens where the year may stand first: 07-12-25."""
    one, two = parts.get("one"), parts.get("two")
    if one is None or two is None:
        return
    if one != two and not {one, two} <= _STOPS and not {one, two} <= _HYPHENS:
        raise ValueError("separators differ")
    if one in _HYPHENS and len(parts["year"]) == len(parts["day"]):
        raise ValueError("year may stand first")


def _weekday(text: str) -> tuple[int | None, str]:
    """Return the day of the week that ``text`` begins with, from 0, and the rest."""
    match = _BEFORE.match(text)
    if match is None:
        return None, text
    rest = text[match.end() :]
    if match[1] is None or match[1].casefold() in ("am", "den", "dem"):
        return None, rest
    name = match[1].casefold()
    if name == "sonnabend":
        return 5, rest
    for number, weekday in enumerate(_WEEKDAYS):
        if name in (weekday, weekday[:2]):
            return number, rest
    raise ValueError("not a day of the week")
