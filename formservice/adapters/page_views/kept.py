"""Pictures that were drawn, kept on disk for a while: bounded, and gone with their original."""

import contextlib
import os
import shutil
import tempfile
import threading
from pathlib import Path

# A page in three sizes is about 1 MB.
MOST_BYTES = 1_000_000_000
_LESS = 0.8  # of that is left after it was too much
_LOOK_EVERY = 64_000_000  # bytes written between two looks at all that is kept
_OWN_EYES = 0o700


class KeptPictures:
    """A folder in a data folder with one folder per original, named by its hash.

    Several processes may use it. Nothing here is needed: what is gone is drawn again.
    """

    def __init__(self, folder: Path, most: int = MOST_BYTES) -> None:
        """Keep at most about ``most`` bytes in ``folder``, which need not exist."""
        self._folder = folder
        self._most = most
        self._written = 0
        self._counting = threading.Lock()

    def get(self, original: str, name: str) -> bytes | None:
        """Return a picture; None if it is not kept."""
        path = self._folder / original / name
        try:
            data = path.read_bytes()
        except OSError:
            return None
        with contextlib.suppress(OSError):  # the longest unused goes first
            os.utime(path)
        return data

    def put(self, original: str, name: str, data: bytes) -> None:
        """Keep a picture, whole or not at all; that there is no room for it is no error."""
        folder = self._folder / original
        with contextlib.suppress(OSError):
            folder.mkdir(mode=_OWN_EYES, parents=True, exist_ok=True)
            number, partly = tempfile.mkstemp(dir=folder)
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(data)
                Path(partly).replace(folder / name)
            except OSError:
                Path(partly).unlink(missing_ok=True)
                raise
        with self._counting:
            self._written += len(data)
            due, self._written = self._written >= _LOOK_EVERY, self._written % _LOOK_EVERY
        if due:
            self.bound()

    def forget(self, original: str) -> None:
        """Take away all pictures of an original."""
        shutil.rmtree(self._folder / original, ignore_errors=True)

    def bound(self) -> None:
        """Take away what was not used for longest, if there is too much."""
        found = []
        for path in self._folder.glob("*/*"):
            with contextlib.suppress(OSError):
                known = path.stat()
                found.append((known.st_mtime, known.st_size, path))
        size = sum(one for _, one, _ in found)
        if size <= self._most:
            return
        for _, own, path in sorted(found):
            if size <= self._most * _LESS:
                break
            path.unlink(missing_ok=True)
            size -= own
