"""The definitions of this house: each loads, and its template and build agree with it."""

from pathlib import Path

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


def test_every_template_and_build_agrees_with_its_definition():
    assert [str(problem) for problem in check(ROOT)] == []


def test_the_forms_of_the_contract_are_there():
    definitions = load(ROOT / "mappings", ROOT / "form_templates")
    found = {str(definition.ref) for definition in definitions}
    assert found >= {"erwartungsbogen/2023-07-24", "feedbackbogen/2023-09-22"}
