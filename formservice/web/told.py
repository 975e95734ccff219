"""Values as pages tell them: times of the office, formats, what became of a deadline."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any  # filters take what templates have

from formservice.application.terms import MET
from formservice.domain.frist import OFFICE_TIME

_FORMATS = {"docx": "Word", "pdf": "PDF"}
MEDIA_TYPES: Mapping[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
"""What browsers and programs call our formats."""


def office_time(seconds: float, pattern: str = "%d.%m.%Y, %H:%M Uhr") -> str:
    """Return a point in time (seconds since 1970) as the office's clock and calendar tell it."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(OFFICE_TIME).strftime(pattern)


def utc_time(at: str) -> str:
    """Return the time of an event as the office's clock tells it."""
    return office_time(datetime.fromisoformat(at).timestamp())


def day(when: date | str | float | None) -> str:
    """Return a day as people write it: of a date, of ISO text, of a point in time; of none, ""."""
    if isinstance(when, float):
        return office_time(when, "%d.%m.%Y")
    if not when:
        return ""
    told = date.fromisoformat(when[:10]) if isinstance(when, str) else when
    return told.strftime("%d.%m.%Y")


def clock(seconds: float) -> str:
    """Return a point in time (seconds since 1970) as a clock in the office shows it."""
    return office_time(seconds, "%H:%M:%S")


def told_apart(user: str) -> str:
    """Return what tells people apart in a page without saying who they are."""
    return hashlib.sha256(user.encode()).hexdigest()[:12]


FILTERS: Mapping[str, Callable[..., Any]] = {
    "day": day,
    "office_time": office_time,
    "utc_time": utc_time,
    "format_name": lambda name: _FORMATS.get(name, name),
    "told_apart": told_apart,
    "met_name": lambda met: MET[met],
}
