"""One's own account: password, second factor, where one is signed in."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from formservice.application.accounts import WrongCodeError
from formservice.application.accounts_own import WrongPasswordError
from formservice.application.signed_in import SignedIn
from formservice.domain.accounts import SHORTEST, LockedError
from formservice.domain.errors import ConflictError, FormServiceError, InputError, UsageError
from formservice.domain.permissions import Action
from formservice.web.agents import agent_name
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may, secret_of
from formservice.web.house import House
from formservice.web.pages.account import Text, factor_shown
from formservice.web.pages_made import page
from formservice.web.rates import address_of, rates_of
from formservice.web.refusals import status_of
from formservice.web.sign_in import without_session
from formservice.web.told import office_time

router = APIRouter(prefix="/konto")


@router.get("", name="account", dependencies=may(Action.SIGNED_IN))
def account(request: Request, house: Home, me: Me) -> Response:
    """Show one's own account."""
    own, codes = house.own_account.of(me.user)
    names = house.people.traeger()
    sessions = [
        {
            "id": one.id,
            "agent": agent_name(one.agent),
            "since": office_time(one.created_at),
            "seen": office_time(one.seen_at),
            "here": one.id == me.session,
        }
        for one in house.sessions.of(me.user)
    ]
    told = {
        "own": own,
        "codes": codes,
        "traeger": [names[one] for one in own.traeger],
        "sessions": sessions,
        "acknowledged": office_time(own.acknowledged_at) if own.acknowledged_at else None,
    }
    return page(request, "account/own.html", told)


@router.get("/kennwort", name="change_password", dependencies=may(Action.SIGNED_IN))
def change_password(request: Request) -> Response:
    """Ask for a new password."""
    return _form(request, "account/password.html")


@router.post("/kennwort", name="change_password_sent", dependencies=may(Action.SIGNED_IN))
def change_password_sent(
    request: Request, house: Home, me: Me, old: Text = "", password: Text = ""
) -> Response:
    """Change the password."""

    def change() -> Response:
        house.own_account.change_password(me, old, password)
        return flash(request, _back(request), "account.own.password_changed")

    return _tried(request, "account/password.html", change)


@router.get("/zweiter-faktor", name="own_factor", dependencies=may(Action.SIGNED_IN))
def own_factor(request: Request, house: Home, me: Me) -> Response:
    """Show how to set up a second factor, the first one or another."""
    return _form(request, "account/own_factor.html", **_factor(house, me))


@router.post("/zweiter-faktor", name="own_factor_sent", dependencies=may(Action.SIGNED_IN))
def own_factor_sent(
    request: Request,
    house: Home,
    me: Me,
    code: Text = "",
    sealed: Text = "",
    password: Text = "",
) -> Response:
    """Take the first code of a second factor, and show recovery codes, once."""

    def change() -> Response:
        codes = house.own_account.set_up(me, sealed, code, password)
        return _codes(request, codes)

    more = _factor(house, me, sealed)
    return _tried(request, "account/own_factor.html", change, **more)


@router.get("/ersatzcodes", name="own_codes", dependencies=may(Action.SIGNED_IN))
def own_codes(request: Request) -> Response:
    """Ask for the password before new recovery codes are made."""
    return _form(request, "account/own_codes.html")


@router.post("/ersatzcodes", name="own_codes_sent", dependencies=may(Action.SIGNED_IN))
def own_codes_sent(request: Request, house: Home, me: Me, password: Text = "") -> Response:
    """Show new recovery codes, once."""

    def change() -> Response:
        return _codes(request, house.own_account.new_codes(me, password))

    return _tried(request, "account/own_codes.html", change)


@router.post(
    "/anmeldungen/{session}/beenden", name="end_session", dependencies=may(Action.SIGNED_IN)
)
def end_session(request: Request, house: Home, me: Me, session: str) -> Response:
    """End one of one's own sessions."""
    house.sessions.end(me.user, session)
    if session == me.session:
        return without_session(
            request, RedirectResponse(request.app.url_path_for("signed_out"), 303)
        )
    return flash(request, _back(request), "account.own.session_ended")


@router.post("/anmeldungen/beenden", name="end_sessions", dependencies=may(Action.SIGNED_IN))
def end_sessions(request: Request, house: Home, me: Me) -> Response:
    """End all of one's own sessions, this one as well."""
    house.sessions.end_others(me.user)
    house.sessions.close(secret_of(request))
    return without_session(request, RedirectResponse(request.app.url_path_for("signed_out"), 303))


def _factor(house: House, me: SignedIn, sealed: str | None = None) -> dict[str, object]:
    own, _ = house.own_account.of(me.user)
    factor = house.own_account.new_factor(me.user, sealed)
    return {"factor": factor_shown(factor), "has_one": own.totp is not None}


def _codes(request: Request, codes: object) -> Response:
    there = request.app.url_path_for("account")
    return page(request, "account/codes.html", {"codes": codes, "there": there})


def _form(request: Request, template: str, **more: object) -> Response:
    return page(request, template, {"error": None, "shortest": SHORTEST, **more})


def _tried(
    request: Request, template: str, change: Callable[[], Response], **more: object
) -> Response:
    """Return what ``change`` answers; what is wrong stands at the form.

    Only who guesses a password or a code has failed: an address may be that of a whole office.
    """
    rates, address = rates_of(request), address_of(request)
    rates.check("fails", address)

    def wrong(error: FormServiceError, status: int) -> Response:
        told = {"error": error, "shortest": SHORTEST, **more}
        return page(request, template, told, status)

    try:
        return change()
    except (WrongPasswordError, WrongCodeError) as error:
        rates.hit("fails", address)
        return wrong(error, 422)
    except LockedError as error:
        answer = wrong(error, 429)
        answer.headers["retry-after"] = str(round(error.seconds) + 1)
        return answer
    except (InputError, UsageError, ConflictError) as error:
        return wrong(error, status_of(error))


def _back(request: Request) -> Response:
    return RedirectResponse(request.app.url_path_for("account"), 303)
