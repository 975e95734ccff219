"""What short answers amount to, both ways."""

import pytest

from formservice.domain.answers import (
    only_points_elsewhere,
    says_all_reached,
    says_none,
    says_only_yes,
    words,
)


@pytest.mark.parametrize(
    "text",
    [
        "keine",
        "Keine.",
        "KEINE",
        "nichts",
        "gar nichts",
        "noch keine",
        "Leider habe ich nichts erreicht",
        "keine einzige",
        "Es gibt keine",
        "Ich habe keine meiner Erwartungen erreicht",
        "nein",
        "entfällt",
        "keine Erwartungen nicht erreicht",
        "Noch keine der Erwartungen erreicht",
    ],
)
def test_none_is_understood(text):
    assert says_none(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "keine Wohnung gefunden",
        "Ich habe keine Arbeit",
        "nicht alle",
        "alle erreicht",
        "nichts außer dem Kurs",
        "den Führerschein",
        "nicht viel",
    ],
)
def test_an_answer_that_names_something_is_not_none(text):
    assert not says_none(text)


@pytest.mark.parametrize(
    "text",
    [
        "Alle erreicht!",
        "alle erfüllt",
        "Alle Erwartungen wurden erfüllt",
        "vollständig umgesetzt",
        "Ich habe alle meine Ziele erreicht",
        "keine, alle erreicht",
        "alles hat geklappt",
        "es wurde alles erreicht",
        "Nichts, ich habe alles geschafft, was ich wollte",
    ],
)
def test_all_reached_is_understood(text):
    assert says_all_reached(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nicht alle",
        "alle außer der Wohnung",
        "fast alles",
        "keine",
        "alles nicht",
        # To „Welche habe ich nicht erreicht?“ these say that nothing was reached.
        "alle",
        "leider alle",
        "alles",
        "alle Ziele",
    ],
)
def test_less_than_all_is_not_all(text):
    assert not says_all_reached(text)


@pytest.mark.parametrize(
    "text", ["ja", "Ja!", "ja, sehr", "Ja, haben sich geändert", "ja klar", "Ja, auf jeden Fall"]
)
def test_a_bare_yes_is_understood(text):
    assert says_only_yes(text)


@pytest.mark.parametrize(
    "text", ["", "nein", "ja, in Richtung Pflege", "jain", "ja und nein", "Ja: erst Deutsch"]
)
def test_more_than_a_yes_is_not_bare(text):
    assert not says_only_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        "siehe Beiblatt",
        "s. Beiblatt",
        "Siehe Anlage 1",
        "weitere Ausführungen auf dem Beiblatt",
        "siehe beigefügtes Blatt",
        "s. Rückseite",
    ],
)
def test_a_pointer_to_another_sheet_is_understood(text):
    assert only_points_elsewhere(text)


def test_a_pointer_to_a_sheet_named_by_the_definition_is_understood():
    assert only_points_elsewhere("siehe Merkblatt 3", ("Merkblatt",))
    assert not only_points_elsewhere("siehe Merkblatt 3")


@pytest.mark.parametrize(
    "text", ["", "Umzug", "Umzug, siehe Beiblatt", "Die Anlage war kaputt", "Anlagenmechaniker"]
)
def test_an_answer_beside_a_pointer_is_an_answer(text):
    assert not only_points_elsewhere(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Ich will Arbeit", 3),
        ("B1-Kurs machen", 2),
        ("… – !", 0),
        ("我想工作", 2),
        ("ฉันต้องการทำงาน", 7),
        ("أريد أن أعمل", 3),
    ],
)
def test_words_are_counted_in_scripts_with_and_without_blanks(text, count):
    assert len(words(text)) == count
