"""Sending what waits in the outbox: answers at most once, reminders at least once."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from formservice.application.ports_mail import (
    ANSWER,
    NOTICE,
    REMINDER,
    Item,
    MailStore,
    Outcome,
    Outgoing,
    Post,
    RefusedError,
    UncertainError,
)
from formservice.domain.errors import EngineError

SUBJECT = "Eingangsbestätigung"
_LEASE_S = 300.0
_MOST_TRIES = 12
# A server that does not know us yet asks for some minutes; who has no room left holds up nobody.
_PATIENT_TRIES = 3
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 60.0, 4 * 3600.0
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Gone:
    """What became of a mail: its kind, how many entries it told of, and the receipt.

    ``missed`` are the addresses of the installation's own settings that did not get it.
    """

    kind: str
    count: int
    receipt: str
    missed: Sequence[str] = ()


class Sending:
    """Takes what is due from the outbox and hands it to the server."""

    def __init__(
        self,
        store: MailStore,
        posting: Callable[[], AbstractContextManager[Post]],
        reminders: Sequence[str],
        now: Callable[[], datetime],
    ) -> None:
        """Send through what ``posting`` opens; ``reminders`` are who is told of deadlines."""
        self._store = store
        self._posting = posting
        self._readers = reminders
        self._now = now

    def gone(self) -> Iterator[Gone]:
        """Yield what became of everything that is due; EngineError if the server is away."""
        yield from self._answers()
        yield from self._notices()
        if self._readers:
            yield from self._reminders()

    def _answers(self) -> Iterator[Gone]:
        while items := self._claimed(ANSWER, 1):
            (one,) = items
            if one.uncertain:  # the program ended while it was sent: never twice
                yield self._ended(items, ANSWER, Outcome.UNCERTAIN)
                continue
            body = one.body
            mail = Outgoing(one.id, [body["to"]], SUBJECT, body["text"], body["about"])
            yield self._sent(items, ANSWER, mail)

    def _notices(self) -> Iterator[Gone]:
        """Send what is for one reader; sent again it has the same id."""
        while items := self._claimed(NOTICE, 1):
            (one,) = items
            body = one.body
            yield self._sent(
                items, NOTICE, Outgoing(one.id, [body["to"]], body["subject"], body["text"])
            )

    def _reminders(self) -> Iterator[Gone]:
        """Send one mail for all deadlines that are due; those that are over need none."""
        while items := self._claimed(REMINDER, _AT_ONCE):
            still = self._still_open(items)
            over = [one for one in items if one not in still]
            if over:
                yield self._ended(over, REMINDER, Outcome.OUTDATED)
            if still:
                # Sent again it has the same id, as long as it tells of the same.
                name = uuid.uuid5(uuid.NAMESPACE_OID, "/".join(one.id for one in still))
                told = (f"{len(still)} Fristen enden", "Eine Frist endet")[len(still) == 1]
                patient = max(one.tries for one in still) <= _PATIENT_TRIES
                mail = Outgoing(
                    str(name),
                    self._readers,
                    f"{told} bald",
                    reminder_text(still),
                    patient=patient,
                )
                yield self._sent(still, REMINDER, mail)

    def _still_open(self, items: Sequence[Item]) -> Sequence[Item]:
        today = self._now().date()
        with self._store.look() as work:
            undecided = work.outbox.undecided([one.document for one in items if one.document])
        return [
            one
            for one in items
            if one.document in undecided and date.fromisoformat(one.body["due"]) >= today
        ]

    def _sent(self, items: Sequence[Item], kind: str, mail: Outgoing) -> Gone:
        try:
            with self._posting() as post:
                missed = post.send(mail, self._now())
        except RefusedError:
            return self._ended(items, kind, Outcome.REFUSED, mail.to if kind == REMINDER else ())
        except UncertainError:
            if kind == ANSWER:
                return self._ended(items, kind, Outcome.UNCERTAIN)
            return self._later(items, kind)
        except EngineError:
            gone = self._later(items, kind)
            if gone.receipt == Outcome.GIVEN_UP:
                return gone
            raise
        return self._ended(items, kind, Outcome.PARTLY if missed else Outcome.SENT, missed)

    def _claimed(self, kind: str, most: int) -> Sequence[Item]:
        with self._store.work() as work:
            return work.outbox.claim(kind, _LEASE_S, most)

    def _ended(
        self, items: Sequence[Item], kind: str, receipt: Outcome, missed: Sequence[str] = ()
    ) -> Gone:
        with self._store.work() as work:
            held = work.outbox.done(items, receipt)
        return Gone(kind, held, receipt, missed)

    def _later(self, items: Sequence[Item], kind: str) -> Gone:
        tries = max(one.tries for one in items)
        if tries >= _MOST_TRIES:
            return self._ended(items, kind, Outcome.GIVEN_UP)
        pause = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** (tries - 1))
        with self._store.work() as work:
            held = work.outbox.later(items, pause)
        return Gone(kind, held, Outcome.LATER)


def reminder_text(items: Sequence[Item]) -> str:
    """Return what a reminder says: ids and days, nothing that stands in a form."""
    lines = ["Diese Fristen enden bald, und über die Vorgänge ist noch nicht entschieden:", ""]
    for one in sorted(items, key=lambda one: (one.body["due"], one.id)):
        day = date.fromisoformat(one.body["due"])
        lines.append(f"- {day:%d.%m.%Y}: Frist „{one.body['key']}“, Vorgang {one.document}")
    lines += ["", "„formservice archive show KENNUNG“ zeigt einen Vorgang."]
    return "\n".join(lines) + "\n"
