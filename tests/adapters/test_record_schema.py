"""The schema of a form: valid in itself, complete, and telling what the definition knows."""

import json
import re
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema
import pytest

from formservice.adapters.record_schema import Schemas, schema
from formservice.bootstrap import Services, Settings
from formservice.domain.errors import InvalidDataError
from formservice.domain.form import FormDefinition
from formservice.domain.groups import MOST_ITEMS, patterns
from formservice.domain.text import LONGEST_TEXT
from formservice.domain.values import values_from_data
from tests.domain.plan_form import PLAN

# Decoded JSON, looked into at known places.
Written: TypeAlias = dict[str, Any]
ROOT = Path(__file__).parent.parent.parent
SERVICES = Services(
    Settings.from_environment({"FORMSERVICE_FORMS": str(ROOT)}), new_reference=lambda: "PROBE"
)
FORMS = [*SERVICES.forms, PLAN]


def written_of(form: FormDefinition) -> Written:
    return schema(form)


@pytest.mark.parametrize("form", FORMS, ids=lambda one: str(one.ref))
def test_every_schema_is_valid_and_names_its_edition_and_no_host(form):
    written = written_of(form)
    jsonschema.Draft202012Validator.check_schema(written)
    assert written["$id"] == f"urn:formservice:{form.ref.form}:{form.ref.edition}"
    del written["$schema"]
    assert "://" not in json.dumps(written)


@pytest.mark.parametrize("form", FORMS, ids=lambda one: str(one.ref))
def test_every_field_is_explained_in_words(form):
    written = written_of(form)
    places = {**written["properties"], **written.get("$defs", {})}
    for field in patterns(form.members or form.fields):
        about = places[field.key.replace("[]", "")]
        assert about["title"], field.key
        assert "{n}" not in about["title"] + about["description"], field.key
        assert about["description"], field.key
        assert about["x-label"] == field.label


def test_options_carry_what_is_printed_beside_them():
    about = written_of(SERVICES.forms.get("feedbackbogen/2023-09-22"))["properties"]["anlass"]
    one, listed, nothing = about["anyOf"]
    assert one["enum"] == ["nichtantritt", "abbruch", "regulaer"]
    assert one["oneOf"][1] == {"const": "abbruch", "title": "Abbruch am"}
    assert listed["maxItems"] == 1
    assert nothing == {"type": "null"}


def test_groups_are_lists_with_a_limit_and_flat_keys_name_their_fields():
    written = written_of(PLAN)
    goals = written["properties"]["ziele"]
    assert (goals["type"], goals["maxItems"]) == (["array", "null"], MOST_ITEMS)
    assert written["$defs"]["ziele"]["additionalProperties"] is False
    keys = written["patternProperties"]

    def known(key):
        return sum(re.search(pattern, key) is not None for pattern in keys)

    for key in (
        *("ziele[0]", "ziele[98].text", "ziele[10].leistungen[9].text", "tage[0]"),
        *("ziele[0].angebot.ja", "ziele[0].teilziele", "ziele[0].leistungen[1]"),
    ):
        assert known(key) == 1, key
    for key in (
        *("ziele[99].text", "ziele[00].text", "ziele[].text", "ziele[0].texte", "ziele[0]x"),
        *("xziele[0].text", "ziele[0]xtext", "tage[0].text"),
    ):
        assert known(key) == 0, key


def test_purpose_and_deletion_class_are_the_fields_own_or_the_forms():
    written = written_of(PLAN)
    assert written["x-purpose"] == "Förderung planen"
    assert written["properties"]["vorname"]["x-purpose"] == "Anrede"
    assert written["$defs"]["ziele.text"]["x-purpose"] == "Förderung planen"
    assert written["$defs"]["ziele.text"]["x-deletion-class"] == "fallakte"
    assert written["$defs"]["ziele.text"]["x-o-ton"] is True
    assert "x-legal-basis" not in written
    assert written["x-notice"] == "Muster"


def test_what_breaks_the_schema_is_named_by_key_without_its_content():
    canary = "Kanarienvogel"
    data = {"ziele": [{}, {"text": [canary]}], "ziele[2].text": {canary: 1}, "vorname": 5}
    found = Schemas().problems(PLAN, data)
    assert {one.where for one in found} == {"ziele[1].text", "ziele[2].text", "vorname"}
    assert canary not in "".join(map(str, found))


def test_tuples_and_texts_as_long_as_allowed_fit():
    data = {"ziele": ({"teilziele": ("a" * LONGEST_TEXT,)},)}
    assert Schemas().problems(PLAN, data) == []


def test_a_second_definition_of_the_same_name_has_its_own_schema():
    schemas = Schemas()
    other = type(PLAN)(PLAN.ref, "Anderer Plan", "de-DE", (), PLAN.fields[:1])
    assert schemas.problems(PLAN, {"tage": []}) == []
    assert [one.where for one in schemas.problems(other, {"tage": []})] == [""]


def test_generating_explains_first_and_holds_the_data_against_the_schema_then():
    form = SERVICES.forms.get("erwartungsbogen")
    with pytest.raises(InvalidDataError, match="1 Angabe") as explained:
        SERVICES.generate.one(form, {"fahrkosten": "vielleicht"}, "docx")
    assert "möglich sind: ja, nein" in str(explained.value.problems[0])


def test_a_row_of_blanks_in_a_date_is_no_endless_search():
    form = SERVICES.forms.get("erwartungsbogen")
    for text in (
        "2000-\x0101-01",
        "1" + " " * 150_000 + "!",
        " " * 150_000 + "!",
        "1.1" + " " * 150_000 + "x",
    ):
        with pytest.raises(InvalidDataError):
            values_from_data(form, {"geburtsdatum": text})
        assert Schemas().problems(form, {"geburtsdatum": text})
