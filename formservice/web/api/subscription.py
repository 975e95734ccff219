"""The secret link by which a calendar program fetches somebody's deadlines."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from formservice.application.signed_in import SignedIn
from formservice.application.tokens import CALENDAR, Token
from formservice.domain.permissions import Action
from formservice.web.api.problems import refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import example
from formservice.web.api.told import Moment
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.texts import text

router = APIRouter(prefix="/api/v1", tags=["Fristen"], route_class=ApiRoute)


class SubscriptionTold(BaseModel):
    """Whether there is a link, without the link."""

    model_config = example(
        {"active": True, "created_at": "2026-04-02T08:15:00Z", "used_at": "2026-04-03T06:00:00Z"}
    )
    active: bool = Field(description="Ob es einen Link gibt.")
    created_at: Moment | None = Field(description="Seit wann.")
    used_at: Moment | None = Field(description="Wann ein Kalender ihn zuletzt benutzte.")


class LinkTold(BaseModel):
    """A secret link, shown this once."""

    model_config = example({"address": "https://formulare.amt.example/kalender/….ics"})
    address: str = Field(
        description="Adresse für Kalenderprogramme. Sie wird nicht noch einmal gezeigt."
    )


@router.get(
    "/deadlines/subscription",
    name="api_subscription",
    operation_id="getSubscription",
    summary="Mein Kalender-Abo",
    dependencies=may(Action.CALENDAR),
    responses=refused(),
)
def subscription(house: Home, me: Me) -> SubscriptionTold:
    """Sagt, ob es einen geheimen Link für Kalenderprogramme gibt; den Link selbst nicht."""
    one = next(iter(_links(house, me)), None)
    if one is None:
        return SubscriptionTold(active=False, created_at=None, used_at=None)
    return SubscriptionTold.model_validate(
        {"active": True, "created_at": one.created_at, "used_at": one.used_at}
    )


@router.post(
    "/deadlines/subscription",
    name="api_subscription_new",
    operation_id="renewSubscription",
    summary="Das Kalender-Abo einrichten oder erneuern",
    status_code=201,
    dependencies=may(Action.CALENDAR, in_person=True),
    responses=refused(409),
    openapi_extra={"x-secret": True},
)
def renew(request: Request, house: Home, me: Me) -> LinkTold:
    """Macht einen neuen geheimen Link; der frühere gilt nicht mehr.

    Das geht nur angemeldet im Browser, nicht mit einem Token: Der Link gilt länger als jedes.
    """
    _ended(house, me)
    made = house.tokens.made(me.user, CALENDAR, text("casework.calendar.token"), None)
    path = str(request.app.url_path_for("calendar_feed", secret=made.secret))
    return LinkTold(address=house.public_url + path)


@router.delete(
    "/deadlines/subscription",
    name="api_subscription_end",
    operation_id="endSubscription",
    summary="Das Kalender-Abo beenden",
    status_code=204,
    dependencies=may(Action.CALENDAR),
    responses=refused(409),
)
def end(house: Home, me: Me) -> None:
    """Beendet den geheimen Link; Kalenderprogramme bekommen danach nichts mehr."""
    _ended(house, me)


def _ended(house: House, me: SignedIn) -> None:
    for one in _links(house, me):
        house.tokens.revoke(me.user, one.id, me.author)


def _links(house: House, me: SignedIn) -> Sequence[Token]:
    return [one for one in house.tokens.of(me.user) if one.kind == CALENDAR]
