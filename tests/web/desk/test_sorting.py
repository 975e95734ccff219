"""What the desk cannot look through: no form of ours, back to the sender, or for a case."""

import io
import re
import zipfile
from datetime import date

import pytest
from fastapi.testclient import TestClient

from formservice.adapters.store import schema
from formservice.application.casework_input import person_given
from formservice.application.desk import Choice, Decision
from formservice.application.ports_store import SERVICE, Arrival, Author, Found, PageOf
from formservice.bootstrap.web import web
from formservice.domain.case import Role, State
from formservice.web.guard import CSRF_HEADER, cookie_name
from tests.web.conftest import furnished, token_of

ELIF, CARLA = Author("elif", Role.BACK_OFFICE), Author("carla", Role.IFK)
UNKNOWN = {"code": "form.unidentified", "severity": "blocks", "field": None, "message": "?"}
DOUBT = {"code": "field.doubtful", "severity": "asks", "message": "?", "overridable": False}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """One installation for all of these."""
    services = furnished(tmp_path_factory.mktemp("house"))
    yield services
    services.store.close()


@pytest.fixture(scope="module")
def app(house):
    return web(house)


@pytest.fixture
def by(app, house):
    """Return what makes somebody's browser."""

    def of(user):
        client = TestClient(app, base_url=house.public_url, follow_redirects=False)
        secret = house.sessions.open(user, "test")
        client.cookies.set(cookie_name(house), secret)
        client.headers[CSRF_HEADER] = token_of(house, secret)
        return client

    return of


@pytest.fixture(scope="module")
def word(house):
    """Return what makes a Word file, every one another."""
    made = house.generate.one(house.forms.get("feedbackbogen"), {}, "docx", "")

    def of(name):
        file = io.BytesIO(made)
        with zipfile.ZipFile(file, "a") as opened:
            opened.comment = name.encode()
        return file.getvalue()

    return of


@pytest.fixture
def keep(house, word):
    """Return what keeps a Feedbackbogen with doubtful fields, or a letter nobody recognised."""

    def kept(name, *, form=True, traeger=None):
        data = word(name)
        sha256 = house.originals.put(data)
        fields = {
            key: {"reading": "read", "value": "x", "accepted": False, "doubts": ["differ"]}
            for key in ("name", "vorname")
        }
        read = {
            "format": 1,
            "file": "brief.pdf",
            "sha256": sha256,
            "medium": "docx",
            "page_numbers": [1],
            "form": {"id": "feedbackbogen", "edition": "2023-09-22"} if form else None,
            "reference": None,
            "fields": fields if form else {},
            "findings": [DOUBT | {"field": key} for key in fields] if form else [UNKNOWN],
            "deadlines": [],
        }
        arrival = Arrival(
            name, sha256, len(data), f"{name}.pdf", "batch", date(2026, 11, 20), traeger=traeger
        )
        with house.store.work() as work:
            work.documents.receive(arrival, SERVICE, is_read=True)
            work.documents.found(name, [Found([PageOf(sha256, 1)], read)], SERVICE)
        return name

    return kept


def state(house, document):
    with house.store.look() as work:
        return work.documents.get(document).state


def test_enter_alone_finishes_no_letter_that_nobody_has_recognised(house, by, keep):
    letter, elif_ = keep("letter-1", form=False), by("elif")
    page = elif_.get(f"/nachbearbeitung/{letter}").text
    assert 'id="fertig"' not in page
    assert "Kein Formular von uns" in page
    assert elif_.post(f"/nachbearbeitung/{letter}/fertig").status_code == 400
    assert elif_.post(f"/api/v1/desk/{letter}/finish", json={}).status_code == 400
    assert f"/nachbearbeitung/{letter}" in elif_.get("/nachbearbeitung").text


def test_what_is_no_form_is_put_away_with_one_key_and_that_is_undone(house, by, keep):
    letter, elif_ = keep("letter-2", form=False), by("elif")
    path = f"/nachbearbeitung/{letter}"
    button = re.search(
        r'action="([^"]+kein-formular)".*?data-form-number="0"', elif_.get(path).text, re.S
    )
    assert button is not None
    done = elif_.post(button[1], data={"seen": "1"})
    assert done.status_code == 303
    assert state(house, letter) is State.NO_FORM
    after = elif_.get(done.headers["location"]).text
    assert f'href="{path}"' not in elif_.get("/nachbearbeitung").text
    assert f'action="{path}/doch-formular"' in after
    with house.store.look() as work:
        (link,) = [one for one in work.copies.history(letter) if one.type == "document.moved"][-1:]
        reasons = [one.reason for one in work.documents.acknowledged(letter)]
    assert link.body["to"] == State.NO_FORM
    assert reasons == ["Das ist kein Formular von uns."]
    assert "Doch ein Formular" in elif_.get(path).text
    assert elif_.post(f"{path}/doch-formular", data={"seen": "1"}).status_code == 303
    assert state(house, letter) is State.UNIDENTIFIED
    assert path in elif_.get("/nachbearbeitung").text


def test_what_was_taken_for_a_form_is_put_away_too_and_that_is_undone(house, by, keep):
    bogen, elif_ = keep("bogen-no-form"), by("elif")
    path = f"/nachbearbeitung/{bogen}"
    shown = elif_.get(path).text
    button = re.search(
        r'action="([^"]+kein-formular)".*?data-form-number="0".*?<kbd[^>]*>(.*?)</kbd>',
        shown,
        re.S,
    )
    assert button is not None
    assert button[2] == "⇧0"  # one stroke alone puts nothing away
    assert "data-unknown-form" not in shown
    done = elif_.post(button[1], data={"seen": "1"})
    assert done.status_code == 303
    assert state(house, bogen) is State.NO_FORM
    assert f'action="{path}/doch-formular"' in elif_.get(done.headers["location"]).text
    away = elif_.get(path).text
    for step in ("angabe", "fertig", "kein-formular", "formular"):
        assert f'action="{path}/{step}"' not in away
    assert elif_.post(f"{path}/doch-formular", data={"seen": "1"}).status_code == 303
    assert state(house, bogen) is State.IN_REVIEW
    assert f'action="{path}/angabe"' in elif_.get(path).text


def test_programs_are_told_where_a_form_stands_that_is_one_after_all(house, by, keep):
    bogen, elif_ = keep("bogen-after-all"), by("elif")
    elif_.post(f"/nachbearbeitung/{bogen}/kein-formular", data={"seen": "1"})
    undone = elif_.post(f"/api/v1/documents/{bogen}/no-form/undo", json={"version": 1})
    assert undone.json()["state"] == "in-review"
    assert state(house, bogen) is State.IN_REVIEW


def test_programs_put_away_what_is_no_form_too(house, by, keep):
    letter, bogen = keep("letter-3", form=False), keep("bogen-3")
    api, elif_ = "/api/v1/documents", by("elif")
    done = elif_.put(f"{api}/{letter}/no-form", json={"version": 1, "reason": "Werbung"})
    assert (done.status_code, done.json()["state"]) == (200, "no-form")
    undone = elif_.post(f"{api}/{letter}/no-form/undo", json={"version": 1})
    assert undone.json()["state"] == "unidentified"
    assert elif_.put(f"{api}/{bogen}/no-form", json={"version": 1}).status_code == 409
    assert by("boris").put(f"{api}/{letter}/no-form", json={"version": 1}).status_code == 403


def _held(house, document):
    """Let Elif look a document through, one of two fields decided."""
    house.deciding.hold(ELIF, document)
    house.deciding.decide(ELIF, document, "name", Decision("as-read"))


def test_who_accepts_learns_that_somebody_looks_it_through_and_may_do_it_knowingly(
    house, by, keep
):
    bogen, carla, elif_ = keep("bogen-4"), by("carla"), by("elif")
    _held(house, bogen)
    assert "Elif Eingang sieht diesen Vorgang gerade durch: 1 von 2" in (
        carla.get(f"/eingang/{bogen}").text
    )
    assert "sieht diesen Vorgang" in carla.get(f"/vorgaenge/{bogen}/bearbeiten").text
    for step, more in (("annehmen", {}), ("zurueckgeben", {"nachricht": "Bitte ergänzen."})):
        refused = carla.post(f"/eingang/{bogen}/{step}", data={"seen": "1"} | more)
        assert refused.status_code == 409, step
        assert "1 von 2 Angaben entschieden" in refused.text
        assert 'name="trotzdem" value="1"' in refused.text
    told = carla.post(f"/api/v1/documents/{bogen}/acceptance", json={"version": 1})
    assert (told.status_code, told.json()["code"]) == (409, "desk.taken")
    done = carla.post(
        f"/eingang/{bogen}/annehmen",
        data={"seen": "1", "trotzdem": "1", "hinweise": "1", "grund": "x"},
    )
    assert done.status_code == 303
    assert state(house, bogen) is State.ACCEPTED
    for gone in (
        elif_.get(f"/nachbearbeitung/{bogen}"),
        elif_.post(f"/nachbearbeitung/{bogen}/angabe", data={"feld": "name", "wert": "y"}),
        elif_.post(f"/nachbearbeitung/{bogen}/halten"),
    ):
        assert gone.status_code == 409
        assert "inzwischen angenommen" in gone.text
    assert elif_.post(f"/nachbearbeitung/{bogen}/spaeter").status_code == 303
    frank = by("frank")
    assert frank.get(f"/eingang/{bogen}").status_code == 200


def test_nobody_else_at_the_desk_learns_what_became_of_it(house, by, keep):
    bogen = keep("bogen-5")
    by("carla").post(
        f"/eingang/{bogen}/annehmen", data={"seen": "1", "hinweise": "1", "grund": "x"}
    )
    assert by("elif").get(f"/nachbearbeitung/{bogen}").status_code == 404


def test_what_blocks_is_told_by_the_names_of_its_fields(house, by, keep):
    bogen = keep("bogen-6")
    with house.store.work() as work:
        reading = work.documents.newest(bogen).reading
        blocks = DOUBT | {"severity": "blocks", "field": "vorname"}
        work.documents.save(bogen, 1, {**reading, "findings": [blocks]}, CARLA)
    answer = by("carla").post(
        f"/eingang/{bogen}/annehmen", data={"seen": "2", "hinweise": "1", "grund": "x"}
    )
    assert answer.status_code == 400
    assert "Noch offen: „Vorname“" in answer.text


def test_the_back_office_returns_and_assigns_from_its_own_pages(house, by, keep):
    bogen, elif_ = keep("bogen-7"), by("elif")
    path = f"/nachbearbeitung/{bogen}"
    assert f'action="{path}/zurueckgeben"' in elif_.get(path).text
    assert elif_.get(f"{path}/fall").status_code == 200
    assert "contents" in [one.what for one in house.reads.of(bogen, ELIF)]
    assert elif_.post(f"{path}/fall", data={"worte": "Niemand"}).status_code == 200
    data = {"seen": "1", "nachricht": "Bitte unterschreiben."}
    assert elif_.post(f"{path}/zurueckgeben", data=data | {"nachricht": " "}).status_code == 400
    assert elif_.post(f"{path}/zurueckgeben", data=data).status_code == 303
    assert state(house, bogen) is State.RETURNED


def test_the_back_office_assigns_to_the_case_that_it_finds_by_the_number(house, by, keep):
    bogen, elif_ = keep("bogen-8"), by("elif")
    person = {"name": "Zufall", "vorname": "Ida", "number": "K-77", "geburtsdatum": "03.02.2001"}
    house.office.change.opened(person_given(person, date(2026, 11, 20)), None, CARLA)
    path = f"/nachbearbeitung/{bogen}/fall"
    less = elif_.post(path, data={"worte": "Zufall"}).text
    assert "Ida Zufall" not in less
    assert "Kundennummer" in less
    assert "fragen Sie eine Fachkraft" in less
    shown = elif_.post(path, data={"worte": "K-77"}).text
    assert "Ida Zufall" in shown
    assert "Kundennummer K-77" in shown
    assert "03.02.2001" not in shown.replace("Erika Beispiel 01.02.2003", "")
    sent = dict(re.findall(r'type="hidden" name="(ziel|worte)" value="([^"]+)"', shown))
    assert elif_.post(path, data={"ziel": sent["ziel"]}).status_code == 404
    assert elif_.post(path, data=sent).status_code == 303
    assert by("anna").post(path, data=sent).status_code == 403


@pytest.mark.parametrize("why", ["taken", "changed", "unreadable"])
def test_a_message_of_return_that_is_refused_stands_there_as_it_was_typed(house, by, keep, why):
    bogen, elif_ = keep(f"bogen-refused-{why}"), by("elif")
    sent = {"seen": "1", "nachricht": "Bitte Seite 2 unterschreiben.", "formular": "feedbackbogen"}
    if why == "taken":
        house.desk.hold(CARLA, bogen, 60.0)
    if why == "changed":
        sent["seen"] = "0"
    if why == "unreadable":
        sent["nachricht"] += "\x07"
    refused = elif_.post(f"/nachbearbeitung/{bogen}/zurueckgeben", data=sent)
    assert refused.status_code == (422 if why == "unreadable" else 409)
    assert "Bitte Seite 2 unterschreiben." in refused.text
    assert 'name="formular" value="feedbackbogen"' in refused.text
    assert 'role="alert" tabindex="-1" data-focus' in refused.text
    assert state(house, bogen) is State.IN_REVIEW


def test_when_others_have_all_of_it_no_next_one_is_offered(house, by, keep):
    with house.store.work() as work:
        work.connection.execute(schema.web.desk.delete())
    keep("bogen-8")
    assert "Nächsten Vorgang öffnen" in by("elif").get("/nachbearbeitung").text
    for one in house.desk.waiting(CARLA, Choice(), 50):
        house.desk.hold(CARLA, one.document, 60.0)
    assert "Nächsten Vorgang öffnen" not in by("elif").get("/nachbearbeitung").text


def test_who_cannot_have_a_document_goes_on_to_the_next(house, by, keep):
    bogen = keep("bogen-taken")
    house.desk.hold(CARLA, bogen, 60.0)
    refused = by("elif").get(f"/nachbearbeitung/{bogen}?formular=feedbackbogen")
    assert refused.status_code == 409
    assert 'action="/nachbearbeitung/naechster"' in refused.text
    assert "Nächsten Vorgang öffnen" in refused.text
    assert 'name="formular" value="feedbackbogen"' in refused.text
    assert "Zum Vorgang" not in refused.text  # it would be refused again


def _form_chosen(house, document, by=ELIF):
    with house.store.work() as work:
        reading = work.documents.newest(document).reading
        work.documents.save(document, 1, reading, by, "Formular von Hand gewählt")


def test_a_form_that_one_has_chosen_is_taken_back_from_the_page_until_something_is_decided(
    house, by, keep
):
    bogen, elif_ = keep("bogen-form-chosen"), by("elif")
    path, button = f"/nachbearbeitung/{bogen}", "Wechsel des Formulars rückgängig machen"
    assert button not in elif_.get(path).text
    _form_chosen(house, bogen)
    for _ in range(2):  # not only on the page that follows
        shown = elif_.get(path).text
    assert button in shown
    assert f'name="vorher" value="{bogen}:1"' in shown
    house.desk.release(ELIF, bogen)
    assert button not in by("carla").get(path).text  # it is no step of hers
    house.desk.release(CARLA, bogen)
    house.deciding.decide(ELIF, bogen, "name", Decision("as-read"))
    assert button not in elif_.get(path).text
    house.deciding.undo(ELIF, bogen)
    back = {"vorher": f"{bogen}:1", "zu": bogen}
    assert elif_.post("/nachbearbeitung/seiten/zurueck", data=back).status_code == 303
    assert button not in elif_.get(path).text


def test_what_came_too_late_leads_back_to_the_document(house, by, keep):
    brief = keep("brief-late", form=False)
    refused = by("elif").post(f"/nachbearbeitung/{brief}/kein-formular", data={"seen": "0"})
    assert refused.status_code == 409
    assert re.search(rf'<a [^>]*href="/nachbearbeitung/{brief}"[^>]*>Zum Vorgang', refused.text)
    assert "Nächsten Vorgang öffnen" in refused.text
    elsewhere = by("carla").post(f"/eingang/{brief}/annehmen", data={"seen": "0"})
    assert "Nächsten Vorgang öffnen" not in elsewhere.text


def test_who_may_not_be_at_the_desk_is_not_led_there(by):
    refused = by("anna").get("/nachbearbeitung")
    assert refused.status_code == 403
    assert "naechster" not in refused.text


def test_where_pages_may_go_can_be_told_apart(house, by, keep):
    bogen = keep("bogen-shelves")
    with house.store.work() as work:
        reading = work.documents.newest(bogen).reading
        parts = [PageOf(reading["sha256"], 2)], reading | {"page_numbers": [2]}
        work.documents.part(
            work.documents.get(bogen), Found(*parts, "bogen-shelves-2"), 1, SERVICE
        )
    page = " ".join(by("elif").get(f"/nachbearbeitung/{bogen}/seiten").text.split())
    heads = re.findall(r'<fieldset class="desk-shelf".*?<legend[^>]*>(.*?)</legend>', page)
    targets = re.findall(r'<option value="bogen-shelves[^>]*>(.*?)</option>', page)
    assert [one[:2] for one in heads] == ["1.", "2."]
    assert all("x, x" in one for one in (*heads, *targets))  # whose it is, as it was read
    assert [one[:5] for one in targets] == ["zu 1.", "zu 2."]
    assert ["dieser Vorgang" in one for one in heads] == [True, False]
    assert ["dieser Vorgang" in one for one in targets] == [True, False]


def test_pages_of_a_file_of_which_nothing_is_open_are_not_moved(house, by, keep):
    bogen, carla = keep("bogen-9"), by("carla")
    carla.post(f"/eingang/{bogen}/annehmen", data={"seen": "1", "hinweise": "1", "grund": "x"})
    data = {"seite": f"{bogen}:1", "ziel": "neu"}
    assert carla.post(f"/nachbearbeitung/{bogen}/seiten", data=data).status_code == 400
    aside = {"seite": "beiseite:1", "ziel": "neu"}
    assert carla.post(f"/nachbearbeitung/{bogen}/seiten", data=aside).status_code == 400


def test_what_went_well_before_is_not_told_above_a_refusal(house, by, keep):
    first, second, carla = keep("bogen-10"), keep("bogen-11"), by("carla")
    carla.post(f"/eingang/{first}/annehmen", data={"seen": "1", "hinweise": "1", "grund": "x"})
    refused = carla.post(
        f"/eingang/{second}/annehmen", data={"seen": "0", "hinweise": "1", "grund": "x"}
    )
    assert refused.status_code == 409
    assert "ist angenommen" not in refused.text
    assert "ist angenommen" in carla.get(f"/eingang/{second}").text


def test_programs_take_back_their_last_correction(house, by, keep):
    bogen, carla = keep("bogen-12"), by("carla")
    path = f"/api/v1/documents/{bogen}/reading"
    made = carla.patch(path, json={"base": 1, "values": {"name": "Anders"}})
    assert made.json()["version"] == 2
    assert by("frank").post(f"{path}/undo", json={"version": 2}).status_code == 400
    undone = carla.post(f"{path}/undo", json={"version": 2})
    assert (undone.status_code, undone.json()["version"]) == (200, 3)
    assert carla.get(path).json()["fields"]["name"]["value"] == "x"
    assert carla.post(f"{path}/undo", json={"version": 2}).status_code == 409
