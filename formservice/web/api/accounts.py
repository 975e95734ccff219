"""Accounts for programs: who may use the service, in which role, for which Träger."""

from typing import Annotated, Any  # examples are JSON

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, Field

from formservice.application.accounts_people import NewPerson, Started, due_for_confirmation
from formservice.application.ports_accounts import Account
from formservice.domain.case import Role
from formservice.domain.errors import NotFoundError, UsageError
from formservice.domain.permissions import Action
from formservice.web.api.problems import CHANGES, refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import example
from formservice.web.api.told import Moment, given
from formservice.web.guard import Home, Me, may
from formservice.web.house import House

router = APIRouter(prefix="/api/v1", tags=["Konten"], route_class=ApiRoute)
PLAIN = r"^[^\x00-\x1f\x7f]*$"
"""What a line of text is: no control characters."""
_ROLES = "^(traeger|ifk|back-office|lead|admin)$"
_USER = "0b6f6a52-7a44-4f43-9f6a-3c1d0e9b7a10"
_ACCOUNT: dict[str, Any] = {
    "user": _USER,
    "name": "Anna Beispiel",
    "role": "traeger",
    "traeger": ["lindenhof"],
    "active": True,
    "login": "anna.beispiel@lindenhof.example",
    "elsewhere": False,
    "second_factor": True,
    "must_change": False,
    "acknowledged_at": "2026-04-02T08:15:00Z",
    "confirmed_at": None,
    "last_login_at": "2026-04-02T08:15:00Z",
    "created_at": "2026-04-01T08:15:00Z",
}
_TRAEGER: dict[str, Any] = {"id": "lindenhof", "name": "Bildungswerk Lindenhof", "due": 0}
UserId = Annotated[str, Path(description="Kennung des Kontos.", max_length=64, examples=[_USER])]
TraegerId = Annotated[
    str, Path(description="Kennung des Trägers.", max_length=64, examples=["lindenhof"])
]


class AccountTold(BaseModel):
    """An account, without anything that opens it."""

    model_config = example(_ACCOUNT)
    user: str = Field(description="Kennung.")
    name: str = Field(description="Name.")
    role: str = Field(description="`traeger`, `ifk`, `back-office`, `lead` oder `admin`.")
    traeger: list[str] = Field(description="Für welche Träger.")
    active: bool = Field(description="Ob jemand damit hereinkommt.")
    login: str | None = Field(description="Anmeldename; null ohne eigene Anmeldung.")
    elsewhere: bool = Field(description="Ob die Anmeldung bei einem anderen Dienst geschieht.")
    second_factor: bool = Field(description="Ob ein zweiter Faktor eingerichtet ist.")
    must_change: bool = Field(description="Ob bei der Anmeldung ein neues Kennwort nötig ist.")
    acknowledged_at: Moment | None = Field(description="Wann § 78 SGB X bestätigt wurde.")
    confirmed_at: Moment | None = Field(description="Wann zuletzt bestätigt.")
    last_login_at: Moment | None = Field(description="Letzte Anmeldung.")
    created_at: Moment | None = Field(description="Wann angelegt.")


class AccountWhole(AccountTold):
    """An account, and whether somebody has to wait before they may try to sign in."""

    model_config = example({**_ACCOUNT, "locked": False})
    locked: bool = Field(description="Ob nach falschen Kennwörtern gewartet werden muss.")


class NewAccount(BaseModel):
    """Somebody of the office who gets an account."""

    model_config = given({"name": "Carla Beispiel", "login": "c.beispiel", "role": "ifk"})
    name: str = Field(min_length=1, max_length=200, pattern=PLAIN, description="Name.")
    login: str = Field(min_length=1, max_length=200, pattern=PLAIN, description="Anmeldename.")
    role: str = Field(
        pattern=_ROLES,
        description="`ifk`, `back-office`, `lead` oder `admin`. Menschen eines Trägers werden"
        " eingeladen: `POST /invitations`.",
    )


class StartTold(BaseModel):
    """An account with a password for the next sign-in, shown this once."""

    model_config = example({"user": _USER, "login": "c.beispiel", "password": "AAAA-AAAA-AAAA"})
    user: str = Field(description="Kennung.")
    login: str = Field(description="Anmeldename.")
    password: str = Field(
        description="Kennwort für die nächste Anmeldung. Es wird nicht noch einmal gezeigt."
    )


class RoleGiven(BaseModel):
    """What somebody may do from now on."""

    model_config = given({"role": "traeger", "traeger": ["lindenhof"]})
    role: str = Field(
        pattern=_ROLES, description="`traeger`, `ifk`, `back-office`, `lead` oder `admin`."
    )
    traeger: list[str] = Field(
        default_factory=list, max_length=200, description="Nur bei `traeger`: für welche Träger."
    )


class TraegerTold(BaseModel):
    """A Träger, and how many of its people have to be confirmed."""

    model_config = example(_TRAEGER)
    id: str = Field(description="Kennung.")
    name: str = Field(description="Name.")
    due: int = Field(description="So viele Menschen sind seit einem Jahr nicht bestätigt.")


class Staying(BaseModel):
    """Who still works for a Träger."""

    model_config = given({"shown": [_USER], "staying": [_USER]})
    shown: list[str] = Field(
        max_length=5000,
        description="Kennungen aller auf der gelesenen Liste; andere bleiben, wie sie sind.",
    )
    staying: list[str] = Field(
        max_length=5000, description="Kennungen aller, die noch dort arbeiten."
    )


class Gone(BaseModel):
    """Who does not work for a Träger any more."""

    model_config = example({"gone": []})
    gone: list[str] = Field(description="Kennungen derer, die nicht mehr für ihn hereinkommen.")


@router.get(
    "/accounts",
    name="api_accounts",
    operation_id="listAccounts",
    summary="Konten auflisten",
    dependencies=may(Action.ACCOUNTS),
    responses=refused(),
)
def accounts(house: Home) -> list[AccountTold]:
    """Listet alle Konten nach Namen, auch die abgeschalteten (`active`)."""
    return [AccountTold(**_told(one)) for one in house.people.all()]


@router.post(
    "/accounts",
    name="api_account_new",
    operation_id="createAccount",
    summary="Ein Konto anlegen",
    status_code=201,
    dependencies=may(Action.ACCOUNTS),
    responses=refused(409, 413, 415),
    openapi_extra={"x-secret": True},
)
def new(house: Home, me: Me, who: Annotated[NewAccount, Body()]) -> StartTold:
    """Legt ein Konto für jemanden im Amt an und zeigt einmal das Kennwort für den Anfang.

    Die Rolle `admin` vergibt nur, wer sie selbst hat.
    """
    if who.role == Role.TRAEGER:
        raise UsageError(
            "Menschen eines Trägers werden eingeladen.", "Bitte `POST /invitations` benutzen."
        )
    new_person = NewPerson(who.name, Role(who.role), who.login)
    return _started(house.people.add(new_person, me.author))


@router.get(
    "/accounts/{user}",
    name="api_account",
    operation_id="getAccount",
    summary="Ein Konto",
    dependencies=may(Action.ACCOUNTS),
    responses=refused(404),
)
def account(user: UserId, house: Home) -> AccountWhole:
    """Gibt ein Konto mit seiner Rolle und wie es um die Anmeldung steht."""
    return _whole(house, user)


@router.put(
    "/accounts/{user}/role",
    name="api_account_role",
    operation_id="changeRole",
    summary="Rolle und Träger ändern",
    status_code=204,
    dependencies=may(Action.ACCOUNTS),
    responses=refused(*CHANGES),
)
def change(user: UserId, house: Home, me: Me, role: Annotated[RoleGiven, Body()]) -> None:
    """Gibt jemandem eine andere Rolle oder andere Träger; wer angemeldet ist, wird abgemeldet."""
    house.people.change(user, Role(role.role), role.traeger, me.author)


@router.post(
    "/accounts/{user}/password",
    name="api_account_password",
    operation_id="resetPassword",
    summary="Ein neues Startkennwort vergeben",
    dependencies=may(Action.ACCOUNTS),
    responses=refused(404, 409),
    openapi_extra={"x-secret": True},
)
def reset_password(user: UserId, house: Home, me: Me) -> StartTold:
    """Vergibt ein Kennwort für die nächste Anmeldung und zeigt es einmal."""
    return _started(house.people.reset_password(user, me.author))


@router.delete(
    "/accounts/{user}/second-factor",
    name="api_account_factor",
    operation_id="resetSecondFactor",
    summary="Den zweiten Faktor zurücksetzen",
    status_code=204,
    dependencies=may(Action.ACCOUNTS),
    responses=refused(404, 409),
)
def reset_factor(user: UserId, house: Home, me: Me) -> None:
    """Nimmt den zweiten Faktor weg; bei der nächsten Anmeldung wird er neu eingerichtet."""
    house.people.reset_factor(user, me.author)


@router.post(
    "/accounts/{user}/unlock",
    name="api_account_unlock",
    operation_id="unlockAccount",
    summary="Ein Konto entsperren",
    status_code=204,
    dependencies=may(Action.ACCOUNTS),
    responses=refused(404, 409),
)
def unlock(user: UserId, house: Home, me: Me) -> None:
    """Lässt jemanden nach falschen Kennwörtern sofort wieder versuchen, sich anzumelden."""
    house.people.unlock(user, me.author)


@router.post(
    "/accounts/{user}/deactivate",
    name="api_account_off",
    operation_id="deactivateAccount",
    summary="Ein Konto abschalten",
    status_code=204,
    dependencies=may(Action.ACCOUNTS),
    responses=refused(404, 409),
)
def deactivate(user: UserId, house: Home, me: Me) -> None:
    """Lässt jemanden nicht mehr herein; Tokens sind widerrufen, gelöscht wird nichts."""
    house.people.deactivate(user, me.author)


@router.post(
    "/accounts/{user}/activate",
    name="api_account_on",
    operation_id="activateAccount",
    summary="Ein Konto wieder einschalten",
    status_code=204,
    dependencies=may(Action.ACCOUNTS),
    responses=refused(404, 409),
)
def activate(user: UserId, house: Home, me: Me) -> None:
    """Lässt jemanden wieder herein; Tokens bleiben widerrufen."""
    house.people.activate(user, me.author)


@router.get(
    "/traeger",
    name="api_traeger",
    operation_id="listTraeger",
    summary="Träger, und wessen Liste zu bestätigen ist",
    dependencies=may(Action.ACCOUNTS),
    responses=refused(),
)
def traeger(house: Home) -> list[TraegerTold]:
    """Listet alle Träger, und wie viele ihrer Menschen einmal wieder zu bestätigen sind."""
    due = due_for_confirmation(house.people.all(), house.now().timestamp())
    names = house.people.traeger()
    return [TraegerTold(id=key, name=name, due=due.get(key, 0)) for key, name in names.items()]


@router.post(
    "/traeger/{traeger}/confirmation",
    name="api_traeger_confirm",
    operation_id="confirmPeople",
    summary="Bestätigen, wer noch bei einem Träger arbeitet",
    dependencies=may(Action.ACCOUNTS),
    responses=refused(*CHANGES),
)
def confirm(traeger: TraegerId, house: Home, me: Me, who: Annotated[Staying, Body()]) -> Gone:
    """Bestätigt, wer bleibt; wer sonst auf der Liste steht, kommt dafür nicht mehr herein.

    Wer erst dazukam, als die Liste schon gelesen war, behält den Zugang.
    """
    if traeger not in house.people.traeger():
        raise NotFoundError("Diesen Träger gibt es nicht.")
    return Gone(gone=list(house.people.confirm(traeger, who.shown, who.staying, me.author)))


def _whole(house: House, user: str) -> AccountWhole:
    one = house.people.get(user)
    return AccountWhole(**_told(one), locked=house.people.waiting(one) > 0)


def _told(one: Account) -> dict[str, Any]:
    return {
        "user": one.user,
        "name": one.name,
        "role": one.role,
        "traeger": list(one.traeger),
        "active": one.active,
        "login": one.login,
        "elsewhere": one.issuer is not None,
        "second_factor": one.totp is not None,
        "must_change": one.must_change,
        "acknowledged_at": one.acknowledged_at,
        "confirmed_at": one.confirmed_at,
        "last_login_at": one.last_login_at,
        "created_at": one.created_at,
    }


def _started(one: Started) -> StartTold:
    return StartTold(user=one.user, login=one.login, password=one.password)
