"""Deadlines as a list, as a month, and as a calendar that other programs fetch."""

import calendar as months
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response

from formservice.application.calendar import Entry
from formservice.application.tokens import CALENDAR, Token
from formservice.domain.case import Role
from formservice.domain.errors import NotFoundError
from formservice.domain.permissions import Action, is_allowed
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may, public
from formservice.web.house import House
from formservice.web.pages.cases_typed import to
from formservice.web.pages_made import page
from formservice.web.rates import rates_of
from formservice.web.texts import text

router = APIRouter()
_WEEK = timedelta(days=7)
_MOST = 300  # in one list: what is further is found by month
_FIRST_YEAR, _LAST_YEAR = 1991, 2100


@router.get("/termine", name="calendar", dependencies=may(Action.CALENDAR))
def calendar(request: Request, house: Home, me: Me) -> Response:
    """Show what is late or due soon."""
    today, entries = house.today(), house.office.due.open(me.author)
    week = today + _WEEK
    groups = {
        "late": [one for one in entries if one.is_late(today)],
        "week": [one for one in entries if not one.is_late(today) and one.day <= week],
        "later": [one for one in entries if not one.is_late(today) and one.day > week],
    }
    context = {"groups": groups, "today": today, "month": f"{today:%Y-%m}", "most": _MOST}
    context |= {"is_traeger": me.role is Role.TRAEGER, "feeds": _feeds(house, me)}
    return page(request, "casework/calendar.html", context)


@router.get("/termine/monat/{month}", name="calendar_month", dependencies=may(Action.CALENDAR))
def calendar_month(request: Request, house: Home, me: Me, month: str) -> Response:
    """Show a month with all that is due in it."""
    first = _month(month)
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    entries = house.office.due.between(me.author, first, last)
    context = {
        "first": first,
        "weeks": weeks,
        "days": _by_day(entries),
        "closed": house.office.due.closed(weeks[0][0], weeks[-1][-1]),
        "today": house.today(),
        "previous": f"{first - timedelta(days=1):%Y-%m}",
        "following": f"{last + timedelta(days=1):%Y-%m}",
        "is_traeger": me.role is Role.TRAEGER,
    }
    return page(request, "casework/month.html", context)


@router.post("/termine/abo", name="calendar_renew", dependencies=may(Action.CALENDAR))
def renew(request: Request, house: Home, me: Me) -> Response:
    """Make a new secret link for a calendar program; one made before ends."""
    for one in _feeds(house, me):
        house.tokens.revoke(me.user, one.id, me.author)
    made = house.tokens.made(me.user, CALENDAR, text("casework.calendar.token"), None)
    path = str(request.app.url_path_for("calendar_feed", secret=made.secret))
    return page(request, "casework/feed.html", {"address": house.public_url + path})


@router.post("/termine/abo/beenden", name="calendar_revoke", dependencies=may(Action.CALENDAR))
def revoke(request: Request, house: Home, me: Me) -> Response:
    """End the secret link."""
    for one in _feeds(house, me):
        house.tokens.revoke(me.user, one.id, me.author)
    return flash(request, to(request, "calendar"), "casework.calendar.revoked")


@router.get("/kalender/{secret}.ics", name="calendar_feed", dependencies=public())
def calendar_feed(request: Request, house: Home, secret: str) -> Response:
    """Return the deadlines of whoever has this link; whoever has none learns nothing."""
    known = house.tokens.known(secret, CALENDAR)
    if known is None or known.missing or not is_allowed(Action.CALENDAR, known.role):
        raise NotFoundError("Diesen Kalender gibt es nicht (mehr).")
    rates_of(request).hit("feed", known.session or known.user)
    entries = house.office.due.open(known.author)
    data = house.office.feed(entries, text("casework.calendar.name"), house.public_url)
    headers = {"content-disposition": 'inline; filename="fristen.ics"'}
    return Response(data, media_type="text/calendar; charset=utf-8", headers=headers)


def _feeds(house: House, me: Me) -> Sequence[Token]:
    return [one for one in house.tokens.of(me.user) if one.kind == CALENDAR]


def _month(given: str) -> date:
    try:
        first = date.fromisoformat(f"{given}-01")
    except ValueError:
        raise NotFoundError("Diesen Monat gibt es nicht.") from None
    if not _FIRST_YEAR <= first.year <= _LAST_YEAR:
        raise NotFoundError("Diesen Monat gibt es hier nicht.")
    return first


def _by_day(entries: Sequence[Entry]) -> Mapping[date, Sequence[Entry]]:
    found: dict[date, list[Entry]] = {}
    for one in entries:
        found.setdefault(one.day, []).append(one)
    return found
