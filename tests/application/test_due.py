"""What is due for a participation is counted by the rules of a form, whatever it calls things."""

from dataclasses import replace
from datetime import date

import pytest

from formservice.adapters.definitions.mappings import Definitions
from formservice.application.due import (
    Period,
    counted,
    due_of,
    is_counted,
    participation_form,
    participation_forms,
)
from formservice.domain.errors import NotFoundError
from formservice.domain.form import (
    DeadlineRule,
    Field,
    FieldKind,
    FormDefinition,
    FormRef,
    Option,
)
from formservice.domain.form_uses import Participation
from tests import known

SERVICES = known.services()
TODAY = date(2026, 11, 2)
PERIOD = Period(date(2026, 10, 1), date(2026, 11, 27))


def rule(key, occasion, event, count=1):
    return DeadlineRule(
        key, key, event, "ereignis", count, "wochen", "received", True, "Basis", "Bitte klären.",
        {"grund": (occasion,)},
    )  # fmt: skip


OTHER = FormDefinition(
    FormRef("abschlussbericht", "2027-01"),
    "Abschlussbericht",
    "de-DE",
    (),
    (
        Field("beginn", FieldKind.DATE, "Beginn"),
        Field("ende", FieldKind.DATE, "Ende"),
        Field("weg_am", FieldKind.DATE, "Weg am"),
        Field(
            "grund",
            FieldKind.CHOICE,
            "Grund",
            options=(Option("aus", "zu Ende"), Option("nie", "nie da"), Option("weg", "weg")),
        ),
    ),
    deadlines=(
        rule("schluss", "aus", "ende", 2),
        rule("nie_da", "nie", "beginn"),
        rule("fort", "weg", "weg_am"),
    ),
    participation=Participation("grund", "beginn", "ende", "aus", "nie", "weg"),
)


def told(occasion, definition=OTHER):
    due = due_of(definition, occasion, PERIOD, TODAY, SERVICES.calendar)
    return [(one.key, one.due) for one in due]


def test_each_occasion_has_what_the_rules_of_the_form_say_of_it():
    assert told("aus") == [("schluss", date(2026, 12, 11))]
    assert told("nie") == [("nie_da", date(2026, 10, 8))]
    # When somebody breaks off nobody knows before.
    assert told("weg") == [("fort", None)]


def test_a_form_that_came_is_counted_by_its_own_edition():
    read = {"form": {"id": "abschlussbericht", "edition": "2027-01"}, "fields": {}}
    (one,) = counted(OTHER, read, TODAY, PERIOD, SERVICES.calendar)
    assert (one.key, one.due) == ("schluss", date(2026, 12, 11))
    assert not is_counted(OTHER, {}, PERIOD)
    assert is_counted(OTHER, {"schluss": PERIOD.ends}, PERIOD)


def test_of_a_form_that_tells_of_no_participation_nothing_is_due():
    silent = replace(OTHER, participation=None)
    assert told("aus", silent) == []
    assert counted(silent, {"fields": {}}, TODAY, PERIOD, SERVICES.calendar) == ()
    assert is_counted(silent, {}, PERIOD)


def test_another_form_is_written_of_participations_as_soon_as_its_definition_says_so():
    forms = Definitions([*SERVICES.forms, OTHER])
    assert list(participation_forms(forms)) == ["abschlussbericht", "feedbackbogen"]
    assert participation_form(forms) == OTHER
    assert participation_form(SERVICES.forms).ref.form == "feedbackbogen"
    with pytest.raises(NotFoundError):
        participation_form(Definitions([]))
