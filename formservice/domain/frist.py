"""Periods of German law: from an event to the last day, with the reasons in words.

§§ 186-193 BGB and § 26 SGB X. Nothing here knows a form. A calendar is handed in; which one is
decided by the seat of the receiving authority, not by where the person or the provider sits.
"""

import calendar as gregorian
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from formservice.domain.errors import InvalidDataError, Problem

_WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
_SATURDAY = 5
_SUNDAY = 6
_SHIFT = "§ 26 Abs. 3 SGB X, § 193 BGB"
# § 37 Abs. 2 SGB X: the fourth day since 1 January 2025, before that the third.
_FOURTH_DAY_SINCE = date(2025, 1, 1)
# Civil courts treat about two weeks as the outer limit of „unverzüglich“ (§ 121 BGB).
_PROMPT_LIMIT = timedelta(days=14)

OFFICE_TIME = ZoneInfo("Europe/Berlin")
"""The day of an office, and so of every deadline, begins and ends by this clock."""


class Calendar(Protocol):
    """Which days are closed where the receiving authority sits."""

    @property
    def land(self) -> str:
        """The name of the Land, for sentences („Niedersachsen“)."""

    @property
    def source(self) -> str:
        """Where the days come from, with version, Land and extra days: kept with each result."""

    def holiday(self, day: date) -> str | None:
        """Return the German name of the statutory or local holiday, None on other days."""


class Art(StrEnum):
    """What kind of period it is."""

    EREIGNIS = "ereignis"  # the day of the event does not count, § 187 Abs. 1 BGB
    BEGINN = "beginn"  # the first day counts, § 187 Abs. 2 BGB
    TERMIN = "termin"  # an appointment: stands on any day, § 26 Abs. 5 SGB X
    DATUM = "datum"  # due on a day that was named
    ZEITRAUM = "zeitraum"  # a benefit period: ends on its last day, § 26 Abs. 4 SGB X
    STUNDEN = "stunden"  # closed days count, § 26 Abs. 6 SGB X
    UNBESTIMMT = "unbestimmt"  # „sofort“ (menge 0), „unverzüglich“: never a date


class Einheit(StrEnum):
    """What is counted."""

    TAGE = "tage"
    WOCHEN = "wochen"
    MONATE = "monate"
    JAHRE = "jahre"
    ARBEITSTAGE = "arbeitstage"  # Monday to Friday without holidays
    WERKTAGE = "werktage"  # Monday to Saturday without holidays
    STUNDEN = "stunden"


@dataclass(frozen=True, slots=True)
class Frist:
    """A period before it is applied to an event.

    For UNBESTIMMT the amount is the guide value after which to remind, 0 for „sofort“.
    ``verschiebung`` is False where a named day was given with reference to § 26 Abs. 3 Satz 2
    SGB X, or where the law shifts nothing. ``rechtspruefung`` marks a reading not yet confirmed.
    """

    art: Art
    menge: int = 0
    einheit: Einheit = Einheit.TAGE
    verschiebung: bool = True
    rechtsgrundlage: str = ""
    rechtspruefung: bool = False

    def __post_init__(self) -> None:
        """Refuse a negative amount, and hours in anything but a period of hours."""
        if self.menge < 0:
            raise ValueError("a period cannot be negative")
        if (self.art is Art.STUNDEN) is not (self.einheit is Einheit.STUNDEN):
            raise ValueError("hours and periods of hours go together")


@dataclass(frozen=True, slots=True)
class Ergebnis:
    """When a period ends, and why.

    ``rohes_ende`` is the end before closed days are looked at; both ends are None where the law
    names no day, and moments for appointments and hours. ``erinnerung`` and ``obergrenze`` are
    reminders for people, never a legal end. ``kalender`` is the source of the calendar used.
    """

    rohes_ende: date | datetime | None
    ende: date | datetime | None
    begruendung: tuple[str, ...]
    erinnerung: date | None = None
    obergrenze: date | None = None
    rechtspruefung: bool = False
    kalender: str = ""

    @property
    def verschoben_um(self) -> int:
        """By how many days closed days moved the end."""
        if self.ende is None or self.rohes_ende is None:
            return 0
        return (self.ende - self.rohes_ende).days


def office_day(moment: date | datetime) -> date:
    """Return the calendar day in Berlin; a moment without time zone is refused."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(OFFICE_TIME).date()


def in_time(ende: date | datetime, receipt: date | datetime) -> bool:
    """Whether ``receipt`` is in time: a day ends at midnight in Berlin, opening hours or not."""
    if isinstance(ende, datetime):
        if isinstance(receipt, datetime):
            return receipt <= ende
        return receipt <= office_day(ende)
    return office_day(receipt) <= ende


def shown(day: date) -> str:
    """Return the day as it stands in sentences: ``Mo 03.11.2025``."""
    return f"{_WEEKDAYS[day.weekday()]} {_plain(day)}"


def _plain(day: date) -> str:
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


def frist_ende(
    frist: Frist,
    ausloeser: date | datetime,
    calendar: Calendar,
    geschlossen: Collection[date] = (),
) -> Ergebnis:
    """Return when ``frist`` ends if its clock starts with ``ausloeser``.

    ``geschlossen`` are days on which the office is closed by its own decision; they do not count
    as Arbeitstage and never move a legal end. Raises OverflowError beyond the year 9999.
    """
    match frist.art:
        case Art.STUNDEN:
            return _hours(frist, ausloeser, calendar)
        case Art.TERMIN:
            return _appointment(frist, ausloeser, calendar)
        case Art.UNBESTIMMT:
            return _open_ended(frist, office_day(ausloeser), calendar, geschlossen)
        case Art.DATUM:
            return _finished(frist, office_day(ausloeser), (), calendar)
        case Art.EREIGNIS | Art.BEGINN | Art.ZEITRAUM:
            return _counted(frist, office_day(ausloeser), calendar, geschlossen)


def next_open_day(day: date, calendar: Calendar) -> tuple[date, tuple[str, ...]]:
    """Return the first open day from ``day`` on, and a reason for each closed day before it."""
    reasons: list[str] = []
    while (reason := _closed(day, calendar)) is not None:
        reasons.append(reason)
        day += timedelta(days=1)
    return day, tuple(reasons)


def posting_fiction(posted: date, calendar: Calendar) -> Ergebnis:
    """Return the day on which a letter posted on ``posted`` counts as received.

    § 37 Abs. 2 SGB X; the day stays where it is, closed or not (BSG, B 14 AS 12/09 R).
    """
    days = 4 if posted >= _FOURTH_DAY_SINCE else 3
    day = posted + timedelta(days=days)
    word = "vierten" if days == 4 else "dritten"
    why: tuple[str, ...] = (
        f"Zur Post gegeben am {shown(posted)}; gilt am {word} Tag danach, {shown(day)}, als "
        "bekannt gegeben (§ 37 Abs. 2 SGB X).",
    )
    if (reason := _closed(day, calendar)) is not None:
        why += (f"{reason}; dieser Tag verschiebt sich trotzdem nicht.",)
    return Ergebnis(day, day, why, kalender=calendar.source)


def extended(until: date | None, calendar: Calendar) -> Ergebnis:
    """Return the end of an extended period, which has to be named as a day.

    InvalidDataError without one: whether „one more week“ starts at the unshifted or at the
    shifted end is disputed, and both answers are defended.
    """
    if until is None:
        raise InvalidDataError(
            "Die Verlängerung nennt keinen Tag.",
            [Problem("verlaengerung", "Es fehlt der Tag, bis zu dem verlängert wird.")],
            "Bitte das neue Fristende als Datum angeben, nicht als Zahl von Tagen oder Wochen.",
        )
    why = (f"Verlängert bis zum {shown(until)} (§ 26 Abs. 7 SGB X).",)
    return _finished(Frist(Art.DATUM), until, why, calendar)


def reminder_before(
    ende: date, days: int, calendar: Calendar, geschlossen: Collection[date] = ()
) -> date:
    """Return the day ``days`` Arbeitstage before a legal end: a reminder, nothing legal."""
    return _stepped(ende, days, timedelta(days=-1), _worked(calendar, geschlossen, _SATURDAY))


def _closed(day: date, calendar: Calendar) -> str | None:
    """Return why nothing can fall due on ``day``, None on an open day."""
    name = calendar.holiday(day)
    if name is not None:
        place = f" in {calendar.land}" if calendar.land else ""
        return f"{_plain(day)} ist{place} {name}"
    if day.weekday() == _SATURDAY:
        return f"{_plain(day)} ist ein Samstag"
    if day.weekday() == _SUNDAY:
        return f"{_plain(day)} ist ein Sonntag"
    return None


def _worked(
    calendar: Calendar, geschlossen: Collection[date], first_day_off: int
) -> Callable[[date], bool]:
    def worked(day: date) -> bool:
        if day.weekday() >= first_day_off or day in geschlossen:
            return False
        return calendar.holiday(day) is None

    return worked


def _stepped(day: date, count: int, step: timedelta, counts: Callable[[date], bool]) -> date:
    while count > 0:
        day += step
        if counts(day):
            count -= 1
    return day


def _counted(
    frist: Frist, start: date, calendar: Calendar, geschlossen: Collection[date]
) -> Ergebnis:
    first_counts = frist.art is not Art.EREIGNIS
    match frist.einheit:
        case Einheit.ARBEITSTAGE | Einheit.WERKTAGE:
            off = _SATURDAY if frist.einheit is Einheit.ARBEITSTAGE else _SUNDAY
            before = start - timedelta(days=1) if first_counts else start
            worked = _worked(calendar, geschlossen, off)
            raw = _stepped(before, frist.menge, timedelta(days=1), worked)
        case Einheit.MONATE | Einheit.JAHRE:
            months = frist.menge * (12 if frist.einheit is Einheit.JAHRE else 1)
            raw = _months_later(start, months, first_counts)
        case _:
            days = frist.menge * (7 if frist.einheit is Einheit.WOCHEN else 1)
            raw = start + timedelta(days=days - 1 if first_counts else days)
    counted = (
        f"{shown(start)} zählt mit (§ 187 Abs. 2 BGB)"
        if first_counts
        else f"{shown(start)} ist der Tag des Ereignisses und zählt nicht mit (§ 187 Abs. 1 BGB)"
    )
    amount = _amount(frist.menge, frist.einheit)
    ends = "endet" if frist.menge == 1 else "enden"
    return _finished(frist, raw, (f"{counted}; {amount} {ends} am {shown(raw)}.",), calendar)


def _months_later(start: date, months: int, first_counts: bool) -> date:
    """Return the day of the same number, or the last day of a month too short for it.

    § 188 Abs. 2 and 3 BGB; where the first day counts the period ends the day before.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    month += 1
    if year > date.max.year:
        raise OverflowError("the period ends after the year 9999")
    last = gregorian.monthrange(year, month)[1]
    if start.day > last:
        return date(year, month, last)
    same = date(year, month, start.day)
    return same - timedelta(days=1) if first_counts else same


_NAMES: dict[Einheit, tuple[str, str]] = {
    Einheit.TAGE: ("Tag", "Tage"),
    Einheit.WOCHEN: ("Woche", "Wochen"),
    Einheit.MONATE: ("Monat", "Monate"),
    Einheit.JAHRE: ("Jahr", "Jahre"),
    Einheit.ARBEITSTAGE: ("Arbeitstag", "Arbeitstage"),
    Einheit.WERKTAGE: ("Werktag", "Werktage"),
    Einheit.STUNDEN: ("Stunde", "Stunden"),
}


def _amount(count: int, unit: Einheit) -> str:
    one, many = _NAMES[unit]
    return f"{count} {one if count == 1 else many}"


def _finished(frist: Frist, raw: date, why: tuple[str, ...], calendar: Calendar) -> Ergebnis:
    """Apply the shift to a counted or named end, and say what was done."""
    end, closed = next_open_day(raw, calendar)
    if not closed:
        end = raw
    elif frist.art is Art.ZEITRAUM:
        end = raw
        why += (f"{closed[0]}; ein Zeitraum endet trotzdem an diesem Tag (§ 26 Abs. 4 SGB X).",)
    elif not frist.verschiebung:
        end = raw
        why += (f"{closed[0]}; das Ende verschiebt sich hier nicht.",)
    else:
        why += (f"{', '.join(closed)}, daher {shown(end)} ({_SHIFT}).",)
    if frist.rechtsgrundlage:
        why = (f"{frist.rechtsgrundlage}.", *why)
    if frist.rechtspruefung:
        why += ("Diese Auslegung ist noch rechtlich zu prüfen.",)
    return Ergebnis(raw, end, why, rechtspruefung=frist.rechtspruefung, kalender=calendar.source)


def _hours(frist: Frist, start: date | datetime, calendar: Calendar) -> Ergebnis:
    if not isinstance(start, datetime) or start.tzinfo is None:
        raise ValueError("a period of hours starts at a moment with time zone")
    # In UTC, for an hour is an hour also in the night the clocks change.
    end = (start.astimezone(UTC) + timedelta(hours=frist.menge)).astimezone(OFFICE_TIME)
    why = (
        f"{_amount(frist.menge, Einheit.STUNDEN)} ab {shown(office_day(start))}; auch Samstage, "
        "Sonntage und Feiertage zählen (§ 26 Abs. 6 SGB X).",
    )
    return Ergebnis(end, end, why, kalender=calendar.source)


def _appointment(frist: Frist, at: date | datetime, calendar: Calendar) -> Ergebnis:
    why: tuple[str, ...] = ("Ein Termin gilt an jedem Tag (§ 26 Abs. 5 SGB X).",)
    if (reason := _closed(office_day(at), calendar)) is not None:
        why += (f"Bitte prüfen: {reason}.",)
    if frist.rechtsgrundlage:
        why = (f"{frist.rechtsgrundlage}.", *why)
    return Ergebnis(at, at, why, kalender=calendar.source)


def _open_ended(
    frist: Frist, start: date, calendar: Calendar, geschlossen: Collection[date]
) -> Ergebnis:
    """Return reminders only: nobody can be late against a word."""
    if frist.menge == 0:
        why = f"„Sofort“ nennt keinen Tag; die Aufgabe steht am {shown(start)} an."
        return Ergebnis(None, None, (why,), erinnerung=start, kalender=calendar.source)
    counted = _counted(
        Frist(Art.EREIGNIS, frist.menge, frist.einheit, verschiebung=False),
        start,
        calendar,
        geschlossen,
    )
    remind = office_day(counted.ende or start)
    why = (
        "„Unverzüglich“ heißt ohne schuldhaftes Zögern (§ 121 BGB) und nennt keinen Tag; "
        f"Richtwert {_amount(frist.menge, frist.einheit)}: {shown(remind)}."
    )
    return Ergebnis(
        None,
        None,
        (why,),
        erinnerung=remind,
        obergrenze=start + _PROMPT_LIMIT,
        kalender=calendar.source,
    )
