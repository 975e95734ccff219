"""Träger and Maßnahmen, added and changed by hand, where no list brings them."""

from collections.abc import Mapping
from typing import Any  # what templates show is of many kinds

from fastapi import APIRouter, Request, Response

from formservice.application.casework_offers import Offer, Provider, offer_given, provider_given
from formservice.domain.errors import ConflictError, InvalidDataError, NotFoundError
from formservice.domain.permissions import Action
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.cases_typed import Typed, by_field, to
from formservice.web.pages_made import page

router = APIRouter()
_PROVIDER, _OFFER = ("name", "number"), ("traeger", "name", "number")


@router.get("/massnahmen", name="offers", dependencies=may(Action.EDIT_CASES))
def offers(request: Request, house: Home) -> Response:
    """Show all Maßnahmen and all Träger."""
    kept = house.office.offers
    context = {"offers": kept.all(), "providers": kept.providers()}
    return page(request, "casework/offers.html", context)


@router.get("/massnahmen/neu", name="offer_new", dependencies=may(Action.EDIT_CASES))
def new_offer(request: Request, house: Home) -> Response:
    """Ask for a new Maßnahme."""
    return _asked(request, house, "offer", None, {})


@router.post("/massnahmen/neu", name="offer_create", dependencies=may(Action.EDIT_CASES))
def create_offer(request: Request, house: Home, me: Me, sent: Typed) -> Response:
    """Add a Maßnahme."""
    try:
        house.office.offers.opened(offer_given(sent.all), me.author)
    except InvalidDataError as error:
        return _asked(request, house, "offer", None, sent.all, error)
    return flash(request, to(request, "offers"), "casework.offers.offer_opened")


@router.get("/massnahmen/traeger/neu", name="provider_new", dependencies=may(Action.EDIT_CASES))
def new_provider(request: Request, house: Home) -> Response:
    """Ask for a new Träger."""
    return _asked(request, house, "provider", None, {})


@router.post(
    "/massnahmen/traeger/neu", name="provider_create", dependencies=may(Action.EDIT_CASES)
)
def create_provider(request: Request, house: Home, me: Me, sent: Typed) -> Response:
    """Add a Träger."""
    try:
        house.office.offers.provider_opened(provider_given(sent.all), me.author)
    except InvalidDataError as error:
        return _asked(request, house, "provider", None, sent.all, error)
    return flash(request, to(request, "offers"), "casework.offers.provider_opened")


@router.get("/massnahmen/traeger/{traeger}", name="provider", dependencies=may(Action.EDIT_CASES))
def edit_provider(request: Request, house: Home, traeger: str) -> Response:
    """Ask for name and number of a Träger."""
    found = next((one for one in house.office.offers.providers() if one.id == traeger), None)
    return _asked(request, house, "provider", traeger, _row(found, _PROVIDER))


@router.post(
    "/massnahmen/traeger/{traeger}", name="provider_save", dependencies=may(Action.EDIT_CASES)
)
def save_provider(request: Request, house: Home, me: Me, traeger: str, sent: Typed) -> Response:
    """Keep name and number of a Träger."""
    try:
        house.office.offers.provider_changed(traeger, provider_given(sent.all), me.author)
    except (InvalidDataError, ConflictError) as error:
        return _asked(request, house, "provider", traeger, sent.all, error)
    return flash(request, to(request, "offers"), "casework.offers.provider_changed")


@router.get("/massnahmen/{massnahme}", name="offer", dependencies=may(Action.EDIT_CASES))
def edit_offer(request: Request, house: Home, massnahme: str) -> Response:
    """Ask for what is known of a Maßnahme."""
    found = next((one for one in house.office.offers.all() if one.id == massnahme), None)
    return _asked(request, house, "offer", massnahme, _row(found, _OFFER))


@router.post("/massnahmen/{massnahme}", name="offer_save", dependencies=may(Action.EDIT_CASES))
def save_offer(request: Request, house: Home, me: Me, massnahme: str, sent: Typed) -> Response:
    """Keep what is known of a Maßnahme."""
    try:
        house.office.offers.changed(massnahme, offer_given(sent.all), me.author)
    except (InvalidDataError, ConflictError) as error:
        return _asked(request, house, "offer", massnahme, sent.all, error)
    return flash(request, to(request, "offers"), "casework.offers.offer_changed")


def _row(found: Provider | Offer | None, keys: tuple[str, ...]) -> Mapping[str, str]:
    """Return what a form shows of what is kept; NotFoundError if there is none."""
    if found is None:
        raise NotFoundError("Diesen Eintrag gibt es nicht.")
    return {key: getattr(found, key) or "" for key in (*keys, "seen")}


def _asked(
    request: Request,
    house: House,
    kind: str,
    known: str | None,
    typed: Mapping[str, str],
    error: InvalidDataError | ConflictError | None = None,
) -> Response:
    context: dict[str, Any] = {"kind": kind, "known": known, "typed": typed}
    context["errors"] = by_field(error if isinstance(error, InvalidDataError) else None)
    context["conflict"] = isinstance(error, ConflictError)
    context["providers"] = house.office.offers.providers() if kind == "offer" else ()
    status = 409 if context["conflict"] else 422
    return page(request, "casework/offer.html", context, status if error else 200)
