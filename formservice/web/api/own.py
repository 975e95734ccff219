"""What a Träger needs: its participants, what is due for them, and forms to fill in for them."""

import hashlib
from datetime import date
from typing import Annotated, Any  # values of forms are JSON

from fastapi import APIRouter, Body, Path, Response
from pydantic import BaseModel, Field

from formservice.application.consult import File
from formservice.application.due import Due, participation_form
from formservice.application.issuing import Target
from formservice.application.participants_due import Expected
from formservice.domain.permissions import Action
from formservice.web.api.case_shapes import CASE, PART
from formservice.web.api.files import DOCX, PDF, IfNoneMatch, file_described, sent
from formservice.web.api.issued import MadeTold, Reference
from formservice.web.api.problems import CHANGES, refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import FINDING, example
from formservice.web.api.shapes import DeadlineRead, FindingRead
from formservice.web.api.told import Changed, given
from formservice.web.guard import Home, Me, may

router = APIRouter(prefix="/api/v1", tags=["Teilnehmende"], route_class=ApiRoute)
_DUE: dict[str, Any] = {
    "key": "vorlage",
    "title": "Vorlage des Feedbackbogens",
    "due": "2026-07-07",
    "basis": "Eine Woche nach Ende der Teilnahme",
    "why": ["Der 07.07.2026 ist ein Dienstag."],
    "assumed": [],
}
_WHO: dict[str, Any] = {
    "participation": PART["id"],
    "case": CASE["id"],
    "name": "Beispiel",
    "vorname": "Kim",
    "massnahme": "Neue Wege",
    "begins": "2026-01-12",
    "ends": "2026-06-30",
    "document": None,
    "state": None,
    "next": _DUE,
    "days": 5,
}
Participation = Annotated[
    str, Path(description="Kennung der Teilnahme.", max_length=64, examples=[PART["id"]])
]


class DueTold(BaseModel):
    """Something that is due, with the reason."""

    model_config = example(_DUE)
    key: str = Field(description="Welche Frist.")
    title: str = Field(description="Wie sie heißt.")
    due: date | None = Field(
        description="Letzter Tag; null, solange der Beginn nicht bekannt ist."
    )
    basis: str = Field(description="Die Regel in einem Satz.")
    why: list[str] = Field(description="Wie der Tag gefunden ist.")
    assumed: list[str] = Field(description="Daten, die nur angenommen sind.")


class ParticipantTold(BaseModel):
    """Somebody who takes part, and what is due next."""

    model_config = example(_WHO)
    participation: str = Field(description="Teilnahme.")
    case: str = Field(description="Fall.")
    name: str = Field(description="Name.")
    vorname: str = Field(description="Vorname.")
    massnahme: str = Field(description="Maßnahme.")
    begins: date | None = Field(description="Beginn.")
    ends: date | None = Field(description="Ende.")
    document: str | None = Field(description="Der Bogen, der dazu kam.")
    state: str | None = Field(description="Dessen Stand.")
    next: DueTold | None = Field(description="Was als Nächstes fällig ist.")
    days: int | None = Field(description="In so vielen Tagen; negativ, wenn es schon vorbei ist.")


class OccasionTold(BaseModel):
    """What is due on one way a participation may end."""

    model_config = example({"key": "regulaer", "name": "Regulär beendet", "due": [_DUE]})
    key: str = Field(description="Anlass.")
    name: str = Field(description="Wie er heißt.")
    due: list[DueTold] = Field(description="Was dann fällig ist.")


class ParticipantWhole(ParticipantTold):
    """Somebody who takes part, with all that may become due."""

    model_config = example(
        {**_WHO, "occasions": [{"key": "regulaer", "name": "Regulär beendet", "due": [_DUE]}]}
    )
    occasions: list[OccasionTold] = Field(description="Je nach Anlass.")


class FormatGiven(BaseModel):
    """As what kind of file."""

    model_config = given({"format": "docx"})
    format: str = Field("docx", max_length=8, description="`docx` oder `pdf`.")


class Values(BaseModel):
    """What stands in a form so far."""

    model_config = given(
        {"form": "feedbackbogen", "values": {"name": "Beispiel", "anlass": "regulaer"}}
    )
    form: str = Field(max_length=64, description="Formular; es gilt die gültige Ausgabe.")
    values: dict[str, Any] = Field(
        default_factory=dict, max_length=2000, description="Angaben nach dem Schema des Formulars."
    )


class CheckedTold(BaseModel):
    """What is to say about values nobody has handed in."""

    model_config = example({"archivable": False, "items": [FINDING], "deadlines": []})
    archivable: bool = Field(description="Ob nichts die Annahme verhindert.")
    items: list[FindingRead] = Field(description="Befunde, in der Reihenfolge des Formulars.")
    deadlines: list[DeadlineRead] = Field(description="Fristen, die sich daraus ergeben.")


class Typed(BaseModel):
    """What stands in a form that a program fills in."""

    model_config = given(
        {
            "form": "feedbackbogen",
            "values": {"name": "Beispiel", "vorname": "Kim", "anlass": "regulaer"},
            "case": CASE["id"],
            "participation": PART["id"],
        }
    )
    form: str = Field(max_length=64, description="Formular; ausgefüllt wird die gültige Ausgabe.")
    values: dict[str, Any] = Field(
        default_factory=dict, max_length=2000, description="Angaben nach dem Schema des Formulars."
    )
    case: str | None = Field(None, max_length=64, description="Für welchen Fall.")
    participation: str | None = Field(
        None,
        max_length=64,
        description="Für welche Teilnahme; ohne `case` gilt der Fall, zu dem sie gehört.",
    )
    traeger: str = Field(
        "",
        max_length=64,
        description="Für welchen Träger; nur nötig, wenn Sie für mehrere arbeiten und keine"
        " Teilnahme nennen. Wer im Amt arbeitet, lässt es leer.",
    )


@router.get(
    "/participants",
    name="api_participants",
    operation_id="listParticipants",
    summary="Meine Teilnehmenden",
    dependencies=may(Action.OWN_PARTICIPANTS),
    responses=refused(),
)
def participants(house: Home, me: Me) -> list[ParticipantTold]:
    """Listet, wer an den Maßnahmen teilnimmt, und was wann fällig ist: das Dringende zuerst."""
    return [ParticipantTold(**_who(one)) for one in house.portal.mine(me.author)]


@router.get(
    "/participants/{participation}",
    name="api_participant",
    operation_id="getParticipant",
    summary="Wer teilnimmt",
    dependencies=may(Action.OWN_PARTICIPANTS),
    responses=refused(404),
)
def participant(participation: Participation, house: Home, me: Me) -> ParticipantWhole:
    """Gibt, was für jemanden je nach Anlass fällig ist, mit den Gründen."""
    one = house.portal.mine.one(participation, me.author)
    occasions = [
        OccasionTold(key=each.key, name=each.name, due=[_due(due) for due in each.due])
        for each in one.occasions
    ]
    return ParticipantWhole(**_who(one), occasions=occasions)


@router.post(
    "/participants/{participation}/form",
    name="api_participant_form",
    operation_id="issueFeedbackForm",
    summary="Den vorausgefüllten Feedbackbogen holen",
    status_code=201,
    dependencies=may(Action.OWN_PARTICIPANTS),
    responses=refused(*CHANGES),
)
def form(
    participation: Participation, house: Home, me: Me, kind: Annotated[FormatGiven, Body()]
) -> MadeTold:
    """Erstellt den Feedbackbogen mit allem, was bekannt ist.

    Die Datei gibt `GET /participants/{participation}/forms/{reference}`.
    """
    who = house.portal.mine.one(participation, me.author).who
    target = Target(who.case, who.participation)
    name = participation_form(house.forms).ref.form
    (made,) = house.office.issue(name, [target], kind.format, me.author, house.today())
    return MadeTold(
        reference=made.reference,
        issue=made.batch,
        case=who.case,
        participation=who.participation,
    )


@router.get(
    "/participants/{participation}/forms/{reference}",
    name="api_participant_file",
    operation_id="getFeedbackForm",
    summary="Der vorausgefüllte Feedbackbogen als Datei",
    dependencies=may(Action.OWN_PARTICIPANTS),
    response_class=Response,
    responses={**refused(404), **file_described(DOCX, PDF)},
)
def form_file(
    participation: Participation,
    reference: Reference,
    house: Home,
    me: Me,
    if_none_match: IfNoneMatch = "",
) -> Response:
    """Gibt einen Feedbackbogen, der für jemanden erstellt wurde."""
    house.portal.mine.one(participation, me.author)
    name, data = house.office.issue.document(reference, me.author)
    media = DOCX if name.endswith(".docx") else PDF
    return sent(File(data, hashlib.sha256(data).hexdigest(), name), media, if_none_match)


@router.post(
    "/filled/check",
    name="api_fill_check",
    operation_id="checkTyped",
    summary="Angaben prüfen, bevor daraus ein Vorgang wird",
    dependencies=may(Action.EDIT_DOCUMENT),
    responses=refused(404, 413, 415),
    openapi_extra={"x-safe": True},
)
def fill_check(house: Home, typed: Annotated[Values, Body()]) -> CheckedTold:
    """Sagt zu Angaben, was fehlt und welche Fristen gelten, wie die Seite vor dem Abschließen.

    Nichts davon wird aufbewahrt.
    """
    found = house.fill.checked(house.fill.definition(typed.form), typed.values)
    return CheckedTold(
        archivable=found["archivable"], items=found["findings"], deadlines=found["deadlines"]
    )


@router.post(
    "/filled/file",
    name="api_fill_pdf",
    operation_id="printTyped",
    summary="Angaben als PDF zum Drucken und Unterschreiben",
    dependencies=may(Action.EDIT_DOCUMENT),
    response_class=Response,
    responses={**refused(404, 413, 415), **file_described(PDF)},
    openapi_extra={"x-safe": True},
)
def fill_pdf(house: Home, typed: Annotated[Values, Body()]) -> Response:
    """Gibt Angaben als ausfüllbares PDF; nichts davon wird aufbewahrt."""
    definition = house.fill.definition(typed.form)
    data = house.fill.file(definition, typed.values)
    name = f"{definition.ref.form}.pdf"
    return sent(File(data, hashlib.sha256(data).hexdigest(), name), PDF)


@router.post(
    "/filled",
    name="api_fill",
    operation_id="fillForm",
    summary="Ein Formular ohne Datei einreichen",
    status_code=201,
    dependencies=may(Action.UPLOAD),
    responses=refused(404, 409, 413, 415),
)
def fill(house: Home, me: Me, typed: Annotated[Typed, Body()]) -> Changed:
    """Macht aus Angaben einen Vorgang: als unser PDF aufbewahrt und geprüft wie jedes andere.

    Von Trägern ist er danach „in Vorbereitung“, bis er eingereicht wird.
    """
    definition = house.fill.definition(typed.form)
    target = house.fill.target(typed.case, typed.participation, me.author)
    whose = house.fill.whose(target, me, typed.traeger)
    kept = house.fill(definition, typed.values, whose, me.author)
    return Changed(id=kept.id, version=kept.version, state=kept.state)


def _who(one: Expected) -> dict[str, Any]:
    who, came = one.who, one.came
    return {
        "participation": who.participation,
        "case": who.case,
        "name": who.name,
        "vorname": who.vorname,
        "massnahme": who.massnahme,
        "begins": who.begins,
        "ends": who.ends,
        "document": None if came is None else came.document,
        "state": None if came is None else str(came.state),
        "next": None if one.next is None else _due(one.next),
        "days": one.days,
    }


def _due(one: Due) -> DueTold:
    return DueTold(
        key=one.key,
        title=one.title,
        due=one.due,
        basis=one.basis,
        why=list(one.why),
        assumed=list(one.assumed),
    )
