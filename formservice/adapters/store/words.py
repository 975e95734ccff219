"""Writes the words of documents, in the transaction that changes them; the index follows."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from threading import Lock
from typing import Any  # readings have the shape of the JSON contract

from sqlalchemy import Connection, Row, delete, func, insert, literal, select, update

from formservice.adapters.store import schema
from formservice.domain.search_words import Indexed, Normaliser

# As many words as a German text of millions has.
_KEPT = 200_000
_stemming = Lock()


@lru_cache(_KEPT)
def _stem(word: str) -> str:
    with _stemming:  # the stemmer keeps the word it is at
        return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:  # the library has no types
    import snowballstemmer  # noqa: PLC0415 - loads the stemmers of all languages

    return snowballstemmer.stemmer("german")


@cache
def normaliser() -> Normaliser:
    """Return what makes words of texts and queries alike."""
    return Normaliser(_stem)


class Words:
    """Works inside one transaction; whoever changes a document has it locked."""

    def __init__(self, connection: Connection) -> None:
        """Write with ``connection``."""
        self._connection = connection

    def write(self, document: str, reading: Mapping[str, Any]) -> None:
        """Keep the words of a document as they are now, those before are gone."""
        table = schema.search
        row = self._connection.execute(OWN.where(schema.documents.c.id == document)).one()
        made = indexed(row, reading)
        values = {
            "normaliser": normaliser().version,
            "words": made.words,
            "text": made.text,
        }
        changed = self._connection.execute(
            update(table).where(table.c.document == document).values(values)
        )
        if not changed.rowcount:
            self._connection.execute(insert(table).values(document=document, **values))

    def forget(self, document: str) -> None:
        """Take the words of a document away, from the index as well.

        What an index kept of them in its pages goes with ``purge``.
        """
        table = schema.search
        self._connection.execute(delete(table).where(table.c.document == document))

    def purge(self) -> None:
        """Leave nothing in the pages of the index of what is no longer in the table.

        SQLite writes the whole index anew for that; PostgreSQL needs VACUUM, outside of any
        transaction.
        """
        if self._connection.dialect.name == "sqlite":
            self._connection.exec_driver_sql(
                "INSERT INTO search_index(search_index) VALUES ('optimize')"
            )

    def outdated(self, most: int) -> Sequence[str]:
        """Return documents whose words another version of the normaliser made, or none."""
        table, kept = schema.search, schema.documents
        other = select(table.c.document).where(
            (table.c.normaliser < normaliser().version)
            | (table.c.normaliser > normaliser().version)
        )
        found = list(self._connection.execute(other.limit(most)).scalars())
        if len(found) < most and not self._has_all():
            none = kept.c.id.not_in(select(table.c.document))
            missing = select(kept.c.id).where(none).limit(most - len(found))
            found += self._connection.execute(missing).scalars()
        return found

    def again(self, documents: Sequence[str]) -> None:
        """Write the words of documents anew, from their newest records."""
        kept, records = schema.documents, schema.records
        query = (
            select(kept.c.id, records.c.reading)
            .outerjoin(
                records, (records.c.document == kept.c.id) & (records.c.version == kept.c.version)
            )
            .where(kept.c.id.in_(documents))
            .order_by(kept.c.id)
            .with_for_update(of=kept)
        )
        for row in self._connection.execute(query).all():
            self.write(row.id, row.reading or {})

    def _has_all(self) -> bool:
        """Say whether there are as many rows of words as documents: counted faster than told."""
        counts = [select(func.count(literal(1))).select_from(t).scalar_subquery() for t in _BOTH]
        return bool(self._connection.execute(select(counts[0] == counts[1])).scalar())


_BOTH = (schema.search, schema.documents)
_documents = schema.documents
OWN = select(
    *(_documents.c[name] for name in ("id", "name", "reference", "original")),
    schema.traeger.c.name.label("traeger_name"),
).outerjoin(schema.traeger, schema.traeger.c.id == _documents.c.traeger)
"""Selects what a document is found by beside its fields."""


def indexed(row: Row[*tuple[Any, ...]], reading: Mapping[str, Any]) -> Indexed:
    """Return the words of a document: of its row (``OWN``) and of what was read."""
    own = {"datei": row.name, "kennung": f"{row.id} {row.reference or ''} {row.original or ''}"}
    if row.traeger_name:
        own["traeger"] = row.traeger_name
    return normaliser().indexed([*own.items(), *sections(reading)])


def sections(reading: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield key and text of every field that has a value: „ja“, days as they are, texts."""
    for key, one in (reading.get("fields") or {}).items():
        value = one.get("value") if isinstance(one, Mapping) else None
        if isinstance(value, bool):
            yield key, "ja" if value else "nein"
        elif isinstance(value, (list, tuple)):
            yield key, " ".join(map(str, value))
        elif value is not None:
            yield key, str(value)
