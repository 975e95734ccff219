"""Webhooks for those who run the service: which programs are told what, and whether it works."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from formservice.application.webhooks_ports import Delivery, Outcome
from formservice.application.webhooks_types import TYPES
from formservice.domain.errors import UsageError
from formservice.domain.permissions import Action
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages_made import page
from formservice.web.texts import text
from formservice.web.told import office_time, utc_time

router = APIRouter(prefix="/verwaltung/webhooks")
_KINDS = {
    Outcome.SENT: "success",
    Outcome.GIVEN_UP: "danger",
    Outcome.REMOVED: "none",
    Outcome.SENDING: "info",
    Outcome.WAITING: "warning",
}
_REASONS = frozenset({"timeout", "connection", "tls", "host", "name", "answer", "key"})


@router.get("", name="webhooks", dependencies=may(Action.WEBHOOKS))
def webhooks(request: Request, house: Home) -> Response:
    """List all webhooks, with the form for a new one."""
    return _list(request, house)


@router.post("", name="webhook_new", dependencies=may(Action.WEBHOOKS))
def webhook_new(
    request: Request,
    house: Home,
    me: Me,
    adresse: Annotated[str, Form()] = "",
    ereignis: Annotated[Sequence[str], Form()] = (),
) -> Response:
    """Register an address and show its secret, this once."""
    try:
        added, secret = house.webhooks.register(adresse, ereignis, me.author)
    except UsageError as error:
        return _list(request, house, adresse, ereignis, error)
    return _one(request, house, added.id, secret)


@router.get("/{webhook}", name="webhook", dependencies=may(Action.WEBHOOKS))
def webhook_(request: Request, webhook: str, house: Home) -> Response:
    """Show a webhook with its last notices."""
    return _one(request, house, webhook)


@router.post("/{webhook}/pruefen", name="webhook_check", dependencies=may(Action.WEBHOOKS))
def webhook_check(request: Request, webhook: str, house: Home) -> Response:
    """Send a notice now, and say what became of it."""
    delivery = house.webhooks.check(webhook)
    to = RedirectResponse(request.app.url_path_for("webhook", webhook=webhook), 303)
    if delivery.outcome is Outcome.SENT:
        return flash(request, to, "webhooks.check.arrived", status=delivery.told)
    return flash(request, to, "webhooks.check.lost", kind="danger", why=why(delivery.told))


@router.post("/{webhook}/erneuern", name="webhook_renew", dependencies=may(Action.WEBHOOKS))
def webhook_renew(request: Request, webhook: str, house: Home, me: Me) -> Response:
    """Give a new secret and show it, this once."""
    return _one(request, house, webhook, house.webhooks.renew(webhook, me.author))


@router.post("/{webhook}/schalten", name="webhook_turn", dependencies=may(Action.WEBHOOKS))
def webhook_turn(
    request: Request, webhook: str, house: Home, me: Me, an: Annotated[str, Form()] = ""
) -> Response:
    """Let a webhook be told, or not."""
    house.webhooks.turn(webhook, me.author, active=an == "1")
    to = RedirectResponse(request.app.url_path_for("webhook", webhook=webhook), 303)
    return flash(request, to, "webhooks.turned.on" if an == "1" else "webhooks.turned.off")


@router.get("/{webhook}/entfernen", name="webhook_remove_ask", dependencies=may(Action.WEBHOOKS))
def webhook_remove_ask(request: Request, webhook: str, house: Home) -> Response:
    """Ask whether a webhook is to be removed."""
    shown, _ = house.webhooks.one(webhook)
    return page(request, "webhooks/remove.html", {"one": shown})


@router.post("/{webhook}/entfernen", name="webhook_remove", dependencies=may(Action.WEBHOOKS))
def webhook_remove(request: Request, webhook: str, house: Home, me: Me) -> Response:
    """Remove a webhook."""
    house.webhooks.remove(webhook, me.author)
    to = RedirectResponse(request.app.url_path_for("webhooks"), 303)
    return flash(request, to, "webhooks.removed")


def _list(
    request: Request,
    house: House,
    typed: str = "",
    chosen: Sequence[str] = (),
    error: UsageError | None = None,
) -> Response:
    known = {
        "hooks": house.webhooks.all(),
        "types": [(key, sentence, key) for key, sentence in TYPES.items()],
        "chosen": chosen or list(TYPES) if error is None else chosen,
        "typed": typed,
        "error": error,
    }
    return page(request, "webhooks/list.html", known, 200 if error is None else 400)


def _one(request: Request, house: House, webhook: str, secret: str = "") -> Response:
    shown, log = house.webhooks.one(webhook)
    known = {
        "one": shown,
        "types": [TYPES[one] for one in shown.webhook.types],
        "log": [_row(one) for one in log],
        "secret": secret,
        "since": office_time(shown.webhook.since),
    }
    return page(request, "webhooks/one.html", known)


def _row(one: Delivery) -> dict[str, object]:
    outcome = str(one.outcome) or "waiting"
    return {
        "at": utc_time(one.at),
        "type": TYPES.get(one.type, text("webhooks.log.test")),
        "document": one.document,
        "outcome": text(f"webhooks.outcome.{outcome}"),
        "kind": _KINDS[one.outcome],
        "tries": one.tries,
        "why": why(one.told) if one.told else "",
        "next": office_time(one.due) if one.outcome is Outcome.WAITING and one.tries else "",
    }


def why(told: str) -> str:
    """Return how the last try ended, as people read it."""
    if told in _REASONS:
        return text(f"webhooks.why.{told}")
    return text("webhooks.why.status", status=told)
