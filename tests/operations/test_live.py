"""People see how far the work on their documents is, while it happens."""

import asyncio
import json
import threading
import time

import pytest
from sqlalchemy import insert, update
from starlette.requests import Request
from starlette.responses import StreamingResponse

from formservice.adapters.store import schema
from formservice.application.live import Glimpse, mark
from formservice.application.signed_in import SignedIn
from formservice.domain.case import Role
from formservice.web import live
from formservice.web.guard import cookie_name
from formservice.web.live_watch import Watch

STAGE = ("read",)


def events(text):
    """Return the events of a stream: kind, id and data."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in lines:
            found.append((lines["event"], lines["id"], json.loads(lines["data"])))
    return found


def finish(house, document, status="waiting"):
    with house.store.work() as work:
        claim = work.queue.claim(STAGE, "test", 30)
        assert claim is not None
        assert claim.document == document
        work.queue.finish(claim, "done", status)


def test_a_stream_ends_when_the_work_is_done(browser, house, received):
    document = received(b"one")
    finish(house, document)
    answer = browser("carla").get(f"/live/documents/{document}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    assert "no-store" in answer.headers["cache-control"]
    (kind, _, told), (last, _, _) = events(answer.text)
    assert (kind, last) == ("progress", "done")
    assert told["document"] == document
    assert told["finished"]
    assert told["text"] == "Fertig. Stand: eingegangen."


def test_every_step_is_told_with_a_sentence_as_it_happens(app, browser, house, received):
    document = received(b"one")

    def is_seen(status, done):
        """Wait until the stream has this before it: nobody sees what is over at once."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            seen = app.state.watch.seen(document)
            if seen is not None and (seen.status, seen.done) == (status, done):
                time.sleep(0.1)
                return
            time.sleep(0.01)

    def work():
        is_seen("ready", None)
        with house.store.work() as one:
            claim = one.queue.claim(STAGE, "test", 60)
        for page in (1, 2):
            with house.store.work() as one:
                one.queue.tell(claim, "pages", page, 3)
            is_seen("running", page)
        with house.store.work() as one:
            one.queue.finish(claim, "done", "waiting")

    worker = threading.Thread(target=work)
    worker.start()
    answer = browser("carla").get(f"/live/documents/{document}")
    worker.join()
    sentences = [told["text"] for kind, _, told in events(answer.text) if kind == "progress"]
    assert sentences[0] == "Ist angekommen und wird gleich gelesen."
    assert "Wird gelesen: Seite 1 von 3." in sentences
    assert "Wird gelesen: Seite 2 von 3." in sentences
    assert sentences[-1] == "Fertig. Stand: eingegangen."


def test_a_document_that_was_put_aside_is_told_as_such(browser, house, received):
    document = received(b"one")
    with house.store.work() as work:
        work.queue.fail(work.queue.claim(STAGE, "test", 30), "input.damaged", None)
    told = events(browser("carla").get(f"/live/documents/{document}").text)[0][2]
    assert told["failed"]
    assert "aufbewahrt" in told["text"]


def test_who_has_seen_the_end_is_not_told_again(browser, house, received):
    document = received(b"one")
    finish(house, document)
    client = browser("carla")
    seen = events(client.get(f"/live/documents/{document}").text)[-1][1]
    again = client.get(f"/live/documents/{document}", headers={"last-event-id": seen})
    assert again.status_code == 204
    other = client.get(f"/live/documents/{document}", headers={"last-event-id": "0" * 16})
    assert [kind for kind, _, _ in events(other.text)] == ["progress", "done"]


def test_several_documents_are_told_of_in_one_stream(browser, house, received):
    documents = [received(data) for data in (b"one", b"two", b"three")]
    for one in documents:
        finish(house, one)
    query = "&".join(f"id={one}" for one in documents)
    told = events(browser("carla").get(f"/live/documents?{query}").text)
    assert {data["document"] for kind, _, data in told if kind == "progress"} == set(documents)
    assert [kind for kind, _, _ in told].count("done") == 1


@pytest.mark.parametrize("user", ["anna", "boris"])
def test_what_somebody_may_not_see_is_the_same_as_what_is_not_there(browser, received, user):
    document = received(b"one")
    client = browser(user)
    client.headers["accept"] = "application/json"
    foreign = client.get(f"/live/documents/{document}")
    unknown = client.get("/live/documents/there-is-none")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.text == unknown.text


def test_of_several_only_those_are_told_that_somebody_may_see(browser, house, received):
    mine, foreign = received(b"one"), received(b"two")
    finish(house, mine)
    with house.store.work() as work:
        own = update(schema.documents).where(schema.documents.c.id == mine)
        work.connection.execute(own.values(traeger="t1"))
    told = browser("anna").get(f"/live/documents?id={mine}&id={foreign}").text
    assert mine in told
    assert foreign not in told


def test_administration_sees_no_progress(browser, received):
    assert browser("gerda").get(f"/live/documents/{received(b'one')}").status_code == 403


def of(app, user="carla", role=Role.IFK):
    """Return a request of somebody who has just signed in, as the streams take it."""
    house = app.state.house
    cookie = f"{cookie_name(house)}={house.sessions.open(user, 'test')}".encode()
    scope = {"type": "http", "app": app, "path": "/live/documents", "headers": [(b"host", b"x")]}
    scope["headers"].append((b"cookie", cookie))
    request = Request(scope | {"state": {}, "query_string": b"", "scheme": "http"})
    request.state.me = SignedIn(user, user, role)
    return request


async def opened(app, documents, count):
    """Return so many open streams of one session, each of which has told its first event."""
    streams, request = [], of(app)
    for index in range(count):
        one = documents[index % len(documents)]
        answer = await live._told(request, [one], "")
        assert isinstance(answer, StreamingResponse)
        stream = aiter(answer.body_iterator)
        for _ in range(2):
            await anext(stream)
        streams.append(stream)
    return streams


def test_two_hundred_open_streams_hold_no_threads_and_no_connections(app, house, received):
    documents = [received(str(number).encode()) for number in range(20)]

    async def many():
        streams = await opened(app, documents, 200)
        before = threading.active_count()
        await asyncio.sleep(1.0)
        assert threading.active_count() <= before
        assert house.store.engine.pool.checkedout() <= 1
        waiting = [asyncio.ensure_future(anext(one)) for one in streams]
        for one in documents:
            await asyncio.to_thread(finish, house, one)
        begun = time.monotonic()
        told = await asyncio.gather(*waiting)
        assert time.monotonic() - begun < 30  # one look is enough for all of them
        assert all('"finished": true' in one for one in told)
        for one in streams:
            await one.aclose()
        assert app.state.watch._running is None
        return before

    assert asyncio.run(many()) < 60


def test_the_end_of_the_server_ends_every_stream(app, received):
    document = received(b"one")

    async def ended():
        (stream,) = await opened(app, [document], 1)
        app.state.ending = True
        return [one async for one in stream]

    assert asyncio.run(ended()) == []


def test_who_loses_the_right_to_look_is_told_nothing_more(app, house, received, monkeypatch):
    monkeypatch.setattr(live, "_RIGHTS_S", 0.0)
    monkeypatch.setattr(live, "_TICK_S", 0.1)
    document = received(b"one")

    async def ended():
        (stream,) = await opened(app, [document], 1)
        with house.store.work() as work:
            given_to(work.connection, document, "dirk")
        return [one async for one in stream]

    assert asyncio.run(ended()) == []


@pytest.mark.parametrize("how", ["signed out", "deactivated"])
def test_who_is_signed_in_no_more_is_told_nothing_more(app, house, received, monkeypatch, how):
    monkeypatch.setattr(live, "_RIGHTS_S", 0.0)
    monkeypatch.setattr(live, "_TICK_S", 0.1)
    document = received(b"one")

    async def ended():
        (stream,) = await opened(app, [document], 1)
        if how == "signed out":
            house.sessions.end_others("carla")
        else:
            with house.store.work() as work:
                carla = update(schema.users).where(schema.users.c.id == "carla")
                work.connection.execute(carla.values(active=False))
        return [one async for one in stream]

    assert asyncio.run(asyncio.wait_for(ended(), 20)) == []


def test_nobody_waits_for_a_look_because_the_last_viewer_left():
    is_looking, is_back = threading.Event(), threading.Event()

    def look(documents):
        is_looking.set()
        is_back.wait(20)
        return {}

    async def left():
        watch = Watch(look)
        async with watch.following(["x"]):
            await asyncio.to_thread(is_looking.wait)
        begun = time.monotonic()
        await asyncio.sleep(0)  # whoever else is answered
        await asyncio.sleep(0)
        return time.monotonic() - begun

    try:
        waited = asyncio.run(left())
    finally:
        is_back.set()
    assert waited < 5


class Looks:
    """A database that is looked at once each time the test lets it."""

    def __init__(self, **states):
        self.states = states
        self.is_away = False
        self.may = threading.Semaphore(0)
        self.asked = []

    def __call__(self, documents):
        self.asked.append(set(documents))
        assert self.may.acquire(timeout=20)
        if self.is_away:
            raise OSError
        return {
            one: Glimpse(one, "read", self.states[one], "received", 1)
            for one in documents
            if one in self.states
        }


async def told_to(app, documents):
    """Return the kinds of events somebody is told, and how many documents the end was of."""
    found = [one async for one in live._events(of(app), documents, "")]
    return [(kind, data.get("documents")) for kind, _, data in events("".join(found))]


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def test_nobody_is_told_of_the_end_before_a_look_has_succeeded(app, monkeypatch):
    monkeypatch.setattr(live, "_TICK_S", 0.01)
    monkeypatch.setattr("formservice.web.live_watch._AWAY_S", 0.01)
    looks = Looks(a="waiting")
    looks.is_away = True

    async def told():
        app.state.watch = Watch(looks)
        stream = asyncio.create_task(told_to(app, ["a"]))
        await asyncio.sleep(0.5)  # longer than the first look is waited for
        assert not stream.done()
        for _ in range(3):
            looks.may.release()
        await until(lambda: len(looks.asked) == 4)
        assert not stream.done()
        looks.is_away = False
        looks.may.release(100)
        return await asyncio.wait_for(stream, 20)

    assert asyncio.run(told()) == [("progress", None), ("done", 1)]


def test_what_is_not_there_is_no_end(app, monkeypatch):
    monkeypatch.setattr(live, "_TICK_S", 0.01)
    looks = Looks()
    looks.may.release(1000)

    async def told():
        app.state.watch = Watch(looks)
        stream = asyncio.create_task(told_to(app, ["a"]))
        await until(lambda: len(looks.asked) >= 3)
        assert not stream.done()
        app.state.ending = True
        return await asyncio.wait_for(stream, 20)

    assert asyncio.run(told()) == []


def test_what_was_seen_for_others_is_not_the_end_of_all_that_somebody_follows(app, monkeypatch):
    monkeypatch.setattr(live, "_TICK_S", 0.01)
    looks = Looks(a="waiting", b="running", c="running")
    looks.may.release()

    async def told():
        watch = app.state.watch = Watch(looks)
        async with watch.following(["a", "c"]):
            await until(lambda: watch.seen("a") is not None and len(looks.asked) == 2)
            # The second look has begun and knows nothing of this viewer.
            stream = asyncio.create_task(told_to(app, ["a", "b"]))
            await asyncio.sleep(0.3)
            looks.may.release()
            await until(lambda: len(looks.asked) == 3)
            await asyncio.sleep(0.3)
            assert not stream.done()
            looks.states["b"] = "waiting"
            looks.may.release(1000)
            return await asyncio.wait_for(stream, 20)

    kinds = asyncio.run(told())
    assert kinds[-1] == ("done", 2)
    assert kinds.count(("progress", None)) == 2


def given_to(connection, document, ifk):
    """Make a document one of a case that somebody has."""
    connection.execute(insert(schema.persons).values(id="p", name="Muster", vorname="Mia"))
    connection.execute(insert(schema.cases).values(id="c", person="p", ifk=ifk))
    connection.execute(insert(schema.case_documents).values(case="c", document=document))


def test_silence_is_broken_for_proxies(app, received, monkeypatch):
    monkeypatch.setattr(live, "_HEARTBEAT_S", 0.1)
    monkeypatch.setattr(live, "_TICK_S", 0.1)
    document = received(b"one")

    async def heard():
        (stream,) = await opened(app, [document], 1)
        beat = await anext(stream)
        await stream.aclose()
        return beat

    assert asyncio.run(heard()) == ": \n\n"


def test_a_database_that_is_away_is_asked_again(monkeypatch):
    monkeypatch.setattr("formservice.web.live_watch._AWAY_S", 0.01)
    asked = []

    def look(documents):
        asked.append(documents)
        if len(asked) < 3:
            raise OSError
        return {}

    async def followed():
        watch = Watch(look)
        async with watch.following(["x"]):
            while len(asked) < 4:
                await asyncio.sleep(0.02)

    asyncio.run(asyncio.wait_for(followed(), 5))
    assert len(asked) >= 4


def test_the_same_view_has_the_same_mark_in_any_order(house, received):
    documents = [received(b"one"), received(b"two")]
    found = house.live.now(documents)
    both = [found[one] for one in documents]
    assert mark(both) == mark(both[::-1])
    finish(house, documents[0])
    assert mark(list(house.live.now(documents).values())) != mark(both)
