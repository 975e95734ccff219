"""Originals that no document names: a crash came between keeping the bytes and writing the row.

Their senders were never told that they are kept. They may hold a form that nobody knows of, and so
cannot be deleted with it. But a database that was lost, emptied or restored from an older backup
knows nothing of originals either: what it cannot know, and what is too much for a crash, stays
until a person says what it is.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from formservice.application.ports_deletion import Erasable
from formservice.application.ports_store import Originals, Store

# Who has put bytes writes their row within seconds, or never.
AGE_S = 24 * 3600.0
_AT_ONCE = 500
# More than this at once, and more than a tenth of all, no crash leaves behind.
_FEW = 50


@dataclass(frozen=True, slots=True)
class Orphans:
    """Originals that no document names; ``before``: kept before this database knew of anything."""

    since: Sequence[str]
    before: Sequence[str]
    known: int

    @property
    def are_a_crash_s(self) -> bool:
        """Say whether all of them can be what crashes left, and nothing that was lost."""
        return not self.before and len(self.since) <= max(_FEW, self.known // 10)


def orphans(store: Store, originals: Originals, now: float, older: float = AGE_S) -> Orphans:
    """Return the originals that no document names and nobody put within ``older`` seconds.

    ``now`` is the time in seconds since 1970.
    """
    known, unknown = 0, list[str]()
    for some in _some(originals.names(older)):
        with store.look() as work:
            new = work.documents.unknown(some)
        unknown += new
        known += len(some) - len(new)
    if not unknown:
        return Orphans((), (), known)
    with store.look() as work:
        began = work.events.began()
    before = set(unknown)
    if began is not None:
        before &= set(originals.names(max(older, now - began)))
    return Orphans([one for one in unknown if one not in before], sorted(before), known)


class Kept(Store, Erasable, Protocol):
    """Where documents are looked for, and kept from being named."""


def swept(
    store: Kept,
    originals: Originals,
    now: float,
    left: Callable[[Orphans], object],
    older: float = AGE_S,
) -> int:
    """Take away what crashes left; return how many. ``left`` hears of what is none of that."""
    found = orphans(store, originals, now, older)
    if not found.are_a_crash_s:
        left(found)
        return 0
    return sum(_is_gone(store, originals, one, older) for one in found.since)


def _is_gone(store: Erasable, originals: Originals, one: str, older: float) -> bool:
    """Take bytes away unless somebody names them by now, and let nobody do so meanwhile."""
    with store.erasing() as work:
        return not work.is_named(one) and originals.delete(one, older)


def _some(names: Iterator[str]) -> Iterator[Sequence[str]]:
    while some := list(islice(names, _AT_ONCE)):
        yield some
