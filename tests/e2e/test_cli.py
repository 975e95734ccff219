"""The contract commands as another program calls them: output, exit status, nothing half done."""

import json

import pytest

RECORD = {
    "name": 'Ö "Quote" & <B> {x}',
    "vorname": "Ģirts",
    "geburtsdatum": "2001-02-28",
    "teilnahme_von": "12.01.2026",
    "erwartungen": "Erste Zeile\n\tzweite „Zeile“\n\nEnde 🙂",
    "fahrkosten": "ja",
    "fahrkosten_mittel": ["oepnv", "pkw"],
}


@pytest.fixture
def record(tmp_path):
    file = tmp_path / "record.json"
    file.write_text(json.dumps(RECORD), "utf-8")
    return file


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["docx", "pdf"])
def test_what_is_generated_is_read_back_exactly(run, record, tmp_path, suffix):
    made = run("generate", "erwartungsbogen", "--data", record, "-o", f"bogen.{suffix}")
    assert made.returncode == 0, made.stderr.decode()
    read = run("read", f"bogen.{suffix}", "--received", "2026-01-15", "--json")
    assert read.returncode == 0, read.stderr.decode()
    (document,) = json.loads(read.stdout)
    assert document["form"]["id"] == "erwartungsbogen"
    assert document["form"]["edition"] == "2023-07-24"
    values = {key: field["value"] for key, field in document["fields"].items()}
    expected = RECORD | {"teilnahme_von": "2026-01-12"}
    assert {key: values[key] for key in expected} == expected
    assert all(values[key] is None for key in values if key not in expected)


@pytest.mark.slow
def test_bad_data_is_named_completely_and_nothing_is_written(run, tmp_path):
    data = {"vornahme": "x", "geburtsdatum": "2001-02-30", "fahrkosten": "vielleicht", "name": 7}
    (tmp_path / "bad.json").write_text(json.dumps(data), "utf-8")
    made = run("generate", "erwartungsbogen", "--data", "bad.json", "-o", "x.docx", "--json")
    assert made.returncode == 1
    answer = json.loads(made.stdout)
    assert answer["code"] == "input.invalid-data"
    assert {one["where"] for one in answer["problems"]} == set(data)
    assert answer["problems"][0]["nearest"] == "vorname"
    assert not (tmp_path / "x.docx").exists()
    assert "2001-02-30" not in made.stdout.decode()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["generate", "kein-formular", "--data", "record.json"], 2),
        (["generate", "erwartungsbogen"], 2),
        (["generate", "erwartungsbogen", "--data", "fehlt.json"], 1),
        (["read"], 2),
        (["read", "record.json", "--received", "2026-02-30"], 2),
        (["unsinn"], 2),
    ],
)
def test_wrong_usage_is_answered_in_german_without_a_trace(run, record, arguments, status):
    done = run(*arguments)
    text = done.stderr.decode()
    assert done.returncode == status, text
    assert "Traceback" not in text
    assert "error:" not in text
    assert text.strip()


@pytest.mark.slow
def test_every_file_is_tried_and_a_bad_one_is_an_error_object(run, record, tmp_path):
    run("generate", "feedbackbogen", "--data", "-", "-o", "gut.docx", stdin=b"{}")
    (tmp_path / "leer.pdf").write_bytes(b"")
    (tmp_path / "kaputt.pdf").write_bytes(b"%PDF-1.7\nkaputt")
    (tmp_path / "text.txt").write_bytes(b"nur Text")
    names = ["leer.pdf", "kaputt.pdf", "text.txt", "fehlt.pdf", "gut.docx"]
    read = run("read", *names, "--json")
    assert read.returncode == 1
    answers = json.loads(read.stdout)
    assert [one["file"] for one in answers] == names
    assert [one.get("error", {}).get("code") for one in answers] == [
        "input.empty",
        "input.damaged",
        "input.unsupported",
        "input",
        None,
    ]
    assert all(one["error"]["message"] and one["error"]["hint"] for one in answers[:4])


@pytest.mark.slow
def test_the_blank_form_is_blank_in_every_field(run):
    run("generate", "feedbackbogen", "--data", "-", "-o", "leer.docx", stdin=b"{}")
    (document,) = json.loads(run("read", "leer.docx", "--json").stdout)
    assert {field["reading"] for field in document["fields"].values()} == {"blank"}
    assert not document["archivable"]


@pytest.mark.slow
def test_a_list_makes_the_good_rows_and_names_the_bad_ones(run, tmp_path):
    rows = "name;vorname;geburtsdatum\nÖz;A;01.02.2000\nKlein;B;31.02.2000\nMeier;C;\n"
    (tmp_path / "liste.csv").write_bytes(rows.encode("cp1252"))
    made = run("generate", "erwartungsbogen", "--list", "liste.csv", "-o", "aus", "--json")
    answer = json.loads(made.stdout)
    assert made.returncode == 1
    assert [one["row"] for one in answer["made"]] == [2, 4]
    assert [one["row"] for one in answer["refused"]] == [3]
    assert answer["refused"][0]["problems"][0]["where"] == "geburtsdatum"
    assert len(list((tmp_path / "aus").iterdir())) == 2


@pytest.mark.slow
def test_the_same_file_twice_is_kept_once_and_said(run, tmp_path):
    run("generate", "feedbackbogen", "--data", "-", "-o", "leer.pdf", stdin=b"{}")
    first = json.loads(run("intake", "leer.pdf", "--json").stdout)
    second = json.loads(run("intake", "leer.pdf", "--json").stdout)
    assert [first[0]["already_known"], second[0]["already_known"]] == [False, True]
    assert len(json.loads(run("archive", "list", "--json").stdout)) == 1


@pytest.mark.slow
def test_help_is_german_at_every_level(run):
    for command in ([], ["forms"], ["generate"], ["read"], ["intake"], ["archive"], ["check"]):
        text = run(*command, "--help").stdout.decode()
        assert text.startswith("Aufruf: formservice")
        assert "show this help" not in text


@pytest.mark.slow
def test_definitions_are_listed_and_sound(run):
    listed = json.loads(run("forms", "--json").stdout)
    assert {one["id"] for one in listed} == {
        "erwartungsbogen",
        "feedbackbogen",
        "beiblatt",
        "integrationsfoerderplan",
        "einwilligung-ich-bin-dabei",
        "einwilligung-daten",
        "schweigepflichtentbindung",
    }
    checked = run("forms", "check", "--json")
    assert json.loads(checked.stdout) == {"ok": True, "problems": []}
    assert checked.returncode == 0


def test_the_list_of_forms_tells_what_may_be_written_into_each_field(run):
    forms = {one["id"]: one for one in json.loads(run("forms", "--json").stdout)}
    about = forms["feedbackbogen"]["about"]
    assert list(about) == forms["feedbackbogen"]["fields"]
    assert list(about["anlass"]["options"]) == ["nichtantritt", "abbruch", "regulaer"]
    assert all(one["title"] and one["help"] for one in about.values())
