"""A document is named in one way everywhere: by its id or its file's hash, or how they begin."""

import json

import pytest

from formservice.cli.main import main


@pytest.fixture
def kept(tmp_path, monkeypatch, capsys):
    """Two files taken in; their ids and hashes."""
    monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    assert main(["intake", "--later", "a.txt", "b.txt", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_command_takes_what_every_other_shows(kept, capsys):
    one = kept[0]
    assert main(["archive", "list"]) == 0
    shown = capsys.readouterr().out.split()[0]
    assert len(shown) == 12
    whole = (one["document"], one["sha256"])
    for name in (*whole, one["document"][:6], one["sha256"][:8], one["sha256"][:12].upper()):
        for command in (
            ["archive", "show", name],
            ["archive", "delete", name],
            ["archive", "export", "-o", "x.zip", "--ids", name],
        ):
            assert main(command) == 0, command
        assert main(["work", "--retry", name]) == 2  # it is not put aside
        assert "nicht zurückgestellt" in capsys.readouterr().err
    assert main(["archive", "show", shown]) == 0


@pytest.mark.parametrize("length", [5, 0])
def test_too_little_of_a_name_names_nothing(kept, capsys, length):
    name = kept[0]["document"][:length]
    for command in (["archive", "show", name], ["archive", "delete", name]):
        assert main(command) == 2
        assert "gibt es nicht" in capsys.readouterr().err


def test_what_is_known_already_is_named(kept, capsys):
    assert main(["intake", "--later", "a.txt"]) == 0
    said = capsys.readouterr().out
    assert f"a.txt: schon bekannt ({kept[0]['document']})." in said
    assert "1 Datei angenommen, davon 1 schon bekannt" in said


def test_words_of_a_search_need_no_quotes(kept, capsys):
    assert main(["archive", "search", "gibtesnicht", "datei:a"]) == 0
    assert capsys.readouterr().out == "Nichts gefunden.\n"
    assert main(["archive", "search", "von:2020", "bis:2099"]) == 0
    assert main(["archive", "search"]) == 0
