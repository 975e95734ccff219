"""The same request sent again is done once, and answered as it was the first time."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from formservice.domain.errors import ConflictError, InputError

KEPT_S = 24 * 3600.0
"""So long an answer is kept; after that the key is new."""
LEASE_S = 30.0
"""A request that has not been renewed for so long was ended with its program."""
RENEWED_S = LEASE_S / 3
"""So often who does a request says that it goes on; two of these may fail."""


RUNNING = "Dieselbe Anfrage wird gerade bearbeitet."


class RunningError(ConflictError):
    """The same request is being done just now."""

    code = "idempotency.running"
    default_hint = (
        "Bitte in einigen Sekunden noch einmal senden, bis zu einer Minute lang: Dann kommt ihre"
        " Antwort."
    )


class LostError(ConflictError):
    """The program ended while it did this request, and something of it was written before."""

    code = "idempotency.lost"
    default_hint = (
        "Bitte nachsehen, was gilt; was noch fehlt, mit einem neuen Schlüssel noch einmal senden."
    )


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
    """A request of that key that was begun before: which, and its answer if done.

    ``seconds`` ago somebody said the last time that it goes on; ``written`` if something of it is.
    """

    request: str
    seconds: float
    answer: Answer | None
    written: bool = False


@dataclass(slots=True)
class Deed:
    """A request while it is done here; ``written`` when something of it was committed."""

    once: Once
    written: bool = False


class Answers(Protocol):
    """Where answers are kept; each call is a transaction of its own."""

    def begin(self, once: Once) -> Begun | None:
        """Note that a request is being done; or return that it was begun before."""

    def again(self, once: Once, longer: float) -> bool:
        """Begin one anew that has run for longer than so many seconds; False if it is not so."""

    def goes_on(self, once: Once) -> None:
        """Note that a request is still being done."""

    def within(self, deed: Deed) -> AbstractContextManager[None]:
        """Let every transaction of this context note with what it writes that it wrote.

        RunningError from one if somebody else has taken the request over and written.
        """

    def end(self, once: Once, answer: Answer) -> None:
        """Keep the answer of a request that is done."""

    def drop(self, deed: Deed) -> None:
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
            LostError: who did it has ended, after some of it was written.
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
        if known.seconds > LEASE_S and known.written:
            raise LostError(
                "Die Bearbeitung dieser Anfrage brach ab, nachdem schon etwas gespeichert war."
            )
        if known.seconds > LEASE_S and self._answers.again(once, LEASE_S):
            return None
        raise RunningError(RUNNING)

    def goes_on(self, once: Once) -> None:
        """Say that a request is still being done; every ``RENEWED_S`` while it is."""
        self._answers.goes_on(once)

    def within(self, deed: Deed) -> AbstractContextManager[None]:
        """Do in this context what a request asks for.

        What it writes and that it has written hold together: who takes a request over knows.
        """
        return self._answers.within(deed)

    def ended(self, once: Once, answer: Answer) -> None:
        """Keep the answer of a request that is done."""
        self._answers.end(once, answer)

    def dropped(self, deed: Deed) -> None:
        """Forget a request that was not done."""
        self._answers.drop(deed)

    def tidied(self) -> int:
        """Forget answers that are too old; return how many."""
        return self._answers.tidied(KEPT_S)
