"""Taking over a list of participants: what it would change, doubts, and then doing it."""

from itertools import islice
from typing import Any  # what templates show is of many kinds

from fastapi import APIRouter, Request, Response

from formservice.application.participants import WITHHELD, Answers
from formservice.application.participants_seen import ListChangedError
from formservice.application.terms import called
from formservice.domain.case import Role
from formservice.domain.errors import ConflictError, DefinitionError, InputError, UsageError
from formservice.domain.permissions import Action
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.cases_typed import Sent, Typed, to
from formservice.web.pages_made import page
from formservice.web.refusals import status_of
from formservice.web.texts import counted, text
from formservice.web.uploads import InTurn

router = APIRouter()
# More of one kind nobody reads.
_MOST_SHOWN = 100
_NEW, _SAME = "neu", "bekannt"
_MINE = "mir-zuordnen"


@router.get(
    "/faelle/einlesen", name="import_participants", dependencies=may(Action.IMPORT_PARTICIPANTS)
)
def ask_for_list(request: Request, house: Home) -> Response:
    """Ask for a list."""
    return _asked(request, house)


@router.post("/faelle/einlesen", name="import_show", dependencies=may(Action.IMPORT_PARTICIPANTS))
def show(request: Request, house: Home, me: Me, sent: Typed, turn: InTurn) -> Response:
    """Show what a list would change; nothing does."""
    profile, name = _profile(house, sent), sent.text("liste")
    try:
        chosen = sent.file("datei")
        if chosen is not None:
            name = house.take_over.kept(turn.bytes_of(chosen), me.author)
        if not name:
            raise UsageError(text("casework.import.no_file"))
        # Who reads in her own list means her own cases, as long as she does not say otherwise.
        return _shown(request, house, me, name, profile, sent, mine=sent.text(_MINE) != "0")
    except (InputError, UsageError, DefinitionError) as error:
        return _asked(request, house, error)


@router.post(
    "/faelle/einlesen/uebernehmen",
    name="import_do",
    dependencies=may(Action.IMPORT_PARTICIPANTS),
)
def take_over(request: Request, house: Home, me: Me, sent: Typed) -> Response:
    """Take over a list that was shown."""
    profile, name = _profile(house, sent), sent.text("liste")
    ends, mine = sent.text("beenden") == "1", sent.text(_MINE) == "1"
    try:
        plan = house.take_over.done(
            name, profile, _answers(sent, me, mine=mine), me.author, house.today(), end_gone=ends
        )
    except ListChangedError as error:
        return _shown(request, house, me, name, profile, sent, mine=mine, error=error)
    except ConflictError:  # people are in doubt, or somebody else has taken over a list
        return _shown(request, house, me, name, profile, sent, mine=mine)
    changed = len(plan.persons) + len(plan.cases) + len(plan.participations)
    return flash(
        request,
        to(request, "cases"),
        "casework.import.done",
        new=counted("casework.import.new_persons", len(plan.new_persons)),
        changed=changed,
        parts=counted("casework.import.new_parts", len(plan.new_participations)),
    )


def _shown(  # noqa: PLR0913 - what a page is made of
    request: Request,
    house: House,
    me: Me,
    name: str,
    profile: str,
    sent: Sent,
    *,
    mine: bool,
    error: ListChangedError | None = None,
) -> Response:
    answers = _answers(sent, me, mine=mine)
    plan, rows = house.take_over.shown(name, profile, answers, me.author, house.today())
    people = {one.id: one.name for one in house.office.cases.colleagues()}
    context = {
        "plan": plan,
        "opened": list(islice(plan.opened.items(), _MOST_SHOWN)),
        "rows": rows,
        "list": name,
        "profile": profile,
        "answers": {_NEW: answers.new, _SAME: answers.same},
        "people": people,
        "asks_mine": me.role is Role.IFK,
        "mine": answers.ifk is not None,
        "own_cases": plan.of(me.author.id) if me.role is Role.IFK else 0,
        "called": called,
        "withheld": WITHHELD,
        "most": _MOST_SHOWN,
        "changed": error,
    }
    status = 200 if error is None else status_of(error)
    return page(request, "casework/import_shown.html", context, status)


def _asked(request: Request, house: House, error: Any = None) -> Response:
    context = {
        "profiles": [(one, text(f"casework.import.{one}")) for one in house.take_over.profiles],
        "error": error,
        "problems": getattr(error, "problems", ()),
    }
    return page(request, "casework/import.html", context, 422 if error else 200)


def _profile(house: House, sent: Sent) -> str:
    """Return which of our profiles was chosen; never a file that somebody names."""
    given = sent.text("profil")
    return given if given in house.take_over.profiles else house.take_over.profiles[0]


def _answers(sent: Sent, me: Me, *, mine: bool) -> Answers:
    """Return what was said of people in doubt, by their numbers, and whose the others are."""
    told = {key.removeprefix("wer-"): one for key, one in sent.all.items() if key[:4] == "wer-"}
    return Answers(
        [number for number, one in told.items() if one == _NEW],
        [number for number, one in told.items() if one == _SAME],
        me.author.id if mine and me.role is Role.IFK else None,
    )
