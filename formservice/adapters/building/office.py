"""Turns a Word file into a tagged PDF with LibreOffice, in a profile of its own."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from formservice.domain.errors import EngineError, EngineMissingError, EngineTimeoutError

# A form takes 2 s; the first start of a fresh profile on a busy machine took up to 25 s.
LIMIT_S = 120.0
_VERSION_LIMIT_S = 30.0

_EXPORT = {
    "UseTaggedPDF": True,
    "PDFUACompliance": True,
    # Our own fields are put on afterwards: LibreOffice loses their names and skips empty ones.
    "ExportFormFields": False,
    "ExportBookmarks": False,
    # Registration marks are told apart by colour, which JPEG would blur.
    "UseLosslessCompression": True,
    "ReduceImageResolution": False,
}


def convert(docx: bytes, *, limit_s: float = LIMIT_S) -> bytes:
    """Return ``docx`` as tagged PDF.

    Raises:
        EngineMissingError: LibreOffice is not installed.
        EngineTimeoutError: it took longer than ``limit_s`` seconds.
        EngineError: it wrote no PDF.
    """
    settings = json.dumps({name: _option(value) for name, value in _EXPORT.items()})
    with tempfile.TemporaryDirectory(prefix="formservice-build-") as name:
        folder = Path(name)
        source = folder / "form.docx"
        source.write_bytes(docx)
        _run(
            [
                _program(),
                f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                "--headless",
                "--convert-to",
                f"pdf:writer_pdf_Export:{settings}",
                "--outdir",
                str(folder),
                str(source),
            ],
            limit_s,
        )
        try:
            return (folder / "form.pdf").read_bytes()
        except FileNotFoundError as error:
            raise EngineError("LibreOffice hat aus der Word-Datei kein PDF gemacht.") from error


def version() -> str:
    """Return the version of LibreOffice as it names itself, for example „7.4.7.2“."""
    words = _run([_program(), "--version"], _VERSION_LIMIT_S).split()
    return words[1] if len(words) > 1 else "unbekannt"


def _option(value: bool) -> dict[str, str]:
    return {"type": "boolean", "value": "true" if value else "false"}


def _program() -> str:
    for name in ("soffice", "libreoffice"):
        if path := shutil.which(name):
            return path
    raise EngineMissingError(
        "LibreOffice ist nicht installiert; es wird zum Bauen der Formulare gebraucht.",
        "Bitte das Debian-Paket „libreoffice-writer-nogui“ oder „libreoffice-writer“ "
        "installieren.",
    )


def _run(command: Sequence[str], limit_s: float) -> str:
    # In a session of its own, because soffice is a script: only the whole group can be ended.
    process = subprocess.Popen(  # noqa: S603  # our own arguments, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise EngineTimeoutError(
            f"LibreOffice war nach {limit_s:.0f} Sekunden nicht fertig."
        ) from error
    return output
