"""The words for the person a form is about are held against its fields, groups and options."""

import pytest

from tests.adapters.note_form import problems_of

FORM = """\
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
    return lambda entry: list(problems_of(tmp_path, f"{FORM}  {entry}\n"))


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
