"""Drafts that programs write: a form that is filled in, a document that is corrected."""

from typing import Annotated, Any  # a draft is what its page keeps

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field

from formservice.application.drafts import EDIT, About
from formservice.application.known_forms import form_read
from formservice.domain.case import DECIDED
from formservice.domain.errors import UsageError
from formservice.domain.permissions import Action
from formservice.web.api.case_shapes import CASE, PART
from formservice.web.api.documents import DocumentId
from formservice.web.api.drafts import DraftTold, Kind, Subject, told
from formservice.web.api.forms import FormId
from formservice.web.api.problems import CHANGES, refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.told import given
from formservice.web.form_page_drafts import as_body, from_body
from formservice.web.guard import Home, Me, may
from formservice.web.pages.filling import filling

router = APIRouter(prefix="/api/v1", tags=["Ich"], route_class=ApiRoute)
_BODY: dict[str, Any] = {
    "typed": {"name": ["Beispiel"], "vorname": ["Kim"]},
    "items": {},
    "right": [],
    "unreadable": [],
}
_Key = Annotated[str, Field(max_length=200)]


class BodyGiven(BaseModel):
    """What somebody typed, as it was typed."""

    model_config = given(_BODY)
    typed: dict[_Key, list[str]] = Field(
        max_length=2000,
        description="Nach Feldschlüssel, was getippt ist (Tage wie `02.04.2026`); bei Auswahlen"
        " die Kennungen der Optionen, bei Kästchen `ja` oder `nein`.",
    )
    items: dict[_Key, list[int | None]] = Field(
        default_factory=dict,
        max_length=200,
        description="Listen: für jeden Eintrag seine frühere Nummer, null für neue.",
    )
    right: list[_Key] = Field(
        default_factory=list, max_length=2000, description="Als richtig bestätigte Felder."
    )
    unreadable: list[_Key] = Field(
        default_factory=list, max_length=2000, description="Felder, die niemand lesen kann."
    )


class FormDraft(BaseModel):
    """A draft of a form."""

    model_config = given({"case": CASE["id"], "participation": PART["id"], "body": _BODY})
    case: str | None = Field(None, max_length=64, description="Für welchen Fall.")
    participation: str | None = Field(
        None,
        max_length=64,
        description="Für welche Teilnahme; ohne `case` gilt der Fall, zu dem sie gehört.",
    )
    version: int | None = Field(
        None,
        ge=0,
        le=100_000_000,
        description="Fassung des Entwurfs, auf die sich das stützt (0: es gibt noch keinen); ohne"
        " sie wird in jedem Fall gespeichert.",
    )
    body: BodyGiven = Field(description="Was eingegeben ist.")


class EditDraft(BaseModel):
    """A draft of a correction."""

    model_config = given({"base": 1, "version": 0, "body": _BODY})
    base: int = Field(ge=1, le=100_000_000, description="Fassung des Vorgangs, mit der er begann.")
    version: int | None = Field(
        None,
        ge=0,
        le=100_000_000,
        description="Fassung des Entwurfs, auf die sich das stützt (0: es gibt noch keinen); ohne"
        " sie wird in jedem Fall gespeichert.",
    )
    body: BodyGiven = Field(description="Was eingegeben ist.")


@router.put(
    "/forms/{form}/draft",
    name="api_draft_fill",
    operation_id="saveFormDraft",
    summary="Ein angefangenes Formular merken",
    dependencies=may(Action.EDIT_DOCUMENT),
    responses=refused(*CHANGES),
)
def fill(form: FormId, house: Home, me: Me, draft: Annotated[FormDraft, Body()]) -> DraftTold:
    """Merkt einen eigenen Entwurf, wie ihn die Seite merkt; im Browser geht es damit weiter.

    Hat inzwischen ein anderes Fenster gespeichert, geschieht nichts (409 `conflict.draft`).
    """
    begun = filling(house, me, form, draft.case or "", draft.participation or "")
    said = from_body(begun.definition, draft.body.model_dump())
    return DraftTold(**told(begun.keep(said, draft.version)))


@router.put(
    "/documents/{document}/draft",
    name="api_draft_edit",
    operation_id="saveCorrectionDraft",
    summary="Eine angefangene Berichtigung merken",
    dependencies=may(Action.EDIT_DOCUMENT),
    responses=refused(*CHANGES),
)
def edit(
    document: DocumentId, house: Home, me: Me, draft: Annotated[EditDraft, Body()]
) -> DraftTold:
    """Merkt einen eigenen Entwurf zu einem Vorgang; der Vorgang selbst bleibt, wie er ist."""
    kept, _ = house.consult.kept(document, me.author)
    reading = house.consult.version(document, me.author, draft.base).reading
    definition = form_read(reading, house.forms)
    if definition is None or kept.state in DECIDED:
        raise UsageError("An diesem Vorgang lässt sich nichts (mehr) berichtigen.")
    body = as_body(from_body(definition, draft.body.model_dump()))
    about = About(EDIT, document, document=document)
    saved = house.drafts.save(me.author, about, body, draft.base, draft.version)
    return DraftTold(**told(saved))


@router.post(
    "/drafts/{kind}/{subject}/restore",
    name="api_draft_restore",
    operation_id="restoreDraft",
    summary="Einen verworfenen Entwurf zurückholen",
    status_code=204,
    dependencies=may(Action.SIGNED_IN),
    responses=refused(404, 409),
)
def restore(kind: Kind, subject: Subject, house: Home, me: Me) -> None:
    """Holt einen eigenen Entwurf zurück, der vor höchstens einem Tag verworfen wurde."""
    house.drafts.restore(me.author, kind, subject)
