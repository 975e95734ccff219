"""A list of participants neither tells nor changes anything about cases of colleagues."""

import pytest
from sqlalchemy import select

from formservice.adapters.store import schema
from tests.web.casework.conftest import CARLA, DIRK, PART, sought

HEAD = "Kundennummer;Name;Vorname;Geburtsdatum;Maßnahme;Träger;von;bis;IFK\n"
OTHER = "0815;Anders;Leyla;01.01.1990;;;;;Dirk Fall\n"
SAME = "{number};Öztürk;Ayşe Nur;03.02.2001;;;;;Dirk Fall\n"
IN_MASSNAHME = "0900;Weber;Ben;;Startklar;Bildungswerk Lindenhof;01.10.2026;;\n"
ASK_LEAD = "Diese Nummer gehört zu einem Fall, den jemand anderes führt. Bitte die Leitung fragen."


def people(house):
    """Everything that is kept of people, their cases and participations."""
    with house.store.look() as work:
        tables = (schema.persons, schema.cases, schema.participations)
        return [
            sorted(map(tuple, work.connection.execute(select(one))), key=str) for one in tables
        ]


def shown_of(browser, rows, **data):
    files = {"datei": ("liste.csv", (HEAD + rows).encode(), "text/csv")}
    return browser.post("/faelle/einlesen", data={"profil": "marzipan", **data}, files=files)


def taken(browser, rows, **data):
    name = browser.post(
        "/api/v1/participants/lists",
        files={"file": ("liste.csv", (HEAD + rows).encode(), "text/csv")},
    ).json()["name"]
    data |= {"liste": name, "profil": "marzipan"}
    return browser.post("/faelle/einlesen/uebernehmen", data=data)


@pytest.mark.parametrize("row", [OTHER, SAME.format(number="0815")], ids=["other", "same"])
def test_the_number_of_a_colleagues_case_tells_nothing_but_to_ask_the_lead(
    browser, house, case, row
):
    case()
    before = people(house)
    shown = shown_of(browser("dirk"), row)
    assert shown.status_code == 200
    assert f"Zeile 2: {ASK_LEAD}" in shown.text
    assert "schon bekannt" not in shown.text
    assert "/einlesen/uebernehmen" not in shown.text
    for told in ("03.02.2001", "Öztürk", "Ist das", CARLA.id):
        assert told not in shown.text
    for answer in ("", "neu", "bekannt"):
        data = {"wer-0815": answer} if answer else {}
        assert taken(browser("dirk"), row, beenden="1", **data).status_code == 303
        assert people(house) == before


def test_the_name_and_birthday_of_a_colleagues_person_are_those_of_nobody(browser, case):
    case()
    row = SAME.format(number="0816").replace(" Nur", "")
    shown = shown_of(browser("dirk"), row)
    assert "Ist das" not in shown.text
    assert "0815" not in shown.text
    assert "Ist das" in shown_of(browser("carla"), row).text
    assert "Ist das" in shown_of(browser("frank"), row).text


def test_who_is_gone_is_gone_from_ones_own_cases_only(browser, house, case):
    name, _ = case()
    mine, _ = case(DIRK, name="Weber", number="0901")
    shown = shown_of(browser("dirk"), IN_MASSNAHME)
    assert "Nicht mehr in der Liste" in shown.text
    assert "Öztürk" not in shown.text
    assert taken(browser("dirk"), IN_MASSNAHME, beenden="1").status_code == 303
    (kept,) = house.office.cases.one(name, CARLA, house.today()).parts
    (ended,) = house.office.cases.one(mine, DIRK, house.today()).parts
    assert f"{kept.bis:%d.%m.%Y}" == PART["bis"]
    assert ended.bis == house.today()


def test_a_list_takes_no_case_of_a_colleague_and_may_hand_ones_own(browser, house, case):
    name, _ = case()
    row = SAME.format(number="0815")
    taken(browser("dirk"), row)
    page = house.office.cases.one(name, CARLA, house.today())
    assert (page.ifk, page.person.vorname) == ("carla", "Ayşe")
    taken(browser("carla"), row)
    page = house.office.cases.one(name, DIRK, house.today())
    assert (page.ifk, page.person.vorname) == ("dirk", "Ayşe Nur")


def test_a_lead_changes_the_cases_of_everybody(browser, house, case):
    name, _ = case()
    taken(browser("frank"), SAME.format(number="0815"))
    assert house.office.cases.one(name, DIRK, house.today()).ifk == "dirk"


def test_programs_are_told_no_more_than_people(browser, house, case):
    case()
    before = people(house)
    dirk = browser("dirk")
    rows = OTHER + IN_MASSNAHME
    files = {"file": ("liste.csv", (HEAD + rows).encode(), "text/csv")}
    shown = dirk.post("/api/v1/participants/lists", files=files)
    told = shown.json()
    assert (told["withheld"], told["in_doubt"], told["gone"]) == (1, [], 0)
    assert told["problems"] == [{"line": 2, "message": ASK_LEAD}]
    for hidden in ("Öztürk", "Ayşe", "2001", "carla"):
        assert hidden not in shown.text
    asked = {"end_gone": True, "profile": "marzipan", "same": ["0815"]}
    done = dirk.post(f"/api/v1/participants/lists/{told['name']}/import", json=asked)
    assert (done.json()["withheld"], done.json()["new_persons"]) == (1, 1)
    after = people(house)
    for kind, now in zip(before, after, strict=True):
        assert {*kind} <= {*now}


def test_the_number_of_a_colleagues_person_is_given_to_nobody(browser, house, case):
    case()
    mine, _ = case(DIRK, name="Weber", vorname="Ben", geburtsdatum="", number="")
    row = "0815;Weber;Ben;;;;;;\n"
    shown = shown_of(browser("dirk"), row)
    assert ASK_LEAD in shown.text
    assert taken(browser("dirk"), row, **{"wer-0815": "bekannt"}).status_code == 303
    assert house.office.cases.one(mine, DIRK, house.today()).person.number is None
    assert sought(r"(0815)", browser("carla").get("/faelle").text)
