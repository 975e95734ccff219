"""Which form a document is, and which pages belong to it: changed by hand, and taken back."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel
from starlette.responses import RedirectResponse

from formservice.application.assigning import naming
from formservice.application.desk import TakenError
from formservice.application.desk_pages import Done
from formservice.application.desk_pictures import PagePlace, Seen, has_pictures
from formservice.application.desk_shelf import ASIDE, NEW, loose_pages
from formservice.application.known_forms import edition_title
from formservice.application.known_forms import titles as titles_of
from formservice.domain.errors import ConflictError, FormServiceError, InputError, UsageError
from formservice.domain.permissions import Action
from formservice.web import reading_log
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages_made import page
from formservice.web.refusals import status_of
from formservice.web.texts import text

router = APIRouter(prefix="/nachbearbeitung")


class Moved(BaseModel):
    """Which pages („document:number“) go where, and what was ``seen`` of their file."""

    seite: list[str] = []
    ziel: str = ""
    seen: str = ""
    trotzdem: bool = False


class Back(BaseModel):
    """What documents were before („document:version“), and which one is shown then."""

    vorher: str
    zu: str
    trotzdem: bool = False


@router.post("/seiten/zurueck", name="desk_pages_undo", dependencies=may(Action.DESK))
def desk_pages_undo(
    request: Request, house: Home, me: Me, given: Annotated[Back, Form()]
) -> Response:
    """Let documents be again what they were."""
    before = dict(_standing(one) for one in given.vorher.split())
    try:
        house.arrange.undo(me.author, before, knowingly=given.trotzdem)
    except TakenError as error:
        return _shown(request, house, me, given.zu, _Refused(error, back=given))
    back = request.app.url_path_for("desk_review", document=given.zu)
    return flash(request, RedirectResponse(back, 303), "desk.pages.undone")


@router.post("/{document}/formular", name="desk_form", dependencies=may(Action.DESK))
def desk_form(
    request: Request, house: Home, me: Me, document: str, formular: Annotated[str, Form()]
) -> Response:
    """Read a document as another form or edition."""
    form, _, edition = formular.partition("/")
    house.deciding.hold(me.author, document)
    done = house.arrange.as_form(me.author, document, form, edition)
    title = edition_title(house.forms.get(form, edition), house.forms)
    return _done(request, document, done, "desk.pages.as-form", form=title)


@router.get("/{document}/seiten", name="desk_pages", dependencies=may(Action.DESK))
def desk_pages(request: Request, house: Home, me: Me, document: str) -> Response:
    """Show the pages of all documents that came in one file, as cards."""
    return _shown(request, house, me, document)


@dataclass(frozen=True, slots=True)
class _Refused:
    """Why pages were not arranged, and what was asked for; what is taken goes all the same."""

    error: FormServiceError
    moved: Moved | None = None
    back: Back | None = None

    @property
    def is_taken(self) -> bool:
        """Say whether somebody else looks one of the documents through."""
        return isinstance(self.error, TakenError)

    @property
    def is_stale(self) -> bool:
        """Say whether the pages are others by now."""
        return isinstance(self.error, ConflictError) and not self.is_taken


def _shown(
    request: Request, house: House, me: Me, document: str, refused: _Refused | None = None
) -> Response:
    family = house.arrange.family(me.author, document)
    titles = titles_of(house.forms)
    # Beside the pages stands whose they are, as it was read.
    reading_log.seen_many(house, me, [one.kept.id for one in family.members])

    def shown(seen: Seen) -> dict[str, object]:
        form = str((seen.reading.get("form") or {}).get("id") or "")
        return {
            "id": seen.kept.id,
            "title": titles.get(form, form) or text("desk.queue.unknown"),
            "name": seen.kept.name,
            "person": naming(house.forms)(seen.reading),
            "version": seen.kept.version,
            "pages": len(seen.pages) if has_pictures(seen.reading) else 0,
            "count": len(seen.pages),
        }

    return page(
        request,
        "desk/pages.html",
        {
            "document": document,
            "members": [shown(one) for one in family.members],
            "aside": len(loose_pages(family.aside)),
            "near": [(one, titles.get(one.kept.form or "", "")) for one in family.near],
            "root": family.root,
            "seen": family.seen,
            "NEW": NEW,
            "ASIDE": ASIDE,
            "error": refused.error if refused else None,
            "moved": refused.moved if refused else None,
            "back": refused.back if refused else None,
            "knowingly": bool(refused and refused.moved and refused.is_taken),
            "reload": bool(refused and refused.is_stale),
        },
        status=status_of(refused.error) if refused else 200,
    )


@router.post("/{document}/seiten", name="desk_pages_move", dependencies=may(Action.DESK))
def desk_pages_move(
    request: Request,
    house: Home,
    me: Me,
    document: str,
    given: Annotated[Moved, Form()],
) -> Response:
    """Move pages to another document, to a new one, or aside."""
    picked = [_standing(one) for one in given.seite]
    try:
        done = house.arrange.move(
            me.author, document, picked, given.ziel, given.seen, knowingly=given.trotzdem
        )
    except (ConflictError, InputError, UsageError) as error:
        refused = _Refused(error, moved=given)
        if refused.is_stale:
            # The same number may be another page by now: nothing of it stays ticked.
            refused = _Refused(error, moved=given.model_copy(update={"seite": []}))
        return _shown(request, house, me, document, refused)
    to = _with_pages(house, me, document, done)
    return _done(request, to, done, "desk.pages.moved", count=len(picked))


@router.get(
    "/{document}/beiseite/{number}.png", name="aside_picture", dependencies=may(Action.DESK)
)
def aside_picture(house: Home, me: Me, document: str, number: int) -> Response:
    """Show a page of the same file that is in no document."""
    one = house.arrange.aside(me.author, document, number)
    place = PagePlace(number, number, one.original, one.page, 0)
    reading_log.seen(house, me, document, reading_log.PICTURE)
    return Response(house.pictures.card(place), media_type="image/jpeg")


def _with_pages(house: House, me: Me, document: str, done: Done) -> str:
    """Return where to go on: here, else where pages went, else where any of the file are."""
    order = list(reversed(done.documents))  # where they went is told last
    if document in done.documents:
        order.insert(0, document)
    found = next((one for one in order if house.desk.seen(me.author, one).pages), None)
    if found is None:
        members = house.arrange.family(me.author, document).members
        found = next((one.kept.id for one in members if one.pages), document)
    return found


def _done(request: Request, to: str, done: Done, key: str, **values: str | int) -> Response:
    """Return to a document, with a way back."""
    told = " ".join(f"{one}:{version}" for one, version in done.before.items())
    back = RedirectResponse(request.app.url_path_for("desk_review", document=to), 303)
    undo = str(request.app.url_path_for("desk_pages_undo"))
    first = next((one for one, version in done.before.items() if version), to)
    fields = {"vorher": told, "zu": first}
    return flash(request, back, key, kind="success", undo=undo, fields=fields, **values)


def _standing(told: str) -> tuple[str, int]:
    document, _, version = told.rpartition(":")
    if not version.isdecimal():
        raise UsageError(text("desk.pages.gone"))
    return document, int(version)
