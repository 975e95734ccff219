"""With originals in storage that speaks S3: deletion, backup and restore from end to end."""

from datetime import UTC, datetime
from typing import Any  # where originals lie is not what the base has

import pytest

from formservice.adapters.backup.backup import Backup, Installation
from formservice.adapters.backup.check import checked
from formservice.adapters.backup.restore import Restore
from formservice.adapters.leftovers import Leftovers
from formservice.adapters.originals.choice import originals as chosen
from formservice.adapters.store.engine import embedded
from formservice.adapters.store.purge import Purge
from formservice.adapters.store.step import NEWEST
from formservice.application.deletion import Delete
from formservice.application.ports_store import Author, Originals
from formservice.application.receive import Receive, Sent
from formservice.application.verify import Verify
from formservice.domain.case import Role
from formservice.domain.errors import NotFoundError, StorageError
from tests.adapters.s3_server import bucket
from tests.store import proven

ADMIN = Author("shell:amt", Role.ADMIN)


class InS3(proven.Installation):
    """An installation whose originals lie elsewhere."""

    storage: Originals
    elsewhere: Originals

    @property
    def originals(self) -> Any:  # its own are files
        return self.storage


@pytest.fixture
def kept(address, tmp_path, monkeypatch):
    with (
        bucket(tmp_path, monkeypatch) as name,
        proven.installation(address, tmp_path / "data") as one,
    ):
        own = InS3(one.store, one.folder)
        own.storage = chosen(f"s3://{name}/amt", tmp_path)
        own.elsewhere = chosen(f"s3://{name}/neu", tmp_path)
        own.fill()
        own.head()
        yield own


def delete(own):
    leftovers = Leftovers(own.folder, own.folder / "intake")
    return Delete(own.store, own.storage, Purge(own.store.engine), leftovers)


@pytest.mark.slow
def test_what_is_deleted_is_not_in_the_bucket_any_more_and_may_come_again(kept):
    before = set(kept.storage.names())
    done = delete(kept)(["d1"], ADMIN, "Az. 1/26")
    assert list(done.left) == []
    gone = set(done.scope.originals)
    assert len(gone) == 2
    assert set(kept.storage.names()) == before - gone
    for one in gone:
        with pytest.raises(NotFoundError):
            kept.storage.read(one)
    assert kept.verify().broken is None
    again, known = Receive(kept.store, kept.storage)(
        Sent(b"first file", "x", "upload", proven.DAY)
    )
    assert not known
    assert kept.storage.read(str(again.original)) == b"first file"
    assert kept.verify().broken is None


@pytest.mark.slow
def test_a_storage_that_is_away_during_a_deletion_is_emptied_later(kept, monkeypatch):
    def away(*_, **__):
        raise StorageError("Der Speicher ist weg.")

    with monkeypatch.context() as patch:
        patch.setattr(type(kept.storage), "delete", away)
        with pytest.raises(StorageError):
            delete(kept)(["d1"], ADMIN, "Az. 1/26")
    before = set(kept.storage.names())
    monkeypatch.setattr("formservice.application.deletion._RECEIVING_S", 0.0)
    assert delete(kept).clean().done
    assert len(before - set(kept.storage.names())) == 2
    assert kept.verify().broken is None


@pytest.mark.slow
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_what_is_backed_up_from_a_bucket_is_restored_into_another(kept, tmp_path):
    folder = kept.folder
    held = Installation(folder, folder / "koepfe", "1", NEWEST, {}, {})
    clock = datetime(2026, 11, 21, 5, tzinfo=UTC)
    made = Backup(kept.store, kept.storage, held, lambda: clock)(tmp_path / "backups")
    assert list(made.lost) == []
    assert checked(tmp_path / "backups", None).faults == []
    new = tmp_path / "new"
    done = Restore(new, embedded(new), kept.elsewhere, new / "koepfe")(tmp_path / "backups")
    assert (done.originals, list(done.lost)) == (made.originals, [])
    assert list(kept.elsewhere.names()) == list(kept.storage.names())
    with proven.installation(embedded(new), new) as again:
        told = Verify(again.store, kept.elsewhere, again.heads, again.places, lambda: "heute")
        assert told().broken is None
