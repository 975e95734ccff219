"""How errors are told: a page for people, the problem shape of the API for programs."""

import logging
from urllib.parse import quote, unquote, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Match

from formservice.domain.errors import (
    AlteredError,
    ClashError,
    ConflictError,
    EngineError,
    FormServiceError,
    InputError,
    NotFoundError,
    RefusedError,
    StorageError,
    UsageError,
)
from formservice.web import guard
from formservice.web.flash import flash
from formservice.web.misunderstood import misunderstood, sentence
from formservice.web.navigation import ways_on
from formservice.web.pages_made import page
from formservice.web.posted_form import broken_upload
from formservice.web.sign_in import way_back
from formservice.web.texts import text

_LOG = logging.getLogger("formservice.web")
API = "/api/"
# The first kind that fits counts.
_STATUS: tuple[tuple[type[FormServiceError], int], ...] = (
    (guard.SignInFirstError, 401),
    (guard.MissingStepError, 403),
    (guard.ForbiddenError, 403),
    (guard.ForgedError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (InputError, 422),
    (UsageError, 400),
    (StorageError, 503),
    (EngineError, 503),
)


def status_of(error: FormServiceError) -> int:
    """Return the HTTP status of an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def problem(error: FormServiceError) -> dict[str, object]:
    """Return an error as programs get it."""
    return {"ok": False, "code": error.code, "error": str(error), "hint": hint_of(error)}


def hint_of(error: FormServiceError) -> str:
    """Return what helps whoever is not at the machine; what helps who runs it is in the log.

    Settings, servers and disks are nothing that people in front of a page can put right.
    """
    if not isinstance(error, StorageError) or isinstance(error, ClashError):
        return error.hint
    # Trying again mends nothing that is altered, or that the database never takes.
    is_lasting = isinstance(error, AlteredError | RefusedError)
    return text("errors.storage.lasting" if is_lasting else "errors.storage.hint")


def add_to(app: FastAPI) -> None:
    """Let ``app`` answer every error so."""
    app.add_exception_handler(FormServiceError, _told)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, FormServiceError)  # noqa: S101 - what the handler is registered for
    if _is_page(request):
        if isinstance(error, guard.SignInFirstError):
            return _to_sign_in(request)
        if isinstance(error, guard.MissingStepError):
            return RedirectResponse(request.app.url_path_for("sign_in_next"), 303)
    return _answer(request, error)


def _to_sign_in(request: Request) -> Response:
    """Lead to where one signs in, and say why if somebody was signed in before."""
    is_look = request.method == "GET"
    back = request.url.path if is_look else _page_before(request)
    after = f"?weiter={quote(back)}" if back else ""
    answer = RedirectResponse(request.app.url_path_for("sign_in") + after, 303)
    if guard.secret_of(request):
        told = "errors.ended" if is_look else "errors.ended_sent"
        flash(request, answer, told, kind="info" if is_look else "warning")
    return answer


def _page_before(request: Request) -> str:
    """Return the path of our page that sent something, empty if it was none of ours.

    A form that was told to be wrong stands at an address that takes posts only: then it is the
    page above that one.
    """
    named = request.headers.get("referer", "")
    try:
        parts = urlsplit(named)
    except ValueError:
        return ""
    if not named or not guard.is_ours(f"{parts.scheme}://{parts.netloc}", request):
        return ""
    path = parts.path
    while path.strip("/") and not _can_be_opened(request, path):
        path = path.rpartition("/")[0]
    return way_back(path) if path.strip("/") else ""


def _can_be_opened(request: Request, path: str) -> bool:
    asked = {"type": "http", "method": "GET", "path": unquote(path), "root_path": ""}
    return any(one.matches(asked)[0] is Match.FULL for one in request.app.router.routes)


def _http(request: Request, error: Exception) -> Response:
    """Tell what the framework refuses: no such page, no such method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - what the handler is registered for
    known = {404: "not-found", 405: "method", 413: "input.too-large", 429: "too-many"}
    code = known.get(error.status_code, "request")
    is_program = request.url.path.startswith(API)
    if is_program and error.status_code == 400:  # the framework could not read the body
        told: FormServiceError = _broken(request)
        return _answer(request, told, 400)
    hint = f"errors.programs.{code}" if is_program else f"errors.{code}.hint"
    told = _OnlyWebError(text(f"errors.{code}.error"), text(hint))
    told.code = code
    answer = _answer(request, told, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


def _invalid(request: Request, error: Exception) -> Response:
    """Tell that a request is not as it has to be; what stood there is repeated nowhere."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    if _is_page(request) and all(one["type"] == "string_too_long" for one in error.errors()):
        # People do not know the names of fields.
        told = UsageError(text("errors.long.error"), text("errors.long.hint"))
        return _answer(request, told, 422)
    if _is_page(request) and any(one["loc"][0] == "path" for one in error.errors()):
        # There is no page at an address that is none of ours.
        return _http(request, HTTPException(404))
    problems = misunderstood(error.errors())
    told = UsageError(sentence(problems), text("errors.invalid.hint"))
    if _is_page(request):
        return _answer(request, told, 422)
    places = [{"where": one.where, "message": one.message} for one in problems]
    return JSONResponse(problem(told) | {"problems": places}, 422)


def _broken(request: Request) -> UsageError:
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        return broken_upload()
    return UsageError(text("errors.programs.body.error"), text("errors.programs.body.hint"))


def _unexpected(request: Request, error: Exception) -> Response:
    """Tell that something went wrong that nobody foresaw; ``Measured`` has logged where."""
    told = _OnlyWebError(text("errors.internal.error"), text("errors.internal.hint"))
    told.code = "internal"
    try:
        return _answer(request, told, 500)
    except Exception as again:  # whatever broke the page may break this one, too
        _LOG.error("the page of an error could not be made: %s", type(again).__name__)
        return PlainTextResponse(f"{told}\n{told.hint}\n", 500)


class _OnlyWebError(FormServiceError):
    """What only the web refuses."""

    code = "request"


def _answer(request: Request, error: FormServiceError, status: int | None = None) -> Response:
    status = status or status_of(error)
    if isinstance(error, StorageError):
        known = {"request": request.scope.get("state", {}).get("request")}
        _LOG.error("%s: %s %s", error.code, error.message, error.hint, extra=known)
    if not _is_page(request):
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
        return JSONResponse(problem(error), status, headers)
    _look_who(request)
    shown = {
        "error": error,
        "hint": hint_of(error),
        "status": status,
        "desk": ways_on(request, error),
    }
    return page(request, "error.html", shown, status)


def _look_who(request: Request) -> None:
    """Find out who is looking where no route has asked, so that the page leads on for them."""
    if getattr(request.state, "me", None) is None:
        try:
            guard.signed_in(request, guard.at_home(request))
        except Exception:  # an error page is told even if the database is gone
            request.state.me = None


def _is_page(request: Request) -> bool:
    return not request.url.path.startswith(API) and "application/json" not in request.headers.get(
        "accept", ""
    )
