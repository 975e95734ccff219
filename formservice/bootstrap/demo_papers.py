"""What is issued, sent and decided in the demo, one paper after the other."""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # what the file of the demo holds

from formservice.adapters import demo_paper
from formservice.application.casework import ALL, Asked, Listed
from formservice.application.copying import accept
from formservice.application.issuing import Made, Target
from formservice.application.ports_store import Author
from formservice.application.receive import Sent
from formservice.application.uploading import Uploaded
from formservice.bootstrap.demo_days import Days
from formservice.bootstrap.demo_services import DemoServices
from formservice.bootstrap.settings import today
from formservice.domain.case import Role, State
from formservice.domain.changes import open_findings
from formservice.domain.errors import UsageError
from formservice.domain.form import FormDefinition

_BOTH = ("sig_tn", "sig_traeger")
_SUFFIXES = {"docx": "docx", "pdf": "pdf", "scan": "pdf", "photo": "jpg", "letter": "pdf"}
# What somebody of the office hands out without a list of it.
_AFTER_ALL = "Im Original nachgesehen."


@dataclass(frozen=True, slots=True)
class _Filled:
    """A form as somebody has filled it, and whose it is."""

    definition: FormDefinition
    values: Mapping[str, object]
    reference: str
    signed: Sequence[str]


class Papers:
    """Issues, sends and decides; each step is somebody's, with the rights they have."""

    def __init__(
        self,
        services: DemoServices,
        plan: Mapping[str, Any],
        people: Mapping[str, Author],
        worked: Callable[[], None],
    ) -> None:
        """Follow ``plan``; ``worked`` lets workers do all that is due."""
        self._services = services
        self._plan = plan
        self._people = people
        self._worked = worked
        self._days = Days(today())
        self._lead = next(one for one in people.values() if one.role is Role.LEAD)
        self._cases = self._listed()
        self._sent: dict[str, str] = {}

    def case_ids(self) -> Mapping[str, str]:
        """Return the ids of cases by their numbers."""
        return {number: one.id for number, one in self._cases.items()}

    def issue(self) -> None:
        """Let caseworkers make and send forms of which nothing has come back."""
        for one in self._plan["issued"]:
            of: dict[str, list[str]] = defaultdict(list)
            for number in one["cases"]:
                of[self._plan["cases"][number][-1]].append(number)
            for ifk, numbers in of.items():
                self._issued(one["form"], numbers, one["format"], self._people[ifk])

    def send(self) -> None:
        """Fill and send everything; workers read what has to be recognised."""
        for one in self._plan["documents"]:
            self._services.day = self._days.at_work(one["day"])
            data, name = self._paper(one), f"{one['name']}.{_SUFFIXES.get(one['as'], 'pdf')}"
            self._sent[one["name"]] = self._received(one, data, name)
            if one.get("ends") in (State.ACCEPTED, State.ARCHIVED):
                self._worked()
                self._decided(one)
        self._worked()

    def decide(self) -> Mapping[str, str]:
        """Let everybody decide about what was sent; return the documents by name."""
        for one in self._plan["documents"]:
            if one.get("ends") not in (State.ACCEPTED, State.ARCHIVED, None):
                self._services.day = self._days.at_work(one["day"])
                self._decided(one)
        self._services.day = None
        self._worked()
        return self._sent

    def _listed(self) -> Mapping[str, Listed]:
        asked, after, found = Asked(whose=ALL), None, list[Listed]()
        while True:
            page = self._services.office.cases.listed(self._lead, asked, today(), after)
            found += page.rows
            after = page.next
            if after is None:
                return {str(one.person.number): one for one in found}

    def _issued(
        self, form: str, numbers: Sequence[str], format_: str, ifk: Author
    ) -> Sequence[Made]:
        office = self._services.office
        targets = [self._target(number) for number in numbers]
        made = office.issue(form, targets, format_, ifk, self._services.today())
        office.issued.sent([one.reference for one in made], ifk)
        return made

    def _target(self, number: str) -> Target:
        case = self._cases[number]
        return Target(case.id, case.part.id if case.part is not None else None)

    def _paper(self, one: Mapping[str, Any]) -> bytes:
        """Return what is sent, as somebody has filled, signed, scanned or photographed it."""
        chance = random.Random(one["name"])  # noqa: S311 - the same demo each time
        how = one["as"]
        if how == "letter":
            return demo_paper.letter(one["text"])
        if how == "batch":
            sheets = [self._printed(self._filled(each), chance) for each in one["of"]]
            return demo_paper.scanned(sheets, chance)
        filled = self._filled(one)
        if how == "docx":
            data = self._generated(filled, "docx")
            return demo_paper.signed_word(data, filled.signed, chance)
        paper = self._printed(filled, chance)
        if how == "fax":
            return demo_paper.faxed(paper, chance)
        if how == "scan":
            return demo_paper.scanned([paper], chance)
        return demo_paper.photographed(paper, chance) if how == "photo" else paper

    def _filled(self, one: Mapping[str, Any]) -> _Filled:
        ifk = self._people[self._plan["cases"][one["case"]][-1]]
        format_ = "docx" if one.get("as") == "docx" else "pdf"
        (made,) = self._issued(one["form"], [one["case"]], format_, ifk)
        definition = self._services.office.issue.definition(one["form"])
        own = self._days.within(one["values"])
        assert isinstance(own, dict)  # noqa: S101 - as the file has it
        signed = one.get("signed") or (_BOTH if one["form"] == "feedbackbogen" else ())
        return _Filled(definition, {**made.values, **own}, made.reference, signed)

    def _generated(self, filled: _Filled, format_: str) -> bytes:
        make = self._services.generate.one
        return make(filled.definition, filled.values, format_, filled.reference)

    def _printed(self, filled: _Filled, chance: random.Random) -> bytes:
        data, layout = self._generated(filled, "pdf"), filled.definition.layout
        if layout is None or not filled.signed:
            return data
        return demo_paper.signed_pdf(data, layout, filled.signed, chance)

    def _received(self, one: Mapping[str, Any], data: bytes, name: str) -> str:
        """Send a file as who sends it does; return the document."""
        sender, services = self._people[one["by"]], self._services
        if sender.role is Role.TRAEGER:
            traeger = self._plan["people"][one["by"]]["traeger"]
            ids = {told: id_ for id_, told in services.people.traeger().items()}
            kept, _ = services.portal.upload(Uploaded(data, name, ids[traeger]), sender)
        else:
            sent = Sent(data, name, "upload", services.today())
            kept, _ = services.receive(sent, sender)
        return kept.id

    def _decided(self, one: Mapping[str, Any]) -> None:
        """Bring a document to where it stands in the end."""
        document, wanted = self._sent[one["name"]], State(one["ends"])
        sender = self._people[one["by"]]
        if wanted is State.PREPARING or wanted is self._state(document):
            return
        if sender.role is Role.TRAEGER:
            with self._services.store.look() as work:
                seen = work.documents.get(document).version
            self._services.portal.submit(document, seen, sender)
        if wanted is State.RETURNED:
            self._moved(document, State.RETURNED, self._ifk(one), one["reason"])
        if wanted in (State.ACCEPTED, State.ARCHIVED):
            self._accepted(one, document)
            self._worked()
        if wanted is State.ARCHIVED:
            self._moved(document, State.ARCHIVED, self._ifk(one), "")
        if self._state(document) is not wanted:
            raise UsageError(f"„{one['name']}“ steht auf {self._state(document)}, nicht {wanted}.")

    def _accepted(self, one: Mapping[str, Any], document: str) -> None:
        """Look through what is in doubt, answer for what is late, and accept."""
        ifk, store = self._ifk(one), self._services.store
        with store.look() as work:
            newest = work.documents.newest(document)
        own = self._days.within(one["values"])
        assert isinstance(own, dict)  # noqa: S101 - as the file has it
        open_ = set(open_findings(newest.reading, ()))
        right = {key: value for key, value in own.items() if key in open_}
        if right:
            self._services.edit(document, newest.version, right, ifk, _AFTER_ALL)
        with store.work() as work:
            newest = work.documents.newest(document)
            for found in newest.reading["findings"]:  # type: ignore[attr-defined] # JSON
                if found["severity"] == "blocks":
                    told = (found["code"], found["field"], ifk, one.get("answers_for", _AFTER_ALL))
                    work.documents.acknowledge(document, *told)
        store.written(lambda work: accept(work, document, ifk, seen=newest.version))

    def _ifk(self, one: Mapping[str, Any]) -> Author:
        return self._people[self._plan["cases"][one["case"]][-1]]

    def _state(self, document: str) -> State:
        with self._services.store.look() as work:
            return work.documents.get(document).state

    def _moved(self, document: str, state: State, author: Author, reason: str) -> None:
        self._services.store.written(
            lambda work: work.documents.move(document, state, author, reason)
        )
