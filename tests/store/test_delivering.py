"""What is accepted reaches other systems: at least once, whole, and what they say comes back."""

import csv
import io
import json
import os
import re
import time
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import update

from formservice.adapters.handover.stage import planning
from formservice.adapters.handover.xdomea_schemas import XdomeaSchemas
from formservice.adapters.handover.zielsysteme import described as zielsysteme
from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.adapters.store.store import Store
from formservice.application.delivering import (
    BROKEN_OFF,
    MOST_TRIES,
    UNCOPIED,
    WITHDRAWN,
    Deliver,
)
from formservice.application.dossier import dossier
from formservice.application.ports_delivery import DeliveryStatus
from formservice.application.work import finished
from formservice.domain.case import State
from formservice.domain.errors import DefinitionError, UsageError
from tests.store.handed import LEAD, NAME, accept, copied, digest, folder_originals, keep, reading
from tests.store.test_xdomea import PROCESS, SCHEMAS, needs_schemas, processed

FORMS = {"feedbackbogen": "Feedbackbogen", "erwartungsbogen": "Erwartungsbogen"}
FIELDS = {"name", "vorname", "q3_erreicht"}
CSV = """title: E-Akte der Stadt
folder: eakte
forms: [feedbackbogen]
files:
  copy: "{{ fields.name }}/{{ id }}-{{ version }}.{{ suffix }}"
  original: "{{ id }}-{{ version }}_original_{{ number }}.{{ suffix }}"
index:
  name: "{{ id }}-{{ version }}.csv"
  charset: utf-8-sig
  columns:
    Kennung: "{{ id }}"
    Name: "{{ fields.name }}, {{ fields.vorname }}"
    Eingang: "{{ received_de }}"
    Dateien: "{% for one in files %}{{ one.name }} {% endfor %}"
done: "{{ id }}-{{ version }}.fertig"
receipt:
  file: "antwort/{{ process }}.ok"
  refused: "antwort/{{ process }}.fehler"
"""


@pytest.fixture
def originals(tmp_path):
    return folder_originals(tmp_path)


@pytest.fixture
def share(tmp_path):
    folder = tmp_path / "zs" / "eakte"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def described(tmp_path, originals, share):
    """Read the description of a system."""

    def load(text=CSV, name="eakte", **beside):
        for file, more in {f"{name}.yaml": text, **beside}.items():
            (tmp_path / "zs" / file).write_text(more, "utf-8")
        where, schemas = tmp_path / "zs", XdomeaSchemas(SCHEMAS)
        found, wrong = zielsysteme(where, originals, schemas, FORMS, FIELDS)
        if wrong is not None:
            raise wrong
        return found

    return load


@pytest.fixture
def accepted(store, originals):
    keep(store, originals)
    accept(store, originals)
    return store


@pytest.fixture
def handed_of():
    """Hand over with these systems what is due, in how many seconds whatsoever."""

    def of(store, document="d1"):
        def run(systems, plan=True, late=0.0):
            deliver = Deliver(store, systems, lambda: time.time() + late)
            if plan:
                deliver.plan(document)
            with store.work() as work:
                work.connection.execute(update(schema.outbox).values(due=now() - 1))
            return [(step.status, step.error) for step in deliver()]

        return run

    return of


@pytest.fixture
def handed(accepted, handed_of):
    return handed_of(accepted)


def row(store):
    with store.look() as work:
        (one,) = work.deliveries.listed()
    return one


def test_files_index_and_flag_lie_there_and_the_receipt_is_read(
    accepted, described, handed, share
):
    systems = described()
    assert handed(systems) == [(DeliveryStatus.DELIVERED, None)]
    files = {str(one.relative_to(share)): one for one in share.rglob("*") if one.is_file()}
    assert set(files) == {f"{NAME}/d1-1.pdf", "d1-1_original_1.pdf", "d1-1.csv", "d1-1.fertig"}
    assert files[f"{NAME}/d1-1.pdf"].read_bytes() == b"%PDF-1.7 copy of d1"
    table = files["d1-1.csv"].read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table), delimiter=";"))
    assert rows[0]["Eingang"] == "20.04.2026"
    assert rows[0]["Name"] == f"{NAME}, Hòa"
    told = {one.name: one.sha256 for one in row(accepted).files}
    assert told == {name: digest(one.read_bytes()) for name, one in files.items()}
    assert handed(systems, plan=False) == [(DeliveryStatus.DELIVERED, None)]
    (share / "antwort").mkdir()
    (share / "antwort" / f"{row(accepted).process}.ok").write_text("Akte 4711", "utf-8")
    assert handed(systems, plan=False) == [(DeliveryStatus.CONFIRMED, None)]
    assert (row(accepted).status, row(accepted).receipt) == (DeliveryStatus.CONFIRMED, "Akte 4711")
    assert handed(systems, plan=False) == []
    with accepted.look() as work:
        links = work.copies.history("d1")
    types = [one.type for one in links if one.type.startswith("delivery.")]
    assert types == ["delivery.planned", "delivery.made", "delivery.confirmed"]
    assert NAME not in json.dumps([dict(one.body) for one in links], ensure_ascii=False)


def test_a_refusal_is_shown_to_people_and_can_be_tried_again(accepted, described, handed, share):
    systems = described()
    handed(systems)
    (share / "antwort").mkdir()
    first = row(accepted).process
    refused = share / "antwort" / f"{first}.fehler"
    refused.write_bytes("Akte geschlossen für Müller".encode("cp1252"))
    assert handed(systems, plan=False) == [(DeliveryStatus.FAILED, "delivery.refused")]
    assert row(accepted).receipt == "Akte geschlossen für Müller"
    with accepted.work() as work:
        assert work.deliveries.retry("d1") == 1
    for _ in range(2):  # handed over, and asked: the old answer lies there still
        assert handed(systems, plan=False) == [(DeliveryStatus.DELIVERED, None)]
    assert row(accepted).process != first
    (share / "antwort" / f"{row(accepted).process}.fehler").write_text("immer noch")
    assert handed(systems) == [(DeliveryStatus.FAILED, "delivery.refused")]
    assert handed(systems) == [(DeliveryStatus.DELIVERED, None)]  # planned once more


def test_what_is_taken_away_is_confirmed_by_that(accepted, described, handed, share):
    text = CSV.partition("receipt:")[0] + "receipt: {vanishing: true, within_hours: 2}\n"
    systems = described(text)
    handed(systems)
    assert handed(systems, plan=False) == [(DeliveryStatus.DELIVERED, None)]
    late = handed(systems, plan=False, late=3 * 3600.0)
    assert late == [(DeliveryStatus.DELIVERED, "delivery.unconfirmed")]
    for one in [*share.rglob("*")]:
        if one.is_file():
            one.unlink()
    assert handed(systems, plan=False) == [(DeliveryStatus.CONFIRMED, None)]


def test_broken_off_anywhere_the_same_files_lie_there_once(accepted, described, handed, share):
    systems = described()
    with accepted.work() as work:  # somebody took it up, wrote all of it, and died
        work.deliveries.plan("d1", 1, "eakte")
        lost = work.deliveries.claim(["eakte"], 60)
    deliver = Deliver(accepted, systems, time.time)
    with accepted.look() as work:
        files = systems["eakte"].hand_over(dossier(work, "d1"), lost)
    assert list(deliver()) == []  # the lease holds
    before = {one: one.stat().st_mtime_ns for one in share.rglob("*")}
    assert handed(systems, plan=False) == [(DeliveryStatus.DELIVERED, None)]
    assert {one: one.stat().st_mtime_ns for one in share.rglob("*")} == before
    with accepted.work() as work:  # it wakes up: its claim is outdated
        assert not work.deliveries.delivered(lost, files, None)
        assert not work.deliveries.failed(lost, "x")


def test_an_answer_to_one_version_confirms_no_other(accepted, originals, described, handed, share):
    systems = described()
    handed(systems)
    (share / "antwort").mkdir()
    (share / "antwort" / f"{row(accepted).process}.ok").touch()
    assert handed(systems, plan=False) == [(DeliveryStatus.CONFIRMED, None)]
    with accepted.work() as work:
        work.documents.move("d1", State.IN_REVIEW, LEAD, "Nachtrag")
        work.documents.save("d1", 1, reading(vorname="Hoa"), LEAD)
    accept(accepted, originals)
    assert handed(systems) == [(DeliveryStatus.DELIVERED, None)]
    assert handed(systems, plan=False) == [(DeliveryStatus.DELIVERED, None)]
    with accepted.look() as work:
        told = {one.version: one.status for one in work.deliveries.listed()}
    assert told == {1: DeliveryStatus.CONFIRMED, 2: DeliveryStatus.DELIVERED}


def test_nothing_goes_out_before_its_archive_copy_is_there(
    store, originals, described, handed_of, share
):
    systems = described()
    keep(store, originals)
    with store.work() as work:
        work.documents.move("d1", State.ACCEPTED, LEAD, "alles da")
    handed = handed_of(store)
    assert handed(systems) == [(DeliveryStatus.OPEN, UNCOPIED)]
    assert [*share.iterdir()] == []
    copied(store, originals)
    assert handed(systems, plan=False) == [(DeliveryStatus.DELIVERED, None)]
    assert (share / NAME / "d1-1.pdf").exists()


def test_a_scan_without_its_picture_is_no_delivery(store, originals, described, handed_of):
    systems = described(CSV.replace("  original:", "  picture:"))
    keep(store, originals, more={"medium": "scan"})
    accept(store, originals)
    assert handed_of(store)(systems) == [(DeliveryStatus.FAILED, "not-found")]


def test_what_ends_its_process_each_time_is_given_up_and_can_be_tried_again(
    accepted, described, handed
):
    systems = described()
    Deliver(accepted, systems, time.time).plan("d1")
    for _ in range(MOST_TRIES):  # taken up, and nobody came back
        with accepted.work() as work:
            work.connection.execute(update(schema.outbox).values(due=now() - 1))
            assert work.deliveries.claim(["eakte"], 0)
    assert handed(systems, plan=False) == [(DeliveryStatus.FAILED, BROKEN_OFF)]
    with accepted.work() as work:
        work.deliveries.retry("d1")
    assert handed(systems, plan=False) == [(DeliveryStatus.DELIVERED, None)]


def test_a_letter_that_the_charset_lacks_stops_the_delivery(described, handed, share):
    systems = described(CSV.replace("utf-8-sig", "cp1252"))
    assert handed(systems) == [(DeliveryStatus.FAILED, "engine")]
    assert [*share.iterdir()] == []


def test_a_link_in_the_share_leads_to_nothing_of_ours(
    accepted, described, handed, share, tmp_path
):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (share / "d1-1.csv.tmp").symlink_to(victim)
    assert handed(described()) == [(DeliveryStatus.DELIVERED, None)]
    assert (victim.read_text(), (share / "d1-1.csv").is_symlink()) == ("mine", False)


def test_a_linked_folder_in_the_share_is_not_gone_into(described, handed, share, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (share / NAME).symlink_to(outside)
    assert handed(described()) == [(DeliveryStatus.FAILED, "conflict")]
    assert [*outside.iterdir()] == []


def test_an_answer_is_a_plain_file_and_nobody_waits_for_a_pipe(
    accepted, described, handed, share, tmp_path
):
    systems = described()
    handed(systems)
    (share / "antwort").mkdir()
    answer = share / "antwort" / f"{row(accepted).process}.ok"
    (tmp_path / "secret").write_text("of another")
    for plant in (os.mkfifo, os.mkdir, lambda path: path.symlink_to(tmp_path / "secret")):
        plant(answer)
        assert handed(systems, plan=False) == [(DeliveryStatus.DELIVERED, None)]
        answer.rmdir() if answer.is_dir() else answer.unlink()
    (share / "antwort").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / answer.name).touch()
    (share / "antwort").symlink_to(tmp_path / "elsewhere")
    assert handed(systems, plan=False) == [(DeliveryStatus.DELIVERED, "storage")]


def test_what_a_killed_process_half_wrote_is_written_over(accepted, described, handed, share):
    (share / "d1-1.csv.tmp").write_bytes(bytes(10_000))
    assert handed(described()) == [(DeliveryStatus.DELIVERED, None)]
    assert not (share / "d1-1.csv.tmp").exists()
    assert (share / "d1-1.csv").stat().st_size < 1000


def test_nothing_is_written_over_what_lies_there(accepted, described, handed, share):
    (share / "d1-1.csv").write_text("of somebody else")
    assert handed(described()) == [(DeliveryStatus.FAILED, "conflict")]
    assert (share / "d1-1.csv").read_text() == "of somebody else"


def test_a_share_that_is_away_is_waited_for_and_then_told(accepted, described, handed, share):
    systems = described()
    share.rename(share.with_name("away"))
    assert handed(systems) == [(DeliveryStatus.OPEN, "storage")]
    with accepted.work() as work:
        work.connection.execute(update(schema.outbox).values(tries=MOST_TRIES - 1))
    assert handed(systems, plan=False) == [(DeliveryStatus.FAILED, "storage")]
    share.with_name("away").rename(share)
    with accepted.work() as work:
        work.deliveries.retry("d1")
    assert handed(systems, plan=False) == [(DeliveryStatus.DELIVERED, None)]


def test_a_share_without_its_marker_is_away(described, handed, share):
    systems = described(CSV + "marker: .eakte\n")
    assert handed(systems) == [(DeliveryStatus.OPEN, "storage")]
    (share / ".eakte").touch()
    assert handed(systems, plan=False) == [(DeliveryStatus.DELIVERED, None)]


def test_what_is_opened_again_does_not_go_out(accepted, described, handed, share):
    systems = described()
    with accepted.work() as work:
        work.deliveries.plan("d1", 1, "eakte")
        work.documents.move("d1", State.IN_REVIEW, LEAD, "Nachtrag")
    assert handed(systems, plan=False) == [(DeliveryStatus.FAILED, WITHDRAWN)]
    assert [*share.iterdir()] == []
    with pytest.raises(UsageError):
        Deliver(accepted, systems, time.time).plan("d1")
    with accepted.work() as work:
        work.documents.move("d1", State.ACCEPTED, LEAD)
    assert handed(systems) == [(DeliveryStatus.DELIVERED, None)]


def test_an_xml_index_holds_whatever_people_write(described, handed, share):
    template = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<akte id="{{ id }}">'
        "<ich>{{ fields.q3_erreicht }}</ich><name>{{ fields.name }}</name></akte>"
    )
    head, _, rest = CSV.partition("index:")
    index = 'name: "{{ process }}.xml", charset: iso-8859-1, template: eakte.xml'
    text = f"{head}index: {{{index}}}\n"
    text += "done:" + rest.partition("done:")[2]
    handed(described(text, **{"eakte.xml": template}))
    (written,) = share.glob("*.xml")
    root = etree.fromstring(written.read_bytes())
    assert root.findtext("ich") == "Ich habe <alles> & mehr.\nJa."
    assert root.findtext("name") == NAME


def test_no_value_makes_a_folder_or_leads_out_of_one(store, originals, described, share):
    keep(store, originals, name="../../../etc/x\x00")
    accept(store, originals)
    deliver = Deliver(store, described(), time.time)
    deliver.plan("d1")
    list(deliver())
    (found,) = share.rglob("d1-1.pdf")
    assert found.parent.parent == share


def test_the_stage_notes_who_takes_a_document_and_lets_people_go_on(accepted, described):
    systems = described(name="one") | described(CSV.replace("feedback", "erwartungs"), "two")
    stage = planning(lambda: Store(accepted.engine.url), systems)
    with accepted.work() as work:
        work.queue.send("d1", "deliver")
        claim = work.queue.claim(["deliver"], "w", 60)
        kept = work.documents.get("d1")
    result = json.loads(json.dumps(stage.work(kept, lambda done, total: None)))
    for held in (True, False):  # twice, as after a crash
        with accepted.work() as work:
            assert finished(work, claim, kept, stage, result) is held
    assert (row(accepted).zielsystem, row(accepted).version) == ("one", 1)
    with accepted.look() as work:
        kept = work.documents.get("d1")
        assert (kept.stage, kept.status) == ("done", "waiting")
        assert work.deliveries.due(["one"])
        assert not work.deliveries.due(["gone"])
        assert not work.deliveries.due([])


@needs_schemas
def test_an_e_akte_gets_its_message_and_its_answer_is_read(accepted, described, handed, share):
    text = """title: E-Akte
kind: xdomea
folder: eakte
sender: Jobcenter Musterstadt
recipient: Stadt Musterstadt
receipt: {folder: zurueck}
"""

    def again():  # as every run does; one run lists the folder once
        return described(text)

    assert handed(again()) == [(DeliveryStatus.DELIVERED, None)]
    process = row(accepted).process
    assert [one.name for one in share.iterdir()] == [f"{process}_Abgabe.Abgabe.0401.zip"]
    back = share / "zurueck"
    back.mkdir()

    def answered(name, data):
        told = data.replace(PROCESS.upper().encode(), process.encode())
        (back / f"{process}_{name}.xml").write_bytes(told)
        return handed(again(), plan=False)

    message = processed("3.1.0")
    (back / f"{process}_broken.zip").write_bytes(b"PK broken")
    got = message("Abgabe.EmpfangBestaetigen.0403", "0403")
    assert answered("Abgabe.EmpfangBestaetigen.0403", got) == [(DeliveryStatus.DELIVERED, None)]
    assert row(accepted).receipt == "Empfang bestätigt (0403)"
    said = (
        f"<x:AbgegebenesObjekt><x:IDSGO>{process}</x:IDSGO>"
        "<x:Erfolgreich>1</x:Erfolgreich></x:AbgegebenesObjekt>"
    )
    well = message("Abgabe.ImportBestaetigen.0402", "0402", said)
    assert answered("Abgabe.ImportBestaetigen.0402", well) == [(DeliveryStatus.CONFIRMED, None)]


def test_everything_wrong_with_a_description_is_told_at_once(described):
    wrong = """titel: E-Akte
folder: 7
forms: [feedbackbgen]
files:
  copy: "{{ fields.nme }}_{{ idd }}.pdf"
  orginal: "x"
index:
  name: "{{ id "
  charset: latin
  columns: {A: "{{ files }}"}
"""
    with pytest.raises(DefinitionError) as raised:
        described(wrong)
    told = {(one.where.partition(" (")[0], one.nearest) for one in raised.value.problems}
    assert told == {
        ("titel", "title"),
        ("folder", None),
        ("forms[0]", "feedbackbogen"),
        ("files.copy", "fields.name"),
        ("files.copy", "id"),
        ("files.orginal", "original"),
        ("index.charset", None),
        ("index.name", None),
    }
    assert all("Zeile" in one.where for one in raised.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (CSV[CSV.index("files:") : CSV.index("index:")], "files: {}\n", "files"),
        ("  columns:", "  template: keine.xml\n  columns:", "index.template"),
        ("  refused", "  vanishing: true\n  refused", "receipt"),
        ("{{ process }}.ok", "{{ form }}.ok", "receipt.file"),
        ("{{ process }}.ok", "{{ id }}-{{ version }}.ok", "receipt.file"),
        ("{{ process }}.fehler", "{{ id }}.fehler", "receipt.refused"),
        ("{{ fields.name }}/{{ id }}-{{ version }}", "{{ id }}", "files.copy"),
        ("{{ id }}-{{ version }}.csv", "{{ id }}.csv", "index.name"),
        ("{{ id }}-{{ version }}.fertig", "{{ id }}.fertig", "done"),
        ("  columns:", "  delimiter: '\"'\n  columns:", "index.delimiter"),
        ("folder: eakte", "kind: ordner\nfolder: eakte", "kind"),
    ],
)
def test_what_contradicts_itself_in_a_description_is_told(described, old, new, where):
    with pytest.raises(DefinitionError) as raised:
        described(CSV.replace(old, new))
    assert where in {one.where.partition(" (")[0] for one in raised.value.problems}


def test_the_examples_of_the_manual_are_right(described):
    text = (Path(__file__).parents[2] / "docs" / "betrieb.md").read_text("utf-8")
    examples = {
        name: block
        for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
        for name in re.findall(r"^# (eakte-\w+)\.yaml$", block, re.MULTILINE)
    }
    assert set(examples) == {"eakte-stadt", "eakte-land"}
    assert set(described(examples["eakte-stadt"], "eakte-stadt")) == {"eakte-stadt"}
    if SCHEMAS.is_dir():
        assert "eakte-land" in described(examples["eakte-land"], "eakte-land")


def test_a_name_that_could_be_no_folder_is_refused(described):
    with pytest.raises(DefinitionError, match="fehlerhaft"):
        described(name="E Akte")
