"""What a form says about taking values over from another is held against both forms."""

import shutil
from pathlib import Path

import pytest

from formservice.domain.errors import Problem
from tests.adapters.note_form import NOTE, problems_of

ROOT = Path(__file__).parent.parent.parent
FORM = """\
  wer: {kind: text, label: "Wer:"}
  wann: {kind: date, label: "Wann:"}
  worte: {kind: multiline, label: "Worte:", o_ton: true}
  hand: {kind: signature, label: Unterschrift}
  eilt: {kind: choice, label: Eilt, options: {ja: ja, nein: nein}}
  anrufe:
    kind: group
    title: Anruf
    rows: 2
    fields:
      text: {kind: text, label: "Anruf {n}:"}
prefill:
"""


@pytest.fixture
def problems(tmp_path):
    """Return what is wrong if a form beside the Erwartungsbogen declares ``prefill`` so."""
    mappings = tmp_path / "mappings"
    for edition in ("2023-07-24",):
        target = mappings / "erwartungsbogen" / f"{edition}.yaml"
        target.parent.mkdir(parents=True)
        shutil.copy(ROOT / "mappings" / "erwartungsbogen" / f"{edition}.yaml", target)

    def found(entry: str, form: str = "erwartungsbogen") -> list[Problem]:
        return list(problems_of(tmp_path, f"{FORM}  {form}:\n    fields: {entry}\n"))

    return found


def only(found: list[Problem]) -> tuple[str, str, str | None]:
    (problem,) = found
    assert problem.file == NOTE
    assert "(Zeile " in problem.where
    return problem.where.split(" (")[0], problem.message, problem.nearest


@pytest.mark.parametrize(
    "entry",
    [
        "{wer: [vorname, name], wann: geburtsdatum, worte: erwartungen}",
        "{eilt: fahrkosten, wer: teilnahme_von}",
    ],
)
def test_fields_of_both_forms_may_be_named(problems, entry):
    assert problems(entry) == []


def test_a_field_of_our_own_that_is_not_there_is_told_with_the_nearest(problems):
    place, message, guess = only(problems("{wehr: name}"))
    assert (place, guess) == ("prefill.erwartungsbogen.fields.wehr", "wer")
    assert "wehr" in message


def test_a_field_the_other_form_has_not_is_told_with_the_nearest(problems):
    place, message, guess = only(problems("{worte: erwartung}"))
    assert (place, guess) == ("prefill.erwartungsbogen.fields.worte", "erwartungen")
    assert "erwartungsbogen" in message


def test_one_of_several_editions_is_enough(problems, tmp_path):
    newer = tmp_path / "mappings/erwartungsbogen/2026-12.yaml"
    text = (ROOT / "mappings/erwartungsbogen/2023-07-24.yaml").read_text("utf-8")
    text = text.split("\n# Rules")[0].replace('"2023-07-24"', '"2026-12"')
    newer.write_text(text.replace("  erwartungen:", "  wuensche:"), "utf-8")
    assert problems("{worte: erwartungen}") == []
    assert problems("{worte: wuensche}") == []
    assert only(problems("{worte: hoffnungen}"))


def test_of_a_form_that_is_not_installed_nothing_is_known(problems):
    assert problems("{worte: irgendwas}", "aufnahmebogen") == []


def test_a_form_spelt_almost_like_a_known_one_is_told(problems):
    place, _, guess = only(problems("{worte: erwartungen}", "erwartungbogen"))
    assert (place, guess) == ("prefill.erwartungbogen", "erwartungsbogen")


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ("{worte: [erwartungen, name]}", "O-Ton"),
        ("{wann: name}", "text → date"),
        ("{eilt: fahrkosten_mittel}", "choice → choice"),
        ('{"anrufe[].text": name}', "Klammern"),
    ],
)
def test_what_can_never_be_taken_over_is_told(problems, entry, word):
    assert word in only(problems(entry))[1]


def test_a_signature_is_never_taken_over(problems):
    assert any("Unterschrift" in one.message for one in problems("{hand: name}"))


def test_a_form_may_say_what_a_newer_print_of_itself_takes_over(problems):
    assert problems("{wer: wer}", "notiz") == []
    assert only(problems("{wer: wehr}", "notiz"))[2] == "wer"


def test_a_declaration_is_never_ticked_beforehand(problems, monkeypatch):
    fixed = f'fixed_text: {{version: "1", sha256: "{"0" * 64}"}}\nprefill:'
    monkeypatch.setattr(f"{__name__}.FORM", FORM.replace("prefill:", fixed))
    assert "Erklärung" in only(problems("{eilt: fahrkosten}"))[1]
    assert problems("{wer: name}") == []


def test_what_breaks_the_schema_is_told_once(problems):
    assert only(problems("{wer: 7}"))[0].startswith("prefill.erwartungsbogen.fields.wer")


def test_master_data_are_checked_like_the_fields_of_a_form(problems):
    assert problems("{wer: name, wann: geburtsdatum}", "stammdaten") == []
    (unknown,) = problems("{wer: nachname}", "stammdaten")
    assert "nachname gibt es in stammdaten nicht" in unknown.message
    (other,) = problems("{wann: name}", "stammdaten")
    assert "text → date" in other.message
    (misspelt,) = problems("{wer: name}", "stammdatn")
    assert misspelt.nearest == "stammdaten"
