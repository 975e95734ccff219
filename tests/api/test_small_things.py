"""Messages, contact, calendar links and the log of reads: what pages do, programs do as well."""

from sqlalchemy import insert

from formservice.adapters.store import schema
from formservice.application.ports_store import SERVICE, Arrival, Found, PageOf
from tests.api.test_documents import upload
from tests.api.tokens import token_of
from tests.store.proven import DAY, reading

MESSAGE = {"title": "Frage 1 fehlt", "body": "Bitte die eigenen Worte ergänzen."}


def test_a_message_is_written_changed_and_taken_away(browser):
    carla = browser("carla")
    made = carla.post("/api/v1/messages", json=MESSAGE)
    assert made.status_code == 201, made.text
    address = f"/api/v1/messages/{made.json()['id']}"
    assert carla.put(address, json=MESSAGE | {"title": "Anders"}).status_code == 204
    assert [one["title"] for one in carla.get("/api/v1/messages").json()] == ["Anders"]
    assert carla.delete(address).status_code == 204
    assert carla.get("/api/v1/messages").json() == []
    for answer in (carla.put(address, json=MESSAGE), carla.delete(address)):
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_how_somebody_is_reached_is_kept(browser):
    carla, contact = browser("carla"), {"telefon": "0541 5550", "email": "c.fall@amt.example"}
    kept = carla.put("/api/v1/me/contact", json=contact, headers={"idempotency-key": "k1"})
    assert (kept.status_code, kept.content) == (204, b"")
    assert carla.get("/api/v1/me/contact").json() == contact
    assert browser("dirk").get("/api/v1/me/contact").json() == {"telefon": "", "email": ""}


def test_a_link_for_calendars_is_renewed_and_ended(browser):
    carla, address = browser("carla"), "/api/v1/deadlines/subscription"
    assert carla.get(address).json()["active"] is False
    first, second = (carla.post(address).json()["address"] for _ in range(2))
    assert carla.get(address).json()["active"] is True
    assert browser(None).get(first).status_code == 404
    assert browser(None).get(second).status_code == 200
    assert carla.delete(address).status_code == 204
    assert browser(None).get(second).status_code == 404


def test_a_token_makes_no_link_that_outlives_it(browser, house):
    headers = {"authorization": f"Bearer {token_of(house, 'carla')}"}
    answer = browser(None).post("/api/v1/deadlines/subscription", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_the_lead_sees_who_looked_into_a_document(browser):
    carla, frank = browser("carla"), browser("frank")
    document = upload(carla).json()[0]["id"]
    carla.get(f"/api/v1/documents/{document}/original")
    looks = frank.get(f"/api/v1/documents/{document}/reads").json()
    assert [(one["user"], one["what"]) for one in looks] == [("carla", "file")]
    assert carla.get(f"/api/v1/documents/{document}/reads").status_code == 403


def test_programs_know_what_waits_today(browser, house):
    data = b"%PDF-1.4 1"
    sha256 = house.originals.put(data)
    arrival = Arrival("d1", sha256, len(data), "x.pdf", "upload", DAY, "text", "t1")
    with house.store.work() as work:
        work.documents.receive(arrival, SERVICE, is_read=True)
        work.documents.found("d1", [Found([PageOf(sha256, 1)], reading("Yilmaz"))], SERVICE)
    waits = browser("carla").get("/api/v1/today").json()
    assert (waits["open"], waits["unassigned"], waits["returned"]) == (1, 1, 0)


def test_a_traeger_and_its_massnahme_are_added_and_changed(browser):
    carla = browser("carla")
    new = {"name": "Werkhof Süd", "number": "4812"}
    traeger = carla.post("/api/v1/massnahmen/traeger", json=new).json()["id"]
    offer = {"traeger": traeger, "name": "Werkstatt", "number": ""}
    massnahme = carla.post("/api/v1/massnahmen", json=offer).json()["id"]
    address = f"/api/v1/massnahmen/{massnahme}"
    told = carla.get(address).json()
    assert (told["traeger_name"], told["participations"]) == ("Werkhof Süd", 0)
    changed = offer | {"name": "Holzwerkstatt", "seen": told["seen"]}
    assert carla.put(address, json=changed).status_code == 204
    assert carla.put(address, json=changed).status_code == 409
    assert carla.get(address).json()["name"] == "Holzwerkstatt"
    (kept,) = [
        one for one in carla.get("/api/v1/massnahmen/traeger").json() if one["id"] == traeger
    ]
    assert (kept["number"], kept["massnahmen"]) == ("4812", 1)
    again = {"name": "Werkhof Süd gGmbH", "number": "4812", "seen": kept["seen"]}
    assert carla.put(f"/api/v1/massnahmen/traeger/{traeger}", json=again).status_code == 204
    assert carla.post("/api/v1/massnahmen/traeger", json=new).status_code == 422
    assert browser("elif").get("/api/v1/massnahmen/traeger").status_code == 403


def test_a_webhook_is_switched_off_and_on(browser, house):
    one = {"id": "w1", "user": "gerda", "url": "https://fach.example/x", "secret": "x"}
    with house.store.work() as work:
        row = one | {"types": "document.read", "created_at": 1.0}
        work.connection.execute(insert(schema.web.webhooks).values(row))
    gerda = browser("gerda")
    for step, active in (("deactivate", False), ("deactivate", False), ("activate", True)):
        assert gerda.post(f"/api/v1/webhooks/w1/{step}").status_code == 204
        (told,) = gerda.get("/api/v1/webhooks").json()
        assert told["active"] is active
        answer = gerda.post(f"/api/v1/webhooks/w2/{step}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
        assert browser("carla").post(f"/api/v1/webhooks/w1/{step}").status_code == 403
