"""Handing over and taking in, as people type it."""

import json
import os
import zipfile

import openpyxl
import pytest
from sqlalchemy import insert

from formservice.adapters.store import schema
from formservice.application.copying import accept
from formservice.application.ports_store import Author
from formservice.bootstrap import Services, Settings
from formservice.domain.case import Role
from tests.e2e.conftest import ROOT
from tests.store.piles import piled
from tests.store.test_xdomea import SCHEMAS, needs_schemas

LEAD = Author("u-1", Role.LEAD)
SAMPLE = ROOT / "samples" / "feedbackbogen@2026-11" / "regulaer-docx" / "input.docx"
ZIELSYSTEM = """title: E-Akte
folder: share
files:
  copy: "{{ id }}-{{ version }}.pdf"
  original: "{{ id }}-{{ version }}-original.{{ suffix }}"
  record: "{{ id }}-{{ version }}.json"
receipt: {file: "{{ process }}.ok"}
"""
LIST = "Kundennummer;Name;Vorname\n1;Özgür;Ay\n2;Weber;\n"


@pytest.fixture
def formservice(run):
    """Run the program; what it says is text, settings are given by name."""

    def call(*arguments, **settings):
        done = run(*arguments, settings=settings)
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        return done

    return call


@pytest.fixture
def archive(tmp_path, formservice):
    """An installation with one document in it; returns its id."""
    done = formservice("intake", SAMPLE, "--json")
    assert done.returncode in (0, 1), done.stderr
    services = Services(Settings.from_environment({"FORMSERVICE_DATA": str(tmp_path / "var")}))
    with services.store.look() as work:
        query = "SELECT id FROM documents WHERE version > 0"
        (id_,) = work.connection.exec_driver_sql(query).scalars()
    yield services, id_
    services.store.close()


def test_everything_kept_goes_into_a_file_and_a_search_chooses(archive, formservice, tmp_path):
    _, id_ = archive
    done = formservice("archive", "export", "--all", "-o", tmp_path / "x.zip", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["documents"]) == (0, 1)
    with zipfile.ZipFile(tmp_path / "x.zip") as bundle:
        assert f"vorgaenge/000001-{id_}/datensatz.json" in bundle.namelist()
    found = formservice("archive", "export", "form:feedbackbogen", "-o", tmp_path / "y.zip")
    assert found.returncode == 0, found.stderr
    assert (tmp_path / "y.zip").read_bytes() == (tmp_path / "x.zip").read_bytes()
    none = formservice("archive", "export", "--state", "archiviert", "-o", tmp_path / "z.zip")
    assert (none.returncode, (tmp_path / "z.zip").exists()) == (1, False)


@needs_schemas
def test_xdomea_messages_are_written_once(archive, formservice, tmp_path):
    parties = ("--sender", "Jobcenter Musterstadt", "--recipient", "Stadt Musterstadt")
    export = ("archive", "export", "--all", "--xdomea", "3.1.0", "-o", tmp_path / "out", "--json")
    without = formservice(*export, *parties)
    assert (without.returncode, "XDOMEA_SCHEMAS" in without.stdout) == (3, True)
    for expected in ((1, 0), (0, 1)):
        done = formservice(*export, *parties, FORMSERVICE_XDOMEA_SCHEMAS=str(SCHEMAS))
        told = json.loads(done.stdout)
        assert (told["messages"], told["already_there"]) == expected
    (file,) = (tmp_path / "out").iterdir()
    assert file.name.endswith("_Abgabe.Abgabe.0401.zip")
    assert formservice(*export).returncode == 2
    verified = formservice("archive", "verify")
    assert verified.returncode == 0, verified.stdout


def test_who_sees_one_form_of_a_pile_gets_no_other_with_it(archive, formservice, tmp_path):
    services, _ = archive
    pile, _ = piled(services.store, services.originals)
    with services.store.work() as work:
        user = {"id": "ifk-1", "name": "Muster", "role": "ifk", "active": True}
        work.connection.execute(insert(schema.users).values(**user))
    done = formservice("archive", "export", "--all", "--as", "ifk-1", "-o", tmp_path / "x.zip")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "x.zip") as bundle:
        names = bundle.namelist()
    assert len([name for name in names if name.endswith("/auszug-1.pdf")]) == 2
    assert f"originale/{pile}.pdf" not in names


def test_without_a_choice_nothing_goes_out(formservice, tmp_path):
    assert formservice("archive", "export", "-o", tmp_path / "x.zip").returncode == 2
    wrong = formservice("archive", "export", "--state", "angenomen", "-o", tmp_path / "x.zip")
    assert (wrong.returncode, "angenommen" in wrong.stderr) == (2, True)


@pytest.mark.slow
def test_what_is_accepted_goes_through_copy_and_deliver_to_the_other_system(
    archive, formservice, tmp_path
):
    services, id_ = archive
    (tmp_path / "share").mkdir()
    (tmp_path / "eakte.yaml").write_text(ZIELSYSTEM, "utf-8")
    given = {"FORMSERVICE_ZIELSYSTEME": str(tmp_path / "eakte.yaml")}
    assert formservice("deliver", "--check", **given).returncode == 0
    assert "✓ Zielsysteme      eakte" in formservice("check", **given).stdout
    with services.store.work() as work:
        newest = work.documents.newest(id_)
        reading = {**newest.reading, "findings": []}
        work.documents.save(id_, newest.version, reading, LEAD)
        accept(work, id_, LEAD)
    worked = formservice("work", "--once", **given)
    assert worked.returncode == 0, worked.stderr
    assert "deliver fertig" in worked.stdout
    assert formservice("deliver", "--once", **given).returncode == 0
    there = sorted(one.name for one in (tmp_path / "share").iterdir())
    assert there == [f"{id_}-2-original.docx", f"{id_}-2.json", f"{id_}-2.pdf"]
    status = formservice("deliver", "--status", **given)
    assert (status.returncode, "übergeben" in status.stdout) == (0, True)


def test_checking_tells_what_is_wrong_and_which_folder_is_not_there(formservice, tmp_path):
    given = {"FORMSERVICE_ZIELSYSTEME": str(tmp_path / "eakte.yaml")}
    (tmp_path / "eakte.yaml").write_text(ZIELSYSTEM, "utf-8")
    away = formservice("deliver", "--check", **given)
    assert (away.returncode, "eakte: folder:" in away.stdout) == (3, True)
    (told,) = json.loads(formservice("deliver", "--check", "--json", **given).stdout)["problems"]
    assert told["zielsystem"] == "eakte"
    (tmp_path / "eakte.yaml").write_text(ZIELSYSTEM.replace("id }}", "id * 9 }}"), "utf-8")
    wrong = formservice("deliver", "--check", **given)
    assert (wrong.returncode, "[setting]" in wrong.stderr) == (2, True)
    assert "eakte.yaml: files.copy (Zeile 4): Gerechnet wird" in wrong.stderr
    assert formservice("deliver", "--once", **given).returncode == 2
    assert formservice("work", "--once", **given).returncode == 2


def test_without_a_zielsystem_deliver_says_what_is_missing(formservice):
    missing = formservice("deliver")
    assert (missing.returncode, "FORMSERVICE_ZIELSYSTEME" in missing.stderr) == (2, True)
    assert formservice("deliver", "--once").returncode == 0


def test_of_several_sheets_one_is_named(formservice, tmp_path):
    book = openpyxl.Workbook()
    for sheet, number in ((book.active, "1"), (book.create_sheet("Zwei"), "2")):
        sheet.append(["Kundennummer", "Name", "Vorname"])
        sheet.append([number, "Weber", "Ben"])
    book.create_sheet("Leer")
    book.save(tmp_path / "x.xlsx")
    call = ("import", "teilnehmer", tmp_path / "x.xlsx")
    several = formservice(*call)
    assert (several.returncode, "Blatt „Zwei“ hat Zeilen." in several.stderr) == (1, True)
    assert "Weber, Ben (2)" in formservice(*call, "--sheet", "Zwei").stdout
    assert formservice(*call, "--sheet", "Drei").returncode == 1


def test_a_list_that_is_no_list_is_refused_for_what_it_is(formservice, tmp_path):
    os.mkfifo(tmp_path / "rohr")
    (tmp_path / "lang.csv").write_text(f"Kundennummer;Name;Vorname\n1;{'x' * 5_000_000};A\n")
    (tmp_path / "kind.csv").write_text(
        "Kundennummer;Name;Vorname;Geburtsdatum\n1;A;B;01.01.2099\n"
    )
    for name, told in (
        ("rohr", "keine Datei"),
        ("lang.csv", "bei Zeile 2 eine zu lange Zelle"),
        ("kind.csv", "Zeile 2: Das Geburtsdatum liegt in der Zukunft."),
    ):
        done = formservice("import", "teilnehmer", tmp_path / name)
        assert (done.returncode, told in done.stderr) == (1, True), name


def test_a_list_is_shown_first_and_its_mistakes_name_rows(formservice, tmp_path):
    (tmp_path / "x.csv").write_text(LIST, "utf-8")
    wrong = formservice("import", "teilnehmer", tmp_path / "x.csv")
    assert (wrong.returncode, "Zeile 3: Vorname fehlt." in wrong.stderr) == (1, True)
    assert "Weber" not in wrong.stderr
    (tmp_path / "x.csv").write_text(LIST.replace("Weber;", "Weber;Ben"), "utf-8")
    shown = formservice("import", "teilnehmer", tmp_path / "x.csv")
    assert (shown.returncode, "Neue Menschen: 2" in shown.stdout) == (0, True)
    done = formservice("import", "teilnehmer", tmp_path / "x.csv", "--yes", "--json")
    assert (json.loads(done.stdout)["done"], done.returncode) == (True, 0)
    again = formservice("import", "teilnehmer", tmp_path / "x.csv")
    assert "Es gibt nichts zu übernehmen." in again.stdout


def test_who_is_gone_ends_today_once_and_mistyped_answers_are_told(formservice, tmp_path):
    head = "Kundennummer;Name;Vorname;Maßnahme;Träger;von;bis\n"
    anna = "1;Özgür;Ay;Startklar;Leinetal;01.01.2020;\n"
    gone = "2;Weber;Ben;Startklar;Leinetal;01.01.2020;\n3;Alt;Ida;Startklar;Leinetal;;30.06.2020\n"
    take = ("import", "teilnehmer", tmp_path / "x.csv", "--yes", "--json")
    (tmp_path / "x.csv").write_text(head + anna + gone, "utf-8")
    assert formservice(*take).returncode == 0
    (tmp_path / "x.csv").write_text(head + anna, "utf-8")
    for expected in (["2"], []):
        done = formservice(*take, "--end-gone")
        assert [one["number"] for one in json.loads(done.stdout)["gone"]] == expected
    wrong = formservice(*take[:3], "--new", "1,22")
    assert (wrong.returncode, "Die 2. Nummer bei --new" in wrong.stderr) == (2, True)
