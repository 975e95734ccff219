"""Who looked into a document, for those who answer for it."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from formservice.domain.permissions import Action
from formservice.web.api.documents import DocumentId
from formservice.web.api.problems import refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import example
from formservice.web.api.told import Moment
from formservice.web.guard import Home, Me, may

router = APIRouter(prefix="/api/v1", tags=["Vorgänge"], route_class=ApiRoute)


class LookTold(BaseModel):
    """Somebody looked at something of a document."""

    model_config = example(
        {
            "user": "carla",
            "name": "Carla Beispiel",
            "what": "contents",
            "at": "2026-04-02T08:15:00Z",
        }
    )
    user: str = Field(description="Kennung dessen, der hineinsah.")
    name: str | None = Field(description="Name, solange das Konto bekannt ist.")
    what: str = Field(
        description="`contents` (Angaben), `picture` (Bild), `file` (Datei) oder `copy`"
        " (Archivkopie)."
    )
    at: Moment = Field(description="Wann.")


@router.get(
    "/documents/{document}/reads",
    name="api_reads",
    operation_id="listReads",
    summary="Wer hat hineingesehen?",
    dependencies=may(Action.READ_LOG),
    responses=refused(404),
)
def reads(document: DocumentId, house: Home, me: Me) -> list[LookTold]:
    """Listet, wer wann was eines Vorgangs gesehen hat, das Neueste zuerst; von ihm selbst nichts.

    Es sind höchstens die letzten 500 Einsichten.
    """
    return [LookTold.model_validate(one) for one in house.reads.of(document, me.author)]
