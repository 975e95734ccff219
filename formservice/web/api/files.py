"""Files of documents for programs: what was received, and the archive copies."""

from typing import Annotated, Any  # what FastAPI takes as the description of an answer
from urllib.parse import quote

from fastapi import APIRouter, Header, Path, Response

from formservice.application.consult import File
from formservice.domain.permissions import Action
from formservice.web import reading_log
from formservice.web.api.documents import DocumentId
from formservice.web.api.problems import refused
from formservice.web.api.route import ApiRoute
from formservice.web.guard import Home, Me, may
from formservice.web.told import MEDIA_TYPES

router = APIRouter(prefix="/api/v1", tags=["Dateien"], route_class=ApiRoute)
BYTES = "application/octet-stream"
PDF, DOCX = MEDIA_TYPES["pdf"], MEDIA_TYPES["docx"]
IfNoneMatch = Annotated[
    str,
    Header(
        description="`ETag` einer früheren Antwort; ist es dieselbe Datei, folgt 304.",
        max_length=200,
        examples=['"9f86d081"'],
    ),
]


def file_described(*media: str) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer that is a file."""
    content = {one: {"schema": {"type": "string", "format": "binary"}} for one in media}
    headers = {
        "ETag": {"description": "SHA-256 der Datei.", "schema": {"type": "string"}},
        "Content-Disposition": {"description": "Name der Datei.", "schema": {"type": "string"}},
    }
    unchanged: dict[str, Any] = {"description": "Es ist noch dieselbe Datei (`If-None-Match`)."}
    return {
        200: {"description": "Die Datei.", "content": content, "headers": headers},
        304: unchanged,
    }


def sent(file: File, media_type: str, if_none_match: str = "") -> Response:
    """Return a file; 304 if the one who asks has it already."""
    headers = {
        "etag": f'"{file.sha256}"',
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
    }
    known = {one.strip().removeprefix("W/").strip('"') for one in if_none_match.split(",")}
    if file.sha256 in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(file.data, media_type=media_type, headers=headers)


@router.get(
    "/documents/{document}/original",
    name="api_original",
    operation_id="getOriginal",
    summary="Die empfangene Datei",
    dependencies=may(Action.READ_DOCUMENT),
    response_class=Response,
    responses={**refused(404), **file_described(BYTES)},
)
def original(
    document: DocumentId, house: Home, me: Me, if_none_match: IfNoneMatch = ""
) -> Response:
    """Gibt die empfangene Datei, Byte für Byte wie sie kam."""
    file = house.consult.original(document, me.author)
    reading_log.seen(house, me, document, reading_log.FILE)
    return sent(file, BYTES, if_none_match)


@router.get(
    "/documents/{document}/copies/{kind}",
    name="api_copy",
    operation_id="getArchiveCopy",
    summary="Eine Archivkopie",
    dependencies=may(Action.READ_DOCUMENT),
    response_class=Response,
    responses={**refused(404), **file_described(PDF)},
)
def copy(
    document: DocumentId,
    kind: Annotated[
        str,
        Path(
            description="`form` (Formular) oder `picture` (Abbild eines Scans).",
            pattern="^(form|picture)$",
            examples=["form"],
        ),
    ],
    house: Home,
    me: Me,
    if_none_match: IfNoneMatch = "",
) -> Response:
    """Gibt die neueste Archivkopie (PDF/A). Sie entsteht, sobald ein Vorgang angenommen ist."""
    file = house.consult.copy(document, me.author, kind)
    reading_log.seen(house, me, document, reading_log.COPY)
    named = File(file.data, file.sha256, f"{file.name}.pdf")
    return sent(named, PDF, if_none_match)
