"""The words for the person a form is about are held against its fields, groups and options."""

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
  wer: {kind: text, label: "Wer:"}
  eilt: {kind: choice, label: Eilt, options: {ja: ja, nein: nein}}
  anrufe:
    kind: group
    title: Anruf
    rows: 2
    fields:
      text: {kind: text, label: "Anruf {n}:"}
      orte:
        kind: group
        title: Ort
        rows: 2
        item: {kind: text, label: "Ort {n}:"}
plain:
"""


@pytest.fixture
def problems(tmp_path):
    """Return what is wrong if a form says so in which words it is told."""
    (tmp_path / "mappings" / "notiz").mkdir(parents=True)

    def found(entry):
        path = tmp_path / "mappings" / "notiz" / "2026-01.yaml"
        path.write_text(f"{FORM}  {entry}\n", "utf-8")
        try:
            load(tmp_path / "mappings", tmp_path / "form_templates")
        except DefinitionError as error:
            return list(error.problems)
        return []

    return found


@pytest.mark.parametrize(
    "entry",
    [
        'wer: "Das war {value}."',
        'wer: ""',
        '"anrufe[].text": "{value}"',
        '"anrufe[].orte": Orte',
        '"anrufe[].orte": "Wo: {value}"',
        "eilt.ja: sofort",
        'eilt: "Eilt: {value}"',
    ],
)
def test_words_that_fit_are_taken(problems, entry):
    assert problems(entry) == []


@pytest.mark.parametrize(
    ("entry", "place", "said", "guess"),
    [
        ('wehr: "{value}"', "plain.wehr", "Ein Feld wehr gibt es nicht.", "wer"),
        ("wer: Jemand", "plain.wer", "Für den Wert steht hier {value}, und zwar einmal.", None),
        (
            'wer: "{value} und {value}"',
            "plain.wer",
            "Für den Wert steht hier {value}, und zwar einmal.",
            None,
        ),
        ('wer: "{wert}"', "plain.wer", "Möglich ist hier nur die Lücke {value}.", None),
        ("eilt.jaa: gern", "plain.eilt.jaa", "Die Auswahl eilt hat keine Option jaa.", "ja"),
        (
            'eilt.ja: "{value}"',
            "plain.eilt.ja",
            "Zu einer Option gehören Worte ohne Lücke.",
            None,
        ),
        (
            "anrufe: Anrufe",
            "plain.anrufe",
            "Hier stehen die Felder dieser Gruppe, jedes mit seinen eigenen Worten.",
            None,
        ),
        (
            '"anrufe[].orte[]": "{value}"',
            "plain.anrufe[].orte[]",
            "Ein Eintrag wird mit seiner Gruppe genannt; bitte deren Namen schreiben.",
            None,
        ),
        ("wer: 7", "plain.wer", "Hier muss ein Text stehen", None),
    ],
)
def test_words_that_do_not_fit_are_explained_at_their_line(problems, entry, place, said, guess):
    (problem,) = problems(entry)
    assert problem.where.split(" (")[0] == place
    assert "(Zeile " in problem.where
    assert problem.message.startswith(said)
    assert problem.nearest == guess
