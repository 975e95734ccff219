"""Proving and deleting on the command line."""

import json

import pytest

from tests.store.test_deletion import NAME, places

DATA = {"name": NAME, "vorname": "Ana"}


def taken_in(run, tmp_path):
    data = json.dumps(DATA).encode()
    run("generate", "feedbackbogen", "--data", "-", "-o", "bogen.docx", stdin=data)
    run("intake", "bogen.docx")
    (tmp_path / "bogen.docx").unlink()
    (listed,) = json.loads(run("archive", "list", "--json").stdout)
    return str(listed["sha256"])


@pytest.mark.slow
def test_what_is_kept_is_proved_and_a_changed_file_is_named(run, tmp_path):
    sha256 = taken_in(run, tmp_path)
    done = run("archive", "verify", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["whole"]) == (0, True)
    assert (told["documents"], told["originals"]) == (1, 1)
    head = run("archive", "verify", "--head").stdout.decode()
    assert told["head"]["hash"] in head
    (kept,) = (tmp_path / "var" / "koepfe").iterdir()
    assert told["head"]["hash"] in kept.read_text("utf-8")
    file = tmp_path / "var" / "originals" / sha256[:2] / sha256[2:4] / sha256
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    done = run("archive", "verify")
    assert done.returncode == 1
    assert f"✗ Das Original {sha256} ist verändert oder beschädigt." in done.stdout.decode()
    assert run("archive", "verify", "--since", "0").returncode == 2


@pytest.mark.slow
def test_what_is_deleted_is_shown_first_and_then_nowhere(run, tmp_path):
    sha256 = taken_in(run, tmp_path)
    assert places(tmp_path / "var")
    planned = run("archive", "delete", sha256)
    assert planned.returncode == 0
    assert "Noch ist nichts gelöscht" in planned.stdout.decode()
    assert run("archive", "delete", sha256, "--yes").returncode == 2
    assert run("archive", "verify").returncode == 0
    done = run("archive", "delete", sha256[:12], "--reason", "Az. 1/2", "--yes", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["deleted"], told["cleaned"]) == (0, True, True)
    assert told["originals"] == [sha256]
    assert places(tmp_path / "var") == []
    assert NAME.encode() not in planned.stdout + done.stdout + done.stderr
    assert json.loads(run("archive", "list", "--json").stdout) == []
    assert run("archive", "verify").returncode == 0
