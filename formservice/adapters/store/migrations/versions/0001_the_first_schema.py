"""The first schema.

A step says again what ``schema`` and ``by_itself`` say at its time, and is never changed once it
is released: those follow the program, the step makes what it made on the first day.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Each database has an index of words of its own kind. It follows the table ``search`` by itself,
# as ``assigned`` of documents follows ``case_documents``.
_BY_ITSELF = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_index USING fts5(words, content='search', content_rowid='id',"
        " tokenize=\"unicode61 remove_diacritics 0 tokenchars '/'\", detail=none, columnsize=0)",
        "CREATE TRIGGER search_added AFTER INSERT ON search BEGIN"
        " INSERT INTO search_index(rowid, words) VALUES (new.id, new.words); END",
        "CREATE TRIGGER search_removed AFTER DELETE ON search BEGIN"
        " INSERT INTO search_index(search_index, rowid, words)"
        " VALUES ('delete', old.id, old.words); END",
        "CREATE TRIGGER search_changed AFTER UPDATE OF id, words ON search BEGIN"
        " INSERT INTO search_index(search_index, rowid, words)"
        " VALUES ('delete', old.id, old.words);"
        " INSERT INTO search_index(rowid, words) VALUES (new.id, new.words); END",
        "CREATE TRIGGER case_documents_added AFTER INSERT ON case_documents BEGIN"
        " UPDATE documents SET assigned = 1 WHERE id = new.document; END",
        "CREATE TRIGGER case_documents_removed AFTER DELETE ON case_documents BEGIN"
        " UPDATE documents SET assigned = 0 WHERE id = old.document; END",
        "CREATE TRIGGER case_documents_changed AFTER UPDATE OF document ON case_documents BEGIN"
        " UPDATE documents SET assigned = 0 WHERE id = old.document;"
        " UPDATE documents SET assigned = 1 WHERE id = new.document; END",
    ),
    "postgresql": (
        "ALTER TABLE search ADD COLUMN search_index tsvector GENERATED ALWAYS AS"
        " (array_to_tsvector(string_to_array(words, ' '))) STORED",
        "CREATE INDEX search_index_gin ON search USING gin (search_index)",
        # Read again for every document that is looked at, so beside its row instead of in pieces
        # elsewhere (from there, a search of 4,000 documents took half as long again).
        "ALTER TABLE search ALTER COLUMN search_index SET STORAGE MAIN,"
        " ALTER COLUMN text SET STORAGE MAIN",
        # Unpacked in a fraction of the time; a server may be built without it.
        "DO $$ BEGIN ALTER TABLE search ALTER COLUMN search_index SET COMPRESSION lz4,"
        " ALTER COLUMN text SET COMPRESSION lz4, ALTER COLUMN words SET COMPRESSION lz4;"
        " EXCEPTION WHEN feature_not_supported THEN NULL; END $$",
        # Nobody asks for whole texts: the server needs no samples of them.
        "ALTER TABLE search ALTER COLUMN words SET STATISTICS 0,"
        " ALTER COLUMN text SET STATISTICS 0",
        "CREATE OR REPLACE FUNCTION document_assigned() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN"
        " IF TG_OP <> 'INSERT' THEN"
        " UPDATE documents SET assigned = false WHERE id = old.document; END IF;"
        " IF TG_OP <> 'DELETE' THEN"
        " UPDATE documents SET assigned = true WHERE id = new.document; END IF;"
        " RETURN NULL; END $$",
        "CREATE TRIGGER case_documents_assigned"
        " AFTER INSERT OR DELETE OR UPDATE OF document ON case_documents"
        " FOR EACH ROW EXECUTE FUNCTION document_assigned()",
    ),
}


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=True),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_document"), ["document"], unique=False)

    op.create_table(
        "originals",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("medium", sa.String(length=16), nullable=True),
        sa.Column("received_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_originals")),
    )
    op.create_table(
        "persons",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("vorname", sa.Text(), nullable=False),
        sa.Column("geburtsdatum", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sa.UniqueConstraint("number", name=op.f("uq_persons_number")),
    )
    op.create_table(
        "traeger",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_traeger")),
        sa.UniqueConstraint("number", name=op.f("uq_traeger_number")),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("original", sa.String(length=64), nullable=True),
        sa.Column("part_of", sa.String(length=64), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=True),
        sa.Column("edition", sa.String(length=16), nullable=True),
        sa.Column("reference", sa.String(length=32), nullable=True),
        sa.Column("traeger", sa.String(length=64), nullable=True),
        sa.Column("received", sa.Date(), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("due", sa.Float(precision=53), nullable=False),
        sa.Column("owner", sa.String(length=128), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.Column("aside", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("assigned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["original"], ["originals.sha256"], name=op.f("fk_documents_original")
        ),
        sa.ForeignKeyConstraint(["part_of"], ["documents.id"], name=op.f("fk_documents_part_of")),
        sa.ForeignKeyConstraint(["traeger"], ["traeger.id"], name=op.f("fk_documents_traeger")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.create_index("ix_documents_assigned", ["assigned"], unique=False)
        batch_op.create_index(
            "ix_documents_due",
            ["due"],
            unique=False,
            sqlite_where=sa.text("status IN ('ready', 'running')"),
            postgresql_where=sa.text("status IN ('ready', 'running')"),
        )
        batch_op.create_index("ix_documents_part_of", ["part_of"], unique=False)
        batch_op.create_index(
            "ix_documents_received", ["received", "created_at", "id"], unique=False
        )
        batch_op.create_index("ix_documents_reference", ["reference"], unique=False)
        batch_op.create_index("ix_documents_state", ["state", "received"], unique=False)
        batch_op.create_index("ix_documents_traeger", ["traeger", "received"], unique=False)
        batch_op.create_index(
            "uq_documents_original",
            ["original"],
            unique=True,
            sqlite_where=sa.text("traeger IS NULL"),
            postgresql_where=sa.text("traeger IS NULL"),
        )
        batch_op.create_index(
            "uq_documents_original_traeger", ["original", "traeger"], unique=True
        )

    op.create_table(
        "massnahmen",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("traeger", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["traeger"], ["traeger.id"], name=op.f("fk_massnahmen_traeger")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_massnahmen")),
        sa.UniqueConstraint("number", name=op.f("uq_massnahmen_number")),
    )
    with op.batch_alter_table("massnahmen", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_massnahmen_traeger"), ["traeger"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_table(
        "user_traeger",
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("traeger", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["traeger"], ["traeger.id"], name=op.f("fk_user_traeger_traeger")),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_user_traeger_user")),
        sa.PrimaryKeyConstraint("user", "traeger", name=op.f("pk_user_traeger")),
    )
    with op.batch_alter_table("user_traeger", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_traeger_traeger"), ["traeger"], unique=False)

    op.create_table(
        "acknowledgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("field", sa.String(length=128), nullable=True),
        sa.Column("finding", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["documents.id"], name=op.f("fk_acknowledgements_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgements")),
    )
    with op.batch_alter_table("acknowledgements", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_acknowledgements_document"), ["document"], unique=False
        )

    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("ifk", sa.String(length=64), nullable=True),
        sa.Column("ended", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["ifk"], ["users.id"], name=op.f("fk_cases_ifk")),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name=op.f("fk_cases_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_ifk"), ["ifk"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_person"), ["person"], unique=False)

    op.create_table(
        "deadlines",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("met", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document"], ["documents.id"], name=op.f("fk_deadlines_document")
        ),
        sa.PrimaryKeyConstraint("document", "key", name=op.f("pk_deadlines")),
    )
    with op.batch_alter_table("deadlines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deadlines_due"), ["due"], unique=False)

    op.create_table(
        "findings",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("field", sa.String(length=128), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_findings_document")),
        sa.PrimaryKeyConstraint("document", "position", name=op.f("pk_findings")),
    )
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.create_index("ix_findings_code", ["code", "severity"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("due", sa.Float(precision=53), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.Float(precision=53), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_outbox_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_document"), ["document"], unique=False)

    op.create_table(
        "pages",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("original", sa.String(length=64), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_pages_document")),
        sa.ForeignKeyConstraint(
            ["original"], ["originals.sha256"], name=op.f("fk_pages_original")
        ),
        sa.PrimaryKeyConstraint("document", "position", name=op.f("pk_pages")),
    )
    with op.batch_alter_table("pages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pages_original"), ["original"], unique=False)

    op.create_table(
        "copies",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_copies_document")),
        sa.ForeignKeyConstraint(["sha256"], ["originals.sha256"], name=op.f("fk_copies_sha256")),
        sa.PrimaryKeyConstraint("document", "version", "kind", "sha256", name=op.f("pk_copies")),
    )
    with op.batch_alter_table("copies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_copies_sha256"), ["sha256"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("zielsystem", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("process", sa.String(length=36), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("delivered_at", sa.Float(precision=53), nullable=True),
        sa.Column("confirmed_at", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(
            ["document"], ["documents.id"], name=op.f("fk_deliveries_document")
        ),
        sa.PrimaryKeyConstraint("document", "zielsystem", "version", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("process", name=op.f("uq_deliveries_process")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deliveries_status"), ["status"], unique=False)

    op.create_table(
        "progress",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("done", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_progress_document")),
        sa.PrimaryKeyConstraint("document", "seq", name=op.f("pk_progress")),
    )
    op.create_table(
        "records",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reading", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_records_document")),
        sa.PrimaryKeyConstraint("document", "version", name=op.f("pk_records")),
    )
    op.create_table(
        "salts",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_salts_document")),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_salts")),
    )
    op.create_table(
        "search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("normaliser", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_search_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search")),
        sa.UniqueConstraint("document", name=op.f("uq_search_document")),
    )
    with op.batch_alter_table("search", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_normaliser"), ["normaliser"], unique=False)

    op.create_table(
        "participations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("massnahme", sa.String(length=64), nullable=False),
        sa.Column("von", sa.Date(), nullable=True),
        sa.Column("bis", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_participations_case")),
        sa.ForeignKeyConstraint(
            ["massnahme"], ["massnahmen.id"], name=op.f("fk_participations_massnahme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participations")),
    )
    with op.batch_alter_table("participations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participations_case"), ["case"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_participations_massnahme"), ["massnahme"], unique=False
        )

    op.create_table(
        "case_documents",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("participation", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_case_documents_case")),
        sa.ForeignKeyConstraint(
            ["document"], ["documents.id"], name=op.f("fk_case_documents_document")
        ),
        sa.ForeignKeyConstraint(
            ["participation"], ["participations.id"], name=op.f("fk_case_documents_participation")
        ),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_case_documents")),
    )
    with op.batch_alter_table("case_documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_documents_case"), ["case"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_case_documents_participation"), ["participation"], unique=False
        )

    for statement in _BY_ITSELF[op.get_bind().dialect.name]:
        op.execute(statement)
