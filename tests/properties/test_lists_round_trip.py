"""A list of which several rows stand on one page goes on over copies of that page."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from formservice.bootstrap import Services, Settings
from formservice.domain.form import FieldKind, FormDefinition
from formservice.domain.groups import flat
from formservice.domain.record import Value
from tests.adapters.pdf_filled import flattened
from tests.adapters.plans import RECEIVED, data, held, lacking, shuffled

LISTS = Path(__file__).parents[1] / "loop_form"


@cache
def services() -> Services:
    settings = Settings.from_environment({"FORMSERVICE_FORMS": str(LISTS)})
    return Services(settings, new_reference=lambda: "LISTE0000001")


def form() -> FormDefinition:
    return services().forms.get("terminliste")


def appointments(count: int) -> Mapping[str, Value]:
    made: dict[str, Value] = {}
    for number, field in enumerate(flat(form().members, {"termine": count})):
        match field.kind:
            case FieldKind.DATE:
                made[field.key] = date(2026, 4, 1) + timedelta(days=number)
            case FieldKind.TICK:
                made[field.key] = bool(number % 2)
            case _:
                made[field.key] = f"Raum {number}"
    return made


@pytest.mark.parametrize("count", range(12))
@pytest.mark.parametrize("channel", ["acroform", "flattened"])
def test_every_number_of_rows_comes_back(channel: str, count: int) -> None:
    given = appointments(count)
    file = services().generate.one(form(), data(given), "pdf")
    file = shuffled(flattened(file) if channel == "flattened" else file, count)
    [found] = services().read(file, received=RECEIVED)
    seen = held(found)
    # A box in a row nobody filled is a box without a cross.
    assert {key: value for key, value in seen.items() if key in given or value} == given
    assert lacking(found) == set()
    assert found.definition is not None
    rows = sum(field.key.endswith(".wo") for field in found.definition.fields)
    assert rows == max(4, -(-count // 4) * 4)
