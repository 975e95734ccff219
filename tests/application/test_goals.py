"""Goals of plans are found where the definitions say, whatever their forms call them."""

from dataclasses import replace
from datetime import date

import pytest

from formservice.adapters.definitions.mappings import Definitions
from formservice.application.goals import goals, plan_form, plan_forms
from formservice.domain.errors import NotFoundError
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef, Group, Option
from formservice.domain.form_uses import Goals
from formservice.domain.groups import flat
from tests import known

FORMS = known.services().forms
MEMBERS = (
    Field("tag", FieldKind.DATE, "Tag"),
    Group(
        "vorhaben",
        "Vorhaben",
        2,
        (
            Field("vorhaben[].was", FieldKind.TEXT, "Was"),
            Field(
                "vorhaben[].wie_weit",
                FieldKind.CHOICE,
                "Wie weit",
                options=(Option("neu", "neu"), Option("fertig", "fertig")),
            ),
            Field("vorhaben[].wann", FieldKind.DATE, "Wann"),
        ),
    ),
)
OTHER = FormDefinition(
    FormRef("hilfeplan", "2027-01"),
    "Hilfeplan",
    "de-DE",
    (),
    flat(MEMBERS, {}),
    members=MEMBERS,
    goals=Goals("vorhaben", "was", "wie_weit", "neu", ("fertig",), "wann", "tag"),
)


def record(form, edition, **values):
    fields = {key: {"value": one} for key, one in values.items()}
    return {"form": {"id": form, "edition": edition}, "fields": fields}


def test_a_plan_of_this_project_has_the_goals_in_which_something_stands():
    read = record(
        "integrationsfoerderplan",
        "2017-11",
        **{
            "ziele[0].text": "Arbeit finden",
            "ziele[0].stand": "erreicht",
            "ziele[0].wiedervorlage": "2026-12-01",
            "ziele[1].text": "",
            "ziele[2].text": "Deutsch lernen",
            "ziele[2].wiedervorlage": "2026-13-41",
        },
    )
    told = [
        (one.number, one.text, one.state, one.review, one.is_open) for one in goals(read, FORMS)
    ]
    assert told == [
        (1, "Arbeit finden", "erreicht", date(2026, 12, 1), False),
        (3, "Deutsch lernen", "offen", None, True),
    ]


def test_another_form_has_goals_as_soon_as_its_definition_says_where():
    forms = Definitions([*FORMS, OTHER])
    read = record(
        "hilfeplan",
        "2027-01",
        **{
            "vorhaben[0].was": "Führerschein",
            "vorhaben[1].was": "Wohnung",
            "vorhaben[1].wie_weit": "fertig",
        },
    )
    assert [(one.text, one.state, one.is_open) for one in goals(read, forms)] == [
        ("Führerschein", "neu", True),
        ("Wohnung", "fertig", False),
    ]
    assert list(plan_forms(forms)) == ["hilfeplan", "integrationsfoerderplan"]
    # A plan goes on in its own form; a new one is written in the first of them.
    assert plan_form(forms, record("integrationsfoerderplan", "2017-11")).title.startswith("Int")
    assert plan_form(forms).title == "Hilfeplan"


@pytest.mark.parametrize("form", ["feedbackbogen", "unbekannt"])
def test_forms_that_are_no_plans_have_no_goals(form):
    assert goals(record(form, "2023-09-22", **{"ziele[0].text": "Ziel"}), FORMS) == []


def test_a_document_of_no_form_has_no_goals():
    assert goals({"form": None, "fields": {}}, FORMS) == []


def test_an_edition_that_is_not_known_here_is_read_as_the_newest_one():
    read = record("integrationsfoerderplan", "1999-01", **{"ziele[0].text": "Ziel"})
    assert [one.text for one in goals(read, FORMS)] == ["Ziel"]


def test_without_a_form_for_plans_none_can_be_written():
    with pytest.raises(NotFoundError):
        plan_form(Definitions(replace(one, goals=None) for one in FORMS))
