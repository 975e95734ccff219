"""Which backup is the newest: by the events it holds, not by a name that some clock gave it.

A clock may be wrong, and an hour of autumn comes twice. The chain of events goes on in one
direction only: a backup whose last event stands in another one is older than that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from formservice.adapters.backup import folder as places
from formservice.adapters.backup.check import manifest
from formservice.adapters.backup.folder import BackupFolder, content, explained, hashed, sums
from formservice.adapters.backup.snapshot import event_hash
from formservice.domain.errors import AlteredError, UsageError


@dataclass(frozen=True, slots=True)
class Standing:
    """A backup, when it was made, and its last event."""

    name: str
    made: datetime
    event: int
    hash: str


def newest(folder: BackupFolder) -> str:
    """Return the name of the newest backup.

    Raises:
        NotFoundError: there is none.
        UsageError: there are several that nothing tells the order of, or damaged ones.
        StorageError: they cannot be read.
    """
    names = folder.wanted(None)
    known = [one for name in names if (one := standing(folder, name)) is not None]
    ends: list[Standing] = []
    for one in sorted(known, key=lambda it: (it.event, it.made, it.name), reverse=True):
        if not any(_goes_on(folder, one, later) for later in ends):
            ends.append(one)
    if len(ends) > 1:
        raise UsageError(
            "Dort liegen Sicherungen, von denen keine die andere fortsetzt.",
            f"Bitte mit --name eine nennen: {_told(ends)}.",
        )
    # Of what is damaged only the name is left, and a clock gave that: it may be the newest.
    damaged = [one for one in names if one not in {it.name for it in known}]
    if damaged and ends:
        raise UsageError(
            f"Dort sind Sicherungen beschädigt: {', '.join(damaged)}.",
            f"Eine davon kann die neueste sein. Bitte mit --name eine nennen: {_told(ends)}.",
        )
    return ends[0].name if ends else damaged[-1]


def standing(folder: BackupFolder, name: str) -> Standing | None:
    """Return when a backup was made and its last event; None if it is damaged there."""
    here = folder.of(name)
    with explained():
        try:
            listed = sums(content(here / places.SUMS).decode("utf-8"))
            if hashed(here / places.MANIFEST) != listed.get(places.MANIFEST):
                return None
            told = manifest(folder, name)
        except (FileNotFoundError, UnicodeDecodeError, AlteredError):
            return None
    made = datetime.fromisoformat(str(told["made"]))
    made = made if made.tzinfo else made.replace(tzinfo=UTC)
    return Standing(name, made.astimezone(UTC), int(str(told["event"])), str(told["hash"]))


def _goes_on(folder: BackupFolder, one: Standing, later: Standing) -> bool:
    """Say whether the last event of a backup stands in another one; if that is damaged, too."""
    if one.event == 0:
        return True
    try:
        return event_hash(folder.of(later.name) / places.SNAPSHOT, one.event) == one.hash
    except AlteredError:
        return True


def _told(several: Sequence[Standing]) -> str:
    return "; ".join(
        f"{one.name} (vom {one.made:%d.%m.%Y %H:%M} UTC, {one.event} Ereignisse)"
        for one in several
    )
