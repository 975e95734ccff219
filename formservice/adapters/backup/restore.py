"""The use case „restore“: an installation as it was backed up, on a machine that has none."""

import os
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, inspect, select
from sqlalchemy.engine import URL

from formservice.adapters.backup import folder as places
from formservice.adapters.backup.backup import Tell
from formservice.adapters.backup.check import manifest, own_faults
from formservice.adapters.backup.folder import (
    DATABASE,
    ORIGINALS,
    BackupFolder,
    content,
    explained,
)
from formservice.adapters.backup.newest import newest
from formservice.adapters.backup.snapshot import Contents, contents, filled
from formservice.adapters.heads import Heads
from formservice.adapters.identity.secret_file import KEY
from formservice.adapters.lasting import settled, sync, written_once
from formservice.adapters.store.engine import opened, reading
from formservice.adapters.store.migrate import known_steps
from formservice.adapters.store.schema import events, metadata
from formservice.application.ports_store import Originals
from formservice.domain.errors import AlteredError, StorageError, UsageError

# What was being written in the data folder when somebody was killed (``lasting``).
_PASSING = re.compile(r"\.[a-z0-9_]{8}")
_DATA = "Datenordner"
_EMPTY = "Wiederhergestellt wird nur, wo noch nichts ist; es wurde nichts geändert."


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored from which backup, made when; ``lost`` are originals broken there.

    ``later_name`` is a backup with a later name that holds less: a clock was wrong. Without
    ``has_key`` nobody can open the ``factors``, the second factors of so many people.
    """

    name: str
    made: str
    event: int
    documents: int
    originals: int
    lost: Sequence[str]
    resumed: bool
    later_name: str | None
    factors: int
    has_key: bool


@dataclass(frozen=True, slots=True)
class Restore:
    """Fills an empty data folder, and a database where that is to lie."""

    data: Path
    database: URL
    originals: Originals
    heads: Path

    def __call__(
        self,
        root: Path,
        wanted: str | None = None,
        tell: Tell = lambda _step, _done, _total: None,
    ) -> Restored:
        """Restore the newest backup in ``root``, or the one of the name ``wanted``.

        Until it is done nothing else can use the data folder; called again after it was killed
        it goes on.

        Raises:
            AlteredError: the backup's own files are damaged; nothing is changed.
            NotFoundError: there is no such backup.
            StorageError: something cannot be read or written.
            UsageError: there is something already.
        """
        folder = BackupFolder(root)
        name = folder.wanted(wanted)[0] if wanted is not None else newest(folder)
        _refuse_damaged(folder, name)
        held = contents(folder.of(name) / places.SNAPSHOT)
        resumed = self._begin(name)
        target = Path(self.database.database or "")
        if self.database.get_backend_name() == "postgresql" or target.exists():
            engine = opened(self.database)
            try:
                known = _last(engine)
                if known is not None and (not resumed or known != held.hash):
                    raise UsageError("Die Datenbank ist nicht leer.", _EMPTY)
                self._mark(name)
                lost = self._files(folder, name, held, tell)
                if known is None:
                    self._rows(engine, folder.of(name) / places.SNAPSHOT, tell)
            finally:
                engine.dispose()
        else:
            self._mark(name)
            lost = self._files(folder, name, held, tell)
            with explained(_DATA):
                _copied(folder.of(name) / places.SNAPSHOT, target)
        with explained(_DATA):
            (self.data / places.MARK).unlink()
            sync(self.data)
        count = len(held.originals)
        made = str(manifest(folder, name)["made"])
        later = max(folder.names())
        return Restored(
            name=name,
            made=made,
            event=held.seq,
            documents=held.documents,
            originals=count - len(lost),
            lost=lost,
            resumed=resumed,
            later_name=later if wanted is None and later != name else None,
            factors=held.factors,
            has_key=(self.data / KEY).exists(),
        )

    def _begin(self, name: str) -> bool:
        """Say whether a restore of this backup was begun; refuse a folder that holds anything."""
        with explained(_DATA):
            there = {one.name for one in self.data.iterdir()} if self.data.is_dir() else set()
            if places.MARK in there:
                begun = (self.data / places.MARK).read_text("utf-8")
                if begun == name:
                    return True
                hint = f"Bitte mit „--name {begun}“ beenden oder den Datenordner leeren."
                raise UsageError("Hier ist eine andere Wiederherstellung nicht zu Ende.", hint)
            if not all(map(self._is_nothing, self.data.rglob("*"))):
                raise UsageError("Der Datenordner ist nicht leer.", _EMPTY)
        return False

    def _is_nothing(self, path: Path) -> bool:
        """Say whether a path is what looking at an empty installation leaves behind.

        The database is looked into later.
        """
        if path.is_dir() and not path.is_symlink():
            return True
        own = None if self.database.get_backend_name() == "postgresql" else self.database.database
        files = {Path(f"{own}{end}").resolve() for end in ("", "-wal", "-shm") if own}
        return path.resolve() in files or _PASSING.fullmatch(path.name) is not None

    def _mark(self, name: str) -> None:
        with explained(_DATA):
            written_once(self.data / places.MARK, name.encode())

    def _files(self, folder: BackupFolder, name: str, held: Contents, tell: Tell) -> list[str]:
        """Copy originals, heads and the key; return the hashes of originals that are broken."""
        lost = []
        for done, sha256 in enumerate(held.originals, 1):
            if folder.has(sha256):
                with explained():
                    data = folder.original(sha256).read_bytes()
                self.originals.put(data)
            else:
                lost.append(sha256)
            tell(ORIGINALS, done, len(held.originals))
        with explained(_DATA):
            for head in sorted((folder.of(name) / places.HEADS).glob("*.txt")):
                written_once(self.heads / head.name, head.read_bytes())
            with suppress(FileNotFoundError):
                written_once(self.data / KEY, content(folder.of(name) / KEY))
        list(Heads(self.heads).all())  # they are as they were written
        return lost

    def _rows(self, engine: Engine, file: Path, tell: Tell) -> None:
        own = self.data / f"{places.SNAPSHOT}.neu"
        with explained(_DATA):
            _copied(file, own)
        try:
            filled(own, engine, lambda *far: tell(DATABASE, *far))
        finally:
            own.unlink(missing_ok=True)


def _refuse_damaged(folder: BackupFolder, name: str) -> None:
    found = own_faults(folder, name)
    if found:
        others = ", ".join(one for one in folder.names() if one != name) or "keine"
        hint = f"Mit --name lässt sich eine andere Sicherung nennen (vorhanden: {others})."
        raise AlteredError(f"Die Sicherung ist beschädigt. {found[0].message}", hint)
    if manifest(folder, name)["step"] not in known_steps():
        raise StorageError(
            "Die Sicherung gehört zu einer neueren Fassung des Programms.",
            "Bitte das Programm aktualisieren.",
        )


def _last(engine: Engine) -> str | None:
    """Return the hash of a database's last event, None if nothing at all is in it."""
    with reading(engine) as connection:
        known = inspect(connection)
        tables = [one for one in metadata.sorted_tables if known.has_table(one.name)]
        if all(connection.execute(select(one).limit(1)).first() is None for one in tables):
            return None
        query = select(events.c.hash).order_by(events.c.seq.desc()).limit(1)
        return connection.scalar(query) or ""


def _copied(file: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        part.touch(mode=0o600)
        shutil.copyfile(file, part)
        settled(part, target)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
