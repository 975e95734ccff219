"""What the desk cannot look through: no form of ours, for its sender again, or for a case."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse

from formservice.application.assigning import wanted_by
from formservice.application.desk_deciding import HELD_S
from formservice.domain.case import Role
from formservice.domain.errors import ConflictError, UsageError
from formservice.domain.permissions import Action
from formservice.domain.text import TextError
from formservice.web import reading_log
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.desk import Wanted, again, choice_of
from formservice.web.pages_made import page

router = APIRouter(prefix="/nachbearbeitung")
_WORDS = 200


class Sorted(Wanted):
    """Which version was seen, and what is looked through next."""

    seen: Annotated[int, Field(ge=0, le=10**6)]


class Returned(Sorted):
    """Why a document goes back to its sender."""

    nachricht: str


class Target(BaseModel):
    """To which case, and participation in it, a document belongs; or words to look for one."""

    ziel: str = ""
    worte: str = ""


@router.post("/{document}/kein-formular", name="desk_no_form", dependencies=may(Action.DESK))
def desk_no_form(
    request: Request, house: Home, me: Me, document: str, sent: Annotated[Sorted, Form()]
) -> Response:
    """Put away what is no form of ours, and open the next document."""
    # The page names the form above the button: whoever presses it has seen that.
    house.office.decide.no_form(document, sent.seen, me.author, despite_form=True)
    undo = str(request.app.url_path_for("desk_form_after_all", document=document))
    answer = _onward(request, house, me, document, sent)
    fields = {"seen": str(sent.seen)}
    return flash(request, answer, "desk.sort.no-form-said", undo=undo, fields=fields)


@router.post(
    "/{document}/doch-formular", name="desk_form_after_all", dependencies=may(Action.DESK)
)
def desk_form_after_all(
    request: Request, house: Home, me: Me, document: str, sent: Annotated[Sorted, Form()]
) -> Response:
    """Let a document be looked through after all."""
    house.office.decide.form_after_all(document, sent.seen, me.author)
    back = RedirectResponse(request.app.url_path_for("desk_review", document=document), 303)
    return flash(request, back, "desk.sort.form-said")


@router.post("/{document}/zurueckgeben", name="desk_return", dependencies=may(Action.RETURN))
def desk_return(
    request: Request, house: Home, me: Me, document: str, sent: Annotated[Returned, Form()]
) -> Response:
    """Return a document to its sender with a message, and open the next."""
    try:
        house.office.decide.give_back(document, sent.seen, sent.nachricht, me.author)
    except (ConflictError, UsageError, TextError) as error:
        typed = {"nachricht": sent.nachricht, **sent.of_queue}
        return again(request, house, me, document, error, typed)
    return flash(request, _onward(request, house, me, document, sent), "desk.sort.returned")


@router.get("/{document}/fall", name="desk_case", dependencies=may(Action.ASSIGN))
def desk_case(request: Request, house: Home, me: Me, document: str) -> Response:
    """Show to which cases a document may belong."""
    return _cases(request, house, me, document, Target())


@router.post("/{document}/fall", name="desk_assign", dependencies=may(Action.ASSIGN))
def desk_assign(
    request: Request, house: Home, me: Me, document: str, sent: Annotated[Target, Form()]
) -> Response:
    """Say to which case a document belongs; or look for one by name."""
    if not sent.ziel:
        return _cases(request, house, me, document, sent)
    newest, _ = house.consult.findings(document, me.author)
    case, _, part = sent.ziel.partition("/")
    wanted = wanted_by(newest.reading, house.forms)
    words = sent.worte[:_WORDS]
    house.office.assign.assign(document, case, part or None, wanted, me.author, words)
    undo = str(request.app.url_path_for("desk_unassign", document=document))
    back = RedirectResponse(request.app.url_path_for("desk_review", document=document), 303)
    return flash(request, back, "desk.sort.assigned", undo=undo)


@router.post("/{document}/fall/aufheben", name="desk_unassign", dependencies=may(Action.ASSIGN))
def desk_unassign(request: Request, house: Home, me: Me, document: str) -> Response:
    """Say that a document belongs to no case after all."""
    house.office.assign.take_back(document, me.author)
    back = RedirectResponse(request.app.url_path_for("desk_case", document=document), 303)
    return flash(request, back, "desk.sort.unassigned")


def _cases(request: Request, house: House, me: Me, document: str, sent: Target) -> Response:
    newest, _ = house.consult.findings(document, me.author)
    reading_log.seen(house, me, document)
    wanted = wanted_by(newest.reading, house.forms)
    if sent.worte.strip():
        found = house.office.assign.found(sent.worte[:_WORDS], me.author, wanted)
    else:
        found = house.office.assign.suggested(document, wanted, me.author)
    words, exactly = sent.worte[:_WORDS], me.role is Role.BACK_OFFICE
    shown = {"document": document, "found": found, "words": words, "exactly": exactly}
    return page(request, "desk/case.html", shown)


def _onward(request: Request, house: House, me: Me, document: str, wanted: Wanted) -> Response:
    """Lead to the next document that nobody has, or to the list."""
    choice = choice_of(wanted.formular, wanted.stapel)
    found = house.desk.take(me.author, choice, document, HELD_S)
    path = request.app.url_path_for
    to = path("desk") if found is None else path("desk_review", document=found)
    return RedirectResponse(to, 303)
