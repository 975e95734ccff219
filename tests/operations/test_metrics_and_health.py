"""Who runs the service sees how it is, and nobody learns anything about people from that."""

import re

import pytest
from starlette.testclient import TestClient

from formservice.bootstrap.settings import Settings
from formservice.bootstrap.web import WebServices, web

TOKEN = "ein-langes-kennwort-fuer-kennzahlen"  # noqa: S105 - of this test only


def here(app, **headers):
    """A program on this machine."""
    return TestClient(
        app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 4711), headers=headers
    )


def elsewhere(app, **headers):
    """A program on another machine."""
    return TestClient(
        app, base_url="http://127.0.0.1:8000", client=("192.0.2.7", 4711), headers=headers
    )


def test_it_says_that_it_answers_and_can_be_used(app):
    assert elsewhere(app).get("/gesund").json() == {"ok": True}
    answer = elsewhere(app).get("/bereit")
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "parts": {"datenbank": True, "ablage": True, "platz": True},
    }


def test_it_says_which_part_cannot_be_used_and_not_where(app, house, tmp_path):
    folder = tmp_path / "var" / "originals"
    if folder.exists():
        folder.rename(folder.with_name("anderswo"))
    folder.write_text("no folder")
    answer = elsewhere(app).get("/bereit")
    assert answer.status_code == 503
    assert answer.json()["parts"] == {"datenbank": True, "ablage": False, "platz": True}
    assert str(tmp_path) not in answer.text


def test_dead_workers_are_told(house):
    class Dead:
        wanted, alive = 2, 0

        def wake(self):
            """Nobody is there."""

    house.workers = Dead()
    answer = elsewhere(web(house)).get("/bereit")
    assert answer.status_code == 503
    assert answer.json()["parts"]["arbeiter"] is False
    told = here(web(house)).get("/metrics").text
    assert "formservice_workers_wanted 2.0" in told
    assert "formservice_workers_alive 0.0" in told


def test_asked_a_thousand_times_it_looks_once(house, monkeypatch):
    looks = []
    check = house.originals.check

    def counted():
        looks.append(1)
        check()

    monkeypatch.setattr(house.originals, "check", counted)
    client = elsewhere(web(house))
    for _ in range(50):
        assert client.get("/bereit").status_code == 200
    assert len(looks) == 1


def test_metrics_are_for_this_machine_only(app):
    assert here(app).get("/metrics").status_code == 200
    assert elsewhere(app).get("/metrics").status_code == 404
    for header in ("x-forwarded-for", "forwarded", "x-real-ip"):
        assert here(app, **{header: "192.0.2.7"}).get("/metrics").status_code == 404


def test_metrics_are_for_who_shows_the_token(tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    settings = {
        "FORMSERVICE_DATA": str(tmp_path / "var"),
        "FORMSERVICE_METRICS_TOKEN_FILE": str(file),
    }
    services = WebServices(Settings.from_environment(settings))
    try:
        app = web(services)
        shown = elsewhere(app, authorization=f"Bearer {TOKEN}")
        assert shown.get("/metrics").status_code == 200
        assert elsewhere(app, authorization="Bearer wrong").get("/metrics").status_code == 404
        assert elsewhere(app).get("/metrics").status_code == 404
    finally:
        services.store.close()


def test_requests_are_counted_by_the_pattern_of_their_route(app, browser, received):
    document = received(b"one")
    client = browser("boris")
    client.get(f"/live/documents/{document}?wort=Geheimnis")
    client.get("/gibt/es/nicht/Geheimnis")
    client.get("/", headers={"accept": "text/html"})
    told = here(app).get("/metrics").text
    assert 'route="/live/documents/{document}",status="404"' in told
    assert 'route="/",status="200"' in told
    assert 'route="–",status="404"' in told
    assert document not in told
    assert "Geheimnis" not in told


def test_what_waits_and_what_failed_is_counted(app, house, received):
    received(b"one")
    received(b"two")
    with house.store.work() as work:
        work.queue.fail(work.queue.claim(("read",), "test", 30), "input.damaged", None)
    told = here(app).get("/metrics").text
    assert 'formservice_documents{stage="read",status="ready"} 1.0' in told
    assert 'formservice_documents{stage="read",status="failed"} 1.0' in told
    assert 'formservice_received{source="upload"} 2.0' in told
    assert re.search(r"formservice_queue_age_seconds [0-9.e-]+", told)
    assert "formservice_work_tries 1.0" in told
    assert "formservice_disk_free_bytes" in told


def test_refused_sign_ins_are_counted(app, browser):
    client = browser(None)
    page = client.get("/anmelden").text
    csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert csrf is not None
    form = {"csrf": csrf[1], "login": "anna", "password": "falsch falsch falsch"}
    assert client.post("/anmelden", data=form).status_code in (401, 403, 422)
    assert "formservice_sign_ins_failed_total 1.0" in here(app).get("/metrics").text


def test_refused_sign_ins_elsewhere_are_counted(tmp_path):
    settings = Settings.from_environment(
        {
            "FORMSERVICE_DATA": str(tmp_path / "var"),
            "FORMSERVICE_OIDC_ISSUER": "http://127.0.0.1:9/",
            "FORMSERVICE_OIDC_CLIENT_ID": "formservice",
            "FORMSERVICE_OIDC_CLIENT_SECRET": "of nobody",
            "FORMSERVICE_OIDC_ROLES": "ifk=fachkraefte",
        }
    )
    services = WebServices(settings)
    try:
        app = web(services)
        back = "/anmelden/dienstkonto/zurueck?code=x&state=Geheimnis"
        assert elsewhere(app).get(back).status_code == 403
        assert elsewhere(app).get("/anmelden/dienstkonto").status_code == 503
        told = here(app).get("/metrics").text
    finally:
        services.store.close()
    assert "formservice_sign_ins_failed_total 1.0" in told
    assert "Geheimnis" not in told


def test_the_database_being_away_is_a_figure_and_no_error(app, house):
    class Away:
        def figures(self):
            raise OSError

        def workers(self):
            return None

    house.condition = Away()
    answer = here(app).get("/metrics")
    assert answer.status_code == 200
    assert "formservice_database_up 0.0" in answer.text


def test_more_than_a_request_may_send_is_refused_without_being_kept(tmp_path):
    settings = {"FORMSERVICE_DATA": str(tmp_path / "var"), "FORMSERVICE_UPLOAD_MEGABYTES": "1"}
    services = WebServices(Settings.from_environment(settings))
    try:
        client = here(web(services), accept="application/json")
        large = b"x" * (1024**2 + 100)
        kind = {"content-type": "application/x-www-form-urlencoded"}
        answer = client.post("/anmelden", content=large, headers=kind)
        assert answer.status_code == 413
        assert answer.json()["code"] == "input.too-large"

        def chunks():
            for _ in range(30):
                yield b"login=" + b"x" * 60_000

        assert client.post("/anmelden", content=chunks(), headers=kind).status_code == 413
    finally:
        services.store.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORMSERVICE_PUBLIC_URL", "https://amt.example/pfad"),
        ("FORMSERVICE_PUBLIC_URL", "ftp://amt.example"),
        ("FORMSERVICE_PUBLIC_URL", "https://amt.example:hundert"),
        ("FORMSERVICE_ALLOWED_HOSTS", "amt.example/x"),
        ("FORMSERVICE_ALLOW_HTTP", "vielleicht"),
        ("FORMSERVICE_SESSION_HOURS", "0"),
        ("FORMSERVICE_SESSION_HOURS", "9" * 5000),
        ("FORMSERVICE_SESSION_IDLE_MINUTES", "zwei"),
        ("FORMSERVICE_UPLOAD_MEGABYTES", "-1"),
        ("FORMSERVICE_LOG_FORMAT", "xml"),
        ("FORMSERVICE_LOG_LEVEL", "laut"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(tmp_path, name, value):
    from formservice.domain.errors import UsageError  # noqa: PLC0415

    given = {"FORMSERVICE_DATA": str(tmp_path), name: value}
    with pytest.raises(UsageError, match=name):
        _ = WebServices(Settings.from_environment(given)).web_settings
