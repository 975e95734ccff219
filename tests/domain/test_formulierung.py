"""What the wording of an aim or a release amounts to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formservice.domain.formulierung import Aim, releases_everything, weak_aims


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sicherung des Aufenthalts", []),
        ("Notwendige psychische Stabilität ist hergestellt.", []),
        ("Ich finde nicht nur eine Arbeit, sondern auch eine Wohnung.", []),
        ("Eine Kita in Nichtern ist gefunden", []),
        ("Keine Schulden machen", [Aim.DENIES]),
        ("Nicht mehr zu spät kommen", [Aim.DENIES]),
        ("Ich versuche, pünktlich zu sein", [Aim.TRIES]),
        ("Er bemüht sich um Arbeit", [Aim.TRIES]),
        ("Eventuell einen Kurs besuchen", [Aim.TRIES]),
        ("Ggf. einen Kurs besuchen", [Aim.TRIES]),
        ("Ich versuche, nicht zu fehlen", [Aim.DENIES, Aim.TRIES]),
        ("", []),
    ],
)
def test_an_aim_is_weak_when_it_denies_or_only_tries(text, expected):
    assert list(weak_aims(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "alles",
        "Alle Daten",
        "alle meine Unterlagen",
        "alle persönlichen Daten",
        "an alle Ämter und Behörden",
        "Sämtliche\nUnterlagen",
        "jegliche Auskünfte",
        "Auskünfte aller Art",
        "alle zuständigen Stellen",
        "jede Behörde",
        "allen, die danach fragen",
        "alle Sozialdaten",
        "pauschal",
        "Jobcenter, Schule usw.",
        "Jobcenter, Schule etc.",
        "u. a. das Jobcenter",
        "Dritte",
        "Weitergabe an Dritte erlaubt",
        "uneingeschränkt",
        "was auch immer nötig ist",
    ],
)
def test_everything_or_everybody_is_a_blanket_release(text):
    assert releases_everything(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alle Termine im März 2018",
        "Ergebnis des Sprachtests B1",
        "Jobcenter Musterstadt, Frau Beispiel",
        "Die dritte Bewerbung und ihr Ausgang",
        "Zeugnis der dritten Klasse",
        "Dritte Klasse: das Zeugnis",
        "Allergie gegen Nüsse",
        "Bericht über alle drei Gespräche",
        "Generalvollmacht vom 3. März",
    ],
)
def test_one_thing_or_one_body_is_no_blanket_release(text):
    assert not releases_everything(text)


@given(st.text(max_size=300))
def test_any_text_can_be_judged(text):
    assert isinstance(releases_everything(text), bool)
    assert set(weak_aims(text)) <= set(Aim)
