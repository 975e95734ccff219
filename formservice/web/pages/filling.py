"""Forms filled in in the browser: written with a draft, checked, looked through, finished."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import JSONResponse, RedirectResponse

from formservice.application.drafts import FILL, About, Draft, OtherWindowError
from formservice.application.filling import NoTraegerError, Target
from formservice.application.signed_in import SignedIn
from formservice.domain.errors import InvalidDataError, Problem
from formservice.domain.form import FieldKey, FormDefinition
from formservice.domain.permissions import Action
from formservice.web.flash import flash
from formservice.web.form_page import Known, Posted, posted, view
from formservice.web.form_page_drafts import as_body, from_body, imprint
from formservice.web.guard import Home, Me, is_traeger, may
from formservice.web.house import House
from formservice.web.pages_made import page
from formservice.web.posted_form import form_of
from formservice.web.refusals import problem, status_of
from formservice.web.texts import text

router = APIRouter()


async def sent_pairs(request: Request) -> list[tuple[str, object]]:
    """Return all names of a form that was sent, with what stood there."""
    return list((await form_of(request)).multi_items())


Pairs = Annotated[list[tuple[str, object]], Depends(sent_pairs)]


@dataclass(frozen=True, slots=True)
class Filling:
    """A form that somebody fills in: which, for whom, and what they have typed so far."""

    house: House
    me: SignedIn
    definition: FormDefinition
    target: Target | None
    draft: Draft | None

    @property
    def subject(self) -> str:
        """What its draft is called: one for each form and participation."""
        return subject_of(self.definition.ref.form, self.target)

    @property
    def query(self) -> str:
        """What its addresses say of whom it is for."""
        return query_of(self.target)

    def said(self) -> Posted | None:
        """Return what was typed so far; None where there is no draft."""
        return None if self.draft is None else from_body(self.definition, self.draft.body)

    def taken(self) -> dict[FieldKey, tuple[object, str]]:
        """Return what was known before anybody typed, with a sentence from where."""
        if self.target is None:
            return {}
        found = self.house.fill.taken(self.definition, self.target, self.me.author)
        titles = {form.ref.form: form.title for form in self.house.forms}
        return {
            key: (one.value, _source(one.source, titles.get(one.source)))
            for key, one in found.items()
        }

    def keep(self, said: Posted, seen: int | None) -> Draft:
        """Keep what was typed as a draft."""
        ref, target = self.definition.ref, self.target
        body: dict[str, Any] = as_body(said) | {"form": ref.form, "edition": ref.edition}
        if target is not None:
            body |= {"fall": target.case, "teilnahme": target.participation}
        case = None if target is None else target.case
        about = About(FILL, self.subject, case=case)
        return self.house.drafts.save(self.me.author, about, body, seen=seen)


def _source(source: str, title: str | None) -> str:
    if title is None:
        return text("form.source.stammdaten")
    return text("form.source.form", title=title)


def subject_of(form: str, target: Target | None) -> str:
    """Return the subject of the draft of a form for somebody, or for nobody in particular."""
    told = f"{form}|{target.case}|{target.participation}" if target else f"{form}||"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def query_of(target: Target | None) -> str:
    """Return the part of an address that says whom a form is for; ids only."""
    if target is None:
        return ""
    part = f"&teilnahme={target.participation}" if target.participation else ""
    return f"?fall={target.case}{part}"


def filling(house: Home, me: Me, form: str, fall: str = "", teilnahme: str = "") -> Filling:
    """Return what somebody fills in; NotFoundError for a form or case that is not there."""
    target = house.fill.target(fall or None, teilnahme or None, me.author)
    draft = house.drafts.get(me.author, FILL, subject_of(form, target))
    edition = str(draft.body.get("edition") or "") if draft is not None else ""
    return Filling(house, me, house.fill.definition(form, edition), target, draft)


Begun = Annotated[Filling, Depends(filling)]
_BASE = "/ausfuellen/{form}"


@router.get("/ausfuellen", name="fill_choose", dependencies=may(Action.EDIT_DOCUMENT))
def choose(request: Request, house: Home, me: Me, fall: str = "", teilnahme: str = "") -> Response:
    """Show which forms can be filled in; NotFoundError for a case that is not theirs."""
    target = house.fill.target(fall or None, teilnahme or None, me.author)
    known = {"forms": house.fill.forms(), "query": query_of(target)}
    return page(request, "filling/choose.html", known)


@router.get(_BASE, name="fill", dependencies=may(Action.EDIT_DOCUMENT))
def fill(request: Request, one: Begun) -> Response:
    """Show a form with what was typed so far, or what is known already."""
    return _shown(request, one, one.said())


@router.post(_BASE, name="fill_sent", dependencies=may(Action.EDIT_DOCUMENT))
def fill_sent(request: Request, one: Begun, pairs: Pairs) -> Response:
    """Keep what was typed; go on to the check, or show the form once more."""
    said = posted(one.definition, pairs)
    told = dict(pairs)
    if said.do is not None:
        after = said.done()
        return _shown(request, _kept(one, after), after)
    kept = _kept(one, said)
    if told.get("schritt") == "pruefen":
        try:
            house, values = one.house, said.values(one.definition, one.house.today())
            house.fill.checked(one.definition, values)
        except InvalidDataError as error:
            return _shown(request, kept, said, error)
        if not said.problems:
            return _to(request, "fill_check", one)
    return flash(request, _to(request, "fill", one), "filling.draft.kept")


@router.post(f"{_BASE}/entwurf", name="fill_draft", dependencies=may(Action.EDIT_DOCUMENT))
def fill_draft(one: Begun, pairs: Pairs) -> Response:
    """Keep a draft while somebody types."""
    return draft_answer(lambda: one.keep(posted(one.definition, pairs), seen_in(dict(pairs))))


@router.get(f"{_BASE}/pruefen", name="fill_check", dependencies=may(Action.EDIT_DOCUMENT))
def fill_check(request: Request, one: Begun) -> Response:
    """Show all that was typed, to look through, with what is to say about it (§ 36a SGB I)."""
    return _checked(request, one)


def _checked(
    request: Request,
    one: Filling,
    *,
    stale: bool = False,
    error: NoTraegerError | None = None,
    traeger: str = "",
) -> Response:
    """Show the check; ``stale`` says that something else was typed since the last one.

    ``error`` says that it is not known for which Träger it is; ``traeger`` is what was chosen.
    """
    said = one.said()
    if said is None or one.draft is None:
        return _to(request, "fill", one)
    try:
        values = said.values(one.definition, one.house.today())
        checked = one.house.fill.checked(one.definition, values)
    except InvalidDataError as wrong:
        return _shown(request, one, said, wrong)
    found = Known(reading=checked, findings=checked["findings"], taken=one.taken())
    shown = view(one.definition, found)
    known = _context(request, one) | {"view": shown, "deadlines": checked["deadlines"]}
    known |= {"imprint": imprint(one.draft.body), "stale": stale, "error": error}
    known |= {"traeger": _choice(one), "chosen": traeger}
    status = status_of(error) if error is not None else 409 if stale else 200
    return page(request, "filling/check.html", known, status)


def _choice(one: Filling) -> list[tuple[str, str]]:
    """Return the Träger to choose from, by id and name; none where nobody has to choose."""
    possible = one.house.fill.possible(one.target, one.me) if is_traeger(one.me) else ()
    if len(possible) == 1:
        return []
    named = one.house.portal.lists.traeger(one.me.author)
    return [(key, name) for key, name in named if key in possible]


@router.post(f"{_BASE}/fertig", name="fill_finish", dependencies=may(Action.EDIT_DOCUMENT))
def fill_finish(
    request: Request,
    one: Begun,
    gezeigt: Annotated[str, Form()] = "",
    traeger: Annotated[str, Form()] = "",
) -> Response:
    """Make a document of what the check showed: a file like any other, read back."""
    said = one.said()
    if said is None or one.draft is None or one.definition.fixed_text is not None:
        return _to(request, "fill", one)
    if gezeigt != imprint(one.draft.body):
        return _checked(request, one, stale=True, traeger=traeger)
    house, me = one.house, one.me
    values = said.values(one.definition, house.today())
    try:
        whose = house.fill.whose(one.target, me, traeger)
    except NoTraegerError as error:
        return _checked(request, one, error=error, traeger=traeger)
    kept = house.fill(one.definition, values, whose, me.author)
    house.drafts.done(me.author, FILL, one.subject)
    name = "submit_summary" if is_traeger(me) else "document"
    answer = RedirectResponse(request.app.url_path_for(name, document=kept.id), 303)
    return flash(request, answer, "filling.finished")


@router.get(f"{_BASE}/pdf", name="fill_pdf", dependencies=may(Action.EDIT_DOCUMENT))
def fill_pdf(one: Begun) -> Response:
    """Hand out what was typed so far as a PDF, to print and sign."""
    said = one.said()
    values = {} if said is None else said.values(one.definition, one.house.today())
    data = one.house.fill.file(one.definition, values)
    headers = {"content-disposition": f'attachment; filename="{one.definition.ref.form}.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)


@router.post(f"{_BASE}/verwerfen", name="fill_discard", dependencies=may(Action.EDIT_DOCUMENT))
def fill_discard(request: Request, one: Begun) -> Response:
    """Put the draft aside; the next page offers to take that back."""
    one.house.drafts.discard(one.me.author, FILL, one.subject)
    undo = str(request.app.url_path_for("fill_restore", form=one.definition.ref.form)) + one.query
    answer = RedirectResponse(request.app.url_path_for("start"), 303)
    return flash(request, answer, "filling.draft.discarded", undo=undo)


@router.post(f"{_BASE}/zurueckholen", name="fill_restore", dependencies=may(Action.EDIT_DOCUMENT))
def fill_restore(request: Request, house: Home, me: Me, one: Begun) -> Response:
    """Take back that the draft was put aside."""
    house.drafts.restore(me.author, FILL, one.subject)
    return flash(request, _to(request, "fill", one), "filling.draft.restored")


def draft_answer(save: Any) -> Response:  # a function that returns the draft
    """Return what the script of drafts is told: the version and the time, or why not."""
    try:
        draft: Draft = save()
    except OtherWindowError as error:
        return JSONResponse(problem(error) | {"version": error.version}, status_of(error))
    return JSONResponse({"ok": True, "version": draft.version, "at": f"{draft.at:%H:%M}"})


def seen_in(told: dict[str, object]) -> int | None:
    """Return which version of the draft a page had before it; None says to save in any case."""
    given = str(told.get("entwurf") or "0")
    if given == "immer":
        return None
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0


def _kept(one: Filling, said: Posted) -> Filling:
    """Keep what a page sent: who presses its button means what stands there."""
    draft = one.keep(said, None)
    return Filling(one.house, one.me, one.definition, one.target, draft)


def _shown(
    request: Request,
    one: Filling,
    said: Posted | None,
    error: InvalidDataError | None = None,
) -> Response:
    """Show the form to write in."""
    problems: tuple[Problem, ...] = () if error is None else error.problems
    taken = one.taken()
    if said is None:
        values = {key: value for key, (value, _) in taken.items()}
        shown = view(one.definition, Known(values=values, taken=taken))
    else:
        shown = view(one.definition, Known(posted=said, problems=problems, taken=taken))
    known = _context(request, one) | {"view": shown}
    return page(request, "filling/fill.html", known, 422 if problems else 200)


def _context(request: Request, one: Filling) -> dict[str, Any]:
    def address(name: str) -> str:
        return str(request.app.url_path_for(name, form=one.definition.ref.form)) + one.query

    draft = one.draft
    return {
        "definition": one.definition,
        "address": address,
        "draft": draft,
        "version": 0 if draft is None else draft.version,
        "is_traeger": is_traeger(one.me),
        "signed_on_paper": one.definition.fixed_text is not None,
    }


def _to(request: Request, name: str, one: Filling) -> RedirectResponse:
    path = str(request.app.url_path_for(name, form=one.definition.ref.form)) + one.query
    return RedirectResponse(path, 303)
