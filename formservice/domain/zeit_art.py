"""What a time expression can be, and what a pattern of one is."""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from formservice.domain.zeit_lesen import Match, Reading


class Zeit(StrEnum):
    """What kind of time expression it is."""

    DAY = "day"  # 12.10.2026, bis Freitag, Weihnachten
    MONTH = "month"  # Mai 2024, bis Ende März
    QUARTER = "quarter"  # 3. Quartal
    WEEK = "week"  # KW 20
    YEAR = "year"  # bis 2027, Ende des Jahres
    SEASON = "season"  # im Sommer, nach den Ferien
    SPAN = "span"  # in 3 Monaten, nächste Woche
    AT_ONCE = "at-once"  # sofort, so schnell wie möglich
    OCCASION = "occasion"  # bis Ende der Maßnahme, bis zur Prüfung


class Muster(NamedTuple):
    """A pattern, the kind it shows, and how a match of it is read.

    No text matches that has none of the ``cues`` in it (``zeit_muster.lowered``), or no digit
    where ``digits`` are needed: looking for these is a hundred times faster than the pattern.
    """

    kind: Zeit
    pattern: "re.Pattern[str]"
    read: Callable[[Match, date], Reading]
    cues: tuple[str, ...] = ()
    digits: bool = False
