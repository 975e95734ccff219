"""Opens files in folders that others write into: plain ones, and nothing that leads elsewhere."""

import os
from io import BufferedReader
from pathlib import Path


def opened(path: str | Path, folder: int | None = None) -> BufferedReader:
    """Open a file, but no link, and wait for nobody who would fill a pipe.

    ``folder`` is an open folder that ``path`` is a name in. What is opened may still be a pipe or
    a device: ask ``os.fstat``. OSError as ``os.open`` raises it.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    handle = os.open(path, flags, dir_fd=folder)
    try:
        return os.fdopen(handle, "rb")
    except OSError:  # a folder
        os.close(handle)
        raise
