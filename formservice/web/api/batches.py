"""Batches for programs: many files together, and what became of each of their pages."""

from typing import Annotated, Any  # examples are JSON

from fastapi import APIRouter, Body, File, Path, UploadFile
from pydantic import BaseModel, Field

from formservice.application.desk_batches import Batch, BatchFile
from formservice.domain.permissions import Action
from formservice.web.api.problems import CHANGES, refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import ID, example
from formservice.web.api.told import Empty, Made, Moment, given
from formservice.web.guard import Home, Me, may
from formservice.web.uploads import InTurn

router = APIRouter(prefix="/api/v1", tags=["Stapel"], route_class=ApiRoute)
_BATCH: dict[str, Any] = {
    "id": "e4eaaaf2-d142-41b3-9c3b-1e5c3a5b9a10",
    "user": "elif",
    "name": "Elif Eingang",
    "created_at": "2026-04-02T08:15:00Z",
    "files": 3,
    "unfinished": 1,
    "failed": 0,
}
_FILE: dict[str, Any] = {
    "document": ID,
    "name": "Stapel-07.pdf",
    "known": False,
    "status": "done",
    "state": "in-review",
    "error": None,
    "pages": 12,
    "filed": 11,
    "aside": 1,
    "missing": 0,
    "documents": [ID],
    "same": [],
}
BatchId = Annotated[
    str, Path(description="Kennung des Stapels.", max_length=64, examples=[_BATCH["id"]])
]


class BatchTold(BaseModel):
    """A batch."""

    model_config = example(_BATCH)
    id: str = Field(description="Kennung.")
    user: str = Field(description="Wer ihn hochlud.")
    name: str | None = Field(description="Deren Name.")
    created_at: Moment = Field(description="Wann.")
    files: int = Field(description="So viele Dateien.")
    unfinished: int = Field(description="So viele sind noch in Arbeit.")
    failed: int = Field(description="So viele sind zurückgestellt.")


class BatchFileTold(BaseModel):
    """What became of a file, page by page."""

    model_config = example(_FILE)
    document: str = Field(description="Kennung.")
    name: str = Field(description="Name der Datei; leer, wenn Sie sie nicht mehr sehen.")
    known: bool = Field(description="Ob sie schon da war.")
    status: str = Field(description="Stand der Arbeit.")
    state: str = Field(description="Stand.")
    error: str | None = Field(description="Kennzeichen eines Fehlers.")
    pages: int | None = Field(description="So viele Seiten.")
    filed: int = Field(description="So viele stehen in Vorgängen.")
    aside: int = Field(description="So viele sind kein Vorgang (Trennblätter, leere Rückseiten).")
    missing: int = Field(description="So viele sind nicht erklärt; am Ende immer 0.")
    documents: list[str] = Field(description="Was darin gefunden wurde.")
    same: list[str] = Field(
        description="Vorgänge, die dieselbe Datei sind (gleiche Bytes, anders eingegangen)."
    )


class Again(BaseModel):
    """Which file is tried once more."""

    model_config = given({"document": ID})
    document: str = Field(max_length=64, description="Kennung der Datei.")


class BatchWhole(BaseModel):
    """A batch with its files."""

    model_config = example({"id": _BATCH["id"], "files": [_FILE]})
    id: str = Field(description="Kennung.")
    files: list[BatchFileTold] = Field(description="Dateien.")


@router.get(
    "/batches",
    name="api_batches",
    operation_id="listBatches",
    summary="Stapel auflisten",
    dependencies=may(Action.BATCHES),
    responses=refused(),
)
def batches(house: Home, me: Me) -> list[BatchTold]:
    """Listet die neuesten Stapel."""
    return [_batch(one) for one in house.batches.store.batches(me.author)]


@router.post(
    "/batches",
    name="api_batch_open",
    operation_id="openBatch",
    summary="Einen Stapel beginnen",
    status_code=201,
    dependencies=may(Action.BATCHES),
    responses=refused(409, 413, 415),
)
def open_batch(house: Home, me: Me, _nothing: Empty = None) -> Made:
    """Beginnt einen Stapel; Dateien folgen mit `POST /batches/{batch}/files`."""
    return Made(id=house.batches.store.opened(me.author))


@router.get(
    "/batches/{batch}",
    name="api_batch",
    operation_id="getBatch",
    summary="Was aus einem Stapel wurde",
    dependencies=may(Action.BATCHES),
    responses=refused(404),
)
def batch_(batch: BatchId, house: Home, me: Me) -> BatchWhole:
    """Sagt von jeder Datei und jeder Seite, was aus ihr wurde."""
    files = house.batches.store.files(me.author, batch)
    return BatchWhole(id=batch, files=[_file(one) for one in files])


@router.post(
    "/batches/{batch}/files",
    name="api_batch_add",
    operation_id="addToBatch",
    summary="Eine Datei zu einem Stapel geben",
    status_code=201,
    dependencies=may(Action.BATCHES),
    responses=refused(*CHANGES),
)
def add(
    batch: BatchId,
    house: Home,
    me: Me,
    file: Annotated[UploadFile, File(description="DOCX, PDF oder Bilder.")],
    turn: InTurn,
) -> Made:
    """Nimmt eine Datei an; sie ist dauerhaft aufbewahrt, bevor die Antwort kommt."""
    house.batches.store.files(me.author, batch)
    kept, _ = house.batches.add(me.author, batch, turn.bytes_of(file), file.filename or "Datei")
    return Made(id=kept.id)


@router.post(
    "/batches/{batch}/retry",
    name="api_batch_again",
    operation_id="retryFile",
    summary="Eine zurückgestellte Datei noch einmal versuchen",
    status_code=204,
    dependencies=may(Action.BATCHES),
    responses=refused(*CHANGES),
)
def again(batch: BatchId, house: Home, me: Me, which: Annotated[Again, Body()]) -> None:
    """Gibt eine Datei, mit der niemand durchkam, noch einmal zur Arbeit."""
    house.batches.store.files(me.author, batch)
    house.batches.again(me.author, which.document)


def _batch(one: Batch) -> BatchTold:
    return BatchTold.model_validate(one)


def _file(one: BatchFile) -> BatchFileTold:
    return BatchFileTold(
        document=one.document,
        name=one.name,
        known=one.known,
        status=one.status,
        state=one.state,
        error=one.error,
        pages=one.pages,
        filed=one.filed,
        aside=one.aside,
        missing=one.missing,
        documents=[found[0] for found in one.found],
        same=list(one.same),
    )
