"""What lists and searches have of a document, held against the record it was taken from."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any  # readings have the shape of the JSON contract

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, Text, cast, exists, select

from formservice.adapters.store import schema
from formservice.adapters.store.rows import (
    deadline_rows,
    finding_rows,
    form_of,
    goal_rows,
    no_goals,
)
from formservice.adapters.store.words import OWN, indexed, normaliser
from formservice.application.goals import GoalsRead
from formservice.domain.canonical import digest
from formservice.domain.errors import DefinitionError

_documents, _records, _cases = schema.documents, schema.records, schema.case_documents
# What a changed byte makes of a record: a text where a list stood, a number without a length.
_ODD = (TypeError, ValueError, AttributeError, LookupError, RecursionError)


class Derived:
    """Works inside one transaction that only reads."""

    def __init__(self, connection: Connection, goals: GoalsRead = no_goals) -> None:
        """Read with ``connection``; ``goals`` tells those of a record."""
        self._connection = connection
        self._goals = goals

    def differing(self, documents: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return for each of ``documents``, in German, what is not as its newest record says.

        A record that is not the one its own hash tells of is not held against anything: that is
        told before.
        """
        findings = self._of(schema.findings, "position", documents)
        deadlines = self._of(schema.deadlines, "key", documents)
        goals = self._of(schema.web.goals, "number", documents)
        words = self._of(schema.search, "id", documents)

        def of(row: Row[Any], reading: Mapping[str, Any]) -> Iterator[str]:
            yield from _differing(row, reading, findings[row.id], deadlines[row.id], words[row.id])
            yield from self._goals_differing(row, reading, goals[row.id])

        found: dict[str, Sequence[str]] = {}
        for row, reading in self._rows(documents):
            try:
                found[row.id] = [] if reading is None else list(of(row, reading))
            except _ODD:  # its own hash was changed with it: the event tells
                found[row.id] = ["sein Datensatz ist nicht gebaut wie die anderen"]
        return found

    def _goals_differing(
        self, row: Row[Any], reading: Mapping[str, Any], goals: Sequence[Mapping[str, Any]]
    ) -> Iterator[str]:
        """Yield that goals are not those of a record, if they were read as we read them today.

        Goals that were read by another definition are read anew (chore „goals“). Where the
        definitions are damaged nobody can tell them: then none are held against anything, for
        what is kept is proved without definitions.
        """
        try:
            told = self._goals(reading)
        except DefinitionError:
            return
        if row.goals_by != told.by:
            return
        rows = [{key: _told(value) for key, value in one.items()} for one in goal_rows(told.goals)]
        if list(goals) != rows:
            yield "die Ziele"

    def _rows(
        self, documents: Sequence[str]
    ) -> Iterator[tuple[Row[Any], Mapping[str, Any] | None]]:
        """Yield rows of documents with what their newest records say.

        None if that is no JSON, or not what the hash beside it was made of.
        """
        newest = (_records.c.document == _documents.c.id) & (
            _records.c.version == _documents.c.version
        )
        query = OWN.add_columns(
            _documents.c.form,
            _documents.c.edition,
            _documents.c.assigned,
            exists().where(_cases.c.document == _documents.c.id).label("belongs"),
            _documents.c.goals_by,
            cast(_records.c.reading, Text).label("reading"),
            _records.c.sha256,
        )
        query = query.outerjoin(_records, newest).where(_documents.c.id.in_(documents))
        for row in self._connection.execute(query):
            try:
                reading = json.loads(row.reading or "{}")
                if row.reading is not None and digest(reading) != row.sha256:
                    reading = None
            except (ValueError, RecursionError):
                reading = None
            yield row, reading if isinstance(reading, dict) else None

    def _of(
        self, table: Table, order: str, documents: Sequence[str]
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        names = [one for one in table.c if one.name != "document"]
        query = select(table.c.document, *(_text(one) for one in names))
        found = defaultdict[str, list[Mapping[str, Any]]](list)
        for row in self._connection.execute(
            query.where(table.c.document.in_(documents)).order_by(table.c[order])
        ):
            values = dict(row._mapping)
            found[values.pop("document")].append(values)
        return found


def _differing(
    row: Row[Any],
    reading: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    deadlines: Sequence[Mapping[str, Any]],
    words: Sequence[Mapping[str, Any]],
) -> Iterator[str]:
    if bool(row.assigned) != row.belongs:
        yield "ob er einem Fall zugeordnet ist"
    form, edition = form_of(reading)
    if (row.form, row.edition, row.reference) != (form, edition, reading.get("reference")):
        yield "das Formular, seine Ausgabe oder sein Kennzeichen"
    if list(findings) != list(finding_rows(reading)):
        yield "die Befunde"
    due = [{key: _told(value) for key, value in one.items()} for one in deadline_rows(reading)]
    if list(deadlines) != sorted(due, key=lambda one: str(one["key"])):
        yield "die Fristen"
    # Words of another version are made anew (chore „words“), as are those that are not there yet.
    ours = [one for one in words if one["normaliser"] == normaliser().version]
    made = indexed(row, reading)
    if any((one["words"], one["text"]) != (made.words, made.text) for one in ours):
        yield "die Wörter für die Suche"


def _told(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _text(column: Column[Any]) -> ColumnElement[Any]:
    """Return a day as the text that stands there, whatever it is by now."""
    is_day = column.type.__visit_name__ == "date"
    return cast(column, Text).label(column.name) if is_day else column
