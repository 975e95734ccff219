"""How much one request may send: what is more is never kept, not even for a moment."""

import asyncio
import time

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A browser that is still sending hears no answer: so much more is taken and thrown away.
_PATIENCE_S, _TIMES = 20.0, 3


class BodyLimit:
    """Ends requests that send more than they may with 413."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        """Let requests to ``app`` send ``most`` bytes."""
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length", "")
        far = said.isdecimal() and (len(said) > 15 or int(said) > self._most)
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if far or taken > self._most:
                await self._thrown_away(receive, message)
                raise HTTPException(413)
            return message

        await self._app(scope, limited, send)

    async def _thrown_away(self, receive: Receive, message: Message) -> None:
        """Read what still comes, within limits, so that the answer is heard."""
        until, count = time.monotonic() + _PATIENCE_S, 0
        while message.get("more_body") and count < self._most * _TIMES:
            left = until - time.monotonic()
            try:
                async with asyncio.timeout(max(0.0, left)):
                    message = await receive()
            except TimeoutError:
                return
            count += len(message.get("body", b""))
