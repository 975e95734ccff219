"""The search page: no word of it in an address, nothing of others' documents."""

from tests.web.forms.pages import finished
from tests.web.forms.test_filling import FEEDBACK, filled, post


def made(client) -> None:
    """Let somebody fill in a form, which is then a document."""
    post(client, "/ausfuellen/feedbackbogen", filled(client, "feedbackbogen", FEEDBACK))
    assert finished(client, "feedbackbogen").status_code == 303


def searched(client, words: str):
    sent = client.post("/suche", data={"worte": words})
    assert sent.status_code == 303
    assert words not in sent.headers["location"]
    return client.get(sent.headers["location"])


def test_what_is_looked_for_is_found_with_its_place_marked_and_stands_in_no_address(browser):
    carla = browser("carla")
    made(carla)
    found = searched(carla, "Bewerbungen")
    assert "1 Vorgang gefunden" in found.text
    assert "<mark>Bewerbungen</mark>" in found.text
    assert "Özdemir" in found.text


def test_nobody_is_told_of_what_they_may_not_see(browser):
    made(browser("anna"))  # of t1, and not handed in
    assert "1 Vorgang gefunden" in searched(browser("anna"), "Özdemir").text
    for other in ("boris", "carla", "elif"):
        assert "Nichts gefunden" in searched(browser(other), "Özdemir").text


def test_a_search_is_only_for_who_made_it(browser):
    carla, dirk = browser("carla"), browser("dirk")
    made(carla)
    where = carla.post("/suche", data={"worte": "Bewerbungen"}).headers["location"]
    assert "Bewerbungen" not in dirk.get(where).text


def test_a_search_that_cannot_be_understood_says_why(browser):
    answer = searched(browser("carla"), "stand:irgendwo")
    assert answer.status_code == 422
    assert "Einen Stand dieses Namens gibt es nicht." in answer.text
    error = answer.text.partition('id="worte-error"')[2].partition("</p>")[0]
    assert "Es gibt: " in error


def test_what_was_found_is_narrowed_by_state_and_form(browser):
    carla = browser("carla")
    made(carla)
    where = carla.post("/suche", data={"worte": ""}).headers["location"]
    assert "1 Vorgang" in carla.get(f"{where}&stand=in-review").text
    assert "Nichts gefunden" in carla.get(f"{where}&stand=archived").text
    assert "1 Vorgang" in carla.get(f"{where}&formular=feedbackbogen").text
    assert carla.get("/suche?stand=in-review").status_code == 200
    assert carla.get(f"{where}&nach=kein-ort").status_code == 422
