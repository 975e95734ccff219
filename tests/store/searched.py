"""Invented documents to be found, and a short way to ask for them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import insert

from formservice.adapters.store import schema
from formservice.adapters.store.engine import writing
from formservice.adapters.store.store import Store
from formservice.application.ports_store import SERVICE, Arrival, Author, Found, PageOf
from formservice.application.search import Find, Hits
from formservice.domain.case import Role
from formservice.domain.search_query import Vocabulary, all_fields
from tests.store import postgres

LEAD = Author("leitung", Role.LEAD)
KEYS = "name vorname ort q3_erreicht q4_wodurch traeger_massnahme geburtsdatum ziele[].text sig_tn"
VOCABULARY = Vocabulary(
    all_fields(KEYS.split()), frozenset({"feedbackbogen", "erwartungsbogen", "einwilligung-daten"})
)


@dataclass(frozen=True)
class Sheet:
    """One received form."""

    id: str
    fields: Mapping[str, object]
    received: date = date(2026, 4, 7)
    form: str | None = "feedbackbogen"
    findings: tuple[tuple[str, str], ...] = ()
    file: str = "bogen.pdf"
    traeger: str | None = None
    edition: str = "2023-09-22"

    def reading(self) -> dict[str, object]:
        """Return it as ``read --json`` has it."""
        return {
            "file": self.file,
            "medium": "text",
            "page_numbers": [1],
            "archivable": not self.findings,
            "form": {"id": self.form, "edition": self.edition} if self.form else None,
            "reference": f"REF{self.id.upper()}",
            "fields": {
                key: {"reading": "read" if value is not None else "blank", "value": value}
                for key, value in self.fields.items()
            },
            "findings": [
                {"code": code, "severity": how, "message": "So."} for code, how in self.findings
            ],
            "deadlines": [],
        }


def filed(store: Store, sheet: Sheet) -> str:
    """Receive a form and what was read of it."""
    digest = sha256(sheet.id.encode()).hexdigest()
    arrival = Arrival(
        sheet.id, digest, 5, sheet.file, "upload", sheet.received, "text", sheet.traeger
    )
    with store.work() as work:
        work.documents.receive(arrival, SERVICE, is_read=True)
        work.documents.found(sheet.id, [Found([PageOf(digest, 1)], sheet.reading())], SERVICE)
    return sheet.id


def asked(
    store: Store, text: str, viewer: Author = LEAD, limit: int = 100, after: str = ""
) -> Hits:
    """Search as somebody."""
    return Find(store, VOCABULARY)(text, viewer, limit, after)


def ids(store: Store, text: str, viewer: Author = LEAD) -> set[str]:
    """Return what somebody finds."""
    return {one.id for one in asked(store, text, viewer).hits}


def with_traeger(store: Store, *names: str) -> None:
    """Let there be so many Träger, and somebody who works for each."""
    with writing(store.engine) as connection:
        for name in names:
            connection.execute(insert(schema.traeger).values(id=name, name=f"Träger {name}"))
            connection.execute(
                insert(schema.users).values(id=f"u-{name}", name="x", role="traeger", active=True)
            )
            connection.execute(insert(schema.user_traeger).values(user=f"u-{name}", traeger=name))


@contextmanager
def on_postgres(shared) -> Iterator[Store]:
    """Give a store with empty tables on a PostgreSQL of its own."""
    with postgres.database(shared) as url:
        store = Store(url)
        with writing(store.engine) as connection:
            schema.metadata.create_all(connection)
        yield store
        store.close()
