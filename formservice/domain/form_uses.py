"""Goals, Participation: what a form is for in the work of the office, as its definition says."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Goals:
    """Where a plan has its goals; all are keys, of fields or of options.

    ``group`` is what repeats. In it ``text`` has the words of a goal, ``state`` is the choice of
    how it stands and ``review`` the day on which it is looked at again. Without a tick the state
    is ``open``; nobody works on a goal any more in one of ``done``. ``written`` is the day of the
    plan, which is another one when the plan is carried on.
    """

    group: str
    text: str
    state: str
    open: str
    done: tuple[str, ...]
    review: str
    written: str

    def field(self, name: str, number: int) -> str:
        """Return the key of a field of the goal with that number, counted from 0."""
        return f"{self.group}[{number}].{name}"


@dataclass(frozen=True, slots=True)
class Participation:
    """What a Träger writes of a participation; all are keys, of fields or of options.

    ``occasion`` is the choice of why it is written, ``begins`` and ``ends`` the days from when to
    when somebody takes part. ``usual`` is the occasion if nothing unforeseen happens; the others
    are that somebody never begins, and that somebody breaks off. ``names`` are short names of
    options whose labels make sense on the form only.
    """

    occasion: str
    begins: str
    ends: str
    usual: str
    never_begun: str
    broken_off: str
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def occasions(self) -> tuple[str, str, str]:
        """All occasions, the usual one first."""
        return self.usual, self.never_begun, self.broken_off
