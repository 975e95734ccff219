"""Root makes nothing in the data folder of another account: the service could not read it."""

import json
import os

import pytest

from formservice.cli.main import main

ADD = ["account", "add", "it@amt.example", "--name", "Gerda", "--role", "admin"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder of another account than root, and root who runs commands."""
    folder = tmp_path / "var"
    folder.mkdir()
    monkeypatch.setenv("FORMSERVICE_DATA", str(folder))
    if os.geteuid() == 0:
        os.chown(folder, 12345, 12345)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
    return folder


@pytest.mark.parametrize(
    "command",
    [
        ADD,
        ["check"],
        ["serve", "--port", "0"],
        ["migrate"],
        ["work", "--once"],
        ["account", "list"],
    ],
)
def test_root_is_refused_and_leaves_nothing(folder, capsys, command):
    assert main(command) == 2
    told = capsys.readouterr().err
    assert "Fehler [usage.root]" in told
    assert "sudo -u " in told
    assert list(folder.iterdir()) == []


def test_programs_are_told_so_as_well(folder, capsys):
    assert main([*ADD, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["code"] == "usage.root"
    assert list(folder.iterdir()) == []


def test_what_makes_nothing_there_goes_on(folder, capsys):
    assert main(["forms", "schema", "feedbackbogen"]) == 0
    assert "feedbackbogen" in capsys.readouterr().out
    assert list(folder.iterdir()) == []


def test_a_folder_of_its_own_is_root_s_to_use(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path / "var"))
    assert main(ADD) == 0
    assert "Startkennwort" in capsys.readouterr().out
