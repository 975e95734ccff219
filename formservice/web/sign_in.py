"""How a browser becomes somebody's: its cookie, and the way back to where they wanted to go."""

from urllib.parse import quote, unquote, urlsplit

from fastapi import Request, Response
from starlette.responses import RedirectResponse

from formservice.application.accounts import Begun
from formservice.domain.accounts import ACKNOWLEDGE, NEW_PASSWORD, SECOND_FACTOR, SET_UP
from formservice.web.guard import (
    at_home,
    cookie_name,
    drop_cookie,
    guest_cookie,
    keep_cookie,
)

# The page of each step, by the name of its route.
PAGES = {
    SECOND_FACTOR: "second_factor",
    NEW_PASSWORD: "new_password",
    SET_UP: "set_up",
    ACKNOWLEDGE: "acknowledgement",
}
_LONGEST = 500


def way_back(given: str | None) -> str:
    r"""Return where to go after signing in: a path of ours, or nowhere in particular.

    A browser takes ``//host``, ``/\host`` and paths with control characters for other hosts.
    """
    path = given or ""
    plain = unquote(path)
    is_path = path.startswith("/") and not path.startswith("//") and len(path) <= _LONGEST
    is_odd = "\\" in plain or not plain.isprintable() or plain.startswith("//")
    if not is_path or is_odd or urlsplit(path).netloc or path.startswith("/anmelden"):
        return ""
    return path


def onwards(request: Request, missing: tuple[str, ...], back: str) -> Response:
    """Return where somebody goes next: to the step that is missing, or where they wanted to."""
    url = request.app.url_path_for
    if not missing:
        return RedirectResponse(back or str(url("start")), 303)
    after = f"?weiter={quote(back)}" if back else ""
    return RedirectResponse(f"{url(PAGES[missing[0]])}{after}", 303)


def carried_on(request: Request, begun: Begun, back: str) -> Response:
    """Give the browser its new secret and send it onwards."""
    return with_session(request, onwards(request, begun.missing, back), begun.secret)


def with_session(request: Request, answer: Response, secret: str) -> Response:
    """Let the browser keep the secret of its session; what it had as a stranger goes."""
    house = at_home(request)
    keep_cookie(request, answer, cookie_name(house), secret)
    drop_cookie(request, answer, guest_cookie(house))
    return answer


def without_session(request: Request, answer: Response) -> Response:
    """Let the browser forget its session, and what it has kept of it: pictures of pages."""
    drop_cookie(request, answer, cookie_name(at_home(request)))
    answer.headers["clear-site-data"] = '"cache"'
    return answer
