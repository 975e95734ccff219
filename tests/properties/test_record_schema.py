"""What the schema of a form accepts is what ``generate`` accepts, for every form there is."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formservice.adapters.record_schema import Schemas
from formservice.domain.days import MONTHS
from formservice.domain.errors import InvalidDataError, Problem
from formservice.domain.form import Field, FieldKind, FormDefinition, Group
from formservice.domain.values import values_from_data
from tests import known
from tests.domain.plan_form import PLAN

ROOT = Path(__file__).parent.parent.parent
SERVICES = known.services()
FORMS = [*SERVICES.forms, PLAN]
SCHEMAS = Schemas()
# What no schema of single values can say: days against the calendar, entries against each other.
BEYOND = ("Kein Tag des Kalenders", "zweimal angegeben", "Steuerzeichen", "nur eine Zeile")
TWO_BOXES = "nur eine Auswahl möglich"

_TEXT = st.text()
_NEARLY_A_DATE = st.text("0123456789. -äMairzJun", max_size=12)
_SCALAR = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _TEXT, _NEARLY_A_DATE)
_ANYTHING = st.recursive(
    _SCALAR, lambda one: st.lists(one, max_size=3) | st.dictionaries(_TEXT, one, max_size=3)
)


def _content(field: Field) -> st.SearchStrategy[object]:
    if field.kind in (FieldKind.TICK, FieldKind.SIGNATURE):
        return st.none() | st.booleans()
    if field.kind is FieldKind.CHOICE:
        option = st.sampled_from([option.key for option in field.options])
        return st.one_of(st.none(), option, st.lists(option, max_size=3), st.booleans())
    if field.kind is FieldKind.DATE:
        return st.one_of(
            st.none(),
            st.dates(date(1900, 1, 1), date(2100, 12, 31)).flatmap(_written),
            _NEARLY_A_DATE,
        )
    return st.none() | _TEXT


def _written(day: date) -> st.SearchStrategy[str]:
    month = MONTHS[day.month - 1]
    return st.sampled_from(
        [
            day.isoformat(),
            f" {day.day}.{day.month:02}. {day.year:04}\n",
            f"{day.day}. {month} {day.year:04}",
            f"{day.day} {month[:3].upper()}. {day.year:04}",
        ]
    )


def _list(group: Group) -> st.SearchStrategy[object]:
    return st.none() | st.lists(st.none() | _item(group), max_size=3)


def _item(group: Group) -> st.SearchStrategy[object]:
    if group.single:
        (field,) = (one for one in group.members if isinstance(one, Field))
        return _content(field)
    return _object(group.members, f"{group.key}[].")


def _object(members: Iterable[Field | Group], start: str) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional=dict(_entries(members, start)))


def _entries(
    members: Iterable[Field | Group], start: str
) -> Iterator[tuple[str, st.SearchStrategy[object]]]:
    """Yield the keys of an object, flat ones into its lists too, with what may stand there."""
    for member in members:
        name = member.key.removeprefix(start)
        if isinstance(member, Field):
            yield name, _content(member)
            for anchor in member.anchors[: 2 * (member.kind is FieldKind.CHOICE)]:
                yield anchor.removeprefix(start), st.none() | st.booleans()
            continue
        yield name, _list(member)
        yield f"{name}[1]", _item(member)
        if not member.single:
            for inner, content in _entries(member.members, f"{member.key}[]."):
                yield f"{name}[98].{inner}", content


@st.composite
def _data(draw: st.DrawFn, form: FormDefinition) -> object:
    """Data as they should be, often with one thing in them that should not be."""
    good: dict[str, object] = draw(_object(form.members or form.fields, ""))
    spoil = draw(st.sampled_from(["no", "one", "key"]))
    if spoil == "one" and good:
        good[draw(st.sampled_from(sorted(good)))] = draw(_ANYTHING)
    elif spoil == "key":
        known = draw(st.sampled_from(form.fields)).key
        good[draw(_TEXT | st.just(known.replace("[0]", "[99]")))] = draw(st.none() | _ANYTHING)
    return good


def _problems(form: FormDefinition, data: object) -> tuple[Problem, ...]:
    try:
        values_from_data(form, data)
    except InvalidDataError as error:
        return error.problems
    return ()


def _agree(form: FormDefinition, data: object) -> None:
    ours, theirs = _problems(form, data), SCHEMAS.problems(form, data)
    if theirs:
        assert ours, theirs
    else:
        assert [one for one in ours if not _beyond(one, data)] == []


def _beyond(problem: Problem, data: object) -> bool:
    if TWO_BOXES in problem.message:  # said box by box
        return f"{problem.where.rpartition('.')[2]}." in str(data)
    return any(known in problem.message for known in BEYOND)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS, ids=lambda one: str(one.ref))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_data_fit_the_schema_exactly_when_they_can_be_generated(form, data):
    _agree(form, data.draw(_data(form)))


@pytest.mark.parametrize("form", FORMS, ids=lambda one: str(one.ref))
@settings(max_examples=50)
@given(data=_ANYTHING)
def test_anything_at_all_is_judged_alike(form, data):
    _agree(form, data)
