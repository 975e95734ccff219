"""An installation with a few documents of every kind, for tests that change it behind its back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import URL

from formservice.adapters.heads import Heads
from formservice.adapters.originals.local import LocalOriginals
from formservice.adapters.places import Places
from formservice.adapters.store import schema
from formservice.adapters.store.migrate import migrated
from formservice.adapters.store.store import Store
from formservice.application.goals import goals_told
from formservice.application.ports_store import SERVICE, Arrival, Author, CopyOf, Found, PageOf
from formservice.application.verify import Verify
from formservice.domain.case import Role, State
from tests import known

DAY = date(2026, 4, 7)
IFK, LEAD = Author("ifk-1", Role.IFK), Author("lead-1", Role.LEAD)


def reading(name: str, more: str = "") -> dict[str, object]:
    """A record of a Feedbackbogen that came late."""
    fields = {"name": name, "vorname": "Ana", "q3_erreicht": more or "Bewerbungen geschrieben"}
    late = {"code": "deadline.missed", "severity": "asks", "field": None, "message": "zu spät"}
    return {
        "form": {"id": "feedbackbogen", "edition": "2023-09-22", "margin": 0.9},
        "fields": {
            key: {"reading": "read", "value": value, "confidence": 1.0}
            for key, value in fields.items()
        },
        "findings": [late],
        "deadlines": [{"key": "vorlage", "start": "2026-03-27", "due": "2026-04-07"}],
    }


@dataclass
class Installation:
    """A store with all that lies beside it."""

    store: Store
    folder: Path

    @property
    def originals(self) -> LocalOriginals:
        return LocalOriginals(self.folder / "originals")

    @property
    def heads(self) -> Heads:
        return Heads(self.folder / "koepfe")

    @property
    def places(self) -> Places:
        return Places(self.folder / "pruefung")

    @property
    def verify(self) -> Verify:
        return Verify(self.store, self.originals, self.heads, self.places, lambda: "heute")

    def receive(self, id_: str, data: bytes, *names: str, traeger: str | None = None) -> str:
        """Keep a file in which a form was found for each of ``names``; return its hash."""
        sha256 = self.originals.put(data)
        arrival = Arrival(id_, sha256, len(data), f"{id_}.pdf", "upload", DAY, "text", traeger)
        with self.store.work() as work:
            work.documents.receive(arrival, IFK, is_read=True)
            found = [
                Found([PageOf(sha256, place)], reading(name))
                for place, name in enumerate(names, 1)
            ]
            work.documents.found(id_, found, SERVICE)
        return sha256

    def head(self) -> None:
        """Keep the head of this day."""
        with self.store.look() as work:
            head = work.events.head()
        assert head is not None
        self.heads.keep(head)

    def fill(self) -> None:
        """Keep three files: one form decided and copied, two forms in one, one not recognised."""
        with self.store.work() as work:
            for one in ("t1", "t2"):
                row = {"id": one, "name": f"Bildungswerk {one}"}
                work.connection.execute(insert(schema.traeger).values(row))
        self.receive("d1", b"first file", "Nguyen", traeger="t1")
        with self.store.work() as work:
            work.documents.save("d1", 1, reading("Nguyễn"), IFK, "verlesen")
            work.documents.acknowledge("d1", "deadline.missed", None, LEAD, "Postlauf")
            work.documents.move("d1", State.ACCEPTED, LEAD, "alles da")
            data = b"archive copy"
            copy = CopyOf("d1", 2, "form", self.originals.put(data), len(data))
            work.copies.keep(copy, SERVICE)
        self.receive("d2", b"second file", "Kowalska", "Haddad")
        self.receive("d3", b"third file")

    @contextmanager
    def changed_back(self) -> Iterator[None]:
        """Put everything back to what it is now, whatever is done to it meanwhile."""
        tables = schema.metadata.sorted_tables
        with self.store.look() as work:
            rows = {one: work.connection.execute(select(one)).all() for one in tables}
        files = {one: one.read_bytes() for one in self.folder.rglob("*") if _is_ours(one)}
        try:
            yield
        finally:
            with self.store.work() as work:
                for table in reversed(tables):
                    work.connection.execute(delete(table))
                for table in tables:
                    values = [dict(row._mapping) for row in rows[table]]
                    # What is part of a document comes after it.
                    values.sort(key=lambda row: row.get("part_of") is not None)
                    if values:
                        work.connection.execute(insert(table), values)
            for file in self.folder.rglob("*"):
                if _is_ours(file) and file not in files:
                    file.unlink()
            for file, data in files.items():
                file.write_bytes(data)


def _is_ours(path: Path) -> bool:
    return path.is_file() and not path.name.startswith("formservice.sqlite")


@contextmanager
def installation(address: URL, folder: Path) -> Iterator[Installation]:
    """Yield an installation with nothing in it."""
    known_goals = partial(goals_told, forms=known.services().forms)
    store = Store(address, heads=Heads(folder / "koepfe"), goals=known_goals)
    migrated(store.engine)
    try:
        yield Installation(store, folder)
    finally:
        store.close()
