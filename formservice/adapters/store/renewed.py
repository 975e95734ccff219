"""Makes the words of all documents anew where another version of the normaliser made them."""

from collections.abc import Callable, Sequence

from formservice.adapters.store.store import Store, Work

_AT_ONCE = 200


def renewed(store: Store, told: Callable[[int], None] = lambda done: None) -> int:
    """Make words anew until all are of this version; return of how many documents.

    Others may write and search meanwhile, and it may be broken off: what is done stays. ``told``
    is called with how many are done.
    """
    count = 0

    def some(work: Work) -> Sequence[str]:
        documents = work.words.outdated(_AT_ONCE)
        work.words.again(documents)
        return documents

    while True:
        documents = store.written(some)
        if not documents:
            return count
        count += len(documents)
        told(count)
