"""A document: what it is, what stands in it, what is open, who changed what, and its files."""

from collections.abc import Mapping
from typing import Any  # records have the shape of the JSON contract
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from formservice.application.consult import File
from formservice.application.desk_pictures import has_pictures
from formservice.application.known_forms import form_read
from formservice.application.known_forms import titles as titles_of
from formservice.application.signed_in import SignedIn
from formservice.application.terms import COPIES, about_of
from formservice.domain.changes import open_findings
from formservice.domain.errors import NotFoundError
from formservice.domain.permissions import Action
from formservice.web import reading_log
from formservice.web.form_page import Known, view
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.documents_shown import (
    can_edit,
    history,
    shown,
    source_of,
    steps,
)
from formservice.web.pages_made import page

router = APIRouter()
_BASE = "/vorgaenge/{document}"
# Whatever a file holds, it is saved and not shown; opened all the same, nothing in it runs.
_FILE = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "x-download-options": "noopen",
}


@router.get(_BASE, name="document", dependencies=may(Action.READ_DOCUMENT))
def document(request: Request, document: str, house: Home, me: Me, leer: str = "") -> Response:
    """Show a document; ``leer`` shows blank fields as well."""
    found = house.consult.data(document, me.author)
    if found["parts"]:
        return page(request, "documents/parts.html", _context(request, house, me, found))
    if found["record"] is None:
        return page(request, "documents/unread.html", _context(request, house, me, found))
    reading_log.seen(house, me, document)
    definition = form_read(found["record"], house.forms)
    known = _context(request, house, me, found)
    if definition is not None:
        known |= {"view": shown(request, found, definition)}
    versions = house.consult.versions(document, me.author)
    known |= {"history": history(found, versions, definition), "all": bool(leer)}
    return page(request, "documents/document.html", known)


@router.get(
    f"{_BASE}/fassungen/{{version}}",
    name="document_version",
    dependencies=may(Action.READ_DOCUMENT),
)
def version(request: Request, document: str, version: int, house: Home, me: Me) -> Response:
    """Show an earlier version of a record."""
    found = house.consult.data(document, me.author)
    kept = house.consult.version(document, me.author, version)
    definition = form_read(kept.reading, house.forms)
    if definition is None:
        raise NotFoundError("Diese Fassung gehört zu keinem bekannten Formular.")
    reading_log.seen(house, me, document)
    findings: Any = kept.reading.get("findings") or ()
    known = Known(reading=kept.reading, findings=findings, signatures=True)
    context = _context(request, house, me, found)
    context |= {"view": view(definition, known), "version": kept}
    return page(request, "documents/version.html", context)


@router.get(f"{_BASE}/original", name="original", dependencies=may(Action.READ_DOCUMENT))
def original(document: str, house: Home, me: Me) -> Response:
    """Hand out the file as it was received."""
    file = house.consult.original(document, me.author)
    reading_log.seen(house, me, document, reading_log.FILE)
    return _saved(file, file.name)


@router.get(
    f"{_BASE}/archivkopie/{{kind}}", name="document_copy", dependencies=may(Action.READ_DOCUMENT)
)
def copy(document: str, kind: str, house: Home, me: Me) -> Response:
    """Hand out an archive copy."""
    file = house.consult.copy(document, me.author, kind)
    reading_log.seen(house, me, document, reading_log.COPY)
    ending = ".pdf" if file.data.startswith(b"%PDF") else ""
    return _saved(file, f"{file.name}{ending}")


def _saved(file: File, name: str) -> Response:
    """Return a file to be saved: never shown in the browser, whatever it is."""
    plain = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "._- ") else "_" for sign in name
    )
    disposition = (
        f"attachment; filename=\"{plain[:120]}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    headers = _FILE | {"content-disposition": disposition}
    return Response(file.data, media_type="application/octet-stream", headers=headers)


def _context(
    request: Request, house: House, me: SignedIn, found: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what every page about a document knows of it."""
    reading = found["record"] or {}
    definition = form_read(reading, house.forms)
    titles = titles_of(house.forms)
    names = {} if definition is None else {one.key: one.name for one in definition.fields}
    return {
        "document": found,
        "title": definition.title if definition is not None else found["name"],
        "titles": titles,
        "definition": definition,
        "source": source_of(found),
        "steps": steps(request, found, me),
        "can_edit": can_edit(found, me),
        "blocking": open_findings(reading, ()),
        "answers": [
            one | {"about": about_of(one["code"], names.get(str(one["field"])))}
            for one in found["acknowledgements"]
        ],
        "copies": {one["kind"]: one for one in found["copies"]},
        "copy_names": COPIES,
        "pictures": found["pages"] if reading and has_pictures(reading) else [],
        "deadlines": reading.get("deadlines") or [],
        "has_file": house.consult.has_original(found["id"], me.author),
    }
