"""Receipts of what was handed in: as a page, and as a PDF file."""

from fastapi import APIRouter, Request, Response

from formservice.application.known_forms import titles
from formservice.domain.permissions import Action, is_allowed
from formservice.web.guard import Home, Me, may
from formservice.web.pages_made import page
from formservice.web.texts import text
from formservice.web.told import clock, day

router = APIRouter()
_BASE = "/quittungen/{submission}"


@router.get(_BASE, name="receipt", dependencies=may(Action.READ_DOCUMENT))
def receipt(request: Request, submission: str, me: Me, house: Home) -> Response:
    """Show what was handed in, when, and what was open then."""
    told = house.portal.submit.receipt(submission, me.author)
    form = told.reading.get("form") or {}
    title = titles(house.forms).get(str(form.get("id")), text("portal.receipt.unknown_form"))
    found = told.reading.get("findings") or ()
    known = {"told": told, "title": title, "day": day, "clock": clock, "found": found}
    known["whose"] = house.portal.people.whose(told.kept.id, me.author)
    known["can_say"] = is_allowed(Action.SUBMIT, me.role)
    return page(request, "portal/receipt.html", known)


@router.get(f"{_BASE}/pdf", name="receipt_pdf", dependencies=may(Action.READ_DOCUMENT))
def receipt_pdf(submission: str, me: Me, house: Home) -> Response:
    """Return the receipt as a PDF file."""
    told = house.portal.submit.receipt(submission, me.author)
    name = text("portal.receipt.file_name", day=told.kept.received.isoformat())
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(house.portal.receipt_pdf(told), media_type="application/pdf", headers=headers)
