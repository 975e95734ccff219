"""The group check for programs: many answers of one kind at once."""

from enum import StrEnum
from typing import Annotated, Any  # examples are JSON

from fastapi import APIRouter, Body, Path, Query
from pydantic import BaseModel, Field

from formservice.application.desk import Choice
from formservice.application.desk_groups import MOST, Group
from formservice.application.desk_pages import Done
from formservice.domain.permissions import Action
from formservice.web import reading_log
from formservice.web.api.arranging import Arranged
from formservice.web.api.problems import CHANGES, refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import ID, example
from formservice.web.api.told import Empty, given
from formservice.web.guard import Home, Me, may

router = APIRouter(prefix="/api/v1", tags=["Nachbearbeitung"], route_class=ApiRoute)
_CROP: dict[str, Any] = {
    "id": f"{ID}:1:anlass_regulaer",
    "document": ID,
    "version": 1,
    "field": "anlass_regulaer",
    "name": "Regulär beendet",
    "form": "Feedbackbogen",
    "value": "angekreuzt",
}
Answer = Annotated[str, Field(pattern=r"^[^\x00-\x1f]{1,64}:[0-9]{1,8}:[^\x00-\x1f]{1,200}$")]


class GroupKind(StrEnum):
    """What the answers of a group have in common."""

    TICKED = "ticked"
    BLANK = "blank"
    SAME = "same"


_GROUPS = {GroupKind.TICKED: Group.ON, GroupKind.BLANK: Group.OFF, GroupKind.SAME: Group.SAME}


class CropTold(BaseModel):
    """One answer of a group."""

    model_config = example(_CROP)
    id: str = Field(description="Wie die Antwort bei der Bestätigung genannt wird.")
    document: str = Field(description="Vorgang.")
    version: int = Field(description="Fassung.")
    field: str = Field(
        description="Schlüssel des Feldes; das Bild dazu gibt"
        " `GET /documents/{document}/fields/{field}/picture`."
    )
    name: str = Field(description="Wie Menschen das Feld nennen.")
    form: str = Field(description="Titel des Formulars.")
    value: str = Field(description="Was gelesen wurde.")


class Checked(BaseModel):
    """Which answers were looked at, and which of them are wrong."""

    model_config = given({"shown": [_CROP["id"]], "wrong": []})
    shown: list[Answer] = Field(max_length=MOST, description="Angesehene Antworten (`id`).")
    wrong: list[Answer] = Field(
        default_factory=list, max_length=MOST, description="Die falschen davon."
    )


class WrongTold(BaseModel):
    """An answer that is looked at field by field."""

    model_config = example({"document": ID, "field": "anlass_regulaer"})
    document: str = Field(description="Vorgang.")
    field: str = Field(description="Schlüssel des Feldes.")


class ConfirmedTold(BaseModel):
    """What became of a group."""

    model_config = example({"count": 24, "wrong": [], "passed": 0})
    count: int = Field(description="So viele sind bestätigt.")
    wrong: list[WrongTold] = Field(description="Was nun einzeln anzusehen ist.")
    passed: int = Field(
        description="So viele blieben, wie sie sind: Den Vorgang hat jemand anders, oder die"
        " Angabe wird nur einzeln entschieden, wie die eigenen Worte einer Person."
    )


@router.get(
    "/desk/groups/{group}",
    name="api_group",
    operation_id="getGroup",
    summary="Antworten einer Art, aus vielen Vorgängen",
    dependencies=may(Action.DESK),
    responses=refused(404),
)
def group(
    group: Annotated[
        GroupKind,
        Path(
            description="`ticked` (angekreuzt), `blank` (leer) oder `same` (gleicher Text).",
            examples=["ticked"],
        ),
    ],
    house: Home,
    me: Me,
    form: Annotated[
        str, Query(description="Nur dieses Formular.", pattern="^([a-z0-9-]{1,64})?$")
    ] = "",
    batch: Annotated[
        str, Query(description="Nur dieser Stapel.", pattern="^([A-Za-z0-9-]{1,64})?$")
    ] = "",
) -> list[CropTold]:
    """Zeigt zweifelhafte Antworten einer Art, so viele, wie auf einmal zu vergleichen sind."""
    shown = house.groups.shown(me.author, _GROUPS[group], Choice(form or None, batch or None))
    reading_log.seen_many(house, me, [one.document for one in shown])
    return [
        CropTold(
            id=one.id,
            document=one.document,
            version=one.version,
            field=one.key,
            name=one.name,
            form=one.form,
            value=one.value,
        )
        for one in shown
    ]


@router.post(
    "/desk/groups/confirmation",
    name="api_group_confirm",
    operation_id="confirmGroup",
    summary="Eine Gruppe bestätigen",
    dependencies=may(Action.DESK),
    responses=refused(*CHANGES),
)
def confirm(house: Home, me: Me, checked: Annotated[Checked, Body()]) -> ConfirmedTold:
    """Bestätigt die angesehenen Antworten; die falschen werden einzeln angesehen."""
    done = house.groups.confirm(me.author, checked.shown, checked.wrong)
    return ConfirmedTold(
        count=done.count,
        wrong=[WrongTold(document=document, field=field) for document, field in done.wrong],
        passed=done.passed,
    )


@router.post(
    "/desk/groups/undo",
    name="api_group_undo",
    operation_id="undoGroup",
    summary="Die letzte Bestätigung einer Gruppe zurücknehmen",
    dependencies=may(Action.DESK),
    responses=refused(*CHANGES),
)
def undo(house: Home, me: Me, _nothing: Empty = None) -> Arranged:
    """Macht die Vorgänge der letzten eigenen Bestätigung wieder zu dem, was sie waren.

    Gibt es nichts zurückzunehmen, ist `documents` leer.
    """
    done = house.groups.undo(me.author, house.arrange.undo) or Done((), {})
    return Arranged(documents=list(done.documents), before=dict(done.before))
