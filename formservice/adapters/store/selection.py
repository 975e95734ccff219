"""Which documents are meant, in an order that stays the same."""

from collections.abc import Sequence

from sqlalchemy import Connection, exists, select

from formservice.adapters.store import schema
from formservice.adapters.store.rights import handed_in
from formservice.adapters.store.rows import text_of
from formservice.application.dossier import Selection
from formservice.domain.errors import no_document

_AT_ONCE = 500


def selected(connection: Connection, chosen: Selection) -> Sequence[str]:
    """Return the ids of the documents that fit, by day of receipt.

    A file that holds several documents is none itself: its parts are, and its id means them all.

    Raises:
        NotFoundError: one of the ids that are given is unknown.
    """
    table, part = schema.documents, schema.documents.alias()
    query = select(table.c.id, table.c.part_of).where(
        ~exists().where(part.c.part_of == table.c.id)
    )
    if chosen.states:
        query = query.where(table.c.state.in_(chosen.states))
    elif chosen.ids is None:
        query = query.where(handed_in())
    if chosen.forms:
        query = query.where(table.c.form.in_(chosen.forms))
    if chosen.since is not None:
        query = query.where(table.c.received >= chosen.since)
    if chosen.until is not None:
        query = query.where(table.c.received <= chosen.until)
    query = query.order_by(table.c.received, table.c.id)
    found = connection.execute(query).all()
    if chosen.ids is None:
        return [row.id for row in found]
    wanted = dict.fromkeys(chosen.ids)
    _refuse_unknown(connection, list(wanted))
    return [row.id for row in found if row.id in wanted or row.part_of in wanted]


def _refuse_unknown(connection: Connection, ids: Sequence[str]) -> None:
    """Raise NotFoundError for the first id that no document has."""
    table = schema.documents
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        there = select(table.c.id).where(table.c.id.in_(map(text_of, some)))
        known = set(connection.execute(there).scalars())
        unknown = [one for one in some if one not in known]
        if unknown:
            told = text_of(unknown[0])[:40]
            raise no_document(named=told)
