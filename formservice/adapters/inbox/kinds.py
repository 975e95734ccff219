"""Of what kind a file is, by its first bytes: what it is called proves nothing."""

import io
import zipfile

from formservice.adapters.kinds import first_bytes
from formservice.adapters.word.package import TYPES_PART, Package
from formservice.domain.errors import (
    EmptyDocumentError,
    EncryptedDocumentError,
    InputError,
    UnsupportedMediaError,
)

_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNPACKED = "Bitte die Dateien darin auspacken und einzeln anhängen."


def kind_of(data: bytes) -> str:
    """Return ``PDF``, ``DOCX``, ``PNG``, ``JPEG``, ``TIFF`` or ``HEIC``.

    Raises:
        InputError: it is none of these; the sentence says what it is, where that can be told.
    """
    if not data:
        raise EmptyDocumentError("Die Datei ist leer.")
    kind = first_bytes(data)
    if kind == "ZIP":
        return _zipped(data)
    if kind is None or data.startswith((_OLD_OFFICE, *_ARCHIVES)):
        raise _refused(data)
    return kind


def _refused(data: bytes) -> InputError:
    if data.startswith(_OLD_OFFICE):
        # Word wraps a file with a password in the container of its old format.
        hint = "Bitte als DOCX ohne Kennwort oder als PDF speichern und noch einmal senden."
        told = "Die Datei hat das alte Format von Word oder Excel oder ein Kennwort."
        return UnsupportedMediaError(told, hint)
    if data.startswith(_ARCHIVES):
        return UnsupportedMediaError("Archive werden nicht angenommen.", _UNPACKED)
    return UnsupportedMediaError("Diese Art von Datei wird nicht angenommen.")


def _zipped(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise UnsupportedMediaError("Das Archiv ist beschädigt.", _UNPACKED) from None
    names = {one.filename for one in entries}
    if any(one.flag_bits & 1 for one in entries):
        raise EncryptedDocumentError("Das Archiv ist mit einem Kennwort geschützt.", _UNPACKED)
    if TYPES_PART in names and "word/document.xml" in names:
        if _has_macros(data):
            raise UnsupportedMediaError("Die Word-Datei enthält Makros.", "Bitte als DOCX senden.")
        return "DOCX"
    raise UnsupportedMediaError("Archive werden nicht angenommen.", _UNPACKED)


def _has_macros(data: bytes) -> bool:
    try:
        return Package(data).has_macros
    except InputError:  # it is taken in, and whoever reads it tells what is wrong with it
        return False
