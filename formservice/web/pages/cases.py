"""Cases: their list, the page of one, what happened in it, and a summary for a substitute."""

from typing import Any  # what templates show is of many kinds

from fastapi import APIRouter, Request, Response

from formservice.application.casework import ALL, MINE, NOBODYS, Asked, CasePage
from formservice.application.exporting import Kind
from formservice.application.known_forms import titles
from formservice.domain.case import Role
from formservice.domain.permissions import Action
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.cases_typed import Sent, Typed
from formservice.web.pages_made import page
from formservice.web.table_file import table

router = APIRouter()
_WHOSE = (MINE, NOBODYS, ALL)
_MOST = 50


@router.get("/faelle", name="cases", dependencies=may(Action.READ_CASES))
def cases(request: Request, house: Home, me: Me) -> Response:
    """Show a list of cases by name; the address says whose, and where the list goes on."""
    return _list(request, house, me, _asked(request, me), request.query_params.get("nach", ""))


@router.get("/faelle/liste.{kind}", name="cases_export", dependencies=may(Action.READ_CASES))
def cases_export(request: Request, house: Home, me: Me, kind: Kind) -> Response:
    """Return the list of cases with its filters, all pages of it, as a table."""
    asked = _asked(request, me)
    return table(kind, "faelle", house.office.export.cases(me.author, asked, house.today(), kind))


@router.post("/faelle/suche/liste", name="cases_found", dependencies=may(Action.READ_CASES))
def cases_found(house: Home, me: Me, sent: Typed) -> Response:
    """Return cases by name or number as a table; what is searched for stands in no address."""
    kind = Kind.XLSX if sent.text("art") == Kind.XLSX else Kind.CSV
    asked = _searched(sent)
    return table(kind, "faelle", house.office.export.cases(me.author, asked, house.today(), kind))


def _asked(request: Request, me: Me) -> Asked:
    given = request.query_params
    whose = given.get("wer", "")
    if whose not in _WHOSE:
        whose = ALL if me.role is Role.LEAD else MINE
    ended, massnahme = given.get("beendet") == "1", given.get("massnahme", "")
    return Asked(whose, ended=ended, massnahme=massnahme)


def _searched(sent: Sent) -> Asked:
    whose = sent.text("wer") if sent.text("wer") in _WHOSE else ALL
    return Asked(whose, sent.text("beendet") == "1", sent.text("worte")[:200])


@router.post("/faelle/suche", name="cases_search", dependencies=may(Action.READ_CASES))
def search(request: Request, house: Home, me: Me, sent: Typed) -> Response:
    """Show cases by name or number; what is searched for never stands in an address."""
    return _list(request, house, me, _searched(sent), sent.text("nach"))


def _list(request: Request, house: House, me: Me, asked: Asked, after: str) -> Response:
    found = house.office.cases.listed(me.author, asked, house.today(), after or None, _MOST)
    context = {
        "asked": asked,
        "found": found,
        "after": after,
        "forms": house.office.issue.forms(),
        "first": house.office.issue.first(),
        "whose": _WHOSE,
    }
    return page(request, "casework/cases.html", context)


@router.get("/faelle/{case}", name="case", dependencies=may(Action.READ_CASES))
def case_page(request: Request, house: Home, me: Me, case: str) -> Response:
    """Show a case with all that belongs to it."""
    return case_shown(request, house, me, case)


def case_shown(
    request: Request, house: House, me: Me, case: str, ended: str = "", wrong: str = ""
) -> Response:
    """Return the page of a case; ``wrong`` says why it could not end on the day ``ended``."""
    found = house.office.cases.one(case, me.author, house.today())
    context = _shown(house, found) | {"ended": ended, "wrong": wrong}
    context["history"] = house.office.cases.history(case, me.author, most=8)
    context["awaited"] = house.office.due.awaited_for(found)
    return page(request, "casework/case.html", context, 422 if wrong else 200)


@router.get("/faelle/{case}/verlauf", name="case_history", dependencies=may(Action.READ_CASES))
def case_history(request: Request, house: Home, me: Me, case: str, vor: int = 0) -> Response:
    """Show all that happened in a case."""
    found = house.office.cases.one(case, me.author, house.today())
    history = house.office.cases.history(case, me.author, vor or None, _MOST)
    context = {"case": found, "history": history, "titles": titles(house.forms), "before": vor}
    context["next"] = history[-1].seq if len(history) == _MOST else 0
    return page(request, "casework/history.html", context)


@router.get("/faelle/{case}/kurz", name="case_summary", dependencies=may(Action.READ_CASES))
def case_summary(request: Request, house: Home, me: Me, case: str) -> Response:
    """Show a case on one page, for a substitute, to be printed."""
    found = house.office.cases.one(case, me.author, house.today())
    history = house.office.cases.history(case, me.author, most=12)
    return page(request, "casework/summary.html", _shown(house, found) | {"history": history})


def _shown(house: House, case: CasePage) -> dict[str, Any]:
    known = titles(house.forms)
    return {
        "case": case,
        "today": house.today(),
        "titles": known,
        "first": house.office.issue.first(),
    }
