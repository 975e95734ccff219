"""The Zielsysteme of an installation: folders with an index, and E-Akten that speak xdomea."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any  # what patterns know has no type of its own

from formservice.adapters.handover.folder import WatchedFolder
from formservice.adapters.handover.guarded import Guarded
from formservice.adapters.handover.kinds import kind_of
from formservice.adapters.handover.own_pages import sendable
from formservice.adapters.handover.patterns import Pattern, Values
from formservice.adapters.handover.sheets import csv_line
from formservice.adapters.handover.xdomea import Parties, Xdomea
from formservice.adapters.handover.xdomea_receipts import answer
from formservice.adapters.handover.xdomea_schemas import XdomeaSchemas
from formservice.adapters.handover.zielsystem_files import encoded, load, template_text
from formservice.adapters.handover.zielsystem_model import FolderFile, Index, XdomeaFile
from formservice.adapters.target import Own
from formservice.application.delivering import Zielsystem
from formservice.application.dossier import Dossier, record_data
from formservice.application.ports_delivery import Delivery, HandedFile, Receipt
from formservice.application.ports_store import FORM_COPY, PICTURE_COPY, Originals
from formservice.domain.case import NAMES
from formservice.domain.document import Medium
from formservice.domain.errors import EngineError, InputError, NotFoundError, SettingError

_NOTHING = Own(())
_HOUR = 3600.0
_LARGEST_ANSWER = 10 * 1024**2
_COPIES = {"copy": FORM_COPY, "picture": PICTURE_COPY}


def described(
    where: Path,
    originals: Originals,
    schemas: XdomeaSchemas,
    titles: Mapping[str, str],
    fields: Collection[str],
    own: Own = _NOTHING,
) -> tuple[dict[str, Zielsystem], SettingError | None]:
    """Return the systems that a file or folder describes well, by name, and what is wrong.

    ``titles`` are the names of all forms by id, ``fields`` the keys of all their fields, ``own``
    is where this installation keeps everything.

    Raises:
        UsageError: as ``load``.
        EngineMissingError: one speaks xdomea, and the schemas are not there.
    """
    found: dict[str, Zielsystem] = {}
    sound, wrong = load(where, titles, fields, own)
    for name, (one, path) in sound.items():
        if isinstance(one, XdomeaFile):
            found[name] = Guarded(XdomeaSystem(one, path, originals, schemas, titles))
        else:
            found[name] = Guarded(FolderSystem(one, path, originals, titles))
    return found, wrong


class _InFolder:
    """What all systems have that take files from a folder."""

    def __init__(self, given: FolderFile | XdomeaFile, path: Path) -> None:
        """Take what ``load`` found in the file at ``path``."""
        self._receipt, self._forms = given.receipt, given.forms
        self._folder = WatchedFolder(path.parent / given.folder, given.marker)

    @property
    def awaits(self) -> float | None:
        """For how many seconds to wait for an answer; None if there is none."""
        return None if self._receipt is None else self._receipt.within_hours * _HOUR

    def check(self) -> None:
        """Raise StorageError unless its folder is there."""
        self._folder.check()

    def takes(self, whole: Dossier) -> bool:
        """Say whether a document is for this system."""
        return _is_for(self._forms, whole)


class FolderSystem(_InFolder):
    """A watched folder, described by a YAML file."""

    def __init__(
        self, given: FolderFile, path: Path, originals: Originals, titles: Mapping[str, str]
    ) -> None:
        """Take what ``load`` found in the file at ``path``."""
        super().__init__(given, path)
        self._given = given
        self._originals = originals
        self._titles = titles
        kinds = given.files.model_dump(by_alias=True, exclude_none=True)
        self._patterns = {kind: Pattern(text) for kind, text in kinds.items()}
        self._index = None if given.index is None else _IndexFile(given.index, path)

    def hand_over(self, whole: Dossier, delivery: Delivery) -> Sequence[HandedFile]:
        """Write its files, then the index, last the file that says that all is there."""
        known = _known(whole, delivery, self._titles)
        files = list(self._files(whole, known))
        handed = [(one.name, one.data) for one in files]
        if self._index is not None:
            handed.append(self._index.file(known, files))
        if self._given.done is not None:
            handed.append((Pattern(self._given.done).path(known), b""))
        return self._folder.put(handed)

    def receipt(self, delivery: Delivery) -> Receipt | None:
        """Return what a file of the other side says, or that everything was taken away."""
        awaited = self._given.receipt
        if awaited is None:
            return None
        if awaited.vanishing:
            names = [one.name for one in delivery.files]
            return None if self._folder.lies(names) else Receipt(taken=True)
        known = _of_delivery(delivery)
        for pattern, taken in ((awaited.refused, False), (awaited.file, True)):
            if pattern is None:
                continue
            told = self._folder.note(Pattern(pattern).path(known))
            if told is not None:
                return Receipt(taken, told)
        return None

    def _files(self, whole: Dossier, known: Mapping[str, Any]) -> Iterator["_Out"]:
        """Yield every file that goes out."""
        for kind, pattern in self._patterns.items():
            for number, (original, data) in enumerate(self._sources(kind, whole), start=1):
                more = {
                    "suffix": kind_of(data).suffix,
                    "number": number,
                    "file": whole.kept.name if kind == "original" else kind,
                }
                yield _Out(kind, pattern.path({**known, **more}), data, original)

    def _sources(self, kind: str, whole: Dossier) -> Iterator[tuple[str, bytes]]:
        """Yield the contents of what is configured, each with the received file it is from.

        Raises:
            NotFoundError: something is not there that should be.
        """
        match kind:
            case "original":
                for one in sendable(whole, self._originals):
                    yield one.original, one.data
            case "record":
                yield "", _record(whole)
            case _:
                copies = [one for one in whole.copies if one.kind == _COPIES[kind]]
                is_scan = whole.reading.get("medium") == Medium.SCAN
                if not copies and (kind == "copy" or is_scan):
                    raise NotFoundError("Eine Archivkopie dieser Fassung fehlt.")
                for copy in copies:
                    yield "", self._originals.read(copy.sha256)


@dataclass(frozen=True, slots=True)
class _Out:
    """A file that goes out; ``original`` is the SHA-256 of the received file it is from."""

    kind: str
    name: str
    data: bytes
    original: str


class _IndexFile:
    """The file that says of a delivery what it is."""

    def __init__(self, given: Index, path: Path) -> None:
        self._given = given
        self._name = Pattern(given.name)
        self._columns = {title: Pattern(text) for title, text in (given.columns or {}).items()}
        text = None if given.template is None else template_text(given.template, path)
        self._template = None if text is None else Pattern(text, xml=True)

    def file(self, known: Mapping[str, Any], files: Sequence[_Out]) -> tuple[str, bytes]:
        """Return its name and contents."""
        listed = [
            {
                "what": one.kind,
                "name": one.name,
                "sha256": sha256(one.data).hexdigest(),
                "size": len(one.data),
                "original": one.original,
            }
            for one in files
        ]
        whole = {**known, "files": listed}
        if self._template is not None:
            text = self._template.text(whole)
            data = encoded(text, self._given.charset, xml=True)
            _refuse_broken(data)
        else:
            rows = [list(self._columns)] if self._given.header else []
            rows.append([one.text(whole) for one in self._columns.values()])
            text = "".join(csv_line(row, self._given.delimiter) for row in rows)
            data = encoded(text, self._given.charset, xml=False)
        return self._name.path(known), data


class XdomeaSystem(_InFolder):
    """An E-Akte that takes xdomea messages from a folder, and answers in one."""

    def __init__(
        self,
        given: XdomeaFile,
        path: Path,
        originals: Originals,
        schemas: XdomeaSchemas,
        titles: Mapping[str, str],
    ) -> None:
        """Take what ``load`` found in the file at ``path``."""
        super().__init__(given, path)
        self._given = given
        self._schemas = schemas
        self._titles = titles
        parties = Parties(given.sender, given.recipient)
        self._xdomea = Xdomea(schemas, originals, parties, given.version)

    def hand_over(self, whole: Dossier, delivery: Delivery) -> Sequence[HandedFile]:
        """Write the message, valid against the schema."""
        self._folder.check()
        title = self._titles.get(whole.kept.form or "", "Dokument")
        # The time of the delivery, not of this try: done again, it is the same message.
        data = self._xdomea.packed(whole, title, delivery.process, delivery.created_at)
        return self._folder.put([(self._xdomea.file_name(delivery.process), data)])

    def receipt(self, delivery: Delivery) -> Receipt | None:
        """Return what 0402 says, or that 0403 is there."""
        if self._given.receipt is None:
            return None
        told: Receipt | None = None
        where = self._given.receipt.folder
        for data in self._folder.found(where, delivery.process, _LARGEST_ANSWER):
            try:
                said = answer(data, self._schemas)
            except (InputError, EngineError):  # no answer, or one of another standard
                continue
            if said.process != delivery.process:
                continue
            if said.imported is not None:
                return Receipt(said.imported, "\n".join(said.errors))
            told = Receipt(None, "Empfang bestätigt (0403)")
        return told


def _is_for(forms: Sequence[str], whole: Dossier) -> bool:
    return not forms or whole.kept.form in forms


def _known(whole: Dossier, delivery: Delivery, titles: Mapping[str, str]) -> dict[str, Any]:
    """Return what patterns know of a document."""
    kept = whole.kept
    return {
        **_of_delivery(delivery),
        "reference": kept.reference or "",
        "form": kept.form or "",
        "edition": kept.edition or "",
        "title": titles.get(kept.form or "", ""),
        "state": NAMES[kept.state],
        "received": kept.received.isoformat(),
        "received_de": f"{kept.received:%d.%m.%Y}",
        # A file sent may be an excerpt: what was received is named by its hash.
        "originals": ", ".join(whole.originals),
        "fields": Values({key: _shown(whole.value(key)) for key in _keys(whole)}),
    }


def _of_delivery(delivery: Delivery) -> dict[str, Any]:
    """Return what the patterns of an answer know: it may come when the document is gone."""
    return {
        "id": delivery.document,
        "version": str(delivery.version),
        "process": delivery.process,
    }


def _keys(whole: Dossier) -> Collection[str]:
    return (whole.reading.get("fields") or {}).keys()


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return "" if value is None else str(value)


def _record(whole: Dossier) -> bytes:
    return json.dumps(record_data(whole), ensure_ascii=True, indent=1).encode()


def _refuse_broken(data: bytes) -> None:
    """Raise EngineError for an index that is no XML; values cannot break it, a template can."""
    from lxml import etree  # noqa: PLC0415 - needed by few commands

    try:
        etree.fromstring(data, etree.XMLParser(no_network=True, resolve_entities=False))
    except (etree.XMLSyntaxError, ValueError):
        raise EngineError("Die Vorlage des Zielsystems ergibt kein gültiges XML.") from None
