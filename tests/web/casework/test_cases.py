"""Cases in a browser: found, opened, corrected, handed over, and every step taken back."""

import re
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import select, update

from formservice.adapters.definitions.mappings import Definitions
from formservice.adapters.store import schema
from formservice.application.issuing import Target
from tests import known
from tests.web.casework.conftest import CARLA, DIRK, PART, PERSON, sought


def undo_of(answer):
    """Return address and fields of the button „Rückgängig machen“ of a page."""
    found = re.search(
        r'<form method="post" action="([^"]+)">(?:(?!</form>).)*?fs-btn--small'
        r"(?:(?!</form>).)*?Rückgängig",
        answer.text,
        re.DOTALL,
    )
    assert found, "no undo"
    return found[1], dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0]))


def test_a_case_is_opened_corrected_and_the_correction_taken_back(browser, massnahmen):
    carla = browser("carla")
    made = carla.post("/faelle/neu/anlegen", data=PERSON | PART)
    assert made.status_code == 303
    address = made.headers["location"]
    shown = carla.get(address)
    assert "Ayşe Öztürk" in shown.text
    assert "Startklar" in shown.text
    seen = sought(r'name="seen" value="(\w+)"', carla.get(f"{address}/person").text)
    # Whoever does not say what they had before them changes nothing.
    assert carla.post(f"{address}/person", data=PERSON | {"name": "Yılmaz"}).status_code == 409
    carla.post(f"{address}/person", data=PERSON | {"name": "Yılmaz", "seen": seen})
    shown = carla.get(address)
    assert "Ayşe Yılmaz" in shown.text
    where, fields = undo_of(shown)
    assert carla.post(where, data=fields).status_code == 303
    assert "Ayşe Öztürk" in carla.get(address).text


def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(browser, massnahmen):
    answer = browser("carla").post(
        "/faelle/neu/anlegen", data={"name": "Öztürk", "geburtsdatum": "31.02.2001"}
    )
    assert answer.status_code == 422
    assert 'value="Öztürk"' in answer.text
    assert 'href="#vorname"' in answer.text
    for key in ("vorname", "geburtsdatum"):
        assert f'id="{key}-error"' in answer.text


def test_of_two_windows_the_second_keeps_what_was_typed_and_is_told(browser, case):
    name, _ = case()
    carla = browser("carla")
    page = carla.get(f"/faelle/{name}/person").text
    seen = sought(r'name="seen" value="(\w+)"', page)
    first = carla.post(f"/faelle/{name}/person", data=PERSON | {"seen": seen, "vorname": "Ay"})
    second = carla.post(f"/faelle/{name}/person", data=PERSON | {"seen": seen, "vorname": "Be"})
    assert (first.status_code, second.status_code) == (303, 409)
    assert 'value="Be"' in second.text


def test_a_search_is_no_part_of_an_address(browser, case):
    case()
    carla = browser("carla")
    found = carla.post("/faelle/suche", data={"worte": "oeztuerk"})
    assert "Öztürk, Ayşe" in found.text
    addresses = re.findall(r'(?:href|action)="([^"]+)"', found.text)
    assert not any("ztuerk" in one.lower() or "ztürk" in one.lower() for one in addresses)
    assert "ist zu finden" not in carla.post("/faelle/suche", data={"worte": "niemand"}).text


def test_a_long_list_has_a_next_page_and_no_name_in_its_address(browser, case):
    for number in range(52):
        case(name=f"Name{number:02}", number=str(number))
    carla = browser("carla")
    first = carla.get("/faelle").text
    following = sought(r'href="(/faelle\?[^"]*nach=[^"]+)"', first).replace("&amp;", "&")
    assert "Name" not in following
    second = carla.get(following).text
    assert ("Name49" in first, "Name50" in second, "Name00" in second) == (True, True, False)
    found = carla.post("/faelle/suche", data={"worte": "name"})
    after = sought(r'name="nach" value="([^"]+)"', found.text)
    more = carla.post("/faelle/suche", data={"worte": "name", "wer": "alle", "nach": after})
    assert "Name51" in more.text


def test_a_case_is_taken_and_handed_over(browser, house, case):
    name, _ = case(author=DIRK)
    assert browser("carla").get(f"/faelle/{name}").status_code == 404
    house.office.change.handed(name, "frank", DIRK)
    frank = browser("frank")
    assert frank.post(f"/faelle/{name}/uebergeben", data={"to": "elif"}).status_code == 422
    assert frank.post(f"/faelle/{name}/uebergeben", data={"to": "carla"}).status_code == 303
    assert browser("carla").get(f"/faelle/{name}").status_code == 200
    with house.store.work() as work:
        work.connection.execute(schema.cases.update().values(ifk=None))
    assert "Fall übernehmen" in browser("dirk").get(f"/faelle/{name}").text
    assert browser("dirk").post(f"/faelle/{name}/uebernehmen").status_code == 303
    assert browser("carla").post(f"/faelle/{name}/uebernehmen").status_code == 404


def test_an_erwartungsbogen_is_there_in_two_clicks(browser, case):
    name, part = case()
    carla = browser("carla")
    page = carla.get(f"/faelle/{name}").text
    first = sought(r'href="(/faelle/[^"]+/ausgeben\?form=erwartungsbogen[^"]*)"', page)
    shown = carla.get(first.replace("&amp;", "&")).text
    assert ("Startklar" in shown, "Carla Fall" in shown, "Erwartungen" in shown) == (True,) * 3
    targets = re.findall(r'name="ziel" value="([^"]+)"', shown)
    assert targets == [f"{name}/{part}"]
    data = {"form": "erwartungsbogen", "ziel": targets, "format": "docx"}
    made = carla.post("/ausgaben", data=data)
    file = carla.get(made.headers["location"])
    assert file.headers["content-disposition"] == (
        'attachment; filename="Oeztuerk_Ayse_Erwartungsbogen.docx"'
    )
    assert file.content.startswith(b"PK")
    shown = carla.get(f"/faelle/{name}").text
    assert "als versandt vermerken" in shown
    reference = made.headers["location"].rpartition("/")[2]
    carla.post(f"/faelle/{name}/versandt", data={"reference": reference})
    shown = carla.get(f"/faelle/{name}")
    assert "Vermerk zurücknehmen" in shown.text
    carla.post(undo_of(shown)[0], data=undo_of(shown)[1])


def test_what_a_case_begins_with_is_told_by_the_definitions(house, browser, case):
    form = "schweigepflichtentbindung"
    house.forms = Definitions(
        replace(one, issued_first="Entbindung" if one.ref.form == form else "")
        for one in known.services().forms
    )
    (one, _), carla = case(), browser("carla")
    assert "Entbindung ausgeben" in carla.get(f"/faelle/{one}").text
    shown = carla.get("/faelle").text
    assert 'data-label="Entbindung">noch keiner' in shown
    assert f'<option value="{form}" selected>' in shown
    assert re.search(rf'value="{form}"[^>]* checked', carla.get(f"/faelle/{one}/ausgeben").text)


def test_no_form_is_offered_by_itself_where_no_definition_says_so(house, browser, case):
    house.forms = Definitions(replace(one, issued_first="") for one in known.services().forms)
    (one, _), carla = case(), browser("carla")
    assert "Formular ausgeben" in (page := carla.get(f"/faelle/{one}").text)
    assert "ausgeben?form=" not in page
    assert "noch keiner" not in carla.get("/faelle").text
    assert " checked" not in carla.get(f"/faelle/{one}/ausgeben").text


def test_many_are_fetched_as_one_file_that_names_each(browser, case):
    targets = []
    for number in range(3):
        name, part = case(name=f"Öz/{number}", number=str(number))
        targets.append(f"{name}/{part}")
    carla = browser("carla")
    shown = carla.post("/ausgaben/vorschau", data={"form": "erwartungsbogen", "ziel": targets})
    assert shown.text.count('name="ziel"') == 3
    data = {"form": "erwartungsbogen", "ziel": targets, "format": "pdf"}
    made = carla.post("/ausgaben", data=data)
    assert "3 Formulare" in carla.get(made.headers["location"]).text
    file = carla.get(made.headers["location"] + "/alle.zip")
    with zipfile.ZipFile(BytesIO(file.content)) as archive:
        names = [one.rpartition("/")[2] for one in archive.namelist()]
        assert names == [f"Oez_{number}_Ayse_Erwartungsbogen.pdf" for number in range(3)] or (
            sorted(names) == [f"Oez_{number}_Ayse_Erwartungsbogen.pdf" for number in range(3)]
        )
        assert all(archive.read(one).startswith(b"%PDF") for one in archive.namelist())
    # The page counts the name of the folder to tell how far it is.
    assert file.content.count(b"Formulare_") == 2 * len(names)
    carla.post(made.headers["location"] + "/versandt")
    assert "noch nicht" not in carla.get(made.headers["location"]).text


def test_nobody_is_ticked(browser, case):
    answer = browser("carla").post("/ausgaben/vorschau", data={"form": "erwartungsbogen"})
    assert answer.status_code == 400
    assert "ankreuzen" in answer.text


def test_a_summary_for_a_substitute_says_what_matters(browser, case):
    name, _ = case()
    shown = browser("carla").get(f"/faelle/{name}/kurz").text
    for part in ("Ayşe Öztürk", "03.02.2001", "Startklar", "Fall angelegt"):
        assert part in shown
    assert "Teilnahme angelegt" in browser("carla").get(f"/faelle/{name}/verlauf").text


def test_a_case_ends_and_is_opened_again(browser, case):
    name, _ = case()
    carla = browser("carla")
    carla.post(f"/faelle/{name}/ende", data={"ended": "20.11.2026"})
    assert "seit dem 20.11.2026 beendet" in carla.get(f"/faelle/{name}").text
    assert name not in carla.get("/faelle").text
    assert name in carla.get("/faelle?beendet=1").text
    carla.post(f"/faelle/{name}/ende", data={"wieder": "1"})
    assert name in carla.get("/faelle").text


LIST = (
    "Kundennummer;Name;Vorname;Geburtsdatum;Maßnahme;Träger;von;bis;IFK\n"
    "0815;Öztürk;Ayşe Nur;03.02.2001;Startklar;Bildungswerk Lindenhof;{von};31.01.2027;\n"
    "0900;Weber;Ben;;Startklar;Bildungswerk Lindenhof;01.10.2026;;Dirk Fall\n"
)


def shown_of(carla, text, **data):
    files = {"datei": ("liste.csv", text.encode(), "text/csv")}
    return carla.post("/faelle/einlesen", data={"profil": "marzipan", **data}, files=files)


def test_a_list_is_shown_before_it_is_taken_over(browser, house, case):
    name, part = case()
    carla = browser("carla")
    shown = shown_of(carla, LIST.format(von=""))
    assert shown.status_code == 200
    for told in ("Ayşe Nur", "Weber, Ben", "Startklar"):
        assert told in shown.text
    assert "Weber" not in carla.get("/faelle?wer=alle").text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.text))
    done = carla.post(
        "/faelle/einlesen/uebernehmen", data={"liste": fields["liste"], "profil": "marzipan"}
    )
    assert done.status_code == 303
    assert "Weber, Ben" in browser("dirk").get("/faelle").text
    with house.store.look() as work:
        table = schema.participations
        begins = work.connection.execute(select(table.c.von).where(table.c.id == part)).scalar()
        assert f"{begins:%d.%m.%Y}" == PART["von"]  # an empty cell takes no beginning away
    assert "Teilnehmerliste übernommen" in carla.get(f"/faelle/{name}/verlauf").text
    again = carla.post(
        "/faelle/einlesen/uebernehmen", data={"liste": fields["liste"], "profil": "marzipan"}
    )
    assert again.status_code == 404


def renamed(house, person: str) -> None:
    """Correct somebody's name, as a colleague does by hand."""
    with house.store.work() as work:
        table = schema.persons
        change = update(table).where(table.c.number == person)
        work.connection.execute(change.values(vorname="Aysel"))


def test_a_list_that_would_change_something_else_by_now_is_shown_anew(browser, house, case):
    case()
    carla = browser("carla")
    shown = shown_of(carla, LIST.format(von=""))
    data = {"liste": sought(r'name="liste" value="(\w+)"', shown.text), "profil": "marzipan"}
    renamed(house, "0815")
    anew = carla.post("/faelle/einlesen/uebernehmen", data=data)
    assert anew.status_code == 409
    assert "Noch nicht übernommen" in anew.text
    assert "Aysel" in anew.text
    assert "Weber" not in carla.get("/faelle?wer=alle").text
    assert carla.post("/faelle/einlesen/uebernehmen", data=data).status_code == 303


def test_mistakes_of_a_list_are_told_by_row_and_column(browser, massnahmen):
    wrong = LIST.format(von="31.02.2026").replace("0900;Weber", "0900;")
    answer = shown_of(browser("carla"), wrong)
    assert answer.status_code == 422
    assert "Zeile 2: Beginn ist kein Tag." in answer.text
    assert "Zeile 3: Name fehlt." in answer.text
    assert shown_of(browser("carla"), "").status_code == 422
    assert browser("carla").post("/faelle/einlesen", data={}).status_code == 422


def test_who_is_in_doubt_is_asked_about_first(browser, case):
    case()
    carla = browser("carla")
    shown = shown_of(carla, LIST.format(von="").replace("0815", "0816").replace(" Nur", ""))
    assert "Bitte zuerst klären" in shown.text
    assert "/einlesen/uebernehmen" not in shown.text
    name = sought(r'name="liste" value="(\w+)"', shown.text)
    data = {"liste": name, "profil": "marzipan", "wer-0816": "bekannt"}
    cleared = carla.post("/faelle/einlesen", data=data)
    assert "Bitte zuerst klären" not in cleared.text
    assert carla.post("/faelle/einlesen/uebernehmen", data=data).status_code == 303
    assert "0816" in carla.get("/faelle").text


def test_nobody_takes_over_the_list_of_somebody_else(browser, massnahmen):
    shown = shown_of(browser("carla"), LIST.format(von=""))
    name = sought(r'name="liste" value="(\w+)"', shown.text)
    data = {"liste": name, "profil": "marzipan"}
    assert browser("dirk").post("/faelle/einlesen/uebernehmen", data=data).status_code == 404
    for odd in ("../../etc/passwd", "x" * 32):
        answer = browser("carla").post(
            "/faelle/einlesen/uebernehmen", data={"liste": odd, "profil": "/etc/passwd"}
        )
        assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/faelle", "/faelle/einlesen", "/eingang"])
def test_a_traeger_and_the_administration_have_no_cases(browser, path):
    for user in ("anna", "gerda", "elif"):
        assert browser(user).get(path).status_code == 403


def test_everything_of_a_case_is_told_in_its_chain(browser, house, case):
    name, _ = case()
    told = [one.sentence for one in house.office.cases.history(name, CARLA)]
    assert told == ["Teilnahme angelegt", "Fall angelegt"]


def test_how_to_reach_the_caseworker_stands_on_every_form(browser, house, case):
    name, part = case()
    carla = browser("carla")
    shown = carla.get(f"/faelle/{name}/ausgeben?form=erwartungsbogen").text
    assert "/ausgaben/kontakt" in shown
    told = {"telefon": "0551 40-12", "email": "c.fall@amt.example"}
    assert carla.post("/ausgaben/kontakt", data=told).status_code == 303
    assert 'value="0551 40-12"' in carla.get("/ausgaben/kontakt").text
    shown = carla.get(f"/faelle/{name}/ausgeben?form=erwartungsbogen").text
    assert "0551 40-12" in shown
    assert "c.fall@amt.example" in shown
    assert carla.post("/ausgaben/kontakt", data={"telefon": "1" * 101}).status_code == 422
    assert 'value="0551 40-12"' not in browser("dirk").get("/ausgaben/kontakt").text
    assert part


def test_what_is_awaited_for_a_case_stands_on_its_page(browser, case):
    name, _ = case()
    shown = browser("carla").get(f"/faelle/{name}").text
    assert "Erstellung des Bogens" in shown
    assert "29.01.2027" in shown or "31.01.2027" in shown


@pytest.mark.parametrize("typed", ["", "31.02.2026"])
def test_a_day_that_is_none_ends_no_case_and_is_told_at_its_field(browser, case, typed):
    name, _ = case()
    page = browser("carla").post(f"/faelle/{name}/ende", data={"ended": typed})
    assert page.status_code == 422
    assert "Fall beenden" in page.text
    assert f'value="{typed}"' in page.text
    assert page.text.count("Tag eintragen" if not typed else "Das ist kein Tag") == 2
    assert 'href="#ended"' in page.text
    assert "ist beendet" not in browser("carla").get(f"/faelle/{name}").text


def test_who_chose_nothing_to_issue_is_told_so_before_anything_of_formats(browser, case):
    name, part = case()
    carla = browser("carla")
    told = carla.post("/ausgaben", data={}).text
    assert "Es ist niemand ausgewählt." in told
    assert "Format" not in told
    chosen = {"ziel": f"{name}/{part}"}
    assert (
        "Dieses Formular wird hier nicht ausgegeben." in carla.post("/ausgaben", data=chosen).text
    )
    chosen["form"] = "erwartungsbogen"
    assert "Dieses Format gibt es nicht." in carla.post("/ausgaben", data=chosen).text


def test_a_case_does_not_end_on_a_day_nobody_can_have_meant(browser, case):
    name, _ = case()
    carla = browser("carla")
    for typed in ("01.01.2099", "1900-01-01", "02.02.2001", "", "31.02.2026"):
        answer = carla.post(f"/faelle/{name}/ende", data={"ended": typed})
        assert answer.status_code == 422
        assert 'id="ended-error"' in answer.text
        assert f'value="{typed}"' in answer.text
        by_program = carla.post(f"/api/v1/cases/{name}/end", json={"day": typed})
        assert by_program.status_code == 422
        assert [one["where"] for one in by_program.json()["problems"]] == ["day"]
    assert carla.get(f"/api/v1/cases/{name}").json()["ended"] is None


def test_a_participation_that_there_is_already_is_told_at_its_field(browser, case):
    name, _ = case()
    answer = browser("carla").post(f"/faelle/{name}/teilnahmen/neu", data=PART)
    assert answer.status_code == 422
    assert "Diese Teilnahme gibt es schon." in answer.text
    by_program = browser("carla").post(f"/api/v1/cases/{name}/participations", json=PART)
    assert [one["where"] for one in by_program.json()["problems"]] == ["massnahme"]


def test_the_history_calls_a_form_that_was_issued_by_its_title(browser, case, house):
    name, part = case()
    target = Target(name, part)
    house.office.issue("feedbackbogen", [target], "docx", CARLA, house.today())
    carla = browser("carla")
    title = house.forms.get("feedbackbogen").title
    for page in (f"/faelle/{name}/verlauf", f"/faelle/{name}/kurz"):
        assert f"Formular ausgegeben (Word) – {title}" in carla.get(page).text


def test_a_form_dated_today_says_today_and_not_that_the_day_is_known_of_the_case(
    browser, house, case
):
    name, _ = case()
    shown = browser("carla").get(f"/faelle/{name}/ausgeben?form=erwartungsbogen").text
    rows = [re.sub(r"<[^>]*>", " ", one) for one in re.findall(r"(?s)<tr.*?</tr>", shown)]
    (dated,) = [" ".join(one.split()) for one in rows if "Datum des Bogens" in one]
    assert dated.endswith(" heute")
    assert any("Ayşe" in one and "aus dem Fall" in one for one in rows)
