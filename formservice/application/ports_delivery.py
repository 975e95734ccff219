"""What is known of handing documents to other systems, and what keeps that, as protocols."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from formservice.domain.case import Author


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    OPEN = "open"
    DELIVERED = "delivered"
    CONFIRMED = "confirmed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file as it was handed over."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One version of a document on its way to a Zielsystem.

    ``process`` is a UUID that both sides know it by; ``tries`` how often somebody took it up, of
    these ``before`` before people had it tried again.
    """

    document: str
    zielsystem: str
    version: int
    process: str
    status: DeliveryStatus
    files: Sequence[HandedFile]
    error: str | None
    receipt: str | None
    created_at: float
    delivered_at: float | None
    confirmed_at: float | None
    tries: int
    before: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side says; ``taken`` None if it only has it. Its words may name people."""

    taken: bool | None
    told: str = ""


class Deliveries(Protocol):
    """Deliveries inside one transaction; every change has its event."""

    def plan(
        self, document: str, version: int, zielsystem: str, author: Author | None = None
    ) -> bool:
        """Note that a version has to go to a system; False if that is known.

        ``author`` is who wanted that, None for the service itself.
        """

    def claim(self, zielsysteme: Sequence[str], lease: float) -> Delivery | None:
        """Take what is due longest for these systems, for so many seconds."""

    def delivered(
        self, delivery: Delivery, files: Sequence[HandedFile], again_in: float | None
    ) -> bool:
        """Note that it lies there; ``again_in`` says when to look for an answer. False if lost."""

    def told(self, delivery: Delivery, receipt: Receipt, again_in: float | None) -> bool:
        """Note what the other side said; False if the claim is lost."""

    def waits(self, delivery: Delivery, error: str | None, again_in: float) -> bool:
        """Note that there is no answer yet, or no success; False if the claim is lost."""

    def failed(self, delivery: Delivery, error: str) -> bool:
        """Note that people have to look at it; False if the claim is lost."""

    def retry(self, document: str, author: Author | None = None) -> int:
        """Begin anew with what failed of a document; return how many deliveries that are.

        What the other side refused gets a process of its own: the old answer is not for it.
        """

    def mixed(self, document: str, originals: Collection[str]) -> Collection[str]:
        """Return those of a document's files that hold pages of other documents."""

    def listed(self, status: Sequence[DeliveryStatus] = (), most: int = 100) -> Sequence[Delivery]:
        """Return deliveries, the oldest first."""

    def standing(self) -> Mapping[tuple[str, str], int]:
        """Return how many deliveries stand where, by system and status."""
