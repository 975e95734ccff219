"""Whatever people and workers do in whatever order: the chain is sound, versions have no gaps."""

import json
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from formservice.adapters.store import schema
from formservice.adapters.store.store import Store
from formservice.application.ports_store import SERVICE, Author, Found, PageOf
from formservice.domain.canonical import digest
from formservice.domain.case import MOVES, Role, State, checked_move
from formservice.domain.chain import FIRST, Link, is_sound, salted
from formservice.domain.errors import ConflictError, NotFoundError, UsageError
from tests.store.test_documents import arrival, reading

AUTHORS = [SERVICE, *(Author(f"{role}-1", role) for role in Role if role is not Role.SYSTEM)]
documents = st.integers(0, 2).map(lambda number: f"d{number}")
authors = st.sampled_from(AUTHORS)
reasons = st.sampled_from(["", " ", "weil es so ist"])

receives = st.tuples(st.just("receive"), documents, authors)
finds = st.tuples(st.just("find"), documents, st.integers(0, 2), st.booleans())
saves = st.tuples(st.just("save"), documents, st.integers(-1, 1), authors, st.text(max_size=3))
moves = st.tuples(st.just("move"), documents, st.sampled_from(State), authors, reasons)
answers = st.tuples(st.just("answer"), documents, authors, reasons)
steps = st.lists(receives | finds | saves | moves | answers, max_size=16)


class Office:
    """A store, and what must be true of it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.versions: dict[str, int] = {}
        self.states: dict[str, State] = {}

    def do(self, step: tuple[object, ...]) -> None:
        """Take a step; one that is refused by name changes nothing at all."""
        what, *told = step
        before = self.everything()
        refused = False
        act: Callable[..., None] = getattr(self, f"_{what}")
        try:
            act(*told)
        except (ConflictError, UsageError, NotFoundError):
            refused = True
        assert not refused or self.everything() == before

    def _receive(self, document: str, author: Author) -> None:
        with self.store.work() as work:
            kept, known = work.documents.receive(arrival(document, document.encode()), author)
        assert kept.id == document
        assert known == (document in self.states)
        self.states.setdefault(document, State.RECEIVED)

    def _find(self, document: str, count: int, blocks: bool) -> None:
        with self.store.work() as work:
            page = PageOf(work.documents.get(document).original or "", 1)
            one = Found([page], reading(blocks=blocks))
            work.documents.found(document, [one] * count, SERVICE)
            for id_ in (document, *(part.id for part in work.documents.parts(document))):
                kept = work.documents.get(id_)
                self.states[id_], self.versions[id_] = kept.state, kept.version

    def _save(self, document: str, off: int, author: Author, name: str) -> None:
        base = self.versions.get(document, 0) + off
        with self.store.work() as work:
            version = work.documents.save(document, base, reading(name), author)
        assert off == 0
        assert self.states[document] not in (State.ACCEPTED, State.ARCHIVED)
        assert version == base + 1
        self.versions[document] = version

    def _move(self, document: str, state: State, author: Author, reason: str) -> None:
        with self.store.work() as work:
            work.documents.move(document, state, author, reason)
        assert (self.states[document], state) in MOVES
        checked_move(self.states[document], state, author.role, reason)
        self.states[document] = state

    def _answer(self, document: str, author: Author, reason: str) -> None:
        with self.store.work() as work:
            work.documents.acknowledge(document, "field.required", "q3_erreicht", author, reason)
        assert reason.strip()

    def everything(self) -> list[object]:
        with self.store.look() as work:
            return [
                list(work.connection.execute(select(table)).all())
                for table in (schema.documents, schema.records, schema.events, schema.salts)
            ]

    def check(self) -> None:
        """Assert what must hold after any steps."""
        with self.store.look() as work:
            for id_, state in self.states.items():
                assert work.documents.get(id_).state is state
                kept = [one.version for one in work.documents.versions(id_)]
                assert kept == list(range(1, self.versions.get(id_, 0) + 1))
                assert work.documents.get(id_).version == len(kept)
            events = work.connection.execute(
                select(schema.events).order_by(schema.events.c.seq)
            ).all()
            salts = {
                row.document: row.salt for row in work.connection.execute(select(schema.salts))
            }
            records = {
                (row.document, row.version): digest(row.reading)
                for row in work.connection.execute(select(schema.records))
            }
        links = [
            Link(r.seq, r.at, r.type, r.document, r.author, json.loads(r.body), r.previous, r.hash)
            for r in events
        ]
        hashes = [FIRST, *(one.hash for one in links)]
        assert [is_sound(one, before) for before, one in zip(hashes, links, strict=False)] == [
            True
        ] * len(links)
        assert all(one.seq + 1 == other.seq for one, other in pairwise(links))
        # Every record is proven by an event, and every such event by its record.
        proven = {
            (one.document, one.body["version"]): one.body["record"]
            for one in links
            if one.type == "record.saved"
        }
        assert proven == {
            key: salted(salts[key[0]], fingerprint) for key, fingerprint in records.items()
        }


@pytest.mark.slow
@given(taken=steps)
@settings(
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # emptied each time
)
def test_any_order_of_moves_and_saves_leaves_a_sound_chain_and_versions_without_gaps(store, taken):
    with store.work() as work:
        for table in reversed(schema.metadata.sorted_tables):
            work.connection.execute(delete(table))
    office = Office(store)
    for step in taken:
        office.do(step)
    office.check()
