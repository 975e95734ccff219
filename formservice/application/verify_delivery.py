"""Holds what was handed to other systems against the events that tell of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any  # the body of an event is any JSON

from formservice.application.ports_delivery import DeliveryStatus
from formservice.application.ports_proof import Account
from formservice.domain.canonical import digest
from formservice.domain.chain import salted

_STATUS: Mapping[str, str] = {
    "delivery.planned": DeliveryStatus.OPEN,
    "delivery.retried": DeliveryStatus.OPEN,
    "delivery.made": DeliveryStatus.DELIVERED,
    "delivery.confirmed": DeliveryStatus.CONFIRMED,
    "delivery.failed": DeliveryStatus.FAILED,
}
_BEGIN = ("delivery.planned", "delivery.retried")


def deliveries(
    kept: Account, events: Sequence[tuple[str, Mapping[str, Any]]], salt: str
) -> Iterator[str]:
    """Yield what is not as the events (their type and body) of a document tell."""
    told: dict[tuple[object, object], dict[str, object]] = {}
    for type_, body in events:
        if not type_.startswith("delivery."):
            continue
        key = (body.get("zielsystem"), body.get("version"))
        one = told.setdefault(key, {"files": salted(salt, digest([]))})
        one["status"] = _STATUS.get(type_, one.get("status"))
        one["receipt"] = body.get("receipt", None if type_ in _BEGIN else one.get("receipt"))
        one["files"] = body.get("handed", one["files"])
    found: dict[tuple[object, object], dict[str, object]] = {
        (one.zielsystem, one.version): {
            "status": one.status,
            "receipt": None if one.receipt is None else salted(salt, one.receipt),
            "files": salted(salt, digest(json.loads(one.files))),
        }
        for one in kept.deliveries
    }
    words = {
        "status": "Der Stand",
        "receipt": "Die Antwort",
        "files": "Die Liste der Dateien",
    }
    for system, version in told.keys() | found.keys():
        which = f"der Übergabe an „{system}“, Fassung {version},"
        if (system, version) not in found:
            yield f"Die Zeile {which} fehlt."
        elif (system, version) not in told:
            yield f"Von {which} erzählt kein Ereignis."
        else:
            pair = (found[system, version], told[system, version])
            yield from (
                f"{words[key]} {which} ist verändert."
                for key in words
                if pair[0][key] != pair[1].get(key)
            )
