"""The desk: one doubtful field after the other, beside the picture of its page."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel
from starlette.responses import JSONResponse, RedirectResponse

from formservice.application.desk import Choice, Decision
from formservice.application.desk_deciding import HELD_S
from formservice.application.desk_pictures import A4
from formservice.application.desk_review import Asked, Review
from formservice.application.known_forms import edition_title
from formservice.application.known_forms import titles as titles_of
from formservice.domain.errors import FormServiceError, UsageError
from formservice.domain.form import FieldKind
from formservice.domain.permissions import Action
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages import desk_shown
from formservice.web.pages_made import page
from formservice.web.reading_log import seen
from formservice.web.refusals import status_of
from formservice.web.texts import text

router = APIRouter(prefix="/nachbearbeitung")
_LISTED = 25
_PART = "x-part"


class Verdict(BaseModel):
    """What somebody says of a field: its key, what to do with it, and what stands there."""

    feld: str
    urteil: str = "uebernehmen"
    wert: list[str] = []
    verglichen: str = ""


class Wanted(BaseModel):
    """Which documents of the queue somebody goes through, and behind which one."""

    formular: str = ""
    stapel: str = ""
    nach: str = ""

    @property
    def of_queue(self) -> dict[str, str]:
        """Return what an address has to keep of it."""
        return {"formular": self.formular, "stapel": self.stapel}


@router.get("", name="desk", dependencies=may(Action.DESK))
def desk(request: Request, house: Home, me: Me, formular: str = "", stapel: str = "") -> Response:
    """Show what waits at the desk."""
    choice = choice_of(formular, stapel)
    titles = titles_of(house.forms)
    shown = {
        "queued": house.desk.queued(me.author, choice),
        "waiting": house.desk.waiting(me.author, choice, _LISTED),
        "titles": titles,
        "formular": formular,
        "stapel": stapel,
        "mine": me.user,
    }
    return page(request, "desk/queue.html", shown)


@router.post("/naechster", name="desk_next", dependencies=may(Action.DESK))
def desk_next(
    request: Request,
    house: Home,
    me: Me,
    wanted: Annotated[Wanted, Form()],
) -> Response:
    """Take the next document that nobody has, and open it; a script only asks which it would be.

    What is fetched ahead nobody has open yet: others may take it until somebody opens it.
    """
    choice, after = choice_of(wanted.formular, wanted.stapel), wanted.nach or None
    if "application/json" in request.headers.get("accept", ""):
        following = house.desk.following(me.author, choice, after)
        return JSONResponse(_ahead(request, house, me, following))
    found = house.desk.take(me.author, choice, after, HELD_S)
    if found is None:
        back = RedirectResponse(request.app.url_path_for("desk"), 303)
        return flash(request, back, "desk.queue.done")
    return _to(request, found, wanted)


@router.get("/{document}", name="desk_review", dependencies=may(Action.DESK))
def desk_review(request: Request, house: Home, me: Me, document: str, feld: str = "") -> Response:
    """Show a document with the next field that somebody has to look at."""
    review = house.deciding.review(me.author, document)
    house.deciding.hold(me.author, document)
    seen(house, me, document)
    return _shown(request, house, me, review, feld or None)


@router.post("/{document}/angabe", name="desk_decide", dependencies=may(Action.DESK))
def desk_decide(
    request: Request,
    house: Home,
    me: Me,
    document: str,
    given: Annotated[Verdict, Form()],
) -> Response:
    """Keep what somebody decided about a field, and show the next."""
    review = house.deciding.review(me.author, document)
    asked = review.field(given.feld)
    if asked is None:
        raise UsageError(text("desk.field.gone"))
    decision = _decision(asked, given)
    review = house.deciding.decide(me.author, document, given.feld, decision)
    after = review.next_open(given.feld)
    if request.headers.get(_PART):
        return _shown(request, house, me, review, after.key if after else None)
    return _to(request, document, feld=after.key if after else "")


@router.post("/{document}/zuruecknehmen", name="desk_undo", dependencies=may(Action.DESK))
def desk_undo(
    request: Request, house: Home, me: Me, document: str, feld: Annotated[str, Form()] = ""
) -> Response:
    """Take back the last decision, or that about one field, and show that field."""
    undone = house.deciding.undo(me.author, document, feld or None)
    if request.headers.get(_PART):
        review = house.deciding.review(me.author, document)
        return _shown(request, house, me, review, undone)
    return _to(request, document, feld=undone or "")


@router.post("/{document}/fertig", name="desk_finish", dependencies=may(Action.DESK))
def desk_finish(
    request: Request,
    house: Home,
    me: Me,
    document: str,
    wanted: Annotated[Wanted, Form()],
) -> Response:
    """Save what was decided as a version, and open the next document."""
    house.deciding.finish(me.author, document)
    return _onward(request, house, me, document, wanted)


@router.post("/{document}/spaeter", name="desk_later", dependencies=may(Action.DESK))
def desk_later(
    request: Request,
    house: Home,
    me: Me,
    document: str,
    wanted: Annotated[Wanted, Form()],
) -> Response:
    """Leave a document to others, what was decided is kept; open the next."""
    house.desk.release(me.author, document)
    return _onward(request, house, me, document, wanted, "desk.queue.next-later")


@router.post("/{document}/halten", name="desk_hold", dependencies=may(Action.DESK))
def desk_hold(house: Home, me: Me, document: str) -> Response:
    """Keep a document for longer, as its page asks for while it is open."""
    house.deciding.hold(me.author, document)
    return Response(status_code=204)


def choice_of(form: str, batch: str) -> Choice:
    """Return which documents are meant; „-“ is those whose form is not known."""
    return Choice({"": None, "-": ""}.get(form, form), batch or None)


def _onward(
    request: Request,
    house: House,
    me: Me,
    document: str,
    wanted: Wanted,
    told: str = "desk.queue.next",
) -> Response:
    choice = choice_of(wanted.formular, wanted.stapel)
    found = house.desk.take(me.author, choice, document, HELD_S)
    if found is None:
        back = RedirectResponse(request.app.url_path_for("desk"), 303)
        return flash(request, back, "desk.queue.done")
    return flash(request, _to(request, found, wanted), told, kind="info")


def _to(
    request: Request, document: str, wanted: Wanted | None = None, feld: str = ""
) -> RedirectResponse:
    url = str(request.app.url_path_for("desk_review", document=document))
    asked = {"feld": feld} | ({} if wanted is None else wanted.of_queue)
    more = urlencode({key: one for key, one in asked.items() if one})
    return RedirectResponse(f"{url}?{more}" if more else url, 303)


def _ahead(request: Request, house: House, me: Me, document: str | None) -> dict[str, object]:
    """Return what a browser needs to load the next document before it is shown."""
    if document is None:
        return {"document": None, "pictures": []}
    review = house.deciding.review(me.author, document)
    asked = review.next_open()
    first = (asked.number if asked else None) or 1
    pictures = desk_shown.pages(request, review)[first - 1 : first]
    return {"document": document, "pictures": [*pictures, *desk_shown.crops(request, review)[:3]]}


def _decision(asked: Asked, given: Verdict) -> Decision:
    """Return what a form of the page says; what stands there unchanged is accepted as read."""
    if given.urteil in ("blank", "unreadable"):
        return Decision(given.urteil)
    if given.urteil != "uebernehmen":
        raise UsageError(text("desk.field.gone"))
    value, compared = _value(asked, given.wert), bool(given.verglichen)
    if _is_as_read(asked, value):
        return Decision("as-read", compared=compared)
    if value is None:
        raise UsageError(text("desk.field.nothing"), text("desk.field.nothing-hint"))
    return Decision("value", value, compared)


def _value(asked: Asked, given: Sequence[str]) -> object:
    match asked.kind:
        case FieldKind.TICK | FieldKind.SIGNATURE:
            return {"ja": True, "nein": False}.get(next(iter(given), ""))
        case FieldKind.CHOICE:
            known = {key for key, _, _ in asked.options}
            chosen = [one for one in given if one in known]
            if not chosen:
                return None
            return chosen if asked.several else chosen[0]
        case _:
            typed = "\n".join(given).replace("\r\n", "\n")
            return typed if typed.strip() else None


def _is_as_read(asked: Asked, value: object) -> bool:
    """Say whether what is sent is what the machine read."""
    if not asked.can_accept:
        return False
    match asked.kind:
        case FieldKind.TICK | FieldKind.SIGNATURE:
            return value is asked.on and value is not None
        case FieldKind.CHOICE:
            chosen = [value] if isinstance(value, str) else value or []
            return chosen == [key for key, _, is_chosen in asked.options if is_chosen]
        case _:
            return (value or "") == asked.typed


def again(
    request: Request,
    house: House,
    me: Me,
    document: str,
    error: FormServiceError,
    typed: Mapping[str, str],
) -> Response:
    """Show a document again with why something was refused, and what was ``typed`` for it.

    Raises what says so where it is not there any more.
    """
    review = house.deciding.review(me.author, document)
    seen(house, me, document)
    return _shown(request, house, me, review, None, (error, typed))


def _shown(
    request: Request,
    house: House,
    me: Me,
    review: Review,
    field: str | None,
    refused: tuple[FormServiceError, Mapping[str, str]] | None = None,
) -> Response:
    asked = review.field(field) if field else review.next_open()
    if review.is_empty and not request.headers.get(_PART):
        return page(request, "desk/empty.html", {"review": review})
    kept = house.desk.seen(me.author, review.document)
    size = A4
    if review.has_pictures and review.pages:
        size = house.pictures.size(kept, (asked.number if asked else None) or 1)
    shown = desk_shown.context(request, review, field, size)
    shown |= {
        "forms": _forms(house, review),
        "formular": request.query_params.get("formular", ""),
        "stapel": request.query_params.get("stapel", ""),
        "lines": () if review.has_pictures else house.pictures.lines(kept),
        "chosen_from": _chosen_from(house, me, review),
        "error": None,
        "nachricht": "",
    }
    if request.headers.get(_PART):
        return page(request, "desk/field_part.html", shown)
    if refused is not None:
        error, typed = refused
        shown |= {"error": error, **typed}
        return page(request, "desk/review.html", shown, status_of(error))
    return page(request, "desk/review.html", shown)


def _chosen_from(house: House, me: Me, review: Review) -> int | None:
    """Return from which version one has chosen the form; None if anything is decided since."""
    is_decided = any(one.decision is not None for one in review.asked)
    if is_decided or not review.can_be_sorted:
        return None
    return house.arrange.form_before(me.author, review.document)


def _forms(house: House, review: Review) -> list[tuple[str, str]]:
    """Return which other forms a document may be, other editions of its own first."""
    own = review.form
    others = [one for one in house.forms if one.ref != own]
    others.sort(
        key=lambda one: (own is None or one.ref.form != own.form, one.continuation is not None)
    )
    return [(str(one.ref), edition_title(one, house.forms)) for one in others]
