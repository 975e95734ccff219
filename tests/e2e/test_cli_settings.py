"""Settings and paths that cannot be meant are refused by name, and leave nothing behind."""

import errno

import pytest
from sqlalchemy.exc import OperationalError

from formservice.adapters.originals.choice import originals
from formservice.adapters.store.engine import address, explained
from formservice.bootstrap import Settings
from formservice.cli.main import main
from formservice.domain.errors import StorageError, UsageError


@pytest.mark.parametrize(
    "given",
    [
        "postgresql://a:geheim@h:notaport/x",
        "postgresql://a:geheim@h:99999999999999999999x/x",
        "sqlite:///x?mode=ro",
        "sqlite:////x/y?mode=ro",
        "sqlite:///x",
        "sqlite:///file:x?uri=true",
        "sqlite://host/x",
        "sqlite+aiosqlite:////x/y",
    ],
    ids=range(8),
)
def test_an_address_of_a_database_that_is_none_is_refused(given):
    with pytest.raises(UsageError) as raised:
        address(given)
    assert "FORMSERVICE_DATABASE_URL" in raised.value.message
    assert "geheim" not in raised.value.message + raised.value.hint


def test_a_refused_address_leaves_no_database(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path / "var"))
    for url in ("sqlite:///x?mode=memory", "postgresql://a:geheim@h:notaport/x"):
        monkeypatch.setenv("FORMSERVICE_DATABASE_URL", url)
        assert main(["archive", "list"]) == 2
        said = capsys.readouterr().err
        assert "FORMSERVICE_DATABASE_URL" in said
        assert "geheim" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "given",
    [
        "s3://b u/x",
        "s3://bucket/x?y=1",
        "s3://bucket/x#y",
        " s3://bucket/x",
        "file:///dev/null",
        "file:///proc",
        "file:///proc/self/../self",
        "file:///sys/kernel",
        "file:///",
        "file:///etc/passwd",
        "file:///x?y",
    ],
    ids=range(11),
)
def test_a_storage_that_keeps_nothing_is_refused(given, tmp_path):
    with pytest.raises(UsageError, match="FORMSERVICE_STORAGE_URL"):
        originals(given, tmp_path)


@pytest.mark.parametrize("name", ["FORMSERVICE_DATA", "FORMSERVICE_FORMS"])
def test_an_empty_folder_or_one_of_endless_name_is_refused_as_a_setting(name):
    for given in ("", " ", "x" * 256, f"/srv/{'ü' * 128}/y"):
        with pytest.raises(UsageError, match=name):
            Settings.from_environment({name: given})


@pytest.mark.parametrize(
    "arguments",
    [
        ["backup", ""],
        ["backup", " ", "--check"],
        ["restore", ""],
        ["restore", "x", "--data", ""],
    ],
    ids=range(4),
)
def test_a_folder_without_a_name_is_refused(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert "der Name fehlt" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_path_that_is_too_long_is_told_as_that(monkeypatch, capsys):
    def too_long(*_):
        raise OSError(errno.ENAMETOOLONG, "too long")

    monkeypatch.setattr("formservice.cli.backup.Services", too_long)
    assert main(["backup", "x" * 300]) == 2
    said = capsys.readouterr().err
    assert "zu lang" in said
    assert "Speicherplatz" not in said


def test_a_day_of_receipt_to_come_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path / "var"))
    (tmp_path / "a.txt").write_text("a")
    for command in (["intake"], ["intake", "--later"]):
        assert main([*command, "a.txt", "--received", "31.12.2099"]) == 2
        assert "in der Zukunft" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "told", "hint"),
    [
        ("failed to resolve host 'x': [Errno -2] Name or service not known", "Rechner", "Netz"),
        ('FATAL:  database "x" does not exist', "dieses Namens", "CREATE DATABASE"),
        ("FATAL:  Datenbank »x« existiert nicht", "dieses Namens", "CREATE DATABASE"),
        ('FATAL:  role "x" does not exist', "Konto", "Konto"),
        ('FATAL:  password authentication failed for user "x"', "Zugang", "Kennwort"),
        ("fe_sendauth: no password supplied", "Zugang", "Kennwort"),
        ('relation "x" does not exist', "Tabellen", "migrate"),
        ("database is locked", "belegt", "anderes Programm"),
    ],
    ids=range(8),
)
def test_why_a_database_is_not_usable_is_told_with_what_to_do(said, told, hint):
    before = "" if said.startswith(("relation", "database")) else "connection failed: "
    with pytest.raises(StorageError, match=told) as raised, explained():
        raise OperationalError("SELECT", None, Exception(before + said))
    assert hint in raised.value.hint
    assert "Speicherplatz" not in raised.value.hint
