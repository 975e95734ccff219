"""Calendars for tests of the domain: as small as the test needs, no library."""

from collections.abc import Mapping
from datetime import date

from formservice.domain.frist import Calendar


class FewDays:
    """A calendar that knows the days it is given and nothing else."""

    land = "Niedersachsen"
    source = "Probe"

    def __init__(self, days: Mapping[date, str] | None = None) -> None:
        self._days = days or {}

    def holiday(self, day: date) -> str | None:
        return self._days.get(day)


EASTER_2026 = {
    date(2026, 4, 3): "Karfreitag",
    date(2026, 4, 6): "Ostermontag",
    date(2026, 5, 1): "Erster Mai",
}


def few_days(days: Mapping[date, str] | None = None) -> Calendar:
    return FewDays(EASTER_2026 if days is None else days)
