"""The pages of webhooks: registered, checked, renewed and removed by administration alone."""

import re
from collections.abc import Iterator

import pytest

from formservice.bootstrap.settings import Settings
from tests.api.receiver import Receiver, receiving
from tests.web.conftest import furnished


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def house(tmp_path, receiver):
    house = furnished(tmp_path)
    object.__setattr__(
        house.settings,
        "web",
        Settings.from_environment({"FORMSERVICE_WEBHOOK_HOSTS": receiver.host}).web,
    )
    yield house
    house.store.close()


@pytest.fixture
def gerda(browser):
    return browser("gerda")


def registered(client, receiver):
    sent = {"adresse": receiver.url, "ereignis": ["document.read", "document.accepted"]}
    answer = client.post("/verwaltung/webhooks", data=sent)
    (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", answer.text)
    (one,) = client.get("/api/v1/webhooks").json()
    return one["id"], secret


def test_the_secret_is_shown_once(gerda, receiver):
    webhook, secret = registered(gerda, receiver)
    again = gerda.get(f"/verwaltung/webhooks/{webhook}")
    assert again.status_code == 200
    assert secret not in again.text
    assert receiver.url in again.text


def test_a_check_says_whether_it_arrived(gerda, receiver):
    webhook, _ = registered(gerda, receiver)
    answer = gerda.post(f"/verwaltung/webhooks/{webhook}/pruefen")
    assert answer.status_code == 303
    shown = gerda.get(answer.headers["location"]).text
    assert "Die Prüfnachricht kam an" in shown
    assert "angekommen" in shown
    receiver.answers = "500"
    shown = gerda.get(
        gerda.post(f"/verwaltung/webhooks/{webhook}/pruefen").headers["location"]
    ).text
    assert "Die Prüfnachricht kam nicht an. Antwort mit Status 500." in shown


def test_a_renewed_secret_is_another(gerda, receiver):
    webhook, secret = registered(gerda, receiver)
    shown = gerda.post(f"/verwaltung/webhooks/{webhook}/erneuern").text
    (new,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", shown)
    assert new != secret


def test_a_host_that_is_not_allowed_is_refused_beside_the_field(gerda):
    sent = {"adresse": "https://intern.example/x", "ereignis": "document.read"}
    answer = gerda.post("/verwaltung/webhooks", data=sent)
    assert answer.status_code == 400
    assert "An diesen Rechner sendet diese Anlage nichts." in answer.text
    assert 'value="https://intern.example/x"' in answer.text


def test_it_is_switched_off_and_removed(gerda, receiver):
    webhook, _ = registered(gerda, receiver)
    gerda.post(f"/verwaltung/webhooks/{webhook}/schalten", data={"an": "0"})
    assert "Ausgeschaltet" in gerda.get(f"/verwaltung/webhooks/{webhook}").text
    assert gerda.get(f"/verwaltung/webhooks/{webhook}/entfernen").status_code == 200
    gerda.post(f"/verwaltung/webhooks/{webhook}/entfernen")
    assert gerda.get(f"/verwaltung/webhooks/{webhook}").status_code == 404
    assert "Noch kein Webhook" in gerda.get("/verwaltung/webhooks").text
