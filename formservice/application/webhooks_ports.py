"""What telling other programs needs: who is told, what waits to be told, and who carries it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol  # what is to be sent has the shape of JSON

from formservice.application.ports_store import Events


class Outcome(StrEnum):
    """What became of a notice."""

    WAITING = ""
    SENDING = "sending"
    SENT = "sent"
    GIVEN_UP = "given-up"
    REMOVED = "removed"  # nobody wants it any more


@dataclass(frozen=True, slots=True)
class Webhook:
    """Who is told of what: an address, and types of notices; ``since`` in seconds since 1970."""

    id: str
    url: str
    types: tuple[str, ...]
    active: bool
    since: float
    user: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell a webhook, held by who took it; ``tries`` counts this one.

    ``type`` is what happened, ``at`` when (ISO), ``data`` of which document.
    """

    id: str
    webhook: str
    type: str
    at: str
    data: Mapping[str, Any]
    tries: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice as the log shows it: what became of it, and how the last try ended.

    ``told`` is the HTTP status that the other side answered with, or a code of why it did not.
    ``due`` is when it is tried again, ``done`` when it was settled, in seconds since 1970.
    """

    id: str
    type: str
    at: str
    document: str | None
    outcome: Outcome
    tries: int
    told: str
    due: float
    done: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How many notices of a webhook wait, were sent lately, and were given up."""

    waiting: int = 0
    sent: int = 0
    given_up: int = 0


class CallError(Exception):
    """A notice did not arrive; ``code`` says why."""

    def __init__(self, code: str) -> None:
        """Keep the code: ``timeout``, ``connection``, ``tls``, ``host``, ``answer``."""
        super().__init__(code)
        self.code = code


class Caller(Protocol):
    """Carries notices to other programs."""

    def refuse(self, url: str) -> None:
        """Raise UsageError for an address that this installation sends nothing to."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Send and return the HTTP status of the answer; CallError if there is none."""


class Webhooks(Protocol):
    """Who is told, inside one transaction; every change writes its event."""

    def all(self) -> Sequence[Webhook]:
        """Return all, the first registered first."""

    def get(self, webhook: str) -> Webhook:
        """Return one; NotFoundError if there is none of that id."""

    def add(self, webhook: Webhook, secret: str) -> None:
        """Register one."""

    def remove(self, webhook: str) -> None:
        """Forget one, and what waits for it."""

    def turn(self, webhook: str, *, active: bool) -> None:
        """Let one be told, or not."""

    def renew(self, webhook: str, secret: str, overlap: float) -> None:
        """Give one a new secret; the former counts for so many seconds more."""

    def secrets(self, webhook: str) -> Sequence[str]:
        """Return the secrets that count now, the newest first; none if we cannot open them."""


class Notices(Protocol):
    """What waits to be told, inside one transaction; who lost it to another writes nothing."""

    def put(self, name: str, webhook: str, type_: str, at: str) -> None:
        """Write a notice about no document, to be told at once."""

    def is_due(self) -> bool:
        """Say whether anything is due."""

    def claim(self, lease: float, most: int) -> Sequence[Notice]:
        """Take what is due, for so many seconds."""

    def claim_one(self, name: str, lease: float) -> Notice | None:
        """Take this one, due or not; None if it is told or being told."""

    def done(self, notice: Notice, outcome: Outcome, told: str) -> None:
        """Note what became of it."""

    def later(self, notice: Notice, seconds: float, told: str) -> None:
        """Give it back after a try, due in so many seconds."""

    def postponed(self, notice: Notice, seconds: float) -> None:
        """Give it back without a try."""

    def log(self, webhook: str, most: int) -> Sequence[Delivery]:
        """Return the last notices of a webhook, the newest first."""

    def standing(self) -> Mapping[str, Standing]:
        """Return how many notices there are, by webhook."""

    def tidied(self, older: float) -> int:
        """Forget what was settled more than so many seconds ago; return how many."""


class Unit(Protocol):
    """One transaction, as far as telling others goes."""

    @property
    def events(self) -> Events:
        """The chain of events."""

    @property
    def webhooks(self) -> Webhooks:
        """Who is told."""

    @property
    def notices(self) -> Notices:
        """What waits to be told."""


class WebhookStore(Protocol):
    """Where an installation keeps whom it tells, and what."""

    def work(self) -> AbstractContextManager[Unit]:
        """Open a transaction that writes."""

    def look(self) -> AbstractContextManager[Unit]:
        """Open a transaction that only reads."""
