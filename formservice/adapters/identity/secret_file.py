"""The secret of an installation: random bytes in a file that only its account can read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from formservice.domain.errors import StorageError

KEY = "schluessel"
"""The name of that file in a data folder: it seals second factors and signs what pages send."""
_BYTES = 32


def kept_secret(path: Path) -> bytes:
    """Return the secret in ``path``, made at the first call; whoever is faster makes it.

    Raises:
        StorageError: the file cannot be read or written, or does not hold what was written.
    """
    # Read first: on a full disk, or one nobody may write to, the service goes on with what it has.
    found = found_secret(path)
    if found is None:
        try:
            return _made(path)
        except FileExistsError:
            found = found_secret(path)
        except OSError:
            raise StorageError(_told(path, "kann nicht geschrieben werden")) from None
    if found is None:  # taken away again at once
        raise StorageError(_told(path, "fehlt"))
    return found


def found_secret(path: Path) -> bytes | None:
    """Return the secret in ``path``, None if there is none yet.

    Raises:
        StorageError: it cannot be read, or is not what was written.
    """
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        hint = "Bitte prüfen, wem die Datei gehört: Sie muss dem Konto gehören, das hier läuft."
        raise StorageError(_told(path, "kann nicht gelesen werden"), hint) from None
    if len(found) != _BYTES:
        raise StorageError(_told(path, "ist beschädigt"))
    return found


def _told(path: Path, what: str) -> str:
    return f"Der Schlüssel {path.name} {what}."


def _made(path: Path) -> bytes:
    """Write a new secret beside the place and link it there, so that nobody reads half of it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = secrets.token_bytes(_BYTES)
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        os.link(new, path)
    finally:
        with suppress(OSError):  # it would hide why nothing could be written
            new.unlink()
    return made
