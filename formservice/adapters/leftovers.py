"""What lies of a document beside database and originals: files in work, temporary files."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from formservice.adapters.scratch import sweep

# Copies of the whole database: from before a step of its schema, and of earlier versions.
_EARLIER = ("formservice-vor-*.sqlite*", "archive-uebernommen.sqlite*", "archive.sqlite*")


PICTURES = "ansichten"
"""The folder in the data folder with pictures of pages, by the hash of their original."""


class Leftovers:
    """The data folder of an installation."""

    def __init__(self, data: Path, intake: Path) -> None:
        """``intake`` is the folder in which the pages of files in work are kept."""
        self._data = data
        self._intake = intake

    def forget(self, sha256: str) -> None:
        """Take away what is known of the pages of a file in work, and of ended processes.

        With it go the pictures of its pages that people have looked at.
        """
        shutil.rmtree(self._intake / sha256, ignore_errors=True)
        self.forget_pictures(sha256)

    def forget_pictures(self, sha256: str) -> None:
        """Take away the pictures of a file's pages alone: it is in work for another document.

        Whoever looks at these again has them drawn anew; who reads goes on where they are.
        """
        shutil.rmtree(self._data / PICTURES / sha256, ignore_errors=True)
        sweep()

    def beyond(self) -> Sequence[str]:
        """Return the files that hold earlier states, which no deletion reaches."""
        return sorted({one.name for name in _EARLIER for one in self._data.glob(name)})
