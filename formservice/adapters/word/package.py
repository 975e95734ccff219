"""Opens the zip file a Word document is, within limits, and parses its parts safely."""

import io
import struct
import zipfile
import zlib
from posixpath import basename, dirname, join, normpath

from lxml import etree

from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTooLargeError,
    EncryptedDocumentError,
    UnsupportedMediaError,
)
from formservice.domain.sizes import megabytes

TYPES_PART = "[Content_Types].xml"
"""The part that says of what type each part is."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
# Of a local header: its signature, the lengths of the name and of the extra field behind it.
_LOCAL = struct.Struct("<4s22xHH")
# General purpose flags: password, patched data, strong encryption.
_LOCKED, _UNUSUAL = 0x1, 0x1 | 0x20 | 0x40

# A filled form has 20 to 40 parts of at most 200 KB. The limits leave room for whole books and
# keep what lxml makes of a part (about 20 times its size) well below 2 GiB.
_MOST_BYTES = 64 * 1024 * 1024
_MOST_ENTRIES = 4000
_MOST_PART = 16 * 1024 * 1024
_MOST_RELATIONS = 2 * 1024 * 1024
# Deflate makes at most 1032:1; Word's own XML reaches about 60:1.
_MOST_RATIO = 250
_RATIO_MATTERS_FROM = 1024 * 1024

_RELATIONS = (
    "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship",
    "{http://purl.oclc.org/ooxml/package/relationships}Relationship",
)
# What zipfile raises on broken input, found by running it over damaged files.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    OSError,
    IndexError,
)


def is_word(data: bytes) -> bool:
    """Say whether ``data`` looks like a Word file, also an encrypted, old or truncated one."""
    return data.startswith(OLE) or (data.startswith(_ZIP) and b"word/" in data)


class Package:
    """The parts of a Word file; everything that goes wrong is an InputError."""

    def __init__(self, data: bytes) -> None:
        """Read the list of parts and find the main document."""
        _refuse_foreign(data)
        self._data = data
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except _BROKEN_ZIP as error:
            raise _damaged("Die Word-Datei ist unvollständig oder beschädigt.") from error
        if len(entries) > _MOST_ENTRIES:
            raise DocumentTooLargeError(f"Die Word-Datei hat mehr als {_MOST_ENTRIES} Teile.")
        self._entries = {entry.filename: entry for entry in entries}
        self.main = self._main()

    def has(self, name: str) -> bool:
        """Say whether there is a part called ``name``."""
        return name in self._entries

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all parts."""
        return tuple(self._entries)

    @property
    def has_macros(self) -> bool:
        """Say whether there are programs in it: Word goes by their type, whatever their names."""
        if any(basename(name).lower() == "vbaproject.bin" for name in self._entries):
            return True
        types = self.parse(TYPES_PART, _MOST_RELATIONS) if self.has(TYPES_PART) else ()
        told = [(one.get("ContentType") or "").lower() for one in types]
        return any("macroenabled" in one or one.endswith(".vbaproject") for one in told)

    def read(self, name: str, most: int = _MOST_PART) -> bytes:
        """Return the bytes of the part ``name``, unpacked, if they are no more than ``most``."""
        entry = self._entries.get(name)
        if entry is None:
            raise _damaged("Der Word-Datei fehlt ein Teil, auf den sie verweist.")
        if entry.flag_bits & _LOCKED:
            raise EncryptedDocumentError("Die Word-Datei ist mit einem Kennwort geschützt.")
        try:
            content = self._unpacked(entry, most + 1)
        except _BROKEN_ZIP as error:
            raise _damaged("Ein Teil der Word-Datei ist beschädigt.") from error
        if len(content) > most:
            raise DocumentTooLargeError(
                f"Ein Teil der Word-Datei ist entpackt größer als {megabytes(most)}.",
                _SMALLER,
            )
        if len(content) > max(_RATIO_MATTERS_FROM, _MOST_RATIO * entry.compress_size):
            raise DocumentTooLargeError("Ein Teil der Word-Datei ist auffällig stark gepackt.")
        return content

    def _unpacked(self, entry: zipfile.ZipInfo, most: int) -> bytes:
        """Return at most ``most`` bytes of ``entry``, whatever size it claims."""
        packed = self._packed(entry)
        if packed is None:
            with self._zip.open(entry) as stream:
                return stream.read(most)
        content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most)[: entry.file_size]
        if len(content) < most and zlib.crc32(content) != entry.CRC:
            raise zipfile.BadZipFile("checksum differs")
        return content

    def _packed(self, entry: zipfile.ZipInfo) -> memoryview | None:
        """Return the packed bytes of an ordinary entry, None where zipfile has to look closer.

        zipfile reads through five layers made for huge files, which takes longer than to unpack
        what a form has.
        """
        name, start = entry.orig_filename, entry.header_offset
        if (
            entry.compress_type != zipfile.ZIP_DEFLATED
            or entry.flag_bits & _UNUSUAL
            or not name.isascii()
            or not 0 <= start <= len(self._data) - _LOCAL.size
        ):
            return None
        signature, length, extra = _LOCAL.unpack_from(self._data, start)
        start += _LOCAL.size
        first = start + length + extra
        if signature != _ZIP or self._data[start : start + length] != name.encode():
            return None
        packed = memoryview(self._data)[first : first + entry.compress_size]
        return packed if len(packed) == entry.compress_size else None

    def parse(self, name: str, most: int = _MOST_PART) -> etree._Element:
        """Return the root element of the XML part ``name``."""
        return parse(self.read(name, most))

    def relations(self, part: str) -> list[tuple[str, str, str]]:
        """Return (id, type, target part) of everything ``part`` refers to inside the file."""
        name = join(dirname(part), "_rels", part.rpartition("/")[2] + ".rels")
        if not self.has(name):
            return []
        found = []
        for relation in self.parse(name, _MOST_RELATIONS):
            if relation.tag not in _RELATIONS or relation.get("TargetMode") == "External":
                continue
            target = relation.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else join(dirname(part), target)
            found.append((relation.get("Id", ""), relation.get("Type", ""), normpath(path)))
        return found

    def _main(self) -> str:
        """Return the name of the main document, by its relation or its usual name."""
        if self.has("word/document.xml"):
            return "word/document.xml"
        for _, kind, target in self.relations(""):
            if kind.endswith("/officeDocument") and self.has(target):
                return target
        raise _damaged("In der Word-Datei fehlt das eigentliche Dokument.")


def parse(content: bytes) -> etree._Element:
    """Return the root of the XML in ``content``, nothing but elements below it.

    A document type is refused, whatever it declares: entities are the way to make a small file
    a huge one, or to fetch other files.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise _damaged("Der Inhalt der Word-Datei ist kein gültiges XML.") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _damaged("Die Word-Datei enthält eine Dokumenttyp-Angabe; Word schreibt keine.")
    return root


_SMALLER = "Bitte Bilder darin kleiner einfügen oder als PDF speichern und noch einmal senden."


def _damaged(message: str) -> DamagedDocumentError:
    return DamagedDocumentError(message)


def _refuse_foreign(data: bytes) -> None:
    """Raise the error that tells people best why ``data`` cannot be opened as a Word file."""
    if len(data) > _MOST_BYTES:
        raise DocumentTooLargeError(
            f"Die Word-Datei ist größer als {megabytes(_MOST_BYTES)}.",
            _SMALLER,
        )
    if not data.startswith(OLE):
        return
    # Names inside an OLE file are UTF-16; this one is only there when Word encrypted a DOCX.
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise EncryptedDocumentError("Die Word-Datei ist mit einem Kennwort geschützt.")
    raise UnsupportedMediaError(
        "Das ist eine Datei im alten Format von Word (DOC) oder Office.",
        "Bitte in Word öffnen und als Word-Dokument (DOCX) speichern.",
    )
