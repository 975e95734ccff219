"""What is due when, for those who look after cases: of forms that came, and of those awaited."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias  # records have the shape of the JSON contract

from formservice.application.casework import CasePage
from formservice.application.due import (
    Period,
    begun_due,
    counted,
    due_of,
    is_counted,
    participation_forms,
)
from formservice.application.goals import GoalDue, plan_forms
from formservice.application.known_forms import form_read
from formservice.application.ports import Forms
from formservice.application.ports_store import Author, Kept
from formservice.application.report import deadline_data
from formservice.domain.case import DECIDED, HANDED_IN, Role, State
from formservice.domain.deadlines import SLIP, Deadline, longest
from formservice.domain.form import DeadlineRule, FormRef
from formservice.domain.frist import Calendar, next_open_day

# How long nobody gives up a form that is late; and how far a list looks ahead.
_BACK, _AHEAD = timedelta(days=183), timedelta(days=60)


@dataclass(frozen=True, slots=True)
class TermOf:
    """A deadline of a document, with whose it is, and whether somebody answers for missing it."""

    document: str
    form: str | None
    edition: str | None
    key: str
    start: date | None
    due: date
    met: bool | None
    state: State
    case: str | None
    person: str
    massnahme: str
    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form of a participation that nobody has decided about yet.

    ``starts`` are the days from which its deadlines are counted, by their keys.
    """

    document: str
    form: str
    edition: str
    received: date
    state: State
    case: str
    person: str
    massnahme: str
    period: Period
    starts: Mapping[str, date | None]


@dataclass(frozen=True, slots=True)
class Awaited:
    """A participation of which no form has come yet."""

    case: str
    participation: str
    person: str
    massnahme: str
    begins: date | None
    ends: date


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that is due on a day. ``why`` are German sentences; ``met`` None is still open.

    ``id`` is the same each time it is asked for. ``is_done`` says that nobody has to do anything
    about it any more, ``is_answered`` that somebody answers for its being late. ``number`` is what
    the office's people call the case, if they do.
    """

    id: str
    day: date
    title: str
    met: bool | None
    why: tuple[str, ...]
    case: str | None
    document: str | None
    participation: str | None
    person: str
    massnahme: str
    is_done: bool
    number: str = ""
    is_answered: bool = False

    def is_late(self, today: date) -> bool:
        """Whether it was due and is not done."""
        return not self.is_done and (self.met is False or (self.met is None and self.day < today))


Feed: TypeAlias = Callable[[Sequence[Entry], str, str], bytes]
"""Makes a calendar for other programs of entries: what it is called, and where pages are."""


class Terms(Protocol):
    """Reads what is due; an IFK is told of its own cases, a Träger of its own participants."""

    def of_documents(self, viewer: Author, first: date, last: date) -> Sequence[TermOf]:
        """Return deadlines of documents that end between two days; one query."""

    def open_forms(
        self, viewer: Author, forms: Collection[str], first: date, last: date
    ) -> Sequence[OpenForm]:
        """Return open documents of these forms whose participations end between two days."""

    def readings(
        self, documents: Sequence[str], viewer: Author
    ) -> Mapping[str, Mapping[str, Any]]:
        """Return the newest records of so many documents."""

    def numbers(self, viewer: Author, cases: Sequence[str]) -> Mapping[str, str]:
        """Return what the office's people call cases of theirs, by their ids."""

    def period(self, viewer: Author, document: str) -> Period | None:
        """Return the participation of a document, None if it belongs to none."""

    def awaited(
        self, viewer: Author, forms: Collection[str], first: date, last: date
    ) -> Sequence[Awaited]:
        """Return participations that end between two days, and none of these forms has come.

        One query.
        """

    def begun(
        self, viewer: Author, forms: Collection[str], participations: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        """Return the newest records of forms that a Träger has begun, by participation.

        Nothing to anybody else: what is not handed in only its Träger sees.
        """

    def reviews(
        self, viewer: Author, forms: Collection[str], first: date, last: date
    ) -> Sequence[GoalDue]:
        """Return goals of the newest of these forms that are looked at between two days.

        One query, of open cases, which opens no record; none to a Träger.
        """


class DueDates:
    """The use case „calendar of deadlines“."""

    def __init__(
        self, terms: Terms, forms: Forms, calendar: Calendar, today: Callable[[], date]
    ) -> None:
        """Keep what knows deadlines, all definitions, the closed days and the day."""
        self._terms = terms
        self._forms = forms
        self._calendar = calendar
        self._today = today

    def open(self, viewer: Author) -> Sequence[Entry]:
        """Return what is late or due soon, the earliest first; nothing that is done."""
        today = self._today()
        found = self.between(viewer, today - _BACK, today + _AHEAD)
        return [one for one in found if not one.is_done]

    def between(self, viewer: Author, first: date, last: date) -> Sequence[Entry]:
        """Return all that is due between two days, the earliest first."""
        found = [
            *self._of_documents(viewer, first, last),
            *self._awaited(viewer, first, last),
            *self._reviews(viewer, first, last),
        ]
        cases = sorted({one.case for one in found if one.case is not None})
        numbers = self._terms.numbers(viewer, cases) if cases else {}
        told = [replace(one, number=numbers.get(one.case or "", "")) for one in found]
        return sorted(told, key=lambda one: (one.day, one.person, one.title, one.id))

    def awaited_for(self, case: CasePage) -> Sequence[Entry]:
        """Return what is due for a case of which no form has come yet."""
        forms = participation_forms(self._forms)
        came = {one.participation for one in case.documents if one.form in forms}
        person = f"{case.person.vorname} {case.person.name}"
        awaited = [
            Awaited(case.id, one.id, person, one.massnahme_name, one.von, one.bis)
            for one in case.parts
            if one.bis is not None and one.id not in came
        ]
        today = self._today()
        return list(self._expected(awaited, today - _BACK, date.max))

    def of(
        self, viewer: Author, kept: Kept, reading: Mapping[str, Any]
    ) -> Sequence[Mapping[str, Any]]:
        """Return the deadlines of a document; of one nobody has decided about none is missing.

        Where its form says no day that can be meant, they are counted from its participation.
        """
        told: Sequence[Mapping[str, Any]] = reading.get("deadlines") or ()
        if kept.form is None or kept.state in DECIDED:
            return told
        definition = self._forms.find(FormRef(kept.form, str(kept.edition)))
        if definition is None or definition.participation is None:
            return told
        period = self._terms.period(viewer, kept.id)
        if period is None:
            return told
        starts = {one["key"]: date.fromisoformat(one["start"]) for one in told}
        if is_counted(definition, starts, period):
            return told
        found = counted(definition, reading, kept.received, period, self._calendar)
        return [deadline_data(one) for one in found] or told

    def closed(self, first: date, last: date) -> Mapping[date, str]:
        """Return the closed days from ``first`` to ``last``, with the names of holidays."""
        days = (last - first).days + 1
        every = [first + timedelta(days=number) for number in range(days)]
        return {
            day: self._calendar.holiday(day) or ""
            for day in every
            if next_open_day(day, self._calendar)[0] != day
        }

    def _of_documents(self, viewer: Author, first: date, last: date) -> Iterator[Entry]:
        """Yield deadlines of documents, also those that a slip of the pen would hide."""
        # A form may say a day of its own, in reach of the end of its participation.
        forms, back = list(participation_forms(self._forms)), SLIP + self._longest()
        came = self._terms.open_forms(viewer, forms, first - back, last)
        odd = {one.document: one for one in came if not self._is_counted(one)}
        terms = self._terms.of_documents(viewer, first, last)
        kept = [one for one in terms if one.document not in odd]
        unclear = [one.document for one in kept if len(self._rules(one)) > 1]
        asked = sorted({*odd, *unclear})
        readings = self._terms.readings(asked, viewer) if asked else {}
        for one in kept:
            yield _entry(viewer, one, *self._told(one, readings.get(one.document, {})))
        for form in odd.values():
            for term, due in self._counted(form, readings.get(form.document, {})):
                if first <= due.due <= last:
                    yield _entry(viewer, term, due.title, due.why)

    def _counted(
        self, one: OpenForm, reading: Mapping[str, Any]
    ) -> Iterator[tuple[TermOf, Deadline]]:
        definition = self._forms.find(FormRef(one.form, one.edition))
        if definition is None:
            return
        for due in counted(definition, reading, one.received, one.period, self._calendar):
            term = TermOf(
                one.document,
                one.form,
                one.edition,
                due.key,
                due.start,
                due.due,
                due.met,
                one.state,
                one.case,
                one.person,
                one.massnahme,
            )
            yield term, due

    def _is_counted(self, one: OpenForm) -> bool:
        definition = self._forms.find(FormRef(one.form, one.edition))
        return definition is None or is_counted(definition, one.starts, one.period)

    def _told(self, one: TermOf, reading: Mapping[str, Any]) -> tuple[str, Sequence[str]]:
        """Return what a deadline is called, and its reasons.

        Where one key stands for several rules, the record says which of them it was.
        """
        titles = [
            due.get("title") for due in reading.get("deadlines") or () if due.get("key") == one.key
        ]
        rules = self._rules(one)
        rule = next((rule for rule in rules if rule.title in titles), next(iter(rules), None))
        begun = "" if one.start is None else f"Gerechnet ab {one.start:%d.%m.%Y}."
        why = tuple(part for part in ("" if rule is None else f"{rule.basis}.", begun) if part)
        return one.key if rule is None else rule.title, why

    def _awaited(self, viewer: Author, first: date, last: date) -> Iterator[Entry]:
        forms = list(participation_forms(self._forms))
        # A form that is begun may say a day of its own, in reach of the end of its participation.
        slip = SLIP if viewer.role is Role.TRAEGER else timedelta(0)
        awaited = self._terms.awaited(viewer, forms, first - slip - self._longest(), last + slip)
        parts = [one.participation for one in awaited]
        begun = self._terms.begun(viewer, forms, parts) if parts else {}
        yield from self._expected(awaited, first, last, begun)

    def _expected(
        self,
        awaited: Sequence[Awaited],
        first: date,
        last: date,
        begun: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    ) -> Iterator[Entry]:
        definition = next(iter(participation_forms(self._forms).values()), None)
        told = None if definition is None else definition.participation
        if definition is None or told is None:
            return
        for one in awaited:
            period = Period(one.begins, one.ends)
            reading = begun.get(one.participation, {})
            form = form_read(reading, self._forms)
            if form is None:
                due = due_of(definition, told.usual, period, self._today(), self._calendar)
            else:
                _, due = begun_due(form, reading, period, self._today(), self._calendar)
            for what in due:
                if what.due is None or not first <= what.due <= last:
                    continue
                guessed = [f"Angenommen: „{name}“ am letzten Tag." for name in what.assumed]
                yield Entry(
                    f"{one.participation}-{what.key}",
                    what.due,
                    what.title,
                    what.met,
                    (f"{what.basis}.", *what.why, *guessed),
                    one.case,
                    None,
                    one.participation,
                    one.person,
                    one.massnahme,
                    is_done=what.met is not None,
                )

    def _reviews(self, viewer: Author, first: date, last: date) -> Iterator[Entry]:
        """Yield the days on which goals are looked at again, as the newest plans say."""
        plans = plan_forms(self._forms)
        for goal in self._terms.reviews(viewer, list(plans), first, last):
            said = (
                f"So steht es bei Ziel {goal.number} im {plans[goal.form].title}"
                f" vom {goal.received:%d.%m.%Y}."
            )
            yield Entry(
                f"{goal.case}-ziel-{goal.number}",
                goal.review,
                f"Wiedervorlage von Ziel {goal.number}",
                None,
                (said,),
                goal.case,
                goal.document,
                None,
                goal.person,
                "",
                is_done=not goal.is_open,
            )

    def _rules(self, one: TermOf) -> Sequence[DeadlineRule]:
        if one.form is None or one.edition is None:
            return ()
        definition = self._forms.find(FormRef(one.form, one.edition))
        rules = () if definition is None else definition.deadlines
        return [rule for rule in rules if rule.key == one.key]

    def _longest(self) -> timedelta:
        """Return how long after the end of a participation something of it may still be due."""
        editions = [one for one in self._forms if one.participation is not None]
        return longest(rule for one in editions for rule in one.deadlines)


def _entry(viewer: Author, one: TermOf, title: str, why: Sequence[str]) -> Entry:
    """Return what is due; a Träger can do nothing about what it has handed in.

    Nor about a day that a returned form was late for: it can only send it again.
    """
    is_handed_in = one.state in HANDED_IN or one.met is not None
    is_handed_in = viewer.role is Role.TRAEGER and is_handed_in
    return Entry(
        f"{one.document}-{one.key}",
        one.due,
        title,
        one.met,
        tuple(why),
        one.case,
        one.document,
        None,
        one.person,
        one.massnahme,
        is_done=one.met is True or one.state in DECIDED or is_handed_in or one.is_answered,
        is_answered=one.is_answered,
    )
