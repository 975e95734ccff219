"""What each database does by itself when rows change, in a way of its own; step 0001 has the same.

The index of words follows the table ``search``, as ``assigned`` of documents follows
``case_documents``. Who adds, changes or deletes a row has nothing else to do.
"""

import re

from sqlalchemy import Connection

SEARCH_INDEX = "search_index"
INDEX_ON_SERVER = (
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
)
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
        *INDEX_ON_SERVER,
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


def made(connection: Connection) -> None:
    """Make what a database lacks of it."""
    there = _there(connection)
    for statement in _BY_ITSELF[connection.dialect.name]:
        name = _MADE.match(statement)
        if name is None or name[1] not in there:
            connection.exec_driver_sql(statement)


def stopped(connection: Connection) -> bool:
    """Let SQLite do nothing by itself any more; say whether it did anything."""
    triggers = [name for name, kind in _there(connection).items() if kind == "trigger"]
    for name in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    return bool(triggers)


def begun(connection: Connection) -> None:
    """Let SQLite do all that by itself again, and do what it has missed meanwhile."""
    made(connection)
    connection.exec_driver_sql("INSERT INTO search_index(search_index) VALUES ('rebuild')")
    connection.exec_driver_sql(
        "UPDATE documents SET assigned = NOT assigned"
        " WHERE assigned <> EXISTS (SELECT 1 FROM case_documents WHERE document = documents.id)"
    )


_MADE = re.compile(r"CREATE (?:VIRTUAL TABLE|TRIGGER) (\w+)")


def _there(connection: Connection) -> dict[str, str]:
    """Return what SQLite has of our own, by name; a server keeps what it has."""
    if connection.dialect.name != "sqlite":
        return {}
    rows = connection.exec_driver_sql("SELECT name, type FROM sqlite_master")
    ours = {found[1] for one in _BY_ITSELF["sqlite"] if (found := _MADE.match(one))}
    return {row.name: row.type for row in rows if row.name in ours}
