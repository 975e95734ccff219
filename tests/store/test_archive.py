"""The archive keeps every byte and all that was read, and tells known files apart."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import date
from hashlib import sha256

import pytest
from sqlalchemy import select

from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store import schema
from formservice.adapters.store.archive import Archive, Document, Filed
from formservice.adapters.store.engine import address as address_of
from formservice.adapters.store.store import Store
from formservice.application.orphans import Orphans, swept
from formservice.application.ports import Received
from formservice.application.ports_store import RESTORED, SERVICE, PageOf
from formservice.application.report import pointing
from formservice.domain.case import State
from formservice.domain.errors import StorageError

DAY = date(2026, 4, 7)
NAME = "Đặng Ģirts"  # invented; must never appear in an error


def reading(form: str | None = "feedbackbogen", code: str = "field.required", **more: object):
    return {
        "format": 1,
        "medium": "acroform",
        "page_numbers": [1, 2],
        "form": {"id": form, "edition": "2023-09-22", "margin": 0.9} if form else None,
        "fields": {"name": {"reading": "read", "value": NAME}},
        "findings": [{"code": code}],
        "deadlines": [],
        **more,
    }


def states(store: Store) -> list[tuple[str, str, int]]:
    table = schema.documents
    query = select(table.c.state, table.c.status, table.c.version)
    with store.look() as work:
        rows = work.connection.execute(query.order_by(table.c.created_at, table.c.id))
        return [(row.state, row.status, row.version) for row in rows]


def test_a_filed_document_comes_back_byte_for_byte_with_its_readings(archive, tmp_path):
    data = bytes(range(256)) * 999
    filed = archive.file(data, "bogen.pdf", DAY, [reading(), reading(None)])
    assert filed == Filed(sha256(data).hexdigest(), already_known=False)
    assert LocalOriginals(tmp_path / "originals").read(filed.sha256) == data
    assert archive.readings(filed.sha256) == [reading(), reading(None)]
    (one,) = archive.documents()
    assert one == Document(one.id, filed.sha256, "bogen.pdf", "acroform", DAY, len(data))


def test_the_same_bytes_twice_are_one_document(archive):
    first = archive.file(b"bytes", "a.pdf", DAY, [reading()])
    again = archive.file(b"bytes", "b.pdf", date(2026, 5, 1), [reading(), reading()])
    assert (first.already_known, again.already_known) == (False, True)
    assert [one.name for one in archive.documents()] == ["a.pdf"]
    assert len(archive.readings(first.sha256)) == 1


def test_a_file_nothing_was_read_of_waits_unidentified_whatever_its_name(archive, store):
    name = os.fsdecode(b"ordner/Br\xfccke\0.pdf")
    archive.file(b"x", name, DAY, [])
    assert [(one.name, one.medium) for one in archive.documents()] == [("Br?cke?.pdf", None)]
    assert states(store) == [(State.UNIDENTIFIED, "waiting", 0)]


def test_what_no_text_can_hold_does_not_keep_a_reading_from_being_kept(archive):
    odd = reading(file=os.fsdecode(b"Br\xfccke.pdf"), raw="a\0b")
    filed = archive.file(b"x", "x", DAY, [odd])
    assert archive.readings(filed.sha256) == [odd | {"file": "Br?cke.pdf"}]


def test_several_forms_and_an_empty_back_in_one_file(archive, store):
    found = [reading(), reading(None, "page.blank"), reading(None, "form.unidentified")]
    filed = archive.file(b"x", "x.pdf", DAY, found)
    assert states(store) == [
        (State.RECEIVED, "done", 0),
        (State.IN_REVIEW, "waiting", 1),
        (State.UNIDENTIFIED, "waiting", 1),
    ]
    assert archive.readings(filed.sha256) == [found[0], found[2], found[1]]


def test_one_form_with_an_empty_back_is_the_received_file_itself(archive, store):
    found = [reading(), reading(None, "page.blank")]
    filed = archive.file(b"x", "x.pdf", DAY, found)
    assert states(store) == [(State.IN_REVIEW, "waiting", 1)]
    assert archive.readings(filed.sha256) == found


def test_a_separator_sheet_waits_for_nobody_and_is_known_again(archive, store):
    found = [reading(None, "page.separator")]
    filed = archive.file(b"x", "x.pdf", DAY, found)
    assert states(store) == [(State.RECEIVED, "done", 0)]
    assert archive.readings(filed.sha256) == found


def test_a_document_of_several_files_stands_with_the_first_and_is_told_of_each(archive, store):
    names = [sha256(data).hexdigest() for data in (b"one", b"two")]
    pages = [
        {"file": "ordner/2.png", "sha256": names[1], "page": 1},
        {"file": "ordner/1.png", "sha256": names[0], "page": 3},
    ]
    whole = reading(pages=pages)
    stub = pointing(whole, names[1], [3])
    files = [
        Received(b"two", "ordner/2.png", [whole]),
        Received(b"one", "ordner/1.png", [stub, reading(None)]),
    ]
    archive.file_together(files, DAY)
    assert archive.readings(names[1]) == [whole]
    assert archive.readings(names[0]) == [reading(None), stub]
    with store.look() as work:
        document = work.documents.received_as(names[1])
        assert document is not None
        assert work.documents.pages(document.id) == [PageOf(names[1], 1), PageOf(names[0], 3)]
    told = [[(one["file"], one["page"]) for one in doc] for doc in archive.shared()[names[0]]]
    assert told == [[("2.png", 1), ("1.png", 3)]]
    assert archive.shared()[names[0]] == archive.shared()[names[1]]


def test_files_that_belong_together_are_kept_all_or_none(archive, monkeypatch):
    broken = reading(fields={"name": float("nan")})
    with pytest.raises(ValueError, match="JSON"):
        archive.file_together(
            [Received(b"1", "1", [reading()]), Received(b"2", "2", [broken])], DAY
        )
    assert list(archive.documents()) == []


def test_an_original_without_a_row_is_completed_by_filing_again(archive, tmp_path):
    LocalOriginals(tmp_path / "originals").put(b"crashed in between")
    assert not archive.file(b"crashed in between", "x.pdf", DAY, [reading()]).already_known
    assert len(list(archive.documents())) == 1


def test_bytes_that_no_document_names_go_after_a_day_and_all_others_stay(archive, store, tmp_path):
    originals = LocalOriginals(tmp_path / "originals")
    filed = archive.file(b"kept", "x.pdf", DAY, [reading()])
    orphan, young = originals.put(b"crashed in between"), originals.put(b"being received")
    for one in (filed.sha256, orphan):
        os.utime(originals.path(one), (time.time() - 25 * 3600,) * 2)
    begun_long_ago, told = time.time() + 30 * 3600, list[Orphans]()
    assert swept(store, originals, begun_long_ago, told.append) == 1
    assert list(originals.names()) == sorted([filed.sha256, young])
    assert swept(store, originals, begun_long_ago, told.append) == 0
    assert told == []


@pytest.mark.parametrize("filled", [True, False], ids=["younger", "empty"])
def test_a_database_takes_away_nothing_that_is_older_than_itself(archive, store, tmp_path, filled):
    """Else one that was lost, or restored from an old backup, would end with no original."""
    originals = LocalOriginals(tmp_path / "originals")
    if filled:
        archive.file(b"kept", "x.pdf", DAY, [reading()])
    old = originals.put(b"known to the database that was lost")
    os.utime(originals.path(old), (time.time() - 25 * 3600,) * 2)
    told = list[Orphans]()
    assert swept(store, originals, time.time(), told.append) == 0
    assert [one.before for one in told] == [[old]]
    assert originals.read(old)


def test_what_is_too_much_for_a_crash_stays_and_is_told(archive, store, tmp_path):
    originals = LocalOriginals(tmp_path / "originals")
    archive.file(b"kept", "x.pdf", DAY, [reading()])
    many = [originals.put(b"%d" % number) for number in range(51)]
    for one in many:
        os.utime(originals.path(one), (time.time() - 25 * 3600,) * 2)
    told = list[Orphans]()
    assert swept(store, originals, time.time() + 30 * 3600, told.append) == 0
    assert sorted(told[0].since) == sorted(many)


def test_after_a_restore_only_what_came_since_then_is_judged(archive, store, tmp_path):
    archive.file(b"kept", "x.pdf", DAY, [reading()])
    with store.work() as work:
        before = work.events.began()
        work.events.append(RESTORED, SERVICE)
    with store.look() as work:
        assert work.events.began() >= before
        assert work.events.began() == pytest.approx(time.time(), abs=5)


def test_an_altered_original_is_noticed_before_anything_is_written(archive, tmp_path):
    LocalOriginals(tmp_path / "originals").put(b"true")
    LocalOriginals(tmp_path / "originals").path(sha256(b"true").hexdigest()).write_bytes(b"fake")
    with pytest.raises(StorageError, match="verändert"):
        archive.file(b"true", "x.pdf", DAY, [])
    assert list(archive.documents()) == []


_FILING = """
    import sys
    from datetime import date
    from pathlib import Path
    from formservice.adapters.originals.local import LocalOriginals
    from formservice.adapters.store.archive import Archive
    from formservice.adapters.store.engine import address
    from formservice.adapters.store.store import Store

    archive = Archive(Store(address(sys.argv[1])), LocalOriginals(Path(sys.argv[2])))
    def file(data, name):
        return archive.file(data, name, date(2026, 4, 7), [{"form": None, "findings": []}])
"""
_WRITER = """
for number in range(100_000):
    data = f"{sys.argv[3]}-{number} ".encode() * 200_000
    print(file(data, f"{number}.pdf").sha256, flush=True)
"""
_RIVAL = "print(sum(not file(bytes([n]) * 1000, 'x').already_known for n in range(25)))"


def started(address, originals, script: str, *arguments: str) -> subprocess.Popen[str]:
    url = address.render_as_string(hide_password=False)
    code = textwrap.dedent(_FILING) + script
    return subprocess.Popen(
        [sys.executable, "-c", code, url, str(originals), *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_killed_at_any_moment_it_leaves_only_whole_originals_and_loses_none(
    archive, address, tmp_path
):
    folder = tmp_path / "originals"
    acknowledged: set[str] = set()
    for round_ in range(4):
        child = started(address, folder, _WRITER, str(round_))
        assert child.stdout is not None
        acknowledged.add(child.stdout.readline().strip())  # it is writing now
        time.sleep(0.03 + 0.027 * round_)
        child.send_signal(signal.SIGKILL)
        rest, _ = child.communicate()
        # A line cut off by the kill was not acknowledged.
        acknowledged |= {line for line in rest.split("\n")[:-1] if line}
    kept = set(folder.glob("??/??/*"))
    documents = {one.sha256 for one in archive.documents()}
    assert {sha256(path.read_bytes()).hexdigest() for path in kept} == {p.name for p in kept}
    assert acknowledged <= documents <= {path.name for path in kept}
    assert all(archive.readings(one) for one in documents)


@pytest.mark.slow
def test_several_processes_filing_the_same_bytes_make_one_document(archive, address, tmp_path):
    children = [started(address, tmp_path / "originals", _RIVAL) for _ in range(3)]
    made = [int(child.communicate()[0]) for child in children]
    assert sum(made) == len(list(archive.documents())) == 25


def test_an_unusable_database_is_a_storage_error_and_nothing_is_lost(tmp_path):
    (tmp_path / "db").write_bytes(b"this is no database" * 1000)
    store = Store(address_of(f"sqlite:///{tmp_path / 'db'}"))
    archive = Archive(store, LocalOriginals(tmp_path / "originals"))
    with pytest.raises(StorageError) as raised:
        archive.file(b"y", "y.pdf", DAY, [reading()])
    assert NAME not in str(raised.value) + raised.value.hint + str(raised.value.__cause__)
    store.close()
