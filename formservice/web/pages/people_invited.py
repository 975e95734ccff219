"""Inviting people of a Träger, and confirming once a year who still works there."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from formservice.application.accounts_invited import DAYS, Invited
from formservice.domain.errors import FormServiceError, NotFoundError
from formservice.domain.permissions import Action
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.pages.account import Text
from formservice.web.pages_made import page
from formservice.web.told import day, office_time

router = APIRouter(prefix="/traegerpersonen")
Many = Annotated[list[str], Form()]
_NONE: list[str] = []


@router.get("/einladen", name="invite", dependencies=may(Action.ACCOUNTS))
def invite(request: Request, house: Home, traeger: str = "") -> Response:
    """Ask whom to invite."""
    return _form(request, house, {"traeger": traeger})


@router.post("/einladen", name="invite_sent", dependencies=may(Action.ACCOUNTS))
def invite_sent(
    request: Request,
    house: Home,
    me: Me,
    email: Text = "",
    name: Text = "",
    traeger: Text = "",
) -> Response:
    """Invite, and show the link, once."""
    try:
        invited = house.invite.invite(email, name, traeger, me.author)
    except FormServiceError as error:
        given = {"email": email, "name": name, "traeger": traeger}
        return _form(request, house, given, error)
    return _invited(request, invited)


@router.post(
    "/einladungen/{invitation}/erneuern", name="invite_again", dependencies=may(Action.ACCOUNTS)
)
def invite_again(request: Request, house: Home, me: Me, invitation: str) -> Response:
    """Make a new link, and show it, once."""
    return _invited(request, house.invite.renew(invitation, me.author))


@router.post(
    "/einladungen/{invitation}/zurueckziehen",
    name="invite_withdraw",
    dependencies=may(Action.ACCOUNTS),
)
def invite_withdraw(request: Request, house: Home, me: Me, invitation: str) -> Response:
    """Take an invitation back."""
    house.invite.withdraw(invitation, me.author)
    back = RedirectResponse(request.app.url_path_for("people"), 303)
    return flash(request, back, "people.done.withdrawn")


@router.get("/bestaetigen/{traeger}", name="confirm", dependencies=may(Action.ACCOUNTS))
def confirm(request: Request, house: Home, traeger: str) -> Response:
    """Show who works for a Träger, to be confirmed."""
    names = house.people.traeger()
    if traeger not in names:
        raise NotFoundError("Diesen Träger gibt es nicht.")
    listed = [
        {
            "user": one.user,
            "name": one.name,
            "login": one.login or "",
            "last": office_time(one.last_login_at) if one.last_login_at else "",
            "confirmed": day(one.confirmed_at) if one.confirmed_at else "",
        }
        for one in house.people.all()
        if one.active and traeger in one.traeger
    ]
    told = {"id": traeger, "name": names[traeger], "found": listed}
    return page(request, "people/confirm.html", told)


@router.post("/bestaetigen/{traeger}", name="confirm_sent", dependencies=may(Action.ACCOUNTS))
def confirm_sent(
    request: Request,
    house: Home,
    me: Me,
    traeger: str,
    shown: Many = _NONE,
    staying: Many = _NONE,
) -> Response:
    """Confirm the list that was shown; who is not on it any more is let in no more."""
    if traeger not in house.people.traeger():
        raise NotFoundError("Diesen Träger gibt es nicht.")
    gone = house.people.confirm(traeger, shown, staying, me.author)
    back = RedirectResponse(request.app.url_path_for("people"), 303)
    return flash(request, back, "people.done.confirmed", gone=len(gone))


def _form(
    request: Request,
    house: Home,
    given: dict[str, str],
    error: FormServiceError | None = None,
) -> Response:
    told = {
        "names": [(None, ""), *house.people.traeger().items()],
        "error": error,
        "days": DAYS,
        "email": "",
        "name": "",
        "traeger": "",
        **given,
    }
    return page(request, "people/invite.html", told, 422 if error else 200)


def _invited(request: Request, invited: Invited) -> Response:
    return page(request, "people/invited.html", {"invited": invited, "days": DAYS})
