"""Who is asking, and what they may do."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from formservice.domain.permissions import Action, is_allowed
from formservice.web.api.problems import refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import example
from formservice.web.guard import Home, Me, may

router = APIRouter(prefix="/api/v1", tags=["Ich"], route_class=ApiRoute)


class Myself(BaseModel):
    """Who is asking."""

    model_config = example(
        {
            "user": "anna",
            "name": "Anna Beispiel",
            "role": "traeger",
            "traeger": ["lindenhof"],
            "actions": ["search", "upload", "submit"],
        }
    )
    user: str = Field(description="Kennung.")
    name: str = Field(description="Name.")
    role: str = Field(description="`traeger`, `ifk`, `back-office`, `lead` oder `admin`.")
    traeger: list[str] = Field(description="Für welche Träger.")
    actions: list[str] = Field(description="Was in dieser Rolle möglich ist.")


@router.get(
    "/me",
    name="api_me",
    operation_id="getMe",
    summary="Wer bin ich?",
    dependencies=may(Action.SIGNED_IN),
    responses=refused(),
)
def myself(me: Me) -> Myself:
    """Sagt, wem das Token gehört und was damit möglich ist: der beste erste Aufruf."""
    return Myself(
        user=me.user,
        name=me.name,
        role=me.role,
        traeger=list(me.traeger),
        actions=[str(one) for one in Action if is_allowed(one, me.role)],
    )


class Waiting(BaseModel):
    """How much waits for the one who asks."""

    model_config = example(
        {
            "open": 12,
            "late": 2,
            "unassigned": 1,
            "doubtful": 4,
            "unidentified": 1,
            "returned": 3,
            "preparing": 0,
            "failed": 0,
        }
    )
    open: int = Field(description="Wartet auf eine Entscheidung.")
    late: int = Field(description="Davon nach Ablauf einer Frist.")
    unassigned: int = Field(description="Davon noch ohne Fall.")
    doubtful: int = Field(description="Davon mit Angaben, die jemand ansehen muss.")
    unidentified: int = Field(description="Formular nicht erkannt.")
    returned: int = Field(description="Zurückgegeben; der Träger ist am Zug.")
    preparing: int = Field(description="In Vorbereitung, noch nicht eingereicht.")
    failed: int = Field(description="Konnte nicht gelesen werden und ist beiseitegelegt.")


@router.get(
    "/today",
    name="api_today",
    operation_id="getToday",
    summary="Was wartet heute?",
    dependencies=may(Action.SIGNED_IN),
    responses=refused(),
)
def today(house: Home, me: Me) -> Waiting:
    """Zählt, was auf wen wartet; gezählt wird nur, was die Person sehen darf."""
    counts = house.waiting.counts(me.author)
    return Waiting(**{name: getattr(counts, name) for name in Waiting.model_fields})
