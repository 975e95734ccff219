"""Compares a list of participants with what is known; nothing here writes.

The same comparison is shown first and followed later.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date

from formservice.application.participants import (
    Answers,
    Case,
    Change,
    Doubt,
    Known,
    Named,
    Participation,
    Person,
    Plan,
    Row,
    plain,
    shown,
)
from formservice.domain.errors import InvalidDataError, Problem
from formservice.domain.slips import slips_between


def planned(
    rows: Sequence[Row], known: Known, answers: Answers, new_id: Callable[[], str], day: date
) -> Plan:
    """Return what a list without contradictions would change, as of ``day``.

    Rows of people in doubt change nothing, until ``answers`` say who they are. Rows with the
    number of somebody hidden never do, whatever is answered.

    Raises:
        InvalidDataError: by the answers two numbers of the list would be one person.
    """
    comparing = _Comparing(rows, known, answers, new_id)
    for row in rows:
        comparing.take(row)
    comparing.look_for_gone(day)
    return comparing.plan


class _Comparing:
    """Takes row after row, and remembers what earlier rows made new."""

    def __init__(
        self, rows: Sequence[Row], known: Known, answers: Answers, new_id: Callable[[], str]
    ) -> None:
        self.plan = Plan()
        self._known = known
        self._answers = answers
        self._new_id = new_id
        self._by_number = {one.number: one for one in known.persons if one.number}
        self._by_name: dict[tuple[str, str], list[Person]] = defaultdict(list)
        for one in known.persons:
            self._by_name[plain(one.name), plain(one.vorname)].append(one)
        self._case_of = {one.person: one for one in known.cases}
        self._of_case: dict[tuple[str, str], list[Participation]] = defaultdict(list)
        for part in known.participations:
            self._of_case[part.case, part.massnahme].append(part)
        self._traeger = {plain(one.name): one for one in known.traeger}
        self._massnahmen = {(one.of, plain(one.name)): one for one in known.massnahmen}
        self._massnahme_numbers = {one.number: one for one in known.massnahmen if one.number}
        self._users = _users(known.users)
        self._hidden = frozenset(known.hidden)
        self._same: dict[str, Row] = {}
        self._named: set[str] = set()
        self._met: set[str] = set()
        self._times = Counter(map(_place, rows))
        self._listed = {row.number for row in rows}

    def take(self, row: Row) -> None:
        if row.number in self._hidden:
            self.plan.withheld.append(row.line)
            return
        before = len(self.plan.changes), _size(self.plan)
        person = self._person(row)
        if person is None:
            return
        case = self._case(row, person)
        if row.massnahme or row.massnahme_number:
            self._participation(row, person, case)
        if (len(self.plan.changes), _size(self.plan)) == before:
            self.plan.same += 1

    def _person(self, row: Row) -> Person | None:
        """Return who a row is about, None if that is in doubt."""
        known = self._by_number.get(row.number)
        if known is None:
            known = self._of_same_name(row)
            if known is None and self._is_doubtful(row):
                return None
        elif is_another(row, known) and row.number not in self._answers.same:
            if row.number not in self._answers.new:
                self.plan.doubts.append(Doubt(row.line, row.number, known))
                return None
            self._without_number(row, known)
            known = None
        if known is None:
            known = Person(self._new_id(), row.number, row.name, row.vorname, row.geburtsdatum)
            self.plan.new_persons[known.id] = known
            self._by_number[row.number] = known
            return known
        return self._renewed(row, known)

    def _without_number(self, row: Row, known: Person) -> None:
        """Take the number from somebody known: it is somebody else's now."""
        now = replace(known, number=None)
        self._change(row, now, "number", known.number, None)
        self.plan.persons[now.id] = now

    def _renewed(self, row: Row, known: Person) -> Person:
        # What the list does not tell, it does not take away.
        born = row.geburtsdatum or known.geburtsdatum
        now = Person(known.id, row.number, row.name, row.vorname, born)
        if now != known:
            for key in ("number", "name", "vorname", "geburtsdatum"):
                self._change(row, now, key, getattr(known, key), getattr(now, key))
            self.plan.persons[now.id] = now
            self._by_number[row.number] = now
        return now

    def _of_same_name(self, row: Row) -> Person | None:
        """Return the only known person of that name, if somebody said that it is them."""
        if row.number not in self._answers.same:
            return None
        others = self._others(row)
        if len(others) != 1:
            return None
        first = self._same.setdefault(others[0].id, row)
        if first.number != row.number:
            sentence = f"Das wäre derselbe Mensch wie in Zeile {first.line} zu anderer Nummer."
            raise InvalidDataError(
                "Zwei Nummern der Liste wären derselbe Mensch; nichts wurde übernommen.",
                [Problem(f"Zeile {row.line}", sentence)],
                "Bitte bei --same nur die Nummer nennen, die dieser Mensch nun hat, und die andere"
                " bei --new, wenn es jemand anderes ist.",
            )
        return others[0]

    def _is_doubtful(self, row: Row) -> bool:
        if row.number in self._answers.new:
            return False
        others = self._others(row)
        for other in others:
            self.plan.doubts.append(Doubt(row.line, row.number, other))
        return bool(others)

    def _others(self, row: Row) -> list[Person]:
        """Return known people of the same name who may be the same person."""
        return [
            one
            for one in self._by_name.get((plain(row.name), plain(row.vorname)), ())
            # Who stands in the list as well is somebody else.
            if one.number not in self._listed
            and (
                one.geburtsdatum is None
                or row.geburtsdatum is None
                or one.geburtsdatum == row.geburtsdatum
            )
        ]

    def _case(self, row: Row, person: Person) -> Case:
        ifk = self._ifk(row)
        case = self._case_of.get(person.id)
        if case is None:
            # A name that nobody knows is a name: whose case that is, is not for us to say.
            case = Case(self._new_id(), person.id, ifk if row.ifk else self._answers.ifk)
            if not row.ifk:
                self.plan.unnamed.append(case.id)
            self.plan.new_cases[case.id] = self._case_of[person.id] = case
            self.plan.opened[case.id] = person
        elif case.id in self.plan.unnamed and row.ifk:
            # Another row of the same list names somebody: nothing that was before changes.
            self.plan.unnamed.remove(case.id)
            now = replace(case, ifk=ifk)
            self.plan.new_cases[case.id] = self._case_of[person.id] = now
            return now
        elif ifk is not None and ifk != case.ifk:
            self._change(row, person, "ifk", case.ifk, ifk)
            now = replace(case, ifk=ifk)
            where = self.plan.new_cases if case.id in self.plan.new_cases else self.plan.cases
            where[case.id] = self._case_of[person.id] = now
            return now
        return case

    def _ifk(self, row: Row) -> str | None:
        if not row.ifk:
            return None
        found = self._users.get(plain(row.ifk))
        if found is None:
            self.plan.unknown[row.ifk] += 1
        return found

    def _participation(self, row: Row, person: Person, case: Case) -> None:
        massnahme = self._massnahme(row)
        self._named.add(massnahme.id)
        place = (case.id, massnahme.id)
        there = [one for one in self._of_case[place] if one.id not in self._met]
        match = next((one for one in there if one.von == row.von), None)
        if match is None and len(there) == 1 and self._times[_place(row)] == 1:
            match = there[0]
        if match is None:
            new = Participation(self._new_id(), case.id, massnahme.id, row.von, row.bis)
            self.plan.new_participations[new.id] = new
            self.plan.joined.append((person, new, massnahme.name))
            self._of_case[place].append(new)
            self._met.add(new.id)
            return
        self._met.add(match.id)
        now = replace(
            match,
            # A list that does not know a beginning does not take a known one away.
            von=row.von or match.von,
            bis=row.bis if "bis" in row.has else match.bis,
        )
        if now != match:
            self._change(row, person, "von", match.von, now.von)
            self._change(row, person, "bis", match.bis, now.bis)
            self.plan.participations[now.id] = now

    def _massnahme(self, row: Row) -> Named:
        if row.massnahme_number in self._massnahme_numbers:
            return self._massnahme_numbers[row.massnahme_number]
        traeger = self._named_traeger(row.traeger)
        name = row.massnahme or row.massnahme_number
        found = self._massnahmen.get((traeger.id, plain(name)))
        if found is None:
            found = Named(self._new_id(), name, row.massnahme_number or None, traeger.id)
            self._similar(
                name, [one.name for one in self._massnahmen.values() if one.of == traeger.id]
            )
            self.plan.new_massnahmen[found.id] = found
            self._massnahmen[traeger.id, plain(name)] = found
            if found.number:
                self._massnahme_numbers[found.number] = found
        return found

    def _named_traeger(self, name: str) -> Named:
        found = self._traeger.get(plain(name))
        if found is None:
            found = Named(self._new_id(), name)
            self._similar(name, [one.name for one in self._traeger.values()])
            self.plan.new_traeger[found.id] = self._traeger[plain(name)] = found
        return found

    def _similar(self, name: str, known: Collection[str]) -> None:
        for other in sorted(known):
            if is_misspelt(name, other):
                self.plan.similar.append((name, other))
                return

    def _change(self, row: Row, person: Person, key: str, before: object, after: object) -> None:
        if before != after:
            told = Change(row.line, person, key, shown(before), shown(after))
            self.plan.changes.append(told)

    def look_for_gone(self, day: date) -> None:
        """Find who is in a Maßnahme that the list names, and in none of its rows.

        Whose time there is over on ``day`` is not gone: nobody moves an end that was written.
        Who is only to begin cannot have ended.
        """
        persons = {one.id: one for one in self._known.persons} | self.plan.persons
        cases = {one.id: one for one in self._known.cases}
        names = {one.id: one.name for one in self._known.massnahmen}
        doubtful = {one.known.id for one in self.plan.doubts}
        for part in self._known.participations:
            if part.massnahme not in self._named or part.id in self._met:
                continue
            person = persons[cases[part.case].person]
            if person.id in doubtful or (part.bis is not None and part.bis <= day):
                continue
            begins = part.von is not None and part.von > day
            found = self.plan.ahead if begins else self.plan.gone
            found.append((person, part, names[part.massnahme]))


def is_another(row: Row, known: Person) -> bool:
    """Say whether a row may be about somebody else than who has its number.

    People marry, and birthdays are put right; both at once is more likely a number that was given
    away again, or mistyped. Without birthdays it takes both names.
    """
    names = (row.name, known.name), (row.vorname, known.vorname)
    others = sum(plain(one) != plain(other) for one, other in names)
    if row.geburtsdatum is None or known.geburtsdatum is None:
        return others == len(names)
    return others > 0 and row.geburtsdatum != known.geburtsdatum


def _size(plan: Plan) -> int:
    return len(plan.new_persons) + len(plan.new_cases) + len(plan.new_participations)


def _users(users: Sequence[Named]) -> dict[str, str]:
    """Return users by name and id; a name that two have is nobody's."""
    count = Counter(plain(one.name) for one in users)
    names = {plain(one.name): one.id for one in users if count[plain(one.name)] == 1}
    return names | {plain(one.id): one.id for one in users}


def _place(row: Row) -> tuple[str, str, str, str]:
    """Return whom and which Maßnahme a row is about, whenever that was."""
    return row.number, plain(row.traeger), plain(row.massnahme), row.massnahme_number


def is_misspelt(name: str, known: str) -> bool:
    """Say whether a name may be a known one, misspelt: other numbers are other names."""
    one, other = plain(name), plain(known)
    if [sign for sign in one if sign.isdigit()] != [sign for sign in other if sign.isdigit()]:
        return False
    return slips_between(one, other, max(1, len(other) // 8)) is not None
