"""Writes xdomea messages „Abgabe.Abgabe.0401“: one Vorgang with its documents, as a ZIP file."""

import io
import json
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from formservice import __version__
from formservice.adapters.handover.bundle import Bundle
from formservice.adapters.handover.kinds import PDF, kind_of, safe
from formservice.adapters.handover.own_pages import sendable
from formservice.adapters.handover.sheets import is_xml, xml_text
from formservice.adapters.handover.xdomea_schemas import NEWEST, XdomeaSchemas, namespace
from formservice.application.dossier import Dossier
from formservice.application.ports_store import Originals
from formservice.application.terms import COPIES, person_of, state_of, told_of
from formservice.domain.chain import Link

if TYPE_CHECKING:
    from lxml.etree import _Element

MESSAGE = "Abgabe.Abgabe.0401"
_ORIGINAL, _EXCERPT = "Original", "Auszug aus dem Original"
RECORD = "urn:formservice:datensatz:1"
# „Sonstiges“ in the list of formats, with the name beside it: what the schema itself advises.
_OTHER, _LIST = "100", "2.0"
_PART = re.compile(rb'pdfaid:part(?:>|=["\'])(\d)')
_LEVEL = re.compile(rb'pdfaid:conformance(?:>|=["\'])([A-Za-z])')
_PDF = re.compile(rb"%PDF-(\d\.\d)")
# The metadata of a PDF stand in the clear, wherever the program that wrote it liked.


@dataclass(frozen=True, slots=True)
class Parties:
    """Who hands over, and to whom, as the head of the message names them."""

    sender: str
    recipient: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A file that goes with the message."""

    name: str
    called: str
    data: bytes
    what: str


class Xdomea:
    """Makes messages of one version of the standard."""

    def __init__(
        self,
        schemas: XdomeaSchemas,
        originals: Originals,
        parties: Parties,
        version: str = NEWEST,
    ) -> None:
        """Write ``version``; UsageError or EngineMissingError if there is no schema for it."""
        schemas.schema(version)
        self._schemas = schemas
        self._originals = originals
        self._parties = parties
        self._version = version

    def file_name(self, process: str) -> str:
        """Return the name of the ZIP file of a process."""
        return f"{process}_{MESSAGE}.zip"

    def packed(self, whole: Dossier, title: str, process: str, at: float) -> bytes:
        """Return the ZIP file for a document, valid against the schema.

        ``title`` is what its form is called, ``process`` a UUID by which the other side answers,
        ``at`` when this was to be handed over.

        Raises:
            EngineError: the message would not be valid; nothing goes out.
            NotFoundError: a file of the document is not there.
        """
        pieces = self._pieces(whole)
        message = self._message(whole, (title, process, at), pieces)
        self._schemas.check(message, self._version)
        target = io.BytesIO()
        with Bundle(target) as bundle:
            bundle.add(f"{process}_{MESSAGE}.xml", _serialised(message))
            for piece in pieces:
                bundle.add(piece.name, piece.data, packed=True)
        return target.getvalue()

    def _pieces(self, whole: Dossier) -> list[_Piece]:
        """Return the archive copies, then what was received; a copy's record is in the message.

        A file that holds other documents as well does not go out, but the pages of this one.
        """
        found = []
        for copy in whole.copies:
            if copy.kind in COPIES:
                data = self._originals.read(copy.sha256)
                what = COPIES[copy.kind]
                found.append(_piece(whole, f"{what}.{kind_of(data).suffix}", data, what))
        for place, sent in enumerate(sendable(whole, self._originals), start=1):
            suffix = kind_of(sent.data).suffix
            several = f" {place}" if len(whole.originals) > 1 else ""
            what = f"{_EXCERPT if sent.is_excerpt else _ORIGINAL}{several}"
            found.append(_piece(whole, f"{what}.{suffix}", sent.data, what))
        return found

    def _message(
        self, whole: Dossier, what: tuple[str, str, float], pieces: Sequence[_Piece]
    ) -> "_Element":
        title, process, at = what
        write = _Writer(namespace(self._version))
        root = write.root(MESSAGE)
        self._head(write, root, process, at)
        kept = whole.kept
        vorgang = write.below(write.below(root, "Schriftgutobjekt"), "Vorgang")
        write.text(write.below(vorgang, "Identifikation"), "ID", object_id(kept.id))
        general = write.below(vorgang, "AllgemeineMetadaten")
        name, first = whole.person
        person = f"{first} {name}".strip()
        subject = f"{title}: {person}" if person else title
        write.text(general, "Betreff", subject)
        write.text(general, "Kennzeichen", kept.reference or kept.id)
        write.text(vorgang, "Typ", title)
        for link in whole.links:
            _history(write, vorgang, link, person_of(link.author, whole.people))
        document = write.below(vorgang, "Dokument")
        write.text(write.below(document, "Identifikation"), "ID", object_id(kept.id, "dokument"))
        write.text(write.below(document, "AllgemeineMetadaten"), "Betreff", subject)
        write.text(document, "Posteingangsdatum", kept.received.isoformat())
        write.text(document, "Typ", title)
        version = write.below(document, "Version")
        write.text(version, "Nummer", str(max(kept.version, 1)))
        for piece in pieces:
            _format(write, version, piece)
        _record(write.below(document, "AnwendungsspezifischeErweiterungXML"), whole)
        return root

    def _head(self, write: "_Writer", root: "_Element", process: str, at: float) -> None:
        head = write.below(root, "Kopf")
        write.text(head, "ProzessID", process)
        write.code(write.below(head, "Nachrichtentyp"), "0401")
        write.text(head, "Erstellungszeitpunkt", _moment(at))
        for role, name in (
            ("Absender", self._parties.sender),
            ("Empfaenger", self._parties.recipient),
        ):
            place = write.below(write.below(head, role), "Institution")
            write.text(place, "Name", name)
        system = write.below(head, "SendendesSystem")
        write.text(system, "Produktname", "formservice")
        write.text(system, "Version", __version__)
        write.text(head, "Importbestaetigung", "1")
        write.text(head, "Empfangsbestaetigung", "1")


class _Writer:
    """Makes elements of one namespace; what XML cannot hold becomes a replacement character."""

    def __init__(self, space: str) -> None:
        from lxml import etree  # noqa: PLC0415 - needed by few commands

        self._etree = etree
        self._space = space

    def root(self, name: str) -> "_Element":
        names = {"xdomea": self._space}
        return self._etree.Element(f"{{{self._space}}}{name}", nsmap=names)

    def below(self, parent: "_Element", name: str) -> "_Element":
        return self._etree.SubElement(parent, f"{{{self._space}}}{name}")

    def text(self, parent: "_Element", name: str, text: str) -> None:
        self.below(parent, name).text = xml_text(text)

    def code(self, element: "_Element", code: str) -> None:
        """Write a code: the only kind of element that stands in no namespace."""
        self._etree.SubElement(element, "code").text = code


def object_id(document: str, part: str = "") -> str:
    """Return the UUID of an object: the document's own, if it has one and is the whole."""
    try:
        if not part:
            return str(uuid.UUID(document))
    except ValueError:
        pass
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"xdomea/{document}/{part}"))


def _piece(whole: Dossier, called: str, data: bytes, what: str) -> _Piece:
    # The standard asks for a UUID in front; told from what it is, it is the same every time.
    prefix = uuid.uuid5(
        uuid.NAMESPACE_OID, f"xdomea/{whole.kept.id}/{whole.kept.version}/{called}"
    )
    name = whole.kept.name if what.startswith(_ORIGINAL) else called
    return _Piece(f"{prefix}_{safe(called)}", name, data, what)


def _format(write: _Writer, version: "_Element", piece: _Piece) -> None:
    format_ = write.below(version, "Format")
    name = write.below(format_, "Name")
    name.set("listURI", "urn:xoev-de:xdomea:codeliste:dateiformat")
    name.set("listVersionID", _LIST)
    write.code(name, _OTHER)
    called, number = _told(piece.data)
    write.text(format_, "SonstigerName", called)
    write.text(format_, "Version", number)
    primary = write.below(format_, "Primaerdokument")
    write.text(primary, "Dateiname", piece.name)
    write.text(primary, "DateinameOriginal", piece.called)


def _told(data: bytes) -> tuple[str, str]:
    """Return what the format of a file is called, and its version."""
    kind = kind_of(data)
    if kind is not PDF:
        return kind.name, "unbekannt"
    part, level = _PART.search(data), _LEVEL.search(data)
    if part:
        told = part[1].decode() + (level[1].decode().lower() if level else "")
        return f"PDF/A-{told}", told
    number = _PDF.search(data[:1024])
    return "PDF", number[1].decode() if number else "unbekannt"


def _history(write: _Writer, parent: "_Element", link: Link, person: str) -> None:
    """Write an event as an entry of the history; its hash ties it to our own chain."""
    entry = write.below(parent, "HistorienProtokollInformation")
    if link.type == "document.moved":
        write.text(entry, "MetadatumName", "Stand")
        write.text(entry, "MetadatumAlterWert", state_of(link.body.get("from")))
        write.text(entry, "MetadatumNeuerWert", state_of(link.body.get("to")))
    write.text(entry, "Akteur", person)
    write.text(entry, "DatumUhrzeit", link.at)
    write.text(entry, "Bemerkung", f"Ereignis {link.seq}, SHA-256 {link.hash}")
    write.text(entry, "Aktion", told_of(link))


def _record(parent: "_Element", whole: Dossier) -> None:
    """Write the accepted record: field by field for people, and as JSON for programs."""
    from lxml import etree  # noqa: PLC0415

    if not whole.versions:
        return
    newest = whole.versions[-1]
    record = etree.SubElement(parent, f"{{{RECORD}}}Datensatz", nsmap={"fs": RECORD})
    record.set("formular", whole.kept.form or "")
    record.set("ausgabe", whole.kept.edition or "")
    record.set("fassung", str(newest.version))
    record.set("sha256", newest.sha256)
    for sha256 in whole.originals:
        # Of the whole file, even where only an excerpt of it goes out.
        original = etree.SubElement(record, f"{{{RECORD}}}Original")
        original.set("sha256", sha256)
        original.set("auszug", "true" if sha256 in whole.mixed else "false")
    fields: dict[str, dict[str, object]] = whole.reading.get("fields") or {}
    for key, told in fields.items():
        field = etree.SubElement(record, f"{{{RECORD}}}Feld")
        field.set("schluessel", xml_text(str(key)))
        field.set("lesung", xml_text(str(told.get("reading", ""))))
        for value in _values(told.get("value")):
            etree.SubElement(field, f"{{{RECORD}}}Wert").text = xml_text(value)
    data = json.dumps(dict(newest.reading), ensure_ascii=False, sort_keys=True)
    # Within JSON what XML cannot hold has an escape of its own, so that the hash can be checked.
    escaped = "".join(one if is_xml(one) else f"\\u{ord(one):04x}" for one in data)
    etree.SubElement(record, f"{{{RECORD}}}Json").text = escaped


def _values(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from map(str, value)
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif value is not None:
        yield str(value)


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _serialised(message: "_Element") -> bytes:
    from lxml import etree  # noqa: PLC0415

    return bytes(
        etree.tostring(message, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    )
