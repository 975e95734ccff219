"""Batches: many files uploaded at once, how far they are, and where every page went."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import JSONResponse, RedirectResponse

from formservice.application.desk_batches import BatchFile
from formservice.application.known_forms import titles as titles_of
from formservice.application.signed_in import SignedIn
from formservice.domain import errors
from formservice.domain.errors import FormServiceError
from formservice.domain.permissions import Action
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages_made import page
from formservice.web.refusals import hint_of, status_of
from formservice.web.texts import text
from formservice.web.told import office_time
from formservice.web.uploads import ACCEPT, Outcome, Sent, SentFiles, each_kept, refuse_wrong_count

router = APIRouter(prefix="/stapel")
_MOST_LIVE = 200


@router.get("", name="batches", dependencies=may(Action.BATCHES))
def batches(request: Request, house: Home, me: Me) -> Response:
    """Show the newest batches, and where to upload another one."""
    return _listed(request, house, me)


@router.post("", name="batch_new", dependencies=may(Action.BATCHES))
def batch_new(request: Request, house: Home, me: Me, sent: SentFiles) -> Response:
    """Begin a batch with the files that were sent; a script sends them one by one behind it."""
    asks_first = "application/json" in request.headers.get("accept", "")
    if not asks_first:
        try:
            refuse_wrong_count(sent)
        except FormServiceError as error:
            return _listed(request, house, me, error)
    batch = house.batches.store.opened(me.author)
    address = str(request.app.url_path_for("batch", batch=batch))
    if asks_first:
        add = str(request.app.url_path_for("batch_add", batch=batch))
        return JSONResponse({"page": address, "add": add})
    outcomes = _kept(house, me, batch, sent)
    return _shown(request, house, me, batch, [one for one in outcomes if one.error])


@router.post("/{batch}/dateien", name="batch_add", dependencies=may(Action.BATCHES))
def batch_add(request: Request, house: Home, me: Me, batch: str, sent: SentFiles) -> Response:
    """Add files to a batch; what is wrong with one costs no other."""
    is_script = "application/json" in request.headers.get("accept", "")
    try:
        refuse_wrong_count(sent)
    except FormServiceError as error:
        if is_script:
            raise
        return _shown(request, house, me, batch, error=error)
    outcomes = _kept(house, me, batch, sent)
    if is_script:
        return JSONResponse({"files": [_plain(one) for one in outcomes]})
    return _shown(request, house, me, batch, [one for one in outcomes if one.error])


@router.get("/{batch}", name="batch", dependencies=may(Action.BATCHES))
def batch_shown(request: Request, house: Home, me: Me, batch: str) -> Response:
    """Show what became of every file and page of a batch."""
    return _shown(request, house, me, batch)


@router.post("/{batch}/erneut", name="batch_again", dependencies=may(Action.BATCHES))
def batch_again(
    request: Request, house: Home, me: Me, batch: str, datei: Annotated[str, Form()]
) -> Response:
    """Let workers try a file once more."""
    house.batches.again(me.author, datei)
    back = RedirectResponse(request.app.url_path_for("batch", batch=batch), 303)
    return flash(request, back, "desk.batch.again-said", kind="info")


def _listed(
    request: Request, house: House, me: SignedIn, error: FormServiceError | None = None
) -> Response:
    found = house.batches.store.batches(me.author)
    rows = [(one, office_time(one.created_at)) for one in found]
    known = {"rows": rows, "error": error, "accept": ACCEPT}
    return page(request, "desk/batches.html", known, status_of(error) if error else 200)


def _kept(house: Home, me: Me, batch: str, sent: Sent) -> list[Outcome]:
    """Keep what was sent, file by file."""
    return each_kept(sent, lambda data, name: house.batches.add(me.author, batch, data, name))


def _shown(
    request: Request,
    house: House,
    me: SignedIn,
    batch: str,
    refused: Sequence[Outcome] = (),
    *,
    error: FormServiceError | None = None,
) -> Response:
    files = house.batches.store.files(me.author, batch)
    titles = titles_of(house.forms)
    working = [one.document for one in files if not one.is_done]
    at_work = working[:_MOST_LIVE]
    live = str(request.app.url_path_for("live_documents"))
    sums = {
        "pages": sum(one.pages or 0 for one in files),
        "filed": sum(one.filed for one in files),
        "aside": sum(one.aside for one in files),
        "refused": sum(one.refused for one in files),
        "missing": sum(one.missing for one in files),
    }
    shown = {
        "batch": batch,
        "files": [(one, _why(one)) for one in files],
        "titles": titles,
        "sums": sums,
        "refused": refused,
        "error": error,
        "accept": ACCEPT,
        "working": len(working),
        "live": f"{live}?{'&'.join(f'id={one}' for one in at_work)}" if at_work else "",
    }
    return page(request, "desk/batch.html", shown, status_of(error) if error else 200)


def _plain(one: Outcome) -> dict[str, object]:
    error = one.error
    return {
        "name": one.name,
        "document": one.document,
        "known": one.known,
        "code": error.code if error else None,
        "error": str(error) if error else None,
        "hint": hint_of(error) if error else None,
    }


def _why(file: BatchFile) -> tuple[str, str] | None:
    """Return why a file stands, and what helps; None if nothing is wrong with it."""
    if not file.is_done or file.error is None:
        return None
    key = f"desk.batch.why.{file.error}"
    try:
        return text(key), _hints().get(file.error, "")
    except KeyError:
        return text("desk.batch.why.other"), _hints().get(file.error, "")


def _hints() -> dict[str, str]:
    """Return what each kind of error says helps, by its code."""
    kinds = (one for one in vars(errors).values() if isinstance(one, type))
    own = [one for one in kinds if issubclass(one, FormServiceError)]
    kept = [one for one in own if issubclass(one, errors.StorageError)]
    return {one.code: one.default_hint for one in own} | {
        one.code: hint_of(one("")) for one in kept
    }
