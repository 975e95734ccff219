"""Accepting an invitation: the first page that people of a Träger see."""

from fastapi import APIRouter, Depends, Request, Response

from formservice.application.accounts_invited import InvitationOverError
from formservice.application.ports_invitations import Invitation
from formservice.domain.accounts import SHORTEST, WeakPasswordError
from formservice.domain.errors import FormServiceError, InputError, UsageError
from formservice.web.guard import Home, own_page, public, secret_of
from formservice.web.house import House
from formservice.web.pages.account import Text
from formservice.web.pages_made import page
from formservice.web.rates import address_of, rates_of
from formservice.web.sign_in import carried_on

router = APIRouter(prefix="/einladung")


@router.get("/{secret}", name="invitation", dependencies=public())
def invitation(request: Request, house: Home, secret: str) -> Response:
    """Ask who was invited for a name and a password."""
    rates_of(request).hit("login", address_of(request))
    try:
        found = house.invite.opened(secret)
    except InvitationOverError as error:
        return _over(request, error)
    return _form(request, house, found, secret, found.name)


@router.post("/{secret}", name="invitation_sent", dependencies=[*public(), Depends(own_page)])
def invitation_sent(
    request: Request, house: Home, secret: str, name: Text = "", password: Text = ""
) -> Response:
    """Make the account, and go on with the second factor."""
    rates_of(request).hit("login", address_of(request))
    try:
        found = house.invite.opened(secret)
        try:
            user = house.invite.accept(secret, name, password)
        except (InputError, UsageError) as error:
            return _form(request, house, found, secret, name, error)
    except InvitationOverError as error:
        return _over(request, error)
    house.sessions.close(secret_of(request))
    begun = house.signing_in.welcome(user, request.headers.get("user-agent", ""))
    return carried_on(request, begun, "")


def _form(
    request: Request,
    house: House,
    found: Invitation,
    secret: str,
    name: str,
    error: FormServiceError | None = None,
) -> Response:
    told = {
        "invitation": found,
        "traeger": house.people.traeger()[found.traeger],
        "secret": secret,
        "name": name,
        "shortest": SHORTEST,
        "error": error,
        "at": "password" if isinstance(error, WeakPasswordError) else "name",
    }
    return page(request, "account/invitation.html", told, 422 if error else 200)


def _over(request: Request, error: InvitationOverError) -> Response:
    return page(request, "account/invitation_over.html", {"error": error}, 404)
