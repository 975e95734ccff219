"""What runs the service: tokens, webhooks, and how the installation is."""

from typing import Annotated

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, Field

from formservice.application.tokens import API, LONGEST_DAYS
from formservice.application.webhooks import Shown
from formservice.application.webhooks_ports import Delivery
from formservice.application.webhooks_types import TYPES
from formservice.domain.permissions import Action
from formservice.web.api.problems import refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import ID, example
from formservice.web.api.told import Moment, given
from formservice.web.guard import Home, Me, may

router = APIRouter(prefix="/api/v1", tags=["Betrieb"], route_class=ApiRoute)
_TOKEN = {
    "id": "2f1d5a9c-0d3a-4c64-8d0e-52a5b7f0c1aa",
    "kind": "api",
    "name": "Fachverfahren",
    "created_at": "2026-04-02T08:15:00Z",
    "expires_at": "2027-04-02T08:15:00Z",
    "used_at": None,
}
_WEBHOOK = {
    "id": "9a1f1f0e-3a67-4d0c-8bb7-5a6f7b1c2d3e",
    "url": "https://fachverfahren.amt.example/formservice",
    "types": ["document.read", "document.submitted"],
    "active": True,
    "since": "2026-04-02T08:15:00Z",
    "waiting": 0,
    "sent": 12,
    "given_up": 0,
}
_DELIVERY = {
    "id": "c0ffee00-1111-4222-8333-444455556666",
    "type": "document.read",
    "at": "2026-04-02T08:15:00.000Z",
    "document": ID,
    "outcome": "sent",
    "tries": 1,
    "told": "200",
}
_SECRET = "whsec_" + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
TokenId = Annotated[
    str, Path(description="Kennung des Tokens.", max_length=64, examples=[str(_TOKEN["id"])])
]
WebhookId = Annotated[
    str, Path(description="Kennung des Webhooks.", max_length=64, examples=[str(_WEBHOOK["id"])])
]


class TokenTold(BaseModel):
    """A token, without its secret."""

    model_config = example(_TOKEN)
    id: str = Field(description="Kennung.")
    kind: str = Field(description="`api` oder `calendar`.")
    name: str = Field(description="Wofür es ist.")
    created_at: Moment = Field(description="Wann ausgestellt.")
    expires_at: Moment | None = Field(description="Bis wann es gilt.")
    used_at: Moment | None = Field(description="Wann zuletzt benutzt.")


class NewToken(BaseModel):
    """What a new token is for."""

    model_config = given({"name": "Fachverfahren", "days": 365})
    name: str = Field(min_length=1, max_length=100, description="Wofür es ist.")
    days: int = Field(90, ge=1, le=LONGEST_DAYS, description="So viele Tage gilt es.")


class Secret(BaseModel):
    """A secret, shown this once."""

    model_config = example({"id": _WEBHOOK["id"], "secret": _SECRET})
    id: str = Field(description="Kennung dessen, wozu es gehört.")
    secret: str = Field(description="Das Geheimnis. Es wird nicht noch einmal gezeigt.")


class WebhookTold(BaseModel):
    """Who else is told of what happens."""

    model_config = example(_WEBHOOK)
    id: str = Field(description="Kennung.")
    url: str = Field(description="Wohin gesendet wird.")
    types: list[str] = Field(description="Welche Ereignisse.")
    active: bool = Field(description="Ob gesendet wird.")
    since: Moment = Field(description="Seit wann es ihn gibt.")
    waiting: int = Field(description="So viele Nachrichten warten.")
    sent: int = Field(description="So viele kamen in den letzten 24 Stunden an.")
    given_up: int = Field(description="So viele wurden aufgegeben.")


class NewWebhook(BaseModel):
    """A new webhook."""

    model_config = given({"url": _WEBHOOK["url"], "types": _WEBHOOK["types"]})
    url: str = Field(max_length=500, description="Wohin gesendet wird; nur erlaubte Rechner.")
    types: list[str] = Field(
        max_length=50, description=f"Welche Ereignisse: {', '.join(f'`{one}`' for one in TYPES)}."
    )


class DeliveryTold(BaseModel):
    """What became of a notice."""

    model_config = example(_DELIVERY)
    id: str = Field(description="Kennung; der Empfänger bekommt sie als `webhook-id`.")
    type: str = Field(description="Ereignis.")
    at: str = Field(description="Wann es geschah.")
    document: str | None = Field(description="Vorgang.")
    outcome: str = Field(description="Leer (wartet), `sending`, `sent`, `given-up`, `removed`.")
    tries: int = Field(description="So oft versucht.")
    told: str = Field(description="Status der letzten Antwort, oder warum es keine gab.")


class StatusTold(BaseModel):
    """How the installation is."""

    model_config = example({"ready": True, "parts": {"database": True, "originals": True}})
    ready: bool = Field(description="Ob alles da ist, was gebraucht wird.")
    parts: dict[str, bool] = Field(description="Jeder Teil für sich.")


@router.get(
    "/tokens",
    name="api_tokens",
    operation_id="listTokens",
    summary="Meine Tokens",
    dependencies=may(Action.TOKENS),
    responses=refused(),
)
def tokens(house: Home, me: Me) -> list[TokenTold]:
    """Listet die eigenen Tokens, die noch gelten."""
    return [TokenTold.model_validate(one) for one in house.tokens.of(me.user)]


@router.post(
    "/tokens",
    name="api_token_new",
    operation_id="createToken",
    summary="Ein Token ausstellen",
    status_code=201,
    dependencies=may(Action.TOKENS, in_person=True),
    responses=refused(409, 413, 415),
    openapi_extra={"x-secret": True},
)
def new_token(house: Home, me: Me, new: Annotated[NewToken, Body()]) -> Secret:
    """Stellt ein Token aus. Das geht nur angemeldet im Browser, nicht mit einem anderen Token."""
    made = house.tokens.made(me.user, API, new.name, new.days)
    return Secret(id=made.id, secret=made.secret)


@router.delete(
    "/tokens/{token}",
    name="api_token_revoke",
    operation_id="revokeToken",
    summary="Ein Token widerrufen",
    status_code=204,
    dependencies=may(Action.TOKENS),
    responses=refused(404, 409),
)
def revoke(token: TokenId, house: Home, me: Me) -> None:
    """Widerruft ein eigenes Token; es gilt sofort nicht mehr."""
    house.tokens.revoke(me.user, token, me.author)


@router.get(
    "/webhooks",
    name="api_webhooks",
    operation_id="listWebhooks",
    summary="Webhooks",
    dependencies=may(Action.WEBHOOKS),
    responses=refused(),
)
def webhooks(house: Home) -> list[WebhookTold]:
    """Listet, welche Programme bei Ereignissen benachrichtigt werden."""
    return [_webhook(one) for one in house.webhooks.all()]


@router.post(
    "/webhooks",
    name="api_webhook_new",
    operation_id="createWebhook",
    summary="Einen Webhook anlegen",
    status_code=201,
    dependencies=may(Action.WEBHOOKS),
    responses=refused(409, 413, 415),
    openapi_extra={"x-secret": True},
)
def new_webhook(house: Home, me: Me, new: Annotated[NewWebhook, Body()]) -> Secret:
    """Legt einen Webhook an und gibt sein Geheimnis, mit dem jede Nachricht signiert ist."""
    added, secret = house.webhooks.register(new.url, new.types, me.author)
    return Secret(id=added.id, secret=secret)


@router.delete(
    "/webhooks/{webhook}",
    name="api_webhook_remove",
    operation_id="deleteWebhook",
    summary="Einen Webhook entfernen",
    status_code=204,
    dependencies=may(Action.WEBHOOKS),
    responses=refused(404, 409),
)
def remove(webhook: WebhookId, house: Home, me: Me) -> None:
    """Entfernt einen Webhook; was noch wartet, wird nicht mehr gesendet."""
    house.webhooks.remove(webhook, me.author)


@router.post(
    "/webhooks/{webhook}/secret",
    name="api_webhook_renew",
    operation_id="renewWebhookSecret",
    summary="Das Geheimnis erneuern",
    dependencies=may(Action.WEBHOOKS),
    responses=refused(404, 409),
    openapi_extra={"x-secret": True},
)
def renew(webhook: WebhookId, house: Home, me: Me) -> Secret:
    """Gibt ein neues Geheimnis; einen Tag lang sind Nachrichten mit beiden signiert."""
    return Secret(id=webhook, secret=house.webhooks.renew(webhook, me.author))


@router.post(
    "/webhooks/{webhook}/check",
    name="api_webhook_check",
    operation_id="checkWebhook",
    summary="Die Zustellung prüfen",
    dependencies=may(Action.WEBHOOKS),
    responses=refused(404, 409),
)
def check(webhook: WebhookId, house: Home) -> DeliveryTold:
    """Sendet jetzt eine Nachricht `webhook.test` und sagt, was daraus wurde."""
    return _delivery(house.webhooks.check(webhook))


@router.post(
    "/webhooks/{webhook}/deactivate",
    name="api_webhook_off",
    operation_id="deactivateWebhook",
    summary="Einen Webhook ausschalten",
    status_code=204,
    dependencies=may(Action.WEBHOOKS),
    responses=refused(404, 409),
)
def deactivate(webhook: WebhookId, house: Home, me: Me) -> None:
    """Benachrichtigt ein Programm nicht mehr; entfernt wird nichts."""
    house.webhooks.turn(webhook, me.author, active=False)


@router.post(
    "/webhooks/{webhook}/activate",
    name="api_webhook_on",
    operation_id="activateWebhook",
    summary="Einen Webhook wieder einschalten",
    status_code=204,
    dependencies=may(Action.WEBHOOKS),
    responses=refused(404, 409),
)
def activate(webhook: WebhookId, house: Home, me: Me) -> None:
    """Benachrichtigt ein Programm von jetzt an wieder; nachgesendet wird nichts."""
    house.webhooks.turn(webhook, me.author, active=True)


@router.get(
    "/webhooks/{webhook}/deliveries",
    name="api_deliveries",
    operation_id="listDeliveries",
    summary="Die letzten Nachrichten",
    dependencies=may(Action.WEBHOOKS),
    responses=refused(404),
)
def deliveries(webhook: WebhookId, house: Home) -> list[DeliveryTold]:
    """Listet die letzten Nachrichten eines Webhooks, die neueste zuerst."""
    return [_delivery(one) for one in house.webhooks.one(webhook)[1]]


@router.get(
    "/status",
    name="api_status",
    operation_id="getStatus",
    summary="Wie geht es der Anlage?",
    dependencies=may(Action.STATUS),
    responses=refused(),
)
def status(house: Home) -> StatusTold:
    """Sagt, ob alles da ist, was zum Arbeiten gebraucht wird."""
    parts = dict(house.condition.ready())
    return StatusTold(ready=all(parts.values()), parts=parts)


def _webhook(one: Shown) -> WebhookTold:
    hook, standing = one.webhook, one.standing
    return WebhookTold(
        id=hook.id,
        url=hook.url,
        types=list(hook.types),
        active=hook.active,
        since=hook.since,  # type: ignore[arg-type]  # the model reads it as a moment
        waiting=standing.waiting,
        sent=standing.sent,
        given_up=standing.given_up,
    )


def _delivery(one: Delivery) -> DeliveryTold:
    return DeliveryTold.model_validate(one)
