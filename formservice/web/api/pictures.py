"""Pictures for programs: pages of what arrived, and the places of fields on them."""

from enum import StrEnum
from typing import Annotated, Any  # what FastAPI takes as the description of an answer

from fastapi import APIRouter, Path, Query, Response

from formservice.application.desk_pictures import Size
from formservice.domain.permissions import Action
from formservice.web import reading_log
from formservice.web.api.desk import FieldKey
from formservice.web.api.documents import DocumentId
from formservice.web.api.problems import refused
from formservice.web.api.route import ApiRoute
from formservice.web.guard import Home, Me, may

router = APIRouter(prefix="/api/v1", tags=["Dateien"], route_class=ApiRoute)
_JPEG = "image/jpeg"
PICTURE_DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Das Bild.",
        "content": {_JPEG: {"schema": {"type": "string", "format": "binary"}}},
    }
}


class How(StrEnum):
    """How large a picture is."""

    CARD = "card"
    SCREEN = "screen"
    ZOOM = "zoom"


_SIZES = {How.CARD: Size.CARD, How.SCREEN: Size.SCREEN, How.ZOOM: Size.ZOOM}


@router.get(
    "/documents/{document}/pages/{page}",
    name="api_page",
    operation_id="getPagePicture",
    summary="Eine Seite als Bild",
    dependencies=may(Action.READ_DOCUMENT),
    response_class=Response,
    responses={**refused(404), **PICTURE_DESCRIBED},
)
def page(
    document: DocumentId,
    page: Annotated[int, Path(description="Seite, ab 1.", ge=1, le=100_000, examples=[1])],
    house: Home,
    me: Me,
    size: Annotated[How, Query(description="Wie groß.")] = How.SCREEN,
) -> Response:
    """Gibt eine Seite aufrecht als JPEG."""
    data = house.pictures.page(me.author, document, page, _SIZES[size])
    reading_log.seen(house, me, document, reading_log.PICTURE)
    return Response(data, media_type=_JPEG)


@router.get(
    "/documents/{document}/fields/{field}/picture",
    name="api_field_picture",
    operation_id="getFieldPicture",
    summary="Die Stelle eines Feldes als Bild",
    dependencies=may(Action.READ_DOCUMENT),
    response_class=Response,
    responses={**refused(404), **PICTURE_DESCRIBED},
)
def field_picture(
    document: DocumentId,
    field: FieldKey,
    house: Home,
    me: Me,
    part: Annotated[
        int, Query(description="Bei Feldern auf mehreren Seiten: der wievielte Teil.", ge=1, le=99)
    ] = 1,
    ticked: Annotated[
        bool, Query(description="Bei einer Auswahl: nur das Kästchen, das als angekreuzt gilt.")
    ] = False,
) -> Response:
    """Gibt, was im Original an der Stelle eines Feldes steht, als JPEG."""
    data = house.pictures.field(me.author, document, field, part, only_on=ticked)
    reading_log.seen(house, me, document, reading_log.PICTURE)
    return Response(data, media_type=_JPEG)
