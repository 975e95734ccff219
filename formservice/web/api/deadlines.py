"""Deadlines for programs: what is late, what is due, and the same as iCalendar."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from formservice.application.calendar import DueDates, Entry
from formservice.application.signed_in import SignedIn
from formservice.domain.errors import UsageError
from formservice.domain.permissions import Action
from formservice.web.api.case_shapes import CASE
from formservice.web.api.problems import refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import ID, example
from formservice.web.guard import Home, Me, may
from formservice.web.texts import text

router = APIRouter(prefix="/api/v1", tags=["Fristen"], route_class=ApiRoute)
_LONGEST = timedelta(days=400)
_CALENDAR = "text/calendar"
Day = Annotated[
    date | None,
    Query(
        description="Tag (ISO).", examples=["2026-04-01"], ge=date(1991, 1, 1), le=date(2100, 1, 1)
    ),
]


class EntryTold(BaseModel):
    """Something that is due on a day."""

    model_config = example(
        {
            "id": f"{ID}-vorlage",
            "day": "2026-04-07",
            "title": "Vorlage des Feedbackbogens",
            "met": None,
            "why": ["Eine Woche nach dem Abbruch.", "Gerechnet ab 27.03.2026."],
            "case": CASE["id"],
            "document": ID,
            "participation": None,
            "person": "Beispiel, Kim",
            "massnahme": "Neue Wege",
            "is_done": False,
        }
    )
    id: str = Field(description="Bleibt gleich, wenn sich der Tag ändert.")
    day: date = Field(description="Letzter Tag.")
    title: str = Field(description="Was fällig ist.")
    met: bool | None = Field(description="Eingehalten? null, solange offen.")
    why: list[str] = Field(description="Die Gründe.")
    case: str | None = Field(description="Fall.")
    document: str | None = Field(description="Vorgang.")
    participation: str | None = Field(description="Teilnahme, zu der noch nichts kam.")
    person: str = Field(description="Um wen es geht.")
    massnahme: str = Field(description="Maßnahme.")
    is_done: bool = Field(description="Ob niemand mehr etwas tun muss.")


@router.get(
    "/deadlines",
    name="api_deadlines",
    operation_id="listDeadlines",
    summary="Was ist wann fällig?",
    dependencies=may(Action.CALENDAR),
    responses=refused(),
)
def deadlines(house: Home, me: Me, first: Day = None, last: Day = None) -> list[EntryTold]:
    """Listet, was zwischen zwei Tagen fällig ist; ohne Tage, was versäumt oder bald fällig ist."""
    return [EntryTold.model_validate(one) for one in _found(house.office.due, me, first, last)]


@router.get(
    "/deadlines.ics",
    name="api_deadlines_feed",
    operation_id="getDeadlinesCalendar",
    summary="Dasselbe als Kalender (iCalendar)",
    dependencies=may(Action.CALENDAR),
    response_class=Response,
    responses={
        **refused(),
        200: {
            "description": "Ein Kalender ohne Namen: Art der Frist und Kennung des Falls.",
            "content": {_CALENDAR: {"schema": {"type": "string"}}},
        },
    },
)
def feed(house: Home, me: Me, first: Day = None, last: Day = None) -> Response:
    """Gibt die Fristen als Kalenderdatei, für Programme, die damit umgehen."""
    entries = _found(house.office.due, me, first, last)
    data = house.office.feed(entries, text("casework.calendar.name"), house.public_url)
    return Response(data, media_type=_CALENDAR)


def _found(due: DueDates, me: SignedIn, first: date | None, last: date | None) -> Sequence[Entry]:
    if first is None and last is None:
        return due.open(me.author)
    if first is None or last is None or not first <= last <= first + _LONGEST:
        raise UsageError(
            "„first“ und „last“ gehören zusammen und liegen höchstens 400 Tage auseinander.",
            "Bitte beide nennen, oder keinen von beiden.",
        )
    return due.between(me.author, first, last)
