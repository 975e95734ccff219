"""Forms filled in in the browser: from the first word to the document."""

import re

import pytest
from sqlalchemy import insert, select

from formservice.adapters.store import schema
from formservice.domain.case import Author, Role
from formservice.domain.form import FieldKind
from formservice.domain.groups import numbered, patterns
from formservice.web.guard import CSRF_HEADER
from tests.web.forms.pages import fields_of, finished, with_value

FEEDBACK = {
    "feld.traeger_massnahme": "Bildungswerk Lindenhof, Werkstatt",
    "feld.teilnahme_von": "12.1.26",
    "feld.teilnahme_bis": "30.06.2026",
    "feld.name": "Özdemir",
    "feld.vorname": "Ayşe",
    "feld.anlass": "regulaer",
    "feld.q1_erwartung": "Ich möchte eine Ausbildung finden.\nAm liebsten im Büro.",
    "feld.q3_erreicht": "Ich habe zwei Bewerbungen geschrieben.",
}


def filled(client, form: str, values: dict[str, str]) -> list[tuple[str, str]]:
    """Return what the page of a form sends when somebody has written into it."""
    sent = fields_of(client.get(f"/ausfuellen/{form}").text)
    for name, value in values.items():
        sent = with_value(sent, name, value)
    return [*sent, ("schritt", "pruefen")]


def pairs(sent: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Return pairs as the client takes them."""
    told: dict[str, list[str]] = {}
    for name, value in sent:
        told.setdefault(name, []).append(value)
    return told


def post(client, address: str, sent: list[tuple[str, str]]):
    return client.post(address, data=pairs(sent))


@pytest.fixture
def anna(browser):
    return browser("anna")


def test_a_form_can_be_filled_in_by_everybody_who_has_to_do_with_forms(browser):
    for user in ("anna", "carla", "elif", "frank"):
        client = browser(user)
        assert client.get("/ausfuellen").status_code == 200
        assert client.get("/ausfuellen/feedbackbogen").status_code == 200
    assert browser("gerda").get("/ausfuellen/feedbackbogen").status_code == 403


def test_what_is_typed_is_there_when_somebody_comes_back(anna):
    sent = filled(anna, "feedbackbogen", {"feld.name": "Özdemir"})
    kept = post(anna, "/ausfuellen/feedbackbogen/entwurf", sent)
    assert kept.json()["ok"]
    again = fields_of(anna.get("/ausfuellen/feedbackbogen").text)
    assert ("feld.name", "Özdemir") in again


def test_nobody_else_sees_what_somebody_has_begun(anna, browser):
    post(anna, "/ausfuellen/feedbackbogen/entwurf", filled(anna, "feedbackbogen", FEEDBACK))
    for other in ("boris", "carla", "frank"):
        assert "Özdemir" not in browser(other).get("/ausfuellen/feedbackbogen").text


def test_the_later_of_two_windows_is_told(anna):
    sent = filled(anna, "feedbackbogen", {"feld.name": "eins"})
    first = post(anna, "/ausfuellen/feedbackbogen/entwurf", sent)
    assert first.json()["version"] == 1
    late = post(anna, "/ausfuellen/feedbackbogen/entwurf", with_value(sent, "feld.name", "zwei"))
    assert (late.status_code, late.json()["code"]) == (409, "conflict.draft")
    assert late.json()["version"] == 1
    assert ("feld.name", "eins") in fields_of(anna.get("/ausfuellen/feedbackbogen").text)
    forced = with_value(with_value(sent, "feld.name", "zwei"), "entwurf", "1")
    assert post(anna, "/ausfuellen/feedbackbogen/entwurf", forced).json()["version"] == 2


def test_a_day_that_is_none_comes_back_as_it_was_typed_with_the_mistake_at_it(anna):
    sent = filled(anna, "feedbackbogen", FEEDBACK | {"feld.teilnahme_bis": "31.02.2026"})
    answer = post(anna, "/ausfuellen/feedbackbogen", sent)
    assert answer.status_code == 422
    assert ("feld.teilnahme_bis", "31.02.2026") in fields_of(answer.text)
    assert 'href="#feld-teilnahme_bis"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_filled_form_becomes_a_document_that_says_what_was_typed(anna, house):
    sent = filled(anna, "feedbackbogen", FEEDBACK)
    checked = post(anna, "/ausfuellen/feedbackbogen", sent)
    assert checked.headers["location"] == "/ausfuellen/feedbackbogen/pruefen"
    shown = anna.get(checked.headers["location"])
    assert "Am liebsten im Büro." in shown.text
    made = finished(anna, "feedbackbogen")
    assert made.status_code == 303
    found = re.fullmatch(r"/einreichen/([^/]+)/zusammenfassung", made.headers["location"])
    assert found
    document = found[1]
    with house.store.look() as work:
        kept, newest = work.documents.get(document), work.documents.newest(document)
    assert (kept.source, kept.traeger, str(kept.state)) == ("browser", "t1", "preparing")
    fields = newest.reading["fields"]
    assert fields["teilnahme_von"]["value"] == "2026-01-12"
    assert fields["q1_erwartung"]["value"] == FEEDBACK["feld.q1_erwartung"]
    assert fields["name"]["method"] == "control"
    assert house.originals.read(kept.original).startswith(b"%PDF")
    assert not [
        one for one in newest.reading["findings"] if one["field"] in ("sig_tn", "sig_traeger")
    ]
    # The draft has done its work.
    assert ("feld.name", "Özdemir") not in fields_of(anna.get("/ausfuellen/feedbackbogen").text)


def test_what_was_typed_after_the_check_is_looked_at_before_it_becomes_a_document(anna, house):
    post(anna, "/ausfuellen/feedbackbogen", filled(anna, "feedbackbogen", FEEDBACK))
    shown = dict(fields_of(anna.get("/ausfuellen/feedbackbogen/pruefen").text))
    changed = filled(anna, "feedbackbogen", {"feld.q1_erwartung": "Am liebsten draußen."})
    typed = [("entwurf", "immer") if pair[0] == "entwurf" else pair for pair in changed]
    assert post(anna, "/ausfuellen/feedbackbogen/entwurf", typed).status_code == 200
    for sent in (shown, {}):
        answer = anna.post("/ausfuellen/feedbackbogen/fertig", data=sent)
        assert answer.status_code == 409
        assert "Noch nicht fertiggestellt" in answer.text
        assert "Am liebsten draußen." in answer.text
    assert house.find("", Author("anna", Role.TRAEGER)).total == 0
    again = anna.post("/ausfuellen/feedbackbogen/fertig", data=dict(fields_of(answer.text)))
    assert again.status_code == 303


def both_traeger(house) -> None:
    """Let Anna work for the second Träger as well."""
    with house.store.work() as work:
        row = {"user": "anna", "traeger": "t2"}
        work.connection.execute(insert(schema.user_traeger).values(row))


def test_who_works_for_several_traeger_says_for_which_a_form_is(browser, house):
    both_traeger(house)
    anna = browser("anna")
    post(anna, "/ausfuellen/feedbackbogen", filled(anna, "feedbackbogen", FEEDBACK))
    shown = anna.get("/ausfuellen/feedbackbogen/pruefen")
    assert '<option value="t2"' in shown.text
    sent = dict(fields_of(shown.text))
    for wrong in ({}, {"traeger": ""}, {"traeger": "nobodys"}):
        answer = anna.post("/ausfuellen/feedbackbogen/fertig", data=sent | wrong)
        assert answer.status_code == 400
        assert "Bitte wählen Sie den Träger aus" in answer.text
    assert house.find("", Author("anna", Role.TRAEGER)).total == 0
    made = anna.post("/ausfuellen/feedbackbogen/fertig", data=sent | {"traeger": "t2"})
    assert made.status_code == 303
    document = made.headers["location"].split("/")[2]
    with house.store.look() as work:
        assert work.documents.get(document).traeger == "t2"


def test_for_a_participation_nobody_is_asked_which_traeger_it_is_for(browser, house, case):
    both_traeger(house)
    anna, query = browser("anna"), "?fall=c1&teilnahme=p1"
    sent = [*fields_of(anna.get(f"/ausfuellen/feedbackbogen{query}").text), ("schritt", "pruefen")]
    assert post(anna, f"/ausfuellen/feedbackbogen{query}", sent).status_code == 303
    shown = anna.get(f"/ausfuellen/feedbackbogen/pruefen{query}")
    assert 'name="traeger"' not in shown.text
    made = finished(anna, "feedbackbogen", query)
    assert made.status_code == 303
    document = made.headers["location"].split("/")[2]
    with house.store.look() as work:
        assert work.documents.get(document).traeger == "t1"


def of_twenty_goals(definition) -> list[tuple[str, str]]:
    """Return what the page of a plan sends that has twenty goals with four of each list inside."""
    places: dict[int, list[tuple[int, ...]]] = {
        0: [()],
        1: [(n,) for n in range(20)],
        2: [(n, inner) for n in range(20) for inner in range(4)],
    }
    return [
        (f"feld.{numbered(one.key, place)}", "x")
        for one in patterns(definition.members)
        if one.kind is FieldKind.TEXT or one.kind is FieldKind.MULTILINE
        for place in places[one.key.count("[]")]
    ]


@pytest.mark.parametrize("by_script", [True, False])
def test_a_plan_of_twenty_goals_is_kept_by_the_page_and_by_its_script(
    browser, case, house, by_script
):
    carla = browser("carla")
    sent = of_twenty_goals(house.fill.definition("integrationsfoerderplan"))
    # Beside its words a page sends what it knows of each item, and of doubtful fields.
    sent += [("beifang", "")] * max(0, 1050 - len(sent))
    address = f"/ausfuellen/integrationsfoerderplan{'/entwurf' if by_script else ''}?fall={case}"
    if not by_script:  # the page carries its token as one more name, not in a header
        sent = [("csrf", carla.headers.pop(CSRF_HEADER)), ("schritt", "entwurf"), *sent]
    assert len(sent) > 1000
    answer = post(carla, address, sent)
    assert answer.status_code == (200 if by_script else 303), answer.text
    carla_ = Author("carla", Role.IFK)
    (draft,) = house.drafts.mine(carla_)
    assert len(draft.body["typed"]) > 300


def test_more_names_than_any_form_has_are_refused_in_words(anna):
    sent = [(f"feld.{n}", "x") for n in range(6001)]
    answer = post(anna, "/ausfuellen/feedbackbogen/entwurf", sent)
    assert answer.status_code == 422
    assert "größer als jedes Formular" in answer.text


def test_what_is_filled_in_by_the_office_waits_for_its_decision(browser, house):
    carla = browser("carla")
    post(carla, "/ausfuellen/feedbackbogen", filled(carla, "feedbackbogen", FEEDBACK))
    made = finished(carla, "feedbackbogen")
    document = made.headers["location"].removeprefix("/vorgaenge/")
    with house.store.look() as work:
        assert str(work.documents.get(document).state) == "in-review"
    shown = carla.get(made.headers["location"])
    assert shown.status_code == 200
    assert "Özdemir" in shown.text


def test_what_people_sign_for_is_printed_and_not_finished_in_the_browser(browser, house):
    carla = browser("carla")
    sent = filled(carla, "schweigepflichtentbindung", {"feld.name": "Özdemir"})
    post(carla, "/ausfuellen/schweigepflichtentbindung", sent)
    assert "unterschrieben" in carla.get("/ausfuellen/schweigepflichtentbindung/pruefen").text
    finished(carla, "schweigepflichtentbindung")
    assert house.find("", Author("frank", Role.LEAD)).total == 0
    printed = carla.get("/ausfuellen/schweigepflichtentbindung/pdf")
    assert printed.content.startswith(b"%PDF")
    assert "attachment" in printed.headers["content-disposition"]


def test_a_discarded_draft_can_be_taken_back(anna):
    post(anna, "/ausfuellen/feedbackbogen/entwurf", filled(anna, "feedbackbogen", FEEDBACK))
    anna.post("/ausfuellen/feedbackbogen/verwerfen")
    assert "Özdemir" not in anna.get("/ausfuellen/feedbackbogen").text
    anna.post("/ausfuellen/feedbackbogen/zurueckholen")
    assert "Özdemir" in anna.get("/ausfuellen/feedbackbogen").text


def test_goals_are_added_moved_and_taken_away_without_script(browser):
    carla = browser("carla")
    address = "/ausfuellen/integrationsfoerderplan"
    sent = with_value(fields_of(carla.get(address).text), "feld.ziele[0].text", "Ausbildung")
    more = post(carla, address, [*sent, ("tun", "mehr:ziele")])
    sent = with_value(fields_of(more.text), "feld.ziele[1].text", "Wohnung")
    turned = fields_of(post(carla, address, [*sent, ("tun", "hoch:ziele[1]")]).text)
    assert ("feld.ziele[0].text", "Wohnung") in turned
    assert ("feld.ziele[1].text", "Ausbildung") in turned
    left = fields_of(post(carla, address, [*turned, ("tun", "weg:ziele[0]")]).text)
    assert [value for name, value in left if name.endswith("].text") and value] == ["Ausbildung"]


def test_names_that_no_page_of_ours_has_are_told_and_harm_nothing(anna):
    sent = filled(anna, "feedbackbogen", FEEDBACK)
    odd = [
        ("feld.gibt_es_nicht", "x"),
        ("feld.ziele[99999].text", "x"),
        ("aus.ziele[0]", "../../etc/passwd"),
        ("tun", "weg:gibt_es_nicht[0]"),
        ("feld.name\x00", "x"),
    ]
    answer = post(anna, "/ausfuellen/feedbackbogen", [*sent, *odd])
    assert answer.status_code in (303, 422)
    assert ("feld.name", "Özdemir") in fields_of(anna.get("/ausfuellen/feedbackbogen").text)


def test_a_form_that_is_not_there_is_not_found(anna):
    assert anna.get("/ausfuellen/gibt-es-nicht").status_code == 404
    assert anna.get("/ausfuellen/feedbackbogen?fall=nein&teilnahme=nein").status_code == 404


def test_nothing_is_begun_for_a_case_that_is_not_theirs_to_see(browser, case, house):
    for user, target in (("dirk", "fall=c1"), ("boris", "fall=c1&teilnahme=p1")):
        client = browser(user)
        address = f"/ausfuellen/feedbackbogen/entwurf?{target}"
        assert client.post(address, data={"feld.name": "x"}).status_code == 404
        assert client.post(f"/ausfuellen/feedbackbogen?{target}").status_code == 404
        assert client.post(f"/ausfuellen/feedbackbogen/fertig?{target}").status_code == 404
    assert browser("anna").get("/ausfuellen/feedbackbogen?fall=c1&teilnahme=p1").status_code == 200
    assert browser("anna").get("/ausfuellen/feedbackbogen?fall=c1").status_code == 404


def test_a_participation_in_an_address_is_that_of_somebody_or_not_there(browser, case):
    for way in ("", "/feedbackbogen"):
        for wrong in ("teilnahme=xyz", "fall=c1&teilnahme=xyz", "fall=xyz&teilnahme=p1"):
            assert browser("anna").get(f"/ausfuellen{way}?{wrong}").status_code == 404
        for user in ("boris", "dirk"):
            assert browser(user).get(f"/ausfuellen{way}?teilnahme=p1").status_code == 404
    page = browser("anna").get("/ausfuellen/feedbackbogen?teilnahme=p1").text
    assert ("feld.name", "Sorgenfrei") in fields_of(page)
    assert "fall=c1&amp;teilnahme=p1" in page


def test_what_a_traeger_fills_in_for_a_participant_belongs_to_that_case(browser, case, house):
    anna, target = browser("anna"), "fall=c1&teilnahme=p1"
    address = f"/ausfuellen/feedbackbogen?{target}"
    sent = fields_of(anna.get(address).text)
    assert ("feld.name", "Sorgenfrei") in sent
    sent = with_value(sent, "feld.q1_erwartung", "Ich möchte arbeiten.")
    post(anna, address, [*sent, ("schritt", "pruefen")])
    made = finished(anna, "feedbackbogen", f"?{target}")
    document = made.headers["location"].split("/")[2]
    with house.store.look() as work:
        table = schema.case_documents
        row = work.connection.execute(select(table).where(table.c.document == document)).one()
    assert (row.case, row.participation) == ("c1", "p1")
    assert house.verify().broken is None


def test_a_field_says_from_where_its_value_was_taken_until_somebody_changes_it(anna, case):
    address = "/ausfuellen/feedbackbogen?fall=c1&teilnahme=p1"
    said = "übernommen aus den Stammdaten des Falls"
    page = anna.get(address).text
    name = re.search(r'<input[^>]*name="feld.name"[^>]*>', page)
    assert name
    assert "feld-name-herkunft" in name[0]
    before = page.count(said)
    assert before > 1
    sent = with_value(fields_of(page), "feld.vorname", "Aylin")
    assert post(anna, address, [*sent, ("schritt", "pruefen")]).status_code == 303
    assert anna.get(address).text.count(said) == before - 1
    checked = anna.get("/ausfuellen/feedbackbogen/pruefen?fall=c1&teilnahme=p1").text
    assert checked.count(said) == before - 1
    assert said not in anna.get("/ausfuellen/feedbackbogen").text
