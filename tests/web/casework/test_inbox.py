"""The inbox in a browser: looked at, answered for, returned, accepted, assigned."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from formservice.adapters.store import schema
from formservice.application.casework_input import part_given, person_given
from formservice.application.issuing import Target
from formservice.application.ports_store import SERVICE, Arrival, Found, PageOf
from formservice.application.report import document_data
from formservice.domain.permissions import ALLOWED, Action
from formservice.web.guard import action_of
from formservice.web.pages import calendar, inbox, inbox_document
from formservice.web.rates import USUAL, Rates
from tests.web.casework.conftest import CARLA, PART, PERSON, sought

ANSWERS = {
    "anlass": "regulaer",
    "q1_erwartung": "Ich will bis März eine Stelle im Lager finden.",
    "q2_geaendert": "Nein, ich will immer noch ins Lager.",
    "q3_erreicht": "Ich stehe jetzt jeden Tag um sechs Uhr auf.",
    "q4_wodurch": "Weil mich jemand angerufen hat.",
    "q5_nicht_erreicht": "Die Stelle habe ich noch nicht.",
    "q6_warum_nicht": "Ich habe noch keinen Staplerschein.",
    "q7_ressourcen": "Ich kann jetzt besser mit anderen reden.",
    "q8_danach": "Ich mache den Staplerschein.",
    "sig_traeger": True,
    "sig_tn": True,
}


@pytest.fixture
def came(house, case):
    """Return what lets a Feedbackbogen come back, filled in and read by the real reader."""

    def back(name="d1", *, days=3, reference=True, kind="docx", **changed):
        target = Target(*case(number=name))
        (made,) = house.office.issue("feedbackbogen", [target], "docx", CARLA, house.today())
        values = dict(house.office.issued.one(made.reference, CARLA).values)
        values |= ANSWERS | {"erstellt_am": (house.today() - timedelta(days=days)).isoformat()}
        values |= {key: one for key, one in changed.items() if one is not None}
        values = {key: one for key, one in values.items() if changed.get(key, one) is not None}
        printed = made.reference if reference else ""
        definition = house.forms.get("feedbackbogen")
        data = house.generate.one(definition, values, kind, printed)
        sha256 = house.originals.put(data)
        (read,) = house.read(data, received=house.today())
        arrival = Arrival(name, sha256, len(data), f"{name}.{kind}", "upload", house.today())
        with house.store.work() as work:
            work.documents.receive(arrival, SERVICE, is_read=True)
            found = Found([PageOf(sha256, 1)], document_data(read, name, sha256, 0.1))
            work.documents.found(name, [found], SERVICE)
        return target.case

    return back


def test_a_late_form_is_acknowledged_accepted_and_the_next_one_shown(browser, came):
    came("d1", days=40)
    came("d2")
    carla = browser("carla")
    listed = carla.get("/eingang").text
    assert listed.index("/eingang/d1") < listed.index("/eingang/d2")
    page = carla.get("/eingang/d1").text
    assert "Verspätung bestätigen" in page
    reason = {"seen": "1", "code": "deadline.missed", "feld": "erstellt_am"}
    assert carla.post("/eingang/d1/verantworten", data=reason).status_code == 400
    reason["grund"] = "Der Träger hatte Betriebsferien."
    assert carla.post("/eingang/d1/verantworten", data=reason).status_code == 303
    page = carla.get("/eingang/d1").text
    assert "Betriebsferien" in page
    assert "Verspätung bestätigen" not in page
    done = carla.post("/eingang/d1/annehmen", data={"seen": "1", "hinweise": "1"})
    assert done.headers["location"] == "/eingang/d2"
    assert "Hier ist das nächste" in carla.get("/eingang/d2").text
    assert "/eingang/d1" in carla.get("/eingang?fach=angenommen").text


def test_a_late_form_asks_for_the_reason_in_the_same_step(browser, house, came):
    came("d1", days=40)
    carla = browser("carla")
    assert 'id="grund-annehmen"' in carla.get("/eingang/d1").text
    refused = carla.post("/eingang/d1/annehmen", data={"seen": "1", "hinweise": "1"})
    assert refused.status_code == 409
    assert "Bitte einen Grund angeben." in refused.text
    api = {"version": 1, "despite": True}
    told = carla.post("/api/v1/documents/d1/acceptance", json=api)
    assert (told.status_code, told.json()["code"]) == (409, "acceptance.late")
    done = {"seen": "1", "hinweise": "1", "grund": "Betriebsferien."}
    assert carla.post("/eingang/d1/annehmen", data=done).status_code == 303
    with house.store.look() as work:
        assert {one.reason for one in work.documents.acknowledged("d1")} == {"Betriebsferien."}


def test_what_was_sent_stands_beside_what_came_back(browser, came):
    came(vorname="Aysel")
    page = browser("carla").get("/eingang/d1").text
    assert "Anders als gesandt" in page
    assert re.search(r"Zurückgekommen.*?Aysel.*?Gesandt.*?Ayşe", page, re.DOTALL)


def test_the_own_words_are_compared_with_the_original_and_that_is_kept(browser, came):
    came()
    carla = browser("carla")
    assert "Mit dem Original verglichen" in carla.get("/eingang/d1").text
    done = carla.post("/eingang/d1/verglichen", data={"seen": "1", "feld": "q1_erwartung"})
    assert done.headers["location"] == "/eingang/d1#feld-q1_erwartung"
    page = carla.get("/eingang/d1").text
    assert re.search(r"mit dem Original verglichen.*?Carla Fall", page, re.DOTALL)


def test_what_is_compared_asks_no_more_to_be_compared_until_that_is_taken_back(
    browser, came, house
):
    came()
    sentence = "Bitte „Frage 1“ mit dem Original vergleichen: Der Text ist von einem Bild."
    asks = {"code": "field.doubtful", "severity": "asks", "field": "q1_erwartung"}
    with house.store.work() as work:
        was = work.documents.newest("d1").reading
        now = {**was, "findings": [{**asks, "rule": None, "message": sentence}]}
        work.documents.save("d1", 1, now, CARLA, "")
    carla = browser("carla")
    assert "Zu klären (1)" in carla.get("/eingang/d1").text
    field = {"seen": "2", "feld": "q1_erwartung"}
    carla.post("/eingang/d1/verglichen", data=field)
    page = carla.get("/eingang/d1").text
    assert "Zu klären (" not in page
    assert "trotz offener Hinweise" not in page
    assert "Begründung zurücknehmen" not in page  # together with the comparison only
    carla.post("/eingang/d1/zuruecknehmen", data=field | {"code": "o-ton.compared"})
    assert "Zu klären (1)" in carla.get("/eingang/d1").text
    assert house.verify().broken is None


@pytest.mark.parametrize("message", ["Bitte ergänzen. " * 300, " "])
def test_a_message_that_cannot_be_sent_stays_on_the_page_with_why_at_its_field(
    browser, came, message
):
    came()
    data = {"seen": "1", "nachricht": message}
    page = browser("carla").post("/eingang/d1/zurueckgeben", data=data)
    assert page.status_code in {400, 422}
    assert message.strip() in page.text
    why = "länger als 4000 Zeichen" if message.strip() else "fehlt die Nachricht"
    assert page.text.count(why) == 2


@pytest.mark.parametrize("step", ["annehmen", "wieder-oeffnen", "verantworten"])
def test_a_reason_that_is_too_long_stays_on_the_page(browser, came, step):
    came()
    reason = "Grund. " * 700
    user = "frank" if step == "wieder-oeffnen" else "carla"
    page = browser(user).post(f"/eingang/d1/{step}", data={"seen": "1", "grund": reason})
    assert page.status_code == 422
    assert "länger als" in page.text
    assert "/eingang/d1/zurueckgeben" in page.text


def test_a_form_is_returned_with_a_prepared_message(browser, came):
    came()
    carla = browser("carla")
    carla.post(
        "/eingang/vorlagen", data={"title": "Unterschrift", "body": "Bitte unterschreiben."}
    )
    page = carla.get("/eingang/d1").text
    chosen = sought(r'<option value="(\w+)">Unterschrift', page)
    data = {"seen": "1", "nachricht": "Guten Tag,", "vorlage": chosen}
    page = carla.post("/eingang/d1/zurueckgeben", data=data | {"einsetzen": "1"})
    assert "Guten Tag,\n\nBitte unterschreiben." in page.text
    data["nachricht"] = "Guten Tag,\n\nBitte unterschreiben."
    assert carla.post("/eingang/d1/zurueckgeben", data=data).status_code == 303
    assert "/eingang/d1" in carla.get("/eingang?fach=zurueckgegeben").text


def test_of_two_reviewers_the_second_keeps_what_was_typed_and_learns_what_happened(browser, came):
    came()
    frank, carla = browser("frank"), browser("carla")
    frank.post("/eingang/d1/annehmen", data={"seen": "1", "hinweise": "1"})
    late = carla.post(
        "/eingang/d1/zurueckgeben", data={"seen": "1", "nachricht": "Bitte ergänzen."}
    )
    assert late.status_code == 409
    assert "Frank Leitung" in late.text
    assert "von „in Prüfung“ zu „angenommen“" in late.text


def test_a_newer_version_is_named_with_its_fields(browser, house, came):
    came()
    with house.store.work() as work:
        newest = dict(work.documents.newest("d1").reading)
        fields = dict(newest["fields"])
        fields["name"] = fields["name"] | {"value": "Anders"}
        work.documents.save("d1", 1, newest | {"fields": fields}, CARLA, "")
    answer = browser("carla").post("/eingang/d1/annehmen", data={"seen": "1", "hinweise": "1"})
    assert answer.status_code == 409
    assert "geändert sind: „Name“" in answer.text


def test_a_form_without_reference_is_assigned_with_one_click_and_that_is_undone(browser, came):
    case = came(reference=False)
    carla = browser("carla")
    page = carla.get("/eingang/d1").text
    assert "gehört noch zu keinem Fall" in page
    target = sought(r'name="ziel" value="([^"]+)"', page)
    assert target.startswith(case)
    assert carla.post("/eingang/d1/zuordnen", data={"ziel": target}).status_code == 303
    page = carla.get("/eingang/d1").text
    assert f'href="/faelle/{case}"' in page
    assert 'action="/eingang/d1/zuordnung-aufheben"' in page
    carla.post("/eingang/d1/zuordnung-aufheben")
    assert "gehört noch zu keinem Fall" in carla.get("/eingang/d1").text
    found = carla.post("/eingang/d1/zuordnen", data={"worte": "oeztuerk"})
    assert case in found.text


def test_only_a_lead_opens_again_and_only_with_a_reason(browser, house, came):
    came()
    carla, frank = browser("carla"), browser("frank")
    carla.post("/eingang/d1/annehmen", data={"seen": "1", "hinweise": "1"})
    assert "wieder-oeffnen" not in carla.get("/eingang/d1").text
    assert carla.post("/eingang/d1/wieder-oeffnen", data={"seen": "1"}).status_code == 403
    assert frank.post("/eingang/d1/wieder-oeffnen", data={"seen": "1"}).status_code == 400
    data = {"seen": "1", "grund": "Ein Blatt fehlt."}
    assert frank.post("/eingang/d1/wieder-oeffnen", data=data).status_code == 303


def test_the_original_is_handed_out_in_one_place_for_everybody(browser, came):
    came()
    carla = browser("carla")
    assert 'href="/vorgaenge/d1/original"' in carla.get("/eingang/d1").text
    assert carla.get("/eingang/d1/original").status_code == 404


def test_the_pages_that_came_are_shown_where_it_is_decided(browser, came):
    came(kind="pdf")
    carla = browser("carla")
    page = carla.get("/eingang/d1").text
    (address,) = re.findall(r'src="(/vorgaenge/d1/seiten/1\.png[^"]*)"', page)
    assert carla.get(address.replace("&amp;", "&")).headers["content-type"] == "image/jpeg"


def test_messages_are_changed_removed_and_brought_back(browser):
    carla = browser("carla")
    carla.post("/eingang/vorlagen", data={"title": "Eins", "body": "Text"})
    page = carla.get("/eingang/vorlagen").text
    name = sought(r'name="id" value="(\w{32})"', page)
    carla.post("/eingang/vorlagen", data={"id": name, "title": "Zwei", "body": "Text"})
    assert 'value="Zwei"' in carla.get("/eingang/vorlagen").text
    carla.post("/eingang/vorlagen", data={"id": name, "weg": "1"})
    page = carla.get("/eingang/vorlagen").text
    assert "Es gibt noch keine Vorlagen" in page
    assert "Rückgängig machen" in page
    assert carla.post("/eingang/vorlagen", data={"title": "", "body": ""}).status_code == 400


def test_a_prepared_message_that_is_refused_stands_there_as_it_was_typed(browser):
    carla = browser("carla")
    refused = carla.post("/eingang/vorlagen", data={"title": "", "body": "Lange überlegt."})
    assert refused.status_code == 400
    assert "Lange überlegt." in refused.text
    assert "Eine Vorlage braucht eine Überschrift und einen Text." in refused.text
    carla.post("/eingang/vorlagen", data={"title": "Eins", "body": "Text"})
    name = sought(r'name="id" value="(\w{32})"', carla.get("/eingang/vorlagen").text)
    sent = {"id": name, "title": "", "body": "Noch länger überlegt."}
    refused = carla.post("/eingang/vorlagen", data=sent)
    assert refused.status_code == 400
    assert refused.text.count("Noch länger überlegt.") == 1
    assert f'name="id" value="{name}"' in refused.text


def test_deadlines_are_listed_and_the_feed_names_nobody(browser, house, case):
    case()
    carla = browser("carla")
    page = carla.get("/termine").text
    month = carla.get("/termine/monat/2027-01")
    assert month.status_code == 200
    assert "Ayşe Öztürk" in month.text
    assert "Warum dieser Tag?" in page or "Es ist nichts fällig" in page
    made = carla.post("/termine/abo").text
    address = sought(r'value="(http[^"]+\.ics)"', made)
    path = address.removeprefix(house.public_url)
    stranger = browser(None)
    feed = stranger.get(path)
    assert feed.headers["content-type"].startswith("text/calendar")
    assert "ztürk" not in feed.text
    renewed = carla.post("/termine/abo").text
    assert stranger.get(path).status_code == 404
    path = sought(r'value="http[^"]+?(/kalender/[^"]+\.ics)"', renewed)
    assert stranger.get(path).status_code == 200
    carla.post("/termine/abo/beenden")
    assert stranger.get(path).status_code == 404
    for odd in ("2027-13", "x", "0001-01"):
        assert carla.get(f"/termine/monat/{odd}").status_code == 404


def test_a_long_list_of_deadlines_says_how_many_it_does_not_show(
    browser, house, massnahmen, monkeypatch
):
    ends = house.today() + timedelta(days=40)
    for number in ("4711", "4712"):
        person = person_given({**PERSON, "number": number}, house.today())
        part = part_given({**PART, "bis": f"{ends:%d.%m.%Y}"})
        house.office.change.opened(person, part, CARLA)
    carla = browser("carla")
    assert "weitere zeigt der Monat" not in carla.get("/termine").text
    monkeypatch.setattr(calendar, "_MOST", 1)
    assert "Das sind die ersten; 5 weitere zeigt der Monat." in carla.get("/termine").text


def test_a_calendar_that_asks_too_often_waits(browser, app):
    app.state.rates = Rates({**USUAL, "feed": "2 per minute"})
    made = browser("carla").post("/termine/abo").text
    path = sought(r'value="http[^"]+?(/kalender/[^"]+\.ics)"', made)
    other = sought(
        r'value="http[^"]+?(/kalender/[^"]+\.ics)"', browser("dirk").post("/termine/abo").text
    )
    assert [browser(None).get(path).status_code for _ in range(3)] == [200, 200, 429]
    assert browser(None).get(other).status_code == 200


def test_a_traeger_has_the_deadlines_of_its_own_participants_only(browser, case):
    case()
    assert "Ayşe Öztürk" in browser("anna").get("/termine/monat/2027-01").text
    assert "Ayşe Öztürk" not in browser("boris").get("/termine/monat/2027-01").text
    assert "/faelle/" not in browser("anna").get("/termine/monat/2027-01").text


def test_a_mistaken_acknowledgement_is_taken_back_until_the_form_is_accepted(browser, came, house):
    came("d1", days=40)
    carla = browser("carla")
    what = {"seen": "1", "code": "deadline.missed", "feld": "erstellt_am"}
    withdraw = "/eingang/d1/zuruecknehmen"
    assert carla.post(withdraw, data=what).status_code == 400
    carla.post("/eingang/d1/verantworten", data=what | {"grund": "Falscher Bogen."})
    assert "Begründung zurücknehmen" in carla.get("/eingang/d1").text
    assert carla.post(withdraw, data=what).status_code == 303
    page = carla.get("/eingang/d1").text
    assert "Verspätung bestätigen" in page
    assert "Falscher Bogen." not in page
    assert house.verify().broken is None
    carla.post("/eingang/d1/verantworten", data=what | {"grund": "Betriebsferien."})
    assert house.verify().broken is None
    carla.post("/eingang/d1/annehmen", data={"seen": "1", "hinweise": "1"})
    assert carla.post(withdraw, data=what).status_code == 400
    assert house.verify().broken is None
    with house.store.look() as work:
        assert [one.reason for one in work.documents.acknowledged("d1")] == ["Betriebsferien."]


def test_a_mistaken_tick_that_words_were_compared_is_taken_back(browser, came, house):
    came()
    carla = browser("carla")
    field = {"seen": "1", "feld": "q1_erwartung"}
    carla.post("/eingang/d1/verglichen", data=field)
    code = sought(
        r'zuruecknehmen">.*?name="code" value="([^"]+)"', carla.get("/eingang/d1").text, re.DOTALL
    )
    done = carla.post("/eingang/d1/zuruecknehmen", data=field | {"code": code})
    assert done.status_code == 303
    page = carla.get("/eingang/d1").text
    assert "zurücknehmen" not in page
    assert "Mit dem Original verglichen" in page
    assert house.verify().broken is None
    assert browser("dirk").post("/eingang/d1/zuruecknehmen", data=field).status_code == 404


@pytest.mark.parametrize(
    "route",
    [*inbox.router.routes, *inbox_document.router.routes],
    ids=lambda one: one.name,
)
def test_nothing_of_the_inbox_is_for_who_may_not_read_it(route):
    """What is done here is answered with pages of the inbox."""
    action = action_of(route)
    assert action is not None
    assert ALLOWED[action] <= ALLOWED[Action.READ_INBOX]


@pytest.mark.parametrize(
    ("step", "sent", "status"),
    [
        ("zurueckgeben", {"seen": "1", "nachricht": "", "einsetzen": "1"}, 200),
        ("zurueckgeben", {"seen": "0", "nachricht": "Bitte ergänzen."}, 409),
        ("verantworten", {"seen": "1", "code": "deadline.missed", "feld": "erstellt_am"}, 400),
        ("zuordnen", {"worte": "oeztuerk"}, 200),
    ],
)
def test_a_step_answered_with_the_document_is_written_down(
    browser, house, came, step, sent, status
):
    came(days=40)
    answer = browser("carla").post(f"/eingang/d1/{step}", data=sent)
    assert answer.status_code == status
    assert "Staplerschein" in answer.text
    with house.store.look() as work:
        rows = work.connection.execute(select(schema.web.reads)).all()
    assert [(one.document, one.user) for one in rows] == [("d1", "carla")]


def test_a_lead_finds_who_looked_into_a_document_and_others_find_no_such_link(browser, came):
    came()
    frank, carla = browser("frank"), browser("carla")
    for page in ("/eingang/d1", "/vorgaenge/d1"):
        assert 'href="/vorgaenge/d1/einsicht"' in frank.get(page).text
        assert "einsicht" not in carla.get(page).text
    shown = frank.get("/vorgaenge/d1/einsicht").text
    for said in ("Ayşe Öztürk", "Feedbackbogen", 'href="/vorgaenge/d1"', "Carla Fall"):
        assert said in shown
    assert carla.get("/vorgaenge/d1/einsicht").status_code in {403, 404}


def test_a_program_takes_an_acknowledgement_back(browser, house, came):
    came("d1", days=40)
    carla, address = browser("carla"), "/api/v1/documents/d1/acknowledgements"
    what = {"version": 1, "code": "deadline.missed", "field": "erstellt_am"}
    assert carla.post(address, json=what | {"reason": "Falscher Bogen."}).status_code == 204
    assert carla.post(f"{address}/withdrawal", json=what).status_code == 204
    with house.store.look() as work:
        assert work.documents.acknowledged("d1") == []
    assert carla.post(f"{address}/withdrawal", json=what).status_code == 400
