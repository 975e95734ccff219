"""The same request sent again is done once, whatever happens in between."""

import threading

import pytest
from sqlalchemy import event, insert, select, update

from formservice.adapters.store import schema_web
from formservice.adapters.store.idempotency import StoredAnswers
from formservice.adapters.store.store import Store
from formservice.application.casework_input import person_given
from formservice.application.idempotency import (
    KEPT_S,
    LEASE_S,
    Answer,
    Deed,
    DoOnce,
    LostError,
    Once,
    ReusedError,
    RunningError,
)
from formservice.domain.errors import UsageError
from formservice.web.api import route
from tests.api.test_documents import PDF, upload

KEY = {"idempotency-key": "once-1"}
ONCE = Once("carla", "k", "r")
TABLE = schema_web.idempotency


def person(name="Muster"):
    return {"person": {"name": name, "vorname": "Mia"}}


def cases(client):
    return client.get("/api/v1/cases").json()["items"]


def test_a_change_sent_twice_is_made_once_and_answered_the_same(browser):
    carla = browser("carla")
    first = carla.post("/api/v1/cases", json=person(), headers=KEY)
    again = carla.post("/api/v1/cases", json=person(), headers=KEY)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (
        None,
        "true",
    )
    assert first.status_code == 201
    assert len(cases(browser("frank"))) == 1


def test_without_a_key_it_is_made_twice(browser):
    carla = browser("carla")
    for _ in range(2):
        assert carla.post("/api/v1/cases", json=person()).status_code == 201
    assert len(cases(browser("frank"))) == 2


def test_a_key_used_for_something_else_is_refused(browser):
    carla = browser("carla")
    carla.post("/api/v1/cases", json=person(), headers=KEY)
    answer = carla.post("/api/v1/cases", json=person("Andere"), headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.reused")


def test_keys_of_others_are_none_of_ones_own(browser):
    for user in ("carla", "dirk"):
        answer = browser(user).post("/api/v1/cases", json=person(), headers=KEY)
        assert "idempotency-replayed" not in answer.headers


def test_a_mistake_is_answered_the_same_as_well(browser):
    carla = browser("carla")
    wrong = {"person": {"name": "", "vorname": "Mia"}}
    first = carla.post("/api/v1/cases", json=wrong, headers=KEY)
    again = carla.post("/api/v1/cases", json=wrong, headers=KEY)
    assert first.status_code == again.status_code == 422
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"


def test_an_upload_is_the_same_request_whatever_stands_between_its_parts(browser):
    carla = browser("carla")
    first, again = (upload(carla, key="once-1") for _ in range(2))
    assert again.headers["idempotency-replayed"] == "true"
    assert first.json() == again.json()
    other = upload(carla, data=PDF + b" ", key="once-1")
    assert other.json()["code"] == "idempotency.reused"


def test_what_is_refused_for_this_role_may_be_asked_again(browser, house):
    anna = browser("anna")
    for _ in range(2):
        answer = anna.post("/api/v1/cases", json=person(), headers=KEY)
        assert answer.status_code == 403
        assert "idempotency-replayed" not in answer.headers


def test_a_secret_is_not_told_twice_and_kept_nowhere(browser, house):
    gerda = browser("gerda")
    sent = {"name": "Fachverfahren", "days": 30}
    secret = gerda.post("/api/v1/tokens", json=sent, headers=KEY).json()["secret"]
    again = gerda.post("/api/v1/tokens", json=sent, headers=KEY)
    assert (again.status_code, again.json()["code"]) == (409, "idempotency.done")
    assert len(gerda.get("/api/v1/tokens").json()) == 1
    with house.store.look() as work:
        kept = work.connection.execute(select(TABLE.c.answer)).scalars().all()
    assert all(secret.encode() not in one for one in kept)


@pytest.mark.parametrize("key", ["", "x" * 129, "zwei\tWorte"])
def test_a_key_that_is_none_is_refused(browser, key):
    headers = {"idempotency-key": key}
    answer = browser("carla").post("/api/v1/cases", json=person(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "usage")


def test_no_answer_that_is_kept_holds_what_was_sent(browser, house):
    carla = browser("carla")
    sent = {"person": {"name": "Kanarienvogel", "vorname": "Kim", "geburtsdatum": "x"}}
    carla.post("/api/v1/cases", json=sent, headers=KEY)
    upload(carla, name="Kanarienvogel.pdf", key="once-2")
    with house.store.look() as work:
        kept = work.connection.execute(select(TABLE.c.answer)).scalars().all()
    assert len(kept) == 2
    assert all(b"Kanarienvogel" not in one for one in kept)


def test_of_two_at_once_one_is_done_and_the_other_told_to_wait(house, browser):
    answers = StoredAnswers(house.store)
    do_once, told = DoOnce(answers), list[object]()
    barrier = threading.Barrier(4)

    def ask() -> None:
        barrier.wait()
        try:
            told.append(do_once.begun(ONCE))
        except RunningError as error:
            told.append(error.code)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(map(str, told)) == ["None", *["idempotency.running"] * 3]
    do_once.ended(ONCE, Answer(201, b"{}", "application/json"))
    assert do_once.begun(ONCE) == Answer(201, b"{}", "application/json")


@pytest.fixture
def once(store):
    """The use case on both databases."""
    return DoOnce(StoredAnswers(store)), store


def test_what_ended_with_its_program_is_done_again_by_one(once):
    do_once, store = once
    assert do_once.begun(ONCE) is None
    with pytest.raises(RunningError):
        do_once.begun(ONCE)
    with store.work() as work:
        work.connection.execute(update(TABLE).values(created_at=TABLE.c.created_at - LEASE_S - 1))
    assert do_once.begun(ONCE) is None
    with pytest.raises(RunningError):
        do_once.begun(ONCE)


def lease_ends(store):
    with store.work() as work:
        work.connection.execute(update(TABLE).values(created_at=TABLE.c.created_at - LEASE_S - 1))


def test_a_request_that_goes_on_is_not_taken_over_and_its_lease_is_about_half_a_minute(once):
    do_once, store = once
    assert LEASE_S <= 60
    assert do_once.begun(ONCE) is None
    lease_ends(store)
    do_once.goes_on(ONCE)
    with pytest.raises(RunningError):
        do_once.begun(ONCE)


def write(store):
    with store.work() as work:
        work.connection.execute(select(1))


def test_what_ended_with_its_program_after_it_had_written_is_not_done_again(once):
    do_once, store = once
    assert do_once.begun(ONCE) is None
    with do_once.within(Deed(ONCE)):
        write(store)
        write(store)
    with pytest.raises(RunningError):
        do_once.begun(ONCE)
    lease_ends(store)
    for _ in range(2):
        with pytest.raises(LostError) as told:
            do_once.begun(ONCE)
    assert told.value.code == "idempotency.lost"


def test_what_was_rolled_back_counts_as_not_written(once):
    do_once, store = once
    deed = Deed(ONCE)
    assert do_once.begun(ONCE) is None
    with do_once.within(deed):
        with pytest.raises(UsageError), store.work():
            raise UsageError("Das geht nicht.")
        assert not deed.written
    lease_ends(store)
    assert do_once.begun(ONCE) is None


def test_who_slept_and_was_taken_over_writes_nothing_any_more(once):
    do_once, store = once
    slept, other = Deed(ONCE), Deed(ONCE)
    assert do_once.begun(ONCE) is None
    lease_ends(store)
    assert do_once.begun(ONCE) is None
    with do_once.within(other):
        write(store)
    foreign = {"key": "k2", "user": "x", "request": "r", "created_at": 0.0}
    with do_once.within(slept), pytest.raises(RunningError), store.work() as work:
        work.connection.execute(insert(TABLE).values(**foreign))
    do_once.dropped(slept)
    with store.look() as work:
        assert work.connection.execute(select(TABLE.c.key, TABLE.c.status)).all() == [("k", 0)]
    do_once.ended(ONCE, Answer(200, b"x", "text/plain"))
    assert do_once.begun(ONCE) == Answer(200, b"x", "text/plain")


def test_the_lease_is_renewed_while_the_request_is_done(browser, monkeypatch):
    goes_on, renewed, given = DoOnce.goes_on, threading.Event(), person_given
    monkeypatch.setattr(route, "RENEWED_S", 0.01)

    def noted(self, once):
        goes_on(self, once)
        renewed.set()

    def slow(*all_of):
        assert renewed.wait(60)
        return given(*all_of)

    monkeypatch.setattr(DoOnce, "goes_on", noted)
    monkeypatch.setattr("formservice.web.api.cases.person_given", slow)
    answer = browser("carla").post("/api/v1/cases", json=person(), headers=KEY)
    assert answer.status_code == 201


def test_a_request_whose_program_ended_is_told_to_wait_and_then_what_became_of_it(
    browser, house, monkeypatch
):
    carla, ended = browser("carla"), DoOnce.ended
    monkeypatch.setattr(DoOnce, "ended", lambda *_: None)  # as if it had ended before
    assert carla.post("/api/v1/cases", json=person(), headers=KEY).status_code == 201
    monkeypatch.setattr(DoOnce, "ended", ended)
    waits = carla.post("/api/v1/cases", json=person(), headers=KEY)
    assert (waits.status_code, waits.json()["code"]) == (409, "idempotency.running")
    assert int(waits.headers["retry-after"]) > 0
    lease_ends(house.store)
    lost = carla.post("/api/v1/cases", json=person(), headers=KEY)
    assert (lost.status_code, lost.json()["code"]) == (409, "idempotency.lost")
    assert len(cases(browser("frank"))) == 1


def test_an_upload_whose_program_ended_is_done_again_and_is_the_same_document(
    browser, house, monkeypatch
):
    carla, ended = browser("carla"), DoOnce.ended
    monkeypatch.setattr(DoOnce, "ended", lambda *_: None)
    first = upload(carla, key="once-1").json()[0]["id"]
    monkeypatch.setattr(DoOnce, "ended", ended)
    lease_ends(house.store)
    again = upload(carla, key="once-1")
    assert (again.status_code, again.json()[0]["id"]) == (201, first)


@pytest.mark.parametrize("times", [1, 99], ids=["once", "each time"])
def test_who_asks_while_the_first_gives_up_does_it_or_is_told_to_wait(once, times):
    do_once, store = once
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    beside = Store(store.engine.url)
    others, left = DoOnce(StoredAnswers(beside)), [times]
    assert others.begun(ONCE) is None

    def given_up(_connection, _cursor, statement, *_):
        # Between the insert that met the row of the first, and the look at it.
        if statement.startswith("SELECT") and "idempotency" in statement and left[0]:
            left[0] -= 1
            others.dropped(Deed(ONCE))

    def begun_anew(_connection, _cursor, statement, *_):
        if statement.startswith("INSERT INTO idempotency") and 0 < left[0] < times:
            others.begun(ONCE)

    event.listen(store.engine, "before_cursor_execute", given_up)
    event.listen(store.engine, "before_cursor_execute", begun_anew)
    if times == 1:
        assert do_once.begun(ONCE) is None
    else:
        with pytest.raises(RunningError):
            do_once.begun(ONCE)
    beside.close()


def test_what_was_not_done_is_forgotten_and_what_was_stays_a_day(once):
    do_once, store = once
    assert do_once.begun(ONCE) is None
    do_once.dropped(Deed(ONCE))
    assert do_once.begun(ONCE) is None
    do_once.ended(ONCE, Answer(200, b"x", "text/plain"))
    do_once.dropped(Deed(ONCE))
    assert do_once.begun(ONCE) == Answer(200, b"x", "text/plain")
    with pytest.raises(ReusedError):
        do_once.begun(Once("carla", "k", "other"))
    assert do_once.tidied() == 0
    with store.work() as work:
        work.connection.execute(update(TABLE).values(created_at=TABLE.c.created_at - KEPT_S - 1))
    assert do_once.tidied() == 1
    assert do_once.begun(ONCE) is None
