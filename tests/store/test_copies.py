"""What was accepted has its archive copies, made by workers, once, whatever happens meanwhile."""

import io
import json
from dataclasses import replace
from hashlib import sha256

import pikepdf
import pytest
from PIL import Image

from formservice.adapters.archive_copy.checks import check
from formservice.adapters.archive_copy.copies import ArchiveCopies
from formservice.adapters.archive_copy.scanning_file import load
from formservice.adapters.archive_copy.stage import copying
from formservice.adapters.archive_copy.verapdf import VeraPdf
from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store.store import Store
from formservice.adapters.work.child import Far, worked
from formservice.application.copying import COPY, accept
from formservice.application.dossier import dossier
from formservice.application.ports_store import SERVICE, Arrival, Author, Found, PageOf
from formservice.application.work import MOST_TRIES, failed, finished
from formservice.domain.case import Role, State
from formservice.domain.changes import FAITHFUL
from formservice.domain.errors import AlteredError, ConflictError, UsageError
from tests.adapters.archive_cases import RECEIVED, SERVICES, case, copies
from tests.adapters.test_archive_verapdf import stand_in

LEAD = Author("u-7", Role.LEAD)
NAME = "Nguyễn"  # invented; must never stand in an event


@pytest.fixture
def originals(tmp_path):
    return LocalOriginals(tmp_path / "originals")


@pytest.fixture
def stage(store, originals):
    return copying(lambda: Store(store.engine.url), originals, SERVICES.forms, copies())


def received(store, originals, medium="docx"):
    """Keep a Feedbackbogen that a person has looked at."""
    picture = io.BytesIO()
    Image.new("L", (827, 1169), 255).save(picture, "PNG", dpi=(100, 100))
    data = picture.getvalue() if medium == "scan" else b"bogen"
    whole = {**case().reading, "medium": medium, "page_numbers": [1], "findings": []}
    reading = json.loads(json.dumps(whole))
    original = originals.put(data)
    with store.work() as work:
        work.documents.receive(
            Arrival("d1", original, len(data), "bogen", "upload", RECEIVED, medium), LEAD
        )
        claim = work.queue.claim(["read"], "w", 60)
        work.documents.found("d1", [Found([PageOf(original, 1)], reading)], SERVICE)
        work.queue.finish(claim, "done", "waiting")


def copied(store, stage):
    """Let a worker do the stage; return what it made."""
    with store.work() as work:
        claim = work.queue.claim([COPY], "w", 60)
        kept = work.documents.get("d1")
    result = json.loads(json.dumps(stage.work(kept, lambda done, total: None)))
    with store.work() as work:
        assert finished(work, claim, kept, stage, result)
    return result


def test_what_is_accepted_has_a_copy_with_the_stored_record_inside(store, originals, stage):
    received(store, originals)
    with store.work() as work:
        accept(work, "d1", LEAD, "alles da")
    copied(store, stage)
    with store.look() as work:
        (copy,) = work.copies.of("d1")
        newest = work.documents.newest("d1")
        told = work.copies.history("d1")
        assert work.documents.get("d1").status == "waiting"
    data = originals.read(copy.sha256)
    assert (copy.kind, copy.version, copy.size) == ("form", 1, len(data))
    assert check(data) == []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        inside = pdf.attachments["datensatz.json"].get_file().read_bytes()
        protocol = json.loads(pdf.attachments["pruefprotokoll.json"].get_file().read_bytes())
    assert sha256(inside).hexdigest() == newest.sha256
    assert protocol["events"][-1]["told"] == "von „in Prüfung“ zu „angenommen“"
    assert protocol["reasons"][-1]["reason"] == "alles da"
    (made,) = [one for one in told if one.type == "copy.made"]
    assert copy.sha256 not in json.dumps(dict(made.body))
    assert NAME not in json.dumps([dict(one.body) for one in told])


def test_a_scan_has_the_copy_of_its_picture_as_well(store, originals, stage):
    received(store, originals, "scan")
    with store.work() as work:
        accept(work, "d1", LEAD)
    copied(store, stage)
    with store.look() as work:
        kinds = {one.kind: one for one in work.copies.of("d1")}
    assert set(kinds) == {"form", "picture"}
    assert check(originals.read(kinds["picture"].sha256)) == []


def test_a_process_of_its_own_makes_the_same_copy(store, originals, stage):
    received(store, originals, "scan")
    with store.work() as work:
        accept(work, "d1", LEAD)
        kept = work.documents.get("d1")
    far = Far()
    made = worked(stage, kept, far, lambda: None)
    assert made == json.loads(json.dumps(stage.work(kept, lambda done, total: None)))
    assert far.told() == (1, 2)
    far.close()


def test_done_again_it_is_the_same_copy(store, originals, stage):
    received(store, originals)
    with store.work() as work:
        accept(work, "d1", LEAD)
    first = copied(store, stage)
    with store.work() as work:
        work.queue.send("d1", COPY)
    assert copied(store, stage) == first
    with store.look() as work:
        assert len(work.copies.of("d1")) == 1
        assert [one.type for one in work.copies.history("d1")].count("copy.made") == 1


def test_who_may_not_accept_makes_no_copy(store, originals):
    received(store, originals)
    with store.work() as work, pytest.raises(UsageError):
        accept(work, "d1", Author("u-8", Role.BACK_OFFICE))
    with store.work() as work:
        assert work.documents.get("d1").state is State.IN_REVIEW
        assert work.queue.claim([COPY], "w", 60) is None


def opened_again(store):
    with store.work() as work:
        work.documents.move("d1", State.IN_REVIEW, LEAD, "Sichtprüfung nachholen")


def test_what_is_accepted_again_has_a_new_copy_that_tells_why_and_keeps_the_old(
    store, originals, stage
):
    received(store, originals, "scan")
    with store.work() as work:
        accept(work, "d1", LEAD)
    first = copied(store, stage)["copies"]
    opened_again(store)
    with store.work() as work:
        work.documents.acknowledge("d1", FAITHFUL, None, LEAD, "alle Seiten verglichen")
        accept(work, "d1", LEAD)
    second = copied(store, stage)["copies"]
    with store.look() as work:
        kept = [one.sha256 for one in work.copies.of("d1")]
        newest = {one.kind: one.sha256 for one in dossier(work, "d1").copies}
    assert newest == {kind: one["sha256"] for kind, one in second.items()}
    assert kept == [made[kind]["sha256"] for made in (first, second) for kind in sorted(made)]
    with pikepdf.open(io.BytesIO(originals.read(newest["picture"]))) as pdf:
        told = json.loads(pdf.attachments["transfervermerk.json"].get_file().read_bytes())
    assert told["quality"]["remark"] == "alle Seiten verglichen"
    with pikepdf.open(io.BytesIO(originals.read(newest["form"]))) as pdf:
        protocol = json.loads(pdf.attachments["pruefprotokoll.json"].get_file().read_bytes())
    said = [one["told"] for one in protocol["events"]]
    assert "Archivkopie erzeugt, Fassung 1" in said
    assert said[-2:] == [
        "Sichtprüfung des Abbilds bestätigt",
        "von „in Prüfung“ zu „angenommen“",
    ]


def test_what_was_opened_again_before_it_was_copied_has_no_copy(store, originals, stage):
    received(store, originals)
    with store.work() as work:
        accept(work, "d1", LEAD)
    opened_again(store)
    copied(store, stage)
    with store.look() as work:
        assert work.copies.of("d1") == []
        assert work.documents.get("d1").status == "waiting"


def test_what_was_opened_again_while_it_was_copied_has_no_copy(store, originals, stage):
    received(store, originals)
    with store.work() as work:
        accept(work, "d1", LEAD)
        claim = work.queue.claim([COPY], "w", 60)
        kept = work.documents.get("d1")
    result = json.loads(json.dumps(stage.work(kept, lambda done, total: None)))
    opened_again(store)
    with store.work() as work:
        assert finished(work, claim, kept, stage, result)
        assert work.copies.of("d1") == []
        assert work.documents.get("d1").status == "waiting"


def test_what_could_not_be_copied_can_be_accepted_again(store, originals, stage):
    received(store, originals)
    with store.work() as work:
        accept(work, "d1", LEAD)
        claim = work.queue.claim([COPY], "w", 60)
        assert failed(work, replace(claim, tries=MOST_TRIES), "engine") is None
    opened_again(store)
    with store.work() as work:
        accept(work, "d1", LEAD)
    copied(store, stage)
    with store.look() as work:
        assert [one.kind for one in work.copies.of("d1")] == ["form"]


def test_while_its_copy_is_made_it_is_not_accepted_again(store, originals):
    received(store, originals)
    with store.work() as work:
        accept(work, "d1", LEAD)
    opened_again(store)
    with store.work() as work, pytest.raises(ConflictError, match="Archivkopie"):
        accept(work, "d1", LEAD)


def test_nobody_says_a_scan_is_faithful_whose_copy_says_that_nobody_did(store, originals):
    received(store, originals, "scan")
    with store.work() as work:
        accept(work, "d1", LEAD)
    with store.work() as work, pytest.raises(UsageError, match="vor der Annahme"):
        work.documents.acknowledge("d1", FAITHFUL, None, LEAD, "alle Seiten verglichen")
    with store.look() as work:
        assert work.documents.acknowledged("d1") == []


def test_no_page_is_left_out_where_record_and_pages_disagree(store, originals, stage):
    received(store, originals, "scan")
    with store.work() as work:
        reading = {**work.documents.newest("d1").reading, "page_numbers": [1, 2]}
        work.documents.save("d1", 1, reading, LEAD, "Seite 2 vergessen")
        accept(work, "d1", LEAD)
        kept = work.documents.get("d1")
    with pytest.raises(AlteredError, match="Seiten"):
        stage.work(kept, lambda done, total: None)


def test_the_operators_verapdf_judges_every_copy(store, originals, tmp_path):
    judged = ArchiveCopies(copies()._renderer, SERVICES.forms, VeraPdf(stand_in(tmp_path)))
    stage = copying(lambda: Store(store.engine.url), originals, SERVICES.forms, judged)
    received(store, originals, "scan")
    with store.work() as work:
        accept(work, "d1", LEAD)
    copied(store, stage)
    asked = (tmp_path / "asked.txt").read_text().splitlines()
    assert asked == ["--format xml --flavour 3a", "--format xml --flavour ua1"] * 2


def test_the_transfervermerk_tells_what_the_office_says_of_this_way_in(store, originals, tmp_path):
    (tmp_path / "scannen.yaml").write_text("- {source: upload, name: 'bog*', by: Poststelle}")
    told = load(tmp_path / "scannen.yaml")
    stage = copying(
        lambda: Store(store.engine.url), originals, SERVICES.forms, copies(embed=False), told
    )
    received(store, originals, "scan")
    with store.work() as work:
        accept(work, "d1", LEAD)
    made = copied(store, stage)["copies"]
    transfer = json.loads(originals.read(made["transfervermerk.json"]["sha256"]))
    assert (transfer["source"], transfer["scanning"]["by"]) == ("upload", "Poststelle")
