"""Under which names and addresses the service answers.

Links it makes are never to somebody else's name; and no address has NUL.
"""

from collections.abc import Collection

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_HERE = ("127.0.0.1", "localhost", "[::1]")


class Hosts:
    """Refuses requests that name another host than ours."""

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        """Let requests to ``app`` name one of ``names``, or this machine; ``*.x`` is any of x."""
        self._app = app
        self._names = frozenset(one for one in names if not one.startswith("*.")) | set(_HERE)
        self._ends = tuple(one[1:] for one in names if one.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, where the name is ours."""
        if scope["type"] != "http" or self._is_ours(Headers(scope=scope).get("host", "")):
            await self._app(scope, receive, send)
            return
        # Of a page nothing could be loaded: all its addresses would be under this name.
        answer = PlainTextResponse("Unter diesem Rechnernamen gibt es hier nichts.", 421)
        await answer(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        name = host.lower()
        if not name.endswith("]"):
            head, colon, port = name.rpartition(":")
            name = head if colon and port.isdecimal() else name
        return name in self._names or name.endswith(self._ends)


class Addresses:
    """Answers that there is nothing at an address with NUL.

    No id, name or file has one, and neither PostgreSQL nor a folder can be asked for it: each
    route would have to know.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``, which knows how errors are told."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, or as it answers where there is no route."""
        if scope["type"] != "http" or "\0" not in scope["path"]:
            await self._app(scope, receive, send)
            return
        handler = scope["app"].exception_handlers[HTTPException]
        # It asks who is looking, so that the page leads on for them.
        answer = await run_in_threadpool(handler, Request(scope, receive), HTTPException(404))
        await answer(scope, receive, send)
