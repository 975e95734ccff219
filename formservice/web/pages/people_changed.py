"""Changing people's accounts: role, start password, second factor, whether they may come in."""

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from formservice.domain.case import Role
from formservice.domain.errors import ConflictError, FormServiceError, NotFoundError, UsageError
from formservice.domain.permissions import Action
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.pages.account import Text
from formservice.web.pages.people import person_page
from formservice.web.pages_made import page
from formservice.web.texts import text

router = APIRouter(prefix="/personen")
Many = Annotated[list[str], Form()]
_NONE: list[str] = []


@router.post("/{user}/rolle", name="person_role", dependencies=may(Action.ACCOUNTS))
def person_role(
    request: Request,
    house: Home,
    me: Me,
    user: str,
    role: Text = "",
    traeger: Many = _NONE,
) -> Response:
    """Give somebody another role, or other Träger."""

    def change() -> Response:
        if role not in set(Role):
            raise UsageError(text("people.new.no_role"), "")
        before = house.people.get(user)
        belongs = traeger if role == Role.TRAEGER else []
        house.people.change(user, Role(role), belongs, me.author)
        undo = {"vorher": _role_told(before.role, before.traeger)}
        undo["jetzt"] = _role_told(role, belongs)
        where = str(request.app.url_path_for("person_role_back", user=user))
        return flash(request, _to(request, user), "people.done.role", undo=where, fields=undo)

    return _tried(request, house, me, user, change)


@router.post("/{user}/rolle/zurueck", name="person_role_back", dependencies=may(Action.ACCOUNTS))
def person_role_back(
    request: Request, house: Home, me: Me, user: str, vorher: Text = "", jetzt: Text = ""
) -> Response:
    """Take a change of role back, if nobody has changed it again since."""
    now = house.people.get(user)
    if _role_told(now.role, now.traeger) != jetzt:
        error = ConflictError("Die Rolle hat inzwischen jemand geändert.")
        return person_page(request, house, me, user, error)
    role, _, traeger = vorher.partition(":")
    belongs = [one for one in traeger.split(",") if one]
    return person_role(request, house, me, user, role, belongs)


def _role_told(role: str, traeger: Sequence[str]) -> str:
    """Return a role with its Träger as one word: a flash posts each name once."""
    return f"{role}:{','.join(sorted(traeger))}"


@router.post("/{user}/startkennwort", name="person_reset", dependencies=may(Action.ACCOUNTS))
def person_reset(request: Request, house: Home, me: Me, user: str) -> Response:
    """Give somebody a new password for the next sign-in, and show it, once."""

    def change() -> Response:
        started = house.people.reset_password(user, me.author)
        told = {"started": started, "who": house.people.get(user).name}
        return page(request, "people/started.html", told)

    return _tried(request, house, me, user, change)


@router.post("/{user}/anmeldung", name="person_login", dependencies=may(Action.ACCOUNTS))
def person_login(request: Request, house: Home, me: Me, user: str, login: Text = "") -> Response:
    """Give somebody who has none a login, and show the password for the first sign-in, once."""

    def change() -> Response:
        started = house.let_in.give_login(user, login, me.author)
        told = {"started": started, "who": house.people.get(user).name}
        return page(request, "people/started.html", told)

    return _tried(request, house, me, user, change)


@router.post("/{user}/dienstkonto", name="person_link", dependencies=may(Action.ACCOUNTS))
def person_link(
    request: Request, house: Home, me: Me, user: str, email: Text = "", subject: Text = ""
) -> Response:
    """Link somebody to their account of the office."""

    def change() -> Response:
        house.let_in.link(user, email, subject, me.author)
        undo = str(request.app.url_path_for("person_unlink", user=user))
        return flash(request, _to(request, user), "people.done.linked", undo=undo)

    return _tried(request, house, me, user, change)


@router.post("/{user}/dienstkonto/loesen", name="person_unlink", dependencies=may(Action.ACCOUNTS))
def person_unlink(request: Request, house: Home, me: Me, user: str) -> Response:
    """Undo a link."""

    def change() -> Response:
        house.let_in.unlink(user, me.author)
        return flash(request, _to(request, user), "people.done.unlinked")

    return _tried(request, house, me, user, change)


@router.post("/{user}/zweiter-faktor", name="person_factor", dependencies=may(Action.ACCOUNTS))
def person_factor(request: Request, house: Home, me: Me, user: str) -> Response:
    """Take away somebody's second factor."""

    def change() -> Response:
        house.people.reset_factor(user, me.author)
        return flash(request, _to(request, user), "people.done.factor")

    return _tried(request, house, me, user, change)


@router.post("/{user}/entsperren", name="person_unlock", dependencies=may(Action.ACCOUNTS))
def person_unlock(request: Request, house: Home, me: Me, user: str) -> Response:
    """Let somebody try again at once."""

    def change() -> Response:
        house.people.unlock(user, me.author)
        return flash(request, _to(request, user), "people.done.unlocked")

    return _tried(request, house, me, user, change)


@router.post("/{user}/deaktivieren", name="person_off", dependencies=may(Action.ACCOUNTS))
def person_off(request: Request, house: Home, me: Me, user: str) -> Response:
    """Let somebody in no more."""

    def change() -> Response:
        house.people.deactivate(user, me.author)
        undo = str(request.app.url_path_for("person_on", user=user))
        return flash(request, _to(request, user), "people.done.off", undo=undo)

    return _tried(request, house, me, user, change)


@router.post("/{user}/aktivieren", name="person_on", dependencies=may(Action.ACCOUNTS))
def person_on(request: Request, house: Home, me: Me, user: str) -> Response:
    """Let somebody in again."""

    def change() -> Response:
        house.people.activate(user, me.author)
        return flash(request, _to(request, user), "people.done.on")

    return _tried(request, house, me, user, change)


def _to(request: Request, user: str) -> Response:
    return RedirectResponse(request.app.url_path_for("person", user=user), 303)


def _tried(
    request: Request, house: Home, me: Me, user: str, change: Callable[[], Response]
) -> Response:
    """Return what ``change`` answers; what is wrong stands on the page of the person."""
    try:
        return change()
    except NotFoundError:
        raise
    except FormServiceError as error:
        return person_page(request, house, me, user, error)
