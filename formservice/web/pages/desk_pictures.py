"""Pictures of pages and of fields, for every page that shows what arrived."""

from fastapi import APIRouter, Request, Response

from formservice.application.desk_pictures import Size
from formservice.domain.errors import NotFoundError
from formservice.domain.permissions import Action
from formservice.web.guard import Home, Me, may
from formservice.web.reading_log import PICTURE, seen

router = APIRouter()

# Of one version of a document a picture stays the same, and is private to whoever is signed in.
_KEPT = "private, max-age=900"
_SIZES = {"karte": Size.CARD, "": Size.SCREEN, "gross": Size.ZOOM}


@router.get(
    "/vorgaenge/{document}/seiten/{page}.png",
    name="page_picture",
    dependencies=may(Action.READ_DOCUMENT),
)
def page_picture(
    request: Request, house: Home, me: Me, document: str, page: int, groesse: str = ""
) -> Response:
    """Show a page upright; ``groesse`` is ``karte``, ``gross`` or nothing for a screen."""
    if groesse not in _SIZES:
        raise NotFoundError("Diese Größe gibt es nicht.")
    data = house.pictures.page(me.author, document, page, _SIZES[groesse])
    seen(house, me, document, PICTURE)
    return _answer(request, data)


@router.get(
    "/vorgaenge/{document}/felder/{field}.png",
    name="field_picture",
    dependencies=may(Action.READ_DOCUMENT),
)
def field_picture(
    request: Request, house: Home, me: Me, document: str, field: str, teil: int = 1
) -> Response:
    """Show the place of a field; ``teil`` counts those on several pages.

    ``angekreuzt``: of a choice only the box that was read as ticked.
    """
    only_on = "angekreuzt" in request.query_params
    data = house.pictures.field(me.author, document, field, teil, only_on=only_on)
    seen(house, me, document, PICTURE)
    return _answer(request, data)


def _answer(request: Request, data: bytes) -> Response:
    """Return a picture; a browser keeps one whose address names the version it is of."""
    headers = {"cache-control": _KEPT} if request.query_params.get("v") else {}
    return Response(data, media_type="image/jpeg", headers=headers)
