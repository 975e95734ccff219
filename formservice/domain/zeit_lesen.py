"""What day a time expression means: one reading per pattern of ``zeit_muster``.

A reading gets the match and the reference day, and returns the last day meant (None where it
cannot be told) and whether the text itself names the year. ValueError and OverflowError mean
that there is no such time (31.02., KW 60).
"""

import calendar
import re
from datetime import date, timedelta
from typing import TypeAlias

from formservice.domain.days import MONTHS

Match: TypeAlias = "re.Match[str]"
Reading: TypeAlias = "tuple[date | None, bool]"

_NUMBERS = {
    "zwei": 2,
    "drei": 3,
    "vier": 4,
    "fünf": 5,
    "sechs": 6,
    "sieben": 7,
    "acht": 8,
    "neun": 9,
    "zehn": 10,
    "elf": 11,
    "zwölf": 12,
}
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "ers": 1, "zwe": 2, "dri": 3, "vie": 4}
_DAYS_OF = {"tag": 1, "woche": 7, "wo": 7}
_MONTHS_OF = {"monat": 1, "mon": 1, "quartal": 3, "jahr": 12}
_FEASTS = {"weihnachten": (12, 24), "heiligabend": (12, 24), "silvester": (12, 31)}
_MONTH_STARTS = tuple(month[:3].lower() for month in MONTHS)
_WEEKDAYS = ("mo", "di", "mi", "do", "fr", "sa", "so")


def no_day(match: Match, reference: date) -> Reading:
    """Read what names no day of the calendar."""
    return None, False


def reference_day(match: Match, reference: date) -> Reading:
    """Read „sofort“ and its like."""
    return reference, False


def numeric_day(match: Match, reference: date) -> Reading:
    """Read 12.10.2026, 12.10.26, and 12.10. as the next such day."""
    day, month, year = int(match["d"]), int(match["m"]), match["y"]
    if year:
        return date(_full_year(year), month, day), True
    this_year = date(reference.year, month, day)
    return (this_year if this_year >= reference else date(reference.year + 1, month, day)), False


def iso_day(match: Match, reference: date) -> Reading:
    """Read 2026-10-12."""
    return date.fromisoformat(match[0]), True


def numeric_month(match: Match, reference: date) -> Reading:
    """Read 10/2026, 10.2026 and 10/26."""
    return month_end(_full_year(match["year"]), int(match["m"])), True


def named_month(match: Match, reference: date) -> Reading:
    """Read a month by name, with a day, a part, a year, or none of them.

    „Anfang“ is its first day, „Mitte“ the 15th, „Ende“ the last (§ 192 BGB).
    """
    groups = match.groupdict()
    month = _month_number(match["month"])
    part = (groups.get("part") or "").lower()
    number = int(groups.get("d") or {"anfang": 1, "mitte": 15}.get(part, 0))

    def in_year(year: int) -> date:
        return date(year, month, number) if number else month_end(year, month)

    if groups.get("year"):
        return in_year(_full_year(match["year"])), True
    day = in_year(reference.year)
    return (day if day >= reference else in_year(reference.year + 1)), False


def quarter(match: Match, reference: date) -> Reading:
    """Read „3. Quartal 2026“, „Q3/2026“, „im dritten Quartal“."""
    said = match["quarter"].lower()
    number = int(said) if said.isdigit() else _QUARTERS.get(said) or _QUARTERS[said[:3]]
    if match["year"]:
        return month_end(int(match["year"]), number * 3), True
    day = month_end(reference.year, number * 3)
    return (day if day >= reference else month_end(reference.year + 1, number * 3)), False


def week(match: Match, reference: date) -> Reading:
    """Read a calendar week as its Sunday."""
    number = int(match["week"])
    if match["year"]:
        return date.fromisocalendar(int(match["year"]), number, 7), True
    day = date.fromisocalendar(reference.year, number, 7)
    if day < reference:
        day = date.fromisocalendar(reference.year + 1, number, 7)
    return day, False


def year(match: Match, reference: date) -> Reading:
    """Read a year as its last day, its middle as 30 June; its beginning has no last day."""
    part = (match.groupdict().get("part") or "").lower()
    number = _full_year(match["year"])
    if part == "anfang":
        return None, False
    return (date(number, 6, 30) if part == "mitte" else date(number, 12, 31)), True


def year_to_come(match: Match, reference: date) -> Reading:
    """Read a year that stands alone; one gone by is part of a story, no answer to „bis wann?“."""
    number = int(match["year"])
    if number < reference.year:
        raise ValueError("the year is over")
    return date(number, 12, 31), True


def this_year(match: Match, reference: date) -> Reading:
    """Read „Jahresende“."""
    return date(int(match["year"] or reference.year), 12, 31), bool(match["year"])


def this_month(match: Match, reference: date) -> Reading:
    """Read „Monatsende“."""
    return month_end(reference.year, reference.month), False


def span(match: Match, reference: date) -> Reading:
    """Read „in 3 Monaten“, of two numbers the higher; „ein paar Wochen“ has no day."""
    said, unit = (match["upper"] or match["number"]).lower(), match["unit"].lower()
    if "halb" in said:
        if unit != "jahr":
            return None, False
        return _months_later(reference, 6 if "halbe" in said else 18), False
    if "," in said or "/" in said:
        return None, False  # „1,5 Jahre“: when exactly nobody has said
    if said.endswith("paar") or said.startswith(("einig", "wenig", "mehrer")):
        return None, False
    number = int(said) if said.isdigit() else _NUMBERS.get(said, 1)
    if unit in _DAYS_OF:
        return reference + timedelta(days=number * _DAYS_OF[unit]), False
    return _months_later(reference, number * _MONTHS_OF[unit]), False


def this_or_next(match: Match, reference: date) -> Reading:
    """Read „nächste Woche“, „diesen Monat“, „nächstes Jahr“ as the last day of it."""
    which = match["which"].lower()
    ahead = 0 if which.startswith(("dies", "laufend")) else 2 if which.startswith("über") else 1
    unit = match["unit"].lower()
    if unit.startswith("woche"):
        return reference + timedelta(days=6 - reference.weekday() + 7 * ahead), False
    if unit.startswith("monat"):
        day = _months_later(reference.replace(day=1), ahead)
        return month_end(day.year, day.month), False
    if unit.startswith("jahr"):
        return date(reference.year + ahead, 12, 31), False
    return None, False


def weekday(match: Match, reference: date) -> Reading:
    """Read „bis Freitag“ as the next such day."""
    ahead = (_WEEKDAYS.index(match["weekday"].lower()[:2]) - reference.weekday()) % 7
    return reference + timedelta(days=ahead or 7), False


def feast(match: Match, reference: date) -> Reading:
    """Read a feast of fixed date; movable ones have no day here."""
    month_day = _FEASTS.get(match["feast"].lower())
    if month_day is None:
        return None, False
    if match["year"]:
        return date(int(match["year"]), *month_day), True
    day = date(reference.year, *month_day)
    return (day if day >= reference else date(reference.year + 1, *month_day)), False


def month_end(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def _full_year(written: str) -> int:
    return int(written) if len(written) == 4 else 2000 + int(written)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = month_end(year, month + 1)
    return last.replace(day=min(day.day, last.day))


def _month_number(name: str) -> int:
    start = {"mrz": "mär", "mae": "mär", "jän": "jan"}.get(name[:3].lower(), name[:3].lower())
    return _MONTH_STARTS.index(start) + 1
