"""Handing in: the day of receipt, versions, receipts, and who may see them; on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from formservice.adapters.store import schema
from formservice.adapters.store.portal import StoredPortal
from formservice.adapters.store.store import Store
from formservice.application.discarding import PutAside
from formservice.application.submitting import Submit
from formservice.application.verify import Verify
from formservice.domain.case import State
from formservice.domain.errors import ConflictError, NotFoundError, UsageError
from tests.portal.conftest import IFK, LEAD, OTHER, OWN
from tests.portal.test_preparing import sent, state_of
from tests.portal.test_sent_twice import a_day_later
from tests.store.proven import DAY, reading

LATER = DAY + timedelta(days=20)


class Counted:
    """Checks a reading anew: notes the day it was put to."""

    def edited(self, before, changes, received):
        told = {"key": "vorlage", "start": "2026-03-27", "due": "2026-04-07"}
        fields = {**before["fields"], **changes}
        return {**before, "fields": fields, "deadlines": [told | {"met": received <= DAY}]}


@pytest.fixture
def submit(people: Store) -> Submit:
    return Submit(people, Counted(), lambda: LATER)


def test_the_day_of_receipt_is_that_of_handing_in(people, submit):
    made = submit(sent(people), 1, OWN)
    with people.look() as work:
        kept = work.documents.get("d1")
        newest = work.documents.newest("d1")
    assert kept.received == LATER
    assert kept.state is State.IN_REVIEW
    assert newest.reading["deadlines"][0]["met"] is False
    assert (made.version, made.sha256) == (newest.version, newest.sha256)


def test_no_form_recognised_goes_to_who_sorts_it(people, submit):
    sent(people, forms=1, form=None)
    submit("d1", 1, OWN)
    assert state_of(people, "d1") is State.UNIDENTIFIED


def test_a_file_in_which_nothing_was_read_is_not_handed_in(people, submit):
    with pytest.raises(UsageError):
        submit(sent(people, forms=0), 0, OWN)


def test_what_changed_meanwhile_is_not_handed_in_unseen(people, submit):
    sent(people)
    with people.work() as work:
        work.documents.save("d1", 1, reading("Anders"), OWN)
    with pytest.raises(ConflictError):
        submit("d1", 1, OWN)
    assert state_of(people, "d1") is State.PREPARING


def test_another_traeger_s_cannot_be_handed_in_or_thrown_away(people, submit):
    sent(people)
    with pytest.raises(NotFoundError):
        submit("d1", 1, OTHER)
    with pytest.raises(NotFoundError):
        PutAside(people)("d1", OTHER)
    with pytest.raises(NotFoundError):
        submit.prepared("d1", OTHER)


def test_a_correction_is_a_further_submission_and_the_day_of_receipt_stays(people, submit):
    submit(sent(people), 1, OWN)
    value = {"reading": "read", "value": "Nguyễn", "confidence": 1.0}
    made = submit("d1", 2, OWN, {"name": value})
    assert made.version == 3
    with people.look() as work:
        assert work.documents.get("d1").received == LATER
        assert [one.version for one in work.submissions.of("d1")] == [2, 3]
        assert work.documents.newest("d1").author == OWN.id


def test_a_later_version_than_the_one_handed_in_is_a_further_submission(people, submit):
    first = submit(sent(people), 1, OWN)
    with people.work() as work:
        work.documents.save("d1", 2, reading("Anders"), IFK)
    assert submit("d1", 1, OWN) == submit("d1", 2, OWN) == first
    made = submit("d1", 3, OWN)
    assert (made.version, submit("d1", 3, OWN)) == (3, made)


def test_what_is_accepted_is_handed_in_no_more(people, submit):
    submit(sent(people), 1, OWN)
    with people.work() as work:
        work.documents.acknowledge("d1", "deadline.missed", None, LEAD, "Postlauf")
        work.documents.move("d1", State.ACCEPTED, IFK)
    with pytest.raises(UsageError):
        submit("d1", 2, OWN, {"name": {"reading": "blank", "value": None}})


def test_the_receipt_tells_of_the_version_that_was_handed_in(people, submit):
    first = submit(sent(people), 1, OWN)
    submit("d1", 2, OWN, {"name": {"reading": "blank", "value": None}})
    receipt = submit.receipt(first.id, OWN)
    assert receipt.reading["fields"]["name"]["value"] == "Nguyen"
    assert receipt.number == 1
    assert submit.receipt(first.id, LEAD).submission == first
    with pytest.raises(NotFoundError):
        submit.receipt(first.id, OTHER)


def test_what_was_handed_in_is_proved(people, submit, tmp_path):
    from formservice.adapters.heads import Heads  # noqa: PLC0415
    from formservice.adapters.originals.local import LocalOriginals  # noqa: PLC0415
    from formservice.adapters.places import Places  # noqa: PLC0415

    originals = LocalOriginals(tmp_path / "o")
    kept = (originals, Heads(tmp_path / "k"), Places(tmp_path / "p"))
    submit(sent(people), 1, OWN)
    with people.look() as work:
        original = work.documents.get("d1").original
    verify = Verify(people, *kept, lambda: "heute")
    # The bytes of this test are not there; everything before them is proved.
    broken = verify().broken
    assert broken is None or str(original)[:8] in str(broken)
    with people.work() as work:
        work.connection.execute(schema.web.submissions.update().values(user="u-t2"))
    told = str(Verify(people, *kept, lambda: "heute")().broken)
    assert "Einreichung" in told


def test_thrown_away_nothing_of_it_is_left_but_that_it_was_there(people):
    sent(people, forms=2)
    with people.look() as work:
        first, second = (one.id for one in work.documents.parts("d1"))
    PutAside(people)(first, OWN)
    assert a_day_later(people) == 1
    assert state_of(people, second) is State.PREPARING
    PutAside(people)(second, OWN)
    a_day_later(people)
    with people.look() as work, pytest.raises(NotFoundError):
        work.documents.get("d1")
    with people.look() as work:
        assert work.copies.history(second)[-1].type == "document.deleted"


def test_a_file_of_which_a_form_was_handed_in_stays(people, submit):
    sent(people, forms=2)
    with people.look() as work:
        first, second = (one.id for one in work.documents.parts("d1"))
    submit(first, 1, OWN)
    with pytest.raises(UsageError):
        PutAside(people)("d1", OWN)
    PutAside(people)(second, OWN)
    assert a_day_later(people) == 1
    with people.look() as work:
        assert work.search.is_visible(first, IFK)
        assert work.search.is_visible("d1", LEAD)


def test_lists_hold_one_s_own_only_and_say_what_is_open(people, submit):
    sent(people)
    sent(people, "d2", traeger="t2")
    lists = StoredPortal(people)
    (one,) = lists.documents(OWN)
    assert (one.id, one.asks, one.blocks, one.submission) == ("d1", 1, 0, None)
    made = submit("d1", 1, OWN)
    with people.work() as work:
        work.documents.move("d1", State.RETURNED, IFK, "Seite 2 fehlt")
    (one,) = lists.documents(OWN)
    assert (one.submission, one.reason) == (made.id, "Seite 2 fehlt")
    assert lists.traeger(OWN) == [("t1", "Träger t1")]


def test_participants_are_those_of_one_s_own_massnahmen(people):
    with people.work() as work:
        do = work.connection.execute
        for key in ("1", "2"):
            do(insert(schema.massnahmen).values(id=f"m{key}", traeger=f"t{key}", name="M"))
            do(insert(schema.persons).values(id=f"p{key}", name=f"N{key}", vorname="V"))
            do(insert(schema.cases).values(id=f"c{key}", person=f"p{key}"))
            row = {"id": f"a{key}", "case": f"c{key}", "massnahme": f"m{key}"}
            do(insert(schema.participations).values(row | {"bis": date(2026, 5, 1)}))
        do(
            insert(schema.case_documents).values(
                document=sent_within(work), case="c1", participation="a1"
            )
        )
    lists = StoredPortal(people)
    (one,) = lists.participants(OWN, DAY)
    assert (one.participation, one.name) == ("a1", "N1")
    assert [came.document for came in one.came] == ["d1"]
    assert lists.participants(OWN, date(2026, 6, 1)) == []
    with pytest.raises(NotFoundError):
        lists.participant("a2", OWN)


def sent_within(work) -> str:
    """Receive a form inside a transaction."""
    from formservice.application.ports_store import SERVICE, Arrival, Found  # noqa: PLC0415

    work.documents.receive(
        Arrival("d1", "0" * 64, 5, "x", "portal", DAY, "text", "t1"), OWN, is_read=True
    )
    work.documents.found("d1", [Found([], reading("N"))], SERVICE)
    return "d1"
