"""Under which names the service answers: links it makes are never to somebody else's name."""

from collections.abc import Collection

from starlette.datastructures import Headers
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
