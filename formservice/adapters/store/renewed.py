"""Makes anew what lists and searches have of documents, where another version made it."""

from collections.abc import Callable, Sequence

from formservice.adapters.store.store import Store, Work

_AT_ONCE = 200


def goals_renewed(store: Store) -> int:
    """Read goals anew where definitions say otherwise by now; return of how many documents.

    Others may write meanwhile, and it may be broken off: what is done stays.

    Raises:
        DefinitionError: the definitions are damaged; goals stay as they are.
    """
    count, after = 0, ""

    def some(work: Work) -> Sequence[str]:
        documents = work.goals.outdated(after, _AT_ONCE)
        work.goals.again(documents)
        return documents

    # Each once only: of one that was changed behind our back nothing gets better by trying.
    while documents := store.written(some):
        count, after = count + len(documents), documents[-1]
    return count


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
