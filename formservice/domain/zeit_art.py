"""What a time expression can be, and what a pattern of one is."""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from formservice.domain.zeit_lesen import Match, Reading, no_day


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


# Letters, digits, dots and slashes beside a numeric date make it something else: a telephone
# number, a price, a version, an address, a time of day.
APART = r"(?<![\w./,:+-])(?<!\d )(?<!§ )(?<!version )(?<!nr\. )(?<!kapitel )(?<!punkt )(?<!raum )"
NO_MORE = r"(?![\d/]|[.,:-]\d| ?(?:%|€|euro\b|eur\b|uhr\b|h\b))"
NO_AMOUNT = (
    r"(?! ?(?:€|euro|eur\b|stunden|std|km|meter|m\b|qm|m²|kg|mal\b|personen|menschen|seiten"
    r"|wörter|zeichen|brutto|netto|schritte|punkte|mark|dollar))"
)


def muster(
    kind: Zeit,
    source: str,
    read: Callable[[Match, date], Reading] = no_day,
    *,
    cues: str = "",
    digits: bool = False,
) -> Muster:
    """Return a pattern that ignores case; ``cues`` stand apart by „|“."""
    pattern = re.compile(source, re.IGNORECASE)
    return Muster(kind, pattern, read, tuple(cues.split("|")) if cues else (), digits)
