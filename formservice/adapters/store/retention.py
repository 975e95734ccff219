"""What need not be kept any longer: rows that only work needed go, documents are only told of."""

from datetime import date

from sqlalchemy import delete, func, select

from formservice.adapters.store import schema
from formservice.adapters.store.drafts import outdated
from formservice.adapters.store.engine import now
from formservice.adapters.store.store import Store, Work

_DAY_S = 24 * 3600.0
_PROGRESS_S = 30 * _DAY_S
# Whom an answer went to is not kept, but that there was one: who asks does so within a year.
_SENT_S = 365 * _DAY_S
# Deliveries to other systems belong to their documents; all else was a mail.
_DELIVERY = "delivery"


def tidied(store: Store) -> int:
    """Take away how far finished work was, mails and drafts of long ago; return how many."""
    return store.written(_tidied)


def _tidied(work: Work) -> int:
    progress, outbox = schema.progress, schema.outbox
    old = delete(progress).where(progress.c.at < now() - _PROGRESS_S)
    sent = delete(outbox).where(outbox.c.kind != _DELIVERY, outbox.c.done_at < now() - _SENT_S)
    done = sum(int(work.connection.execute(one).rowcount) for one in (old, sent))
    return done + outdated(work)


def expired(work: Work, years: int | None, today: date) -> int:
    """Return how many documents have been kept for longer than so many years; None: no period.

    It begins when the case has ended, which is the last of several; without a case, on the day of
    receipt. What belongs to an open case is never meant.
    """
    if years is None:
        return 0
    limit = _years_before(today, years)
    kept, part = schema.documents, schema.documents.alias()
    told, cases = schema.case_documents, schema.cases
    lasting = select(told.c.document).join(cases, cases.c.id == told.c.case)
    lasting = lasting.where(cases.c.ended.is_(None) | (cases.c.ended > limit))
    # A file is no document where its parts are.
    whole = select(part.c.id).where(part.c.part_of == kept.c.id).exists()
    query = select(func.count()).select_from(kept).where(kept.c.received <= limit, ~whole)
    query = query.where(kept.c.id.not_in(lasting))
    return int(work.connection.execute(query).scalar_one())


def _years_before(today: date, years: int) -> date:
    year = max(1, today.year - years)
    if (today.month, today.day) == (2, 29):
        return date(year, 2, 28)
    return today.replace(year=year)
