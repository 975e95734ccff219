"""Help: the user guide, the accessibility statement, and the pages that an operator writes."""

import re
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse

from formservice.domain.errors import NotFoundError
from formservice.web.guard import Home, public
from formservice.web.pages_made import page
from formservice.web.prose import Prose, read_prose
from formservice.web.texts import text

router = APIRouter()
# The first page of the guide, with what leads to the others.
_FIRST = "index"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PICTURE = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*\.(png|webp)")


@router.get("/hilfe", name="help", dependencies=public())
def show_help(request: Request, house: Home) -> Response:
    """Show where the user guide begins."""
    return _guide(request, house.handbook, _FIRST)


@router.get("/hilfe/{name}", name="help_page", dependencies=public())
def show_page(request: Request, house: Home, name: str) -> Response:
    """Show one page of the user guide."""
    return _guide(request, house.handbook, name.removesuffix(".md"))


@router.get("/hilfe/bilder/{name}", name="help_picture", dependencies=public())
def picture(house: Home, name: str) -> Response:
    """Hand out a picture of the user guide."""
    file = house.handbook / "bilder" / name
    if not _PICTURE.fullmatch(name) or not file.is_file():
        raise NotFoundError(text("errors.not-found.error"), text("errors.not-found.hint"))
    return FileResponse(file, headers={"cache-control": "public, max-age=3600"})


@router.get("/barrierefreiheit", name="accessibility", dependencies=public())
def accessibility(request: Request, house: Home) -> Response:
    """Show the accessibility statement: the operator's, or ours for it to complete."""
    ours = house.handbook / "barrierefreiheit.md"
    return _own(request, house.own_pages / ours.name, ours)


@router.get("/datenschutz", name="privacy", dependencies=public())
def privacy(request: Request, house: Home) -> Response:
    """Show what the operator says about data protection."""
    return _own(request, house.own_pages / "datenschutz.md", house.handbook / "datenschutz.md")


@router.get("/impressum", name="imprint", dependencies=public())
def imprint(request: Request, house: Home) -> Response:
    """Show who runs this service."""
    return _own(request, house.own_pages / "impressum.md", house.handbook / "impressum.md")


def _guide(request: Request, folder: Path, name: str) -> Response:
    file = folder / f"{name}.md"
    prose = read_prose(file) if _NAME.fullmatch(name) else None
    if prose is None and name == _FIRST:
        prose = Prose(text("help.missing.title"), text("help.missing.body"))
    if prose is None:
        raise NotFoundError(text("errors.not-found.error"), text("errors.not-found.hint"))
    return page(request, "help/help.html", {"prose": prose, "first": name == _FIRST})


def _own(request: Request, theirs: Path, ours: Path) -> Response:
    prose = read_prose(theirs) or read_prose(ours)
    if prose is None:
        prose = Prose(text("help.missing.title"), text("help.missing.body"))
    return page(request, "help/help.html", {"prose": prose, "first": True})
