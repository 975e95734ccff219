"""Sending what waits in the outbox: answers at most once, reminders at least once."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from formservice.adapters.inbox.accounts import MailAccount, Server
from formservice.adapters.inbox.answer import SUBJECT
from formservice.adapters.inbox.mail import ANSWER
from formservice.adapters.inbox.smtp import Outgoing, RefusedError, UncertainError, posting
from formservice.adapters.store import schema
from formservice.adapters.store.outbox import Item, Outbox
from formservice.adapters.store.store import Store
from formservice.domain.case import DECIDED
from formservice.domain.errors import EngineError

REMINDER = "deadline"
KINDS = (ANSWER, REMINDER)
# What became of a mail: kept with the row, and shown.
SENT, REFUSED, UNCERTAIN, GIVEN_UP, OUTDATED = (
    "sent",
    "refused",
    "uncertain",
    "given-up",
    "outdated",
)
_LEASE_S = 300.0
_MOST_TRIES = 12
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 60.0, 4 * 3600.0
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Gone:
    """What became of a mail: its kind, how many entries it told of, and the receipt."""

    kind: str
    count: int
    receipt: str


class Sending:
    """Takes what is due from the outbox and hands it to the server."""

    def __init__(self, account: MailAccount, store: Store, now: Callable[[], datetime]) -> None:
        """Send as ``account`` says."""
        self._account = account
        self._store = store
        self._now = now

    def gone(self) -> Iterator[Gone]:
        """Yield what became of everything that is due; EngineError if the server is away."""
        server = self._account.outbox
        if server is None:
            return
        yield from self._answers(server)
        if self._account.reminders:
            yield from self._reminders(server)

    def _answers(self, server: Server) -> Iterator[Gone]:
        while items := self._claimed(ANSWER, 1):
            (one,) = items
            if one.uncertain:  # the program ended while it was sent: never twice
                yield self._ended(items, ANSWER, UNCERTAIN)
                continue
            mail = Outgoing(one.id, [one.body["to"]], SUBJECT, one.body["text"], one.body["about"])
            yield self._sent(server, items, ANSWER, mail)

    def _reminders(self, server: Server) -> Iterator[Gone]:
        """Send one mail for all deadlines that are due; those that are over need none."""
        while items := self._claimed(REMINDER, _AT_ONCE):
            open_ = self._still_open(items)
            over = [one for one in items if one.id not in open_]
            if over:
                yield self._ended(over, REMINDER, OUTDATED)
            still = [one for one in items if one.id in open_]
            if still:
                # Sent again it has the same id, as long as it tells of the same.
                name = uuid.uuid5(uuid.NAMESPACE_OID, "/".join(one.id for one in still))
                told = (f"{len(still)} Fristen enden", "Eine Frist endet")[len(still) == 1]
                text = reminder_text(still)
                mail = Outgoing(str(name), self._account.reminders, f"{told} bald", text)
                yield self._sent(server, still, REMINDER, mail)

    def _still_open(self, items: Sequence[Item]) -> set[str]:
        table, today = schema.documents, self._now().date()
        query = select(table.c.id).where(table.c.state.not_in(DECIDED))
        query = query.where(table.c.id.in_([one.document for one in items]))
        with self._store.look() as work:
            undecided = set(work.connection.execute(query).scalars())
        return {
            one.id
            for one in items
            if one.document in undecided and date.fromisoformat(one.body["due"]) >= today
        }

    def _sent(self, server: Server, items: Sequence[Item], kind: str, mail: Outgoing) -> Gone:
        try:
            with posting(server, self._account.address) as post:
                post.send(mail, self._now())
        except RefusedError:
            return self._ended(items, kind, REFUSED)
        except UncertainError:
            if kind == ANSWER:
                return self._ended(items, kind, UNCERTAIN)
            return self._later(items, kind)
        except EngineError:
            gone = self._later(items, kind)
            if gone.receipt == GIVEN_UP:
                return gone
            raise
        return self._ended(items, kind, SENT)

    def _claimed(self, kind: str, most: int) -> Sequence[Item]:
        with self._store.work() as work:
            return Outbox(work.connection).claim(kind, _LEASE_S, most)

    def _ended(self, items: Sequence[Item], kind: str, receipt: str) -> Gone:
        with self._store.work() as work:
            Outbox(work.connection).done([one.id for one in items], receipt)
        return Gone(kind, len(items), receipt)

    def _later(self, items: Sequence[Item], kind: str) -> Gone:
        tries = max(one.tries for one in items)
        if tries >= _MOST_TRIES:
            return self._ended(items, kind, GIVEN_UP)
        pause = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** (tries - 1))
        with self._store.work() as work:
            Outbox(work.connection).later([one.id for one in items], pause)
        return Gone(kind, len(items), "later")


def reminder_text(items: Sequence[Item]) -> str:
    """Return what a reminder says: ids and days, nothing that stands in a form."""
    lines = ["Diese Fristen enden bald, und über die Vorgänge ist noch nicht entschieden:", ""]
    for one in sorted(items, key=lambda one: (one.body["due"], one.id)):
        day = date.fromisoformat(one.body["due"])
        lines.append(f"- {day:%d.%m.%Y}: Frist „{one.body['key']}“, Vorgang {one.document}")
    lines += ["", "„formservice archive show KENNUNG“ zeigt einen Vorgang."]
    return "\n".join(lines) + "\n"
