"""A Träger uploads a form, sees what is open, corrects it, hands it in and has a receipt."""

import hashlib
import io
import re
from datetime import timedelta

import pikepdf
import pytest
from sqlalchemy import update

from formservice.adapters.store import schema
from formservice.application.discarding import discarded
from formservice.application.ports_store import SERVICE
from formservice.domain.case import Author, Role, State
from tests.web.portal.sent import (
    SAMPLES,
    document_of,
    fields_of,
    handed_in,
    sample,
    shown_by,
    uploaded,
    version_of,
)

IFK = Author("carla", Role.IFK)
ACROFORM = sample("regulaer-acroform")


def state_of(house, document: str) -> State:
    with house.store.look() as work:
        return State(work.documents.get(document).state)


def findings_of(house, document: str) -> set[str]:
    with house.store.look() as work:
        reading = work.documents.newest(document).reading
    return {f"{one['code']}:{one['field']}" for one in reading["findings"]}


@pytest.mark.parametrize("name", ["regulaer-acroform", "regulaer-docx", "regulaer-flat"])
def test_a_form_is_read_when_its_page_is_shown(browser, name):
    anna = browser("anna")
    document = document_of(uploaded(anna, sample(name)))
    page = anna.get(f"/einreichen/{document}")
    assert page.status_code == 200
    assert "in Vorbereitung" in page.text
    assert fields_of(page.text)["feld.name"]


def test_what_is_wrong_stands_at_its_field_and_on_top_with_a_link(browser):
    anna = browser("anna")
    page = anna.get(f"/einreichen/{document_of(uploaded(anna, ACROFORM))}").text
    assert "liegt nach dem Tag des Eingangs" in page
    assert page.count("liegt nach dem Tag des Eingangs") >= 4  # two fields, each in both places
    assert 'href="#feld-erstellt_am"' in page


def test_nobody_else_sees_it_before_it_is_handed_in(browser, house):
    document = document_of(uploaded(browser("anna"), ACROFORM))
    assert state_of(house, document) is State.PREPARING
    for user in ("boris", "carla", "elif", "frank"):
        answer = browser(user).get(f"/vorgaenge/{document}")
        assert answer.status_code == 404, user
    assert browser("boris").get(f"/einreichen/{document}").status_code == 404


def test_a_correction_is_kept_and_checked_anew_and_the_original_stays(browser, house):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    before = findings_of(house, document)
    fields = fields_of(anna.get(f"/einreichen/{document}").text)
    fields |= {"feld.erstellt_am": "20.11.2026", "feld.gespraech_am": "20.11.2026"}
    fields |= {"feld.teilnahme_von": "01.06.2026"}
    sent = anna.post(f"/einreichen/{document}", data=fields | {"weiter": "zusammenfassung"})
    assert sent.status_code == 303, sent.text
    gone = {"rule.broken:erstellt_am", "rule.broken:gespraech_am"}
    assert not {one for one in findings_of(house, document) if "_am" in one} & before & gone
    with house.store.look() as work:
        kept = work.documents.get(document)
        assert kept.version == 2
        first = work.documents.versions(document)[0]
    assert first.reading["fields"]["erstellt_am"]["value"] == "2027-05-28"
    assert house.originals.read(kept.original) == ACROFORM


def test_what_cannot_stand_in_a_field_is_said_and_nothing_is_lost(browser, house):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    fields = fields_of(anna.get(f"/einreichen/{document}").text) | {"feld.erstellt_am": "gestern"}
    answer = anna.post(f"/einreichen/{document}", data=fields)
    assert answer.status_code == 422
    assert 'value="gestern"' in answer.text
    with house.store.look() as work:
        assert work.documents.get(document).version == 1


def test_the_summary_shows_the_whole_declaration_and_asks_for_no_signature(browser):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    page = anna.get(f"/einreichen/{document}/zusammenfassung").text
    assert "§ 36a SGB I" in page
    for shown in ("Ich will wieder jeden Tag aufstehen", "Regulärer Abschluss"):
        assert shown in page


def test_something_missing_is_handed_in_only_knowingly(browser, house):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    address = f"/einreichen/{document}/zusammenfassung"
    version = version_of(anna.get(address).text)
    refused = anna.post(address, data={"fassung": version})
    assert refused.status_code == 422
    assert "Bitte bestätigen Sie" in refused.text
    assert state_of(house, document) is State.PREPARING
    sent = anna.post(address, data={"fassung": version, "bewusst": "1"})
    assert sent.status_code == 303
    assert state_of(house, document) is State.IN_REVIEW


def test_the_office_sees_what_was_handed_in_and_what_is_missing(browser, house):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    handed_in(anna, document)
    assert "liegt nach dem Tag des Eingangs" in browser("carla").get(f"/vorgaenge/{document}").text


def test_the_receipt_tells_time_office_and_hashes_and_is_the_same_file_each_time(browser, house):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    address = handed_in(anna, document).headers["location"]
    page = anna.get(address).text
    with house.store.look() as work:
        record = work.documents.newest(document).sha256
    for told in (hashlib.sha256(ACROFORM).hexdigest(), record, house.authority, document):
        assert told in page
    first, again = anna.get(f"{address}/pdf"), anna.get(f"{address}/pdf")
    assert first.content == again.content
    with pikepdf.open(io.BytesIO(first.content)) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.docinfo["/Title"]) == "Eingangsbestätigung"


def test_nobody_of_another_traeger_has_the_receipt(browser):
    anna = browser("anna")
    address = handed_in(anna, document_of(uploaded(anna, ACROFORM))).headers["location"]
    assert browser("boris").get(address).status_code == 404
    assert browser("boris").get(f"{address}/pdf").status_code == 404
    assert browser("carla").get(address).status_code == 200


def test_a_second_click_is_the_same_submission(browser, house):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    address = f"/einreichen/{document}/zusammenfassung"
    data = {"fassung": version_of(anna.get(address).text), "bewusst": "1"}
    first, again = anna.post(address, data=data), anna.post(address, data=data)
    assert first.headers["location"] == again.headers["location"]
    with house.store.look() as work:
        assert len(work.submissions.of(document)) == 1


def test_until_it_is_accepted_a_correction_is_a_draft_till_it_is_handed_in_anew(browser, house):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    handed_in(anna, document)
    fields = fields_of(anna.get(f"/einreichen/{document}").text)
    fields["feld.q3_erreicht"] = "Ich habe meinen Führerschein gemacht."
    sent = anna.post(f"/einreichen/{document}", data=fields | {"weiter": "zusammenfassung"})
    assert sent.status_code == 303
    with house.store.look() as work:
        assert work.documents.get(document).version == 1
    assert "Führerschein gemacht" not in browser("carla").get(f"/vorgaenge/{document}").text
    summary = anna.get(sent.headers["location"]).text
    assert "Führerschein gemacht" in summary
    again = anna.post(sent.headers["location"], data=shown_by(summary))
    assert again.status_code == 303
    assert "Berichtigung" in anna.get(again.headers["location"]).text
    assert "Führerschein gemacht" in browser("carla").get(f"/vorgaenge/{document}").text
    with house.store.look() as work:
        assert work.documents.get(document).version == 2
        assert len(work.submissions.of(document)) == 2


def test_what_was_returned_stands_first_with_its_reason_and_is_sent_anew(browser, house):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    other = document_of(uploaded(anna, sample("regulaer-docx"), "zweiter.docx"))
    handed_in(anna, document)
    with house.store.work() as work:
        work.documents.move(document, State.RETURNED, IFK, "Bitte Frage 3 ergänzen.")
    page = anna.get("/meine-vorgaenge").text
    assert "Bitte Frage 3 ergänzen." in page
    assert page.index(document) < page.index(other)
    assert "Bitte Frage 3 ergänzen." in anna.get(f"/einreichen/{document}").text
    # As it was returned it is handed in only by who says so once more.
    asked = handed_in(anna, document)
    assert asked.status_code == 422
    assert "Bitte Frage 3 ergänzen." in asked.text
    assert state_of(house, document) is State.RETURNED
    data = shown_by(asked.text) | dict(
        re.findall(r'name="(unveraendert)" value="(1)"', asked.text)
    )
    again = anna.post(f"/einreichen/{document}/zusammenfassung", data=data)
    assert again.status_code == 303
    assert state_of(house, document) is State.IN_REVIEW


def test_a_list_that_ends_early_says_so_and_has_first_what_waits(browser, house, monkeypatch):
    anna = browser("anna")
    waits = document_of(uploaded(anna, ACROFORM))
    later = [
        document_of(uploaded(anna, sample(name), name))
        for name in ("regulaer-docx", "abbruch-docx")
    ]
    assert "nicht alle" not in anna.get("/meine-vorgaenge").text
    for one in later:
        handed_in(anna, one)
    for module in ("formservice.adapters.store.portal", "formservice.web.pages.portal"):
        monkeypatch.setattr(f"{module}.MOST_LISTED", 2)
    page = anna.get("/meine-vorgaenge").text
    assert "Hier stehen 2 Vorgänge, nicht alle" in page
    assert [one in page for one in (waits, *later)] == [True, False, True]


def test_what_is_accepted_is_shown_and_no_longer_changed(browser, house):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    handed_in(anna, document)
    with house.store.work() as work:
        table = work.connection.exec_driver_sql
        table(f"UPDATE documents SET state = 'accepted' WHERE id = '{document}'")  # noqa: S608
    page = anna.get(f"/einreichen/{document}")
    assert page.status_code == 200
    assert "angenommen" in page.text
    assert anna.post(f"/einreichen/{document}", data={"feld.name": "X"}).status_code == 400
    mine = anna.get("/meine-vorgaenge").text
    assert "nichts" in mine
    assert "zu prüfen" not in mine


@pytest.mark.parametrize("state", ["in-review", "accepted", "archived"])
def test_what_is_handed_in_is_summed_up_without_a_word_of_handing_it_in(browser, house, state):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    before = anna.get(f"/einreichen/{document}/zusammenfassung").text
    assert "<h1" in before
    assert "Zusammenfassung vor dem Einreichen" in before
    handed_in(anna, document)
    put(house, document, state=state)
    page = anna.get(f"/einreichen/{document}/zusammenfassung").text
    assert "Zusammenfassung des eingereichten Bogens" in page
    assert "vor dem Einreichen" not in page
    assert "Mit dem Einreichen" not in page
    assert "trotzdem einreichen" not in page


def test_of_what_is_accepted_nothing_is_said_to_be_read_while_its_copy_is_made(browser, house):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    handed_in(anna, document)
    for status in ("ready", "running"):
        put(house, document, state="accepted", status=status)
        page = anna.get(f"/einreichen/{document}").text
        assert "wird gelesen" not in page
        assert "angenommen" in page


@pytest.mark.parametrize("state", ["in-review", "returned", "accepted", "archived"])
def test_nobody_is_asked_whether_to_throw_away_what_was_handed_in(browser, house, state):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    handed_in(anna, document)
    put(house, document, state=state, status="running" if state == "accepted" else "done")
    page = anna.get(f"/einreichen/{document}/verwerfen")
    assert page.status_code == 400
    assert "Was eingereicht ist, kann nicht mehr verworfen werden." in page.text
    assert "noch nichts eingegangen" not in page.text


def test_nobody_is_asked_twice_whether_to_throw_something_away(browser):
    anna = browser("anna")
    document = thrown_away(anna)
    asked = anna.get(f"/einreichen/{document}/verwerfen")
    assert (asked.status_code, asked.headers["location"]) == (303, f"/einreichen/{document}")


def put(house, document: str, **columns: str) -> None:
    """Let a document stand somewhere without the steps that lead there."""
    where = schema.documents.c.id == document
    with house.store.work() as work:
        work.connection.execute(update(schema.documents).where(where).values(**columns))


def test_what_is_handed_in_becomes_no_other_form_without_a_receipt(browser):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM, "b.pdf"))
    handed_in(anna, document)
    before = anna.get(f"/api/v1/documents/{document}/reading").json()
    answer = anna.post(
        f"/einreichen/{document}/formular", data={"formular": "erwartungsbogen/2023-07-24"}
    )
    assert answer.status_code == 400
    assert "schon eingereicht" in answer.text
    assert anna.get(f"/api/v1/documents/{document}/reading").json() == before


def test_a_sender_is_not_asked_to_confirm_what_the_office_decides(browser):
    anna = browser("anna")
    document = document_of(uploaded(anna, sample("abbruch-acroform")))
    fields = fields_of(anna.get(f"/einreichen/{document}").text)
    fields |= {"feld.abbruch_am": "01.06.2026", "weiter": "zusammenfassung"}
    assert anna.post(f"/einreichen/{document}", data=fields).status_code == 303
    shown = [
        anna.get(f"/einreichen/{document}").text,
        anna.get(f"/einreichen/{document}/zusammenfassung").text,
        anna.get(handed_in(anna, document).headers["location"]).text,
    ]
    for page in shown:
        assert "nach dem Abbruch eingegangen." in page
        assert "mit Grund bestätigen" not in page


def thrown_away(client) -> str:
    """Throw away a form that was not handed in."""
    document = document_of(uploaded(client, ACROFORM))
    assert "verwerfen" in client.get(f"/einreichen/{document}/verwerfen").text
    assert client.post(f"/einreichen/{document}/verwerfen").status_code == 303
    return document


def test_what_was_not_handed_in_can_be_thrown_away_and_that_taken_back(browser, house):
    anna = browser("anna")
    document = thrown_away(anna)
    assert state_of(house, document) is State.DISCARDED
    page = anna.get("/meine-vorgaenge").text
    # After the click, and in the list below.
    assert page.count(f'action="/einreichen/{document}/zurueckholen"') == 2
    assert "Verworfen" in page
    assert "Dieser Bogen ist verworfen" in anna.get(f"/einreichen/{document}").text
    for _ in range(2):
        assert anna.post(f"/einreichen/{document}/zurueckholen").status_code == 303
    assert state_of(house, document) is State.PREPARING
    assert handed_in(anna, document).status_code == 303
    assert house.verify().broken is None


def test_what_was_thrown_away_is_deleted_after_a_day_and_may_be_sent_anew(browser, house):
    anna = browser("anna")
    document = thrown_away(anna)
    assert discarded(house.store) == 0
    with house.store.work() as work:
        work.connection.exec_driver_sql(
            "UPDATE acknowledgements SET created_at = created_at - 86401"
        )
    assert discarded(house.store) == 1
    assert anna.get(f"/einreichen/{document}").status_code == 404
    assert anna.post(f"/einreichen/{document}/zurueckholen").status_code == 404
    assert house.verify().broken is None
    assert document_of(uploaded(anna, ACROFORM)) != document


def test_what_was_thrown_away_nobody_else_sees_changes_or_takes_back(browser, house):
    anna = browser("anna")
    document = thrown_away(anna)
    for user in ("carla", "elif", "frank"):
        assert browser(user).get(f"/vorgaenge/{document}").status_code == 404, user
    assert browser("boris").post(f"/einreichen/{document}/zurueckholen").status_code == 404
    version = {"fassung": "1", "bewusst": "1"}
    assert anna.post(f"/einreichen/{document}/zusammenfassung", data=version).status_code == 400
    assert anna.post(f"/einreichen/{document}", data={"feld.name": "X"}).status_code == 400
    assert state_of(house, document) is State.DISCARDED


def test_what_was_handed_in_cannot_be_thrown_away(browser):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    handed_in(anna, document)
    assert anna.post(f"/einreichen/{document}/verwerfen").status_code == 400
    assert browser("boris").post(f"/einreichen/{document}/verwerfen").status_code == 404


def test_what_is_kept_is_proved_after_all_that(browser, house):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    handed_in(anna, document)
    assert house.verify().broken is None


def returned(client, house) -> str:
    """Hand in a form that the office gives back."""
    document = document_of(uploaded(client, ACROFORM))
    handed_in(client, document)
    with house.store.work() as work:
        work.documents.move(document, State.RETURNED, IFK, "Bitte neu unterschreiben.")
    return document


def test_a_new_file_is_a_further_version_and_the_earlier_file_stays(browser, house):
    anna = browser("anna")
    document = returned(anna, house)
    files = {"dateien": ("neu.docx", sample("regulaer-docx"))}
    sent = anna.post(f"/einreichen/{document}/neue-datei", files=files)
    assert sent.status_code == 303, sent.text
    handed_in(anna, document)
    with house.store.look() as work:
        kept, pages = work.documents.get(document), work.documents.pages(document)
        assert work.documents.get(document).version == 2
        (_, receipt) = work.submissions.of(document)
    new = hashlib.sha256(sample("regulaer-docx")).hexdigest()
    assert {one.original for one in pages} == {new}
    assert receipt.original == new
    assert house.originals.read(kept.original) == ACROFORM
    assert anna.get(f"/vorgaenge/{document}/original").content == sample("regulaer-docx")
    assert house.verify().broken is None


@pytest.mark.parametrize(
    ("name", "said"),
    [("regulaer-acroform", "liegt schon vor"), ("erwartungsbogen", "kein „Feedbackbogen“")],
)
def test_the_same_file_or_another_form_is_no_new_file(browser, house, name, said):
    anna = browser("anna")
    document = returned(anna, house)
    other = "erwartungsbogen@2023-07-24"
    data = ACROFORM if name == "regulaer-acroform" else any_of(other)
    answer = anna.post(f"/einreichen/{document}/neue-datei", files={"dateien": ("x", data)})
    assert answer.status_code == 400
    assert said in answer.text
    with house.store.look() as work:
        assert work.documents.get(document).version == 1


def any_of(form: str) -> bytes:
    """Return a fillable PDF of a form."""
    return sorted((SAMPLES / form).glob("*acroform/input.pdf"))[0].read_bytes()


def test_only_what_was_returned_takes_a_new_file(browser):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    files = {"dateien": ("x.docx", sample("regulaer-docx"))}
    assert anna.post(f"/einreichen/{document}/neue-datei", files=files).status_code == 400
    foreign = browser("boris").post(f"/einreichen/{document}/neue-datei", files=files)
    assert foreign.status_code == 404
    # Nobody is asked for a file that is not taken.
    asked = anna.get(f"/einreichen/{document}/neue-datei").text
    assert "Hier ist keine neue Datei möglich" in asked
    assert 'type="file"' not in asked


def test_the_original_is_leafed_through_beside_the_form(browser):
    anna = browser("anna")
    document = document_of(uploaded(anna, sample("regulaer-flat")))
    page = anna.get(f"/einreichen/{document}").text
    count = page.count('id="original-')
    assert count > 1
    # Each page but the first leads back, each but the last on.
    assert page.count("Vorherige Seite") == page.count("Nächste Seite") == count - 1
    assert all(f'href="#original-{one + 1}"' in page for one in range(count))


def said_of_deadlines(house, anna, document, *told):
    """Return what the form's page says of such deadlines: key, title, days from today, met."""
    with house.store.work() as work:
        kept = work.documents.get(document)
        was = work.documents.newest(document).reading
        deadlines = [
            {
                "key": key,
                "title": title,
                "rule": None,
                "start": house.today().isoformat(),
                "due": (house.today() + timedelta(days)).isoformat(),
                "met": met,
                "why": [],
                "calendar": "",
            }
            for key, title, days, met in told
        ]
        now = {**was, "deadlines": deadlines}
        work.documents.save(document, kept.version, now, SERVICE, "")
    page = anna.get(f"/einreichen/{document}").text
    found = re.search(r">Fristen<.*?</section>", page, re.DOTALL)
    assert found is not None
    return found[0]


def test_before_a_form_is_handed_in_its_sending_is_due_and_not_done(browser, house):
    anna = browser("anna")
    document = document_of(uploaded(anna, sample("regulaer-flat")))
    sending = ("uebersendung", "Übersendung an die Integrationsfachkraft")
    said = said_of_deadlines(house, anna, document, (*sending, 5, True))
    assert f"noch einzureichen bis {house.today() + timedelta(5):%d.%m.%Y}" in said
    assert "eingehalten" not in said
    said = said_of_deadlines(house, anna, document, (*sending, -1, True))
    assert "versäumt" in said


def test_a_day_that_is_over_is_not_open_where_the_form_has_no_day(browser, house):
    anna = browser("anna")
    document = document_of(uploaded(anna, sample("regulaer-flat")))
    made = ("erstellung", "Erstellung des Bogens")
    assert "Datum fehlt" in said_of_deadlines(house, anna, document, (*made, -30, None))
    assert "noch offen" in said_of_deadlines(house, anna, document, (*made, 0, None))
    assert "verspätet erstellt" in said_of_deadlines(house, anna, document, (*made, -30, False))
    assert "eingehalten" in said_of_deadlines(house, anna, document, (*made, -30, True))
