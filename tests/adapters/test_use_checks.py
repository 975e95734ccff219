"""What a form is for in the work of the office is held against its fields and options."""

import pytest

from formservice.adapters.definitions.mappings import load
from formservice.domain.errors import DefinitionError

FORM = """\
form: notiz
edition: "2026-01"
title: Gesprächsnotiz
language: de-DE
marks: [Gesprächsnotiz]
fields:
  name: {kind: text, label: "Name:"}
"""
MASTER_DATA = "prefill: {stammdaten: {fields: {name: name}}}\n"


@pytest.fixture
def problems(tmp_path):
    """Return what is wrong with a form that says so."""
    (tmp_path / "mappings" / "notiz").mkdir(parents=True)

    def found(*entries):
        path = tmp_path / "mappings" / "notiz" / "2026-01.yaml"
        path.write_text(FORM + "".join(entries), "utf-8")
        try:
            load(tmp_path / "mappings", tmp_path / "form_templates")
        except DefinitionError as error:
            return [(one.where.split(" (")[0], one.message, one.nearest) for one in error.problems]
        return []

    return found


def test_a_form_that_takes_master_data_may_be_what_a_case_begins_with(problems):
    assert problems(MASTER_DATA, "issued_first: Notiz\n") == []


def test_a_form_that_is_never_issued_cannot_be_issued_first(problems):
    ((place, said, _),) = problems("issued_first: Notiz\n")
    assert (place, "prefill: stammdaten" in said) == ("issued_first", True)


@pytest.mark.parametrize("name", ['""', "7", "true"])
def test_the_name_of_what_a_case_begins_with_is_a_text(problems, name):
    ((place, _, _),) = problems(MASTER_DATA, f"issued_first: {name}\n")
    assert place == "issued_first"
