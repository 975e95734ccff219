"""Makes the words of all documents anew where another version of the normaliser made them."""

from collections.abc import Callable

from formservice.adapters.store.store import Store

_AT_ONCE = 200


def renewed(store: Store, told: Callable[[int], None] = lambda done: None) -> int:
    """Make words anew until all are of this version; return of how many documents.

    Others may write and search meanwhile, and it may be broken off: what is done stays. ``told``
    is called with how many are done.
    """
    count = 0
    while True:
        with store.work() as work:
            documents = work.words.outdated(_AT_ONCE)
            work.words.again(documents)
        if not documents:
            return count
        count += len(documents)
        told(count)
