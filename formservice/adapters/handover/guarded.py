"""A Zielsystem whose failures are its own: whatever happens there holds up no other."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from formservice.adapters.bugs import bug
from formservice.application.delivering import Zielsystem
from formservice.application.dossier import Dossier
from formservice.application.ports_delivery import Delivery, HandedFile, Receipt
from formservice.domain.errors import EngineError, FormServiceError


class Guarded:
    """A Zielsystem that raises nothing but errors raised on purpose."""

    def __init__(self, system: Zielsystem) -> None:
        """Guard ``system``."""
        self._system = system

    @property
    def awaits(self) -> float | None:
        """For how many seconds to wait for an answer; None if there is none."""
        return self._system.awaits

    def check(self) -> None:
        """Raise StorageError unless it can be reached."""
        self._system.check()

    def takes(self, whole: Dossier) -> bool:
        """Say whether a document is for this system."""
        return self._system.takes(whole)

    def hand_over(self, whole: Dossier, delivery: Delivery) -> Sequence[HandedFile]:
        """Hand a document over; what nobody expected is an EngineError."""
        with _on_purpose():
            return self._system.hand_over(whole, delivery)

    def receipt(self, delivery: Delivery) -> Receipt | None:
        """Return what the other side said; what nobody expected is an EngineError."""
        with _on_purpose():
            return self._system.receipt(delivery)


@contextmanager
def _on_purpose() -> Iterator[None]:
    try:
        yield
    except FormServiceError:
        raise
    except Exception as error:  # the next delivery may go well, to another system anyway
        raise EngineError(bug(error).message, "Bitte Muster und Ordner prüfen.") from None
