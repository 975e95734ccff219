"""What a list would make new is shown before anybody says yes."""

import re

import pytest

from tests.web.casework.conftest import CARLA
from tests.web.casework.test_lists_of_others import HEAD, shown_of, taken

NEW = "{number};Neu;{name};01.02.2003;;;;;{ifk}\n"


def list_of(count, ifk=""):
    return "".join(NEW.format(number=1000 + at, name=f"Nr{at}", ifk=ifk) for at in range(count))


def plain(page):
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).split())


def test_one_new_person_without_a_massnahme_is_shown(browser, massnahmen):
    told = plain(shown_of(browser("carla"), list_of(1)))
    for one in (
        "1 Zeile gelesen, 0 ohne Änderung.",
        "1 neue Person 1 neuer Fall, davon 1 ohne Fachkraft",
        "Neue Personen und Fälle",
        "Neu, Nr0 1000 01.02.2003 ja –",
    ):
        assert one in told
    assert "Personen übernehmen" not in told


def test_of_many_the_first_hundred_are_shown_and_the_button_names_how_many(browser, massnahmen):
    rows = list_of(101, "Dirk Fall") + NEW.format(number=7, name="Letzte", ifk="Niemand")
    told = plain(shown_of(browser("carla"), rows))
    assert "102 neue Personen 102 neue Fälle, davon 1 ohne Fachkraft" in told
    assert "102 Personen übernehmen" in told
    assert "Neu, Nr99 1099 01.02.2003 ja Dirk Fall … und 2 weitere" in told
    assert "Niemand (1 Zeile)" in told


def test_a_known_person_whose_case_ended_gets_a_new_one_and_a_case_handed_over_is_counted(
    browser, house, case
):
    name, _ = case()
    row = "0815;Öztürk;Ayşe;03.02.2001;;;;;{}\n"
    handed = plain(shown_of(browser("carla"), row.format("Dirk Fall")))
    assert "1 Fall bekommt eine andere Fachkraft" in handed
    carla = browser("carla")
    house.office.change.ended(name, house.today(), CARLA)
    told = plain(shown_of(carla, row.format("")))
    assert "1 neuer Fall, davon 1 ohne Fachkraft" in told
    assert "neue Person" not in told
    assert "Öztürk, Ayşe 0815 03.02.2001 nein –" in told


def test_programs_are_told_who_is_new(browser, massnahmen):
    rows = list_of(1, "Dirk Fall") + NEW.format(number=7, name="Letzte", ifk="")
    files = {"file": ("liste.csv", (HEAD + rows).encode(), "text/csv")}
    told = browser("carla").post("/api/v1/participants/lists", files=files).json()
    assert (told["new_cases"], told["new_cases_without_ifk"]) == (2, 1)
    person = {"name": "Neu", "geburtsdatum": "2003-02-01", "is_new": True}
    assert told["opened"] == [
        {"number": "1000", "vorname": "Nr0", "ifk": "dirk", **person},
        {"number": "7", "vorname": "Letzte", "ifk": None, **person},
    ]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (list_of(1), "Übernommen: 1 neue Person, 0 neue Teilnahmen, 0 geändert."),
        (list_of(2), "Übernommen: 2 neue Personen, 0 neue Teilnahmen, 0 geändert."),
    ],
)
def test_what_was_taken_over_is_told_in_one_or_many(browser, massnahmen, rows, sentence):
    carla = browser("carla")
    assert taken(carla, rows).status_code == 303
    assert sentence in carla.get("/faelle").text


def test_a_list_without_rows_says_so(browser, massnahmen):
    told = plain(shown_of(browser("carla"), ""))
    assert "Die Liste hat keine Zeilen." in told
    assert "schon bekannt" not in told
