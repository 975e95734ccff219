"""One document to be decided: looked at, answered for, returned, accepted, assigned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter, Request, Response

from formservice.application.assigning import Suggestion, wanted_by
from formservice.application.desk_pictures import has_pictures
from formservice.application.inbox_document import Decision
from formservice.application.known_forms import titles
from formservice.domain.case import DECIDED, Role, State
from formservice.domain.changes import COMPARED
from formservice.domain.errors import ConflictError, FormServiceError, UsageError
from formservice.domain.permissions import Action
from formservice.domain.text import TextError
from formservice.web import reading_log
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.cases_typed import Sent, Typed, to
from formservice.web.pages_made import page
from formservice.web.refusals import status_of

# Whatever is done here is answered with the page, or the next one: so who may not read the inbox
# may not do it here. The back office returns and assigns by the API, which shows nothing.
router = APIRouter()
# What is said where nothing else waits, and above the next document.
_ACCEPTED = ("casework.inbox.accepted", "casework.inbox.accepted_next")
_GIVEN_BACK = ("casework.inbox.given_back", "casework.inbox.given_back_next")


@router.get("/eingang/{document}", name="inbox_document", dependencies=may(Action.READ_INBOX))
def inbox_document(request: Request, house: Home, me: Me, document: str) -> Response:
    """Show a document to be decided."""
    return _shown(request, house, me, document)


@router.post(
    "/eingang/{document}/annehmen", name="document_accept", dependencies=may(Action.ACCEPT)
)
def accept(request: Request, house: Home, me: Me, document: str, sent: Typed) -> Response:
    """Accept a document as it was seen."""
    try:
        house.office.decide.accept(
            document,
            _seen(sent),
            me.author,
            sent.text("grund").strip(),
            knowingly=bool(sent.text("trotzdem")),
            despite=bool(sent.text("hinweise")),
        )
    except (ConflictError, UsageError, TextError) as error:
        return _refused(request, house, (me, document), error, sent)
    return _next(request, house, me, document, _ACCEPTED)


@router.post(
    "/eingang/{document}/zurueckgeben",
    name="document_return",
    dependencies=may(Action.READ_INBOX),
)
def give_back(request: Request, house: Home, me: Me, document: str, sent: Typed) -> Response:
    """Return a document with a message; or put a prepared message into the field."""
    if sent.text("einsetzen"):
        chosen = [one for one in house.office.messages.all() if one.id == sent.text("vorlage")]
        text = "\n\n".join([sent.text("nachricht").strip(), *(one.body for one in chosen)])
        typed = {**sent.all, "nachricht": text.strip()}
        return _shown(request, house, me, document, _More(typed=typed))
    try:
        house.office.decide.give_back(
            document,
            _seen(sent),
            sent.text("nachricht"),
            me.author,
            knowingly=bool(sent.text("trotzdem")),
        )
    except (ConflictError, UsageError, TextError) as error:
        return _refused(request, house, (me, document), error, sent)
    return _next(request, house, me, document, _GIVEN_BACK)


@router.post(
    "/eingang/{document}/verantworten",
    name="document_acknowledge",
    dependencies=may(Action.ACKNOWLEDGE),
)
def acknowledge(request: Request, house: Home, me: Me, document: str, sent: Typed) -> Response:
    """Answer for a finding, for example that a form came late."""
    what = (sent.text("code"), sent.text("feld") or None)
    try:
        house.office.decide.answer(document, _seen(sent), what, sent.text("grund"), me.author)
    except (ConflictError, UsageError, TextError) as error:
        return _refused(request, house, (me, document), error, sent)
    return flash(
        request, to(request, "inbox_document", document=document), "casework.inbox.answered"
    )


@router.post(
    "/eingang/{document}/verglichen",
    name="document_compared",
    dependencies=may(Action.ACKNOWLEDGE),
)
def compared(request: Request, house: Home, me: Me, document: str, sent: Typed) -> Response:
    """Keep that somebody compared the words in a field with the original."""
    try:
        house.office.decide.compared(document, _seen(sent), sent.text("feld"), me.author)
    except (ConflictError, UsageError) as error:
        return _refused(request, house, (me, document), error, sent)
    answer = to(request, "inbox_document", document=document)
    answer.headers["location"] += "#feld-" + sent.text("feld").translate(_PLAIN)
    return answer


@router.post(
    "/eingang/{document}/zuruecknehmen",
    name="document_withdraw",
    dependencies=may(Action.ACKNOWLEDGE),
)
def withdraw(request: Request, house: Home, me: Me, document: str, sent: Typed) -> Response:
    """Take back an answer for a finding, or the tick that words were compared."""
    what = (sent.text("code"), sent.text("feld") or None)
    try:
        house.office.decide.withdraw(document, _seen(sent), what, me.author)
    except (ConflictError, UsageError) as error:
        return _refused(request, house, (me, document), error, sent)
    answer = to(request, "inbox_document", document=document)
    return flash(request, answer, "casework.inbox.withdrawn")


_PLAIN = {ord(one): "-" for one in " /?#&%<>\"'\\\r\n"}


@router.post(
    "/eingang/{document}/wieder-oeffnen", name="document_reopen", dependencies=may(Action.REOPEN)
)
def reopen(request: Request, house: Home, me: Me, document: str, sent: Typed) -> Response:
    """Open an accepted document again."""
    try:
        house.office.decide.reopen(document, _seen(sent), sent.text("grund"), me.author)
    except (ConflictError, UsageError, TextError) as error:
        return _refused(request, house, (me, document), error, sent)
    answer = to(request, "inbox_document", document=document)
    return flash(request, answer, "casework.inbox.reopened")


@router.post(
    "/eingang/{document}/zuordnen", name="document_assign", dependencies=may(Action.READ_INBOX)
)
def assign(request: Request, house: Home, me: Me, document: str, sent: Typed) -> Response:
    """Say which case a document belongs to; or look for one by name."""
    if sent.text("worte").strip():
        found = house.office.assign.found(sent.text("worte")[:200], me.author)
        return _shown(request, house, me, document, _More(typed=sent.all, found=found))
    whole = house.office.inbox.whole(me.author, document)
    wanted = wanted_by(whole.reading or {}, house.forms)
    case, _, part = sent.text("ziel").partition("/")
    house.office.assign.assign(document, case, part or None, wanted, me.author)
    answer = _back(request, house, me, document)
    # What is a colleague's now, only the colleague can undo.
    is_still_ours = document in answer.headers["location"]
    undo = str(request.app.url_path_for("document_unassign", document=document))
    key = "casework.inbox.assigned"
    return flash(request, answer, key, undo=undo if is_still_ours else "")


@router.post(
    "/eingang/{document}/zuordnung-aufheben",
    name="document_unassign",
    dependencies=may(Action.READ_INBOX),
)
def unassign(request: Request, house: Home, me: Me, document: str, sent: Typed) -> Response:
    """Say that a document belongs to no case after all."""
    try:
        house.office.assign.take_back(document, me.author)
    except ConflictError as error:
        return _refused(request, house, (me, document), error, sent)
    return flash(request, _back(request, house, me, document), "casework.inbox.unassigned")


def _back(request: Request, house: House, me: Me, document: str) -> Response:
    """Return the way back; who has assigned it to a colleague sees it no more."""
    try:
        house.office.inbox.whole(me.author, document)
    except FormServiceError:
        return to(request, "inbox")
    return to(request, "inbox_document", document=document)


def _next(
    request: Request, house: House, me: Me, document: str, keys: tuple[str, str]
) -> Response:
    """Go on with the next document, or back to the inbox; ``keys`` say what was done."""
    following = house.office.inbox.after(me.author, document)
    if following is None:
        return flash(request, to(request, "inbox"), keys[0])
    return flash(request, to(request, "inbox_document", document=following), keys[1])


@dataclass(frozen=True, slots=True)
class _More:
    """What a page shows besides the document: why a step failed, and what was typed."""

    error: FormServiceError | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    found: Sequence[Suggestion] | None = None


def _refused(
    request: Request, house: House, who: tuple[Me, str], error: FormServiceError, sent: Sent
) -> Response:
    """Show the document again, with why a step failed and all that was typed."""
    return _shown(request, house, *who, _More(error, sent.all))


def _shown(
    request: Request, house: House, me: Me, document: str, more: _More | None = None
) -> Response:
    more = more or _More()
    told = house.office.decisions.shown(me.author, document)
    reading_log.seen(house, me, document)
    reading = told.whole.reading or {}
    context = {
        "told": told,
        "kept": told.whole.kept,
        "has_file": house.consult.has_original(document, me.author),
        "pictures": reading.get("page_numbers", ()) if has_pictures(reading) else (),
        "titles": titles(house.forms),
        "compared_code": COMPARED,
        "error": more.error,
        "typed": more.typed,
        "messages": house.office.messages.all(),
        "next": house.office.inbox.after(me.author, document),
        "found": more.found,
        "suggested": _suggested(house, me, told),
        "can": _can(told, me.role),
    }
    status = 200
    if more.error is not None:
        status = status_of(more.error)
    return page(request, "casework/document.html", context, status)


def _suggested(house: House, me: Me, told: Decision) -> Sequence[Suggestion]:
    if told.whole.belongs is not None:
        return ()
    wanted = wanted_by(told.whole.reading or {}, house.forms)
    return house.office.assign.suggested(told.whole.kept.id, wanted, me.author)


def _can(told: Decision, role: Role) -> Mapping[str, bool]:
    """Return which steps there are from where the document stands, for this role."""
    state = told.whole.kept.state
    decides = role in (Role.IFK, Role.LEAD)
    return {
        "accept": decides and state is State.IN_REVIEW,
        "give_back": state in (State.IN_REVIEW, State.UNIDENTIFIED),
        "answer": decides and state in (State.IN_REVIEW, State.UNIDENTIFIED, State.RETURNED),
        "unassign": state not in DECIDED,
        "reopen": role is Role.LEAD and state is State.ACCEPTED,
    }


def _seen(sent: Sent) -> int:
    """Return the version that the page showed."""
    given = sent.text("seen")
    if not given.isdecimal() or len(given) > 9:
        raise UsageError("Diese Seite ist veraltet.", "Bitte neu laden.")
    return int(given)
