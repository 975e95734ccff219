"""Handing in what a Träger has prepared; the receipt; throwing away what was not handed in."""

import hashlib
from typing import Annotated, Any  # values of fields are JSON

from fastapi import APIRouter, Body, File, Path, Response, UploadFile
from pydantic import BaseModel, Field

from formservice.application.consult import File as Kept
from formservice.application.editing import Answer
from formservice.application.ports_portal import Submission
from formservice.domain.case import State
from formservice.domain.errors import ConflictError, UsageError
from formservice.domain.permissions import Action
from formservice.web.api.arranging import FormGiven
from formservice.web.api.corrections import Said
from formservice.web.api.documents import DocumentId
from formservice.web.api.files import PDF, IfNoneMatch, file_described, sent
from formservice.web.api.problems import CHANGES, refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import ID, example
from formservice.web.api.told import Changed, Moment, given
from formservice.web.guard import Home, Me, may
from formservice.web.uploads import InTurn

router = APIRouter(prefix="/api/v1", tags=["Einreichen"], route_class=ApiRoute)
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_SUBMISSION = {
    "id": "3c1a0c6e-7a0b-4b6c-9a5e-1f4b6f0a7c22",
    "document": ID,
    "version": 1,
    "sha256": _SHA256,
    "original": _SHA256,
    "at": "2026-04-02T10:15:00Z",
}
SubmissionId = Annotated[
    str,
    Path(description="Kennung der Einreichung.", max_length=64, examples=[str(_SUBMISSION["id"])]),
]


class OpenFindingsError(ConflictError):
    """Something still keeps a document from being accepted, and nobody said to go on knowingly."""

    code = "findings.open"
    default_hint = "Bitte berichtigen, oder mit „knowingly“ bewusst so einreichen."


class Submit(BaseModel):
    """Which version is handed in, and whether knowingly with something missing."""

    model_config = given({"version": 1, "knowingly": False, "values": {"name": "Beispiel"}})
    version: int = Field(ge=0, le=10**6, description="Die Fassung, die Sie gesehen haben.")
    knowingly: bool = Field(
        False, description="Auch einreichen, wenn Befunde die Annahme noch verhindern."
    )
    values: dict[str, Any] = Field(
        default_factory=dict,
        max_length=2000,
        description="Berichtigungen, die mit eingereicht werden; auch von dem, was schon"
        " eingereicht und noch nicht angenommen ist.",
    )
    said: dict[str, Said] = Field(
        default_factory=dict, max_length=2000, description="Wie beim Berichtigen einer Lesung."
    )


class SubmissionTold(BaseModel):
    """That a version of a document was handed in, and when."""

    model_config = example(_SUBMISSION)
    id: str = Field(description="Kennung; damit gibt es die Quittung.")
    document: str = Field(description="Kennung des Vorgangs.")
    version: int = Field(description="Eingereichte Fassung.")
    sha256: str = Field(description="Hash des Datensatzes.")
    original: str | None = Field(description="SHA-256 der Datei.")
    at: Moment = Field(description="Wann eingereicht (UTC).")


@router.get(
    "/documents/{document}/submissions",
    name="api_submissions",
    operation_id="listSubmissions",
    summary="Einreichungen eines Vorgangs",
    dependencies=may(Action.SUBMIT),
    responses=refused(404),
)
def submissions(document: DocumentId, house: Home, me: Me) -> list[SubmissionTold]:
    """Gibt, wann welche Fassung eingereicht wurde, die erste zuerst."""
    found = house.portal.submit.prepared(document, me.author).submissions
    return [_told(one) for one in found]


@router.put(
    "/documents/{document}/form",
    name="api_prepare_form",
    operation_id="sayWhichForm",
    summary="Sagen, welches Formular eine eigene Datei ist",
    dependencies=may(Action.SUBMIT),
    responses=refused(*CHANGES),
)
def say_form(
    document: DocumentId, house: Home, me: Me, form: Annotated[FormGiven, Body()]
) -> Changed:
    """Liest eine noch nicht eingereichte Datei als das genannte Formular; eine weitere Fassung.

    So geht es weiter, wenn nicht zu erkennen war, welches Formular es ist.
    """
    kept = house.portal.submit.prepared(document, me.author).kept
    if kept.version == 0:
        raise UsageError("Dieser Vorgang ist noch nicht gelesen.", "Bitte einen Moment warten.")
    house.arrange.as_form(me.author, document, form.form, form.edition)
    kept, _ = house.consult.kept(document, me.author)
    return Changed(id=document, version=kept.version, state=kept.state)


@router.post(
    "/documents/{document}/submissions",
    name="api_submit",
    operation_id="submitDocument",
    summary="Einreichen",
    status_code=201,
    dependencies=may(Action.SUBMIT),
    responses=refused(*CHANGES),
)
def submit(
    document: DocumentId, house: Home, me: Me, asked: Annotated[Submit, Body()]
) -> SubmissionTold:
    """Reicht ein, was vorbereitet ist. Noch einmal gesendet ist es dieselbe Einreichung.

    Fehlt noch etwas, kommt 409 (`findings.open`), außer mit `knowingly`.
    """
    use = house.portal.submit
    prepared = use.prepared(document, me.author)
    changes: dict[str, object] = asked.values | {k: Answer(one) for k, one in asked.said.items()}
    blocking = use.corrected(prepared, changes).blocking
    is_new = bool(changes) or prepared.kept.state in (State.PREPARING, State.RETURNED)
    is_new |= any(asked.version > one.version for one in prepared.submissions[-1:])
    if blocking and is_new and not asked.knowingly:
        raise OpenFindingsError(f"Offene Befunde, die eine Annahme verhindern: {len(blocking)}.")
    return _told(use(document, asked.version, me.author, changes))


@router.post(
    "/documents/{document}/files",
    name="api_renew",
    operation_id="renewFile",
    summary="Eine neue Datei für Zurückgegebenes",
    dependencies=may(Action.SUBMIT),
    responses=refused(*CHANGES),
)
def renew(
    document: DocumentId,
    house: Home,
    me: Me,
    file: Annotated[UploadFile, File(description="Die neue Datei: DOCX, PDF oder Bild.")],
    turn: InTurn,
) -> Changed:
    """Nimmt zu einem zurückgegebenen Vorgang eine neue Datei; die frühere bleibt erhalten.

    Danach wird mit `POST /documents/{document}/submissions` neu eingereicht.
    """
    house.portal.submit.prepared(document, me.author)
    house.portal.renew(document, turn.bytes_of(file), file.filename or "Datei", me.author)
    kept, _ = house.consult.kept(document, me.author)
    return Changed(id=kept.id, version=kept.version, state=kept.state)


@router.delete(
    "/documents/{document}",
    name="api_discard",
    operation_id="discardDocument",
    summary="Verwerfen, was nicht eingereicht ist",
    status_code=204,
    dependencies=may(Action.SUBMIT),
    responses=refused(404, 409),
)
def discard(document: DocumentId, house: Home, me: Me) -> None:
    """Verwirft, was hochgeladen und noch nicht eingereicht ist.

    24 Stunden lang ist es mit dem Stand `discarded` noch da, und `POST …/restore` holt es zurück;
    danach wird es mit seiner Datei gelöscht. Enthält eine Datei mehrere Bögen, verwirft und holt
    ihre Kennung alle, die nicht eingereicht sind; die Kennung eines Bogens nur diesen.
    """
    house.portal.put_aside.whole(document, me.author)


@router.post(
    "/documents/{document}/restore",
    name="api_discard_undo",
    operation_id="restoreDocument",
    summary="Zurückholen, was verworfen ist",
    status_code=204,
    dependencies=may(Action.SUBMIT),
    responses=refused(404, 409),
)
def restore(document: DocumentId, house: Home, me: Me) -> None:
    """Holt zurück, was in den letzten 24 Stunden verworfen wurde; sonst ändert sich nichts."""
    house.portal.put_aside.restore(document, me.author)


@router.get(
    "/submissions/{submission}",
    name="api_submission",
    operation_id="getSubmission",
    summary="Eine Einreichung",
    dependencies=may(Action.READ_DOCUMENT),
    responses=refused(404),
)
def submission_(submission: SubmissionId, house: Home, me: Me) -> SubmissionTold:
    """Gibt, wann welche Fassung eingereicht wurde."""
    return _told(house.portal.submit.receipt(submission, me.author).submission)


@router.get(
    "/submissions/{submission}/receipt",
    name="api_receipt",
    operation_id="getReceipt",
    summary="Die Quittung als PDF",
    dependencies=may(Action.READ_DOCUMENT),
    response_class=Response,
    responses={**refused(404), **file_described(PDF)},
)
def receipt(
    submission: SubmissionId, house: Home, me: Me, if_none_match: IfNoneMatch = ""
) -> Response:
    """Gibt die Quittung: wer wann was eingereicht hat, mit Hash und offenen Befunden."""
    told = house.portal.submit.receipt(submission, me.author)
    data = house.portal.receipt_pdf(told)
    name = f"Quittung-{told.submission.id}.pdf"
    return sent(Kept(data, hashlib.sha256(data).hexdigest(), name), PDF, if_none_match)


def _told(one: Submission) -> SubmissionTold:
    return SubmissionTold.model_validate(one)
