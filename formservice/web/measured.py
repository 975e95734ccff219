"""Every request is measured, gets an id, and leaves one line in the log."""

import logging
import secrets
import time
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from formservice.web.metrics import Metrics

_LOG = logging.getLogger("formservice.web")
_UNKNOWN = "–"
# Asked for all day, and about nothing: they are logged only when they go wrong.
_QUIET = ("/gesund", "/bereit", "/metrics", "/static")
# A method is whatever somebody writes there, and each name that is counted is kept for good.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER = "OTHER"
_CAME_BACK = "/anmelden/dienstkonto/zurueck"


@dataclass(slots=True)
class _Seen:
    """What is seen of one request while it is answered."""

    begun: float = field(default_factory=time.monotonic)
    status: int = 0
    received: int = 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun


class Measured:
    """Measures; and answers with a page what nobody foresaw, so that no library logs values."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Wrap ``app`` and count in ``metrics``."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, and tell how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen, name = _Seen(), secrets.token_hex(8)
        scope.setdefault("state", {})["request"] = name

        async def counted() -> Message:
            message = await receive()
            seen.received += len(message.get("body", b""))
            return message

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = name
            await send(message)

        try:
            await self._app(scope, counted, told)
        except ClientDisconnect:
            pass  # whoever sent it is gone in the middle of it: there is nobody to be answered
        except Exception as error:
            _LOG.error("unexpected", exc_info=error, extra={"request": name})
            if seen.status:  # too late for a page
                raise
            seen.status = 500
            await _sorry(scope, error, counted, told)
        finally:
            self._tell(scope, seen, name)

    def _tell(self, scope: Scope, seen: _Seen, name: str) -> None:
        route = template(scope)
        status = seen.status or 499  # nobody waited for the answer
        method = scope["method"] if scope["method"] in _METHODS else _OTHER
        self._metrics.requests.labels(method, route, str(status)).inc()
        if not route.startswith("/live/"):
            self._metrics.seconds.labels(method, route).observe(seen.seconds)
        kind = Headers(scope=scope).get("content-type", "")
        if kind.startswith("multipart/form-data") and seen.received:
            self._metrics.uploads.labels(route, "yes" if status < 400 else "no").inc()
            self._metrics.upload_bytes.labels(route).inc(seen.received)
        if _is_refused_sign_in(method, route, status):
            self._metrics.sign_ins_failed.inc()
        if route.startswith(_QUIET) and status < 500:
            return
        me = scope["state"].get("me")
        _LOG.log(
            logging.INFO if status < 500 else logging.ERROR,
            "request",
            extra={
                "request": name,
                "method": method,
                "route": route,
                "status": status,
                "ms": round(seen.seconds * 1000),
                "role": str(me.role) if me is not None else None,
                "bytes": seen.received or None,
            },
        )


def _is_refused_sign_in(method: str, route: str, status: int) -> bool:
    """Say whether somebody was not let in, here or after they came back from another service."""
    # With 503 the other service was away: nobody was refused.
    sent = method == "POST" and route.startswith("/anmelden")
    return (sent or route == _CAME_BACK) and status in (401, 403, 422, 429)


def template(scope: Scope) -> str:
    """Return the pattern of the route that answered, never the address that was asked for."""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str):
        return path
    mounted = scope.get("root_path", "")
    return mounted if mounted in ("/static", "/static/kern") else _UNKNOWN


async def _sorry(scope: Scope, error: Exception, receive: Receive, send: Send) -> None:
    """Answer with the page for what nobody foresaw."""
    handler = scope["app"].exception_handlers[Exception]
    answer = handler(Request(scope, receive), error)
    await answer(scope, receive, send)
