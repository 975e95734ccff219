"""What a received file is called when somebody saves it: by what it is, never as it was sent.

A sender names a file as it likes. What ends in ``.exe``, ``.hta`` or ``.html`` would be started by
a double click, though it was taken for a form because it holds one.
"""

from formservice.application.uploading import plain_name

_ENDINGS = (
    (b"%PDF-", ".pdf"),
    (b"PK\x03\x04", ".docx"),
    (b"\x89PNG", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
)
_HEIC = b"ftyp"
_UNKNOWN = ".bin"
"""Nothing is started by that, whatever it holds."""


def saved_name(name: str, data: bytes) -> str:
    """Return the name with the ending of the kind that ``data`` begins as."""
    shown = plain_name(name)
    stem = shown.rpartition(".")[0] or shown
    known = (ending for begin, ending in _ENDINGS if data.startswith(begin))
    heic = ".heic" if data[4:8] == _HEIC else _UNKNOWN
    return f"{stem}{next(known, heic)}"
