"""What a list would make new is shown before anybody says yes."""

import re

import pytest
from sqlalchemy import select

from formservice.adapters.store import schema
from tests.web.casework.conftest import CARLA
from tests.web.casework.test_lists_of_others import HEAD, shown_of, taken

NEW = "{number};Neu;{name};01.02.2003;;;;;{ifk}\n"


def list_of(count, ifk=""):
    return "".join(NEW.format(number=1000 + at, name=f"Nr{at}", ifk=ifk) for at in range(count))


def plain(page):
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).split())


def test_one_new_person_without_a_massnahme_is_shown(browser, massnahmen):
    told = plain(shown_of(browser("frank"), list_of(1)))
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
    frank = browser("frank")
    house.office.change.ended(name, house.today(), CARLA)
    told = plain(shown_of(frank, row.format("")))
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


TICK = "Ohne Angabe einer Fachkraft: mir zuordnen"


def kept_as_shown(browser, page, **changed):
    """Send the form of a page of a list as it stands there, or with something changed."""
    fields = dict(re.findall(r'name="(liste|profil)" value="([^"]*)"', page.text))
    if re.search(r'name="mir-zuordnen"[^>]*\bchecked', page.text):
        fields["mir-zuordnen"] = "1"
    fields |= {key.replace("_", "-"): one for key, one in changed.items()}
    given = {key: one for key, one in fields.items() if one}
    return browser.post("/faelle/einlesen/uebernehmen", data=given)


def whose(house, number):
    with house.store.look() as work:
        cases, persons = schema.cases, schema.persons
        joined = select(cases.c.ifk).join(persons, persons.c.id == cases.c.person)
        return work.connection.execute(joined.where(persons.c.number == number)).scalar_one()


def test_new_cases_that_the_list_gives_to_nobody_are_the_caseworkers_own(
    browser, house, massnahmen
):
    carla = browser("carla")
    rows = list_of(2) + NEW.format(number=7, name="Letzte", ifk="Niemand")
    shown = shown_of(carla, rows)
    told = plain(shown)
    assert "3 neue Fälle, davon 2 für Sie, davon 1 ohne Fachkraft" in told
    assert TICK in told
    assert kept_as_shown(carla, shown).status_code == 303
    assert [whose(house, one) for one in ("1000", "1001", "7")] == ["carla", "carla", None]
    assert "Nr1" in carla.get("/faelle").text


def test_without_the_tick_new_cases_are_nobodys(browser, house, massnahmen):
    carla = browser("carla")
    shown = shown_of(carla, list_of(1))
    assert kept_as_shown(carla, shown, mir_zuordnen="").status_code == 303
    assert whose(house, "1000") is None


def test_who_leads_is_not_asked_and_gets_no_case(browser, house, massnahmen):
    frank = browser("frank")
    shown = shown_of(frank, list_of(1))
    assert TICK not in shown.text
    assert kept_as_shown(frank, shown, mir_zuordnen="1").status_code == 303
    assert whose(house, "1000") is None


def test_where_the_list_names_everybody_nothing_is_asked(browser, massnahmen):
    shown = shown_of(browser("carla"), list_of(1, "Dirk Fall"))
    assert TICK not in shown.text
    assert "für Sie" not in shown.text


def test_programs_say_that_new_cases_are_theirs(browser, house, massnahmen):
    carla = browser("carla")
    files = {"file": ("liste.csv", (HEAD + list_of(1)).encode(), "text/csv")}
    lists = "/api/v1/participants/lists"
    told = carla.post(lists, files=files, data={"mine": "true"}).json()
    assert (told["new_cases_without_ifk"], told["opened"][0]["ifk"]) == (0, "carla")
    done = carla.post(f"{lists}/{told['name']}/import", json={"mine": True})
    assert done.json()["new_cases_without_ifk"] == 0
    assert whose(house, "1000") == "carla"
    refused = browser("frank").post(lists, files=files, data={"mine": "true"})
    assert (refused.status_code, refused.json()["code"]) == (400, "usage")


def test_a_list_without_rows_says_so(browser, massnahmen):
    told = plain(shown_of(browser("carla"), ""))
    assert "Die Liste hat keine Zeilen." in told
    assert "schon bekannt" not in told
