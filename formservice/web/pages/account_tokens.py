"""Tokens for programs: made, shown once, revoked."""

import re

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from formservice.application.signed_in import SignedIn
from formservice.application.tokens import API, is_lasting
from formservice.domain.permissions import Action
from formservice.domain.text import is_blank
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.account import Text
from formservice.web.pages_made import page
from formservice.web.texts import text
from formservice.web.told import day, office_time

router = APIRouter(prefix="/konto/zugaenge")
DAYS = (30, 90, 180, 365)


@router.get("", name="tokens", dependencies=may(Action.TOKENS))
def tokens(request: Request, house: Home, me: Me) -> Response:
    """Show one's own tokens."""
    return page(request, "account/tokens.html", _shown(house, me))


@router.post("", name="token_make", dependencies=may(Action.TOKENS))
def token_make(
    request: Request, house: Home, me: Me, name: Text = "", days: Text = "90"
) -> Response:
    """Make a token and show it, once."""
    errors = {}
    if is_blank(name):
        errors["name"] = text("account.tokens.no_name")
    if not re.fullmatch("[0-9]{1,3}", days) or not is_lasting(API, int(days)):
        errors["days"] = text("account.tokens.no_days")
    if errors:
        told = {**_shown(house, me), "errors": errors, "name": name, "days": days}
        return page(request, "account/tokens.html", told, 422)
    made = house.tokens.made(me.user, API, name.strip(), int(days))
    told = {"secret": made.secret, "name": name.strip(), "days": int(days)}
    return page(request, "account/token.html", told)


@router.post("/{token}/zurueckziehen", name="token_revoke", dependencies=may(Action.TOKENS))
def token_revoke(request: Request, house: Home, me: Me, token: str) -> Response:
    """Revoke one of one's own tokens."""
    house.tokens.revoke(me.user, token, me.author)
    back = RedirectResponse(request.app.url_path_for("tokens"), 303)
    return flash(request, back, "account.tokens.revoked")


def _shown(house: House, me: SignedIn) -> dict[str, object]:
    found = [
        {
            "id": one.id,
            "name": one.name,
            "kind": text(f"account.tokens.kind_{one.kind}"),
            "made": day(one.created_at),
            "ends": day(one.expires_at) if one.expires_at else text("account.tokens.never"),
            "used": office_time(one.used_at) if one.used_at else text("account.tokens.unused"),
        }
        for one in house.tokens.of(me.user)
    ]
    days = [(str(one), text("account.tokens.for_days", days=one)) for one in DAYS]
    return {"found": found, "choices": days, "errors": {}, "name": "", "days": "90"}
