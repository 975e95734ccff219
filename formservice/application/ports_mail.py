"""What is sent by mail, what keeps it until then, and what became of it, as protocols."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol  # what is to be sent has the shape of JSON

ANSWER, REMINDER, NOTICE = "mail", "deadline", "notice"
KINDS = (ANSWER, REMINDER, NOTICE)
"""What of the outbox goes by mail: answers to senders, reminders of deadlines, invitations."""


class Outcome(StrEnum):
    """What became of something to send; kept with it, and shown."""

    SENT = "sent"
    PARTLY = "partly"  # some of those it was for did not get it
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    GIVEN_UP = "given-up"
    OUTDATED = "outdated"  # there is nothing to tell any more
    TOO_MANY = "too-many"  # one address had its share of answers for this day
    DELETED = "deleted"  # a document it told of is deleted
    LATER = "later"  # never kept: it waits


class RefusedError(Exception):
    """The server will never take this mail."""


class UncertainError(Exception):
    """The connection broke after the mail was handed over and before the server said so."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something to send, held by who took it. ``uncertain``: it may have been sent before."""

    id: str
    document: str | None
    body: Mapping[str, Any]
    tries: int
    uncertain: bool


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail to send: its own id, to whom, what, and which mail it answers.

    A ``patient`` one goes to nobody as long as the server asks for time for one of its readers.
    """

    id: str
    to: Sequence[str]
    subject: str
    text: str
    about: str = ""
    patient: bool = False


class Outbox(Protocol):
    """What waits to be sent, inside one transaction; who lost it to another writes nothing."""

    def claim(self, kind: str, lease: float, most: int) -> Sequence[Item]:
        """Take what is due, for so many seconds."""

    def done(self, items: Collection[Item], receipt: str) -> int:
        """Note what became of it; return how many were still held."""

    def later(self, items: Collection[Item], seconds: float) -> int:
        """Give it back, not sent, due in so many seconds; return how many were still held."""

    def undecided(self, documents: Collection[str]) -> Collection[str]:
        """Return which of these documents still wait for a decision."""


class Unit(Protocol):
    """One transaction, as far as mail goes."""

    @property
    def outbox(self) -> Outbox:
        """What waits to be sent."""


class MailStore(Protocol):
    """Where an installation keeps what it has to send."""

    def work(self) -> AbstractContextManager[Unit]:
        """Open a transaction that writes."""

    def look(self) -> AbstractContextManager[Unit]:
        """Open a transaction that only reads."""


class Post(Protocol):
    """An open connection that mail goes out through."""

    def send(self, mail: Outgoing, now: datetime) -> Sequence[str]:
        """Hand a mail over; return the addresses that the server does not take.

        Raises:
            RefusedError: the server refuses it for good, for everybody.
            UncertainError: nobody knows whether it went.
            EngineError: it certainly did not go, and may another time.
        """
