"""Integrationsförderpläne for programs: the newest of every case, carried on, as PDF."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any  # examples and values of forms are JSON

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from formservice.application.consult import File
from formservice.application.filling import Target
from formservice.application.goals import goals, plan_form, plan_forms
from formservice.application.today import Plan
from formservice.domain.errors import NotFoundError
from formservice.domain.permissions import Action
from formservice.web import reading_log
from formservice.web.api.case_shapes import CASE
from formservice.web.api.drafts import DraftTold, told
from formservice.web.api.files import PDF, IfNoneMatch, file_described, sent
from formservice.web.api.problems import refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import ID, example
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.filling import filling
from formservice.web.pages.plans import anew, plans_of, typed_of

router = APIRouter(prefix="/api/v1", tags=["Pläne"], route_class=ApiRoute)
_GOAL: dict[str, Any] = {
    "number": 1,
    "text": "Ich komme an vier Tagen in der Woche.",
    "state": "offen",
    "review": "2026-06-01",
}
_PLAN: dict[str, Any] = {
    "document": ID,
    "case": CASE["id"],
    "person": "Beispiel, Kim",
    "received": "2026-04-02",
    "goals": [_GOAL],
}
CaseId = Annotated[
    str, Path(description="Kennung des Falls.", max_length=64, examples=[CASE["id"]])
]


class GoalTold(BaseModel):
    """A goal of a plan."""

    model_config = example(_GOAL)
    number: int = Field(description="Nummer im Plan, ab 1.")
    text: str = Field(description="Das Ziel.")
    state: str = Field(description="Wie es steht: Kennung der Option `stand`.")
    review: date | None = Field(description="Wann es wieder angesehen wird.")


class PlanTold(BaseModel):
    """A plan."""

    model_config = example(_PLAN)
    document: str = Field(description="Vorgang; seine Lesung nennt alle Angaben.")
    case: str = Field(description="Fall.")
    person: str = Field(description="Für wen.")
    received: date = Field(description="Tag, an dem er fertig war.")
    goals: list[GoalTold] = Field(description="Ziele, in denen etwas steht.")


@router.get(
    "/plans",
    name="api_plans",
    operation_id="listPlans",
    summary="Pläne auflisten",
    dependencies=may(Action.PLANS),
    responses=refused(),
)
def plans(house: Home, me: Me) -> list[PlanTold]:
    """Listet den neuesten Integrationsförderplan jedes Falls mit seinen Zielen."""
    return _told(house, me, house.waiting.plans(list(plan_forms(house.forms)), me.author))


@router.get(
    "/cases/{case}/plans",
    name="api_case_plans",
    operation_id="listPlansOfCase",
    summary="Pläne eines Falls",
    dependencies=may(Action.PLANS),
    responses=refused(404),
)
def of_case(case: CaseId, house: Home, me: Me) -> list[PlanTold]:
    """Listet alle Integrationsförderpläne eines Falls, den neuesten zuerst."""
    house.office.cases.one(case, me.author, house.today())
    return _told(house, me, plans_of(house, me, case)[0])


@router.post(
    "/cases/{case}/plans/continuation",
    name="api_plan_continue",
    operation_id="continuePlan",
    summary="Einen Plan fortschreiben",
    status_code=201,
    dependencies=may(Action.PLANS),
    responses=refused(404, 409),
)
def continued(case: CaseId, house: Home, me: Me) -> DraftTold:
    """Beginnt einen Entwurf mit dem, was im letzten Plan steht; ein schon begonnener bleibt.

    Geändert wird er mit `PUT /forms/{form}/draft`, fertig wird er im Browser oder mit
    `POST /filled`.
    """
    house.office.cases.one(case, me.author, house.today())
    begun = filling(house, me, plans_of(house, me, case)[1].ref.form, case)
    if begun.draft is not None:
        return DraftTold(**told(begun.draft))
    last = _newest(house, me, case)
    values = house.fill.known(begun.definition, Target(case), me.author, last.reading)
    kept = anew(begun.definition, values, house.today())
    return DraftTold(**told(begun.keep(typed_of(begun.definition, kept), None)))


@router.get(
    "/cases/{case}/plans/newest.pdf",
    name="api_plan_pdf",
    operation_id="getPlanFile",
    summary="Der neueste Plan als PDF, zum Ausdrucken",
    dependencies=may(Action.PLANS),
    response_class=Response,
    responses={**refused(404), **file_described(PDF)},
)
def pdf(case: CaseId, house: Home, me: Me, if_none_match: IfNoneMatch = "") -> Response:
    """Gibt den neuesten Plan eines Falls, mit seinen Angaben in unserem Formular."""
    house.office.cases.one(case, me.author, house.today())
    last = _newest(house, me, case)
    fields = last.reading.get("fields") or {}
    values = {key: one.get("value") for key, one in fields.items() if one.get("value")}
    definition = plan_form(house.forms, last.reading)
    data = house.fill.file(definition, values)
    file = File(data, hashlib.sha256(data).hexdigest(), f"{definition.ref.form}.pdf")
    return sent(file, PDF, if_none_match)


def _newest(house: House, me: Me, case: str) -> Plan:
    last = next(iter(plans_of(house, me, case)[0]), None)
    if last is None:
        raise NotFoundError("Für diesen Fall gibt es noch keinen Plan.")
    reading_log.seen(house, me, last.document)
    return last


def _told(house: House, me: Me, found: Sequence[Plan]) -> list[PlanTold]:
    for one in found:
        reading_log.seen(house, me, one.document)
    return [
        PlanTold(
            document=one.document,
            case=one.case,
            person=one.person,
            received=one.received,
            goals=[GoalTold.model_validate(goal) for goal in goals(one.reading, house.forms)],
        )
        for one in found
    ]
