"""The use case „backup“: everything that is needed to begin anew on an empty machine."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import select

from formservice.adapters.backup import folder as places
from formservice.adapters.backup.folder import (
    DATABASE,
    ORIGINALS,
    BackupFolder,
    explained,
    hashed,
)
from formservice.adapters.backup.snapshot import Contents, contents, snapshot
from formservice.adapters.identity.secret_file import KEY
from formservice.adapters.lasting import replaced
from formservice.adapters.store.schema import originals as table
from formservice.adapters.store.store import Store
from formservice.application.ports_store import Originals
from formservice.domain.errors import AlteredError, NotFoundError, StorageError, UsageError

FORMAT = 1
_TRIES = 3

Tell: TypeAlias = Callable[[str, int, int], None]
"""Takes the step, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What is to be kept besides database and originals.

    ``settings`` are told without secrets; ``files`` are what settings name, by a name of ours.
    """

    data: Path
    heads: Path
    program: str
    step: str
    settings: Mapping[str, object]
    files: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class Made:
    """A backup: its name, what it holds, how much of that was copied now.

    ``mended`` stood there and was not what it should be; ``lost`` is missing or damaged in the
    installation itself and nowhere in the backups: a person has to look. ``proof`` is the hash of
    the list of all hashes.
    """

    name: str
    event: int
    documents: int
    originals: int
    copied: int
    bytes: int
    mended: int
    lost: Sequence[str]
    proof: str


class _DeletedError(Exception):
    """What the snapshot names was deleted since."""


class Backup:
    """Makes backups of one installation while others work with it."""

    def __init__(
        self,
        store: Store,
        originals: Originals,
        installation: Installation,
        now: Callable[[], datetime],
    ) -> None:
        """``now`` gives a backup its name."""
        self._store = store
        self._originals = originals
        self._all = installation
        self._now = now

    def __call__(self, root: Path, tell: Tell = lambda _step, _done, _total: None) -> Made:
        """Make a backup in the folder ``root``; what is there of earlier ones is not copied again.

        Raises:
            ConflictError: another one is being made there.
            StorageError: something cannot be read or written; there is no new backup then.
            UsageError: ``root`` lies in the data folder.
        """
        if root.resolve().is_relative_to(self._all.data.resolve()):
            raise UsageError(
                "Eine Sicherung im Datenordner geht mit ihm verloren.",
                "Bitte einen Ordner auf einem anderen Datenträger nennen.",
            )
        target = BackupFolder(root)
        begun = self._now()
        with target.begun() as folder:
            for left in reversed(range(_TRIES)):
                held = self._snapshot(folder, tell)
                try:
                    copied, lost = self._copied(target, held, tell)
                    break
                except _DeletedError:  # what is gone from the installation shall not stay here
                    if not left:
                        raise StorageError(
                            "Während der Sicherung wird immer wieder gelöscht.",
                            "Bitte noch einmal versuchen, wenn niemand löscht.",
                        ) from None
            return self._finished(target, folder, begun, (held, copied, lost))

    def _snapshot(self, folder: Path, tell: Tell) -> Contents:
        with explained():
            (folder / places.SNAPSHOT).unlink(missing_ok=True)
            # Before the database: a head younger than that would tell of events it lacks.
            (folder / places.HEADS).mkdir(exist_ok=True)
            for head in sorted(self._all.heads.glob("*.txt")):
                (folder / places.HEADS / head.name).write_bytes(head.read_bytes())
        tell(DATABASE, 0, 1)
        snapshot(self._store, folder / places.SNAPSHOT, lambda *far: tell(DATABASE, *far))
        return contents(folder / places.SNAPSHOT)

    def _copied(
        self, target: BackupFolder, held: Contents, tell: Tell
    ) -> tuple[Sequence[tuple[int, bool]], Sequence[str]]:
        """Copy what is not there yet; return size and whether it was mended, and what is lost."""
        copied, lost = [], []
        for done, sha256 in enumerate(held.originals, 1):
            if not target.has(sha256):
                stood = target.original(sha256).exists()
                try:
                    data = self._originals.read(sha256)
                except (NotFoundError, AlteredError):
                    if not self._named(sha256):
                        raise _DeletedError from None
                    lost.append(sha256)
                else:
                    target.put(sha256, data)
                    copied.append((len(data), stood))
            tell(ORIGINALS, done, len(held.originals))
        return copied, lost

    def _named(self, sha256: str) -> bool:
        with self._store.look() as work:
            return bool(work.connection.scalar(select(table.c.size).filter_by(sha256=sha256)))

    def _finished(
        self,
        target: BackupFolder,
        folder: Path,
        begun: datetime,
        found: tuple[Contents, Sequence[tuple[int, bool]], Sequence[str]],
    ) -> Made:
        held, copied, lost = found
        with explained():
            self._settings(folder)
            # After the database: what is sealed there was sealed with a key that was there.
            with suppress(FileNotFoundError):
                (folder / KEY).write_bytes((self._all.data / KEY).read_bytes())
            lines = [
                f"{one}  ../../originale/{one[:2]}/{one[2:4]}/{one}\n" for one in held.originals
            ]
            (folder / places.LIST).write_text("".join(lines), "ascii")
            told = {
                "format": FORMAT,
                "made": begun.isoformat(timespec="seconds"),
                "program": self._all.program,
                "database": self._store.engine.dialect.name,
                "step": self._all.step,
                "event": held.seq,
                "hash": held.hash,
                "documents": held.documents,
                "originals": len(held.originals),
                "bytes": sum(held.originals.values()),
                "lost": lost,
            }
            _write(folder / places.MANIFEST, told)
        name = target.finish(folder, begun.strftime("%Y-%m-%dT%H%M%S"))
        self._noted(name)
        with explained():
            proof = hashed(target.of(name) / places.SUMS)
        return Made(
            name=name,
            event=held.seq,
            documents=held.documents,
            originals=len(held.originals),
            copied=len(copied),
            bytes=sum(size for size, _ in copied),
            mended=sum(stood for _, stood in copied),
            lost=lost,
            proof=proof,
        )

    def _noted(self, name: str) -> None:
        """Note when the newest backup was made, for those who look whether all is well."""
        # It is whole, whether or not this can be written.
        with suppress(OSError):
            replaced(self._all.data / places.NEWEST, name.encode())

    def _settings(self, folder: Path) -> None:
        own = folder / places.SETTINGS
        own.mkdir()
        _write(own / "einstellungen.json", self._all.settings)
        for name, file in self._all.files.items():
            files = sorted(file.glob("*.y*ml")) if file.is_dir() else [file]
            for one in files:
                place = own / name / one.name if file.is_dir() else own / f"{name}{one.suffix}"
                place.parent.mkdir(exist_ok=True)
                place.write_bytes(one.read_bytes())


def _write(file: Path, told: object) -> None:
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
