"""Messages that the office writes again and again when it gives a form back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from formservice.application.ports_store import Author


@dataclass(frozen=True, slots=True)
class Message:
    """A message to begin with: what it is called in a list, and its text."""

    id: str
    title: str
    body: str


class Messages(Protocol):
    """Keeps them; every change has its event."""

    def all(self) -> Sequence[Message]:
        """Return all messages by title."""

    def save(self, message: Message, author: Author) -> None:
        """Keep a message under its id; UsageError without title or text."""

    def remove(self, id_: str, author: Author) -> None:
        """Take a message away."""
