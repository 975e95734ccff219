"""What somebody does on the command line is told of as theirs, and not as the service's own."""

import getpass
import json
import sqlite3
from contextlib import closing

import pytest

from tests.e2e.conftest import ROOT

WORD = "erwartungsbogen@2023-07-24/dang-docx/input.docx"


@pytest.mark.slow
def test_who_retries_exports_imports_and_deletes_stands_in_the_events(run, tmp_path):
    def authors(type_):
        with closing(sqlite3.connect(tmp_path / "var" / "formservice.sqlite")) as one:
            asked = "SELECT author FROM events WHERE type = ?"
            return [row[0] for row in one.execute(asked, (type_,))]

    own = [f"shell:{getpass.getuser()}"]
    (told,) = json.loads(run("intake", "--later", "--json", ROOT / "samples" / WORD).stdout)
    with closing(sqlite3.connect(tmp_path / "var" / "formservice.sqlite")) as one:
        one.execute("UPDATE documents SET status = 'failed'")
        one.commit()
    assert json.loads(run("work", "--retry-all", "--json").stdout) == {"retried": 1}
    assert json.loads(run("work", "--retry-all", "--json").stdout) == {"retried": 0}
    assert authors("work.retried") == own
    assert run("archive", "export", "--all", "-o", tmp_path / "a.zip").returncode == 0
    assert authors("archive.exported") == own
    delete = ("archive", "delete", told["document"], "--reason", "Az. 1", "--yes")
    run(*delete)
    assert authors("document.deleted") == own
    people = tmp_path / "leute.csv"
    people.write_text("Kundennummer;Name;Vorname;Geburtsdatum\n1;A;B;01.01.1999\n", "utf-8")
    assert run("import", "teilnehmer", people, "--yes").returncode == 0
    assert authors("people.imported") == own
