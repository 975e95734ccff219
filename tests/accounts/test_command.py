"""``formservice account``: the first admin of an installation, and who has lost something."""

import json

import pytest

from formservice.bootstrap.accounts import AccountServices
from formservice.bootstrap.settings import Settings
from formservice.cli.main import main
from formservice.domain.accounts import NEW_PASSWORD

ADD = ("account", "add", "IT@amt.example", "--name", "Gerda Technik", "--role", "admin")


@pytest.fixture
def services(tmp_path, monkeypatch):
    """The installation that the commands of this test speak of."""
    monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path))
    found = AccountServices(Settings.from_environment())
    yield found
    found.store.close()


def told(capsys, *command: str) -> dict[str, object]:
    """Run a command and return the JSON it prints."""
    assert main([*command, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_a_fresh_installation_gets_its_first_admin(services, capsys):
    assert main(["account", "list"]) == 0
    assert "noch keine Konten" in capsys.readouterr().out
    made = told(capsys, *ADD)
    begun = services.signing_in.begin("it@amt.example", str(made["password"]), "")
    assert begun.missing == (NEW_PASSWORD,)
    listed = str(told(capsys, "account", "list")["accounts"])
    assert "'login': 'it@amt.example'" in listed
    assert "'role': 'admin'" in listed


def test_a_password_is_told_once_and_never_listed(services, capsys):
    password = str(told(capsys, *ADD)["password"])
    assert main(["account", "list"]) == 0
    assert password not in capsys.readouterr().out


def test_who_is_locked_or_has_lost_a_device_is_let_in_again(services, capsys):
    first = told(capsys, *ADD)
    assert told(capsys, "account", "unlock", "it@amt.example")["ok"]
    again = told(capsys, "account", "reset", str(first["user"]), "--second-factor")
    assert again["password"] != first["password"]
    services.signing_in.begin("it@amt.example", str(again["password"]), "")


def test_the_last_admin_stays(services, capsys):
    told(capsys, *ADD)
    assert main(["account", "deactivate", "it@amt.example"]) == 1
    assert "[account.last-admin]" in capsys.readouterr().err
    told(capsys, "account", "add", "b@amt.example", "--name", "B", "--role", "admin")
    assert told(capsys, "account", "deactivate", "it@amt.example")["ok"]
    assert told(capsys, "account", "activate", "it@amt.example")["ok"]


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (("account", "reset", "niemand"), 2),
        (("account", "add", "x", "--name", "X", "--role", "chef"), 2),
        (("account", "add", "x", "--name", "X", "--role", "traeger"), 2),
        (("account", "add", "x", "--name", "X", "--role", "traeger", "--traeger", "t9"), 2),
        (("account",), 2),
    ],
)
def test_what_cannot_be_done_is_said(services, capsys, command, status):
    assert main(list(command)) == status
    assert "Fehler [" in capsys.readouterr().err
