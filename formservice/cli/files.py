"""Files named on the command line: read up to a limit, written whole or not at all."""

import argparse
import ctypes
import json
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO

from formservice.adapters.target import Own, file_target, folder_target
from formservice.bootstrap import Settings
from formservice.domain.errors import (
    DocumentTooLargeError,
    InputError,
    InvalidDataError,
    Problem,
    StorageError,
    UsageError,
)

# A file beyond this is no form but a mistake; the reader itself has finer limits.
LARGEST_FILE = 512 * 1024**2
# All values of one form at their longest are a small part of this.
LARGEST_DATA = 64 * 1024**2
_PIECE = 1024**2
# Settings of glibc (malloc.h). A page at 200 dpi takes 4 to 16 MB in this shape or that: pieces of
# that size come and go all the time, and are slow to get anew from the kernel.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGE, _KEPT = 20 * 1024**2, 64 * 1024**2


def content(name: str, largest: int = LARGEST_FILE) -> bytes:
    """Return the bytes of a file or device; an InputError says why not."""
    hint = "Bitte Schreibweise und Rechte prüfen."
    try:
        if not name:
            raise InputError("Ein Dateiname ist leer.", hint)
        if Path(name).is_dir():
            if not os.access(name, os.R_OK | os.X_OK):
                raise PermissionError(name)
            raise InputError(f"{name} ist ein Ordner.", "Bitte einzelne Dateien angeben.")
        if _is_waited_for(Path(name)):
            raise InputError(f"{name} ist keine Datei.", "Bitte eine gewöhnliche Datei angeben.")
        with Path(name).open("rb") as file:
            _large_pieces_are_given_back()
            # In one piece where its size is known: pieces and whole would be there at once.
            return _bounded(file, name, largest, min(os.fstat(file.fileno()).st_size, largest) + 1)
    except FileNotFoundError as error:
        raise InputError(f"{name} gibt es nicht.", hint) from error
    except OSError as error:
        raise InputError(f"{name} kann nicht gelesen werden.", hint) from error


def _is_waited_for(path: Path) -> bool:
    """Say whether opening a path may wait for ever: a pipe with a name, which nobody may fill.

    What a shell hands over as ``/dev/fd/63`` is a pipe too, but one that is being filled.
    """
    return path.is_fifo() and Path(os.path.realpath(path)).exists()


def named(text: str) -> str:
    """Return a path as it is given: a type for ``argparse`` that refuses one without a name."""
    if not text.strip():
        raise argparse.ArgumentTypeError("der Name fehlt")
    return text


def standard_input(largest: int = LARGEST_FILE) -> bytes:
    """Return what is piped in, up to the same limit."""
    if sys.stdin is None:
        raise InputError("Die Standardeingabe ist geschlossen.", "Bitte eine Datei angeben.")
    return _bounded(sys.stdin.buffer, "Die Standardeingabe", largest)


def decoded(name: str) -> object:
    """Return the decoded JSON of a file, or of standard input for ``-``."""
    called = "Die Standardeingabe" if name == "-" else name
    data = standard_input(LARGEST_DATA) if name == "-" else content(name, LARGEST_DATA)
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:  # no UTF-8, no JSON, a number of 5,000 digits
        place = ""
        if isinstance(error, json.JSONDecodeError):
            place = f" (Zeile {error.lineno}, Zeichen {error.colno})"
        raise InputError(
            f"{called} ist kein gültiges JSON in UTF-8{place}.",
            'Erwartet wird zum Beispiel {"name": "…", "vorname": "…"}.',
        ) from error


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return a JSON object; a key given twice would silently lose its first value."""
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        problems = [Problem(key, "Dieses Feld ist zweimal angegeben.") for key in twice]
        raise InvalidDataError("Angaben sind doppelt.", problems)
    return result


@cache
def _large_pieces_are_given_back() -> None:
    """Have memory for a large file given back as soon as nobody needs it any more.

    glibc else begins to keep such pieces among the small ones, where what is allocated meanwhile
    holds on to them: a batch of files of 30 to 50 MB then takes up to 60 MB more. Other libraries
    have no such habit, and no such function.
    """
    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_TRIM_THRESHOLD, _KEPT)


def _bounded(file: BinaryIO, name: str, largest: int, first: int = _PIECE) -> bytes:
    """Read to the end; what is read counts, for a device has no size to ask for."""
    pieces: list[bytes] = []
    size = 0
    while piece := file.read(_PIECE if pieces else max(first, _PIECE)):
        pieces.append(piece)
        size += len(piece)
        if size > largest:
            message = f"{name} ist größer als {largest // 1024**2} MB."
            raise DocumentTooLargeError(message, "Bitte in Teilen einreichen.")
    return b"".join(pieces)


def target(
    settings: Settings,
    named: str,
    given: tuple[str | None, ...] = (),
    replaces: Callable[[Path], bool] | None = None,
) -> Path:
    """Return the file that a command may write under the name somebody gave; UsageError if none.

    ``given`` names the files that the command reads; the rest as ``adapters.target`` says.
    """
    read = [Path(one) for one in given if one not in (None, "-")]
    return file_target(Path(named), _own(settings), read, replaces)


def folder(settings: Settings, named: str) -> Path:
    """Return the folder that a command may write into; UsageError if it is none."""
    return folder_target(Path(named), _own(settings))


def _own(settings: Settings) -> Own:
    return Own.of(settings.data, settings.storage, settings.database)


def write(target: Path, document: bytes) -> None:
    """Write a finished document: whole under its name, or not at all.

    A link keeps pointing where it points; a device or pipe is written to, never replaced.
    """
    try:
        if target.is_dir():
            raise UsageError(f"{target} ist ein Ordner.", "Bitte den Namen der Datei angeben.")
        if target.exists() and not target.is_file():
            target.write_bytes(document)
        else:
            _replace(target.resolve(), document)
    except (OSError, RuntimeError) as error:  # RuntimeError: a circle of links
        hint = "Bitte Ordner, Rechte und freien Speicherplatz prüfen."
        raise StorageError(f"{target} kann nicht geschrieben werden.", hint) from error


def _replace(target: Path, document: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as part:
        try:
            part.write(document)
            part.flush()
            # Temporary files are private; a finished form has the rights of any other file.
            Path(part.name).chmod(0o666 & ~_umask())
            Path(part.name).replace(target)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
