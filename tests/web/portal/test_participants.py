"""Who takes part, what is due, and the pre-filled form."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from formservice.adapters.definitions.mappings import Definitions
from formservice.adapters.store import schema
from formservice.application.ports_store import SERVICE
from formservice.domain.case import Author, Role, State
from formservice.domain.form import FormRef
from tests import known
from tests.web.portal.sent import document_of, handed_in, uploaded

ANNA = Author("anna", Role.TRAEGER)


def test_a_traeger_sees_its_own_participants_and_what_is_due(browser, participants):
    page = browser("anna").get("/teilnehmende").text
    assert "Nguyen, Linh" in page
    assert "Kowalska, Anna Maria" in page
    assert "Haddad" not in page
    assert "überfällig" in page
    # What is late stands above what is due in three days.
    assert page.index("Nguyen") < page.index("Kowalska")


def test_a_participant_of_another_traeger_is_as_unknown_as_none(browser, participants):
    anna = browser("anna")
    foreign, none = anna.get("/teilnehmende/t-p3"), anna.get("/teilnehmende/t-p9")
    assert (foreign.status_code, none.status_code) == (404, 404)
    strip = lambda answer: answer.text.replace("t-p3", "").replace("t-p9", "")  # noqa: E731
    assert strip(foreign) == strip(none)


def test_every_deadline_has_its_reason_in_words(browser, participants):
    page = browser("anna").get("/teilnehmende/t-p2").text
    for said in ("zwei Wochen nach dem Gespräch", "innerhalb einer Woche nach dem Abbruch"):
        assert said in page
    assert "§ 187 Abs. 1 BGB" in page


def test_what_is_overdue_stands_first_and_counted_until_it_is_handed_in(browser, participants):
    anna = browser("anna")
    start = anna.get("/").text
    assert "überfällig seit" in start
    assert start.index("Linh Nguyen") < start.index("Anna Maria Kowalska")
    assert re.search(r">1</span>\s*<span[^>]*>überfällige Bögen", start)
    # A form that is begun is as late as one that is not.
    made = anna.post("/teilnehmende/t-p1/bogen", data={"format": "docx"})
    document = document_of(uploaded(anna, made.content, "bogen.docx"))
    start = anna.get("/").text
    assert "überfällig seit" in start
    assert f'href="/einreichen/{document}"' in start
    assert "verspätet" in anna.get("/termine").text
    # What is handed in nobody of the Träger can do anything about any more.
    assert handed_in(anna, document).status_code == 303
    assert "überfällig seit" not in anna.get("/").text
    assert "verspätet" not in anna.get("/termine").text
    assert "Linh Nguyen" in browser("carla").get("/termine").text


def told_of(page: str, name: str) -> str:
    """Return the row of a table, or the item of a list, that tells of somebody."""
    rows = re.findall(r"<(?:tr|li)\b.*?</(?:tr|li)>", page, re.DOTALL)
    return next((one for one in rows if name in one), "")


def test_all_pages_tell_the_same_day_and_mark_of_a_form_that_is_not_begun(
    browser, participants, house
):
    anna = browser("anna")
    ended = f"{house.today() - timedelta(20):%d.%m.%Y}"
    assert f"überfällig seit {ended}" in told_of(anna.get("/").text, "Linh Nguyen")
    listed = told_of(anna.get("/teilnehmende").text, "Nguyen, Linh")
    assert ended in listed
    assert "seit 20 Tagen überfällig" in listed
    assert "seit 20 Tagen überfällig" in anna.get("/teilnehmende/t-p1").text
    assert ended in anna.get("/termine").text


def test_all_pages_count_from_the_form_as_soon_as_it_is_begun(browser, participants, house):
    anna = browser("anna")
    made = anna.post("/teilnehmende/t-p1/bogen", data={"format": "docx"})
    document = document_of(uploaded(anna, made.content, "bogen.docx"))
    day = house.today() - timedelta(5)
    with house.store.work() as work:
        kept = work.documents.get(document)
        was = work.documents.newest(document).reading
        made_on = {**was["fields"]["erstellt_am"], "reading": "read", "value": day.isoformat()}
        now = {**was, "fields": {**was["fields"], "erstellt_am": made_on}}
        work.documents.save(document, kept.version, now, SERVICE, "")
    one = house.portal.mine.one("t-p1", ANNA)
    assert one.next is not None
    assert (one.next.key, one.is_late, one.is_made_late) == ("uebersendung", False, True)
    until = f"{one.next.due:%d.%m.%Y}"
    start = told_of(anna.get("/").text, "Linh Nguyen")
    assert "überfällig" not in start
    assert until in start
    listed = told_of(anna.get("/teilnehmende").text, "Nguyen, Linh")
    for shown in (listed, anna.get("/teilnehmende/t-p1").text):
        assert until in shown
        assert "verspätet erstellt" in shown
        assert "überfällig" not in shown
    terms = anna.get("/termine").text
    assert until in terms
    assert "verspätet" not in terms


def test_what_a_returned_form_was_late_for_is_not_overdue_any_more(browser, participants, house):
    anna = browser("anna")
    made = anna.post("/teilnehmende/t-p1/bogen", data={"format": "docx"})
    document = document_of(uploaded(anna, made.content, "bogen.docx"))
    with house.store.work() as work:
        kept = work.documents.get(document)
        was = work.documents.newest(document).reading
        day = (house.today() - timedelta(5)).isoformat()
        fields = was["fields"]
        said = {
            key: {**fields[key], "reading": "read", "value": value}
            for key, value in (("erstellt_am", day), ("anlass", "regulaer"))
        }
        late = {
            "key": "erstellung",
            "title": "Erstellung des Bogens",
            "rule": None,
            "start": (house.today() - timedelta(20)).isoformat(),
            "due": (house.today() - timedelta(20)).isoformat(),
            "met": False,
            "why": [],
            "calendar": "",
        }
        sending = {**late, "key": "uebersendung", "start": day, "met": True}
        sending["due"] = (house.today() + timedelta(9)).isoformat()
        now = {**was, "fields": fields | said, "deadlines": [late, sending]}
        work.documents.save(document, kept.version, now, SERVICE, "")
    handed_in(anna, document)
    with house.store.work() as work:
        version = work.documents.get(document).version
        carla = Author("carla", Role.IFK)
        work.documents.move(document, State.RETURNED, carla, "Bitte ergänzen.", seen=version)
    assert "überfällig" not in anna.get("/").text
    assert "verspätet" not in anna.get("/termine").text
    assert "Linh Nguyen" in browser("carla").get("/termine").text


@pytest.mark.parametrize("format_", ["docx", "pdf"])
def test_the_form_has_what_is_known(browser, participants, house, format_):
    anna = browser("anna")
    made = anna.post("/teilnehmende/t-p2/bogen", data={"format": format_})
    assert made.status_code == 200
    (found,) = house.isolated_read(made.content, "x", received=house.today())
    assert found["fields"]["name"]["value"] == "Kowalska"
    assert found["fields"]["vorname"]["value"] == "Anna Maria"
    assert "Kompass" in found["fields"]["traeger_massnahme"]["value"]


def test_what_comes_back_stands_with_its_participant(browser, participants):
    anna = browser("anna")
    made = anna.post("/teilnehmende/t-p2/bogen", data={"format": "docx"})
    assert zipfile.is_zipfile(io.BytesIO(made.content))
    sent = anna.post("/hochladen", files={"dateien": ("zurück.docx", made.content)})
    assert sent.status_code == 303
    page = anna.get("/teilnehmende/t-p2").text
    assert sent.headers["location"].rpartition("/")[2] in page
    assert "in Vorbereitung" in page


def test_nobody_makes_a_form_for_another_s_participant(browser, participants):
    answer = browser("anna").post("/teilnehmende/t-p3/bogen", data={"format": "pdf"})
    assert answer.status_code == 404


def test_of_many_participants_none_is_left_out(house, participants):
    people = [{"id": f"q{n}", "name": f"Zeile{n}", "vorname": "Eine"} for n in range(600)]
    cases = [{"id": f"c-q{n}", "person": f"q{n}", "ifk": "carla"} for n in range(600)]
    parts = [{"id": f"t-q{n}", "case": f"c-q{n}", "massnahme": "m1"} for n in range(600)]
    with house.store.work() as work:
        for table, rows in (("persons", people), ("cases", cases), ("participations", parts)):
            work.connection.execute(insert(getattr(schema, table)), rows)
    assert len(house.portal.mine(Author("anna", Role.TRAEGER))) == 602


def test_what_is_written_of_a_participation_is_told_by_the_definitions(
    house, browser, participants
):
    feedback = known.services().forms.get("feedbackbogen")
    other = replace(feedback, ref=FormRef("bericht", "2027-01"), title="Bericht")
    house.forms = Definitions([other])
    shown = browser("anna").get("/teilnehmende/t-p2").text
    assert "/ausfuellen/bericht?" in shown
    assert "Bericht erstellen" in shown
    assert "Feedbackbogen" not in shown
    assert "Erwartungsbogen" not in shown
    assert "Feedbackbogen" not in browser("anna").get("/teilnehmende").text
    assert "Regulärer Abschluss" in shown


def headings(page):
    return [" ".join(one.split()) for one in re.findall(r"<h3[^>]*>(.*?)</h3>", page, re.DOTALL)]


def test_occasions_have_the_short_names_of_the_definition(browser, participants):
    anna = browser("anna")
    shown = anna.get("/teilnehmende/t-p2").text
    assert headings(shown) == ["Regulärer Abschluss", "Abbruch", "Nichtantritt"]
    assert "siehe unten" not in shown
    told = anna.get("/api/v1/participants/t-p2").json()["occasions"]
    assert [one["name"] for one in told] == ["Regulärer Abschluss", "Nichtantritt", "Abbruch"]


def test_what_cannot_be_any_more_folds_away(browser, participants):
    anna = browser("anna")
    # Somebody has taken part for months, and it goes on.
    before, _, folded = anna.get("/teilnehmende/t-p2").text.partition("Wenn etwas anderes gilt")
    assert headings(before) == ["Regulärer Abschluss", "Abbruch"]
    assert headings(folded) == ["Nichtantritt"]
    assert "Vorlage nach Nichtantritt" not in before
    # Whose end is past may have broken off on that day.
    before, _, folded = anna.get("/teilnehmende/t-p1").text.partition("Wenn etwas anderes gilt")
    assert headings(before) == ["Regulärer Abschluss", "Abbruch"]
    assert headings(folded) == ["Nichtantritt"]


def test_who_has_only_just_begun_may_still_not_have_come(browser, house, participants):
    with house.store.work() as work:
        part, today = schema.participations, house.today()
        days = {"von": today, "bis": today + timedelta(90)}
        work.connection.execute(update(part).where(part.c.id == "t-p2").values(days))
    shown = browser("anna").get("/teilnehmende/t-p2").text
    assert headings(shown) == ["Regulärer Abschluss", "Nichtantritt", "Abbruch"]
    assert "Wenn etwas anderes gilt" not in shown


def test_where_no_form_tells_of_participations_none_is_offered(house, browser, participants):
    house.forms = Definitions(replace(one, participation=None) for one in known.services().forms)
    anna = browser("anna")
    shown = anna.get("/teilnehmende/t-p2")
    assert (shown.status_code, "/ausfuellen/" in shown.text) == (200, False)
    assert "#erstellen" not in shown.text, "a link leads to what is not there"
    assert anna.post("/teilnehmende/t-p2/bogen").status_code == 404


def test_without_participants_it_is_said_what_to_do(browser):
    page = browser("anna").get("/teilnehmende").text
    assert "Noch keine Teilnehmenden" in page
    assert "/hochladen" in page
