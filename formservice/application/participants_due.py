"""Who takes part in a Träger's Maßnahmen, and what is due for them when, with the reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeAlias  # records have the shape of the JSON contract

from formservice.application.due import (
    Due,
    Period,
    begun_due,
    due_of,
    participation_forms,
)
from formservice.application.known_forms import form_read
from formservice.application.ports import Forms
from formservice.application.ports_portal import Came, Participant, PortalLists
from formservice.application.ports_store import Author
from formservice.domain.case import DECIDED, State
from formservice.domain.form import FormDefinition
from formservice.domain.frist import Calendar

# Half a year after the end nobody waits for a form any more; older ones stand among the documents.
_STILL_DAYS = 183
_AT_ONCE = 500


Readings: TypeAlias = Callable[[Sequence[str], Author], Mapping[str, Mapping[str, Any]]]
"""Returns the newest records of documents that somebody may see."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One way a participation may end, and what is due then.

    ``is_over`` says that by the days known of the participation it can hardly come any more.
    """

    key: str
    name: str
    due: Sequence[Due]
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """A participant with what is due: first what is next if nothing unforeseen happens.

    Of a form that is begun its own occasion stands first, counted from what it says. ``next`` is
    what is due next or overdue longest, None when its form came or nobody knows the end. ``days``
    is how many are left, negative when it is late. ``came`` is the form of this participation.
    """

    who: Participant
    occasions: Sequence[Occasion]
    came: Came | None
    next: Due | None
    days: int | None

    @property
    def is_late(self) -> bool:
        """Whether the form should have been there."""
        return self.days is not None and self.days < 0

    @property
    def is_made_late(self) -> bool:
        """Whether the form is begun, and says that it was made late."""
        usual = self.occasions[0].due if self.occasions else ()
        return any(one.met is False for one in usual)

    @property
    def is_in_preparation(self) -> bool:
        """Whether a form for it is begun and not handed in."""
        return self.came is not None and self.came.state is State.PREPARING

    @property
    def is_returned(self) -> bool:
        """Whether the office has given it back to be completed."""
        return self.came is not None and self.came.state is State.RETURNED


class Mine:
    """The use case „my participants“."""

    def __init__(
        self,
        lists: PortalLists,
        readings: Readings,
        forms: Forms,
        calendar: Calendar,
        today: Callable[[], date],
    ) -> None:
        """Keep where participants and records are known, and what tells the rules and the day."""
        self._lists = lists
        self._readings = readings
        self._forms = forms
        self._calendar = calendar
        self._today = today

    def __call__(self, viewer: Author) -> Sequence[Expected]:
        """Return participants: given back first, then late or due next, what is done last."""
        since = self._today() - timedelta(days=_STILL_DAYS)
        return sorted(self._all(self._lists.participants(viewer, since), viewer), key=_urgent)

    def one(self, participation: str, viewer: Author) -> Expected:
        """Return one participant; NotFoundError for one of another Träger."""
        (found,) = self._all([self._lists.participant(participation, viewer)], viewer)
        return found

    def _all(self, people: Sequence[Participant], viewer: Author) -> Sequence[Expected]:
        forms = participation_forms(self._forms)
        found = [(who, _latest([one for one in who.came if one.form in forms])) for who in people]
        begun = [one.document for _, one in found if one and one.state is State.PREPARING]
        readings: dict[str, Mapping[str, Any]] = {}
        for first in range(0, len(begun), _AT_ONCE):
            readings |= self._readings(begun[first : first + _AT_ONCE], viewer)
        return [
            self._expected(who, came, readings.get(came.document) if came else None)
            for who, came in found
        ]

    def _expected(
        self, who: Participant, came: Came | None, reading: Mapping[str, Any] | None
    ) -> Expected:
        forms, today = participation_forms(self._forms), self._today()
        occasions = self._occasions(next(iter(forms.values()), None), who, today)
        if reading is not None:
            occasions = self._begun(occasions, who, reading)
        is_done = came is not None and came.state is not State.PREPARING
        following = None if is_done or not occasions else _next(occasions[0].due)
        days = None if following is None or following.due is None else (following.due - today).days
        return Expected(who, occasions, came, following, days)

    def _occasions(
        self, definition: FormDefinition | None, who: Participant, today: date
    ) -> Sequence[Occasion]:
        told = None if definition is None else definition.participation
        if definition is None or told is None:
            return ()
        labels = {one.key: one.label for one in definition.field(told.occasion).options}
        names, period = {**labels, **told.names}, Period(who.begins, who.ends)
        found = []
        for key in told.occasions:
            due = due_of(definition, key, period, today, self._calendar)
            # An end that is past may be that of breaking off: that occasion is never over.
            is_over = key == told.never_begun and _is_past(due, today)
            found.append(Occasion(key, names[key], due, is_over))
        return found

    def _begun(
        self, usual: Sequence[Occasion], who: Participant, reading: Mapping[str, Any]
    ) -> Sequence[Occasion]:
        """Return the occasions, that of a form that is begun first and as it says."""
        definition = form_read(reading, self._forms)
        if definition is None:
            return usual
        period = Period(who.begins, who.ends)
        key, due = begun_due(definition, reading, period, self._today(), self._calendar)
        own = [replace(one, due=due, is_over=False) for one in usual if one.key == key]
        return [*own, *(one for one in usual if one.key != key)]


def _is_past(due: Sequence[Due], today: date) -> bool:
    """Say whether all that would be due was due before today: nobody waits for it any more."""
    return all(one.due is not None and one.due < today for one in due)


def _latest(came: Sequence[Came]) -> Came | None:
    """Return the form that says most of where it stands: handed in before begun."""
    decided = [one for one in came if one.state in DECIDED]
    sent = [one for one in came if one.state is not State.PREPARING]
    return next(iter([*decided, *sent, *came]), None)


def _next(due: Sequence[Due]) -> Due | None:
    """Return what is overdue longest or to be done next, nothing that a form begun has settled."""
    return next((one for one in due if one.due is not None and one.met is None), None)


def _urgent(one: Expected) -> tuple[int, int, str, str]:
    """Return what sorts what was given back first, and then what is late or due next."""
    if one.is_returned:
        return -1, 0, one.who.name, one.who.vorname
    is_done = one.next is None and one.came is not None
    group = 2 if is_done else 0 if one.days is not None else 1
    return group, one.days or 0, one.who.name, one.who.vorname
