"""Which storage an installation keeps its originals in, as the setting names it."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from formservice.adapters.originals.local import LocalOriginals
from formservice.application.ports_store import Originals
from formservice.domain.errors import EngineMissingError, UsageError

_HINT = "Erwartet wird s3://EIMER/ORDNER oder file:///PFAD."


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
    if url.scheme == "file" and not url.netloc and url.path.startswith("/"):
        return LocalOriginals(Path(unquote(url.path)))
    if url.scheme != "s3" or not url.netloc or "@" in url.netloc:
        raise UsageError("FORMSERVICE_STORAGE_URL nennt keinen Speicher, der hier geht.", _HINT)
    try:
        from formservice.adapters.originals.s3 import S3Originals  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise EngineMissingError(
            "Für Originale in S3 fehlt eine Bibliothek.",
            "Bitte „pip install 'formservice[s3]'“ ausführen.",
        ) from None
    return S3Originals(url.netloc, unquote(url.path).strip("/"))
