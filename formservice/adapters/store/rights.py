"""Who may see which documents, as one condition that every list and every search has."""

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
    union_all,
)

from formservice.adapters.store import schema
from formservice.adapters.store.rows import text_of
from formservice.application.ports_store import Author
from formservice.domain.case import OWN_SOURCES, Role, State
from formservice.domain.errors import NotFoundError

_OWN = (State.PREPARING, State.DISCARDED)
# What was joined by hand can be taken apart again by whoever joined it, and what somebody took
# for no form may be one after all.
_IN_REVIEW = (
    State.RECEIVED,
    State.UNIDENTIFIED,
    State.IN_REVIEW,
    State.JOINED,
    State.NO_FORM,
)


def visible(viewer: Author, documents: FromClause = schema.documents) -> ColumnElement[bool]:
    """Return the condition on rows of ``documents`` that ``viewer`` may see.

    A Träger sees what came from it; an IFK the documents of its cases and of cases that nobody
    has; the back office what is not decided; lead and administration all. What a Träger has not
    handed in yet nobody else sees, but the service itself.
    """
    match viewer.role:
        case Role.SYSTEM:
            return true()
        case Role.LEAD | Role.ADMIN:
            return handed_in(documents)
        case Role.TRAEGER:
            theirs = schema.user_traeger
            mine = select(theirs.c.traeger).where(theirs.c.user == viewer.id)
            return documents.c.traeger.in_(mine)
        case Role.BACK_OFFICE:
            return and_(documents.c.state.in_(_IN_REVIEW), handed_in(documents))
        case Role.IFK:
            return and_(handed_in(documents), _of_ifk(viewer.id, documents))


def handed_in(documents: FromClause = schema.documents) -> ColumnElement[bool]:
    """Return the condition that a document is the office's, and not still its sender's own.

    A file of a Träger is its own while it is read. What became several documents is the
    office's when all of them are: before, its pages show what was not handed in.
    """
    part = schema.documents.alias("handed_in_part")
    own_part = exists().where(part.c.part_of == documents.c.id)
    open_part = own_part.where(part.c.state.in_(_OWN))
    is_read = and_(own_part, not_(open_part))
    unread = and_(documents.c.state == State.RECEIVED, documents.c.source.in_(OWN_SOURCES))
    return and_(documents.c.state.not_in(_OWN), or_(not_(unread), is_read))


def holds_unseen(connection: Connection, viewer: Author, document: str, original: str) -> bool:
    """Say whether a file of a document holds pages of documents that ``viewer`` may not see.

    The back office sorts whole files; a Träger keeps what it has sent, whatever it became.
    Pages that were moved are the others' from then on, in whichever file these came. The same
    bytes that somebody else sent are a file of their own: whoever sent these has them anyway.
    """
    if viewer.role is Role.BACK_OFFICE:
        return False
    page, own = schema.pages, schema.documents.alias("own")
    holder, root, shown = (schema.documents.alias(one) for one in ("holder", "root", "shown"))
    came_in = select(func.coalesce(own.c.part_of, own.c.id)).where(own.c.id == text_of(document))
    file = connection.execute(came_in).scalar()
    whole = select(root.c.id).where(root.c.id == file, visible(viewer, root))
    if viewer.role is Role.TRAEGER and connection.execute(whole).first() is not None:
        return False
    sent = select(root.c.original).where(root.c.id == file)
    # Not „not visible“: of what no Träger sent, a condition on its Träger is neither.
    is_shown = exists().where(shown.c.id == holder.c.id, visible(viewer, shown))
    query = (
        select(holder.c.id)
        .join(page, page.c.document == holder.c.id)
        .join(root, root.c.id == func.coalesce(holder.c.part_of, holder.c.id))
        .where(page.c.original == original, not_(is_shown))
    )
    if connection.execute(sent).scalar() == original:
        query = query.where(or_(root.c.id == file, root.c.original.is_distinct_from(original)))
    return connection.execute(query.limit(1)).first() is not None


def viewer(connection: Connection, user: str) -> Author:
    """Return a user with the role that the table of users has.

    Raises:
        NotFoundError: there is none of that id who may use the service.
    """
    table = schema.users
    query = select(table.c.id, table.c.role).where(table.c.id == text_of(user), table.c.active)
    row = connection.execute(query).first()
    if row is None:
        raise NotFoundError("Eine Benutzerin oder einen Benutzer dieser Kennung gibt es nicht.")
    return Author(row.id, Role(row.role))


def is_wide(viewer: Author) -> bool:
    """Say whether somebody sees (nearly) everything: then words narrow a search, not rights."""
    return viewer.role in (Role.LEAD, Role.ADMIN, Role.SYSTEM)


def _of_ifk(user: str, documents: FromClause) -> ColumnElement[bool]:
    """Return the condition for an IFK; a file with forms of others' cases is none of its own."""
    belongs, case, part = schema.case_documents, schema.cases, schema.documents.alias("part")
    every = schema.documents.alias("every")
    mine = (
        select(belongs.c.document)
        .join(case, case.c.id == belongs.c.case)
        .where(or_(case.c.ifk == user, case.c.ifk.is_(None)))
    )
    nobodys = select(every.c.id).where(every.c.assigned == false())
    of_others = (
        exists()
        .where(part.c.part_of == documents.c.id, belongs.c.document == part.c.id)
        .where(case.c.id == belongs.c.case, case.c.ifk.is_not(None), case.c.ifk != user)
    )
    is_file = documents.c.version == 0
    return and_(documents.c.id.in_(union_all(mine, nobodys)), not_(and_(is_file, of_others)))
