"""What kind of file some bytes are, and names for files that every system can take."""

import re
import unicodedata
from dataclasses import dataclass

from formservice.adapters.kinds import first_bytes

# Windows knows devices by these names, whatever follows the dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Kind:
    """The suffix of a file, what people call its format, and its media type."""

    suffix: str
    name: str
    media: str


PDF = Kind("pdf", "PDF", "application/pdf")
JSON = Kind("json", "JSON", "application/json")
_WORD = Kind(
    "docx",
    "Word (DOCX)",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)
_UNKNOWN = Kind("bin", "unbekannt", "application/octet-stream")
_KINDS = {
    "PDF": PDF,
    "ZIP": _WORD,
    "PNG": Kind("png", "PNG", "image/png"),
    "JPEG": Kind("jpg", "JPEG", "image/jpeg"),
    "TIFF": Kind("tif", "TIFF", "image/tiff"),
    "HEIC": Kind("heic", "HEIC", "image/heic"),
}


def kind_of(data: bytes) -> Kind:
    """Return the kind of a received or made file, told by its first bytes."""
    kind = first_bytes(data)
    if kind is not None:
        return _KINDS[kind]
    return JSON if data.startswith(b"{") else _UNKNOWN


def safe(name: str, longest: int = _LONGEST) -> str:
    """Return ``name`` as Windows, macOS, Linux and a ZIP file take it, and as one name only.

    What cannot stand in a name becomes „_“; nothing leads out of a folder, is hidden, or is a
    device.
    """
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    text = "".join("_" if _is_odd(one) else one for one in text)
    stem, dot, suffix = text.rpartition(".")
    if dot and stem and len(suffix) <= 8:
        text = f"{_cut(stem, longest - len(suffix) - 1)}.{suffix}"
    text = _cut(text, longest).strip(" .")
    return f"_{text}" if not text or _DEVICES.fullmatch(text) else text


def _cut(text: str, longest: int) -> str:
    """Return the beginning of a text; file systems count bytes, so each letter may be two."""
    while len(text.encode()) > 2 * longest or len(text) > longest:
        text = text[:-1]
    return text.rstrip(" .") or "_"


def _is_odd(one: str) -> bool:
    return one in '/\\:*?"<>|' or unicodedata.category(one) in (
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
        "Zl",
        "Zp",
    )
