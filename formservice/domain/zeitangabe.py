"""Time expressions in free German text („bis Ende März“, „in 3 Monaten“, „KW 20“, „sofort“).

Answers to „bis wann?“ are meant. What only tells a story („seit 2015“) is found too, but marked
as past; durations without a beginning („4 Jahre gearbeitet“) are not found.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from formservice.domain.zeit_art import Muster, Zeit
from formservice.domain.zeit_lesen import Match
from formservice.domain.zeit_muster import possible


@dataclass(frozen=True, slots=True)
class Zeitangabe:
    """One time expression; ``raw`` is as in the text, with single blanks for all white space.

    ``day`` is the last day meant, where it can be told; ``absolute`` says that the text itself
    names the year, so that ``day`` does not depend on the reference day. ``past`` marks what
    tells of earlier times and answers no „bis wann?“.
    """

    kind: Zeit
    raw: str
    day: date | None = None
    absolute: bool = False
    past: bool = False


_PAST_BEFORE = re.compile(
    r"\b(?:seit|seitdem|geboren|geb\.?|geburtsdatum:?|damals|stand:?|letzte[nmrs]?"
    r"|vergangene[nmrs]?|vorige[nmrs]?)(?: (?:am|im|in|de[mnr]|ende|anfang|mitte|vom))? ?$",
    re.IGNORECASE,
)
_PAST_INSIDE = re.compile(r"(?:seit|vom?)\b", re.IGNORECASE)
_PAST_AFTER = re.compile(r" (?:letzten|vergangenen|vorigen) jahre?s", re.IGNORECASE)


class Zeittext:
    """A text in which the time expressions have been looked for, to be read for several days.

    Where they stand depends on the text alone; what day they mean, also on the reference day.
    """

    def __init__(self, text: str) -> None:
        """Look for time expressions in ``text``."""
        # Single blanks keep the patterns simple and their running time linear.
        self._text = " ".join(text.split())
        places = [
            (match.start(), -match.end(), muster, match)
            for muster in possible(self._text)
            for match in muster.pattern.finditer(self._text)
        ]
        # The longest of those that begin together first; the patterns' order decides the rest.
        self._places = sorted(places, key=lambda place: place[:2])

    def read(self, reference: date) -> Iterator[Zeitangabe]:
        """Yield the longest expression at each place; ``reference`` anchors relative ones."""
        end = 0
        for start, negative_stop, muster, match in self._places:
            if start >= end and (one := _read(muster, match, self._text, reference)) is not None:
                end = -negative_stop
                yield one


def find(text: str, reference: date) -> tuple[Zeitangabe, ...]:
    """Return the time expressions of ``text`` in order; ``reference`` anchors relative ones."""
    return tuple(Zeittext(text).read(reference))


def _read(muster: Muster, match: Match, text: str, reference: date) -> Zeitangabe | None:
    try:
        day, absolute = muster.read(match, reference)
    except (ValueError, OverflowError):
        return None  # 31.02., KW 60, year 10000
    return Zeitangabe(muster.kind, match[0], day, absolute, _is_past(text, match))


def _is_past(text: str, match: Match) -> bool:
    before = text[max(0, match.start() - 40) : match.start()]
    return bool(
        _PAST_BEFORE.search(before)
        or _PAST_INSIDE.match(match[0])
        or _PAST_AFTER.match(text, match.end())
    )
