"""What every answer tells the browser: what a page may load, and that nobody keeps it.

HEAD, as monitors ask it, is answered as GET without its body (RFC 9110, 9.3.2).
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing from elsewhere, no script or style inside a page, no frame around it. KERN's symbols are
# ``data:`` pictures in its style sheet; pages of scans are shown from ``blob:`` while they load.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
    " img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'; manifest-src 'self'"
)
_ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    # Nothing to others. With „no-referrer“ browsers hide from us, too, which page sent a form.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), microphone=(), camera=(self)",
}


# These know HEAD themselves, or never end.
_OTHERS = ("/api/", "/static/", "/live/")
# Their addresses change with their contents; fonts, which their style sheet names, never change.
_FOR_GOOD = "public, max-age=31536000, immutable"


def _kept(scope: Scope) -> str:
    """Return how long a browser may keep an answer: our own files, or not at all."""
    if not scope["path"].startswith("/static/"):
        return "no-store"
    lasting = scope["query_string"].startswith(b"v=") or scope["path"].endswith(".woff2")
    return _FOR_GOOD if lasting else "no-cache"


class Headers:
    """Adds the headers; contents of forms are kept by no cache."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        """Wrap ``app``; ``https`` says that people reach it by HTTPS only."""
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", _kept(scope))
                if self._https:
                    headers.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        await self._app(scope, receive, told)


class HeadAsGet:
    """Lets pages be asked by HEAD wherever they may be asked by GET."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app answers GET."""
        is_head = scope["type"] == "http" and scope["method"] == "HEAD"
        if not is_head or scope["path"].startswith(_OTHERS):
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # A copy: the server goes by its own that an answer to HEAD has a length and no body.
        await self._app({**scope, "method": "GET"}, receive, without_body)
