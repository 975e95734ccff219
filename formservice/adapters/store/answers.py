"""What people answer for: findings that stay, and why documents were moved."""

from collections.abc import Mapping, Sequence
from typing import Any  # readings have the shape of the JSON contract

from sqlalchemy import Connection, delete, insert, select

from formservice.adapters.store import schema
from formservice.adapters.store.events import Events
from formservice.adapters.store.rows import is_code, is_key, text_of
from formservice.application.ports_store import Acknowledged, Author, Kept
from formservice.domain.case import DECIDED, Role, State
from formservice.domain.chain import Link, seconds
from formservice.domain.changes import (
    BY_COMPARING,
    COMPARED,
    checked_answer,
    comparisons,
    open_findings,
    still_open,
)
from formservice.domain.errors import UsageError
from formservice.domain.findings import FindingCode
from formservice.domain.text import is_blank


class Answers:
    """Works inside one transaction; who answers holds the document locked."""

    def __init__(self, connection: Connection, events: Events) -> None:
        """Read and write with ``connection``."""
        self._connection = connection
        self._events = events

    def of(self, document: str) -> Sequence[Acknowledged]:
        """Return what people answered for, with the reasons of moves among them."""
        table = schema.acknowledgements
        columns = [table.c[name] for name in Acknowledged.__dataclass_fields__]
        query = select(*columns).where(table.c.document == document).order_by(table.c.id)
        return [
            Acknowledged(**{**row._mapping, "role": Role(row.role)})
            for row in self._connection.execute(query)
        ]

    def refuse_open(self, document: str, reading: Mapping[str, Any]) -> None:
        """Raise UsageError while findings that block are open."""
        still = open_findings(reading, {one.finding for one in self.of(document)})
        if still:
            raise still_open(still)

    def add(
        self,
        kept: Kept,
        reading: Mapping[str, Any],
        what: tuple[str, str | None],
        author: Author,
        reason: str,
    ) -> None:
        """Keep that somebody answers for findings of a code and a field, as they are now.

        Whoever compared a field with the original (``COMPARED``) has answered with that what
        asks to compare it.

        Raises:
            UsageError: no reason, a role that may not answer for it, or no such finding.
        """
        code, field = what
        if is_blank(reason):
            raise UsageError("Zum Verantworten eines Befunds fehlt die Begründung.")
        if not is_code(code) or not (field is None or is_key(field)):
            raise UsageError("Einen solchen Befund gibt es nicht.")
        if kept.state is State.ARCHIVED:
            raise UsageError("Ein archivierter Vorgang wird nicht mehr geändert.")
        reason = text_of(reason)
        for finding in checked_answer(reading, code, field, author.role, kept.state):
            self._answer(kept, (code, field, finding), author, reason)
        if code == COMPARED and field is not None:
            known = {one.finding for one in self.of(kept.id)}
            for finding in comparisons(reading, field):
                if finding not in known:
                    doubt = (FindingCode.DOUBTFUL, field, finding)
                    self._answer(kept, doubt, author, BY_COMPARING)

    def withdraw(
        self,
        kept: Kept,
        reading: Mapping[str, Any],
        what: tuple[str, str | None],
        author: Author,
    ) -> None:
        """Take back that somebody answers for findings of a code and a field, as they are now.

        Each answer that goes has an event that says which one it was, so that what is left still
        agrees with the chain. With a comparison goes what it answered.

        Raises:
            UsageError: decided already, a role that may not answer for it, or no such answer.
        """
        code, field = what
        if kept.state in DECIDED or kept.state is State.ARCHIVED:
            raise UsageError(
                "Der Vorgang ist schon entschieden.",
                "Die Leitung kann ihn wieder öffnen; dann lässt sich das zurücknehmen.",
            )
        if not is_code(code) or not (field is None or is_key(field)):
            raise UsageError("Einen solchen Befund gibt es nicht.")
        meant = set(checked_answer(reading, code, field, author.role, kept.state))
        table = schema.acknowledgements
        query = select(table).where(table.c.document == kept.id).order_by(table.c.id)
        every = [one for one in self._connection.execute(query).all() if one.field == field]
        rows = [one for one in every if one.code == code and one.finding in meant]
        if not rows:
            raise UsageError("Dazu gibt es keine Begründung, die sich zurücknehmen lässt.")
        if code == COMPARED and field is not None:
            rows += [
                one
                for one in every
                if (one.code, one.reason) == (FindingCode.DOUBTFUL, BY_COMPARING)
                and one.finding in comparisons(reading, field)
            ]
        for row in rows:
            body = {"code": row.code, "field": field, "role": str(author.role)}
            body |= {"of": row.author, "of_role": row.role, "answered_at": row.created_at}
            body["reason"] = self._events.salted(kept.id, row.reason)
            if row.finding is not None:
                body["finding"] = self._events.salted(kept.id, row.finding)
            self._connection.execute(delete(table).where(table.c.id == row.id))
            self._events.append("finding.withdrawn", author, kept.id, body)

    def _answer(
        self, kept: Kept, what: tuple[str, str | None, str | None], author: Author, reason: str
    ) -> None:
        code, field, finding = what
        body = {"code": code, "field": field, "role": str(author.role)}
        body["reason"] = self._events.salted(kept.id, reason)
        if finding is not None:
            body["finding"] = self._events.salted(kept.id, finding)
        link = self._events.append("finding.acknowledged", author, kept.id, body)
        self._keep(kept.id, link, what, author, reason)

    def moved(self, kept: Kept, state: State, author: Author, reason: str) -> None:
        """Keep that somebody moved a document to another state, and why if that was said."""
        body = {"from": str(kept.state), "to": str(state), "role": str(author.role)}
        reason = text_of(reason)
        if reason.strip():
            body["reason"] = self._events.salted(kept.id, reason)
        link = self._events.append("document.moved", author, kept.id, body)
        if reason.strip():
            self._keep(kept.id, link, (f"state.{state}", None, None), author, reason)

    def _keep(
        self,
        document: str,
        link: Link,
        what: tuple[str, str | None, str | None],
        author: Author,
        reason: str,
    ) -> None:
        code, field, finding = what
        self._connection.execute(
            insert(schema.acknowledgements).values(
                document=document,
                code=code,
                field=field,
                finding=finding,
                reason=reason,
                author=author.id,
                role=str(author.role),
                created_at=seconds(link.at),
            )
        )
