"""Träger and Maßnahmen by hand: added, changed, chosen; numbers stand for one only."""

import pytest
from sqlalchemy import select

from formservice.adapters.store import schema
from tests.web.casework.conftest import PERSON, sought


def types(house):
    with house.store.look() as work:
        query = select(schema.events.c.type).order_by(schema.events.c.seq)
        return list(work.connection.execute(query).scalars())


def a_massnahme(carla, **typed):
    return carla.post("/massnahmen/neu", data={"name": "Neustart", "traeger": "t1"} | typed)


@pytest.mark.parametrize("who", ["carla", "frank"])
def test_a_new_massnahme_of_a_new_traeger_can_be_chosen_for_a_participation(
    who, browser, house, massnahmen
):
    carla = browser(who)
    assert carla.post("/massnahmen/traeger/neu", data={"name": "Werkhof"}).status_code == 303
    traeger = sought(
        r'value="([^"]+)">Werkhof<', carla.get("/massnahmen/neu").text.replace("\n", "")
    )
    assert a_massnahme(carla, traeger=traeger, number="N-1").status_code == 303
    asked = carla.get("/faelle/neu/anlegen").text
    name = sought(r'value="([^"]+)">Neustart – Werkhof<', asked)
    made = carla.post("/faelle/neu/anlegen", data=PERSON | {"massnahme": name})
    assert "Neustart" in carla.get(made.headers["location"]).text
    assert [one for one in types(house) if one.split(".")[0] in ("traeger", "massnahme")] == [
        "traeger.opened", "massnahme.opened",
    ]  # fmt: skip


def test_a_number_is_given_once_and_what_was_typed_stays(browser, massnahmen):
    carla = browser("carla")
    assert a_massnahme(carla, number="N-1").status_code == 303
    again = a_massnahme(carla, name="Zweite", number="N-1")
    assert again.status_code == 422
    assert 'id="number-error"' in again.text
    assert 'value="Zweite"' in again.text
    assert "Zweite" not in carla.get("/massnahmen").text


def test_a_traeger_is_changed_and_two_never_have_one_name(browser, house, massnahmen):
    carla = browser("carla")
    assert carla.post("/massnahmen/traeger/neu", data={"name": "Werkhof"}).status_code == 303
    assert carla.post("/massnahmen/traeger/neu", data={"name": " werkhof "}).status_code == 422
    typed = {"name": "Lindenhof gGmbH", "number": "T-7"}
    assert carla.post("/massnahmen/traeger/t1", data=typed).status_code == 409
    seen = sought(r'name="seen" value="([^"]+)"', carla.get("/massnahmen/traeger/t1").text)
    carla.post("/massnahmen/traeger/t1", data=typed | {"seen": seen})
    shown = carla.get("/massnahmen").text
    assert "Lindenhof gGmbH" in shown
    assert "T-7" in shown
    assert types(house)[-1] == "traeger.changed"


def test_a_massnahme_in_which_somebody_takes_part_stays_with_its_traeger(browser, case):
    case()
    carla = browser("carla")
    seen = sought(r'name="seen" value="([^"]+)"', carla.get("/massnahmen/m1").text)
    typed = {"name": "Startklar", "traeger": "t2", "seen": seen}
    answer = carla.post("/massnahmen/m1", data=typed)
    assert answer.status_code == 422
    assert 'id="traeger-error"' in answer.text


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(browser, massnahmen):
    carla = browser("carla")
    seen = sought(r'name="seen" value="([^"]+)"', carla.get("/massnahmen/m1").text)
    typed = {"name": "Startklar 2", "traeger": "t1", "seen": seen}
    assert browser("frank").post("/massnahmen/m1", data=typed).status_code == 303
    assert carla.post("/massnahmen/m1", data=typed | {"name": "Anders"}).status_code == 409
    assert "Startklar 2" in carla.get("/massnahmen").text


def test_a_massnahme_without_name_or_of_no_traeger_is_told_at_its_field(browser, massnahmen):
    answer = a_massnahme(browser("carla"), name="", traeger="")
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert 'id="traeger-error"' in answer.text
    assert a_massnahme(browser("carla"), traeger="nobody").status_code == 422
    assert browser("carla").get("/massnahmen/nobody").status_code == 404
