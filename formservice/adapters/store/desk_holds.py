"""Who looks a document through at the desk just now, as others have to know of it."""

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from formservice.adapters.store import schema
from formservice.adapters.store.engine import now
from formservice.adapters.store.rows import text_of
from formservice.application.desk import DRAFT_KIND, LOOK, GoneOnError, Holding, doubtful
from formservice.application.ports_store import Author
from formservice.domain.case import DECIDED, Role, State
from formservice.domain.errors import FormServiceError, no_document

_desk, _drafts = schema.web.desk, schema.web.drafts
_documents, _records = schema.documents, schema.records
_AT_DESK = (State.UNIDENTIFIED, State.IN_REVIEW)
# What the office has decided there the desk sees no more.
_GONE_ON = (*DECIDED, State.RETURNED)


class Holds:
    """Reads who has a document, inside a transaction."""

    def __init__(self, connection: Connection) -> None:
        """Read by ``connection``."""
        self._connection = connection

    def besides(self, viewer: Author, document: str) -> Holding | None:
        """Return who else than ``viewer`` looks a document through, and how far they are."""
        newest = and_(
            _records.c.document == _documents.c.id, _records.c.version == _documents.c.version
        )
        row = self._connection.execute(
            select(_desk.c.user, schema.users.c.name, _records.c.reading, _drafts.c.body)
            .join(_documents, _documents.c.id == _desk.c.document)
            .join(_records, newest)
            .join(schema.users, schema.users.c.id == _desk.c.user)
            .outerjoin(_drafts, draft_of(document, _desk.c.user))
            .where(_desk.c.document == text_of(document), _documents.c.state.in_(_AT_DESK))
            .where(_desk.c.until > now(), _desk.c.user != viewer.id)
        ).first()
        if row is None:
            return None
        told = (row.body or {}).get("decisions") or ()
        decided = {one["field"] for one in told if one["said"] != LOOK}
        asked = {*doubtful(row.reading), *decided}
        return Holding(row.user, row.name, len(decided), len(asked))


def not_there(connection: Connection, viewer: Author, document: str) -> FormServiceError:
    """Return why somebody does not see a document.

    Who was looking it through learns what has become of it; to all others there is none.
    """
    if viewer.role is Role.BACK_OFFICE:
        had = or_(
            select(_desk.c.document)
            .where(_desk.c.document == _documents.c.id, _desk.c.user == viewer.id)
            .exists(),
            select(_drafts.c.id).where(draft_of(document, viewer.id)).exists(),
        )
        query = select(_documents.c.state).where(_documents.c.id == text_of(document), had)
        state = connection.execute(query.where(_documents.c.state.in_(_GONE_ON))).scalar()
        if state is not None:
            return GoneOnError(State(state))
    return no_document()


def draft_of(document: str, user: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition on drafts that it is what somebody decided of a document."""
    return and_(
        _drafts.c.user == user,
        _drafts.c.kind == DRAFT_KIND,
        _drafts.c.subject == text_of(document),
    )
