"""Taking in what came by itself: only what can be opened, each kept before it is told of."""

from collections.abc import Callable, Collection, Sequence

from formservice.application.ports_store import Kept
from formservice.application.receive import Sent
from formservice.domain.errors import ConflictError


class TakeIn:
    """The use case of folders and mailboxes, where nobody is there to be told at once."""

    def __init__(
        self,
        receive: Callable[[Sent], tuple[Kept, bool]],
        opened: Callable[[bytes], object],
    ) -> None:
        """Keep the use case ``receive``; ``opened`` raises an InputError if it cannot be."""
        self._receive = receive
        self._opened = opened

    def __call__(self, sent: Sent) -> tuple[Kept, bool]:
        """Keep a file and return its document; the second value says that it was known already.

        ``sent.id`` is how the way it came names this one sending: said again after a crash it is
        the same sending, which was not known before. Bytes that were sent before are known.

        Raises:
            InputError: it is of no kind that can be read, or cannot be opened; nothing is kept.
            StorageError: it is not kept, or nobody knows; taking it in again is harmless.
        """
        self._opened(sent.data)
        try:
            kept, known = self._receive(sent)
        except ConflictError:  # the same name for other bytes, as where numbers are used again
            anew = Sent(sent.data, sent.name, sent.source, sent.received)
            return self._receive(anew)
        return kept, known and kept.id != sent.id


def copies_elsewhere(sources: Collection[str], keep_days: int) -> Sequence[str]:
    """Return what to say, when documents are deleted, of copies where they came from.

    ``sources`` are those of the documents (``folder``, ``mail``).
    """
    told = []
    if "folder" in sources:
        told.append(
            "Im überwachten Ordner kann unter „erledigt“ noch eine Kopie liegen; „formservice"
            f" watch“ löscht sie {keep_days} Tage nach dem Eingang."
        )
    if "mail" in sources:
        told.append(
            "Im Postfach liegt die E-Mail noch unter „Erledigt“ oder „Fehler“:"
            " dort selbst löschen."
        )
    return told
