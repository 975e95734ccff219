"""Correcting what was read, field by field, on the newest version of a record."""

from enum import StrEnum
from typing import Annotated, Any  # values of fields are JSON

from fastapi import APIRouter, Body, Header, Response
from pydantic import BaseModel, Field

from formservice.application.editing import Answer
from formservice.domain.changes import StaleError
from formservice.domain.errors import UsageError
from formservice.domain.permissions import Action
from formservice.web.api.documents import DocumentId
from formservice.web.api.problems import CHANGES, PreconditionError, refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.told import Changed, given
from formservice.web.guard import Home, Me, may

router = APIRouter(prefix="/api/v1", tags=["Bearbeiten"], route_class=ApiRoute)
IfMatch = Annotated[
    str,
    Header(
        description="`ETag` der Lesung, auf die sich die Änderung stützt; statt `base`.",
        max_length=32,
        examples=['"1"'],
    ),
]


class Said(StrEnum):
    """What may be said of a field instead of a value."""

    BLANK = "blank"
    UNREADABLE = "unreadable"
    AS_READ = "as-read"


class Corrections(BaseModel):
    """Changed fields of a record."""

    model_config = given(
        {
            "base": 1,
            "values": {"name": "Beispiel", "teilnahme_bis": "2026-06-30"},
            "said": {"telefon": "blank"},
            "reason": "Schreibfehler",
        }
    )
    base: int | None = Field(
        None, ge=0, le=10**6, description="Die Fassung, auf die sich die Änderung stützt."
    )
    values: dict[str, Any] = Field(
        default_factory=dict,
        max_length=2000,
        description="Neue Werte nach Schlüssel: Text, Tag (ISO), true/false, Option; null: leer.",
    )
    said: dict[str, Said] = Field(
        default_factory=dict,
        max_length=2000,
        description="Statt eines Werts: `blank` (dort steht nichts), `unreadable` (nicht lesbar),"
        " `as-read` (richtig gelesen).",
    )
    reason: str = Field("", max_length=1000, description="Warum; steht in der Geschichte.")


@router.patch(
    "/documents/{document}/reading",
    name="api_correct",
    operation_id="correctReading",
    summary="Angaben berichtigen",
    dependencies=may(Action.EDIT_DOCUMENT),
    responses=refused(*CHANGES, 412),
)
def correct(
    document: DocumentId,
    house: Home,
    me: Me,
    response: Response,
    corrections: Annotated[Corrections, Body()],
    if_match: IfMatch = "",
) -> Changed:
    """Speichert eine neue Fassung mit den genannten Änderungen und prüft alles neu.

    Die frühere Fassung bleibt. Hat inzwischen jemand gespeichert, wird nichts geändert: 409 nennt
    in `changed` die Felder, die sich geändert haben, und in `version` die neueste Fassung.
    """
    base = _base(corrections.base, if_match)
    kept, _ = house.consult.kept(document, me.author)  # 404 before anything is said of it
    if base is None:
        raise UsageError(
            "Es fehlt, auf welche Fassung sich die Änderung stützt.",
            "Bitte „base“ oder den Kopf „If-Match“ mitsenden.",
        )
    changes: dict[str, object] = {key: Answer(one) for key, one in corrections.said.items()}
    try:
        version = house.edit(
            document, base, corrections.values | changes, me.author, corrections.reason
        )
    except StaleError as error:
        if if_match:
            raise PreconditionError(error.message) from error
        raise
    response.headers["etag"] = f'"{version}"'
    return Changed(id=document, version=version, state=kept.state)


class UndoneGiven(BaseModel):
    """Which correction is taken back."""

    model_config = given({"version": 2})
    version: int = Field(ge=1, le=10**6, description="Die Fassung, die mit ihr entstand.")


@router.post(
    "/documents/{document}/reading/undo",
    name="api_correction_undo",
    operation_id="undoCorrection",
    summary="Eine Berichtigung zurücknehmen",
    dependencies=may(Action.EDIT_DOCUMENT),
    responses=refused(*CHANGES),
)
def undo(
    document: DocumentId, house: Home, me: Me, which: Annotated[UndoneGiven, Body()]
) -> Changed:
    """Nimmt die eigene letzte Berichtigung zurück, solange niemand danach gespeichert hat.

    Das ist eine weitere Fassung; was dazwischen galt, bleibt in der Geschichte.
    """
    version = house.edit.undo(document, which.version, me.author)
    kept, _ = house.consult.kept(document, me.author)
    return Changed(id=document, version=version, state=kept.state)


def _base(base: int | None, if_match: str) -> int | None:
    """Return which version a change is made from; UsageError if header and body disagree."""
    told = if_match.strip().removeprefix("W/").strip('"')
    if not told:
        return base
    number = int(told) if told.isascii() and told.isdecimal() and len(told) < 8 else -1
    if number < 0 or base not in (None, number):
        raise UsageError(
            "„If-Match“ nennt keine Fassung, oder eine andere als „base“.",
            'Erwartet wird das ETag der Lesung, zum Beispiel "3".',
        )
    return number
