"""The newest backup is the one with the last events, whatever the clocks said."""

import json
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from formservice.adapters.backup.backup import Backup, Installation
from formservice.adapters.backup.check import checked
from formservice.adapters.backup.restore import Restore
from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.store.engine import embedded
from formservice.adapters.store.migrate import migrated
from formservice.adapters.store.step import NEWEST
from formservice.adapters.store.store import Store
from formservice.domain.errors import AlteredError, StorageError, UsageError
from formservice.domain.frist import OFFICE_TIME
from tests.store import proven


@pytest.fixture
def kept(tmp_path):
    with proven.installation(embedded(tmp_path / "data"), tmp_path / "data") as one:
        one.fill()
        yield one


def back_up(kept, target, when):
    held = Installation(kept.folder, kept.folder / "koepfe", "1", NEWEST, {}, {})
    return Backup(kept.store, kept.originals, held, lambda: when)(target)


def into(folder):
    return Restore(
        folder, embedded(folder), LocalOriginals(folder / "originals"), folder / "koepfe"
    )


def rewritten(target, name, data):
    """Change a manifest with its sum, as somebody might who means it."""
    here = target / "sicherungen" / name
    old = sha256((here / "manifest.json").read_bytes()).hexdigest()
    (here / "manifest.json").write_bytes(data)
    sums = (here / "SHA256SUMS").read_text()
    (here / "SHA256SUMS").write_text(sums.replace(old, sha256(data).hexdigest()))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (datetime(2031, 1, 1, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)),
        (
            datetime(2026, 10, 25, 0, 45, tzinfo=UTC).astimezone(OFFICE_TIME),
            datetime(2026, 10, 25, 1, 15, tzinfo=UTC).astimezone(OFFICE_TIME),
        ),
    ],
    ids=["a wrong clock", "the hour that comes twice"],
)
def test_a_backup_that_goes_on_from_another_is_newer_whatever_its_name(
    kept, tmp_path, first, second
):
    target = tmp_path / "ziel"
    early = back_up(kept, target, first)
    kept.receive("d9", b"later file", "Ende")
    late = back_up(kept, target, second)
    assert late.name < early.name
    done = into(tmp_path / "new")(target)
    assert (done.name, done.event, done.later_name) == (late.name, late.event, early.name)
    assert done.made == second.isoformat()
    named = into(tmp_path / "named")(target, early.name)
    assert (named.name, named.later_name) == (early.name, None)


def test_backups_after_a_restored_one_are_newer_than_those_it_left_behind_or_somebody_is_asked(
    kept, tmp_path
):
    target = tmp_path / "ziel"
    base = back_up(kept, target, datetime(2026, 11, 1, tzinfo=UTC))
    for number in range(5):
        kept.receive(f"x{number}", b"lost %d" % number, "Verlorn")
    behind = back_up(kept, target, datetime(2026, 11, 2, tzinfo=UTC))
    again = into(tmp_path / "new")
    again(target, base.name)
    with proven.installation(again.database, again.data) as other:
        other.receive("d9", b"later file", "Ende")
        late = back_up(other, target, datetime(2026, 11, 3, tzinfo=UTC))
    assert late.event < behind.event
    with pytest.raises(UsageError, match="keine die andere fortsetzt") as raised:
        into(tmp_path / "third")(target)
    assert late.name in raised.value.hint
    assert behind.name in raised.value.hint
    assert base.name not in raised.value.hint
    assert into(tmp_path / "third")(target, late.name).event == late.event


def test_a_damaged_backup_that_may_be_the_newest_is_not_passed_over(kept, tmp_path):
    """Whatever their names say: a clock gave those."""
    target = tmp_path / "ziel"
    first = back_up(kept, target, datetime(2026, 11, 3, tzinfo=UTC))
    last = back_up(kept, target, datetime(2026, 11, 2, tzinfo=UTC))
    manifest = target / "sicherungen" / last.name / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"event", b"tneve"))
    with pytest.raises(UsageError, match="beschädigt") as raised:
        into(tmp_path / "new")(target)
    assert last.name in raised.value.message
    assert first.name in raised.value.hint
    assert into(tmp_path / "new")(target, first.name).event == first.event


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff", b"[]", b"null", b"{}", b'{"format": 1}', b'{"format": "1"}', b"[" * 9999],
    ids=range(9),
)
def test_a_manifest_that_is_none_is_called_damaged(kept, tmp_path, data):
    target = tmp_path / "ziel"
    made = back_up(kept, target, datetime(2026, 11, 1, tzinfo=UTC))
    rewritten(target, made.name, data)
    (fault,) = checked(target, None).faults
    assert fault.message == f"{made.name}: manifest.json ist nicht zu verstehen."
    with pytest.raises(AlteredError, match=r"manifest\.json ist nicht zu verstehen"):
        into(tmp_path / "new")(target)


def test_a_manifest_of_a_later_program_is_called_that(kept, tmp_path):
    target = tmp_path / "ziel"
    made = back_up(kept, target, datetime(2026, 11, 1, tzinfo=UTC))
    told = json.loads((target / "sicherungen" / made.name / "manifest.json").read_bytes())
    for new in ({"format": 2}, told | {"step": "9999"}):
        rewritten(target, made.name, json.dumps(new).encode())
        with pytest.raises(StorageError, match="neueren Fassung"):
            into(tmp_path / "new")(target)


def test_what_looking_at_an_empty_installation_leaves_is_nothing(kept, tmp_path):
    target, new = tmp_path / "ziel", tmp_path / "new"
    back_up(kept, target, datetime(2026, 11, 1, tzinfo=UTC))
    store = Store(embedded(new))
    migrated(store.engine)
    store.close()
    LocalOriginals(new / "originals").check()
    (new / "koepfe").mkdir()
    (new / ".abcd_012").write_bytes(b"head")
    with store.look():  # somebody looks on meanwhile
        done = into(new)(target)
    assert not done.resumed
    with proven.installation(embedded(new), new) as again:
        assert again.verify().broken is None
        with again.store.look() as work:
            assert len(work.search.named("d2", proven.LEAD)) == 1
        again.receive("d9", b"later file", "Ende")
        assert again.verify().broken is None
    store.close()
    with pytest.raises(UsageError, match="nicht leer"):
        into(new)(target)


def test_a_database_with_one_document_is_not_empty(kept, tmp_path):
    target = tmp_path / "ziel"
    back_up(kept, target, datetime(2026, 11, 1, tzinfo=UTC))
    folder = tmp_path / "new"
    with proven.installation(embedded(folder), folder) as other, other.store.work() as work:
        work.events.append("document.received", proven.IFK, None, {})
    with pytest.raises(UsageError, match="Datenbank ist nicht leer"):
        into(folder)(target)
    assert not (folder / ".wiederherstellung").exists()
