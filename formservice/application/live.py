"""How far work on a document is, as people who wait for it are shown: told while it happens."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass
from typing import Protocol

from formservice.application.ports_store import Author

_AT_WORK = ("ready", "running")


@dataclass(frozen=True, slots=True)
class Glimpse:
    """Where a document stands at one moment.

    ``code`` is what its worker told last (``pages``) with ``done`` of ``total``, None if it has
    told nothing yet; ``parts`` how many forms were found in it, if it holds several.
    """

    document: str
    stage: str
    status: str
    state: str
    version: int
    code: str | None = None
    done: int | None = None
    total: int | None = None
    parts: int = 0

    @property
    def finished(self) -> bool:
        """Whether no worker has anything left to do with it."""
        return self.status not in _AT_WORK

    @property
    def failed(self) -> bool:
        """Whether it was put aside because no worker got through with it."""
        return self.status == "failed"


class Live(Protocol):
    """Looks at many documents at once."""

    def visible(self, documents: Collection[str], viewer: Author) -> Collection[str]:
        """Return those of so many documents that ``viewer`` may see."""

    def now(self, documents: Collection[str]) -> Mapping[str, Glimpse]:
        """Return where so many documents stand, by their ids; none for what is not there."""


def mark(glimpses: Collection[Glimpse]) -> str:
    """Return what names exactly this view of some documents, so that it is told only once."""
    told = repr(sorted(map(astuple, glimpses), key=str))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
