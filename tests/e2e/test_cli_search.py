"""``archive search`` and ``archive show`` as somebody at a shell uses them."""

import json

import pytest

from formservice.adapters.store.engine import embedded, writing
from formservice.adapters.store.migrate import migrated
from formservice.adapters.store.store import Store
from formservice.cli.main import main
from tests.store.searched import Sheet, filed, with_traeger


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An embedded store with three documents, for the commands of this test."""
    monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path))
    store = Store(embedded(tmp_path))
    migrated(store.engine)
    with_traeger(store, "t1")
    filed(store, Sheet("document1", {"name": "Müller", "vorname": "Anna"}))
    filed(store, Sheet("document2", {"name": "Öztürk"}, traeger="t1"))
    filed(store, Sheet("andere", {}, form=None, file="Scan\x1b[31m.pdf"))
    yield store
    store.close()


def told(capsys, *arguments: str) -> tuple[int, str]:
    status = main(arguments)
    return status, capsys.readouterr().out


def test_people_see_what_was_found_and_how_it_goes_on(store, capsys):
    status, out = told(capsys, "archive", "search", "--limit", "1")
    assert status == 0
    assert "3 Vorgänge (1 nicht erkannt, 2 in Prüfung; 2 feedbackbogen, 1 nicht erkannt)." in out
    after = out.rpartition("--after ")[2].strip()
    _, rest = told(capsys, "archive", "search", "--after", after)
    assert len(rest.splitlines()) == 3
    assert "\x1b" not in out + rest


def test_programs_get_the_hits_with_their_counts(store, capsys):
    status, out = told(capsys, "archive", "search", "mueller", "--json")
    data = json.loads(out)
    assert (status, data["total"], data["complete"], data["next"]) == (0, 1, True, None)
    assert data["hits"][0]["id"] == "document1"
    assert data["forms"] == [{"form": "feedbackbogen", "count": 1}]


def test_somebody_is_told_only_what_they_may_see(store, capsys):
    _, out = told(capsys, "archive", "search", "--as", "u-t1")
    assert "document2" in out
    assert "1 Vorgang (" in out
    assert told(capsys, "archive", "show", "document1", "--as", "u-t1")[0] == 2
    assert told(capsys, "archive", "show", "document2", "--as", "u-t1", "--json")[0] == 0


@pytest.mark.parametrize("query", ["nmae:x", "form:gibtesnicht", "stand:x", 'ein "halber', "?!"])
def test_what_cannot_be_understood_is_refused_without_repeating_it(store, capsys, query):
    status = main(("archive", "search", query))
    said = capsys.readouterr().err
    assert status == 2
    assert said.startswith("Fehler [usage]: ")
    assert query not in said


def test_nothing_found_is_no_error(store, capsys):
    assert told(capsys, "archive", "search", "gibtesnicht") == (0, "Nichts gefunden.\n")


def test_a_document_is_shown_by_the_beginning_of_its_id(store, capsys):
    status, out = told(capsys, "archive", "show", "andere", "--json")
    data = json.loads(out)
    assert (status, data["state"], data["status"]) == (0, "unidentified", "waiting")
    assert data["events"][0]["type"] == "document.received"
    assert data["pages"] == [{"original": data["original"], "page": 1}]
    assert told(capsys, "archive", "show", data["original"], "--json")[1] == out
    assert main(("archive", "show", "document")) == 2
    assert "Mehrere" in capsys.readouterr().err


def test_what_no_worker_got_through_with_is_shown_with_its_error(store, capsys):
    with writing(store.engine) as connection:
        connection.exec_driver_sql(
            "UPDATE documents SET status = 'failed', error = 'input.timeout', tries = 5"
            " WHERE id = 'andere'"
        )
    assert "zurückgestellt [input.timeout]" in told(capsys, "archive", "search", "scan")[1]
    out = told(capsys, "archive", "show", "andere")[1]
    assert "zurückgestellt [input.timeout], 5 Versuche" in out
    assert "\x1b" not in out
    assert "Verlauf" in out
    assert "nicht erkannt" in out


def test_words_of_another_version_are_told_and_made_anew(store, capsys):
    with writing(store.engine) as connection:
        connection.exec_driver_sql("UPDATE search SET normaliser = 1, words = '', text = ''")
    _, out = told(capsys, "archive", "search", "müller")
    assert "nicht vollständig" in out
    _, out = told(capsys, "migrate", "--json")
    assert json.loads(out)["words_renewed"] == 3
    assert "document1" in told(capsys, "archive", "search", "müller")[1]
