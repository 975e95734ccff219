"""The definitions of this house: each loads, and its template and build agree with it."""

from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, is_dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest

from formservice.adapters.definitions.mappings import load
from formservice.adapters.definitions.template_check import check

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "mappings").glob("*/*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_each_definition_loads_with_a_layout(file):
    definitions = load(ROOT / "mappings", ROOT / "form_templates")
    definition = definitions.get(file.parent.name, file.stem)
    assert definition.layout is not None
    assert {zone.key for zone in definition.layout.zones} == {
        anchor for field in definition.fields for anchor in field.anchors
    }


def test_every_field_whose_age_is_asked_for_is_a_birthday():
    for one in load(ROOT / "mappings", ROOT / "form_templates"):
        asked = {
            key
            for rule in one.rules
            for key in rule.fields[:1]
            if rule.predicate in ("plausible_birth_date", "age_between", "reached_age")
        }
        assert asked == {field.key for field in one.fields if field.birthday}


def test_every_template_and_build_agrees_with_its_definition():
    assert [str(problem) for problem in check(ROOT)] == []


def test_the_forms_of_the_contract_are_there():
    definitions = load(ROOT / "mappings", ROOT / "form_templates")
    found = {str(definition.ref) for definition in definitions}
    assert found >= {"erwartungsbogen/2023-07-24", "feedbackbogen/2023-09-22"}


def held(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Yield everything a definition is made of, down to single words, with the way to it."""
    yield path, value
    if is_dataclass(value):
        for one in fields(value):
            yield from held(getattr(value, one.name), f"{path}.{one.name}")
    elif isinstance(value, MappingProxyType | dict):
        for key, inner in value.items():
            yield from held(inner, f"{path}[{key}]")
    elif isinstance(value, tuple | list):
        for number, inner in enumerate(value):
            yield from held(inner, f"{path}[{number}]")


def is_fixed(value: object) -> bool:
    """Say whether ``value`` itself cannot be changed; what it holds is asked for by itself."""
    if is_dataclass(value):
        with pytest.raises(FrozenInstanceError):
            setattr(value, fields(value)[0].name, None)
        return True
    known = (str, int, float, date, tuple, MappingProxyType)
    return value is None or isinstance(value, known)


def test_nothing_in_a_loaded_definition_can_be_changed():
    """All readings share one definition: what one changed would be wrong for the next."""
    definitions = load(ROOT / "mappings", ROOT / "form_templates")
    parts = [part for one in definitions for part in held(one, str(one.ref))]
    assert [path for path, value in parts if not is_fixed(value)] == []
    tables = [value for _, value in parts if isinstance(value, MappingProxyType)]
    assert any(tables), "no definition has a table that could be changed"
    for table in tables:
        with pytest.raises(TypeError):
            table["name"] = ()  # type: ignore[index]
