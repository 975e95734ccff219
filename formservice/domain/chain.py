"""Events that prove each other: one that was changed, left out or put in breaks the chain."""

import hashlib
import json
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


@dataclass(frozen=True, slots=True)
class Head:
    """How far the chain was when a day began, kept apart from it.

    ``day`` is the day in the office's time zone, ``seq`` and ``hash`` those of the last event,
    ``count`` how many events there were.
    """

    day: str
    seq: int
    hash: str
    count: int


def sealed(
    seq: int,
    at: float,
    what: tuple[str, str | None, str],
    body: Mapping[str, object],
    previous: str,
) -> Link:
    """Return the event ``what`` (type, document, author) at second ``at``, with its hash."""
    told = moment(at)
    type_, document, author = what
    return Link(
        seq, told, type_, document, author, body, previous, _hash(seq, told, what, body, previous)
    )


def moment(at: float) -> str:
    """Return second ``at`` as events have it: in UTC, wherever the clock hangs."""
    return (
        datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def seconds(at: str) -> float:
    """Return when an event was, as rows have it that were written with it."""
    return datetime.fromisoformat(at).timestamp()


def is_sound(link: Link, previous: str) -> bool:
    """Say whether an event is as it was written, after the event with hash ``previous``."""
    return link.previous == previous and is_unchanged(link)


def is_unchanged(link: Link) -> bool:
    """Say whether an event is as it was written, whatever stands before it."""
    what = (link.type, link.document, link.author)
    try:
        return link.hash == _hash(link.seq, link.at, what, link.body, link.previous)
    except ValueError:  # nothing that anybody could have written
        return False


def written(body: Mapping[str, object]) -> str:
    """Return the body of an event as it is kept: as text, with nothing that could be elsewise."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


def read(body: str) -> Mapping[str, object] | None:
    """Return the body of an event, None if it is not as ``written`` writes it."""
    try:
        found = json.loads(body)
        return found if isinstance(found, dict) and written(found) == body else None
    except (ValueError, RecursionError):
        return None


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
