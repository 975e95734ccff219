"""Days of the demo, counted from the day on which it is made: so nothing in it grows old."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = re.compile(r"@(-?\d+)")
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Days:
    """Counts from ``first``."""

    first: date

    def at(self, days: int) -> date:
        """Return the day so many days after the first."""
        return self.first + timedelta(days)

    def at_work(self, days: int) -> date:
        """Return that day, or the Friday before it: the post comes on working days."""
        day = self.at(days)
        return day - timedelta(max(0, day.weekday() - _SATURDAY + 1))

    def within(self, value: object) -> object:
        """Return a value of the file of the demo with its days in place of „@-12“.

        Alone it is a date; inside a text the day as people write it.
        """
        if isinstance(value, Mapping):
            return {key: self.within(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.within(one) for one in value]
        if not isinstance(value, str):
            return value
        if alone := _DAY.fullmatch(value):
            return self.at(int(alone[1])).isoformat()
        return _DAY.sub(lambda found: f"{self.at(int(found[1])):%d.%m.%Y}", value)
