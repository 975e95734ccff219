"""Where a Träger uploads files: by choosing, dropping, or with the camera of a phone."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse, RedirectResponse

from formservice.application.ports_store import Kept
from formservice.application.signed_in import SignedIn
from formservice.application.uploading import MOST_BYTES, MOST_FILES, Uploaded
from formservice.domain.errors import FormServiceError, UsageError
from formservice.domain.permissions import Action
from formservice.domain.sizes import megabytes
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages_made import as_json, page
from formservice.web.refusals import problem, status_of
from formservice.web.texts import text
from formservice.web.uploads import (
    ACCEPT,
    Outcome,
    SentFiles,
    each_kept,
    refuse_wrong_count,
    together_kept,
)

router = APIRouter()
# What the page's script says.
_SCRIPT = (
    "waiting",
    "sending",
    "reading",
    "lost",
    "held",
    "taken",
    "known",
    "refused",
    "open",
    "open_known",
    "code",
    "too_large",
    "too_large_hint",
    "empty",
    "all_done",
)


class NoTraegerError(UsageError):
    """Somebody works for several Träger and does not say for which they upload."""

    code = "upload.for-whom"


@router.get("/hochladen", name="upload", dependencies=may(Action.SUBMIT))
def upload(request: Request, me: Me, house: Home) -> Response:
    """Show the page to upload."""
    return _page(request, me, house, [])


@router.post("/hochladen", name="upload_files", dependencies=may(Action.SUBMIT))
def upload_files(request: Request, me: Me, house: Home, sent: SentFiles) -> Response:
    """Keep what was sent and say what became of each file; of a single one, show it."""
    is_script = "application/json" in request.headers.get("accept", "")
    try:
        refuse_wrong_count(sent)
        traeger = _traeger(me, sent.traeger)
    except FormServiceError as error:
        if is_script:
            raise
        return _page(request, me, house, [], error)
    use = house.portal

    def one(data: bytes, name: str) -> tuple[Kept, bool]:
        return use.upload(Uploaded(data, name, traeger), me.author)

    def several(pages: Sequence[bytes], name: str) -> tuple[Kept, bool]:
        joined = use.joined(pages)
        told = text("portal.upload.joined", name=name, count=len(pages))
        return use.upload(Uploaded(joined, told, traeger), me.author)

    if sent.together and len(sent.files) > 1:
        outcomes = together_kept(sent, several)
    else:
        outcomes = each_kept(sent, one)
    if is_script:
        return JSONResponse({"ok": True, "files": [_data(request, one) for one in outcomes]})
    (first, *others) = outcomes
    if first.document and not others and not first.known:
        return RedirectResponse(request.app.url_path_for("prepare", document=first.document), 303)
    return _page(request, me, house, outcomes)


def _traeger(me: SignedIn, wanted: str) -> str:
    """Return for which Träger somebody uploads: who works for one need not say so."""
    if wanted in me.traeger:
        return wanted
    if len(me.traeger) == 1 and not wanted:
        return me.traeger[0]
    raise NoTraegerError(text("portal.upload.traeger.error"), text("portal.upload.traeger.hint"))


def _page(
    request: Request,
    me: SignedIn,
    house: House,
    outcomes: Sequence[Outcome],
    error: FormServiceError | None = None,
) -> Response:
    """Return the page; with what became of files, or with what is wrong at a field."""
    wrong = [error, *(one.error for one in outcomes)]
    status = max((status_of(one) for one in wrong if one), default=200)
    known = {
        "outcomes": outcomes,
        "error": error,
        "about_traeger": isinstance(error, NoTraegerError),
        "traeger": house.portal.lists.traeger(me.author) if len(me.traeger) != 1 else [],
        "accept": ACCEPT,
        "most_files": MOST_FILES,
        "most_bytes": MOST_BYTES,
        "most": megabytes(MOST_BYTES),
        "texts": as_json({name: text(f"portal.upload.{name}") for name in _SCRIPT}),
    }
    return page(request, "portal/upload.html", known, status)


def _data(request: Request, one: Outcome) -> dict[str, object]:
    """Return what became of a file, as the page's script takes it."""
    if one.error is not None:
        return {"name": one.name, **problem(one.error)}
    url = request.app.url_path_for("prepare", document=one.document)
    return {"name": one.name, "ok": True, "known": one.known, "url": str(url), "id": one.document}
