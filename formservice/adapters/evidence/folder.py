"""Writes evidence: one folder a document, whole or not at all, and for the owner's eyes only."""

import errno
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any  # evidence has the shape of its JSON file

from formservice.adapters.evidence.page import page
from formservice.domain.errors import StorageError, UsageError

_DATA, _PAGE = "evidence.json", "index.html"
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
# What is being written, and what it takes the place of; a process that is killed leaves them.
_FRESH, _OLD = ".formservice-neu-", ".formservice-alt-"
# The beginning of a hash: enough to tell files apart, and no word of the form.
_PREFIX = 12


class EvidenceFolder:
    """A folder that evidence is written into; what else lies there is left alone."""

    def __init__(self, root: Path) -> None:
        """Make the folder if need be, and see that it can be written into.

        Raises:
            StorageError: it cannot.
        """
        self._root = root
        with _explained(root):
            if root.exists() and not root.is_dir():
                raise UsageError(f"{root} ist kein Ordner.", "Bitte einen Ordner angeben.")
            root.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=root, prefix=_FRESH):
                pass
            _sweep(root)

    def write(
        self, evidence: Mapping[str, Any], pictures: Mapping[str, bytes], number: int
    ) -> Path:
        """Write the evidence of document ``number`` of a file (from 1) and return its folder.

        Evidence of the same document that is there already is replaced.

        Raises:
            StorageError: disk full, folder not writable, or its name is taken by something else.
        """
        sha256 = evidence["original"]["sha256"]
        target = self._root / f"{sha256[:_PREFIX]}-{number}"
        with _explained(self._root), _held(self._root, fcntl.LOCK_SH):
            if target.is_symlink() or (target.exists() and not _is_ours(target, sha256)):
                hint = "Bitte einen anderen Ordner angeben oder diesen umbenennen."
                raise StorageError(f"In {target} liegt schon etwas anderes.", hint)
            fresh = Path(tempfile.mkdtemp(dir=self._root, prefix=_FRESH))
            try:
                for name, piece in pictures.items():
                    _keep(fresh / name, piece)
                _keep(fresh / _PAGE, page(evidence, pictures))
                text = json.dumps(evidence, ensure_ascii=False, indent=1)
                # A lone half of a character becomes its escape, which JSON knows as well.
                _keep(fresh / _DATA, f"{text}\n".encode("utf-8", "backslashreplace"))
                _put(fresh, target)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
        return target


@contextmanager
def _held(root: Path, how: int) -> Iterator[bool]:
    """Hold the folder: shared by those who write into it, alone for who takes away what is left.

    Says whether that is so; where folders cannot be locked nothing is ever taken away.
    """
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, how)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _sweep(root: Path) -> None:
    """Take away what processes left that were killed; what they had moved aside comes back."""
    with _held(root, fcntl.LOCK_EX | fcntl.LOCK_NB) as alone:
        if not alone:
            return
        for old in root.glob(f"{_OLD}*/*"):
            with suppress(OSError):  # its place is taken: the new evidence was put there
                old.rename(root / old.name)
        for left in (*root.glob(f"{_OLD}*"), *root.glob(f"{_FRESH}*")):
            shutil.rmtree(left, ignore_errors=True)


def _keep(file: Path, content: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _put(fresh: Path, target: Path) -> None:
    """Give a finished folder its name; what was there goes only when the new one is in place."""
    old = Path(tempfile.mkdtemp(dir=fresh.parent, prefix=_OLD))
    try:
        if target.exists():
            target.rename(old / target.name)
        try:
            fresh.rename(target)
        except BaseException:
            with suppress(OSError):
                (old / target.name).rename(target)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _is_ours(folder: Path, sha256: str) -> bool:
    """Say whether a folder holds evidence of this original and nothing else."""
    try:
        told = json.loads((folder / _DATA).read_text("utf-8"))
        fields = [*told["fields"], *(one for sheet in told["sheets"] for one in sheet["fields"])]
        own = {cut["file"] for field in fields for cut in field["pictures"]} | {_DATA, _PAGE}
        return told["original"]["sha256"] == sha256 and {p.name for p in folder.iterdir()} <= own
    except (OSError, ValueError, LookupError, TypeError):
        return False


@contextmanager
def _explained(root: Path) -> Iterator[None]:
    """Turn what the file system says into what somebody can do about it."""
    try:
        yield
    except OSError as error:
        message = f"In {root} kann nicht geschrieben werden."
        if error.errno in _FULL:
            message = f"Für die Belege in {root} ist kein Platz mehr."
        elif error.errno in _FORBIDDEN:
            message = f"In {root} darf nicht geschrieben werden."
        raise StorageError(message, "Bitte Ordner, Rechte und freien Platz prüfen.") from error
