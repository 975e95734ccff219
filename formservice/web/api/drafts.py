"""Drafts for programs: what somebody has begun and not sent."""

from typing import Annotated, Any  # what somebody typed has the shape of its page

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, Field

from formservice.application.drafts import Draft
from formservice.domain.errors import NotFoundError
from formservice.domain.permissions import Action
from formservice.web.api.problems import refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import ID, example
from formservice.web.guard import Home, Me, may

router = APIRouter(prefix="/api/v1", tags=["Ich"], route_class=ApiRoute)
_DRAFT: dict[str, Any] = {
    "kind": "edit",
    "subject": ID,
    "document": ID,
    "case": None,
    "version": 3,
    "base": 1,
    "at": "2026-04-02T10:15:00+02:00",
}
Kind = Annotated[
    str,
    Path(
        description="Art des Entwurfs: `fill` oder `edit`.",
        pattern="^[a-z-]{1,32}$",
        examples=["edit"],
    ),
]
Subject = Annotated[str, Path(description="Wozu er gehört.", max_length=64, examples=[ID])]


class DraftTold(BaseModel):
    """A draft, without what was typed."""

    model_config = example(_DRAFT)
    kind: str = Field(description="`fill` (Formular ausfüllen) oder `edit` (berichtigen).")
    subject: str = Field(description="Wozu er gehört.")
    document: str | None = Field(description="Vorgang.")
    case: str | None = Field(description="Fall.")
    version: int = Field(description="Wird mit jedem Speichern höher.")
    base: int = Field(description="Fassung des Vorgangs, mit der er begann.")
    at: AwareDatetime = Field(description="Wann zuletzt gespeichert.")


class DraftWhole(DraftTold):
    """A draft with what was typed."""

    model_config = example({**_DRAFT, "body": {"name": "Beispiel"}})
    body: dict[str, Any] = Field(description="Was eingegeben wurde.")


@router.get(
    "/drafts",
    name="api_drafts",
    operation_id="listDrafts",
    summary="Meine Entwürfe",
    dependencies=may(Action.SIGNED_IN),
    responses=refused(),
)
def drafts(house: Home, me: Me) -> list[DraftTold]:
    """Listet die eigenen Entwürfe, den neuesten zuerst."""
    return [DraftTold(**told(one)) for one in house.drafts.mine(me.author)]


@router.get(
    "/drafts/{kind}/{subject}",
    name="api_draft",
    operation_id="getDraft",
    summary="Ein Entwurf",
    dependencies=may(Action.SIGNED_IN),
    responses=refused(404),
)
def draft(kind: Kind, subject: Subject, house: Home, me: Me) -> DraftWhole:
    """Gibt einen eigenen Entwurf mit dem, was eingegeben wurde."""
    found = house.drafts.get(me.author, kind, subject)
    if found is None:
        raise NotFoundError("Diesen Entwurf gibt es nicht (mehr).")
    return DraftWhole(**told(found), body=dict(found.body))


@router.delete(
    "/drafts/{kind}/{subject}",
    name="api_draft_discard",
    operation_id="discardDraft",
    summary="Einen Entwurf verwerfen",
    status_code=204,
    dependencies=may(Action.SIGNED_IN),
    responses=refused(404, 409),
)
def discard(kind: Kind, subject: Subject, house: Home, me: Me) -> None:
    """Verwirft einen eigenen Entwurf; einen Tag lang kann er zurückgeholt werden."""
    house.drafts.discard(me.author, kind, subject)


def told(one: Draft) -> dict[str, Any]:
    """Return what models say of a draft."""
    return {
        "kind": one.about.kind,
        "subject": one.about.subject,
        "document": one.about.document,
        "case": one.about.case,
        "version": one.version,
        "base": one.base,
        "at": one.at,
    }
