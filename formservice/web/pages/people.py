"""Administering people: who may use the service, in which role, for which Träger."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from formservice.application.accounts_people import NewPerson, due_for_confirmation
from formservice.application.ports_accounts import Account
from formservice.application.signed_in import SignedIn
from formservice.application.terms import ROLES
from formservice.domain.case import Role
from formservice.domain.errors import FormServiceError, UsageError
from formservice.domain.permissions import Action
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.account import Text
from formservice.web.pages_made import page
from formservice.web.texts import text
from formservice.web.told import day, office_time

router = APIRouter(prefix="/personen")


@router.get("", name="people", dependencies=may(Action.ACCOUNTS))
def people(request: Request, house: Home, alle: str = "") -> Response:
    """Show everybody, open invitations, and which lists have to be confirmed."""
    accounts, names = house.people.all(), house.people.traeger()
    due = due_for_confirmation(accounts, house.now().timestamp())
    shown = [one for one in accounts if one.active or alle]
    told = {
        "found": [_row(one, names) for one in shown],
        "hidden": 0 if alle else sum(not one.active for one in accounts),
        "invitations": [
            {"one": one, "traeger": names[one.traeger], "ends": day(one.expires_at)}
            for one in house.invite.all()
        ],
        "due": [(key, names[key], count) for key, count in due.items()],
        "traeger": list(names.items()),
    }
    return page(request, "people/list.html", told)


@router.get("/neu", name="person_new", dependencies=may(Action.ACCOUNTS))
def person_new(request: Request, house: Home, me: Me) -> Response:
    """Ask for what a local account of the office needs."""
    return _new(request, me)


@router.post("/neu", name="person_add", dependencies=may(Action.ACCOUNTS))
def person_add(
    request: Request, house: Home, me: Me, name: Text = "", login: Text = "", role: Text = ""
) -> Response:
    """Add somebody, and show the password for the first sign-in, once."""
    try:
        if role not in _given_by(me) or role == Role.TRAEGER:
            raise UsageError(text("people.new.no_role"), "")
        started = house.people.add(NewPerson(name, Role(role), login), me.author)
    except FormServiceError as error:
        return _new(request, me, error, {"name": name, "login": login, "role": role})
    told = {"started": started, "who": name}
    return page(request, "people/started.html", told)


@router.get("/{user}", name="person", dependencies=may(Action.ACCOUNTS))
def person(request: Request, house: Home, me: Me, user: str) -> Response:
    """Show one person."""
    return person_page(request, house, me, user)


def person_page(
    request: Request,
    house: House,
    me: SignedIn,
    user: str,
    error: FormServiceError | None = None,
) -> Response:
    """Return the page of one person, with what was wrong."""
    account, names = house.people.get(user), house.people.traeger()
    told = {
        "one": account,
        "row": _row(account, names),
        "locked": house.people.waiting(account) > 0,
        "is_me": user == me.user,
        "mine_to_change": account.role is not Role.ADMIN or me.role is Role.ADMIN,
        "roles": _choices(me),
        "traeger": list(names.items()),
        "added": office_time(account.created_at) if account.created_at else "",
        "acknowledged": office_time(account.acknowledged_at) if account.acknowledged_at else "",
        "confirmed": day(account.confirmed_at) if account.confirmed_at else "",
        "can_link": house.let_in.can_link,
        "error": error,
    }
    return page(request, "people/person.html", told, 422 if error else 200)


def _new(
    request: Request,
    me: SignedIn,
    error: FormServiceError | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    # People of a Träger are invited: they confirm their address, and learn of § 78 SGB X.
    roles = [(key, name) for key, name in _choices(me) if key != Role.TRAEGER]
    told = {"error": error, "roles": roles, "name": "", "login": "", "role": "", **(given or {})}
    return page(request, "people/new.html", told, 422 if error else 200)


def _given_by(me: SignedIn) -> list[str]:
    """Return the roles that somebody may give."""
    own = (Role.TRAEGER, Role.IFK, Role.BACK_OFFICE, Role.LEAD)
    return [str(role) for role in (*own, *([Role.ADMIN] if me.role is Role.ADMIN else []))]


def _choices(me: SignedIn) -> list[tuple[str, str]]:
    return [(role, ROLES[role]) for role in _given_by(me)]


def _row(one: Account, names: Mapping[str, str]) -> dict[str, object]:
    states = []
    if not one.active:
        states.append(("none", text("people.state.inactive")))
    if not one.login and not one.issuer:
        states.append(("none", text("people.state.no_login")))
    if one.issuer and not one.subject:
        states.append(("info", text("people.state.linked")))
    if one.must_change:
        states.append(("info", text("people.state.new")))
    return {
        "user": one.user,
        "name": one.name,
        "login": ", ".join(filter(None, (one.login, one.issuer and text("people.elsewhere")))),
        "role": ROLES[one.role],
        "traeger": ", ".join(names.get(key, key) for key in one.traeger),
        "states": states,
        "last": office_time(one.last_login_at) if one.last_login_at else text("people.never"),
    }
