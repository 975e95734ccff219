"""The inbox: what came in, by what is urgent; and the messages for giving a form back."""

import uuid

from fastapi import APIRouter, Request, Response

from formservice.application.exporting import Kind
from formservice.application.inbox import Box, Place
from formservice.application.inbox_messages import Message
from formservice.application.known_forms import titles
from formservice.domain.errors import ConflictError, FormServiceError, UsageError
from formservice.domain.permissions import Action
from formservice.domain.text import TextError
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.cases_typed import Typed, to
from formservice.web.pages_made import page
from formservice.web.refusals import status_of
from formservice.web.table_file import table

router = APIRouter()
_MOST = 50
_BOXES = {str(one): one for one in Box}


@router.get("/eingang", name="inbox", dependencies=may(Action.READ_INBOX))
def inbox(request: Request, house: Home, me: Me, fach: str = "", nach: str = "") -> Response:
    """Show what came in, the most urgent first."""
    box = _BOXES.get(fach, Box.OPEN)
    place = Place.told(nach) if nach else None
    found = house.office.inbox.listed(me.author, box, place, _MOST)
    context = {"found": found, "box": box, "boxes": list(Box), "titles": titles(house.forms)}
    return page(request, "casework/inbox.html", context | {"today": house.today()})


@router.get("/eingang/liste.{kind}", name="inbox_export", dependencies=may(Action.READ_INBOX))
def inbox_export(house: Home, me: Me, kind: Kind, fach: str = "") -> Response:
    """Return a box of the inbox, all pages of it, as a table."""
    box = _BOXES.get(fach, Box.OPEN)
    return table(kind, f"eingang-{box}", house.office.export.inbox(me.author, box, kind))


@router.get("/eingang/vorlagen", name="messages", dependencies=may(Action.READ_INBOX))
def messages(request: Request, house: Home) -> Response:
    """Show the messages for giving a form back, to be changed."""
    return _messages(request, house)


@router.post("/eingang/vorlagen", name="message_save", dependencies=may(Action.READ_INBOX))
def message_save(request: Request, house: Home, me: Me, sent: Typed) -> Response:
    """Keep a message, or take it away; what is refused stands there as it was typed."""
    known = {one.id: one for one in house.office.messages.all()}
    name = sent.text("id")
    if sent.text("weg") and name in known:
        gone = known[name]
        house.office.messages.remove(name, me.author)
        answer = to(request, "messages")
        fields = {"id": gone.id, "title": gone.title, "body": gone.body}
        undo = str(request.app.url_path_for("message_save"))
        return flash(request, answer, "casework.messages.removed", undo=undo, fields=fields)
    made = name if name in known or len(name) == 32 else uuid.uuid4().hex
    message = Message(made, sent.text("title"), sent.text("body"))
    try:
        house.office.messages.save(message, me.author)
    except (ConflictError, UsageError, TextError) as error:
        return _messages(request, house, error, message)
    return flash(request, to(request, "messages"), "casework.messages.saved")


def _messages(
    request: Request,
    house: House,
    error: FormServiceError | None = None,
    typed: Message | None = None,
) -> Response:
    known = house.office.messages.all()
    is_new = typed is not None and typed.id not in [one.id for one in known]
    context = {
        "messages": [typed if typed and one.id == typed.id else one for one in known],
        "new": typed if is_new else None,
        "error": error,
    }
    return page(request, "casework/messages.html", context, status_of(error) if error else 200)
