"""Messages for giving a form back, written once and used again."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, Field

from formservice.application.inbox_messages import Message
from formservice.domain.errors import NotFoundError
from formservice.domain.permissions import Action
from formservice.web.api.problems import CHANGES, refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import example
from formservice.web.api.told import Made, given
from formservice.web.guard import Home, Me, may
from formservice.web.house import House

router = APIRouter(prefix="/api/v1", tags=["Entscheiden"], route_class=ApiRoute)
_ID = "5c1f0b7e6d2a4f39a8b7c6d5e4f30211"
_MESSAGE = {
    "title": "Frage 1 fehlt",
    "body": "Bei Frage 1 fehlen die eigenen Worte der Person. Bitte ergänzen.",
}
MessageId = Annotated[str, Path(description="Kennung der Vorlage.", max_length=64, examples=[_ID])]


class MessageGiven(BaseModel):
    """What a message says."""

    model_config = given(_MESSAGE)
    title: str = Field(min_length=1, max_length=100, description="Wie sie in der Liste heißt.")
    body: str = Field(min_length=1, max_length=4000, description="Was darin steht.")


class MessageTold(BaseModel):
    """A message to begin with."""

    model_config = example({"id": _ID, **_MESSAGE})
    id: str = Field(description="Kennung.")
    title: str = Field(description="Wie sie in der Liste heißt.")
    body: str = Field(description="Was darin steht.")


@router.get(
    "/messages",
    name="api_messages",
    operation_id="listMessages",
    summary="Vorlagen für Rückgaben",
    dependencies=may(Action.READ_INBOX),
    responses=refused(),
)
def messages(house: Home) -> list[MessageTold]:
    """Listet die Textvorlagen, mit denen eine Rückgabe begonnen werden kann."""
    return [MessageTold.model_validate(one) for one in house.office.messages.all()]


@router.post(
    "/messages",
    name="api_message_new",
    operation_id="createMessage",
    summary="Eine Vorlage anlegen",
    status_code=201,
    dependencies=may(Action.RETURN),
    responses=refused(409, 413, 415),
)
def new(house: Home, me: Me, told: Annotated[MessageGiven, Body()]) -> Made:
    """Legt eine Textvorlage an; alle, die Formulare zurückgeben, können sie benutzen."""
    made = uuid.uuid4().hex
    house.office.messages.save(Message(made, told.title, told.body), me.author)
    return Made(id=made)


@router.put(
    "/messages/{message}",
    name="api_message",
    operation_id="changeMessage",
    summary="Eine Vorlage ändern",
    status_code=204,
    dependencies=may(Action.RETURN),
    responses=refused(*CHANGES),
)
def change(message: MessageId, house: Home, me: Me, told: Annotated[MessageGiven, Body()]) -> None:
    """Ändert Überschrift und Text einer Vorlage."""
    _refuse_unknown(house, message)
    house.office.messages.save(Message(message, told.title, told.body), me.author)


@router.delete(
    "/messages/{message}",
    name="api_message_gone",
    operation_id="removeMessage",
    summary="Eine Vorlage entfernen",
    status_code=204,
    dependencies=may(Action.RETURN),
    responses=refused(404, 409),
)
def remove(message: MessageId, house: Home, me: Me) -> None:
    """Entfernt eine Vorlage; was damit geschrieben wurde, bleibt."""
    _refuse_unknown(house, message)
    house.office.messages.remove(message, me.author)


def _refuse_unknown(house: House, message: str) -> None:
    if message not in {one.id for one in house.office.messages.all()}:
        raise NotFoundError("Diese Vorlage gibt es nicht (mehr).")
