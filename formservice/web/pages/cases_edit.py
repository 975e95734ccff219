"""Changing cases by hand: people, participations, whose a case is; and taking that back."""

from datetime import date
from typing import Any  # what templates show is of many kinds

from fastapi import APIRouter, Request, Response

from formservice.application.casework import CasePage, Part
from formservice.application.casework_input import (
    end_given,
    part_given,
    person_given,
)
from formservice.domain.errors import ConflictError, InvalidDataError, NotFoundError
from formservice.domain.permissions import Action
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.cases import case_shown
from formservice.web.pages.cases_typed import Typed, by_field, to
from formservice.web.pages_made import page
from formservice.web.told import day

router = APIRouter()
_PERSON = ("number", "name", "vorname", "geburtsdatum")
_PART = ("massnahme", "von", "bis")


@router.get("/faelle/neu/anlegen", name="case_new", dependencies=may(Action.EDIT_CASES))
def new_case(request: Request, house: Home) -> Response:
    """Ask for a new person, and perhaps a participation."""
    return _asked(request, house, None, {})


@router.post("/faelle/neu/anlegen", name="case_create", dependencies=may(Action.EDIT_CASES))
def create(request: Request, house: Home, me: Me, sent: Typed) -> Response:
    """Open a case for a new person."""
    typed = sent.all
    try:
        person = person_given(typed, house.today())
        part = part_given(typed) if any(typed.get(key) for key in _PART) else None
        made = house.office.change.opened(person, part, me.author)
    except InvalidDataError as error:
        return _asked(request, house, None, typed, error)
    return flash(request, to(request, "case", case=made), "casework.done.opened")


@router.get("/faelle/{case}/person", name="case_person", dependencies=may(Action.EDIT_CASES))
def edit_person(request: Request, house: Home, me: Me, case: str) -> Response:
    """Ask for what is known of a person."""
    found = house.office.cases.one(case, me.author, house.today())
    row = {key: getattr(found.person, key) for key in _PERSON}
    return _asked(request, house, found, _shown(row) | {"seen": found.person.seen})


@router.post("/faelle/{case}/person", name="case_person_save", dependencies=may(Action.EDIT_CASES))
def save_person(request: Request, house: Home, me: Me, case: str, sent: Typed) -> Response:
    """Keep what is known of a person."""
    found = house.office.cases.one(case, me.author, house.today())
    try:
        given = person_given(sent.all, house.today())
        change = house.office.change.person_changed(case, given, me.author)
    except (InvalidDataError, ConflictError) as error:
        return _asked(request, house, found, sent.all, error)
    return _changed(request, case, "person", change)


@router.get(
    "/faelle/{case}/teilnahmen/neu", name="case_part_new", dependencies=may(Action.EDIT_CASES)
)
def new_part(request: Request, house: Home, me: Me, case: str) -> Response:
    """Ask for a further participation."""
    found = house.office.cases.one(case, me.author, house.today())
    return _asked_part(request, house, found, None, {})


@router.post(
    "/faelle/{case}/teilnahmen/neu", name="case_part_create", dependencies=may(Action.EDIT_CASES)
)
def create_part(request: Request, house: Home, me: Me, case: str, sent: Typed) -> Response:
    """Add a participation."""
    found = house.office.cases.one(case, me.author, house.today())
    try:
        opened = house.office.change.part_opened(case, part_given(sent.all), me.author)
    except InvalidDataError as error:
        return _asked_part(request, house, found, None, sent.all, error)
    return _changed(request, case, "part_opened", opened.change)


@router.get(
    "/faelle/{case}/teilnahmen/{part}", name="case_part", dependencies=may(Action.EDIT_CASES)
)
def edit_part(request: Request, house: Home, me: Me, case: str, part: str) -> Response:
    """Ask for Maßnahme and time of a participation."""
    found = house.office.cases.one(case, me.author, house.today())
    known = _part(found, part)
    row = {key: getattr(known, key) for key in _PART}
    return _asked_part(request, house, found, part, _shown(row) | {"seen": known.seen})


@router.post(
    "/faelle/{case}/teilnahmen/{part}", name="case_part_save", dependencies=may(Action.EDIT_CASES)
)
def save_part(
    request: Request, house: Home, me: Me, case: str, part: str, sent: Typed
) -> Response:
    """Keep Maßnahme and time of a participation."""
    found = house.office.cases.one(case, me.author, house.today())
    _part(found, part)
    try:
        change = house.office.change.part_changed(case, part, part_given(sent.all), me.author)
    except (InvalidDataError, ConflictError) as error:
        return _asked_part(request, house, found, part, sent.all, error)
    return _changed(request, case, "part", change)


@router.post("/faelle/{case}/uebernehmen", name="case_take", dependencies=may(Action.EDIT_CASES))
def take(request: Request, house: Home, me: Me, case: str) -> Response:
    """Take a case that nobody has."""
    change = house.office.change.taken(case, me.author)
    return _changed(request, case, "taken", change)


@router.get("/faelle/{case}/uebergeben", name="case_hand", dependencies=may(Action.EDIT_CASES))
def ask_whom(request: Request, house: Home, me: Me, case: str) -> Response:
    """Ask to whom a case is handed."""
    return _handing(request, house, me, case)


@router.post(
    "/faelle/{case}/uebergeben", name="case_hand_over", dependencies=may(Action.EDIT_CASES)
)
def hand_over(request: Request, house: Home, me: Me, case: str, sent: Typed) -> Response:
    """Hand a case to a colleague."""
    try:
        house.office.change.handed(case, sent.text("to"), me.author)
    except InvalidDataError as error:
        return _handing(request, house, me, case, error)
    return flash(request, to(request, "cases"), "casework.done.handed")


@router.post("/faelle/{case}/ende", name="case_end", dependencies=may(Action.EDIT_CASES))
def end(request: Request, house: Home, me: Me, case: str, sent: Typed) -> Response:
    """End a case, or open it again."""
    house.office.cases.one(case, me.author, house.today())
    is_open = sent.text("wieder") != "1"
    try:
        day = end_given(sent.text("ended"), house.today()) if is_open else None
        change = house.office.change.ended(case, day, me.author)
    except InvalidDataError as error:
        wrong = by_field(error).get("day", str(error))
        return case_shown(request, house, me, case, sent.text("ended"), wrong)
    return _changed(request, case, "ended" if is_open else "reopened", change)


@router.post("/faelle/{case}/rueckgaengig", name="case_undo", dependencies=may(Action.EDIT_CASES))
def undo(request: Request, house: Home, me: Me, case: str, sent: Typed) -> Response:
    """Take a change back."""
    number = sent.text("change")
    if not number.isdecimal() or len(number) > 12:
        raise NotFoundError("Diese Änderung gibt es nicht.")
    house.office.change.undone(case, int(number), me.author)
    return flash(request, to(request, "case", case=case), "casework.done.undone")


def _changed(request: Request, case: str, what: str, change: int | None) -> Response:
    """Go back to the case and say what was done, with a way to take it back if it changed it."""
    key, answer = f"casework.done.{what}", to(request, "case", case=case)
    if change is None:
        return flash(request, answer, key)
    address = str(request.app.url_path_for("case_undo", case=case))
    return flash(request, answer, key, undo=address, fields={"change": str(change)})


def _asked(
    request: Request,
    house: House,
    case: CasePage | None,
    typed: Any,
    error: InvalidDataError | ConflictError | None = None,
) -> Response:
    context = _context(case, typed, error) | {"massnahmen": house.office.cases.massnahmen()}
    return page(request, "casework/person.html", context, _status(error))


def _asked_part(
    request: Request,
    house: House,
    case: CasePage,
    part: str | None,
    typed: Any,
    error: InvalidDataError | ConflictError | None = None,
) -> Response:
    context = _context(case, typed, error) | {"massnahmen": house.office.cases.massnahmen()}
    return page(request, "casework/part.html", context | {"part": part}, _status(error))


def _handing(
    request: Request, house: House, me: Me, case: str, error: InvalidDataError | None = None
) -> Response:
    found = house.office.cases.one(case, me.author, house.today())
    others = [one for one in house.office.cases.colleagues() if one.id != found.ifk]
    context = {"case": found, "colleagues": others, "errors": by_field(error)}
    return page(request, "casework/hand.html", context, _status(error))


def _context(
    case: CasePage | None, typed: Any, error: InvalidDataError | ConflictError | None
) -> dict[str, Any]:
    wrong = error if isinstance(error, InvalidDataError) else None
    conflict = error if isinstance(error, ConflictError) else None
    return {"case": case, "typed": typed, "errors": by_field(wrong), "conflict": conflict}


def _status(error: InvalidDataError | ConflictError | None) -> int:
    if error is None:
        return 200
    return 409 if isinstance(error, ConflictError) else 422


def _part(case: CasePage, part: str) -> Part:
    for one in case.parts:
        if one.id == part:
            return one
    raise NotFoundError("Diese Teilnahme gibt es nicht.")


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {key: day(one) if isinstance(one, date) else one or "" for key, one in row.items()}
