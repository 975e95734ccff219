"""Ticks and signatures of a document, and how they come to be in doubt."""

from collections.abc import Collection
from typing import Any  # records have the shape of the JSON contract

from formservice.application.ports_store import SERVICE
from formservice.bootstrap.web import WebServices


def doubted(house: WebServices, document: str, keys: Collection[str]) -> None:
    """Let marks of a document be in doubt, as those of a poor scan are."""
    with house.store.work() as work:
        newest = work.documents.newest(document)
        reading: dict[str, Any] = dict(newest.reading)
        reading["fields"] = {
            key: {**one, "accepted": False, "doubts": ["ambiguous-mark"]} if key in keys else one
            for key, one in reading["fields"].items()
        }
        reading["findings"] = [
            *reading["findings"],
            *(
                {
                    "code": "field.doubtful",
                    "severity": "asks",
                    "field": key,
                    "rule": None,
                    "message": "Bitte vergleichen.",
                    "overridable": False,
                }
                for key in keys
            ),
        ]
        work.documents.save(document, newest.version, reading, SERVICE)


def marks_of(house: WebServices, document: str) -> list[str]:
    """Return the choices of a document that were read as ticked."""
    with house.store.look() as work:
        fields: Any = work.documents.newest(document).reading["fields"]
    return [key for key, one in fields.items() if one["method"] == "mark" and one["value"]]
