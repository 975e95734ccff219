"""Editions and sheets as another program meets them: named, listed, read back."""

import json

import pytest

BOTH = ("feedbackbogen/2023-09-22", "feedbackbogen/2026-11")
VALUES = {"name": "Öztürk", "vorname": "Nele", "anlass": "regulaer", "erstellt_am": "2026-06-30"}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["docx", "pdf"])
def test_both_editions_are_generated_and_read_side_by_side(run, tmp_path, suffix):
    (tmp_path / "record.json").write_text(json.dumps(VALUES), "utf-8")
    files = []
    for form in BOTH:
        file = f"{form.replace('/', '-')}.{suffix}"
        made = run("generate", form, "--data", "record.json", "-o", file)
        assert made.returncode == 0, made.stderr.decode()
        files.append(file)
    found = json.loads(run("read", *files, "--json").stdout)
    assert [f"{one['form']['id']}/{one['form']['edition']}" for one in found] == list(BOTH)
    for one in found:
        assert {key: one["fields"][key]["value"] for key in VALUES} == VALUES


@pytest.mark.slow
def test_the_list_of_forms_says_which_edition_is_released(run):
    listed = json.loads(run("forms", "--json").stdout)
    released = {f"{one['id']}/{one['edition']}": one["released"] for one in listed}
    assert {form: released[form] for form in BOTH} == dict(zip(BOTH, (True, False), strict=True))
    lines = run("forms").stdout.decode().splitlines()
    (proposal,) = [line for line in lines if line.startswith(BOTH[1])]
    assert "nicht freigegeben" in proposal


@pytest.mark.slow
def test_a_form_without_edition_is_the_released_one(run, tmp_path):
    made = run("generate", "feedbackbogen", "--data", "-", "-o", "x.docx", "--json", stdin=b"{}")
    assert json.loads(made.stdout)["form"] == BOTH[0]


@pytest.mark.slow
def test_a_sheet_by_hand_is_read_alone(run, tmp_path):
    sheet = {"formular": "Feedbackbogen", "name": "Öztürk", "vorname": "Nele", "frage": "Abbruch"}
    sheet["fortsetzung"] = "Ich ziehe um."
    (tmp_path / "sheet.json").write_text(json.dumps(sheet), "utf-8")
    made = run("generate", "beiblatt", "--data", "sheet.json", "-o", "blatt.docx")
    assert made.returncode == 0, made.stderr.decode()
    (found,) = json.loads(run("read", "blatt.docx", "--json").stdout)
    assert found["form"]["id"] == "beiblatt"
    assert {key: found["fields"][key]["value"] for key in sheet} == sheet
    assert found["sheets"] == []
