"""Deadlines as a calendar that other programs fetch: kinds and case numbers, nobody's name."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from formservice.application.calendar import Entry

_OURS = uuid.UUID("6f2d7c1e-3b53-4a6f-9c0e-0d6a5b8f4c11")
_AGAIN = timedelta(hours=6)


def feed(entries: Sequence[Entry], name: str, pages: str) -> bytes:
    """Return a calendar (RFC 5545) called ``name``; ``pages`` is where the service is reached.

    It stays with mail programs and telephones: it says what kind of deadline there is, and of
    which case by the office's own number or its id, so that only those who may sign in learn
    whose it is.
    """
    made = Calendar()
    made.add("prodid", "-//formservice//Termine//DE")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", _AGAIN, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT6H")
    for one in entries:
        made.add_component(_event(one, pages))
    return bytes(made.to_ical())


def _event(one: Entry, pages: str) -> Event:
    event = Event()
    event.add("uid", f"{uuid.uuid5(_OURS, one.id)}@formservice")
    # The same entry is the same to the byte, however often it is fetched.
    event.add("dtstamp", datetime(one.day.year, one.day.month, one.day.day, tzinfo=UTC))
    event.add("dtstart", one.day)
    event.add("dtend", one.day + timedelta(days=1))
    about = one.number or (one.case or one.document or "")[:8]
    event.add("summary", f"Frist: {one.title} (Fall {about})" if about else one.title)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    if one.case is not None:
        event.add("url", f"{pages}/faelle/{one.case}")
    return event
