"""What the next page says about what was just done, with a way to undo it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request, Response

from formservice.web import guard
from formservice.web.texts import text

_SECONDS = 60
# A browser keeps 4,096 bytes of a cookie; ours hold a key and some ids.
_LONGEST = 3000


@dataclass(frozen=True, slots=True)
class Flash:
    """A sentence of the catalogue, its kind (of alert), and where its undoing is POSTed to."""

    text: str
    kind: str = "success"
    undo: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def flash(
    request: Request,
    response: Response,
    key: str,
    *,
    kind: str = "success",
    undo: str = "",
    fields: Mapping[str, str] | None = None,
    **values: object,
) -> Response:
    """Let the next page that this browser shows say a text of the catalogue; return ``response``.

    ``undo`` is an address to which a button „Rückgängig machen“ posts ``fields``. The message
    travels in a signed cookie of a minute: it holds numbers, ids and words of ours, never what
    stands in a form.
    """
    body = {"key": key, "kind": kind, "undo": undo, "fields": dict(fields or {}), "values": values}
    data = base64.urlsafe_b64encode(json.dumps(body, ensure_ascii=False, default=str).encode())
    signed = f"{data.decode()}.{_sign(request, data)}"
    if len(signed) <= _LONGEST:
        guard.keep_cookie(request, response, _cookie(request), signed, _SECONDS)
    return response


def flashed(request: Request) -> Flash | None:
    """Return what the page has to say; None if nothing, or nothing that we have signed."""
    data, _, signature = request.cookies.get(_cookie(request), "").partition(".")
    right = _sign(request, data.encode())
    if not data or not hmac.compare_digest(signature.encode(), right.encode()):
        return None
    body = json.loads(base64.urlsafe_b64decode(data))
    try:
        told = text(body["key"], **body["values"])
    except KeyError:  # a text that an update has taken away
        return None
    return Flash(told, body["kind"], body["undo"], body["fields"])


def said(request: Request, response: Response) -> None:
    """Forget the message with ``response``: it is on the page."""
    guard.drop_cookie(request, response, _cookie(request))


def _cookie(request: Request) -> str:
    return guard.cookie_name(guard.at_home(request), "formservice-mitteilung")


def _sign(request: Request, data: bytes) -> str:
    # Bound to the session: nobody sees what somebody else has done at this machine.
    secret = guard.at_home(request).secret
    spoken = guard.secret_of(request).encode() + b"." + data
    return hmac.new(secret, spoken, hashlib.sha256).hexdigest()
