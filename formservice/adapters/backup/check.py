"""The use case „backup --check“: is what was backed up still what was backed up?"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from formservice.adapters.backup import folder as places
from formservice.adapters.backup.backup import FORMAT, Tell
from formservice.adapters.backup.folder import (
    ORIGINALS,
    BackupFolder,
    content,
    explained,
    hashed,
    sums,
)
from formservice.adapters.backup.snapshot import contents
from formservice.domain.errors import AlteredError, StorageError

_KINDS = {"event": int, "hash": str, "step": str, "lost": list}
"""What is needed of a manifest, besides when it was made."""
_NEEDED = frozenset({places.SNAPSHOT, places.MANIFEST, places.LIST})


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not what it was: in which backup (none for originals), and a sentence."""

    backup: str | None
    part: str
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, and all that is wrong with it."""

    backups: Sequence[str]
    originals: int
    faults: Sequence[Fault]


def checked(
    root: Path, only: str | None, tell: Tell = lambda _step, _done, _total: None
) -> Checked:
    """Prove all backups in ``root``, or ``only`` this one, with all originals they name.

    Raises:
        NotFoundError: there is no such backup, or none at all.
        StorageError: the folder cannot be read.
    """
    folder = BackupFolder(root)
    names = folder.wanted(only)
    faults: list[Fault] = []
    needed: dict[str, str] = {}
    for name in names:
        found = own_faults(folder, name)
        faults += found
        listed = _listed(folder, name)
        needed |= dict.fromkeys(listed, name)
        if not found:
            faults += _lost(folder, name)
    known = {one for fault in faults if fault.part == "lost" for one in [fault.message[-64:]]}
    for done, sha256 in enumerate(sorted(needed), 1):
        if sha256 not in known and not folder.has(sha256):
            there = folder.original(sha256).exists()
            said = "ist verändert oder beschädigt" if there else "fehlt"
            faults.append(Fault(None, sha256, f"Das Original {sha256} {said}."))
        tell(ORIGINALS, done, len(needed))
    return Checked(names, len(needed), faults)


def own_faults(folder: BackupFolder, name: str) -> list[Fault]:
    """Return what is wrong with the own files of a backup."""
    with explained():
        here = folder.of(name)
        try:
            expected = sums(content(here / places.SUMS).decode("utf-8"))
        except (FileNotFoundError, UnicodeDecodeError):
            expected = {}
        if not expected.keys() >= _NEEDED:
            message = f"{name}: Die Liste der Prüfsummen fehlt oder ist beschädigt."
            return [Fault(name, places.SUMS, message)]
        found = []
        for part, sha256 in expected.items():
            file = here / part
            if not file.is_file():
                found.append(Fault(name, part, f"{name}: {part} fehlt."))
            elif hashed(file) != sha256:
                message = f"{name}: {part} ist verändert oder beschädigt."
                found.append(Fault(name, part, message))
        if not found:
            try:
                contents(here / places.SNAPSHOT)
            except AlteredError as error:
                found.append(Fault(name, places.SNAPSHOT, f"{name}: {error.message}"))
            if _told(here / places.MANIFEST) is None:
                message = f"{name}: {places.MANIFEST} ist nicht zu verstehen."
                found.append(Fault(name, places.MANIFEST, message))
    return found


def manifest(folder: BackupFolder, name: str) -> dict[str, object]:
    """Return what a backup says of itself.

    Raises:
        AlteredError: that cannot be understood.
        StorageError: it was made by a newer version of this program.
    """
    with explained():
        told = _told(folder.of(name) / places.MANIFEST)
    if told is None:
        raise AlteredError(
            f"Die Sicherung ist beschädigt. {name}: {places.MANIFEST} ist nicht zu verstehen."
        )
    if told["format"] != FORMAT:
        raise StorageError(
            "Die Sicherung gehört zu einer neueren Fassung des Programms.",
            "Bitte das Programm aktualisieren.",
        )
    return told


def _told(file: Path) -> dict[str, object] | None:
    """Return what stands in a manifest, of whatever version; None if it is none."""
    try:
        told = json.loads(content(file))
        format_ = told["format"]
        if isinstance(format_, int) and format_ > FORMAT:
            return dict(told)
        datetime.fromisoformat(told["made"])
        is_ours = format_ == FORMAT and all(
            isinstance(told[key], kind) for key, kind in _KINDS.items()
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return dict(told) if is_ours else None


def _listed(folder: BackupFolder, name: str) -> list[str]:
    """Return the hashes of all originals of a backup, as far as they can be read."""
    with explained():
        try:
            text = content(folder.of(name) / places.LIST).decode("utf-8", "replace")
        except FileNotFoundError:
            return []
    return [one[:64] for one in text.splitlines() if sums(one)]


def _lost(folder: BackupFolder, name: str) -> list[Fault]:
    lost = manifest(folder, name)["lost"]
    found = [str(one) for one in lost] if isinstance(lost, list) else []
    return [
        Fault(name, "lost", f"{name}: Schon beim Sichern fehlte oder war beschädigt: {one}")
        for one in found
        if not folder.has(one)
    ]
