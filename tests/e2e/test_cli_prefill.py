"""From a returned Erwartungsbogen to a pre-filled Feedbackbogen, and what came back of it."""

import io
import json

import pypdfium2
import pytest

from tests.programs import needs_tesseract

pytestmark = pytest.mark.slow

# Tab, line breaks, blanks in a row, a character beyond the basic plane, a family joined by ZWJ,
# variation selector, Arabic, combining marks with no composed form.
WORDS = (
    "Ich will bis Ende Mai  „B1“ schaffen:\n\t– Sprechen\n\t– Schreiben\n\n"
    "Dann 👩‍👩‍👧 nachholen ❤️, سلام, q̃, Ģirts & <Đặng>."
)
ASKED = {
    "name": "Đặng-Bērziņš",
    "vorname": "Ayşe",
    "geburtsdatum": "1994-02-28",
    "traeger": "Werkhof Nord",
    "projektname": "Angebot „Holz & Farbe“",
    "teilnahme_von": "02.03.2026",
    "teilnahme_bis": "31.08.2026",
    "erwartungen": WORDS,
}
PREFILLED = {
    "name": "Đặng-Bērziņš",
    "vorname": "Ayşe",
    "traeger_massnahme": "Werkhof Nord, Angebot „Holz & Farbe“",
    "teilnahme_von": "2026-03-02",
    "teilnahme_bis": "2026-08-31",
    "q1_erwartung": WORDS,
}


@pytest.fixture
def made(run, tmp_path):
    """Generate a form from data, read it, and keep what was read as a record."""

    def make(form, data, name):
        (tmp_path / "daten.json").write_text(json.dumps(data), "utf-8")
        done = run("generate", form, "--data", "daten.json", "-o", name)
        assert done.returncode == 0, done.stderr.decode()
        return kept(name)

    def kept(name):
        record = f"{name}.json"
        (tmp_path / record).write_bytes(run("read", name, "--json").stdout)
        return record

    return make


def values(document):
    return {key: one["value"] for key, one in document["fields"].items() if one["value"]}


def results(document):
    return {key: one["result"] for key, one in document["against"]["fields"].items()}


@pytest.mark.parametrize("suffix", ["docx", "pdf"])
def test_the_feedbackbogen_holds_the_very_characters_of_the_erwartungsbogen(
    run, made, tmp_path, suffix
):
    record = made("erwartungsbogen", ASKED, f"eb.{suffix}")
    told = run("generate", "feedbackbogen", "--from", record, "-o", f"fb.{suffix}", "--json")
    report = json.loads(told.stdout)
    assert (set(report["taken"]), report["left_out"]) == (set(PREFILLED), [])
    read = run("read", f"fb.{suffix}", "--against", record, "--json")
    (document,) = json.loads(read.stdout)
    assert list(map(ord, values(document)["q1_erwartung"])) == list(map(ord, WORDS))
    assert values(document) == PREFILLED
    assert results(document) == dict.fromkeys(PREFILLED, "same")
    assert "field.changed" not in {one["code"] for one in document["findings"]}


def test_what_a_person_typed_goes_before_the_record(run, made, tmp_path):
    record = made("erwartungsbogen", ASKED, "eb.docx")
    (tmp_path / "mehr.json").write_text('{"name": "Klein", "anlass": "abbruch"}', "utf-8")
    run("generate", "feedbackbogen", "--from", record, "--data", "mehr.json", "-o", "fb.docx")
    (document,) = json.loads(run("read", "fb.docx", "--json").stdout)
    assert values(document) == PREFILLED | {"name": "Klein", "anlass": "abbruch"}


def test_changed_words_of_the_person_are_shown_side_by_side_and_asked_about(run, made):
    record = made("erwartungsbogen", ASKED, "eb.docx")
    changed = PREFILLED | {"q1_erwartung": WORDS.replace("Mai", "Juni"), "anlass": "regulaer"}
    made("feedbackbogen", changed, "fb.pdf")
    (document,) = json.loads(run("read", "fb.pdf", "--against", record, "--json").stdout)
    assert {key: one for key, one in results(document).items() if one != "same"} == {
        "q1_erwartung": "changed"
    }
    found = [one for one in document["findings"] if one["code"] == "field.changed"]
    assert [(one["severity"], one["field"]) for one in found] == [("asks", "q1_erwartung")]
    assert "Worte der Person" in found[0]["message"]
    assert "Erwartungsbogen" in found[0]["message"]
    table = run("read", "fb.pdf", "--against", record).stdout.decode()
    assert "Vergleich mit erwartungsbogen/2023-07-24: 5 gleich, 1 nicht gleich" in table
    assert any("Mai" in line and "Juni" in line for line in table.splitlines())


@pytest.mark.parametrize("suffix", ["docx", "pdf"])
def test_goals_beyond_the_printed_form_are_taken_over_and_compared_too(
    run, made, tmp_path, suffix
):
    goals = [{"text": f"Ziel {letter}", "teilziele": ["Anfang"]} for letter in "ABCDE"]
    plan = {"vorname": "Samira", "ziele": goals}
    record = made("integrationsfoerderplan", plan, f"plan.{suffix}")
    told = run("generate", "integrationsfoerderplan", "--from", record, "-o", f"neu.{suffix}")
    assert "11 Angaben" in told.stderr.decode()
    (same,) = json.loads(run("read", f"neu.{suffix}", "--against", record, "--json").stdout)
    assert len(results(same)) == 11
    assert set(results(same).values()) == {"same"}
    made("integrationsfoerderplan", plan | {"ziele": goals[:4]}, f"weniger.{suffix}")
    fewer = run("read", f"weniger.{suffix}", "--against", record).stdout.decode()
    assert "9 gleich, 2 nicht gleich" in fewer
    assert "„Ziel 5: Wortlaut des Ziels“ ist leer" in " ".join(fewer.split())
    assert "Ziel 5, Teilziel 1" in fewer


def test_no_consent_is_given_beforehand(run, made, tmp_path):
    consent = {"name": "Haddad", "name_sorge": ["Rana Haddad"], "zustimmung_daten": "ja"}
    record = made("einwilligung-daten", consent, "alt.docx")
    told = run("generate", "einwilligung-daten", "--from", record, "-o", "neu.docx", "--json")
    assert json.loads(told.stdout)["taken"] == ["name", "name_sorge[0]"]
    (document,) = json.loads(run("read", "neu.docx", "--json").stdout)
    assert values(document) == {"name": "Haddad", "name_sorge[0]": "Rana Haddad"}


def test_the_data_that_were_sent_may_be_compared(run, made, tmp_path):
    sent = {"name": "Özdemir", "vorname": "Ayşe", "anlass": "abbruch"}
    made("feedbackbogen", sent | {"vorname": "Ayse", "q2_geaendert": "nein"}, "fb.docx")
    (tmp_path / "gesendet.json").write_text(json.dumps(sent), "utf-8")
    (document,) = json.loads(run("read", "fb.docx", "--against", "gesendet.json", "--json").stdout)
    assert document["against"]["form"] is None
    assert results(document) == {
        "name": "same",
        "vorname": "changed",
        "anlass": "same",
        "q2_geaendert": "added",
    }


@needs_tesseract
@pytest.mark.engine
def test_a_scan_gives_only_accepted_values_away_and_is_compared_with_care(run, made, tmp_path):
    asked = ASKED | {"name": "Klein", "erwartungen": "Ich will bis Ende Mai arbeiten."}
    record = made("erwartungsbogen", asked, "eb.pdf")
    scan(tmp_path / "eb.pdf", tmp_path / "eb-scan.pdf")
    (tmp_path / "geraten.json").write_bytes(run("read", "eb-scan.pdf", "--json").stdout)
    told = run("generate", "feedbackbogen", "--from", "geraten.json", "-o", "fb.docx")
    assert told.returncode == 0, told.stderr.decode()
    assert "arbeiten" not in told.stderr.decode()
    (guessed,) = json.loads((tmp_path / "geraten.json").read_bytes())
    accepted = {str(one["value"]) for one in guessed["fields"].values() if one["accepted"]}
    (taken,) = json.loads(run("read", "fb.docx", "--json").stdout)
    assert values(taken)
    # Träger and Maßnahme stand in one field of the next form.
    assert {part for one in values(taken).values() for part in one.split(", ")} <= accepted
    missed = [one for one in guessed["fields"].values() if not one["accepted"]]
    assert ("Nicht übernommen" in told.stderr.decode()) is bool(missed)

    run("generate", "feedbackbogen", "--from", record, "-o", "fb.pdf")
    scan(tmp_path / "fb.pdf", tmp_path / "fb-scan.pdf")
    (document,) = json.loads(run("read", "fb-scan.pdf", "--against", record, "--json").stdout)
    assert document["medium"] == "scan"
    assert results(document)["q1_erwartung"] in ("same", "white-space")
    assert "changed" not in set(results(document).values())

    made("feedbackbogen", {"name": "Klein", "q1_erwartung": "Ich will Ruhe haben."}, "anders.pdf")
    scan(tmp_path / "anders.pdf", tmp_path / "anders-scan.pdf")
    (other,) = json.loads(run("read", "anders-scan.pdf", "--against", record, "--json").stdout)
    assert results(other)["q1_erwartung"] == "changed"


def scan(source, target):
    """Print a form and scan it: pictures of its pages, without fields or text."""
    document = pypdfium2.PdfDocument(source)
    document.init_forms()
    pages = [page.render(scale=200 / 72, grayscale=True).to_pil() for page in document]
    document.close()
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=200, quality=80)
    target.write_bytes(out.getvalue())


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--from", "daten.json"], 1, "kein Datensatz"),
        (["--from", "feedback.json"], 1, "feedbackbogen/2023-09-22"),
        (["--from", "fehlt.json"], 1, "fehlt.json gibt es nicht"),
        (["--from", "eb.docx"], 1, "kein gültiges JSON"),
        (["--from", "-", "--data", "-"], 2, "Standardeingabe"),
        (["--from", "feedback.json", "--list", "liste.csv"], 2, "--list"),
        ([], 2, "--from"),
    ],
)
def test_what_cannot_be_taken_over_is_told_and_nothing_written(
    run, made, tmp_path, arguments, status, words
):
    made("erwartungsbogen", ASKED, "eb.docx")
    (tmp_path / "feedback.json").write_text(
        json.dumps(
            {"form": {"id": "feedbackbogen", "edition": "2023-09-22"}, "fields": {}, "file": "x"}
        )
    )
    done = run("generate", "erwartungsbogen", *arguments, "-o", "neu.docx")
    assert done.returncode == status
    assert words in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert not (tmp_path / "neu.docx").exists()


def test_a_record_of_another_form_is_named_instead_of_a_comparison(run, made):
    record = made("feedbackbogen", PREFILLED, "fb.docx")
    made("erwartungsbogen", ASKED, "eb.docx")
    read = run("read", "eb.docx", "--against", record, "--json")
    assert read.returncode == 1
    (document,) = json.loads(read.stdout)
    assert "feedbackbogen/2023-09-22" in document["error"]["message"]
