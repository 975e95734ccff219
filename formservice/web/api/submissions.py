"""Handing in what a Träger has prepared; the receipt; throwing away what was not handed in."""

import hashlib
from datetime import date
from typing import Annotated, Any  # values of fields are JSON

from fastapi import APIRouter, Body, File, Path, Response, UploadFile
from pydantic import BaseModel, Field

from formservice.application.assigning import OwnPerson, naming, wanted_by
from formservice.application.consult import File as Kept
from formservice.application.editing import Answer
from formservice.application.ports_portal import Submission
from formservice.domain.case import State
from formservice.domain.errors import ConflictError, UsageError
from formservice.domain.permissions import Action
from formservice.web import reading_log
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


_PERSON: dict[str, Any] = {
    "participation": "b2d4c1f0-3f65-4e0f-9a6b-2f5d8f2f6a11",
    "name": "Beispiel",
    "vorname": "Kim",
    "massnahme": "Neue Wege",
    "begins": "2026-01-12",
    "ends": "2026-07-10",
    "because": ["name", "period"],
}


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


class OwnPersonTold(BaseModel):
    """Somebody who takes part with the Träger of a form."""

    model_config = example(_PERSON)
    participation: str = Field(description="Teilnahme.")
    name: str = Field(description="Name.")
    vorname: str = Field(description="Vorname.")
    massnahme: str = Field(description="Maßnahme.")
    begins: date | None = Field(description="Von.")
    ends: date | None = Field(description="Bis.")
    because: list[str] = Field(
        description="Was übereinstimmt: `number`, `born`, `name`, `reference`, `period`."
    )


class WhoseTold(BaseModel):
    """Whom a form is about, as its sender may know and say it."""

    model_config = example(
        {
            "is_known": False,
            "can_change": True,
            "person": None,
            "named": "Beispiel, Kim",
            "offered": [_PERSON],
        }
    )
    is_known: bool = Field(description="Ob der Bogen zu einem Fall gehört.")
    can_change: bool = Field(description="Ob sich noch sagen lässt, dass es jemand anderes ist.")
    person: OwnPersonTold | None = Field(description="Um wen es geht, wenn das bekannt ist.")
    named: str = Field(description="Der Name auf dem Bogen, wie er gelesen ist; leer: keiner.")
    offered: list[OwnPersonTold] = Field(
        description="Wer gemeint sein kann: zuerst, wessen Name übereinstimmt, dann alle anderen."
    )


class WhoseGiven(BaseModel):
    """Whom a form is about."""

    model_config = given({"participation": _PERSON["participation"]})
    participation: str = Field(max_length=64, description="Teilnahme.")


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


@router.get(
    "/documents/{document}/person",
    name="api_whose",
    operation_id="getPersonOfDocument",
    summary="Für wen ist der Bogen?",
    dependencies=may(Action.SUBMIT),
    responses=refused(404),
)
def whose(document: DocumentId, house: Home, me: Me) -> WhoseTold:
    """Nennt, um wen es in einem Bogen geht, und solange das offen ist, wer gemeint sein kann.

    Zugeordnet wird nichts von selbst: Das sagt `PUT`.
    """
    reading = house.portal.submit.prepared(document, me.author).reading
    reading_log.seen(house, me, document)
    known = house.portal.people.whose(document, me.author)
    offered: list[OwnPersonTold] = []
    if known.can_change and not known.is_known:
        wanted = wanted_by(reading, house.forms)
        offered = [_own(one) for one in house.portal.people.offered(document, wanted, me.author)]
    return WhoseTold(
        is_known=known.is_known,
        can_change=known.can_change,
        person=None if known.person is None else _own(known.person),
        named=naming(house.forms)(reading),
        offered=offered,
    )


@router.put(
    "/documents/{document}/person",
    name="api_choose_whose",
    operation_id="choosePersonOfDocument",
    summary="Sagen, für wen ein Bogen ist",
    status_code=204,
    dependencies=may(Action.SUBMIT),
    responses=refused(*CHANGES),
)
def choose_whose(
    document: DocumentId, house: Home, me: Me, told: Annotated[WhoseGiven, Body()]
) -> None:
    """Ordnet einen Bogen einer Teilnahme beim eigenen Träger zu.

    409 (`assignment.known`), wenn er eingereicht ist und schon zu einem Fall gehört.
    """
    house.portal.people.choose(document, told.participation, me.author)


@router.delete(
    "/documents/{document}/person",
    name="api_nobody_whose",
    operation_id="forgetPersonOfDocument",
    summary="Zurücknehmen, für wen ein Bogen ist",
    status_code=204,
    dependencies=may(Action.SUBMIT),
    responses=refused(404, 409),
)
def nobody_whose(document: DocumentId, house: Home, me: Me) -> None:
    """Nimmt zurück, für wen ein Bogen ist; 409 (`assignment.known`), wenn er eingereicht ist."""
    house.portal.people.take_back(document, me.author)


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


def _own(one: OwnPerson) -> OwnPersonTold:
    return OwnPersonTold.model_validate(one)


def _told(one: Submission) -> SubmissionTold:
    return SubmissionTold.model_validate(one)
