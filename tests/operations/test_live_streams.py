"""Nobody takes the connections of everybody: how many streams one person may have open."""

import asyncio
import json

import pytest

from formservice.web import live
from formservice.web.guard import cookie_name

PATIENCE_S = 60


class Looking:
    """Somebody whose browser follows a document until they leave."""

    def __init__(self, app, document, user):
        house = app.state.house
        secret = house.sessions.open(user, "test")
        self._app = app
        self._scope = {
            "type": "http",
            "method": "GET",
            "path": f"/live/documents/{document}",
            "query_string": b"",
            "scheme": "http",
            "headers": [
                (b"host", b"127.0.0.1"),
                (b"accept", b"application/json"),
                (b"cookie", f"{cookie_name(house)}={secret}".encode()),
            ],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "state": {},
        }
        self._has_left, self._is_answered = asyncio.Event(), asyncio.Event()
        self._asked = False
        self.status, self.headers, self.body = 0, {}, b""

    async def opened(self):
        """Ask, and return once the answer has begun."""
        self._task = asyncio.create_task(self._app(self._scope, self._receive, self._send))
        async with asyncio.timeout(PATIENCE_S):
            await self._is_answered.wait()
        return self

    async def left(self):
        """Leave, and return once the server has noticed."""
        self._has_left.set()
        async with asyncio.timeout(PATIENCE_S):
            await self._task

    async def _receive(self):
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._has_left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")
            self._is_answered.set()


def run(of):
    """Run a test that opens streams, and leave none of them open."""

    async def whole():
        opened = []

        async def look(app, document, user):
            one = await Looking(app, document, user).opened()
            opened.append(one)
            return one

        try:
            await of(look)
        finally:
            for one in opened:
                await one.left()

    asyncio.run(whole())


@pytest.fixture(autouse=True)
def few(monkeypatch, app):
    """Let everybody have three streams, so that the test is quick."""
    monkeypatch.setattr(live, "_MOST_STREAMS", 3)
    app.state.streams = live.places()


def test_who_has_all_their_streams_open_is_refused_one_more(app, received):
    document = received(b"one")

    async def tried(look):
        for _ in range(3):
            assert (await look(app, document, "carla")).status == 200
        refused = await look(app, document, "carla")
        assert refused.status == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert json.loads(refused.body)["code"] == "too-many"

    run(tried)


def test_the_streams_of_one_person_are_not_counted_as_those_of_another(app, received):
    document = received(b"one")

    async def tried(look):
        for _ in range(3):
            await look(app, document, "carla")
        assert (await look(app, document, "elif")).status == 200

    run(tried)


def test_who_closes_a_page_may_open_another(app, received):
    document = received(b"one")

    async def tried(look):
        streams = [await look(app, document, "carla") for _ in range(3)]
        assert (await look(app, document, "carla")).status == 429
        await streams[0].left()
        assert (await look(app, document, "carla")).status == 200

    run(tried)


def test_a_page_left_before_its_first_event_counts_no_more(app, received):
    document = received(b"one")

    class Gone(Looking):
        async def _send(self, message):
            self._is_answered.set()
            raise OSError

    async def tried(look):
        for _ in range(6):
            gone = await Gone(app, document, "carla").opened()
            with pytest.raises((OSError, ExceptionGroup)):
                await gone.left()
        assert (await look(app, document, "carla")).status == 200

    run(tried)
