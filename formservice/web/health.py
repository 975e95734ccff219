"""For what watches the service: does it answer, and can it be used."""

from fastapi import APIRouter
from starlette.responses import JSONResponse

from formservice.web.guard import Home, public

router = APIRouter()


@router.get("/gesund", name="healthy", dependencies=public(), include_in_schema=False)
def healthy() -> JSONResponse:
    """Say that the process answers; nothing else is asked."""
    return JSONResponse({"ok": True})


@router.get("/bereit", name="ready", dependencies=public(), include_in_schema=False)
def ready(house: Home) -> JSONResponse:
    """Say whether it can be used, and which part is at fault if not; never why, or where."""
    parts = dict(house.condition.ready())
    whole = all(parts.values())
    return JSONResponse({"ok": whole, "parts": parts}, 200 if whole else 503)
