"""A day is written in one way wherever people read it: as its field says, else „27.03.2026“."""

from datetime import date

import pytest

from formservice.application import desk_review, participants
from formservice.domain import values
from formservice.domain.form import Field, FieldKind

DAYS = (date(2026, 3, 7), date(907, 12, 31))


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("long", [False, True])
def test_the_desk_writes_a_day_as_its_field_is_written(day, long):
    field = Field("tag", FieldKind.DATE, "Tag", long_date=long)
    told = desk_review.shown(field, {"value": day.isoformat(), "reading": "read"})
    assert told == values.shown(field, day)


def test_what_is_no_day_stands_at_the_desk_as_it_was_read():
    field = Field("tag", FieldKind.DATE, "Tag")
    assert desk_review.shown(field, {"value": "31.02.26", "reading": "read"}) == "31.02.26"


@pytest.mark.parametrize("day", DAYS)
def test_a_list_of_participants_writes_a_day_as_forms_do(day):
    assert participants.shown(day) == values.shown(Field("tag", FieldKind.DATE, "Tag"), day)
