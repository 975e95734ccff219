"""Finds documents: what is asked for and who asks, as one SQL condition."""

from collections.abc import Iterator, Sequence

from sqlalchemy import (
    BindParameter,
    ColumnClause,
    ColumnElement,
    Connection,
    Table,
    TextualSelect,
    and_,
    bindparam,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    text,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from formservice.adapters.store import rights, schema
from formservice.adapters.store.meant import meant
from formservice.adapters.store.rows import text_of
from formservice.adapters.store.words import normaliser
from formservice.application.ports_store import Author
from formservice.application.search import Hit, Hits, Place
from formservice.domain.case import State
from formservice.domain.search_query import (
    Condition,
    HasFinding,
    OfForm,
    Query,
    Stands,
    Vocabulary,
    Words,
    parsed,
)
from formservice.domain.search_words import Form, Word, code_of, group_code, group_of

_documents, _search, _findings = schema.documents, schema.search, schema.findings
# A file that became several documents, or holds none, is not one itself.
is_one = not_(
    and_(
        _documents.c.version == 0,
        _documents.c.state == State.RECEIVED,
        _documents.c.aside.is_not(None),
    )
)
# As many letters as the code of a field has.
_ANY_FIELD = "_" * len(code_of(""))


class Search:
    """Works inside one transaction that only reads."""

    def __init__(self, connection: Connection) -> None:
        """Read with ``connection``."""
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"

    def understood(self, text: str, vocabulary: Vocabulary) -> Query:
        """Return what somebody typed; UsageError if it cannot be understood."""
        return parsed(text, normaliser(), vocabulary)

    def find(
        self, query: Query, viewer: Author, limit: int = 50, after: Place | None = None
    ) -> Hits:
        """Return documents that ``viewer`` may see, the latest received first: two queries."""
        table, order = _documents, ("received", "created_at", "id")
        is_wide = rights.is_wide(viewer)
        asked = and_(rights.visible(viewer), is_one, *self._conditions(query, is_wide))
        # What was found is looked for once, and then counted and sorted.
        found = select(*(table.c[name] for name in (*order, "state", "form"))).where(asked)
        hits = found.cte("found").prefix_with("MATERIALIZED")
        page = select(hits.c.id).order_by(*(hits.c[name].desc() for name in order))
        if after is not None:
            place = (after.received, after.created_at, after.id)
            page = page.where(tuple_(*(hits.c[name] for name in order)) < place)
        ids = page.limit(limit + 1).subquery("page")
        counted = select(hits.c.state, hits.c.form, func.count(literal(1)))
        told = self._connection.execute(
            union_all(
                select(ids.c.id, null(), literal(0)),
                counted.group_by(hits.c.state, hits.c.form),
            )
        ).all()
        counts = {(State(row[0]), row[1]): row[2] for row in told if row[2]}
        wanted = [row[0] for row in told if not row[2]]
        shown = select(*_HIT).where(table.c.id.in_(wanted))
        rows = self._connection.execute(
            shown.order_by(*(table.c[name].desc() for name in order))
        ).all()
        listed = [Hit(**{**row._mapping, "state": State(row.state)}) for row in rows[:limit]]
        last = listed[-1] if len(rows) > limit else None
        return Hits(listed, counts, str(_place(last)) if last else None)

    def viewer(self, user: str) -> Author:
        """Return a user with the role that is known; NotFoundError if there is none."""
        return rights.viewer(self._connection, user)

    def is_visible(self, document: str, viewer: Author) -> bool:
        """Say whether there is such a document and ``viewer`` may see it."""
        named = _documents.c.id == text_of(document)
        query = select(_documents.c.id).where(named, rights.visible(viewer))
        return self._connection.execute(query).first() is not None

    def holds_unseen(self, document: str, original: str, viewer: Author) -> bool:
        """Say whether a file of a document holds pages that ``viewer`` may not see."""
        return rights.holds_unseen(self._connection, viewer, document, original)

    def named(self, text: str, viewer: Author) -> Sequence[str]:
        """Return the ids of what ``text`` names; the hash of a file, or how it begins, does."""
        return meant(self._connection, text, rights.visible(viewer))

    def _conditions(self, query: Query, is_wide: bool) -> Iterator[ColumnElement[bool]]:
        """Yield all that has to be true of a document; ``is_wide``: words have to narrow it."""
        words = [one for one in query.all_of if isinstance(one, Words)]
        if words:
            yield self._with(words, is_wide)
        for kind in (Stands, OfForm):
            among = [_about(one) for one in query.all_of if isinstance(one, kind)]
            if among:
                yield or_(*among)
        yield from (_about(one) for one in query.all_of if isinstance(one, HasFinding))
        for one in query.none_of:
            yield not_(self._with([one], is_wide) if isinstance(one, Words) else _about(one))
        if query.since:
            yield _documents.c.received >= query.since
        if query.until:
            yield _documents.c.received <= query.until

    def _with(self, words: Sequence[Words], is_wide: bool) -> ColumnElement[bool]:
        """Return the condition that all of ``words`` stand in a document.

        Said so that the database begins with the words, if ``is_wide``, and else with the
        documents that somebody may see.
        """
        spelt = _SQLITE if self._is_sqlite else _POSTGRESQL
        asked = spelt.all_of([_asked(one, spelt) for one in words])
        conditions = [self._indexed(asked), *map(_in_text, words)]
        if is_wide and not any(one.phrase or one.field for one in words) and self._is_sqlite:
            # Without reading the rows, which are large: index and numbers have all that is needed.
            id_: ColumnClause[int] = literal_column("+search.id")
            numbers = id_.in_(_numbers(asked))
            return _documents.c.id.in_(select(_search.c.document).where(numbers))
        if is_wide:
            return _documents.c.id.in_(select(_search.c.document).where(*conditions))
        return exists().where(_search.c.document == _documents.c.id, *conditions)

    def _indexed(self, asked: str) -> ColumnElement[bool]:
        """Return the condition that the index of words has ``asked``; it is never part of SQL."""
        if self._is_sqlite:
            return _search.c.id.in_(_numbers(asked))
        vector: ColumnClause[str] = literal_column("search.search_index")
        return vector.op("@@", is_comparison=True)(cast(asked, TSQUERY))


def _numbers(asked: str) -> TextualSelect:
    """Return the query for the numbers that SQLite's index has for ``asked``."""
    index = text("SELECT rowid FROM search_index WHERE search_index MATCH :asked")
    # A query may ask more than once.
    once: BindParameter[str] = bindparam("asked", asked, unique=True)
    return index.bindparams(once).columns(column("rowid"))


def _place(hit: Hit) -> Place:
    return Place(hit.received, hit.created_at, hit.id)


class _Spelling:
    """How an index wants its queries; words have the letters a to z, digits and „/“ only."""

    def __init__(self, both: str, either: str, exact: str, begins: str) -> None:
        self._both, self._either = both, either
        self._exact, self._begins = exact, begins

    def all_of(self, parts: Sequence[str]) -> str:
        return f"({self._both.join(parts)})"

    def one_of(self, parts: Sequence[str]) -> str:
        return f"({self._either.join(parts)})"

    def form(self, form: Form, group: str) -> str:
        return (self._begins if form.begins else self._exact).format(group + form.text)


_SQLITE = _Spelling(" AND ", " OR ", '"{}"', '"{}"*')
_POSTGRESQL = _Spelling(" & ", " | ", "'{}'", "'{}':*")


def _asked(asked: Words, spelt: _Spelling) -> str:
    """Return what the index is asked for: with fields, their group."""
    group = f"{group_code(asked.field)}/" if asked.field else ""
    if asked.word is None:
        return spelt.all_of([spelt.form(Form(one), group) for one in asked.phrase])
    pieces = [
        spelt.one_of([spelt.form(one, group) for one in forms]) for forms in asked.word.all_of
    ]
    whole = spelt.all_of(pieces)
    if asked.word.joined is None:
        return whole
    return spelt.one_of([whole, spelt.form(asked.word.joined, group)])


def _in_text(asked: Words) -> ColumnElement[bool]:
    """Return what the index cannot tell: the order of words, and the one field of a group."""
    field = asked.field
    if asked.word is None:
        code = _ANY_FIELD if field is None else _code(field)
        return _search.c.text.like(f"% {' '.join(f'{code}/{one}' for one in asked.phrase)} %")
    if field is None or _is_group(field):
        return true()
    return _in_field(asked.word, code_of(field))


def _is_group(field: str) -> bool:
    return group_of(field) == field


def _code(field: str) -> str:
    """Return the code of a field as LIKE has it: of a group, whatever field of it."""
    return f"{group_code(field)}__" if _is_group(field) else code_of(field)


def _in_field(word: Word, code: str) -> ColumnElement[bool]:
    """Return the condition that a word stands in one field, written so or by its stem."""

    def spelt(form: Form) -> ColumnElement[bool]:
        end = "%" if form.begins else " %"
        return or_(*(_search.c.text.like(f"% {code}{sign}{form.text}{end}") for sign in "/~"))

    whole = and_(*(or_(*map(spelt, forms)) for forms in word.all_of))
    return whole if word.joined is None else or_(whole, spelt(word.joined))


def _about(asked: Condition) -> ColumnElement[bool]:
    """Return a condition that is not about words."""
    if isinstance(asked, Stands):
        return _documents.c.state.in_(sorted(asked.states))
    if isinstance(asked, OfForm):
        if asked.forms is None:
            return _documents.c.form.is_(None)
        of_form: ColumnElement[bool] = _documents.c.form.in_(sorted(asked.forms))
        # „Not of this form“ is true of what has none.
        of_form = and_(_documents.c.form.is_not(None), of_form)
        if asked.edition is None:
            return of_form
        return and_(of_form, func.coalesce(_documents.c.edition, "") == asked.edition)
    assert isinstance(asked, HasFinding)  # noqa: S101 - words are asked for elsewhere
    found = exists().where(_findings.c.document == _documents.c.id)
    if asked.code:
        code = _findings.c.code
        found = found.where(or_(code == asked.code, code.like(f"{asked.code}.%")))
    if asked.severity:
        found = found.where(_findings.c.severity == asked.severity)
    return found


def _count_of(severity: str, table: Table = _findings) -> ColumnElement[int]:
    counted = select(func.count(literal(1))).where(table.c.document == _documents.c.id)
    return counted.where(table.c.severity == severity).scalar_subquery().label(severity)


_HIT = [
    *(_documents.c[name] for name in Hit.__dataclass_fields__ if name not in ("blocks", "asks")),
    _count_of("blocks"),
    _count_of("asks"),
]
