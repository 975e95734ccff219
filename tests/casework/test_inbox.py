"""The inbox shows what is urgent first, and who decides knows what they decide about."""

from datetime import date

import pytest
from sqlalchemy import event, insert

from formservice.adapters.store import schema
from formservice.adapters.store.calendar_terms import StoredTerms
from formservice.adapters.store.cases_change import StoredCaseChanges
from formservice.adapters.store.inbox import StoredInbox
from formservice.adapters.store.inbox_messages import StoredMessages
from formservice.adapters.store.today import StoredToday
from formservice.application.calendar import DueDates
from formservice.application.casework_input import person_given
from formservice.application.compare import Result
from formservice.application.inbox import Box, Place
from formservice.application.inbox_deciding import Decide, LateError, UnclearError
from formservice.application.inbox_document import Decisions
from formservice.application.inbox_messages import Message
from formservice.bootstrap.reading import Reading
from formservice.bootstrap.settings import Settings
from formservice.domain.case import State
from formservice.domain.changes import COMPARED
from formservice.domain.errors import ConflictError, NotFoundError, UsageError
from formservice.domain.text import LongError
from tests.casework.conftest import ANNA, CARLA, DAY, DIRK, ELIF, FRANK
from tests.casework.documents import LATE, came, deadline, finding, reading

BLOCKS = finding("field.required", "blocks", "q3_erreicht")
ASKS = finding("field.doubtful", "asks", "name", overridable=True)


@pytest.fixture
def inbox(office):
    return StoredInbox(office)


@pytest.fixture(scope="module")
def forms():
    return Reading(Settings.from_environment({})).forms


@pytest.fixture
def decide(office, forms):
    return Decide(office, forms)


@pytest.fixture
def decisions(office, inbox):
    parts = Reading(Settings.from_environment({}))
    due = DueDates(StoredTerms(office), parts.forms, parts.calendar, lambda: DAY)
    return Decisions(inbox, parts.forms, due)


def ids(found):
    return [one.id for one in found.rows]


def test_late_goes_before_wrong_before_unclear_and_what_waits_longest_first(office, inbox):
    came(office, "new", reading())
    came(office, "older", reading(findings=[ASKS]), received=date(2026, 11, 2))
    came(office, "asks", reading(findings=[ASKS]))
    came(office, "blocks", reading(findings=[ASKS, BLOCKS]))
    came(office, "late", reading(findings=[LATE], deadlines=[deadline()]))
    found = inbox.listed(CARLA, Box.OPEN)
    assert ids(found) == ["late", "blocks", "older", "asks", "new"]
    assert found.counts == {
        Box.OPEN: 5, Box.LATE: 1, Box.FINDINGS: 4, Box.NEW: 1, Box.UNASSIGNED: 5,
        Box.RETURNED: 0, Box.ACCEPTED: 0,
    }  # fmt: skip
    assert ids(inbox.listed(CARLA, Box.LATE)) == ["late"]


def test_a_finding_that_somebody_answers_for_is_urgent_no_more(office, inbox, decide):
    came(office, "late", reading(findings=[LATE]))
    decide.answer("late", 1, ("deadline.missed", None), "Die Post hat gestreikt.", CARLA)
    found = inbox.listed(CARLA, Box.OPEN)
    assert (found.counts[Box.LATE], found.rows[0].late, found.rows[0].asks) == (0, 0, 0)


def test_what_somebody_answers_for_is_late_on_no_page_any_more(office, decide):
    person = person_given({"name": "Klein", "vorname": "Robin"}, DAY)
    case = StoredCaseChanges(office).opened(person, None, CARLA)
    other = finding("deadline.missed", "asks", "erstellt_am", "zu spät", overridable=True)
    came(office, "d1", reading(findings=[LATE, other], deadlines=[deadline()]))
    with office.work() as work:
        row = {"document": "d1", "case": case}
        work.connection.execute(insert(schema.case_documents).values(row))
    parts, waiting = Reading(Settings.from_environment({})), StoredToday(office)
    due = DueDates(StoredTerms(office), parts.forms, parts.calendar, lambda: DAY)

    def late():
        terms = due.between(CARLA, date(2026, 11, 5), date(2026, 11, 5))
        return (
            [one.id for one in waiting.late(CARLA)],
            waiting.counts(CARLA).late,
            [one.document for one in due.open(CARLA) if one.document],
            [one.is_late(DAY) for one in terms],
            [one.is_answered for one in terms],
        )

    before = (["d1"], 1, ["d1"], [True], [False])
    assert late() == before
    decide.answer("d1", 1, ("deadline.missed", None), "Die Post hat gestreikt.", CARLA)
    assert late() == before  # the other is still to be answered for
    decide.answer("d1", 1, ("deadline.missed", "erstellt_am"), "Betriebsferien.", CARLA)
    assert late() == ([], 0, [], [False], [True])


def test_the_list_goes_on_where_it_ended_with_two_queries(office, inbox):
    for number in range(7):
        came(office, f"d{number}", reading(findings=[LATE] if number % 2 else []))
    seen, place = [], None
    while True:
        statements: list[str] = []
        event.listen(
            office.engine, "before_cursor_execute", lambda *a, to=statements: to.append(a[2])
        )
        found = inbox.listed(CARLA, Box.OPEN, place, 3)
        assert len([one for one in statements if one.lstrip().startswith("SELECT")]) == 2
        seen += ids(found)
        if found.next is None:
            break
        place = Place.told(found.next)
    assert seen == ["d1", "d3", "d5", "d0", "d2", "d4", "d6"]


def test_a_place_that_nobody_told_is_refused():
    for text in ("", "x", "9_2026-13-01_d", "0_2026-01-01_" + "x" * 65):
        with pytest.raises(UsageError):
            Place.told(text)


def test_of_a_colleagues_case_nothing_is_in_the_inbox(office, inbox, decisions, decide):
    came(office, "d1", reading())
    case = StoredCaseChanges(office).opened(
        person_given({"name": "N", "vorname": "V"}, DAY), None, CARLA
    )
    with office.work() as work:
        row = {"document": "d1", "case": case}
        work.connection.execute(insert(schema.case_documents).values(row))
    assert ids(inbox.listed(CARLA, Box.OPEN)) == ["d1"]
    assert ids(inbox.listed(DIRK, Box.OPEN)) == []
    for do in (
        lambda: decisions.shown(DIRK, "d1"),
        lambda: decide.accept("d1", 1, DIRK),
        lambda: decide.give_back("d1", 1, "Bitte ergänzen.", DIRK),
        lambda: decide.compared("d1", 1, "name", DIRK),
        lambda: decide.answer("d1", 1, ("x", None), "y", ANNA),
    ):
        with pytest.raises(NotFoundError):
            do()


def test_accepting_what_blocks_is_refused_and_says_what_is_open(office, decide):
    came(office, "d1", reading(findings=[BLOCKS]))
    with pytest.raises(UsageError, match="Noch offen: „"):
        decide.accept("d1", 1, CARLA)


def test_what_came_late_is_accepted_with_a_reason_only_and_that_is_kept(office, decide):
    came(office, "d1", reading(findings=[LATE]))
    for reason in ("", "  "):
        with pytest.raises(LateError):
            decide.accept("d1", 1, CARLA, reason)
    decide.accept("d1", 1, CARLA, "Betriebsferien beim Träger.")
    with office.look() as work:
        assert work.documents.get("d1").state is State.ACCEPTED
        (answer, _) = work.documents.acknowledged("d1")
    assert (answer.code, answer.reason) == ("deadline.missed", "Betriebsferien beim Träger.")


def test_what_nobody_has_looked_at_is_asked_about_once_before_it_is_accepted(office, decide):
    came(office, "d1", reading(findings=[ASKS, LATE, finding("x", "asks"), finding("y", "notes")]))
    with pytest.raises(UnclearError, match="2 Hinweise sind noch offen"):
        decide.accept("d1", 1, CARLA, "Krankheit")
    with office.look() as work:
        assert work.documents.acknowledged("d1") == []
    decide.answer("d1", 1, ("x", None), "stimmt", CARLA)
    with pytest.raises(UnclearError, match="Ein Hinweis ist"):
        decide.accept("d1", 1, CARLA, "Krankheit")
    decide.accept("d1", 1, CARLA, "Krankheit", despite=True)


def test_of_two_reviewers_the_second_is_told_what_changed_and_nothing_is_lost(
    office, decide, decisions
):
    came(office, "d1", reading(name="Oeztürk", findings=[ASKS]))
    with office.work() as work:
        work.documents.save("d1", 1, reading(name="Öztürk", findings=[ASKS]), ELIF, "verlesen")
    for do in (
        lambda: decide.accept("d1", 1, CARLA),
        lambda: decide.give_back("d1", 1, "Bitte den Namen prüfen.", CARLA),
        lambda: decide.answer("d1", 1, ("field.doubtful", "name"), "stimmt", CARLA),
        lambda: decide.compared("d1", 1, "name", CARLA),
    ):
        with pytest.raises(ConflictError, match="„Name“"):
            do()
    assert decisions.shown(CARLA, "d1").whole.kept.state is State.IN_REVIEW
    decide.accept("d1", 2, CARLA, despite=True)
    with pytest.raises(ConflictError, match="angenommen"):
        decide.give_back("d1", 2, "Bitte den Namen prüfen.", FRANK)


def test_a_form_is_returned_with_a_message_and_not_without(office, inbox, decide):
    came(office, "d1", reading())
    refused = (("", UsageError), ("\u200b \u2028", UsageError), ("x" * 4001, LongError))
    for message, kind in refused:
        with pytest.raises(kind):
            decide.give_back("d1", 1, message, CARLA)
    decide.give_back("d1", 1, "Bitte unterschreiben.", CARLA)
    assert ids(inbox.listed(CARLA, Box.RETURNED)) == ["d1"]
    with office.look() as work:
        assert work.documents.acknowledged("d1")[-1].reason == "Bitte unterschreiben."


def test_only_a_lead_opens_what_is_accepted_again(office, inbox, decide):
    came(office, "d1", reading())
    decide.accept("d1", 1, CARLA)
    assert ids(inbox.listed(CARLA, Box.ACCEPTED)) == ["d1"]
    with pytest.raises(UsageError):
        decide.reopen("d1", 1, "Nachtrag", CARLA)
    with office.work() as work:  # the archive copies are made
        table = schema.documents
        work.connection.execute(table.update().values(stage="done", status="waiting"))
    decide.reopen("d1", 1, "Nachtrag", FRANK)
    assert ids(inbox.listed(CARLA, Box.OPEN)) == ["d1"]


def test_that_somebody_compared_the_words_holds_until_they_change(office, decide, decisions):
    came(office, "d1", reading(q1_erwartung="Ich will malen."))
    decide.compared("d1", 1, "q1_erwartung", CARLA)
    told = field_of(decisions.shown(FRANK, "d1"), "q1_erwartung").compared
    assert told is not None
    assert (told.who, told.reason) == ("carla Fall", "Fassung 1")
    with office.work() as work:
        work.documents.save("d1", 1, reading(q1_erwartung="Ich will mahlen."), CARLA, "")
    assert field_of(decisions.shown(FRANK, "d1"), "q1_erwartung").compared is None
    with pytest.raises(UsageError):
        decide.compared("d1", 2, "gibt_es_nicht", CARLA)


COMPARE = finding(
    "field.doubtful",
    "asks",
    "q1_erwartung",
    "Bitte „Frage 1“ mit dem Original vergleichen: ein Scan.",
)
TYPED = finding(
    "field.doubtful",
    "asks",
    "q1_erwartung",
    "Bei „Frage 1“ steht statt einer Unterschrift ein getippter Name.",
)


def test_whoever_compared_the_words_has_answered_what_asks_for_it_and_nothing_else(
    office, inbox, decide, decisions
):
    came(office, "d1", reading(q1_erwartung="Ich will malen.", findings=[COMPARE, ASKS]))

    def counts():
        shown = decisions.shown(CARLA, "d1")
        (row,) = inbox.listed(CARLA, Box.OPEN).rows
        return [one.message for one in shown.to_clear], shown.unanswered[1], row.asks

    before = counts()
    assert (set(before[0]), *before[1:]) == ({COMPARE["message"], ASKS["message"]}, 2, 2)
    decide.compared("d1", 1, "q1_erwartung", CARLA)
    assert counts() == ([ASKS["message"]], 1, 1)
    decide.withdraw("d1", 1, (COMPARED, "q1_erwartung"), CARLA)
    assert counts() == before


def test_comparing_does_not_answer_that_a_name_was_typed_instead_of_signed(
    office, decide, decisions
):
    came(office, "d1", reading(q1_erwartung="Ich will malen.", findings=[COMPARE, TYPED]))
    decide.compared("d1", 1, "q1_erwartung", CARLA)
    assert [one.message for one in decisions.shown(CARLA, "d1").to_clear] == [TYPED["message"]]


def test_taking_a_comparison_back_leaves_an_answer_that_somebody_gave_before(
    office, decide, decisions
):
    came(office, "d1", reading(q1_erwartung="Ich will malen.", findings=[COMPARE]))
    what = ("field.doubtful", "q1_erwartung")
    decide.answer("d1", 1, what, "Am Telefon bestätigt.", CARLA)
    decide.compared("d1", 1, "q1_erwartung", CARLA)
    decide.withdraw("d1", 1, (COMPARED, "q1_erwartung"), CARLA)
    (found,) = field_of(decisions.shown(CARLA, "d1"), "q1_erwartung").findings
    assert found.answered is not None
    assert found.answered.reason == "Am Telefon bestätigt."


def test_what_was_sent_stands_beside_what_came_back(office, decisions):
    row = {"reference": "REFERENCE0000001", "form": "feedbackbogen", "edition": "2023-09-22"}
    values = {"name": "Öztürk", "vorname": "Ayşe", "teilnahme_von": "2026-10-01"}
    with office.work() as work:
        made = insert(schema.web.issued).values(
            **row, values=values, format="pdf", author="carla", created_at=1.0
        )
        work.connection.execute(made)
    came(office, "d1", reading("REFERENCE0000001", name="Öztürk", vorname="Aysel"))
    shown = decisions.shown(CARLA, "d1")
    told = {key: field_of(shown, key) for key in ("name", "vorname", "teilnahme_von")}
    assert told["name"].result is Result.SAME
    assert (told["vorname"].sent, told["vorname"].result) == ("Ayşe", Result.CHANGED)
    assert {one.field.key for one in shown.changed} == {"vorname", "teilnahme_von"}


def test_a_reference_that_somebody_reads_off_a_paper_opens_nothing_of_a_colleagues_case(
    office, decisions
):
    case = StoredCaseChanges(office).opened(
        person_given({"name": "Öztürk", "vorname": "Ayşe"}, DAY), None, CARLA
    )
    row = {"reference": "REFERENCE0000001", "form": "erwartungsbogen", "edition": "2023-09-22"}
    with office.work() as work:
        made = insert(schema.web.issued).values(
            **row,
            case=case,
            values={"name": "Öztürk"},
            format="pdf",
            author="carla",
            created_at=1.0,
        )
        work.connection.execute(made)
    came(office, "d1", reading("REFERENCE0000001", name="Weber", vorname="Ayşe"))
    sent = {one.id: decisions.shown(one, "d1").whole.sent for one in (CARLA, DIRK, FRANK)}
    assert sent == {"carla": {"name": "Öztürk"}, "dirk": None, "frank": {"name": "Öztürk"}}


def field_of(shown, key):
    found = [one for one in shown.fields if one.field.key == key]
    assert found, key
    return found[0]


def test_the_next_document_is_the_most_urgent_other_one(office, inbox):
    came(office, "d1", reading())
    assert inbox.after(CARLA, "d1") is None
    came(office, "d2", reading())
    came(office, "d3", reading(findings=[LATE]))
    assert inbox.after(CARLA, "d1") == "d3"
    assert inbox.after(CARLA, "d3") == "d1"


def test_messages_are_kept_changed_and_taken_away(office):
    messages = StoredMessages(office)
    messages.save(Message("a", "Unterschrift", "Bitte unterschreiben."), CARLA)
    messages.save(Message("a", "Unterschrift fehlt", "Bitte noch unterschreiben."), FRANK)
    assert [(one.title, one.body) for one in messages.all()] == [
        ("Unterschrift fehlt", "Bitte noch unterschreiben.")
    ]
    with pytest.raises(UsageError):
        messages.save(Message("b", " ", "x"), CARLA)
    messages.remove("a", CARLA)
    assert messages.all() == []
