"""The secret of an installation: random bytes in a file that only its account can read."""

import os
import secrets
from pathlib import Path

from formservice.domain.errors import StorageError

KEY = "schluessel"
"""The name of that file in a data folder: it seals second factors and signs what pages send."""
_BYTES = 32


def kept_secret(path: Path) -> bytes:
    """Return the secret in ``path``, made at the first call; whoever is faster makes it.

    Raises:
        StorageError: the file cannot be written, or does not hold what was written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _made(path)
    except FileExistsError:
        pass
    except OSError:
        raise StorageError(f"Der Schlüssel {path.name} kann nicht geschrieben werden.") from None
    found = path.read_bytes()
    if len(found) != _BYTES:
        raise StorageError(f"Der Schlüssel {path.name} ist beschädigt.")
    return found


def _made(path: Path) -> bytes:
    """Write a new secret beside the place and link it there, so that nobody reads half of it."""
    made = secrets.token_bytes(_BYTES)
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(new, path)
    finally:
        new.unlink()
    return made
