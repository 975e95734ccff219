"""Signing in and out, step by step."""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from starlette.responses import JSONResponse

from formservice.application.accounts import WrongCodeError, WrongLoginError
from formservice.application.accounts_own import NewFactor, WrongPasswordError
from formservice.domain.accounts import (
    ACKNOWLEDGE,
    ACKNOWLEDGEMENT,
    NEW_PASSWORD,
    SECOND_FACTOR,
    SET_UP,
    SHORTEST,
    LockedError,
    WeakPasswordError,
)
from formservice.domain.errors import ConflictError, FormServiceError
from formservice.domain.permissions import Action
from formservice.web.acknowledgement import paragraphs, text_hash
from formservice.web.guard import (
    Home,
    Me,
    at_home,
    csrf_token,
    has_new_secret,
    may,
    own_page,
    public,
    secret_of,
    signed_in,
)
from formservice.web.pages_made import page
from formservice.web.rates import address_of, rates_of
from formservice.web.sign_in import (
    carried_on,
    onwards,
    way_back,
    with_session,
)
from formservice.web.told import told_apart

router = APIRouter()

_posted = [*public(), Depends(own_page)]
# Between the password and the rest: known, and not yet let in.
_halfway = [*public(), Depends(signed_in)]
_halfway_posted = [*_halfway, Depends(own_page)]
# Use cases tell at the field what is too long for it; what is longer than this nobody typed.
Text = Annotated[str, Form(max_length=10_000)]
Back = Annotated[str, Query(max_length=2000)]


@router.get("/anmelden", name="sign_in", dependencies=public())
def sign_in(request: Request, house: Home, weiter: Back = "") -> Response:
    """Show the page to sign in; who is signed in goes on."""
    me = house.sessions.known(secret_of(request)) if secret_of(request) else None
    if me is not None:
        return onwards(request, me.missing, way_back(weiter))
    return _sign_in(request, weiter)


@router.post("/anmelden", name="sign_in_sent", dependencies=_posted)
def sign_in_sent(
    request: Request, house: Home, login: Text = "", password: Text = "", weiter: Text = ""
) -> Response:
    """Take a login and a password."""
    agent = request.headers.get("user-agent", "")
    rates, address = rates_of(request), address_of(request)
    rates.check("fails", address)
    rates.hit("login", address)
    try:
        begun = house.signing_in.begin(login, password, agent)
    except WrongLoginError as error:
        rates.hit("fails", address)
        return _sign_in(request, weiter, error, 401, login)
    except LockedError as error:
        answer = _sign_in(request, weiter, error, 429, login)
        answer.headers["retry-after"] = str(round(error.seconds) + 1)
        return answer
    # What was signed in here before is over: a shared machine has one session at a time.
    house.sessions.close(secret_of(request))
    return carried_on(request, begun, way_back(weiter))


@router.get("/angemeldet", name="signed_in_again", dependencies=may(Action.SIGNED_IN))
def signed_in_again(request: Request) -> Response:
    """Send somebody back to the window in which they were when their session ended."""
    return page(request, "account/signed_in.html")


@router.get("/angemeldet/wer", name="still_signed_in", dependencies=may(Action.SIGNED_IN))
def still_signed_in(request: Request, me: Me) -> Response:
    """Tell a page whether its person is still signed in, and the token of the session by now."""
    return JSONResponse({"who": told_apart(me.user), "csrf": csrf_token(request)})


@router.get("/anmelden/weiter", name="sign_in_next", dependencies=_halfway)
def sign_in_next(request: Request, me: Me, weiter: Back = "") -> Response:
    """Lead to what is still missing before somebody is let in."""
    return onwards(request, me.missing, way_back(weiter))


@router.get("/anmelden/zweiter-faktor", name="second_factor", dependencies=_halfway)
def second_factor(request: Request, me: Me, weiter: Back = "") -> Response:
    """Ask for the code of the second factor."""
    if SECOND_FACTOR not in me.missing:
        return onwards(request, me.missing, way_back(weiter))
    return _step(request, "second_factor", weiter)


@router.post("/anmelden/zweiter-faktor", name="second_factor_sent", dependencies=_halfway_posted)
def second_factor_sent(
    request: Request, house: Home, me: Me, code: Text = "", weiter: Text = ""
) -> Response:
    """Take the code."""
    if SECOND_FACTOR not in me.missing:
        return onwards(request, me.missing, way_back(weiter))
    try:
        begun = house.signing_in.second(me, secret_of(request), code)
    except WrongCodeError as error:
        rates_of(request).hit("fails", address_of(request))
        return _step(request, "second_factor", weiter, error, 401)
    except LockedError as error:
        return _step(request, "second_factor", weiter, error, 429)
    return carried_on(request, begun, way_back(weiter))


@router.get("/anmelden/kennwort", name="new_password", dependencies=_halfway)
def new_password(request: Request, me: Me, weiter: Back = "") -> Response:
    """Ask for a password of their own instead of the one that was handed out."""
    if me.missing[:1] != (NEW_PASSWORD,):
        return onwards(request, me.missing, way_back(weiter))
    return _step(request, "new_password", weiter, shortest=SHORTEST)


@router.post("/anmelden/kennwort", name="new_password_sent", dependencies=_halfway_posted)
def new_password_sent(
    request: Request, house: Home, me: Me, password: Text = "", weiter: Text = ""
) -> Response:
    """Take the new password."""
    if me.missing[:1] != (NEW_PASSWORD,):
        return onwards(request, me.missing, way_back(weiter))
    try:
        house.own_account.change_password(me, None, password)
    except WeakPasswordError as error:
        return _step(request, "new_password", weiter, error, 422, shortest=SHORTEST)
    begun = house.signing_in.done(me, secret_of(request), NEW_PASSWORD)
    return carried_on(request, begun, way_back(weiter))


@router.get("/anmelden/einrichten", name="set_up", dependencies=_halfway)
def set_up(request: Request, house: Home, me: Me, weiter: Back = "") -> Response:
    """Show how to set up a second factor; the first one, without which nobody is let in."""
    if me.missing[:1] != (SET_UP,):
        return onwards(request, me.missing, way_back(weiter))
    factor = house.own_account.new_factor(me.user)
    return _step(request, "set_up", weiter, factor=factor_shown(factor))


@router.post("/anmelden/einrichten", name="set_up_sent", dependencies=_halfway_posted)
def set_up_sent(
    request: Request,
    house: Home,
    me: Me,
    code: Text = "",
    sealed: Text = "",
    weiter: Text = "",
) -> Response:
    """Take the first code, and show recovery codes, once."""
    if me.missing[:1] != (SET_UP,):
        return onwards(request, me.missing, way_back(weiter))
    try:
        codes = house.own_account.set_up(me, sealed, code, None)
    except (WrongCodeError, WrongPasswordError) as error:
        factor = house.own_account.new_factor(me.user, sealed)
        return _step(request, "set_up", weiter, error, 422, factor=factor_shown(factor))
    begun = house.signing_in.done(me, secret_of(request), SET_UP)
    there = onwards(request, begun.missing, way_back(weiter)).headers["location"]
    # No redirect: what is shown once cannot be asked for again.
    has_new_secret(request, begun.secret)
    shown = page(request, "account/codes.html", {"codes": codes, "there": there})
    return with_session(request, shown, begun.secret)


@router.get("/anmelden/verpflichtung", name="acknowledgement", dependencies=_halfway)
def acknowledgement(request: Request, me: Me, weiter: Back = "") -> Response:
    """Show what people of a Träger commit themselves to."""
    if me.missing[:1] != (ACKNOWLEDGE,):
        return onwards(request, me.missing, way_back(weiter))
    return _step(request, "acknowledgement", weiter, edition=ACKNOWLEDGEMENT, text=paragraphs())


@router.post("/anmelden/verpflichtung", name="acknowledgement_sent", dependencies=_halfway_posted)
def acknowledgement_sent(
    request: Request,
    house: Home,
    me: Me,
    edition: Text = "",
    agreed: Text = "",
    weiter: Text = "",
) -> Response:
    """Keep that it was acknowledged."""
    if me.missing[:1] != (ACKNOWLEDGE,):
        return onwards(request, me.missing, way_back(weiter))
    if not agreed:
        unread = NotAgreedError("Ohne Ihre Bestätigung können Sie nicht weiterarbeiten.")
        return _step(
            request,
            "acknowledgement",
            weiter,
            unread,
            422,
            edition=ACKNOWLEDGEMENT,
            text=paragraphs(),
        )
    try:
        house.own_account.acknowledge(me, edition, text_hash())
    except ConflictError as error:
        return _step(
            request,
            "acknowledgement",
            weiter,
            error,
            409,
            edition=ACKNOWLEDGEMENT,
            text=paragraphs(),
        )
    begun = house.signing_in.done(me, secret_of(request), ACKNOWLEDGE)
    return carried_on(request, begun, way_back(weiter))


def factor_shown(factor: NewFactor) -> dict[str, str]:
    """Return a second factor as a page shows it."""
    secret = factor.secret
    return {
        "sealed": factor.sealed,
        "picture": f"data:image/png;base64,{b64encode(factor.picture).decode()}",
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    }


class NotAgreedError(FormServiceError):
    """Somebody went on without acknowledging."""

    code = "account.not-agreed"
    default_hint = "Bitte den Text lesen und das Kästchen ankreuzen."


def _sign_in(
    request: Request,
    back: str,
    error: FormServiceError | None = None,
    status: int = 200,
    login: str = "",
) -> Response:
    has_other = at_home(request).provider is not None
    told = {"error": error, "back": way_back(back), "login": login, "has_other": has_other}
    return page(request, "account/sign_in.html", told, status)


def _step(
    request: Request,
    step: str,
    back: str,
    error: FormServiceError | None = None,
    status: int = 200,
    **more: object,
) -> Response:
    told = {"error": error, "back": way_back(back), **more}
    return page(request, f"account/{step}.html", told, status)
