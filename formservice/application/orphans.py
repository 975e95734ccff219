"""Originals that no document names: a crash came between keeping the bytes and writing the row.

Their senders were never told that they are kept. They may hold a form that nobody knows of, and so
cannot be deleted with it.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from formservice.application.ports_store import Originals, Store

# Who has put bytes writes their row within seconds, or never.
AGE_S = 24 * 3600.0
_AT_ONCE = 500


def swept(store: Store, originals: Originals, older: float = AGE_S) -> int:
    """Take away originals that no document names and nobody put lately; return how many."""
    count = 0
    for some in _some(originals.names(older)):
        with store.look() as work:
            unknown = work.documents.unknown(some)
        for one in unknown:
            originals.delete(one, older)
            count += 1
    return count


def _some(names: Iterator[str]) -> Iterator[Sequence[str]]:
    while some := list(islice(names, _AT_ONCE)):
        yield some
