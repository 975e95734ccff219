"""Documents for programs: upload files, ask where they stand, and read what was found."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any  # records have the shape of the JSON contract

from fastapi import APIRouter, Body, File, Form, Path, Query, Request, Response, UploadFile

from formservice.application.ports_store import Kept
from formservice.application.receive import Sent
from formservice.application.search import Hit as Found
from formservice.application.search import Hits as FoundHits
from formservice.application.signed_in import SignedIn
from formservice.application.terms import state_of
from formservice.application.uploading import MOST_FILES, Uploaded, plain_name
from formservice.domain.case import State
from formservice.domain.changes import finding_id
from formservice.domain.errors import (
    EmptyDocumentError,
    InputError,
    InvalidDataError,
    Problem,
    UsageError,
)
from formservice.domain.permissions import Action
from formservice.web import reading_log
from formservice.web.api import samples, shapes
from formservice.web.api.problems import refused
from formservice.web.api.route import KEY_HEADER, ApiRoute
from formservice.web.guard import Home, Me, at_home, is_traeger, may
from formservice.web.house import House
from formservice.web.uploads import InTurn, Turn

router = APIRouter(prefix="/api/v1", tags=["Vorgänge"], route_class=ApiRoute)
DocumentId = Annotated[
    str,
    Path(description="Kennung des Vorgangs.", max_length=64, examples=[samples.ID]),
]
_STATES = "|".join(State)


@router.get(
    "/documents",
    name="api_documents",
    operation_id="listDocuments",
    summary="Vorgänge auflisten",
    dependencies=may(Action.SEARCH),
    responses=refused(),
)
def documents(
    house: Home,
    me: Me,
    state: Annotated[
        str,
        Query(
            description="Nur in diesem Stand.", pattern=f"^({_STATES})?$", examples=["returned"]
        ),
    ] = "",
    form: Annotated[
        str,
        Query(
            description="Nur von diesem Formular.",
            pattern="^([a-z0-9-]{1,64})?$",
            examples=["feedbackbogen"],
        ),
    ] = "",
    limit: Annotated[int, Query(description="Höchstens so viele.", ge=1, le=200)] = 50,
    after: Annotated[
        str, Query(description="`next` der vorigen Seite.", max_length=400, examples=[""])
    ] = "",
) -> shapes.Hits:
    """Listet Vorgänge, die Sie sehen dürfen, die zuletzt eingegangenen zuerst.

    Nach Inhalten wird mit `POST /documents/search` gesucht: Namen gehören in keine Adresse.
    """
    asked = [f"stand:{state}"] if state else []
    asked += [f"form:{form}"] if form else []
    return _hits(house.find(" ".join(asked), me.author, limit, after))


@router.post(
    "/documents/search",
    name="api_search",
    operation_id="searchDocuments",
    summary="Vorgänge suchen",
    dependencies=may(Action.SEARCH),
    responses=refused(413, 415),
    openapi_extra={"x-safe": True},
)
def search(house: Home, me: Me, asked: Annotated[shapes.SearchQuery, Body()]) -> shapes.Hits:
    """Sucht in allem, was Sie sehen dürfen: in Inhalten, nach Formular, Stand, Befund und Tag.

    Die Suche steht im Inhalt der Anfrage, weil sie Namen enthalten kann. Sie ändert nichts.
    """
    return _hits(house.find(asked.query, me.author, asked.limit, asked.after))


@router.post(
    "/documents",
    name="api_upload",
    operation_id="uploadDocuments",
    summary="Dateien hochladen",
    status_code=201,
    dependencies=may(Action.UPLOAD),
    responses=refused(409, 413, 415),
    openapi_extra={"x-repeatable": True},
)
def upload(
    request: Request,
    me: Me,
    files: Annotated[
        list[UploadFile],
        File(
            description="Eine Datei oder mehrere: DOCX, PDF, PNG, JPEG, TIFF, HEIC.",
            min_length=1,
            max_length=MOST_FILES,
        ),
    ],
    turn: InTurn,
    traeger: Annotated[
        str,
        Form(
            description="Für welchen Träger; nur nötig, wenn Sie für mehrere arbeiten.",
            max_length=64,
        ),
    ] = "",
    together: Annotated[
        bool,
        Form(description="Fotos, die zusammen ein Formular sind (nur Träger): werden eine Datei."),
    ] = False,
) -> list[shapes.Uploaded]:
    """Nimmt Dateien an. Sie sind dauerhaft aufbewahrt, bevor die Antwort kommt.

    Von Trägern sind sie danach „in Vorbereitung“, bis sie eingereicht werden.
    Gelesen wird gleich danach: `GET /documents/{document}/status` sagt, wann Befunde da sind.
    Dieselben Bytes noch einmal gesendet sind derselbe Vorgang.

    Von mehreren Dateien steht in der Reihenfolge der Anfrage da, was aus jeder wurde: Was an einer
    nicht stimmt, hält keine andere auf. 422 heißt, dass keine angenommen ist.
    """
    whose = _traeger(me, traeger) if is_traeger(me) else ""
    house = at_home(request)
    keep = _Keeping(request, house, me, whose)
    first = files[0]
    if len(files) == 1:
        return [keep(0, first, turn.bytes_of(first))]
    if together and whose:
        return [keep(0, first, house.portal.joined(turn.pages_of(files)))]
    return _each(keep, files, turn)


@dataclass(frozen=True, slots=True)
class _Keeping:
    """Keeps the files of one request."""

    request: Request
    house: House
    me: SignedIn
    whose: str

    def __call__(self, place: int, file: UploadFile, data: bytes) -> shapes.Uploaded:
        """Keep a file; InputError if it cannot be, with the reason."""
        if not data:
            raise EmptyDocumentError("Die Datei ist leer.")
        name, author = file.filename or "Datei", self.me.author
        if self.whose:
            kept, known = self.house.portal.upload(Uploaded(data, name, self.whose), author)
        else:
            own = _own_id(self.me.user, self.request.headers.get(KEY_HEADER, ""), place)
            sent = Sent(data, plain_name(name), "upload", self.house.today(), own)
            kept, known = self.house.receive(sent, author)
        url = self.request.app.url_path_for("api_status_of", document=kept.id)
        sha256 = hashlib.sha256(data).hexdigest()
        return shapes.Uploaded.taken(kept.id, sha256, str(url), known=known)


def _each(keep: _Keeping, files: Sequence[UploadFile], turn: Turn) -> list[shapes.Uploaded]:
    """Keep files one by one; InvalidDataError, with the reasons, if none could be."""
    outcomes, wrong = [], []
    for place, file in enumerate(files):
        try:
            outcomes.append(keep(place, file, turn.bytes_of(file)))
        except InputError as error:
            outcomes.append(shapes.Uploaded.refused(error))
            wrong.append(Problem(f"files.{place}", f"{error} {error.hint}".strip()))
    if len(wrong) == len(files):
        raise InvalidDataError("Von diesen Dateien wurde keine angenommen.", wrong)
    return outcomes


def _traeger(me: SignedIn, wanted: str) -> str:
    """Return for which Träger somebody uploads: who works for one need not say so."""
    if wanted in me.traeger or (len(me.traeger) == 1 and not wanted):
        return wanted or me.traeger[0]
    raise UsageError(
        "Für diesen Träger können Sie nichts einreichen.",
        "Bitte in „traeger“ einen nennen, den GET /api/v1/me aufzählt.",
    )


def _own_id(user: str, key: str, place: int) -> str | None:
    """Return the id of a document that was sent with a key, the same at every try."""
    if not key:
        return None
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{KEY_HEADER}/{user}/{key}/{place}"))


@router.get(
    "/documents/{document}",
    name="api_document",
    operation_id="getDocument",
    summary="Einen Vorgang ansehen",
    dependencies=may(Action.READ_DOCUMENT),
    responses=refused(404),
)
def document_(document: DocumentId, house: Home, me: Me) -> shapes.Document:
    """Gibt, was von einem Vorgang bekannt ist, ohne die Angaben im Formular."""
    data = house.consult.data(document, me.author)
    told = {key: data[key] for key in shapes.Document.model_fields if key in data}
    told |= {"parts": [one["id"] for one in data["parts"]]}
    return shapes.Document(**told, state_name=state_of(data["state"]))


@router.get(
    "/documents/{document}/status",
    name="api_status_of",
    operation_id="getDocumentStatus",
    summary="Fragen, wie weit ein Vorgang ist",
    dependencies=may(Action.READ_DOCUMENT),
    responses=refused(404),
)
def status_of(document: DocumentId, house: Home, me: Me) -> shapes.Standing:
    """Sagt, wie weit das Lesen ist. Nach dem Hochladen hier fragen, bis `is_read` gilt."""
    return standing(*house.consult.kept(document, me.author))


@router.get(
    "/documents/{document}/reading",
    name="api_reading",
    operation_id="getReading",
    summary="Die Lesung",
    dependencies=may(Action.READ_DOCUMENT),
    responses=refused(404),
)
def reading(
    document: DocumentId,
    house: Home,
    me: Me,
    response: Response,
    version: Annotated[
        int | None,
        Query(description="Eine frühere Fassung; ohne: die neueste.", ge=1, le=10**6),
    ] = None,
) -> shapes.Reading:
    """Gibt alle Felder mit Wert, Herkunft und Sicherheit, wie `formservice read --json`."""
    newest = house.consult.version(document, me.author, version)
    reading_log.seen(house, me, document)
    response.headers["etag"] = f'"{newest.version}"'
    return shapes.Reading.model_validate({**newest.reading, "version": newest.version})


@router.get(
    "/documents/{document}/findings",
    name="api_findings",
    operation_id="getFindings",
    summary="Die Befunde",
    dependencies=may(Action.READ_DOCUMENT),
    responses=refused(404),
)
def findings(document: DocumentId, house: Home, me: Me) -> shapes.Findings:
    """Gibt, was fehlt oder zu klären ist, in einfachem Deutsch und mit dem Feld."""
    newest, answered = house.consult.findings(document, me.author)
    reading_log.seen(house, me, document)
    told: Mapping[str, Any] = newest.reading
    known = {one.finding for one in answered}
    items = [
        shapes.FindingRead.model_validate({**one, "acknowledged": finding_id(one) in known})
        for one in told.get("findings") or ()
    ]
    archivable = bool(told.get("archivable"))
    return shapes.Findings(version=newest.version, archivable=archivable, items=items)


@router.get(
    "/documents/{document}/deadlines",
    name="api_deadlines_of",
    operation_id="getDeadlines",
    summary="Die Fristen",
    dependencies=may(Action.READ_DOCUMENT),
    responses=refused(404),
)
def deadlines(document: DocumentId, house: Home, me: Me) -> list[shapes.DeadlineRead]:
    """Gibt die Fristen eines Vorgangs, jede mit den Gründen in Worten."""
    newest = house.consult.version(document, me.author)
    kept, _ = house.consult.kept(document, me.author)
    found = house.office.due.of(me.author, kept, newest.reading)
    return [shapes.DeadlineRead.model_validate(one) for one in found]


@router.get(
    "/documents/{document}/versions",
    name="api_versions",
    operation_id="getVersions",
    summary="Die Fassungen",
    dependencies=may(Action.READ_DOCUMENT),
    responses=refused(404),
)
def versions(document: DocumentId, house: Home, me: Me) -> list[shapes.VersionTold]:
    """Gibt alle Fassungen, die älteste zuerst: wer sie wann warum gespeichert hat."""
    data = house.consult.data(document, me.author)
    return [shapes.VersionTold(**one) for one in data["versions"]]


@router.get(
    "/documents/{document}/history",
    name="api_history",
    operation_id="getHistory",
    summary="Die Geschichte",
    dependencies=may(Action.READ_DOCUMENT),
    responses=refused(404),
)
def history(document: DocumentId, house: Home, me: Me) -> list[shapes.EventTold]:
    """Gibt alles, was mit einem Vorgang geschah, aus der Kette der Ereignisse."""
    data = house.consult.data(document, me.author)
    return [shapes.EventTold(**one) for one in data["events"]]


def standing(kept: Kept, parts: "list[Kept] | Any") -> shapes.Standing:
    """Return where a document stands."""
    return shapes.Standing(
        id=kept.id,
        part_of=kept.part_of,
        state=kept.state,
        state_name=state_of(kept.state),
        stage=kept.stage,
        status=kept.status,
        is_read=kept.stage != "read" or kept.status in ("waiting", "done"),
        version=kept.version,
        error=kept.error,
        parts=[one.id for one in parts],
    )


def _hits(found: FoundHits) -> shapes.Hits:
    return shapes.Hits(items=[_hit(one) for one in found.hits], total=found.total, next=found.next)


def _hit(one: Found) -> shapes.Hit:
    told: Mapping[str, Any] = {
        key: getattr(one, key) for key in shapes.Hit.model_fields if hasattr(one, key)
    }
    named = {"received": one.received.isoformat(), "state_name": state_of(one.state)}
    return shapes.Hit(**{**told, **named})
