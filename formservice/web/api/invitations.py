"""Invitations for programs: people of a Träger get a link that is good once."""

from typing import Annotated, Any  # examples are JSON

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, Field

from formservice.application.accounts_invited import Invited
from formservice.domain.permissions import Action
from formservice.web.api.accounts import PLAIN, StartTold, UserId
from formservice.web.api.problems import CHANGES, refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import example
from formservice.web.api.told import Moment, given
from formservice.web.guard import Home, Me, may

router = APIRouter(prefix="/api/v1", tags=["Konten"], route_class=ApiRoute)
_ID = "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea"
_ASKED: dict[str, Any] = {
    "email": "anna.beispiel@lindenhof.example",
    "name": "Anna Beispiel",
    "traeger": "lindenhof",
}
_INVITATION: dict[str, Any] = {
    "id": _ID,
    **_ASKED,
    "created_at": "2026-04-02T08:15:00Z",
    "expires_at": "2026-04-16T08:15:00Z",
    "expired": False,
}
InvitationId = Annotated[
    str, Path(description="Kennung der Einladung.", max_length=64, examples=[_ID])
]


class InvitationTold(BaseModel):
    """An invitation that nobody has accepted yet."""

    model_config = example(_INVITATION)
    id: str = Field(description="Kennung; sie öffnet nichts.")
    email: str = Field(description="E-Mail-Adresse.")
    name: str = Field(description="Name.")
    traeger: str = Field(description="Für welchen Träger.")
    created_at: Moment = Field(description="Wann eingeladen.")
    expires_at: Moment = Field(description="Bis wann sie gilt.")
    expired: bool = Field(description="Ob sie abgelaufen ist.")


class NewInvitation(BaseModel):
    """Who is invited."""

    model_config = given(_ASKED)
    email: str = Field(max_length=200, pattern=PLAIN, description="E-Mail-Adresse.")
    name: str = Field(min_length=1, max_length=200, pattern=PLAIN, description="Name.")
    traeger: str = Field(max_length=64, description="Für welchen Träger.")


class InvitedTold(BaseModel):
    """An invitation that was made, with its link, shown this once."""

    model_config = example(
        {"id": _ID, "link": "https://formulare.amt.example/einladung/…", "mailed": True}
    )
    id: str = Field(description="Kennung.")
    link: str = Field(
        description="Adresse für den Menschen, der eingeladen ist. Sie wird nicht noch einmal"
        " gezeigt."
    )
    mailed: bool = Field(description="Ob sie auch per E-Mail unterwegs ist.")


class LoginGiven(BaseModel):
    """By what name somebody signs in from now on."""

    model_config = given({"login": "c.beispiel"})
    login: str = Field(min_length=1, max_length=200, pattern=PLAIN, description="Anmeldename.")


class LinkGiven(BaseModel):
    """Which account of the office is somebody's."""

    model_config = given({"email": "c.beispiel@amt.example", "subject": ""})
    email: str = Field(
        "", max_length=200, pattern=PLAIN, description="E-Mail-Adresse des Dienstkontos."
    )
    subject: str = Field(
        "",
        max_length=255,
        pattern=PLAIN,
        description="Oder: wie der Dienst die Person selbst nennt (`sub`).",
    )


@router.get(
    "/invitations",
    name="api_invitations",
    operation_id="listInvitations",
    summary="Offene Einladungen",
    dependencies=may(Action.ACCOUNTS),
    responses=refused(),
)
def invitations(house: Home) -> list[InvitationTold]:
    """Listet Einladungen, die niemand angenommen oder zurückgezogen hat, die neueste zuerst."""
    return [InvitationTold.model_validate(one) for one in house.invite.all()]


@router.post(
    "/invitations",
    name="api_invite",
    operation_id="invitePerson",
    summary="Jemanden eines Trägers einladen",
    status_code=201,
    dependencies=may(Action.ACCOUNTS),
    responses=refused(*CHANGES),
    openapi_extra={"x-secret": True},
)
def invite(house: Home, me: Me, who: Annotated[NewInvitation, Body()]) -> InvitedTold:
    """Lädt jemanden ein; der Link gilt einmal und zwei Wochen lang."""
    return _told(house.invite.invite(who.email, who.name, who.traeger, me.author))


@router.post(
    "/invitations/{invitation}/renewal",
    name="api_invite_again",
    operation_id="renewInvitation",
    summary="Eine Einladung erneuern",
    status_code=201,
    dependencies=may(Action.ACCOUNTS),
    responses=refused(404, 409),
    openapi_extra={"x-secret": True},
)
def renew(invitation: InvitationId, house: Home, me: Me) -> InvitedTold:
    """Macht einen neuen Link mit neuer Kennung; der alte gilt nicht mehr."""
    return _told(house.invite.renew(invitation, me.author))


@router.delete(
    "/invitations/{invitation}",
    name="api_invite_withdraw",
    operation_id="withdrawInvitation",
    summary="Eine Einladung zurückziehen",
    status_code=204,
    dependencies=may(Action.ACCOUNTS),
    responses=refused(404, 409),
)
def withdraw(invitation: InvitationId, house: Home, me: Me) -> None:
    """Zieht eine Einladung zurück; ihr Link gilt nicht mehr."""
    house.invite.withdraw(invitation, me.author)


def _told(one: Invited) -> InvitedTold:
    return InvitedTold(id=one.id, link=one.link, mailed=one.mailed)


@router.post(
    "/accounts/{user}/login",
    name="api_account_login",
    operation_id="giveLogin",
    summary="Jemandem ohne Anmeldung einen Anmeldenamen geben",
    status_code=201,
    dependencies=may(Action.ACCOUNTS),
    responses=refused(*CHANGES),
    openapi_extra={"x-secret": True},
)
def give_login(user: UserId, house: Home, me: Me, who: Annotated[LoginGiven, Body()]) -> StartTold:
    """Lässt jemanden herein, der aus einer Liste bekannt ist; zeigt einmal das Startkennwort."""
    started = house.let_in.give_login(user, who.login, me.author)
    return StartTold(user=started.user, login=started.login, password=started.password)


@router.put(
    "/accounts/{user}/link",
    name="api_account_link",
    operation_id="linkAccount",
    summary="Jemanden mit dem Dienstkonto verknüpfen",
    status_code=204,
    dependencies=may(Action.ACCOUNTS),
    responses=refused(*CHANGES),
)
def link(user: UserId, house: Home, me: Me, whose: Annotated[LinkGiven, Body()]) -> None:
    """Verknüpft ein Konto mit dem Dienstkonto: durch `email` oder `subject`, nicht beides."""
    house.let_in.link(user, whose.email, whose.subject, me.author)


@router.delete(
    "/accounts/{user}/link",
    name="api_account_unlink",
    operation_id="unlinkAccount",
    summary="Die Verknüpfung mit dem Dienstkonto lösen",
    status_code=204,
    dependencies=may(Action.ACCOUNTS),
    responses=refused(404, 409),
)
def unlink(user: UserId, house: Home, me: Me) -> None:
    """Löst eine Verknüpfung; Sitzungen enden, Tokens sind widerrufen."""
    house.let_in.unlink(user, me.author)
