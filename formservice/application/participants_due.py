"""Who takes part in a Träger's Maßnahmen, and what is due for them when, with the reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from formservice.application.due import Due, Period, due_of, participation_forms
from formservice.application.ports import Forms
from formservice.application.ports_portal import Came, Participant, PortalLists
from formservice.application.ports_store import Author
from formservice.domain.case import DECIDED, State
from formservice.domain.form import FormDefinition
from formservice.domain.frist import Calendar

# Half a year after the end nobody waits for a form any more; older ones stand among the documents.
_STILL_DAYS = 183


@dataclass(frozen=True, slots=True)
class Occasion:
    """One way a participation may end, and what is due then."""

    key: str
    name: str
    due: Sequence[Due]


@dataclass(frozen=True, slots=True)
class Expected:
    """A participant with what is due: first what is next if nothing unforeseen happens.

    ``next`` is the next thing due, None when its form came or nobody knows the end. ``days`` is
    how many are left, negative when it is late. ``came`` is the form of this participation.
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
        self, lists: PortalLists, forms: Forms, calendar: Calendar, today: Callable[[], date]
    ) -> None:
        """Keep where participants are known, and what tells the rules and the day."""
        self._lists = lists
        self._forms = forms
        self._calendar = calendar
        self._today = today

    def __call__(self, viewer: Author) -> Sequence[Expected]:
        """Return participants: given back first, then late or due next, what is done last."""
        since = self._today() - timedelta(days=_STILL_DAYS)
        found = [self._expected(one) for one in self._lists.participants(viewer, since)]
        return sorted(found, key=_urgent)

    def one(self, participation: str, viewer: Author) -> Expected:
        """Return one participant; NotFoundError for one of another Träger."""
        return self._expected(self._lists.participant(participation, viewer))

    def _expected(self, who: Participant) -> Expected:
        forms, today = participation_forms(self._forms), self._today()
        occasions = self._occasions(next(iter(forms.values()), None), who, today)
        came = _latest([one for one in who.came if one.form in forms])
        is_done = came is not None and came.state is not State.PREPARING
        following = None if is_done or not occasions else _next(occasions[0].due, today)
        days = None if following is None or following.due is None else (following.due - today).days
        return Expected(who, occasions, came, following, days)

    def _occasions(
        self, definition: FormDefinition | None, who: Participant, today: date
    ) -> Sequence[Occasion]:
        told = None if definition is None else definition.participation
        if definition is None or told is None:
            return ()
        names = {one.key: one.label for one in definition.field(told.occasion).options}
        period = Period(who.begins, who.ends)
        return [
            Occasion(key, names[key], due_of(definition, key, period, today, self._calendar))
            for key in told.occasions
        ]


def _latest(came: Sequence[Came]) -> Came | None:
    """Return the form that says most of where it stands: handed in before begun."""
    decided = [one for one in came if one.state in DECIDED]
    sent = [one for one in came if one.state is not State.PREPARING]
    return next(iter([*decided, *sent, *came]), None)


def _next(due: Sequence[Due], today: date) -> Due | None:
    """Return what is to be done next: what is over can only be met by the form itself."""
    open_ = [one for one in due if one.due is not None and one.due >= today]
    still = open_ or [one for one in due if one.by_receipt]
    return next(iter(still), None)


def _urgent(one: Expected) -> tuple[int, int, str, str]:
    """Return what sorts what was given back first, and then what is late or due next."""
    if one.is_returned:
        return -1, 0, one.who.name, one.who.vorname
    is_done = one.next is None and one.came is not None
    group = 2 if is_done else 0 if one.days is not None else 1
    return group, one.days or 0, one.who.name, one.who.vorname
