"""What is handed over as a ZIP file is whole, proves itself, and is the same every time."""

import csv
import io
import json
import os
import resource
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest

from formservice.adapters.handover.bundle import Bundle
from formservice.adapters.handover.export import Export
from formservice.adapters.handover.register import row
from formservice.adapters.store.selection import selected
from formservice.application.dossier import Selection, dossier
from formservice.application.ports_store import SERVICE, Arrival, CopyOf, Found, PageOf
from formservice.domain.canonical import digest
from formservice.domain.errors import EngineError, NotFoundError, StorageError, UsageError
from tests.store.handed import LEAD, NAME, RECEIVED, accept, folder_originals, keep, reading
from tests.store.piles import BEN, inside, pages_in, piled


@pytest.fixture
def originals(tmp_path):
    return folder_originals(tmp_path)


@pytest.fixture
def two(store, originals):
    """Two documents, one of them accepted, whose sender writes formulas for names."""
    keep(store, originals, "d:1")
    keep(store, originals, "d2", name="=HYPERLINK(A1)")
    accept(store, originals, "d:1")
    return store


def test_everything_is_there_and_every_hash_is_right(two, originals, tmp_path):
    target = tmp_path / "out" / "x.zip"
    done = Export(two, originals)(["d:1", "d2"], target, SERVICE)
    with zipfile.ZipFile(target) as bundle:
        assert bundle.testzip() is None
        files = {name: bundle.read(name) for name in bundle.namelist()}
    lines = files.pop("SHA256SUMS").decode().splitlines()
    sums = {line[66:]: line[:64] for line in lines}
    assert sums == {name: sha256(data).hexdigest() for name, data in files.items()}
    assert done.files == len(files) + 1
    assert done.manifest == sha256(files["manifest.json"]).hexdigest()
    record = json.loads(files["vorgaenge/000001-d_1/datensatz.json"])
    assert record["records"][0]["reading"]["fields"]["name"]["value"] == NAME
    assert digest(record["records"][0]["reading"]) == record["records"][0]["sha256"]
    assert files["vorgaenge/000001-d_1/kopien/archivkopie.pdf"] == b"%PDF-1.7 copy of d:1"
    manifest = json.loads(files["manifest.json"])
    assert [one["id"] for one in manifest["list"]] == ["d:1", "d2"]
    assert {one["path"] for one in manifest["files"]} == set(files) - {"manifest.json"}
    (original,) = manifest["list"][1]["originals"]
    assert files[original] == b"%PDF-1.7 d2"
    events = [json.loads(line) for line in files["ereignisse.jsonl"].splitlines()]
    assert {one["document"] for one in events} == {"d:1", "d2"}
    keys = ("at", "author", "body", "document", "previous", "seq", "type")
    assert all(digest({key: one[key] for key in keys}) == one["hash"] for one in events)
    assert NAME not in files["ereignisse.jsonl"].decode()
    assert "sha256sum -c" in files["LIESMICH.txt"].decode()


def test_a_field_with_several_findings_stands_in_the_register_once(two):
    with two.look() as work:
        whole = dossier(work, "d2")
    blocks = {"code": "x", "severity": "blocks", "field": "ziele[1].text"}
    told = {
        **whole.reading,
        "findings": [blocks, {**blocks, "code": "y"}, {**blocks, "field": "z"}],
    }
    whole = replace(whole, versions=[replace(whole.versions[-1], reading=told)])
    assert "ziele[1].text, z" in row(whole, 1, "", [])


def test_the_register_is_read_by_spreadsheets_and_has_no_formula(two, originals, tmp_path):
    Export(two, originals)(["d:1", "d2"], tmp_path / "x.zip", SERVICE)
    with zipfile.ZipFile(tmp_path / "x.zip") as bundle:
        table, book = bundle.read("register.csv"), bundle.read("register.xlsx")
    assert table.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][1:7] == ["d:1", "feedbackbogen", "2026-11", NAME, "Hòa", "angenommen"]
    assert rows[2][4] == "'=HYPERLINK(A1)"
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert [cell.value for cell in sheet[2]][:5] == rows[1][:5]
    assert (sheet["E3"].value, sheet["E3"].data_type) == ("=HYPERLINK(A1)", "s")


def test_the_same_documents_give_the_same_bytes(two, originals, tmp_path):
    export = Export(two, originals)
    for name in ("a.zip", "b.zip"):
        export(["d:1", "d2"], tmp_path / name, SERVICE)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_an_original_of_several_documents_is_there_once(store, originals, tmp_path):
    original = originals.put(b"%PDF-1.7 two")
    pages = [[PageOf(original, 1)], [PageOf(original, 2)]]
    with store.work() as work:
        work.documents.receive(Arrival("d1", original, 12, "x.pdf", "batch", RECEIVED), LEAD)
        ids = work.documents.found("d1", [Found(one, reading()) for one in pages], SERVICE)
    with store.look() as work:
        assert selected(work.connection, Selection()) == sorted(ids)
        assert selected(work.connection, Selection(ids=["d1"])) == sorted(ids)
    Export(store, originals)(ids, tmp_path / "x.zip", SERVICE)
    with zipfile.ZipFile(tmp_path / "x.zip") as bundle:
        names = [name for name in bundle.namelist() if name.startswith("originale/")]
    assert names == [f"originale/{original}.pdf"]


def test_copies_named_like_our_own_files_lie_beside_them(two, originals, tmp_path):
    data = b'{"of": "an archive copy without attachments"}'
    with two.work() as work:
        copy = CopyOf("d:1", 1, "datensatz.json", originals.put(data), len(data))
        work.copies.keep(copy, SERVICE)
    Export(two, originals)(["d:1"], tmp_path / "x.zip", SERVICE)
    with zipfile.ZipFile(tmp_path / "x.zip") as bundle:
        names = bundle.namelist()
        assert bundle.read("vorgaenge/000001-d_1/kopien/datensatz.json") == data
    assert len(set(names)) == len(names)


def test_no_name_is_used_twice(tmp_path):
    with Bundle(io.BytesIO()) as bundle:
        bundle.add("a", b"1")
        with pytest.raises(EngineError):
            bundle.add("a", b"2")


def test_who_may_see_one_form_of_a_pile_gets_its_pages_and_nobody_elses(
    store, originals, tmp_path
):
    pile, (first, _) = piled(store, originals)
    Export(store, originals)([first], tmp_path / "x.zip", SERVICE, own_pages=True)
    with zipfile.ZipFile(tmp_path / "x.zip") as bundle:
        files = {name: bundle.read(name) for name in bundle.namelist()}
    assert not [name for name in files if name.startswith("originale/")]
    (name,) = [name for name in files if "/auszug-" in name]
    assert pages_in(files[name]) == 1
    assert not any(BEN.encode() in inside(data) for data in files.values())
    manifest = json.loads(files["manifest.json"])
    assert manifest["list"][0]["excerpts"] == [{"path": name, "of": pile}]
    assert manifest["list"][0]["originals"] == [name]
    Export(store, originals)([first], tmp_path / "y.zip", SERVICE)
    with zipfile.ZipFile(tmp_path / "y.zip") as bundle:
        assert f"originale/{pile}.pdf" in bundle.namelist()


def test_that_it_went_out_is_in_the_chain_without_any_value(two, originals, tmp_path):
    done = Export(two, originals)(["d2"], tmp_path / "x.zip", SERVICE)
    with two.look() as work:
        told = work.connection.exec_driver_sql(
            "SELECT body FROM events WHERE type = 'archive.exported'"
        ).scalar()
    assert json.loads(told) == {"documents": 1, "ids": ["d2"], "manifest": done.manifest}


def test_a_missing_original_leaves_nothing_and_what_was_there_stays(two, originals, tmp_path):
    target = tmp_path / "x.zip"
    target.write_bytes(b"before")
    with two.look() as work:
        originals.delete(work.documents.get("d2").original)
    with pytest.raises(NotFoundError):
        Export(two, originals)(["d:1", "d2"], target, SERVICE)
    assert target.read_bytes() == b"before"
    assert [one.name for one in tmp_path.glob(".*")] == []


def test_what_a_killed_export_left_is_written_over(two, originals, tmp_path):
    target = tmp_path / "x.zip"
    code = """
import os, signal, sys
from pathlib import Path
from formservice.adapters.handover.bundle import Bundle, written
with written(Path(sys.argv[1])) as file, Bundle(file) as bundle:
    bundle.add("half", bytes(100_000), packed=True)
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    killed = subprocess.run([sys.executable, "-c", code, target], env=environment, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    (left,) = tmp_path.glob(".*")
    assert (left.stat().st_size > 90_000, target.exists()) == (True, False)
    Export(two, originals)(["d2"], target, SERVICE)
    with zipfile.ZipFile(target) as bundle:
        assert (bundle.testzip(), "half" in bundle.namelist()) == (None, False)
    assert [*tmp_path.glob(".*")] == []


def test_two_exports_to_one_name_do_not_mix(two, originals, tmp_path):
    target = tmp_path / "x.zip"
    export = Export(two, originals)

    def meanwhile(done, total):
        with pytest.raises(UsageError):
            Export(two, originals)(["d2"], target, SERVICE)

    export(["d:1"], target, SERVICE, meanwhile)
    with zipfile.ZipFile(target) as bundle:
        assert "vorgaenge/000001-d_1/datensatz.json" in bundle.namelist()


def test_a_full_disk_is_told_and_leaves_nothing(two, originals, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    target = tmp_path / "x.zip"
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        with pytest.raises(StorageError, match="voll"):
            Export(two, originals)(["d:1", "d2"], target, SERVICE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert not target.exists()


def test_documents_are_chosen_by_state_form_and_day(two):
    with two.look() as work:

        def chosen(**more):
            return selected(work.connection, Selection(**more))

        assert chosen() == ["d2", "d:1"]
        assert chosen(states=["accepted"]) == ["d:1"]
        assert chosen(forms=["erwartungsbogen"]) == []
        assert chosen(since=RECEIVED, until=RECEIVED) == ["d2", "d:1"]
        assert chosen(ids=["d:1"]) == ["d:1"]
        with pytest.raises(NotFoundError):
            chosen(ids=["d9"])


@pytest.mark.slow
def test_memory_stays_flat_however_many_documents(tmp_path):
    """Half a gigabyte of originals goes through a process that may not grow by a tenth of it."""
    code = """
import resource, sys
from pathlib import Path
from formservice.adapters.handover.bundle import Bundle, written
with written(Path(sys.argv[1])) as file:
    with Bundle(file) as bundle:
        bundle.add("first", bytes(4_000_000), packed=True)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in range(120):
            bundle.add(f"originale/{number}", bytes(4_000_000), packed=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "x.zip")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert int(run.stdout) < 20_000
