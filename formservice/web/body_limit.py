"""How much one request may send: what is more is never kept, not even for a moment.

Files may be large, and only from people whom the route knows before it reads them: what a stranger
sends is in memory before anybody could refuse it.
"""

import asyncio
import time

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from formservice.web import guard
from formservice.web.api.route import ApiRoute

MOST_WITHOUT_FILES = 4 * 1024**2
"""So many bytes a page may send, or a program; a form with the longest texts has some 100,000."""

# A browser that is still sending hears no answer: so much more is taken and thrown away.
_PATIENCE_S, _TIMES = 20.0, 3


class BodyLimit:
    """Ends requests that send more than they may with 413."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        """Let uploads to ``app`` send ``most`` bytes, and all else no more than pages hold."""
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most if _is_upload(scope) else min(self._most, MOST_WITHOUT_FILES)
        said = Headers(scope=scope).get("content-length", "")
        far = said.isdecimal() and (len(said) > 15 or int(said) > most)
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if far or taken > most:
                await _thrown_away(receive, message, most * _TIMES)
                raise HTTPException(413)
            return message

        await self._app(scope, limited, send)


async def _thrown_away(receive: Receive, message: Message, most: int) -> None:
    """Read what still comes, within limits, so that the answer is heard."""
    until, count = time.monotonic() + _PATIENCE_S, 0
    while message.get("more_body") and count < most:
        left = until - time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, left)):
                message = await receive()
        except TimeoutError:
            return
        count += len(message.get("body", b""))


def _is_upload(scope: Scope) -> bool:
    """Say whether files may come: of a kind that is kept on disk, from somebody who is known."""
    if not Headers(scope=scope).get("content-type", "").lower().startswith("multipart/form-data"):
        return False
    routes: list[BaseRoute] = scope["app"].router.routes
    found = next((one for one in routes if one.matches(scope)[0] is Match.FULL), None)
    return found is not None and _knows_who_sends(found)


def _knows_who_sends(route: BaseRoute) -> bool:
    """Say whether a route asks who sends something before any of it is read.

    What a page has as ``Form()`` the framework reads before it asks for anything.
    """
    try:
        is_closed = guard.action_of(route) is not None
    except LookupError:  # files of pages, which take nothing
        return False
    return is_closed and (
        isinstance(route, ApiRoute) or getattr(route, "body_field", None) is None
    )
