"""What is received is kept once, read in versions, and moved only as the table of states says."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from hashlib import sha256
from itertools import pairwise
from typing import Any  # readings have the shape of the JSON contract

import pytest
from sqlalchemy import select, update

from formservice.adapters.store import schema
from formservice.adapters.store.store import Store
from formservice.application.ports_store import SERVICE, Arrival, Author, Found, PageOf
from formservice.domain.case import Role, State
from formservice.domain.chain import FIRST, Link, is_sound
from formservice.domain.changes import StaleError, finding_id
from formservice.domain.errors import ConflictError, NotFoundError, UsageError
from tests.store.searched import with_traeger

DAY = date(2026, 4, 7)
NAME = "Đặng Ģirts"  # invented; must never stand in an event
IFK, LEAD = Author("ifk-1", Role.IFK), Author("lead-1", Role.LEAD)


def arrival(id_: str = "d1", data: bytes = b"bytes") -> Arrival:
    return Arrival(id_, sha256(data).hexdigest(), len(data), "bogen.pdf", "upload", DAY, "text")


def reading(name: str = NAME, form: str | None = "feedbackbogen", blocks: bool = False):
    late = {"code": "deadline.missed", "severity": "asks", "field": None}
    missing = {"code": "field.required", "severity": "blocks", "field": "q3_erreicht"}
    return {
        "form": {"id": form, "edition": "2023-09-22", "margin": 0.9} if form else None,
        "fields": {"name": {"reading": "read", "value": name}},
        "findings": [late, missing] if blocks else [late],
        "deadlines": [
            {"key": "vorlage", "start": "2026-03-27", "due": "2026-04-07", "met": True, "why": []}
        ],
    }


def received(store: Store, found: list[Found] | None = None) -> str:
    one = arrival()
    with store.work() as work:
        work.documents.receive(one, IFK)
    with store.work() as work:
        pages = [PageOf(one.sha256, 1)]
        work.documents.found("d1", found or [Found(pages, reading())], SERVICE)
    return "d1"


def links(store: Store) -> list[Link]:
    with store.engine.connect() as connection:
        rows = connection.execute(select(schema.events).order_by(schema.events.c.seq)).all()
    return [
        Link(r.seq, r.at, r.type, r.document, r.author, json.loads(r.body), r.previous, r.hash)
        for r in rows
    ]


def test_the_same_bytes_twice_are_one_document_and_the_sender_is_told(store):
    with store.work() as work:
        first, known = work.documents.receive(arrival("a"), IFK)
        assert (first.id, known) == ("a", False)
    with store.work() as work:
        again, known = work.documents.receive(arrival("b"), IFK)
        assert (again.id, known) == ("a", True)
    assert [link.type for link in links(store)] == ["document.received"]


def test_the_sender_s_own_id_sent_again_is_the_same_document(store):
    with store.work() as work:
        work.documents.receive(arrival("a", b"one"), IFK)
        again, known = work.documents.receive(arrival("a", b"one"), IFK)
    assert (again.id, known) == ("a", True)


def test_the_sender_s_own_id_with_other_bytes_is_refused(store):
    with store.work() as work:
        work.documents.receive(arrival("a", b"one"), IFK)
    with store.work() as work, pytest.raises(ConflictError):
        work.documents.receive(arrival("a", b"other"), IFK)
    with store.look() as work:
        assert work.documents.received_as(sha256(b"other").hexdigest()) is None


def test_two_who_send_the_same_bytes_at_once_have_sent_one_document(store):
    def receive(id_: str) -> tuple[str, bool]:
        with store.work() as work:
            kept, known = work.documents.receive(arrival(id_), IFK)
            return kept.id, known

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(receive, "abcd"))
    assert len({id_ for id_, _ in told}) == 1
    assert sorted(known for _, known in told) == [False, True, True, True]


def test_the_same_bytes_of_two_träger_are_two_documents_and_neither_learns_of_the_other(store):
    with_traeger(store, "t1", "t2")
    told = {}
    for id_, traeger in (("a", "t1"), ("b", "t2"), ("c", "t1"), ("d", "t2"), ("e", None)):
        with store.work() as work:
            kept, known = work.documents.receive(replace(arrival(id_), traeger=traeger), IFK)
            told[id_] = (kept.id, known, kept.traeger)
    assert told == {
        "a": ("a", False, "t1"),
        "b": ("b", False, "t2"),
        "c": ("a", True, "t1"),
        "d": ("b", True, "t2"),
        # The office has it already, and may know so.
        "e": ("a", True, "t1"),
    }


def test_what_the_office_has_is_not_told_to_a_träger_who_sends_the_same(store):
    with_traeger(store, "t1")
    for id_, traeger in (("a", None), ("b", "t1"), ("c", None)):
        with store.work() as work:
            kept, _ = work.documents.receive(replace(arrival(id_), traeger=traeger), IFK)
        assert kept.id == {"a": "a", "b": "b", "c": "a"}[id_]


def test_the_id_that_another_träger_has_used_is_refused_whatever_is_sent(store):
    with_traeger(store, "t1", "t2")
    with store.work() as work:
        work.documents.receive(replace(arrival("a"), traeger="t1"), IFK)
    with store.work() as work, pytest.raises(ConflictError):
        work.documents.receive(replace(arrival("a"), traeger="t2"), IFK)


def test_of_two_who_work_for_one_träger_and_send_the_same_at_once_one_is_told(store):
    with_traeger(store, "t1")

    def receive(id_: str) -> tuple[str, bool]:
        with store.work() as work:
            kept, known = work.documents.receive(replace(arrival(id_), traeger="t1"), IFK)
            return kept.id, known

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(receive, "abcd"))
    assert len({id_ for id_, _ in told}) == 1
    assert sorted(known for _, known in told) == [False, True, True, True]


def test_what_waits_for_a_worker_and_what_is_read_already(store):
    with store.work() as work:
        waiting, _ = work.documents.receive(arrival("a", b"one"), IFK)
        read, _ = work.documents.receive(arrival("b", b"two"), IFK, is_read=True)
        assert (waiting.stage, waiting.status) == ("read", "ready")
        assert read.status == "waiting"
        claim = work.queue.claim(["read"], "w", 30)
        assert claim is not None
        assert claim.document == "a"
        assert work.queue.claim(["read", "done"], "w", 30) is None


def test_what_is_no_document_is_kept_beside_and_told_with_the_readings(store):
    blank = {"form": None, "findings": [{"code": "page.blank"}]}
    with store.work() as work:
        work.documents.receive(arrival(), IFK)
        assert work.documents.readings("d1") == []
        one = Found([PageOf(arrival().sha256, 1)], reading())
        assert work.documents.found("d1", [one], SERVICE, [blank]) == ["d1"]
        assert work.documents.readings("d1") == [reading(), blank]
        work.documents.save("d1", 1, reading("Neu"), IFK)
        assert work.documents.readings("d1") == [reading("Neu"), blank]
        assert work.documents.found("d1", [one, one], SERVICE) == ["d1"]
        assert work.documents.parts("d1") == []


def test_one_form_in_a_file_is_the_received_document_itself(store):
    document = received(store)
    with store.look() as work:
        kept = work.documents.get(document)
        assert (kept.state, kept.form, kept.version) == (State.IN_REVIEW, "feedbackbogen", 1)
        assert work.documents.newest(document).reading == reading()
        assert len(work.documents.pages(document)) == 1


def test_several_forms_in_a_file_are_parts_of_it_and_found_again_they_are_the_same(store):
    pages = [PageOf(arrival().sha256, 1)]
    found = [Found(pages, reading("A")), Found(pages, reading("B", form=None))]
    received(store, found)
    with store.work() as work:
        ids = work.documents.found("d1", found, SERVICE)
        parts = work.documents.parts("d1")
        assert [one.id for one in parts] == ids
        assert [one.state for one in parts] == [State.IN_REVIEW, State.UNIDENTIFIED]
        assert [one.version for one in parts] == [1, 1]


def test_an_unknown_document_is_said_to_be_none(store):
    with store.look() as work, pytest.raises(NotFoundError):
        work.documents.get("nix")


@pytest.mark.parametrize(
    "odd", ["", "\0", "a\0b", "x" * 65, "ä", "a b", "\udcfc", "a\n"], ids=ascii
)
def test_an_id_that_senders_may_not_choose_is_refused_and_is_nobody_s(store, odd):
    with store.work() as work, pytest.raises(UsageError):
        work.documents.receive(arrival(odd), IFK)
    with store.look() as work, pytest.raises(NotFoundError):
        work.documents.get(odd)


def test_a_file_of_a_traeger_nobody_knows_is_refused(store):
    with store.work() as work, pytest.raises(NotFoundError):
        work.documents.receive(replace(arrival(), traeger="\0"), IFK)


@pytest.mark.parametrize("odd", ["", "x" * 129, "a\0b"], ids=repr)
def test_a_finding_that_cannot_be_is_not_answered_for(store, odd):
    document = received(store)
    with store.work() as work, pytest.raises(UsageError):
        work.documents.acknowledge(document, odd, None, IFK, "weil")
    with store.work() as work, pytest.raises(UsageError):
        work.documents.acknowledge(document, "rule.broken", odd, IFK, "weil")


@pytest.mark.parametrize(
    ("code", "field", "author"),
    [
        ("rule.broken", None, LEAD),
        ("deadline.missed", "name", LEAD),
        ("deadline.missed", None, Author("b-1", Role.BACK_OFFICE)),
        ("scan.faithful", None, Author("t-1", Role.TRAEGER)),
    ],
)
def test_nobody_answers_for_what_the_record_does_not_have_or_is_not_theirs(
    store, code, field, author
):
    document = received(store)
    with store.work() as work, pytest.raises(UsageError):
        work.documents.acknowledge(document, code, field, author, "weil")
    with store.look() as work:
        assert work.documents.acknowledged(document) == []


def test_who_scans_says_that_the_picture_shows_the_paper(store):
    document = received(store)
    author = Author("b-1", Role.BACK_OFFICE)
    with store.work() as work:
        work.documents.acknowledge(document, "scan.faithful", None, author, "alle Seiten")
        (answer,) = work.documents.acknowledged(document)
    assert (answer.code, answer.role) == ("scan.faithful", Role.BACK_OFFICE)


def test_the_second_of_two_people_is_refused_and_told_what_changed(store):
    document = received(store)
    with store.work() as work:
        assert work.documents.save(document, 1, reading("Neu"), IFK) == 2
    with store.work() as work, pytest.raises(StaleError) as raised:
        work.documents.save(document, 1, reading("Anders"), LEAD)
    assert raised.value.changed == ("name",)
    with store.look() as work:
        assert [one.version for one in work.documents.versions(document)] == [1, 2]


def test_nobody_accepts_what_somebody_else_has_changed_since_it_was_looked_at(store):
    document = received(store)
    with store.work() as work:
        work.documents.save(document, 1, reading("Neu"), LEAD)
    with store.work() as work, pytest.raises(ConflictError, match="geändert sind: 1 Angabe"):
        work.documents.move(document, State.ACCEPTED, IFK, seen=1)
    with store.work() as work:
        assert work.documents.get(document).state is State.IN_REVIEW
        work.documents.move(document, State.ACCEPTED, IFK, seen=2)
        assert work.documents.get(document).state is State.ACCEPTED


def test_a_form_that_a_person_recognised_is_the_document_s_from_then_on(store):
    document = received(store, [Found([], reading(form=None))])
    with store.work() as work:
        assert work.documents.get(document).state is State.UNIDENTIFIED
        work.documents.save(
            document, 1, reading() | {"reference": "ABC"}, IFK, "von Hand bestimmt"
        )
        work.documents.move(document, State.IN_REVIEW, IFK)
        kept = work.documents.get(document)
    assert (kept.form, kept.edition, kept.reference) == ("feedbackbogen", "2023-09-22", "ABC")


def test_what_is_accepted_is_changed_only_after_the_lead_has_opened_it_again(store):
    document = received(store)
    with store.work() as work:
        work.documents.move(document, State.ACCEPTED, IFK)
    with store.work() as work, pytest.raises(UsageError):
        work.documents.save(document, 1, reading("Neu"), LEAD)
    with store.work() as work:
        work.documents.move(document, State.IN_REVIEW, LEAD, "Datum verlesen")
        assert work.documents.save(document, 1, reading("Neu"), IFK) == 2


def test_of_many_who_save_at_once_one_succeeds_and_the_others_are_told(store):
    document = received(store)

    def save(name: str) -> int:
        try:
            with store.work() as work:
                return int(work.documents.save(document, 1, reading(name), IFK))
        except ConflictError:
            return 0

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(save, "abcdef")) == [0, 0, 0, 0, 0, 2]


def test_many_who_work_at_once_wait_for_each_other_and_leave_one_chain(store):
    def work_on(number: int) -> None:
        id_, data = f"d{number}", bytes([number])
        with store.work() as work:
            work.documents.receive(arrival(id_, data), IFK)
        with store.work() as work:
            page = PageOf(sha256(data).hexdigest(), 1)
            work.documents.found(id_, [Found([page], reading())] * 2, SERVICE)
        for part in parts(id_):
            with store.work() as work:
                work.documents.save(part, 1, reading("Neu"), IFK)
                work.documents.move(part, State.ACCEPTED, IFK)

    def parts(id_: str) -> list[str]:
        with store.look() as work:
            return [one.id for one in work.documents.parts(id_)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work_on, range(6)))
    chain = links(store)
    assert len(chain) == 6 * (1 + 2 * (3 + 2))
    before = [FIRST, *(one.hash for one in chain)]
    assert all(is_sound(one, last) for last, one in zip(before, chain, strict=False))


def test_nothing_is_accepted_while_a_blocking_finding_is_open(store):
    document = received(store, [Found([], reading(blocks=True))])
    with store.work() as work, pytest.raises(UsageError) as raised:
        work.documents.move(document, State.ACCEPTED, IFK)
    assert "q3_erreicht" in raised.value.message
    with store.look() as work:
        assert work.documents.get(document).state is State.IN_REVIEW


def test_a_document_goes_its_way_and_only_as_the_table_says(store):
    document = received(store)
    with store.work() as work:
        work.documents.move(document, State.ACCEPTED, IFK)
    with store.work() as work, pytest.raises(ConflictError):
        work.documents.move(document, State.RETURNED, IFK, "zu spät")
    with store.work() as work:
        work.documents.move(document, State.ARCHIVED, IFK)
    with store.work() as work, pytest.raises(UsageError):
        work.documents.save(document, 1, reading("Neu"), LEAD)
    with store.work() as work, pytest.raises(UsageError):
        work.documents.acknowledge(document, "deadline.missed", None, LEAD, "Postlauf")


def received_of(store: Store, traeger: str) -> str:
    with store.work() as work:
        work.documents.receive(replace(arrival(), traeger=traeger), IFK)
        pages = [PageOf(arrival().sha256, 1)]
        work.documents.found("d1", [Found(pages, reading())], SERVICE)
    return "d1"


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("state", list(State))
def test_a_version_is_written_by_whom_the_table_of_editors_lets_where_it_stands(
    store, state, role
):
    with_traeger(store, "t1")
    document = received_of(store, "t1")
    with store.work() as work:
        table = schema.documents
        here = update(table).where(table.c.id == document).values(state=str(state))
        work.connection.execute(here)
    author = Author("u-t1", role)
    staff = {Role.IFK, Role.BACK_OFFICE, Role.LEAD, Role.SYSTEM}
    may = {
        State.PREPARING: {Role.TRAEGER, Role.SYSTEM},
        State.UNIDENTIFIED: staff,
        State.IN_REVIEW: staff | {Role.TRAEGER},
        State.RETURNED: staff | {Role.TRAEGER},
    }.get(state, set())
    with nullcontext() if role in may else pytest.raises(UsageError), store.work() as work:
        work.documents.save(document, 1, reading("Neu"), author)
    with store.look() as work:
        assert work.documents.get(document).version == 1 + (role in may)


def test_a_träger_writes_and_sends_back_its_own_and_knows_of_no_other(store):
    with_traeger(store, "t1", "t2")
    document = received_of(store, "t1")
    with store.work() as work:
        work.documents.move(document, State.RETURNED, IFK, "Seite 2 fehlt")
    other, own = Author("u-t2", Role.TRAEGER), Author("u-t1", Role.TRAEGER)
    with store.work() as work, pytest.raises(NotFoundError):
        work.documents.save(document, 1, reading("Neu"), other)
    with store.work() as work, pytest.raises(NotFoundError):
        work.documents.move(document, State.IN_REVIEW, other)
    with store.work() as work:
        assert work.documents.save(document, 1, reading("Neu"), own) == 2
        work.documents.move(document, State.IN_REVIEW, own)


def test_an_answer_holds_for_the_finding_that_was_there_and_not_for_another_cause(store):
    def late(day: str) -> Any:  # a reading, of any shape
        broken = {"code": "rule.broken", "severity": "blocks", "field": "bis", "rule": "R-1"}
        return reading() | {
            "findings": [broken | {"overridable": True, "message": f"Zu spät seit dem {day}."}]
        }

    document = received(store, [Found([], late("1. Mai"))])
    with store.work() as work:
        work.documents.acknowledge(document, "rule.broken", "bis", IFK, "Postlauf")
        work.documents.save(document, 1, late("1. März"), IFK, "Datum verlesen")
    with store.work() as work, pytest.raises(UsageError) as raised:
        work.documents.move(document, State.ACCEPTED, IFK)
    assert "bis" in raised.value.message
    with store.work() as work:
        # Seen again as it was, it needs no other answer.
        work.documents.save(document, 2, late("1. Mai"), IFK, "doch richtig")
        work.documents.move(document, State.ACCEPTED, IFK)


def test_who_answers_for_a_code_and_a_field_answers_for_all_such_findings(store):
    two = [
        {"code": "deadline.missed", "severity": "asks", "field": None, "message": one}
        for one in ("Gespräch zu spät.", "Vorlage zu spät.")
    ]
    document = received(store, [Found([], reading() | {"findings": two})])
    with store.work() as work:
        work.documents.acknowledge(document, "deadline.missed", None, LEAD, "Postlauf")
        answers = work.documents.acknowledged(document)
    assert {one.finding for one in answers} == {finding_id(one) for one in two}


def test_a_step_that_needs_a_reason_or_another_role_is_refused_without(store):
    with_traeger(store, "t1")
    document = received_of(store, "t1")
    traeger = Author("u-t1", Role.TRAEGER)
    for author, reason in ((traeger, "weil"), (IFK, "  ")):
        with store.work() as work, pytest.raises(UsageError):
            work.documents.move(document, State.RETURNED, author, reason)
    with store.work() as work:
        work.documents.move(document, State.RETURNED, IFK, "Seite 2 fehlt")


def test_the_chain_tells_every_change_and_no_value(store):
    document = received(store)
    with store.work() as work:
        work.documents.save(document, 1, reading("Neu"), IFK, "verlesen")
        work.documents.acknowledge(document, "deadline.missed", None, IFK, "Postlauf von X")
        work.documents.move(document, State.ACCEPTED, IFK)
    chain = links(store)
    assert [link.type for link in chain] == [
        "document.received",
        "record.saved",
        "document.moved",
        "record.saved",
        "finding.acknowledged",
        "document.moved",
    ]
    previous = FIRST
    for link in chain:
        assert is_sound(link, previous)
        previous = link.hash
    assert all(one.seq + 1 == other.seq for one, other in pairwise(chain))
    told = repr(chain)
    assert not any(word in told for word in (NAME, "Neu", "verlesen", "Postlauf", "bogen.pdf"))
