"""Where a command may write what people name: never over what is kept here, nor over its input."""

import errno
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from formservice.domain.errors import FormServiceError, StorageError, UsageError

# How the manifest of an export begins, whatever its version.
_EXPORT = b'{"format": "formservice-export/'
_UNREADABLE = (OSError, RuntimeError, LookupError, ValueError, EOFError, zlib.error)


@dataclass(frozen=True, slots=True)
class Own:
    """What an installation keeps: ``folders`` with all in them, ``files`` with what is beside.

    Beside a database of SQLite lie files whose names begin as its own does.
    """

    folders: tuple[Path, ...]
    files: tuple[Path, ...] = ()

    @classmethod
    def of(cls, data: Path, storage: str | None = None, database: str | None = None) -> "Own":
        """Return what lies in the data folder, and in what the settings name besides."""
        folders, files = [data], []
        for address in (storage, database):
            try:
                url = urlsplit(address or "")
            except ValueError:  # whoever opens it says so
                continue
            path = unquote(url.path)
            if url.scheme == "file" and path:
                folders.append(Path(path))
            elif url.scheme.partition("+")[0] == "sqlite" and len(path) > 1:
                files.append(Path(path[1:]))
        return cls(tuple(map(_resolved, folders)), tuple(map(_resolved, files)))

    def holds(self, path: Path) -> bool:
        """Say whether a path lies there, through links as well."""
        there = _resolved(path)
        return any(there.is_relative_to(one) for one in self.folders) or any(
            there.parent == one.parent and there.name.startswith(one.name) for one in self.files
        )


def file_target(
    named: Path,
    own: Own,
    given: Iterable[Path] = (),
    replaces: Callable[[Path], bool] | None = None,
) -> Path:
    """Return the file that ``named`` stands for, with all links followed.

    ``given`` are the files the command reads. What ``replaces`` says yes to may be replaced, and
    what is empty; None lets any file be replaced, and a device or pipe be written to.

    Raises:
        UsageError: nothing may be written there.
        StorageError: it cannot be looked at.
    """
    try:
        there = _outside(named, own)
        if there.is_symlink():
            raise UsageError("Das Ziel ist eine Verknüpfung, die im Kreis führt.")
        if there.is_dir():
            raise UsageError("Das Ziel ist ein Ordner.", "Bitte den Namen der Datei angeben.")
        if any(one.exists() and there.exists() and one.samefile(there) for one in given):
            hint = "Bitte eine andere Datei als Ziel nennen."
            raise UsageError("Das Ziel ist die Datei, aus der gelesen wird.", hint)
        if not named.exists():
            return there
        if not there.is_file():
            if replaces is None:
                return named
            hint = "Bitte den Namen einer Datei angeben."
            raise UsageError("Das Ziel ist ein Gerät oder eine Pipe, keine Datei.", hint)
        if replaces is not None and there.stat().st_size and not replaces(there):
            raise UsageError(
                "Unter dem Namen des Ziels liegt schon etwas anderes.",
                "Ersetzt wird nur, was derselbe Befehl früher geschrieben hat. Bitte einen anderen"
                " Namen nennen oder die Datei selbst löschen.",
            )
    except OSError as error:
        raise _told(error) from error
    return there


def folder_target(named: Path, own: Own) -> Path:
    """Return the folder that ``named`` stands for, with all links followed.

    Raises:
        UsageError: nothing may be written there.
        StorageError: it cannot be looked at.
    """
    try:
        there = _outside(named, own)
        if there.exists() and not there.is_dir():
            raise UsageError("Das Ziel ist kein Ordner.", "Bitte einen Ordner nennen.")
    except OSError as error:
        raise _told(error) from error
    return there


def is_export(path: Path) -> bool:
    """Say whether a file is an export of ours."""
    try:
        with zipfile.ZipFile(path) as bundle, bundle.open("manifest.json") as manifest:
            return manifest.read(len(_EXPORT)) == _EXPORT
    except (*_UNREADABLE, zipfile.BadZipFile):
        return False


def is_copy(path: Path) -> bool:
    """Say whether a file is an archive copy of ours; forms that people fill in are none."""
    import pikepdf  # noqa: PLC0415 - few commands need it

    from formservice.adapters.archive_copy.envelope import PRODUCER  # noqa: PLC0415 - as above

    try:
        with pikepdf.open(path) as pdf:
            return str(pdf.docinfo.get("/Producer")) == PRODUCER
    except (*_UNREADABLE, pikepdf.PdfError):
        return False


def _told(error: OSError) -> FormServiceError:
    if error.errno == errno.ENAMETOOLONG:
        return UsageError("Der Name des Ziels ist zu lang.")
    hint = "Bitte Ordner, Namen und Rechte prüfen."
    return StorageError("Das Ziel kann nicht angesehen werden.", hint)


def _outside(named: Path, own: Own) -> Path:
    """Return a path without links; UsageError if it lies in what the installation keeps."""
    there = _resolved(named)
    if own.holds(there):
        raise UsageError(
            "Das Ziel liegt im Datenordner dieser Anlage.",
            "Dort schreibt nur sie selbst. Bitte einen anderen Ordner nennen.",
        )
    return there


def _resolved(path: Path) -> Path:
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError) as error:
        raise UsageError("Das Ziel hat keinen brauchbaren Namen.") from error
