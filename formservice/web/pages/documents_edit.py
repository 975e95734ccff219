"""A document corrected as a whole by the office: every check anew, drafts, two people, undo."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any  # records have the shape of the JSON contract

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from formservice.application.drafts import EDIT, About
from formservice.application.known_forms import form_read
from formservice.application.signed_in import SignedIn
from formservice.domain.case import Role
from formservice.domain.changes import StaleError
from formservice.domain.errors import InvalidDataError, Problem, UsageError
from formservice.domain.form import FormDefinition
from formservice.domain.permissions import Action
from formservice.web import reading_log
from formservice.web.flash import flash
from formservice.web.form_page import Posted, posted
from formservice.web.form_page_drafts import as_body, from_body
from formservice.web.form_page_merged import Words, base_of, begun_with, changed_since, words
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.documents_shown import can_edit, shown
from formservice.web.pages.filling import Pairs, draft_answer, seen_in
from formservice.web.pages_made import page
from formservice.web.texts import text

router = APIRouter()
_BASE = "/vorgaenge/{document}"


@dataclass(frozen=True, slots=True)
class Corrected:
    """A document that somebody corrects: its data, its form, and who it is."""

    house: House
    me: SignedIn
    found: Mapping[str, Any]
    definition: FormDefinition

    @property
    def id(self) -> str:
        """The document's id."""
        return str(self.found["id"])

    @property
    def newest(self) -> int:
        """The number of the newest version of its record."""
        return int(self.found["version"])

    def words(self, said: Posted, base: int) -> Words:
        """Return what somebody said on a page made from version ``base``."""
        before = self.house.consult.version(self.id, self.me.author, base).reading
        return words(self.definition, said, base, before, self.house.today())


def corrected(house: Home, me: Me, document: str) -> Corrected:
    """Return the document; UsageError where nobody corrects it any more, or not in this role."""
    found = house.consult.data(document, me.author)
    definition = form_read(found["record"] or {}, house.forms)
    if not can_edit(found, me) or definition is None:
        raise UsageError(text("documents.edit.closed"), text("documents.edit.closed_hint"))
    return Corrected(house, me, found, definition)


Begun = Annotated[Corrected, Depends(corrected)]


@router.get(f"{_BASE}/bearbeiten", name="document_edit", dependencies=may(Action.EDIT_DOCUMENT))
def edit(request: Request, one: Begun) -> Response:
    """Show a document to be corrected, with what somebody has typed before."""
    reading_log.seen(one.house, one.me, one.id)
    draft = one.house.drafts.get(one.me.author, EDIT, one.id)
    if draft is None:
        return _shown(request, one, None)
    said = from_body(one.definition, draft.body)
    base = begun_with(draft, one.newest)
    if base == one.newest:
        return _shown(request, one, said, base=base)
    return _merged(request, one, one.words(said, base))


@router.post(
    f"{_BASE}/bearbeiten", name="document_edit_sent", dependencies=may(Action.EDIT_DOCUMENT)
)
def edit_sent(request: Request, one: Begun, pairs: Pairs) -> Response:
    """Keep what somebody corrected; else show what cannot be, or what changed meanwhile."""
    said, told = posted(one.definition, pairs), dict(pairs)
    base = base_of(told, one.newest)
    if said.do is not None:
        return _shown(request, one, said.done(), base=base)
    house, me = one.house, one.me
    typed = one.words(said, base)
    try:
        if said.problems:
            raise InvalidDataError(said.problems[0].message, said.problems)
        reason = str(told.get("grund") or "")[:500]
        version = house.edit(one.id, base, typed.made, me.author, reason)
    except InvalidDataError as error:
        return _shown(request, one, said, base=base, problems=error.problems)
    except StaleError:
        return _merged(request, one, typed)
    house.drafts.done(me.author, EDIT, one.id)
    answer = RedirectResponse(request.app.url_path_for("document", document=one.id), 303)
    if version == base:
        return flash(request, answer, "documents.edit.same", kind="info")
    undo = str(request.app.url_path_for("document_undo", document=one.id))
    return flash(
        request, answer, "documents.edit.kept", undo=undo, fields={"fassung": str(version)}
    )


@router.post(f"{_BASE}/entwurf", name="document_draft", dependencies=may(Action.EDIT_DOCUMENT))
def draft(one: Begun, pairs: Pairs) -> Response:
    """Keep a draft while somebody types."""
    told, about = dict(pairs), About(EDIT, one.id, document=one.id)
    body, base = as_body(posted(one.definition, pairs)), base_of(told, one.newest)
    drafts, author = one.house.drafts, one.me.author
    return draft_answer(lambda: drafts.save(author, about, body, base, seen_in(told)))


@router.post(
    f"{_BASE}/entwurf/verwerfen",
    name="document_draft_discard",
    dependencies=may(Action.EDIT_DOCUMENT),
)
def draft_discard(request: Request, document: str, house: Home, me: Me) -> Response:
    """Put the draft aside; the next page offers to take that back."""
    house.drafts.discard(me.author, EDIT, document)
    answer = RedirectResponse(request.app.url_path_for("document", document=document), 303)
    undo = str(request.app.url_path_for("document_draft_restore", document=document))
    return flash(request, answer, "filling.draft.discarded", undo=undo)


@router.post(
    f"{_BASE}/entwurf/zurueckholen",
    name="document_draft_restore",
    dependencies=may(Action.EDIT_DOCUMENT),
)
def draft_restore(request: Request, document: str, house: Home, me: Me) -> Response:
    """Take back that the draft was put aside."""
    house.drafts.restore(me.author, EDIT, document)
    answer = RedirectResponse(request.app.url_path_for("document_edit", document=document), 303)
    return flash(request, answer, "filling.draft.restored")


@router.post(
    f"{_BASE}/zuruecknehmen", name="document_undo", dependencies=may(Action.EDIT_DOCUMENT)
)
def undo(request: Request, document: str, house: Home, me: Me, pairs: Pairs) -> Response:
    """Take back the last correction, if it was one's own and nobody has changed more."""
    given = str(dict(pairs).get("fassung") or "")
    number = int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0
    house.edit.undo(document, number, me.author)
    answer = RedirectResponse(request.app.url_path_for("document", document=document), 303)
    return flash(request, answer, "documents.edit.undone")


def _merged(request: Request, one: Corrected, typed: Words) -> Response:
    """Show the newest record with what somebody typed over an earlier one, to look at again."""
    now = one.house.consult.data(one.id, one.me.author)
    fresh = replace(one, found=now)
    own = typed.over(one.definition, now["record"] or {})
    told = changed_since(one.house, one.id, typed.base, one.me.author)
    return _shown(request, fresh, own, base=now["version"], meanwhile=told, status=409)


def _shown(  # noqa: PLR0913 - what a page is made of
    request: Request,
    one: Corrected,
    said: Posted | None,
    *,
    base: int | None = None,
    problems: tuple[Problem, ...] = (),
    meanwhile: list[str] | None = None,
    status: int = 0,
) -> Response:
    draft = one.house.drafts.get(one.me.author, EDIT, one.id)
    known = {
        "document": one.found,
        "definition": one.definition,
        "view": shown(request, one.found, one.definition, said, problems),
        "base": base or one.newest,
        "draft": draft,
        "meanwhile": meanwhile,
        # Whose work it is at the desk is the office's own matter.
        "held": None
        if one.me.role is Role.TRAEGER
        else one.house.desk.besides(one.me.author, one.id),
    }
    return page(request, "documents/edit.html", known, status or (422 if problems else 200))
