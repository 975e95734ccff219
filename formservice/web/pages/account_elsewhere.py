"""Signing in with the office's own service that knows people, and signing out everywhere."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import RedirectResponse

from formservice.application.accounts_elsewhere import (
    AwayError,
    NoRoleError,
    NotTrustedError,
    Provider,
)
from formservice.domain.errors import FormServiceError, NotFoundError
from formservice.web.guard import (
    Home,
    cookie_name,
    drop_cookie,
    keep_cookie,
    own_page,
    public,
    secret_of,
)
from formservice.web.house import House
from formservice.web.pages.account import Back
from formservice.web.pages_made import page
from formservice.web.rates import address_of, rates_of
from formservice.web.sign_in import onwards, way_back, with_session, without_session
from formservice.web.texts import text

router = APIRouter()
LongText = Annotated[str, Form(max_length=20_000)]
_LOG = logging.getLogger("formservice.web")
_ASKED, _ASKED_S = "formservice-dienstkonto", 600
_FAREWELL, _FAREWELL_S = "formservice-abschied", 300


@router.get("/anmelden/dienstkonto", name="elsewhere", dependencies=public())
def elsewhere(request: Request, house: Home, weiter: Back = "") -> Response:
    """Send the browser to the other service."""
    rates_of(request).hit("login", address_of(request))
    back = way_back(weiter)
    try:
        asked = _provider(house).asked(back)
    except (AwayError, NotTrustedError) as error:
        return _refused(request, error, 503, back)
    answer = RedirectResponse(asked.address, 303)
    keep_cookie(request, answer, cookie_name(house, _ASKED), asked.kept, _ASKED_S)
    return answer


@router.get("/anmelden/dienstkonto/zurueck", name="elsewhere_back", dependencies=public())
def elsewhere_back(request: Request, house: Home) -> Response:
    """Take what the other service says of who comes back."""
    rates_of(request).hit("login", address_of(request))
    name = cookie_name(house, _ASKED)
    provider, kept = _provider(house), request.cookies.get(name, "")
    try:
        claimed = provider.claimed(kept, dict(request.query_params))
        secret = house.elsewhere.let_in(claimed, request.headers.get("user-agent", ""))
    except (NotTrustedError, NoRoleError, AwayError) as error:
        _LOG.warning("sign-in elsewhere: %s", error.code)
        status = 503 if isinstance(error, AwayError) else 403
        answer = _refused(request, error, status, provider.wanted(kept))
    else:
        house.sessions.close(secret_of(request))
        answer = with_session(request, onwards(request, (), claimed.back), secret)
    drop_cookie(request, answer, name)
    return answer


@router.post("/anmelden/dienstkonto/abmelden", name="elsewhere_ended", dependencies=public())
def elsewhere_ended(request: Request, house: Home, logout_token: LongText = "") -> Response:
    """End sessions that the other service has ended (back-channel logout).

    No page of ours sends this, so it has no token of a page: its own is signed.
    """
    rates_of(request).hit("login", address_of(request))
    try:
        over = _provider(house).over(logout_token)
    except (NotTrustedError, AwayError) as error:
        _LOG.warning("logout elsewhere: %s", error.code)
        return Response(status_code=400)
    ended = house.elsewhere.ended(over)
    _LOG.info("logout elsewhere: %d sessions", ended)
    return Response(status_code=200)


@router.post("/abmelden", name="sign_out", dependencies=[*public(), Depends(own_page)])
def sign_out(request: Request, house: Home) -> Response:
    """End the session of this browser."""
    other = house.sessions.close(secret_of(request))
    answer = RedirectResponse(request.app.url_path_for("signed_out"), 303)
    if other is not None and house.provider is not None:
        # Only a link leads there: browsers do not follow a form of ours to another host.
        keep_cookie(request, answer, cookie_name(house, _FAREWELL), other.hint or "-", _FAREWELL_S)
    return without_session(request, answer)


@router.get("/abgemeldet", name="signed_out", dependencies=public())
def signed_out(request: Request, house: Home) -> Response:
    """Say that nobody is signed in here any more."""
    has_more = house.provider is not None and cookie_name(house, _FAREWELL) in request.cookies
    return page(request, "account/signed_out.html", {"has_more": has_more})


@router.get("/abgemeldet/dienstkonto", name="farewell", dependencies=public())
def farewell(request: Request, house: Home) -> Response:
    """Send the browser to where it ends its session at the other service."""
    name = cookie_name(house, _FAREWELL)
    hint = request.cookies.get(name)
    address = _provider(house).farewell(hint) if hint else None
    answer = RedirectResponse(address or request.app.url_path_for("signed_out"), 303)
    drop_cookie(request, answer, name)
    return answer


def _provider(house: House) -> Provider:
    if house.provider is None:
        raise NotFoundError(text("errors.not-found.error"), text("errors.not-found.hint"))
    return house.provider


def _refused(request: Request, error: FormServiceError, status: int, back: str) -> Response:
    told = {"error": error, "back": back, "login": "", "has_other": True}
    return page(request, "account/sign_in.html", told, status)
