"""How a caseworker is reached, as it is printed on forms."""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field

from formservice.application.issuing import Contact
from formservice.domain.permissions import Action
from formservice.web.api.problems import refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import example
from formservice.web.api.told import given
from formservice.web.guard import Home, Me, may

router = APIRouter(prefix="/api/v1", tags=["Ausgeben"], route_class=ApiRoute)
_CONTACT = {"telefon": "0541 5550", "email": "c.beispiel@amt.example"}


class ContactGiven(BaseModel):
    """How somebody is reached."""

    model_config = given(_CONTACT)
    telefon: str = Field(max_length=100, description="Telefon; leer, wenn keines genannt wird.")
    email: str = Field(max_length=100, description="E-Mail; leer, wenn keine genannt wird.")


class ContactTold(BaseModel):
    """How somebody is reached, as forms say."""

    model_config = example(_CONTACT)
    telefon: str = Field(description="Telefon; leer, wenn keines genannt wird.")
    email: str = Field(description="E-Mail; leer, wenn keine genannt wird.")


@router.get(
    "/me/contact",
    name="api_contact",
    operation_id="getContact",
    summary="Mein Kontakt auf Formularen",
    dependencies=may(Action.ISSUE_FORMS),
    responses=refused(),
)
def contact(house: Home, me: Me) -> ContactTold:
    """Gibt, welche Telefonnummer und E-Mail auf Formularen steht, die Sie ausgeben."""
    known = house.office.issued.contact(me.user)
    return ContactTold(telefon=known.telefon, email=known.email)


@router.put(
    "/me/contact",
    name="api_contact_save",
    operation_id="changeContact",
    summary="Meinen Kontakt auf Formularen ändern",
    status_code=204,
    dependencies=may(Action.ISSUE_FORMS),
    responses=refused(409, 413, 415),
)
def change(house: Home, me: Me, told: Annotated[ContactGiven, Body()]) -> None:
    """Ändert, wie Sie auf Formularen zu erreichen sind, die künftig ausgegeben werden."""
    new = Contact(told.telefon.strip(), told.email.strip())
    house.office.issued.contact_changed(new, me.author)
