"""The group check: many answers of one kind on one screen."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel
from starlette.responses import RedirectResponse

from formservice.application.desk import Choice, TakenError
from formservice.application.desk_groups import Group
from formservice.domain.permissions import Action
from formservice.web import reading_log
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages_made import page
from formservice.web.refusals import status_of

router = APIRouter(prefix="/nachbearbeitung/gruppen")


class Checked(BaseModel):
    """Which answers were on the screen, and which of them are wrong."""

    gezeigt: list[str] = []
    falsch: list[str] = []


@router.get("/{art}", name="desk_group", dependencies=may(Action.DESK))
def desk_group(
    request: Request, house: Home, me: Me, art: Group, formular: str = "", stapel: str = ""
) -> Response:
    """Show answers of one kind, of many documents."""
    return _shown(request, house, me, art, Choice(formular or None, stapel or None))


@router.post("/{art}/bestaetigen", name="desk_group_confirm", dependencies=may(Action.DESK))
def desk_group_confirm(
    request: Request, house: Home, me: Me, art: Group, given: Annotated[Checked, Form()]
) -> Response:
    """Confirm what was shown but what is wrong; that is looked at field by field."""
    done = house.groups.confirm(me.author, given.gezeigt, given.falsch)
    path = request.app.url_path_for
    to, key = str(path("desk_group", art=art.value)), "desk.group.confirmed"
    if done.wrong:
        document, field = done.wrong[0]
        to = f"{path('desk_review', document=document)}?{urlencode({'feld': field})}"
        key = "desk.group.look"
    elif done.passed:
        key = "desk.group.passed"
    undo = str(path("desk_group_undo", art=art.value)) if done.count else ""
    return flash(
        request,
        RedirectResponse(to, 303),
        key,
        undo=undo,
        count=done.count,
        wrong=len(done.wrong),
        passed=done.passed,
    )


@router.post("/{art}/zurueck", name="desk_group_undo", dependencies=may(Action.DESK))
def desk_group_undo(request: Request, house: Home, me: Me, art: Group) -> Response:
    """Let the documents of the last group be again what they were."""
    try:
        done = house.groups.undo(me.author, house.arrange.undo)
    except TakenError as error:
        return _shown(request, house, me, art, Choice(), error)
    back = RedirectResponse(request.app.url_path_for("desk_group", art=art.value), 303)
    if done is None:
        return flash(request, back, "desk.group.nothing", kind="info")
    return flash(request, back, "desk.pages.undone")


def _shown(
    request: Request,
    house: House,
    me: Me,
    art: Group,
    choice: Choice,
    refused: TakenError | None = None,
) -> Response:
    """Show a group; with why the last one is not taken back, and a way to ask for that again."""
    shown = house.groups.shown(me.author, art, choice)
    reading_log.seen_many(house, me, [one.document for one in shown])
    known = {"art": art, "crops": shown, "arts": list(Group), "refused": refused}
    status = status_of(refused) if refused else 200
    return page(request, "desk/group.html", known, status)
