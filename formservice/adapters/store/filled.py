"""To which case a form belongs that was filled in in the browser: to the one it was begun for."""

from sqlalchemy import Select, select

from formservice.adapters.store import schema
from formservice.adapters.store.cases import visible_cases
from formservice.adapters.store.engine import added
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.store import Store, Work
from formservice.application.issuing import Target
from formservice.application.ports_store import Author
from formservice.domain.case import Role
from formservice.domain.errors import NotFoundError


class FilledFor:
    """Knows cases, as far as filling in goes."""

    def __init__(self, store: Store) -> None:
        """Look in ``store``."""
        self._store = store

    def assign(self, work: Work, document: str, target: Target, author: Author) -> None:
        """Put a document to a case, with its event; whoever calls has seen that it is theirs."""
        is_new = added(
            work.connection,
            schema.case_documents,
            document=document,
            case=target.case,
            participation=target.participation,
        )
        if not is_new:
            return
        body: dict[str, object] = {"case": work.events.salted(document, target.case)}
        if target.participation is not None:
            body["participation"] = work.events.salted(document, target.participation)
        work.events.append("document.assigned", author, document, body)

    def refuse_hidden(self, target: Target, viewer: Author) -> None:
        """Raise NotFoundError unless somebody may fill in a form for a case or participation.

        The office's people may for cases that they see, a Träger for participations in its own
        Maßnahmen.
        """
        query = _theirs(target.participation, viewer)
        query = query.where(schema.cases.c.id == text_of(target.case))
        with self._store.look() as work:
            if work.connection.execute(query).first() is None:
                raise NotFoundError("Diesen Fall gibt es nicht.")

    def case_of(self, participation: str, viewer: Author) -> str:
        """Return the case of a participation that somebody may fill in a form for.

        NotFoundError for any other, as ``refuse_hidden`` has it.
        """
        with self._store.look() as work:
            row = work.connection.execute(_theirs(participation, viewer)).first()
        if row is None:
            raise NotFoundError("Diese Teilnahme gibt es nicht.")
        return str(row.id)

    def traeger(self, participation: str) -> str | None:
        """Return which Träger somebody's Maßnahme is of; None where there is no such thing."""
        parts, massnahmen = schema.participations, schema.massnahmen
        query = select(massnahmen.c.traeger).join(parts, parts.c.massnahme == massnahmen.c.id)
        with self._store.look() as work:
            found = work.connection.execute(query.where(parts.c.id == text_of(participation)))
            return found.scalar()


def _theirs(participation: str | None, viewer: Author) -> Select[tuple[str]]:
    """Return the query of those cases, of one participation if any, that are ``viewer``'s."""
    cases, parts, massnahmen = schema.cases, schema.participations, schema.massnahmen
    query = select(cases.c.id)
    if participation is not None or viewer.role is Role.TRAEGER:
        query = query.join(parts, parts.c.case == cases.c.id)
        query = query.where(parts.c.id == text_of(participation or ""))
    if viewer.role is Role.TRAEGER:
        theirs = schema.user_traeger
        mine = select(theirs.c.traeger).where(theirs.c.user == viewer.id)
        query = query.join(massnahmen, massnahmen.c.id == parts.c.massnahme)
        return query.where(massnahmen.c.traeger.in_(mine))
    return query.where(visible_cases(viewer))
