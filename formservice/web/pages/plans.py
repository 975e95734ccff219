"""Integrationsförderpläne: written in or after the talk, carried on, looked at again, printed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any  # records have the shape of the JSON contract

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from formservice.application.drafts import FILL
from formservice.application.filling import Target
from formservice.application.goals import goals, plan_form, plan_forms
from formservice.application.known_forms import form_read
from formservice.application.plain_words import told
from formservice.application.today import Plan
from formservice.domain.case import DECIDED
from formservice.domain.form import FieldKey, FieldKind, FormDefinition
from formservice.domain.groups import flat, items_of, shape_of
from formservice.domain.permissions import Action
from formservice.web import reading_log
from formservice.web.flash import flash
from formservice.web.form_page import Known, Posted, view
from formservice.web.form_page_read import as_typed
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.filling import Filling, filling, query_of, subject_of
from formservice.web.pages.plans_shown import next_reviews, states_of
from formservice.web.pages_made import page

router = APIRouter()
_BASE = "/faelle/{case}/plan"
_AHEAD_DAYS = 60


@router.get("/plaene", name="plans", dependencies=may(Action.PLANS))
def plans(request: Request, house: Home, me: Me) -> Response:
    """List the newest plan of every case, and which goals are to be looked at."""
    today, forms = house.today(), list(plan_forms(house.forms))
    due = house.waiting.reviews(forms, me.author, today + timedelta(days=_AHEAD_DAYS))
    known = {
        "rows": house.waiting.newest_plans(forms, me.author),
        "reviews": next_reviews(request, due, today),
        "today": today,
    }
    return page(request, "plans/plans.html", known)


@router.get(_BASE, name="plan", dependencies=may(Action.PLANS))
def plan(request: Request, case: str, house: Home, me: Me) -> Response:
    """Show the newest plan of a case, its earlier ones, and how to go on."""
    whose = house.office.cases.one(case, me.author, house.today())
    found, definition = plans_of(house, me, case)
    draft = house.drafts.get(me.author, FILL, subject_of(definition.ref.form, Target(case)))
    known: dict[str, Any] = {"whose": whose, "plans": found, "draft": draft}
    known |= {
        "definition": definition,
        "fill": _fill(request, definition, case),
        "today": house.today(),
    }
    known |= {"states": states_of(definition), "goals": [], "view": None, "kept": None}
    if found:
        reading_log.seen(house, me, found[0].document)
        reading = found[0].reading
        known |= {
            "goals": goals(reading, house.forms),
            "view": view(definition, Known(reading=reading)),
        }
        kept = house.consult.kept(found[0].document, me.author)[0]
        known |= {"kept": kept, "decided": kept.state in DECIDED}
    return page(request, "plans/plan.html", known)


@router.post(f"{_BASE}/fortschreiben", name="plan_continue", dependencies=may(Action.PLANS))
def plan_continue(request: Request, case: str, house: Home, me: Me) -> Response:
    """Begin a new plan with what the last one says; what somebody has begun already stays."""
    found, definition = plans_of(house, me, case)
    answer = RedirectResponse(_fill(request, definition, case), 303)
    begun = filling(house, me, definition.ref.form, case)
    if begun.draft is not None or not found:
        return answer
    reading_log.seen(house, me, found[0].document)
    values = house.fill.known(begun.definition, Target(case), me.author, found[0].reading)
    begun.keep(typed_of(begun.definition, anew(begun.definition, values, house.today())), None)
    return flash(request, answer, "plans.continued")


@router.get(f"{_BASE}/druck", name="plan_print", dependencies=may(Action.PLANS))
def plan_print(request: Request, case: str, house: Home, me: Me, entwurf: str = "") -> Response:
    """Show a plan as the young person gets it: in plain words, to print."""
    whose = house.office.cases.one(case, me.author, house.today())
    found, definition = plans_of(house, me, case)
    begun = filling(house, me, definition.ref.form, case)
    values = _values(begun, house.today()) if entwurf else None
    if values is None and found:
        reading_log.seen(house, me, found[0].document)
        definition = form_read(found[0].reading, house.forms) or definition
        fields = found[0].reading.get("fields") or {}
        values = {key: one.get("value") for key, one in fields.items()}
    if values is None:
        return RedirectResponse(request.app.url_path_for("plan", case=case), 303)
    known = {"whose": whose, "definition": definition, "plan": told(definition, values)}
    return page(request, "plans/print.html", known | {"authority": house.authority})


def plans_of(house: House, me: Me, case: str) -> tuple[Sequence[Plan], FormDefinition]:
    """Return the plans of a case, the newest first, and the form in which they go on."""
    found = house.waiting.plans(list(plan_forms(house.forms)), me.author, case)
    return found, plan_form(house.forms, found[0].reading if found else None)


def _fill(request: Request, definition: FormDefinition, case: str) -> str:
    fill = request.app.url_path_for("fill", form=definition.ref.form)
    return str(fill) + query_of(Target(case))


def anew(
    definition: FormDefinition, values: Mapping[FieldKey, object], today: date
) -> Mapping[FieldKey, object]:
    """Return what a new plan begins with: its day is another one, it was not yet handed over."""
    days = {one.key for one in definition.fields if one.kind is FieldKind.DATE}
    kept = {key: one for key, one in values.items() if items_of(key) or key not in days}
    written = {} if definition.goals is None else {definition.goals.written: today.isoformat()}
    return kept | written


def typed_of(definition: FormDefinition, values: Mapping[FieldKey, object]) -> Posted:
    """Return values as if somebody had typed them."""
    shape = shape_of(definition, values)
    fields = {one.key: one for one in flat(definition.members or definition.fields, shape)}
    typed = {
        key: as_typed(fields[key], one)
        for key, one in values.items()
        if key in fields and one is not None
    }
    items = {group: (None,) * count for group, count in shape.items()}
    return replace(Posted(typed), items=items)


def _values(begun: Filling, today: date) -> dict[FieldKey, object] | None:
    said = begun.said()
    return None if said is None else said.values(begun.definition, today)
