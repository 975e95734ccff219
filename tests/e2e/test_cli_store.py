"""The commands on whatever database an installation has."""

import json
import sqlite3
from contextlib import closing

import pytest

from formservice.adapters.originals.choice import originals
from tests.adapters.s3_server import bucket
from tests.store import postgres
from tests.store.test_adopt import FILES, write_old

BLANK = ["generate", "feedbackbogen", "--data", "-"]


@pytest.fixture
def server(tmp_path_factory, request):
    """The setting that names an empty database on PostgreSQL."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base
    with postgres.database(shared) as url:
        yield {"FORMSERVICE_DATABASE_URL": url.render_as_string(hide_password=False)}


def part(done, name):
    return next(one for one in json.loads(done.stdout)["checks"] if one["part"] == name)


def test_the_first_command_takes_over_what_an_earlier_version_kept(run, tmp_path):
    (tmp_path / "var").mkdir()
    write_old(tmp_path / "var")
    listed = json.loads(run("archive", "list", "--json").stdout)
    assert {one["sha256"] for one in listed} == set(FILES)
    names = {one.name for one in (tmp_path / "var").iterdir()}
    assert "archive-uebernommen.sqlite" in names
    assert "archive.sqlite" not in names
    assert json.loads(run("migrate", "--json").stdout)["taken_over"] == 0


def test_migrate_says_how_many_files_it_took_over(run, tmp_path):
    (tmp_path / "var").mkdir()
    write_old(tmp_path / "var")
    assert json.loads(run("migrate", "--json").stdout)["taken_over"] == len(FILES)


def test_check_makes_an_embedded_database_ready_and_says_where_it_is(run, tmp_path):
    told = part(run("check", "--json"), "Datenbank")
    assert told["ok"]
    assert str(tmp_path / "var" / "formservice.sqlite") in told["message"] + "/"
    with closing(sqlite3.connect(tmp_path / "var" / "formservice.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM documents").fetchone() == (0,)


def test_check_and_every_command_name_what_is_wrong_and_no_password(run):
    settings = {"FORMSERVICE_DATABASE_URL": "postgresql://amt:geheim@127.0.0.1:1/nix"}
    for command, status in ((["check", "--json"], 3), (["archive", "list", "--json"], 3)):
        done = run(*command, settings=settings)
        assert done.returncode == status
        assert "nicht erreichbar" in done.stdout.decode()
        assert b"geheim" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "settings",
    [
        {"FORMSERVICE_DATABASE_URL": "mysql://amt:geheim@x/y"},
        {"FORMSERVICE_STORAGE_URL": "ftp://amt:geheim@x/y"},
    ],
    ids=["database", "storage"],
)
def test_a_setting_that_names_nothing_usable_is_refused_by_name(run, settings):
    done = run("archive", "list", settings=settings)
    assert done.returncode == 2
    assert next(iter(settings)) in done.stderr.decode()
    assert b"geheim" not in done.stdout + done.stderr


@pytest.mark.slow
@postgres.needs_postgres
@pytest.mark.engine
def test_a_server_s_database_is_changed_only_when_somebody_asks_for_it(run, server):
    run(*BLANK, "-o", "x.docx", stdin=b"{}")
    refused = run("intake", "x.docx", "--json", settings=server)
    assert refused.returncode == 3
    assert "formservice migrate" in refused.stdout.decode()
    assert json.loads(run("migrate", "--json", settings=server).stdout)["changed"]
    assert run("intake", "x.docx", settings=server).returncode == 0
    known = json.loads(run("intake", "x.docx", "--json", settings=server).stdout)
    assert known[0]["already_known"]
    done = run("archive", "list", "--json", settings=server)
    assert [one["name"] for one in json.loads(done.stdout)] == ["x.docx"]
    assert done.stderr == b""
    assert part(run("check", "--json", settings=server), "Datenbank")["ok"]


@pytest.mark.slow
def test_originals_may_be_kept_in_storage_that_speaks_s3(run, tmp_path, monkeypatch):
    run(*BLANK, "-o", "x.docx", stdin=b"{}")
    with bucket(tmp_path, monkeypatch) as name:
        settings = {"FORMSERVICE_STORAGE_URL": f"s3://{name}/amt"}
        assert run("intake", "x.docx", settings=settings).returncode == 0
        (listed,) = json.loads(run("archive", "list", "--json", settings=settings).stdout)
        kept = originals(settings["FORMSERVICE_STORAGE_URL"], tmp_path)
        assert list(kept.names()) == [listed["sha256"]]
        assert kept.read(listed["sha256"]) == (tmp_path / "x.docx").read_bytes()
        assert "S3" in part(run("check", "--json", settings=settings), "Ablage")["message"]
    assert not (tmp_path / "var" / "originals").exists()
