"""What the service keeps itself never comes in, by whatever path, and nothing is written there."""

import json

import pytest

from formservice.cli.main import main


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A data folder with one file, a backup of it, and a folder of its own."""
    monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "brief.txt").write_bytes(b"a letter")
    assert main(["intake", "--later", "brief.txt"]) == 0
    assert main(["backup", "ziel"]) == 0
    return tmp_path


def count(capsys) -> int:
    capsys.readouterr()
    assert main(["archive", "list", "--json"]) == 0
    return len(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    "path",
    [
        "var",
        "var/originals",
        "var/formservice.sqlite",
        "ziel",
        "ziel/originale",
        "ziel/sicherungen",
        "link",
        "anderer",
        "anderer/sub/x",
    ],
)
def test_our_own_folders_are_refused_as_what_came_in(kept, capsys, path):
    (kept / "link").symlink_to(kept / "var" / "originals")
    other = kept / "anderer"
    (other / "sub").mkdir(parents=True)
    (other / "formservice.sqlite").write_bytes(b"")
    (other / "sub" / "x").write_bytes(b"x")
    for command in (["intake", "--later"], ["intake"], ["watch", "--once"]):
        assert main([*command, path]) == 2, command
        assert "selbst aufbewahrt" in capsys.readouterr().err or command[0] == "watch"
    assert main(["archive", "export", "--all", "-o", f"{path}/aus.zip"]) == 2
    assert count(capsys) == 1


def test_a_folder_around_them_is_taken_in_without_them(kept, capsys):
    (kept / "zweiter.txt").write_bytes(b"another letter")
    assert main(["intake", "--later", "."]) == 0
    told = capsys.readouterr().err
    assert "Eigene Ablage oder Sicherung, ausgelassen: var" in told
    assert "Eigene Ablage oder Sicherung, ausgelassen: ziel" in told
    assert count(capsys) == 2
