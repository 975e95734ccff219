"""The same request sent again is done once, and answered as it was the first time."""

from dataclasses import dataclass
from typing import Protocol

from formservice.domain.errors import ConflictError, InputError

KEPT_S = 24 * 3600.0
"""So long an answer is kept; after that the key is new."""
LOST_S = 15 * 60.0
"""A request that has run for so long was ended with its program; sent again it is done again."""


class RunningError(ConflictError):
    """The same request is being done just now."""

    code = "idempotency.running"
    default_hint = "Bitte in einigen Sekunden noch einmal senden; dann kommt ihre Antwort."


class DoneError(ConflictError):
    """The same request was done before, and its answer is kept nowhere, for it held a secret."""

    code = "idempotency.done"
    default_hint = "Wer das Geheimnis nicht hat, erneuert es oder beginnt neu."


class ReusedError(InputError):
    """The key was used for another request before."""

    code = "idempotency.reused"
    default_hint = "Bitte für jede neue Anfrage einen neuen Schlüssel wählen."


@dataclass(frozen=True, slots=True)
class Once:
    """A request that is to be done once: whose, by which key, and the hash of all it says."""

    user: str
    key: str
    request: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered; it holds ids and states, no value of a form and no name."""

    status: int
    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A request of that key that was begun before: which, since when, and its answer if done."""

    request: str
    seconds: float
    answer: Answer | None


class Answers(Protocol):
    """Where answers are kept; each call is a transaction of its own."""

    def begin(self, once: Once) -> Begun | None:
        """Note that a request is being done; or return that it was begun before."""

    def again(self, once: Once, longer: float) -> bool:
        """Begin one anew that has run for longer than so many seconds; False if it is not so."""

    def end(self, once: Once, answer: Answer) -> None:
        """Keep the answer of a request that is done."""

    def drop(self, once: Once) -> None:
        """Forget a request that was not done, so that it may be sent again."""

    def tidied(self, older: float) -> int:
        """Forget what was begun more than so many seconds ago; return how many."""


class DoOnce:
    """The use case: lets a request in that is new, and returns the answer of one that is not."""

    def __init__(self, answers: Answers) -> None:
        """Keep answers there."""
        self._answers = answers

    def begun(self, once: Once) -> Answer | None:
        """Begin a request; return its answer if it was done before, None if it is to be done.

        Raises:
            ReusedError: the key belongs to another request.
            RunningError: the same request is being done just now.
        """
        known = self._answers.begin(once)
        if known is None:
            return None
        if known.request != once.request:
            raise ReusedError(
                "Dieser Idempotenzschlüssel wurde schon für eine andere Anfrage benutzt."
            )
        if known.answer is not None:
            return known.answer
        if known.seconds > LOST_S and self._answers.again(once, LOST_S):
            return None
        raise RunningError("Dieselbe Anfrage wird gerade bearbeitet.")

    def ended(self, once: Once, answer: Answer) -> None:
        """Keep the answer of a request that is done."""
        self._answers.end(once, answer)

    def dropped(self, once: Once) -> None:
        """Forget a request that was not done."""
        self._answers.drop(once)

    def tidied(self) -> int:
        """Forget answers that are too old; return how many."""
        return self._answers.tidied(KEPT_S)
