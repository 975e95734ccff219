"""A document of a Träger before and after it is handed in: look, correct, sum up, submit."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from formservice.application.discarding import refuse_handed_in
from formservice.application.drafts import EDIT
from formservice.application.editing import Changes
from formservice.application.known_forms import titles
from formservice.application.ports_portal import MOST_LISTED
from formservice.application.renewing import refuse_not_returned
from formservice.domain.case import DECIDED, State
from formservice.domain.changes import StaleError
from formservice.domain.errors import (
    InputError,
    InvalidDataError,
    Problem,
    UsageError,
)
from formservice.domain.permissions import Action
from formservice.web.flash import flash
from formservice.web.form_page import Posted, posted
from formservice.web.form_page_merged import Words, base_of, changed_since
from formservice.web.guard import Home, Me, may
from formservice.web.pages.filling import Pairs, draft_answer, seen_in
from formservice.web.pages_made import page
from formservice.web.portal_preparing import AboutPerson, One, preparing
from formservice.web.portal_views import editions, form_view, lists
from formservice.web.refusals import status_of
from formservice.web.texts import text
from formservice.web.uploads import ACCEPT, SentFiles, refuse_wrong_count

router = APIRouter()
_BASE = "/einreichen/{document}"


@router.get("/meine-vorgaenge", name="my_documents", dependencies=may(Action.SUBMIT))
def my_documents(request: Request, me: Me, house: Home) -> Response:
    """List what somebody's Träger has prepared and handed in, what was returned first."""
    found = house.portal.lists.documents(me.author)
    known = {"lists": lists(found, titles(house.forms)), "shown": len(found)}
    known["is_cut"] = len(found) >= MOST_LISTED
    return page(request, "portal/mine.html", known)


@router.get(_BASE, name="prepare", dependencies=may(Action.SUBMIT))
def prepare(request: Request, one: One, person: str = "") -> Response:
    """Show a document as its sender prepares it."""
    kept, known = one.prepared.kept, one.known()
    # Of what is accepted a copy for the archive is being made: that is no reading.
    if kept.status in ("ready", "running") and kept.state not in DECIDED:
        return page(request, "portal/unread.html", known)
    if kept.state is State.DISCARDED:
        return page(request, "portal/discarded.html", known)
    if one.prepared.parts:
        return page(request, "portal/parts.html", known)
    if one.definition is None:
        return _unknown(request, one)
    if not one.can_edit:
        known["view"] = form_view(one.prepared, one.definition, lambda _key: None)
        return page(request, "portal/decided.html", known)
    typed = one.typed()
    if typed is not None and one.is_stale(typed):
        return _merged(request, one, typed, 200)
    said = None if typed is None else typed.said
    return _form(request, one, said, everybody=bool(person))


@router.post(_BASE, name="prepare_sent", dependencies=may(Action.SUBMIT))
def prepare_sent(request: Request, one: One, pairs: Pairs) -> Response:
    """Keep what somebody corrected, and go on to the summary or show what cannot be taken."""
    said, told = posted(one.form, pairs), dict(pairs)
    base, stays = base_of(told, one.prepared.kept.version), told.get("weiter") == "bleiben"
    if said.do is not None:
        return _form(request, one, said.done(), base=base)
    typed = one.words(said, base)
    try:
        if said.problems:
            raise InvalidDataError(said.problems[0].message, said.problems)
        if one.is_stale(typed):
            return _merged(request, one, typed)
        _keep(one, typed)
    except InvalidDataError as error:
        return _form(request, one, said, error.problems, base=base)
    except StaleError:  # in this very moment
        return _merged(request, preparing(one.id, one.me, one.house), typed)
    where = "prepare" if stays else "submit_summary"
    answer = RedirectResponse(request.app.url_path_for(where, document=one.id), 303)
    return flash(request, answer, "portal.prepare.saved") if stays else answer


@router.post(f"{_BASE}/formular", name="prepare_form", dependencies=may(Action.SUBMIT))
def prepare_form(request: Request, one: One, formular: Annotated[str, Form()] = "") -> Response:
    """Read a document as the form that its sender says it is."""
    if formular not in dict(editions(one.house.forms)):
        return _unknown(request, one, text("portal.prepare.choose_error"), 422)
    form, _, edition = formular.partition("/")
    one.house.arrange.as_form(one.me.author, one.id, form, edition)
    return RedirectResponse(request.app.url_path_for("prepare", document=one.id), 303)


def _unknown(request: Request, one: One, error: str = "", status: int = 200) -> Response:
    known = one.known() | {"editions": editions(one.house.forms), "error": error}
    return page(request, "portal/unknown.html", known, status)


def _keep(one: One, typed: Words) -> None:
    """Keep what was corrected: of what is handed in as a draft, until it is handed in anew."""
    if not one.is_own:
        one.house.portal.submit.corrected(one.prepared, typed.made)  # says what is not possible
        one.keep(typed.said, typed.base, None)
        return
    if typed.made:
        one.house.edit(one.id, typed.base, typed.made, one.me.author)
    one.house.drafts.done(one.me.author, EDIT, one.id)


@router.post(f"{_BASE}/entwurf", name="prepare_draft", dependencies=may(Action.SUBMIT))
def prepare_draft(one: One, pairs: Pairs) -> Response:
    """Keep a draft while somebody types."""
    said, told = posted(one.form, pairs), dict(pairs)
    base = base_of(told, one.prepared.kept.version)
    return draft_answer(lambda: one.keep(said, base, seen_in(told)))


@router.post(
    f"{_BASE}/entwurf/verwerfen", name="prepare_draft_discard", dependencies=may(Action.SUBMIT)
)
def prepare_draft_discard(request: Request, one: One) -> Response:
    """Put aside what was typed; the next page offers to take that back."""
    one.house.drafts.discard(one.me.author, EDIT, one.id)
    undo = str(request.app.url_path_for("prepare_draft_restore", document=one.id))
    answer = RedirectResponse(request.app.url_path_for("prepare", document=one.id), 303)
    return flash(request, answer, "portal.prepare.draft_gone", undo=undo)


@router.post(
    f"{_BASE}/entwurf/zurueckholen", name="prepare_draft_restore", dependencies=may(Action.SUBMIT)
)
def prepare_draft_restore(request: Request, one: One) -> Response:
    """Take back that the draft was put aside."""
    one.house.drafts.restore(one.me.author, EDIT, one.id)
    return RedirectResponse(request.app.url_path_for("prepare", document=one.id), 303)


def _form(  # noqa: PLR0913 - what a page is made of
    request: Request,
    one: One,
    said: Posted | None,
    problems: Sequence[Problem] = (),
    *,
    base: int = 0,
    meanwhile: Sequence[str] | None = None,
    status: int = 0,
    everybody: bool = False,
) -> Response:
    """Show the form to be corrected; ``base`` is the version that what is typed began with."""
    draft = one.draft
    known = one.known() | {
        "view": one.view(request, said, problems),
        "base": base or one.prepared.kept.version,
        "draft": draft,
        "version": 0 if draft is None else draft.version,
        "meanwhile": meanwhile,
        "of_whom": AboutPerson(one, everybody),
    }
    return page(request, "portal/prepare.html", known, status or (422 if problems else 200))


def _merged(request: Request, one: One, typed: Words, status: int = 409) -> Response:
    """Show the newest record with what somebody typed over an earlier one, to look at again."""
    own = typed.over(one.form, one.prepared.reading)
    told = changed_since(one.house, one.id, typed.base, one.me.author)
    return _form(request, one, own, meanwhile=told, status=status)


@router.get(f"{_BASE}/zusammenfassung", name="submit_summary", dependencies=may(Action.SUBMIT))
def submit_summary(request: Request, one: One) -> Response:
    """Show the whole declaration before it is handed in (§ 36a SGB I)."""
    return _summary(request, one)


def _summary(
    request: Request,
    one: One,
    error: str = "",
    status: int = 200,
    *,
    stale: bool = False,
    unchanged: bool = False,
) -> Response:
    typed = one.typed()
    if typed is not None and one.is_stale(typed):
        return RedirectResponse(request.app.url_path_for("prepare", document=one.id), 303)
    made = {} if typed is None else typed.made
    try:
        prepared = one.house.portal.submit.corrected(one.prepared, made)
    except InvalidDataError as wrong:
        return _form(request, one, one.said(), wrong.problems)
    shown = replace(one, prepared=prepared)
    known = shown.known() | {"error": error, "today": one.house.today(), "view": None}
    known |= {"changed": len(made), "can_submit": known["can_submit"] or bool(made)}
    known |= {"imprint": one.imprint(typed), "stale": stale, "unchanged": unchanged}
    known["of_whom"] = AboutPerson(one)
    if one.definition is not None:
        known["view"] = form_view(prepared, one.definition, lambda _key: None)
    return page(request, "portal/summary.html", known, status)


@router.post(f"{_BASE}/zusammenfassung", name="submit", dependencies=may(Action.SUBMIT))
def submit(
    request: Request,
    one: One,
    fassung: Annotated[int, Form()],
    gezeigt: Annotated[str, Form()] = "",
    bewusst: Annotated[str, Form()] = "",
    unveraendert: Annotated[str, Form()] = "",
) -> Response:
    """Hand in what the summary showed; with something missing, or nothing changed, knowingly.

    ``fassung`` is the version of the record that it showed, ``gezeigt`` tells what was typed over
    it. Where either is another one by now, there is a new summary first.
    """
    typed, use = one.typed(), one.house.portal.submit
    if typed is not None and one.is_stale(typed):
        return RedirectResponse(request.app.url_path_for("prepare", document=one.id), 303)
    made = {} if typed is None else typed.made
    is_shown = (fassung, gezeigt) == (one.prepared.kept.version, one.imprint(typed))
    if not is_shown and not _is_done(one, fassung, gezeigt, made):
        return _summary(request, one, status=409, stale=True)
    if use.corrected(one.prepared, made).blocking and not bewusst:
        return _summary(request, one, text("portal.summary.knowing_error"), 422)
    if one.is_unchanged and not made and not unveraendert:
        return _summary(request, one, status=422, unchanged=True)
    done = use(one.id, fassung, one.me.author, made)
    one.house.drafts.done(one.me.author, EDIT, one.id)
    return RedirectResponse(request.app.url_path_for("receipt", submission=done.id), 303)


def _is_done(one: One, seen: int, imprint: str, made: Changes) -> bool:
    """Say whether what a summary showed is handed in already: a second click on its button."""
    if made or not one.prepared.submissions or one.prepared.kept.state is State.RETURNED:
        return False
    return not imprint or one.prepared.submissions[-1].version > seen


@router.get(f"{_BASE}/neue-datei", name="renew", dependencies=may(Action.SUBMIT))
def renew(request: Request, one: One) -> Response:
    """Ask for the new file of a returned document; of any other, say that there is none."""
    try:
        refuse_not_returned(one.prepared.kept)
    except UsageError as error:
        return page(request, "portal/renew.html", one.known() | {"error": error, "accept": ""})
    return page(request, "portal/renew.html", one.known() | {"error": None, "accept": ACCEPT})


@router.post(f"{_BASE}/neue-datei", name="renew_sent", dependencies=may(Action.SUBMIT))
def renew_sent(request: Request, one: One, sent: SentFiles) -> Response:
    """Take a new file for a returned document; the earlier one stays."""
    try:
        refuse_wrong_count(sent)
        if len(sent.files) == 1:
            data = sent.turn.bytes_of(sent.files[0])
        else:
            data = one.house.portal.joined(sent.turn.pages_of(sent.files))
        name = sent.files[0].filename or ""
        one.house.portal.renew(one.id, data, name, one.me.author)
    except (InputError, UsageError) as error:
        known = one.known() | {"error": error, "accept": ACCEPT}
        return page(request, "portal/renew.html", known, status_of(error))
    one.house.drafts.done(one.me.author, EDIT, one.id)
    answer = RedirectResponse(request.app.url_path_for("prepare", document=one.id), 303)
    return flash(request, answer, "portal.renew.done")


@router.get(f"{_BASE}/verwerfen", name="discard", dependencies=may(Action.SUBMIT))
def discard(request: Request, one: One) -> Response:
    """Ask whether something is to be thrown away, or say why it cannot be."""
    kept = one.prepared.kept
    if kept.state is State.DISCARDED:
        return RedirectResponse(request.app.url_path_for("prepare", document=one.id), 303)
    refuse_handed_in(kept, is_file=bool(one.prepared.parts))
    return page(request, "portal/discard.html", one.known())


@router.post(f"{_BASE}/verwerfen", name="discard_sent", dependencies=may(Action.SUBMIT))
def discard_sent(request: Request, document: str, me: Me, house: Home) -> Response:
    """Throw away what was not handed in; the next page offers to take that back."""
    house.portal.put_aside(document, me.author)
    answer = RedirectResponse(request.app.url_path_for("my_documents"), 303)
    undo = str(request.app.url_path_for("discard_undo", document=document))
    return flash(request, answer, "portal.discard.done", undo=undo)


@router.post(f"{_BASE}/zurueckholen", name="discard_undo", dependencies=may(Action.SUBMIT))
def discard_undo(request: Request, document: str, me: Me, house: Home) -> Response:
    """Take back that something was thrown away."""
    house.portal.put_aside.restore(document, me.author)
    answer = RedirectResponse(request.app.url_path_for("prepare", document=document), 303)
    return flash(request, answer, "portal.discard.undone")


@router.post(f"{_BASE}/person", name="prepare_person", dependencies=may(Action.SUBMIT))
def prepare_person(
    request: Request, one: One, teilnahme: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Keep whom a form is about; with nobody chosen, show everybody who could be."""
    people, where = one.house.portal.people, request.app.url_path_for("prepare", document=one.id)
    if teilnahme:
        people.choose(one.id, teilnahme, one.me.author)
        return flash(request, RedirectResponse(where, 303), "portal.person.done")
    people.take_back(one.id, one.me.author)
    answer = RedirectResponse(f"{where}?person=andere", 303)
    return flash(request, answer, "portal.person.open", kind="info", authority=one.house.authority)
