"""Träger and their Maßnahmen for programs: added and changed where no list brings them."""

from typing import Annotated

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, Field

from formservice.application.casework_offers import (
    LONGEST_NUMBER,
    offer_given,
    provider_given,
)
from formservice.domain.errors import NotFoundError
from formservice.domain.permissions import Action
from formservice.web.api.case_shapes import SEEN
from formservice.web.api.problems import CHANGES, refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import example
from formservice.web.api.told import Made, given
from formservice.web.guard import Home, Me, may

router = APIRouter(prefix="/api/v1", tags=["Maßnahmen"], route_class=ApiRoute)
_PROVIDER = {"name": "Bildungswerk Lindenhof", "number": "4711"}
_OFFER = {"traeger": "lindenhof", "name": "Neue Wege", "number": "214/2026"}
_LONGEST_ID = 64
ProviderId = Annotated[
    str, Path(description="Kennung des Trägers.", max_length=_LONGEST_ID, examples=["lindenhof"])
]
OfferId = Annotated[
    str, Path(description="Kennung der Maßnahme.", max_length=_LONGEST_ID, examples=["m-17"])
]


class ProviderGiven(BaseModel):
    """What is known of a Träger."""

    model_config = given(_PROVIDER)
    name: str = Field(max_length=300, description="Name.")
    number: str = Field("", max_length=LONGEST_NUMBER, description="Nummer; leer: keine.")


class ProviderChanged(ProviderGiven):
    """What is to be known of a Träger from now on."""

    model_config = given({**_PROVIDER, "seen": "0f1e2d3c4b5a6978"})
    seen: str = Field(min_length=1, max_length=64, description=SEEN)


class ProviderTold(BaseModel):
    """A Träger."""

    model_config = example(
        {"id": "lindenhof", **_PROVIDER, "massnahmen": 2, "seen": "0f1e2d3c4b5a6978"}
    )
    id: str = Field(description="Kennung.")
    name: str = Field(description="Name.")
    number: str | None = Field(description="Nummer, an der Teilnehmerlisten ihn erkennen.")
    massnahmen: int = Field(description="So viele Maßnahmen hat er.")
    seen: str = Field(description="Für `PUT`: der Stand, auf den Sie sich stützen.")


class OfferGiven(ProviderGiven):
    """What is known of a Maßnahme: name and number as of a Träger, and whose it is."""

    model_config = given(_OFFER)
    traeger: str = Field(max_length=_LONGEST_ID, description="Kennung des Trägers.")


class OfferChanged(OfferGiven):
    """What is to be known of a Maßnahme from now on."""

    model_config = given({**_OFFER, "seen": "0f1e2d3c4b5a6978"})
    seen: str = Field(min_length=1, max_length=64, description=SEEN)


class OfferTold(BaseModel):
    """A Maßnahme of a Träger."""

    model_config = example(
        {
            "id": "m-17",
            **_OFFER,
            "traeger_name": "Bildungswerk Lindenhof",
            "participations": 12,
            "seen": "0f1e2d3c4b5a6978",
        }
    )
    id: str = Field(description="Kennung.")
    traeger: str = Field(description="Kennung des Trägers.")
    traeger_name: str = Field(description="Name des Trägers.")
    name: str = Field(description="Name.")
    number: str | None = Field(description="Nummer, an der Teilnehmerlisten sie erkennen.")
    participations: int = Field(description="So viele Teilnahmen gibt es daran.")
    seen: str = Field(description="Für `PUT`: der Stand, auf den Sie sich stützen.")


@router.get(
    "/massnahmen/traeger",
    name="api_provider",
    operation_id="listProviders",
    summary="Träger und ihre Nummern",
    dependencies=may(Action.EDIT_CASES),
    responses=refused(),
)
def providers(house: Home) -> list[ProviderTold]:
    """Listet alle Träger nach Namen."""
    return [ProviderTold.model_validate(one) for one in house.office.offers.providers()]


@router.post(
    "/massnahmen/traeger",
    name="api_provider_open",
    operation_id="addProvider",
    summary="Einen Träger anlegen",
    status_code=201,
    dependencies=may(Action.EDIT_CASES),
    responses=refused(*CHANGES),
)
def open_provider(house: Home, me: Me, new: Annotated[ProviderGiven, Body()]) -> Made:
    """Legt einen Träger an; Name und Nummer hat kein anderer."""
    given_ = provider_given(new.model_dump())
    return Made(id=house.office.offers.provider_opened(given_, me.author))


@router.put(
    "/massnahmen/traeger/{traeger}",
    name="api_provider_change",
    operation_id="changeProvider",
    summary="Einen Träger ändern",
    status_code=204,
    dependencies=may(Action.EDIT_CASES),
    responses=refused(*CHANGES),
)
def provider(
    traeger: ProviderId, house: Home, me: Me, changed: Annotated[ProviderChanged, Body()]
) -> None:
    """Ersetzt Name und Nummer; 409, wenn seit `seen` jemand sie geändert hat."""
    given_ = provider_given(changed.model_dump())
    house.office.offers.provider_changed(traeger, given_, me.author)


@router.get(
    "/massnahmen/{massnahme}",
    name="api_massnahme",
    operation_id="getMassnahme",
    summary="Eine Maßnahme",
    dependencies=may(Action.EDIT_CASES),
    responses=refused(404),
)
def offer(massnahme: OfferId, house: Home) -> OfferTold:
    """Gibt, was von einer Maßnahme bekannt ist."""
    for one in house.office.offers.all():
        if one.id == massnahme:
            return OfferTold.model_validate(one)
    raise NotFoundError("Diese Maßnahme gibt es nicht.")


@router.post(
    "/massnahmen",
    name="api_massnahme_open",
    operation_id="addMassnahme",
    summary="Eine Maßnahme anlegen",
    status_code=201,
    dependencies=may(Action.EDIT_CASES),
    responses=refused(*CHANGES),
)
def open_offer(house: Home, me: Me, new: Annotated[OfferGiven, Body()]) -> Made:
    """Legt eine Maßnahme eines Trägers an (`GET /massnahmen/traeger`)."""
    return Made(id=house.office.offers.opened(offer_given(new.model_dump()), me.author))


@router.put(
    "/massnahmen/{massnahme}",
    name="api_massnahme_change",
    operation_id="changeMassnahme",
    summary="Eine Maßnahme ändern",
    status_code=204,
    dependencies=may(Action.EDIT_CASES),
    responses=refused(*CHANGES),
)
def change_offer(
    massnahme: OfferId, house: Home, me: Me, changed: Annotated[OfferChanged, Body()]
) -> None:
    """Ersetzt die Angaben; den Träger nur, solange niemand teilnimmt."""
    house.office.offers.changed(massnahme, offer_given(changed.model_dump()), me.author)
