"""The schema of a form as another program fetches it, and data that repeat as it sends them."""

import json

import jsonschema
import pytest

PLAN = {
    "vorname": "Ģirts",
    "ziele": [
        {"text": "Wohnung", "leistungen_klient": [{"text": "Antrag", "zeitangabe": "ab sofort"}]},
        None,
        {"teilziele": ["Sprachkurs", None, "Praktikum"], "angebot_vorhanden": True},
    ],
    "ziele[1].text": "Ausbildung",
}


@pytest.mark.slow
def test_a_schema_is_printed_or_written_and_judges_data(run, tmp_path):
    printed = run("forms", "schema", "integrationsfoerderplan")
    assert printed.returncode == 0, printed.stderr.decode()
    written = run("forms", "schema", "integrationsfoerderplan", "-o", "plan.json", "--json")
    assert json.loads(written.stdout)["file"] == "plan.json"
    schema = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert schema == json.loads(printed.stdout)
    judge = jsonschema.Draft202012Validator(schema)
    assert judge.is_valid(PLAN)
    assert not judge.is_valid({"ziele": [{"leistungen_klient": ["Antrag"]}]})


@pytest.mark.slow
def test_the_schema_of_an_unknown_form_is_an_error_with_the_forms_there_are(run):
    failed = run("forms", "schema", "integrationsplan")
    assert failed.returncode == 2
    assert "integrationsfoerderplan" in failed.stderr.decode()


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["docx", "pdf"])
def test_data_with_lists_are_generated_and_read_back_under_flat_keys(run, tmp_path, format_):
    (tmp_path / "plan.json").write_text(json.dumps(PLAN), "utf-8")
    target = f"plan.{format_}"
    made = run("generate", "integrationsfoerderplan", "--data", "plan.json", "-o", target)
    assert made.returncode == 0, made.stderr.decode()
    (document,) = json.loads(run("read", target, "--json").stdout)
    found = {key: one["value"] for key, one in document["fields"].items() if one["value"]}
    assert found == {
        "vorname": "Ģirts",
        "ziele[0].text": "Wohnung",
        "ziele[0].leistungen_klient[0].text": "Antrag",
        "ziele[0].leistungen_klient[0].zeitangabe": "ab sofort",
        "ziele[1].text": "Ausbildung",
        "ziele[2].teilziele[0]": "Sprachkurs",
        "ziele[2].teilziele[2]": "Praktikum",
        "ziele[2].angebot_vorhanden": "ja",
    }
