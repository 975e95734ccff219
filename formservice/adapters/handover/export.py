"""``archive export``: chosen documents as one ZIP file that proves itself, without us."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from formservice.adapters.handover.bundle import Bundle, Packed, written
from formservice.adapters.handover.kinds import JSON, kind_of, safe
from formservice.adapters.handover.own_pages import sendable
from formservice.adapters.handover.register import COLUMNS, row
from formservice.adapters.handover.sheets import PARTS, CsvSheet, XlsxSheet
from formservice.application.dossier import Dossier, dossier, event_data, record_data
from formservice.application.ports_store import (
    FORM_COPY,
    PICTURE_COPY,
    Author,
    Originals,
    Store,
)
from formservice.domain.errors import StorageError

_README = Path(__file__).parent.parent.parent / "assets" / "handover" / "LIESMICH.txt"
# So many ids stand in the event of an export; the manifest has them all.
_NAMED = 100
FORMAT = "formservice-export/1"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported; ``manifest`` is the SHA-256 of the list of everything."""

    documents: int
    files: int
    size: int
    manifest: str


@dataclass(slots=True)
class _Lists:
    """The lists of a bundle while it is written: on disk, however long they get."""

    register: CsvSheet
    sheet: XlsxSheet
    events: BinaryIO
    documents: BinaryIO
    sums: BinaryIO
    originals: dict[str, str] = field(default_factory=dict)
    files: int = 0
    size: int = 0
    count: int = 0

    def took(self, packed: Packed) -> Packed:
        self.sums.write(f"{packed.sha256}  {packed.path}\n".encode())
        self.files += 1
        self.size += packed.size
        return packed


class Export:
    """Writes documents and everything that belongs to them into one ZIP file."""

    def __init__(self, store: Store, originals: Originals) -> None:
        """Take them from ``store`` and ``originals``."""
        self._store = store
        self._originals = originals

    def __call__(
        self,
        ids: Sequence[str],
        target: Path,
        author: Author,
        tell: Callable[[int, int], None] = lambda done, total: None,
        *,
        own_pages: bool = False,
    ) -> Exported:
        """Write ``target`` anew; the same documents give the same bytes.

        With ``own_pages`` a received file that holds other documents as well does not go out, but
        the pages of these: for whoever may not see all of them.

        Raises:
            EngineError: a file cannot be cut into pages.
            NotFoundError: a document or one of its files is not there; nothing is written.
            StorageError: the target cannot be written, or a file was changed.
        """
        with ExitStack() as stack:
            file = stack.enter_context(written(target))

            def spool() -> BinaryIO:
                return stack.enter_context(tempfile.TemporaryFile(dir=target.parent))

            table, sheet, bundle = spool(), spool(), stack.enter_context(Bundle(file))
            lists = _Lists(CsvSheet(table), XlsxSheet(sheet), spool(), spool(), spool())
            lists.register.row(COLUMNS)
            lists.sheet.row(COLUMNS)
            for number, document in enumerate(ids, start=1):
                with self._store.look() as work:
                    whole = dossier(work, document)
                self._document(bundle, lists, whole, number, own_pages=own_pages)
                tell(number, len(ids))
            lists.sheet.end()
            manifest = _finished(bundle, lists, table, sheet, spool)
            done = Exported(lists.count, lists.files + 1, lists.size, manifest)
            self._proved(author, ids, manifest)
        return done

    def _document(
        self, bundle: Bundle, lists: _Lists, whole: Dossier, number: int, *, own_pages: bool
    ) -> None:
        """Write one document, and what the lists say of it."""
        folder = f"vorgaenge/{number:06}-{safe(whole.kept.id, 64)}"
        record = json.dumps(record_data(whole), ensure_ascii=False, indent=1)
        files = [
            ("record", lists.took(bundle.add(f"{folder}/datensatz.json", _text(record)))),
            *(
                (f"copy:{one}", lists.took(packed))
                for one, packed in self._copies(bundle, whole, folder)
            ),
        ]
        excerpts: dict[str, str] = {}
        if own_pages:
            excerpts = dict(self._excerpts(bundle, lists, whole, folder))
            originals = [
                excerpts[one] if one in excerpts else self._original(bundle, lists, one)
                for one in whole.originals
                if one in excerpts or one not in whole.mixed
            ]
        else:
            originals = [self._original(bundle, lists, one) for one in whole.originals]
        for link in whole.links:
            event = event_data(link, whole.people)
            lists.events.write(_text(json.dumps(event, ensure_ascii=False, sort_keys=True)))
        told = {
            "number": number,
            "id": whole.kept.id,
            "folder": folder,
            "originals": originals,
            "excerpts": [{"path": path, "of": sha256} for sha256, path in excerpts.items()],
            "files": [{"what": what, "path": one.path} for what, one in files],
            "records": [{"version": one.version, "sha256": one.sha256} for one in whole.versions],
        }
        lead = b",\n" if lists.count else b""
        lists.documents.write(lead + json.dumps(told, ensure_ascii=False).encode())
        lists.count += 1
        cells = row(whole, number, folder, originals)
        lists.register.row(cells)
        lists.sheet.row(cells)

    def _copies(self, bundle: Bundle, whole: Dossier, folder: str) -> Iterator[tuple[str, Packed]]:
        for copy in whole.copies:
            data = self._read(whole, copy.sha256)
            kind = kind_of(data)
            name = (
                copy.kind
                if "." in copy.kind
                else f"{_COPIES.get(copy.kind, copy.kind)}.{kind.suffix}"
            )
            path = f"{folder}/kopien/{safe(name)}"
            yield copy.kind, bundle.add(path, data, packed=kind is not JSON)

    def _excerpts(
        self, bundle: Bundle, lists: _Lists, whole: Dossier, folder: str
    ) -> Iterator[tuple[str, str]]:
        """Write excerpts of the files that hold other documents; yield their hash and its path."""
        for number, one in enumerate(sendable(whole, self._originals, whole.mixed), start=1):
            path = f"{folder}/auszug-{number}.pdf"
            lists.took(bundle.add(path, one.data, packed=True))
            yield one.original, path

    def _original(self, bundle: Bundle, lists: _Lists, sha256: str) -> str:
        """Write a received file, once however many documents stand in it; return its path."""
        if sha256 not in lists.originals:
            data = self._originals.read(sha256)
            path = f"originale/{sha256}.{kind_of(data).suffix}"
            lists.took(bundle.add(path, data, packed=True))
            lists.originals[sha256] = path
        return lists.originals[sha256]

    def _read(self, whole: Dossier, sha256: str) -> bytes:
        data = self._originals.read(sha256)
        if hashlib.sha256(data).hexdigest() != sha256:  # whatever keeps them
            raise StorageError(f"Eine Archivkopie von {whole.kept.id} wurde verändert.")
        return data

    def _proved(self, author: Author, ids: Sequence[str], manifest: str) -> None:
        """Write into the chain that this went out, before it does."""
        body: dict[str, object] = {"documents": len(ids), "manifest": manifest}
        if len(ids) <= _NAMED:
            body["ids"] = list(ids)
        with self._store.work() as work:
            work.events.append("archive.exported", author, None, body)


def _finished(
    bundle: Bundle,
    lists: _Lists,
    table: BinaryIO,
    sheet: BinaryIO,
    spool: Callable[[], BinaryIO],
) -> str:
    """Write the lists themselves and return the SHA-256 of the manifest."""
    lists.took(bundle.add_file("register.csv", table))
    book_file = spool()
    with Bundle(book_file) as book:
        for name, part in PARTS.items():
            book.add(name, part.encode())
        book.add_file(XlsxSheet.name, sheet)
    lists.took(bundle.add_file("register.xlsx", book_file, packed=True))
    lists.took(bundle.add_file("ereignisse.jsonl", lists.events))
    lists.took(bundle.add("LIESMICH.txt", _README.read_bytes()))
    manifest = spool()
    head = {"format": FORMAT, "documents": lists.count}
    manifest.write(f'{json.dumps(head)[:-1]}, "list": [\n'.encode())
    _copied(lists.documents, manifest)
    manifest.write(b'\n],\n"files": [\n')
    lists.sums.seek(0)
    for place, line in enumerate(lists.sums):
        sha256, _, path = line.decode().rstrip("\n").partition("  ")
        lead = ",\n" if place else ""
        manifest.write(f"{lead}{json.dumps({'path': path, 'sha256': sha256})}".encode())
    manifest.write(b"\n]}\n")
    told = lists.took(bundle.add_file("manifest.json", manifest))
    lists.sums.seek(0)
    bundle.add_file("SHA256SUMS", lists.sums)
    return told.sha256


def _copied(source: BinaryIO, target: BinaryIO) -> None:
    source.seek(0)
    while piece := source.read(1 << 20):
        target.write(piece)


def _text(text: str) -> bytes:
    return f"{text}\n".encode("utf-8", "backslashreplace")


_COPIES = {FORM_COPY: "archivkopie", PICTURE_COPY: "abbild"}
