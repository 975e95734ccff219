"""All forms of one file together: one summary, one submission, a receipt each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any  # readings have the shape of the JSON contract

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from formservice.application.drafts import EDIT
from formservice.application.editing import Changes
from formservice.application.known_forms import titles
from formservice.domain.case import State
from formservice.domain.errors import InvalidDataError
from formservice.domain.permissions import Action
from formservice.web.flash import flash
from formservice.web.form_page import FormView
from formservice.web.guard import may
from formservice.web.pages.filling import Pairs
from formservice.web.pages_made import page
from formservice.web.portal_preparing import One, Preparing, preparing
from formservice.web.portal_views import form_view
from formservice.web.texts import counted, text
from formservice.web.told import clock, day

router = APIRouter()
_BASE = "/einreichen/{document}"


@dataclass(frozen=True, slots=True)
class OneForm:
    """A form of the file as the summary shows it, with what is typed and not yet saved in it.

    ``seen`` tells what was shown: its id, the version of its record, and the words typed over it.
    """

    id: str
    seen: str
    title: str
    told: str
    kind: str
    blocking: Sequence[Any]
    view: FormView | None
    version: int
    changes: Changes


class _WrongError(Exception):
    """A draft of this document holds what cannot stand in its form, or is over an earlier one.

    ``told`` is the text that says which.
    """

    def __init__(self, document: str, told: str) -> None:
        super().__init__(document)
        self.document, self.told = document, told


@router.get(f"{_BASE}/alle", name="submit_together", dependencies=may(Action.SUBMIT))
def submit_together(request: Request, one: One) -> Response:
    """Show all forms of a file before they are handed in together (§ 36a SGB I)."""
    try:
        return _summary(request, one, _open_forms(one))
    except _WrongError as wrong:
        return _to_the_wrong(request, wrong)


@router.post(f"{_BASE}/alle", name="submitted_together", dependencies=may(Action.SUBMIT))
def submitted_together(request: Request, one: One, pairs: Pairs) -> Response:
    """Hand in all forms that the summary showed; with something missing only knowingly."""
    try:
        forms = _open_forms(one)
    except _WrongError as wrong:
        return _to_the_wrong(request, wrong)
    sent = [str(value) for name, value in pairs if name == "fassung"]
    receipts = RedirectResponse(request.app.url_path_for("receipts", document=one.id), 303)
    if not forms:
        return receipts  # a second click
    if sorted(sent) != sorted(form.seen for form in forms):
        return _summary(request, one, forms, status=409, stale=True)
    if any(form.blocking for form in forms) and not dict(pairs).get("bewusst"):
        return _summary(request, one, forms, text("portal.together.knowing_error"), 422)
    handed = {form.id: (form.version, form.changes) for form in forms}
    one.house.portal.submit.together(handed, one.me.author)
    for form in forms:
        one.house.drafts.done(one.me.author, EDIT, form.id)
    return receipts


@router.get(f"{_BASE}/quittungen", name="receipts", dependencies=may(Action.SUBMIT))
def receipts(request: Request, one: One) -> Response:
    """Show the receipts of all forms of a file."""
    submit, named = one.house.portal.submit, titles(one.house.forms)
    parts = [submit.prepared(part.id, one.me.author) for part in one.prepared.parts]
    handed = [part for part in parts or [one.prepared] if part.submissions]
    told = [submit.receipt(part.submissions[-1].id, one.me.author) for part in handed]
    unknown = text("portal.receipt.unknown_form")
    still = sum(part.kept.state is State.PREPARING for part in parts)
    known = {
        "kept": one.prepared.kept,
        "receipts": [(each, named.get(each.kept.form or "", unknown)) for each in told],
        "still": counted("portal.receipts.open", still) if still else "",
        "day": day,
        "clock": clock,
    }
    return page(request, "portal/receipts.html", known)


def _open_forms(one: Preparing) -> list[OneForm]:
    """Return the forms of a file that are not handed in."""
    found = [part.id for part in one.prepared.parts if part.state is State.PREPARING]
    return [_shown(preparing(part, one.me, one.house)) for part in found]


def _shown(one: Preparing) -> OneForm:
    typed = one.typed()
    if typed is not None and one.is_stale(typed):
        raise _WrongError(one.id, "portal.together.merge")
    made = {} if typed is None else typed.made
    try:
        prepared = one.house.portal.submit.corrected(one.prepared, made)
    except InvalidDataError:
        raise _WrongError(one.id, "portal.together.wrong") from None
    told, kind = text("portal.together.complete"), "success"
    if prepared.asking:
        told, kind = counted("portal.prepare.asking", len(prepared.asking)), "warning"
    if prepared.blocking:
        told, kind = counted("portal.prepare.blocking", len(prepared.blocking)), "danger"
    form = one.definition
    shown = None if form is None else form_view(prepared, form, lambda _key: None)
    title, version = one.known()["title"], prepared.kept.version
    seen = f"{one.id}:{version}.{one.imprint(typed)}"
    return OneForm(one.id, seen, title, told, kind, prepared.blocking, shown, version, made)


def _summary(
    request: Request,
    one: Preparing,
    forms: Sequence[OneForm],
    error: str = "",
    status: int = 200,
    *,
    stale: bool = False,
) -> Response:
    if not forms:
        return RedirectResponse(request.app.url_path_for("prepare", document=one.id), 303)
    count = sum(bool(form.blocking) for form in forms)
    known = {
        "kept": one.prepared.kept,
        "forms": forms,
        "open": counted("portal.together.open_title", count) if count else "",
        "error": error,
        "stale": stale,
        "day": day,
        "today": one.house.today(),
    }
    return page(request, "portal/together.html", known, status)


def _to_the_wrong(request: Request, wrong: _WrongError) -> Response:
    where = request.app.url_path_for("prepare", document=wrong.document)
    return flash(request, RedirectResponse(where, 303), wrong.told, kind="warning")
