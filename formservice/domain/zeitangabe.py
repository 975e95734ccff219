"""Time expressions in free German text („bis Ende März“, „in 3 Monaten“, „sofort“)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Zeitangabe:
    """One time expression. Draft; see ``find``."""

    raw: str
    day: date | None = None
    absolute: bool = False
    past: bool = False


def find(text: str, reference: date) -> tuple[Zeitangabe, ...]:
    """Return the time expressions of ``text`` in order."""
    return ()
