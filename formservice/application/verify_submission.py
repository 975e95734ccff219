"""Holds what was handed in of a document against the events that tell of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias  # the body of an event is any JSON

from formservice.application.ports_portal import SUBMITTED
from formservice.application.ports_proof import Account
from formservice.domain.chain import salted

Told: TypeAlias = tuple[str, str, float, Mapping[str, Any]]
"""An event: its type, who did it, when (seconds since 1970), and what it says."""


def submissions(kept: Account, events: Sequence[Told], salt: str) -> Iterator[str]:
    """Yield what is not as the events of handing in tell, as German sentences."""
    told = {
        str(body.get("submission")): (
            body.get("version"),
            author,
            body.get("record"),
            body.get("original"),
            at,
        )
        for type_, author, at, body in events
        if type_ == SUBMITTED
    }
    found = {
        one.id: (
            one.version,
            one.user,
            salted(salt, one.sha256),
            one.original and salted(salt, one.original),
            one.at,
        )
        for one in kept.submissions
    }
    if told.keys() - found.keys():
        yield "Eine Einreichung fehlt, von der ein Ereignis erzählt."
    if found.keys() - told.keys():
        yield "Von einer Einreichung erzählt kein Ereignis."
    if any(found[one] != told[one] for one in told.keys() & found.keys()):
        yield "Eine Einreichung steht anders da, als ihr Ereignis erzählt."
