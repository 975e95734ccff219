"""Live progress: server-sent events about documents that workers have in hand."""

import json
import time
from collections.abc import AsyncIterator, Collection
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from formservice.application.live import Glimpse, mark
from formservice.application.terms import STAGES, state_of
from formservice.domain.errors import NotFoundError
from formservice.domain.permissions import Action
from formservice.web.guard import Home, Me, at_home, may, signed_in_now
from formservice.web.house import House
from formservice.web.live_watch import Following, Watch
from formservice.web.rates import Places
from formservice.web.texts import text

router = APIRouter()

# A line now and then keeps proxies from ending what is silent; rights may change meanwhile.
_HEARTBEAT_S, _RIGHTS_S = 15.0, 15.0
# Then the browser asks again by itself, and shows anew who it is.
_LONGEST_S = 600.0
# How often it is looked whether the server is to end.
_TICK_S = 1.0
_AGAIN_MS = 2000
_MOST = 200
# As many pages as one person has open at once, and more; each stream holds a connection.
_MOST_STREAMS, _REFUSED_S = 20, 30.0
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
_LastSeen = Annotated[str, Header(alias="last-event-id", max_length=64)]


@router.get(
    "/live/documents/{document}",
    name="live_document",
    dependencies=may(Action.READ_DOCUMENT),
    response_class=StreamingResponse,
)
async def live_document(
    request: Request, document: str, me: Me, house: Home, last_event_id: _LastSeen = ""
) -> Response:
    """Tell how far the work on one document is, until it is done."""
    return await _told(request, [document], last_event_id)


@router.get(
    "/live/documents",
    name="live_documents",
    dependencies=may(Action.READ_DOCUMENT),
    response_class=StreamingResponse,
)
async def live_documents(
    request: Request,
    me: Me,
    house: Home,
    id: Annotated[list[str], Query(min_length=1, max_length=_MOST)],
    last_event_id: _LastSeen = "",
) -> Response:
    """Tell how far the work on several documents is, until all are done."""
    return await _told(request, id, last_event_id)


def places() -> Places:
    """Return what counts the streams of everybody."""
    return Places(_MOST_STREAMS, _REFUSED_S)


class _Stream(StreamingResponse):
    """A stream that counts as its viewer's from before it begins until it is over.

    Counted here and not where its events come from: of somebody who is gone before the first
    nobody ever asks for any.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell the events; HTTPException 429 if the viewer has too many streams."""
        streams: Places = scope["app"].state.streams
        with streams.taken(scope["state"]["me"].user):
            await super().__call__(scope, receive, send)


async def _told(request: Request, documents: Collection[str], last: str) -> Response:
    """Return the stream; NotFoundError if the viewer may see none of it."""
    house: House = request.app.state.house
    viewer = request.state.me.author
    mine = sorted(await run_in_threadpool(house.live.visible, documents, viewer))
    if not mine:
        raise NotFoundError(text("live.gone.error"), text("live.gone.hint"))
    if last:
        found = list((await run_in_threadpool(house.live.now, mine)).values())
        if all(one.finished for one in found) and mark(found) == last:
            return Response(status_code=204)  # so a browser does not ask again
    return _Stream(_events(request, mine, last), media_type="text/event-stream", headers=_HEADERS)


async def _events(request: Request, mine: list[str], last: str) -> AsyncIterator[str]:
    """Yield events until all is done, the viewer may no longer look, or the server ends."""
    watch: Watch = request.app.state.watch
    yield f"retry: {_AGAIN_MS}\n\n"
    async with watch.following(mine) as following:
        clock = _Clock()
        told: dict[str, Glimpse] = {}
        first = await _first(following)
        if mark(first) == last:
            told = {one.document: one for one in first}
        while not request.app.state.ending:
            now = following.now()
            name = mark(now)
            for one in now:
                if told.get(one.document) != one:
                    told[one.document] = one
                    yield _event("progress", name, told_of(one))
                    clock.spoke()
            # What nobody has looked at, or what is not there, has not come to its end.
            if following.is_looked and now and all(one.finished for one in now):
                yield _event("done", name, {"documents": len(now)})
                return
            if clock.is_over or not await _may_still(request, mine, clock):
                return
            if clock.is_silent:
                yield ": \n\n"
                clock.spoke()
            await following.changed(_TICK_S)


async def _first(following: Following) -> list[Glimpse]:
    """Return what is seen first of all of them; nobody waits long for a database that is away."""
    for _ in range(10):
        if following.is_looked:
            break
        await following.changed(_TICK_S)
    return following.now()


async def _may_still(request: Request, mine: list[str], clock: "_Clock") -> bool:
    """Ask now and then whether the viewer is still signed in, and may still see all of it."""
    return not clock.asks_rights or await run_in_threadpool(_sees, request, mine)


def _sees(request: Request, mine: list[str]) -> bool:
    me = signed_in_now(request)
    return me is not None and len(at_home(request).live.visible(mine, me.author)) == len(mine)


class _Clock:
    """When a stream has to say something, ask something, or end."""

    def __init__(self) -> None:
        self._begun = self._spoken = self._asked = time.monotonic()

    def spoke(self) -> None:
        self._spoken = time.monotonic()

    @property
    def is_silent(self) -> bool:
        return time.monotonic() - self._spoken > _HEARTBEAT_S

    @property
    def is_over(self) -> bool:
        return time.monotonic() - self._begun > _LONGEST_S

    @property
    def asks_rights(self) -> bool:
        if time.monotonic() - self._asked < _RIGHTS_S:
            return False
        self._asked = time.monotonic()
        return True


def told_of(one: Glimpse) -> dict[str, object]:
    """Return a view of a document as scripts get it; ``text`` is for people."""
    far = one.done is not None and bool(one.total) and not one.finished
    return {
        "document": one.document,
        "stage": one.stage,
        "status": one.status,
        "state": one.state,
        "version": one.version,
        "parts": one.parts,
        "finished": one.finished,
        "failed": one.failed,
        "done": one.done if far else None,
        "total": one.total if far else None,
        "text": sentence(one),
    }


def sentence(one: Glimpse) -> str:
    """Return where a document stands, in a German sentence."""
    if one.failed:
        return text("live.now.failed")
    if one.finished:
        if one.parts > 1:
            return text("live.now.parts", count=one.parts)
        return text("live.now.finished", state=state_of(one.state))
    if one.status == "ready":
        return text("live.now.waiting")
    if one.code == "pages" and one.total and one.total > 1:
        return text("live.now.pages", done=one.done, total=one.total)
    if one.stage == "read":
        return text("live.now.reading")
    return text("live.now.working", stage=STAGES.get(one.stage, one.stage))


def _event(kind: str, name: str, data: dict[str, object]) -> str:
    return f"id: {name}\nevent: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
