"""What of all that was read from a file is a document, and what is none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # readings have the shape of the JSON contract

from formservice.application.ports_store import Found, PageOf
from formservice.domain.findings import FindingCode

# Nobody has to look at these: they are in no document.
_ASIDE = ([FindingCode.PAGE_BLANK], [FindingCode.PAGE_SEPARATOR])


@dataclass(frozen=True, slots=True)
class Sorted:
    """The documents that a file holds, and what else was read from it."""

    found: Sequence[Found]
    aside: Sequence[Mapping[str, Any]]


def sorted_out(readings: Sequence[Mapping[str, Any]], sha256: str) -> Sorted:
    """Sort what was read from the file ``sha256``."""
    return Sorted(
        [Found(pages_of(one, sha256), one) for one in readings if not is_aside(one)],
        [one for one in readings if is_aside(one)],
    )


def is_aside(reading: Mapping[str, Any]) -> bool:
    """Say whether what was read is no document of its own.

    That is an empty back, a separator sheet, or pages of a document that stands with another file.
    """
    codes = [one["code"] for one in reading.get("findings") or ()]
    return "part_of" in reading or (not reading.get("form") and codes[:1] in _ASIDE)


def pages_of(reading: Mapping[str, Any], sha256: str) -> list[PageOf]:
    """Return where the pages of a document stand, which may be in several files."""
    places: Iterable[Mapping[str, Any]] = reading.get("pages") or (
        {"sha256": sha256, "page": page} for page in reading.get("page_numbers") or ()
    )
    return [PageOf(one["sha256"], one["page"]) for one in places]
