"""Events that prove each other: one that was changed, left out or put in breaks the chain."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from formservice.domain.canonical import digest

FIRST = "0" * 64
"""What stands for the event before the first."""


@dataclass(frozen=True, slots=True)
class Link:
    """One event; ``body`` holds ids, types and salted hashes, never a value of a form.

    ``at`` is the time in UTC as text, to the millisecond. ``hash`` is the SHA-256 of everything
    else in canonical JSON, ``previous`` that of the event before.
    """

    seq: int
    at: str
    type: str
    document: str | None
    author: str
    body: Mapping[str, object]
    previous: str
    hash: str


def sealed(
    seq: int,
    at: float,
    what: tuple[str, str | None, str],
    body: Mapping[str, object],
    previous: str,
) -> Link:
    """Return the event ``what`` (type, document, author) at second ``at``, with its hash."""
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    told = moment.replace("+00:00", "Z")
    type_, document, author = what
    return Link(
        seq, told, type_, document, author, body, previous, _hash(seq, told, what, body, previous)
    )


def is_sound(link: Link, previous: str) -> bool:
    """Say whether an event is as it was written, after the event with hash ``previous``."""
    what = (link.type, link.document, link.author)
    return link.previous == previous and link.hash == _hash(
        link.seq, link.at, what, link.body, previous
    )


def salted(salt: str, value: str) -> str:
    """Return what proves a value to those who know it, and tells nothing once the salt is gone."""
    return hashlib.sha256(f"{salt}\n{value}".encode()).hexdigest()


def _hash(
    seq: int,
    at: str,
    what: tuple[str, str | None, str],
    body: Mapping[str, object],
    previous: str,
) -> str:
    type_, document, author = what
    return digest(
        {
            "seq": seq,
            "at": at,
            "type": type_,
            "document": document,
            "author": author,
            "body": dict(body),
            "previous": previous,
        }
    )
