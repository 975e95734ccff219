"""What happened in a case, as the chain of events tells it."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from formservice.adapters.store import schema
from formservice.adapters.store.store import Work
from formservice.application.casework import Happened
from formservice.application.terms import person_of, told_of
from formservice.domain.chain import Link, read

_events, _told, _belongs = schema.events, schema.web.case_events, schema.case_documents


def history(work: Work, case: str, before: int | None, most: int) -> Sequence[Happened]:
    """Return the events of a case and of its documents, the latest first: three queries.

    What workers did is left out. Of a case's own events it says which can be taken back.
    """
    documents, mine = schema.documents, select(_told.c.event).where(_told.c.case == case)
    theirs = select(_belongs.c.document).where(_belongs.c.case == case)
    query = (
        select(_events, documents.c.form)
        .outerjoin(documents, documents.c.id == _events.c.document)
        .where(or_(_events.c.seq.in_(mine), _events.c.document.in_(theirs)))
        .where(_events.c.type.not_like("work.%"))
    )
    if before is not None:
        query = query.where(_events.c.seq < before)
    rows = work.connection.execute(query.order_by(_events.c.seq.desc()).limit(most)).all()
    people = work.copies.people({row.author for row in rows})
    undo = _changes(work, case, [row.seq for row in rows])
    found = []
    for row in rows:
        link = Link(
            row.seq,
            row.at,
            row.type,
            row.document,
            row.author,
            read(row.body) or {},
            row.previous,
            row.hash,
        )
        sentence, who = told_of(link), person_of(row.author, people)
        form = str(link.body["form"]) if row.type == "form.issued" else row.form
        told = (row.document, form, undo.get(row.seq))
        found.append(Happened(row.seq, row.at, sentence, who, *told))
    return found


def _changes(work: Work, case: str, events: Sequence[int]) -> dict[int, int]:
    """Return the changes that can be taken back, by their events."""
    query = select(_told.c.event, _told.c.id).where(
        _told.c.case == case,
        _told.c.event.in_(events),
        _told.c.undone.is_(None),
        _told.c.after.is_not(None),
    )
    return {row.event: row.id for row in work.connection.execute(query)}
