"""Documents as xdomea messages in a folder, for whoever carries them on."""

import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from formservice.adapters.handover.bundle import explained, written
from formservice.adapters.handover.xdomea import Xdomea
from formservice.application.dossier import dossier
from formservice.application.ports_store import Author, Store
from formservice.domain.errors import UsageError


@dataclass(frozen=True, slots=True)
class Messages:
    """How many messages were written, and how many lay there already."""

    written: int
    known: int


class XdomeaExport:
    """Writes one message for each document; broken off, the same call goes on where it was."""

    def __init__(
        self, store: Store, xdomea: Xdomea, titles: Mapping[str, str], now: Callable[[], float]
    ) -> None:
        """Take documents from ``store``; ``titles`` are the names of forms by id."""
        self._store = store
        self._xdomea = xdomea
        self._titles = titles
        self._now = now

    def __call__(
        self,
        ids: Sequence[str],
        folder: Path,
        author: Author,
        tell: Callable[[int, int], None] = lambda done, total: None,
    ) -> Messages:
        """Write what is not there yet; each message whole, and valid against its schema.

        Raises:
            UsageError: ``folder`` is a file.
            EngineError: a message would not be valid.
            StorageError: the folder cannot be written.
        """
        if folder.exists() and not folder.is_dir():
            raise UsageError("Das Ziel ist kein Ordner.", "xdomea-Nachrichten liegen in einem.")
        done = known = 0
        for document in ids:
            with self._store.look() as work:
                whole = dossier(work, document)
            # Told from what it is: the same version of a document is the same process.
            name = f"xdomea/{document}/{whole.kept.version}"
            process = str(uuid.uuid5(uuid.NAMESPACE_OID, name))
            target = folder / self._xdomea.file_name(process)
            with explained():
                is_there = target.exists()
            if is_there:
                known += 1
            else:
                title = self._titles.get(whole.kept.form or "", "Dokument")
                data = self._xdomea.packed(whole, title, process, self._now())
                with written(target) as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                    # All of it is on the disk, and nobody sees it before this is in the chain.
                    with self._store.work() as work:
                        body = {"process": process, "version": whole.kept.version}
                        work.events.append("document.exported", author, document, body)
                done += 1
            tell(done + known, len(ids))
        return Messages(done, known)
