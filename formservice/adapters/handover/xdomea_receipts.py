"""Reads what an E-Akte answers to a message: 0402 (imported or not) and 0403 (received)."""

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formservice.adapters.handover.xdomea_schemas import VERSIONS, XdomeaSchemas, namespace
from formservice.domain.errors import DamagedDocumentError

if TYPE_CHECKING:
    from lxml.etree import _Element

# An answer names objects and says yes or no; beyond this it is no answer.
_LARGEST = 10 * 1024**2
_MOST_TEXT = 2000
_NAMES = {"Abgabe.ImportBestaetigen.0402": True, "Abgabe.EmpfangBestaetigen.0403": False}
_HINT = "Erwartet wird eine xdomea-Nachricht 0402 oder 0403, als XML- oder ZIP-Datei."


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: about which process, and whether it was taken over.

    ``imported`` is None for a mere acknowledgement of receipt; ``errors`` are the other side's
    own words and may name people.
    """

    process: str
    imported: bool | None
    errors: tuple[str, ...] = ()


def answer(data: bytes, schemas: XdomeaSchemas) -> Answer:
    """Return what a file says.

    Raises:
        DamagedDocumentError: it is no answer that can be understood.
        EngineError: it is not valid against its schema.
    """
    from lxml import etree  # noqa: PLC0415 - needed by few commands

    text = _unpacked(data) if data.startswith(b"PK") else data
    parser = etree.XMLParser(no_network=True, resolve_entities=False, huge_tree=False)
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise DamagedDocumentError("Die Rückmeldung ist kein XML.", _HINT) from error
    name = etree.QName(root)
    version = next((one for one in VERSIONS if namespace(one) == name.namespace), None)
    if version is None or name.localname not in _NAMES:
        raise DamagedDocumentError("Die Datei ist keine Rückmeldung zu einer Abgabe.", _HINT)
    schemas.check(root, version)
    process = _text(root, "{*}Kopf/{*}ProzessID").lower()
    if not _NAMES[name.localname]:
        return Answer(process, None)
    objects = root.findall("{*}AbgegebenesObjekt")
    well = all(_text(one, "{*}Erfolgreich") in ("true", "1") for one in objects)
    told = [
        (found.text or "").strip()
        for one in objects
        for found in (*one.findall("{*}Fehlermeldung"), *one.findall("{*}FehlermeldungCode/code"))
    ]
    return Answer(process, well, tuple(one[:_MOST_TEXT] for one in told if one))


def _text(element: "_Element", path: str) -> str:
    return (element.findtext(path) or "").strip()


def _unpacked(data: bytes) -> bytes:
    """Return the only XML file of a ZIP file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            found = [one for one in bundle.infolist() if one.filename.lower().endswith(".xml")]
            if len(found) != 1 or found[0].file_size > _LARGEST:
                raise DamagedDocumentError("In der ZIP-Datei liegt keine Rückmeldung.", _HINT)
            with bundle.open(found[0]) as file:
                return file.read(_LARGEST)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError) as error:
        raise DamagedDocumentError("Die ZIP-Datei ist beschädigt.", _HINT) from error
