"""``check`` tells what is wrong with the web, and what helps; ``work`` logs as the web does."""

import json
import logging
import os

import pytest

from formservice.adapters.identity.secret_file import KEY, kept_secret
from formservice.bootstrap.settings import Settings
from formservice.bootstrap.web import WebServices
from formservice.cli import health_web, log
from formservice.domain.case import Role
from formservice.domain.errors import UsageError


@pytest.fixture
def services(tmp_path):
    def of(**given):
        settings = {f"FORMSERVICE_{name}": value for name, value in given.items()}
        folders = {"FORMSERVICE_DATA": str(tmp_path / "var"), "FORMSERVICE_FORMS": str(tmp_path)}
        return WebServices(Settings.from_environment(folders | settings))

    return of


def test_a_key_that_is_missed_is_told_before_a_start_makes_another(services):
    here = services()
    here.database_checked()
    assert not health_web.lost(here)
    with here.store.work() as work:
        work.accounts.add("ifk-1", "Ida Fuchs", Role.IFK)
        work.accounts.credentials("ifk-1", login="ida", totp="sealed")
    assert "zweite Faktor von 1 Person versiegelt" in health_web.lost(here)
    kept_secret(here.settings.data / KEY)
    assert not health_web.lost(here)
    here.store.close()


def test_a_secret_that_others_read_is_told_with_what_helps(tmp_path):
    assert not health_web.secret(tmp_path)
    kept_secret(tmp_path / KEY)
    assert not health_web.secret(tmp_path)
    (tmp_path / KEY).chmod(0o640)
    assert f"chmod 600 {tmp_path / KEY}" in health_web.secret(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_a_secret_of_another_account_than_the_folder_is_told_with_what_helps(tmp_path):
    kept_secret(tmp_path / KEY)
    os.chown(tmp_path / KEY, 12345, 12345)
    assert f"chown --reference={tmp_path} {tmp_path / KEY}" in health_web.secret(tmp_path)


def test_a_damaged_secret_is_told(tmp_path):
    kept_secret(tmp_path / KEY)
    (tmp_path / KEY).write_bytes(b"half")
    assert "beschädigt" in health_web.secret(tmp_path)


def test_a_secret_that_cannot_be_read_is_told_although_it_looks_well(tmp_path, monkeypatch):
    kept_secret(tmp_path / KEY)

    def refused(_self):
        raise PermissionError

    monkeypatch.setattr(type(tmp_path), "read_bytes", refused)
    assert "kann nicht gelesen werden" in health_web.secret(tmp_path)


def test_missing_styles_and_fonts_are_told_with_what_helps(services, tmp_path):
    assert "Gestaltung und die Schriften" in health_web.look(services())
    kern = tmp_path / "build" / "kern"
    (kern / "fira-sans").mkdir(parents=True)
    for name in ("kern.min.css", "fonts.css"):
        (kern / name).write_text("")
    told = health_web.look(services())
    assert "die Schriften fehlen; „make assets“" in told
    assert "Gestaltung" not in told
    (kern / "fira-sans" / "FiraSans-Regular.woff2").write_bytes(b"")
    assert not health_web.look(services())


@pytest.mark.parametrize(
    ("given", "fits", "told"),
    [
        ({}, True, "nur dieser Rechner"),
        ({"PUBLIC_URL": "https://formulare.amt.example"}, True, "https://formulare.amt.example"),
        ({"PUBLIC_URL": "http://127.0.0.1:8000"}, True, "127.0.0.1"),
        ({"PUBLIC_URL": "http://[::1]:8000"}, True, "::1"),
        ({"PUBLIC_URL": "http://formulare.amt.example"}, False, "https://"),
        ({"ALLOW_HTTP": "ja"}, False, "FORMSERVICE_PUBLIC_URL"),
    ],
)
def test_the_address_that_people_use_is_judged(services, given, fits, told):
    found, said = health_web.reached(services(**given))
    assert found is fits
    assert told in said


@pytest.mark.parametrize(
    ("name", "value"),
    [("PUBLIC_URL", "amt"), ("SECOND_FACTOR", "x"), ("METRICS_TOKEN_FILE", "/gibt/es/nicht")],
)
def test_a_wrong_setting_of_the_web_is_named(services, name, value):
    with pytest.raises(UsageError) as error:
        health_web.reached(services(**{name: value}))
    assert f"FORMSERVICE_{name}" in error.value.message


@pytest.fixture
def _logging():
    """Put logging back as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("formservice", "uvicorn")}
    yield
    root.handlers[:], level = before
    root.setLevel(level)
    for name, kept in levels.items():
        logging.getLogger(name).setLevel(kept)


@pytest.mark.usefixtures("_logging")
def test_a_worker_logs_json_unless_told_otherwise(capsys):
    log.configured({"FORMSERVICE_PUBLIC_URL": "of no matter here"})
    logging.getLogger("formservice").warning("process %d ended", 7)
    assert json.loads(capsys.readouterr().err)["message"] == "process 7 ended"
    log.configured({"FORMSERVICE_LOG_FORMAT": "text"})
    logging.getLogger("formservice").warning("process %d ended", 7)
    assert "process 7 ended" in capsys.readouterr().err
    with pytest.raises(UsageError):
        log.configured({"FORMSERVICE_LOG_FORMAT": "xml"})
