"""Which storage an installation keeps its originals in, as the setting names it."""

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from formservice.adapters.originals.local import LocalOriginals
from formservice.application.ports_store import Originals
from formservice.domain.errors import EngineMissingError, UsageError

_HINT = "Erwartet wird s3://EIMER/ORDNER oder file:///PFAD."
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
# What the system shows of itself as files keeps nothing.
_OF_THE_SYSTEM = ("/dev", "/proc", "/sys")


def originals(given: str | None, folder: Path) -> Originals:
    """Return the storage at the address ``given``, or in ``folder`` if there is none.

    Raises:
        UsageError: it is no address of a storage this service knows.
        EngineMissingError: the library for it is not installed.
    """
    if given is None:
        return LocalOriginals(folder)
    try:
        url = urlsplit(given)
    except ValueError:
        # The address may hold a password: neither it nor the cause is repeated.
        raise UsageError("FORMSERVICE_STORAGE_URL ist keine Adresse.", _HINT) from None
    is_plain = not (url.query or url.fragment) and given == given.strip()
    if is_plain and url.scheme == "file" and not url.netloc and url.path.startswith("/"):
        return LocalOriginals(_folder(Path(unquote(url.path))))
    if not is_plain or url.scheme != "s3" or not _BUCKET.fullmatch(url.netloc):
        raise UsageError("FORMSERVICE_STORAGE_URL nennt keinen Speicher, der hier geht.", _HINT)
    try:
        from formservice.adapters.originals.s3 import S3Originals  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise EngineMissingError(
            "Für Originale in S3 fehlt eine Bibliothek.",
            "Bitte „pip install 'formservice[s3]'“ ausführen.",
        ) from None
    return S3Originals(url.netloc, unquote(url.path).strip("/"))


def _folder(path: Path) -> Path:
    """Return a folder for originals; UsageError if it can be none."""
    real = Path(os.path.realpath(path))
    is_system = any(real.is_relative_to(one) for one in _OF_THE_SYSTEM)
    if is_system or real == Path("/") or (real.exists() and not real.is_dir()):
        raise UsageError("FORMSERVICE_STORAGE_URL nennt keinen Ordner.", _HINT)
    return path
