"""Which document people mean: by its id or the hash of its file, or by how these begin."""

from sqlalchemy import ColumnElement, Connection, func, or_, select, true

from formservice.adapters.store import schema
from formservice.adapters.store.rows import text_of

_SHORTEST_ID, _SHORTEST_HASH = 6, 8


def meant(
    connection: Connection, text: str, visible: ColumnElement[bool] | None = None
) -> list[str]:
    """Return the ids of the documents that ``text`` names: none, one, or two of several.

    What is one wholly is meant before what only begins so.
    """
    told, table = text_of(text), schema.documents
    allowed = true() if visible is None else visible
    begins = []
    if len(told) >= _SHORTEST_ID:
        begins.append(func.substr(table.c.id, 1, len(told)) == told)
    if len(told) >= _SHORTEST_HASH:
        begins.append(func.substr(table.c.original, 1, len(told)) == told.lower())
    exact = or_(table.c.id == told, table.c.original == told.lower())
    for matches in (table.c.id == told, exact, *([or_(*begins)] if begins else [])):
        query = select(table.c.id).where(matches, allowed).order_by(table.c.id)
        found = list(connection.execute(query.limit(2)).scalars())
        if found:
            return found
    return []
