"""The tables, the same on SQLite and PostgreSQL; what only one has stands in the migrations."""

from collections.abc import Collection

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    false,
    text,
)

from formservice.adapters.store import by_itself, schema_web
from formservice.adapters.store.schema_names import metadata as metadata

_SHA256 = String(64)
_ID = String(64)
_CODE = String(64)
# Points in time are seconds since 1970 (UTC), as the database's own clock has them; days are days
# in the office's time zone.
_TIME = Float(53)

originals = Table(
    "originals",
    metadata,
    Column("sha256", _SHA256, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("medium", String(16)),
    Column("received_at", _TIME, nullable=False),
)

# One thing received, or found in something received. ``stage``, ``status``, ``due``, ``owner``,
# ``tries`` and ``fence`` are where it stands for workers, ``state`` is where it stands for people.
_OPEN = text("status IN ('ready', 'running')")
_OFFICE = text("traeger IS NULL")
documents = Table(
    "documents",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("original", ForeignKey("originals.sha256")),
    Column("part_of", ForeignKey("documents.id")),
    Column("name", Text, nullable=False),
    Column("source", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("form", _CODE),
    Column("edition", String(16)),
    Column("reference", String(32)),
    Column("traeger", ForeignKey("traeger.id")),
    Column("received", Date, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("version", Integer, nullable=False, default=0),
    Column("stage", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("due", _TIME, nullable=False),
    Column("owner", String(128)),
    Column("tries", Integer, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),
    Column("error", _CODE),
    # What a received file holds besides documents, as ``read --json`` tells it: empty backs,
    # separator sheets, pages of a document that stands with another file. Null: not read yet.
    Column("aside", JSON(none_as_null=True)),
    # Whether it is among ``case_documents``; follows that table by itself.
    Column("assigned", Boolean, nullable=False, default=False, server_default=false()),
    # What its definition said of goals when its rows of ``goals`` were made; null: nothing.
    Column("goals_by", _SHA256),
    # The same bytes are one received document, whoever is faster; parts have no original. Those of
    # two Träger are two, for neither may learn what the other has sent.
    Index("uq_documents_original_traeger", "original", "traeger", unique=True),
    Index(
        "uq_documents_original",
        "original",
        unique=True,
        sqlite_where=_OFFICE,
        postgresql_where=_OFFICE,
    ),
    Index("ix_documents_assigned", "assigned"),
    # Lists are sorted by this, and go on where they ended.
    Index("ix_documents_received", "received", "created_at", "id"),
    Index("ix_documents_traeger", "traeger", "received"),
    Index("ix_documents_state", "state", "received"),
    Index("ix_documents_part_of", "part_of"),
    Index("ix_documents_reference", "reference"),
    # Workers look here, several times a second, among few rows.
    Index("ix_documents_due", "due", sqlite_where=_OPEN, postgresql_where=_OPEN),
)

# The pages of a document that was found: where each stands, and what it holds.
pages = Table(
    "pages",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("original", ForeignKey("originals.sha256"), nullable=False, index=True),
    Column("page", Integer, nullable=False),
)

# What was read of a document, or made of that by a person: a further version each time.
records = Table(
    "records",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("created_at", _TIME, nullable=False),
    Column("author", _ID, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("sha256", _SHA256, nullable=False),
    Column("reading", JSON, nullable=False),
)

# Archive copies: of which version, of which kind; the bytes are among the originals.
copies = Table(
    "copies",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", _CODE, primary_key=True),
    Column("sha256", ForeignKey("originals.sha256"), primary_key=True, index=True),
    Column("size", Integer, nullable=False),
    Column("created_at", _TIME, nullable=False),
)

# Findings of the newest version, to be counted and searched; the record itself has them all.
findings = Table(
    "findings",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("code", _CODE, nullable=False),
    Column("severity", String(8), nullable=False),
    Column("field", String(128)),
    Index("ix_findings_code", "code", "severity"),
)

deadlines = Table(
    "deadlines",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("key", _CODE, primary_key=True),
    Column("start", Date),
    Column("due", Date, index=True),
    Column("met", Boolean),
)

# A finding that somebody answers for: a late form, a rule that does not fit this case.
acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", ForeignKey("documents.id"), nullable=False, index=True),
    Column("code", _CODE, nullable=False),
    Column("field", String(128)),
    # Which finding it was: one of the same kind for another cause is another.
    Column("finding", _SHA256),
    Column("reason", Text, nullable=False),
    Column("author", _ID, nullable=False),
    Column("role", String(16), nullable=False),
    Column("created_at", _TIME, nullable=False),
)

# Ids, types and salted hashes only: the chain outlives what it tells of.
events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    # As text: what is hashed must read the same after ten years, and to people.
    Column("at", String(32), nullable=False),
    Column("type", _CODE, nullable=False),
    Column("document", _ID, index=True),
    Column("author", _ID, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", _SHA256, nullable=False),
    Column("hash", _SHA256, nullable=False),
)

# Without its salt nothing in the chain can be told to be about a document's contents.
salts = Table(
    "salts",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("salt", _SHA256, nullable=False),
)

# What people are shown while a document is worked on; a sequence of its own for each.
progress = Table(
    "progress",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", _TIME, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("code", _CODE, nullable=False),
    Column("done", Integer),
    Column("total", Integer),
)

traeger = Table(
    "traeger",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("number", String(64)),
    UniqueConstraint("number"),
)

massnahmen = Table(
    "massnahmen",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("traeger", ForeignKey("traeger.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("number", String(64)),
    UniqueConstraint("number"),
)

persons = Table(
    "persons",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("number", String(64)),
    Column("name", Text, nullable=False),
    Column("vorname", Text, nullable=False),
    Column("geburtsdatum", Date),
    UniqueConstraint("number"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("person", ForeignKey("persons.id"), nullable=False, index=True),
    Column("ifk", ForeignKey("users.id"), index=True),
    Column("ended", Date),
)

participations = Table(
    "participations",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False, index=True),
    Column("massnahme", ForeignKey("massnahmen.id"), nullable=False, index=True),
    Column("von", Date),
    Column("bis", Date),
)

# What documents belong to a participation or a case; a document may be known before its case is.
case_documents = Table(
    "case_documents",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False, index=True),
    Column("participation", ForeignKey("participations.id"), index=True),
)

users = Table(
    "users",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("active", Boolean, nullable=False, default=True),
)

# For which Träger somebody works: who works for none, in the role „traeger“, sees nothing.
user_traeger = Table(
    "user_traeger",
    metadata,
    Column("user", ForeignKey("users.id"), primary_key=True),
    Column("traeger", ForeignKey("traeger.id"), primary_key=True, index=True),
)

# Effects outside the database: written with what causes them, sent after, at least once.
outbox = Table(
    "outbox",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("document", ForeignKey("documents.id"), index=True),
    Column("body", JSON, nullable=False),
    Column("due", _TIME, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("done_at", _TIME),
    Column("receipt", Text),
)

# What is handed to a Zielsystem: one version of one document each. ``files`` are the names it got
# and their hashes, ``process`` is how the other side names it in what it sends back.
deliveries = Table(
    "deliveries",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("zielsystem", String(40), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("process", String(36), nullable=False),
    Column("status", String(16), nullable=False),
    Column("files", JSON, nullable=False),
    Column("error", _CODE),
    Column("receipt", Text),
    Column("created_at", _TIME, nullable=False),
    Column("delivered_at", _TIME),
    Column("confirmed_at", _TIME),
    UniqueConstraint("process"),
    Index("ix_deliveries_status", "status"),
)

web = schema_web
"""The tables of those who use the service in a browser."""

SEARCH_INDEX, INDEX_ON_SERVER = by_itself.SEARCH_INDEX, by_itself.INDEX_ON_SERVER

# Words of a document as ``domain.search_words`` has them: each once for the databases' indexes,
# and all in their order with the field they stand in. SQLite's index goes by the number.
search = Table(
    "search",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", ForeignKey("documents.id"), nullable=False),
    Column("normaliser", Integer, nullable=False, index=True),
    Column("words", Text, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("document"),
)


@event.listens_for(metadata, "after_create")
def _own_kind(
    _: MetaData, connection: Connection, tables: Collection[Table], **__: object
) -> None:
    if search in tables:
        by_itself.made(connection)
