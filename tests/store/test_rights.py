"""Nobody finds, lists or counts what is not theirs; drawn at random, held against plain Python."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from formservice.adapters.store import schema
from formservice.adapters.store.engine import writing
from formservice.adapters.store.store import Store
from formservice.application.document_data import document_data, named
from formservice.application.ports_store import SERVICE, Author
from formservice.domain.case import Role, State
from formservice.domain.errors import NotFoundError, UsageError
from tests.store.searched import Sheet, asked, filed, with_traeger

TRAEGER = ("t1", "t2", "t3")
IFKS = ("ifk1", "ifk2")
WORDS = ("haus", "arbeit", "häuser")
VIEWERS = [
    SERVICE,
    Author("u-t1", Role.TRAEGER),
    Author("u-t2", Role.TRAEGER),
    Author("u-both", Role.TRAEGER),
    Author("u-none", Role.TRAEGER),
    Author("ifk1", Role.IFK),
    Author("ifk2", Role.IFK),
    Author("bo", Role.BACK_OFFICE),
    Author("lead", Role.LEAD),
    Author("admin", Role.ADMIN),
]


@dataclass(frozen=True)
class Kept:
    """A document, as plain Python has it: the case is None, one of nobody's, or an IFK's."""

    id: str
    traeger: str | None
    case: str | None
    state: State
    word: str

    def is_for(self, viewer: Author) -> bool:
        """Say whether ``viewer`` may see it."""
        if self.state in (State.PREPARING, State.DISCARDED) and viewer.role not in (
            Role.TRAEGER,
            Role.SYSTEM,
        ):
            return False
        match viewer.role:
            case Role.TRAEGER:
                theirs = {"u-t1": {"t1"}, "u-t2": {"t2"}, "u-both": {"t1", "t3"}}
                return self.traeger in theirs.get(viewer.id, set())
            case Role.IFK:
                return self.case in (None, "nobody", viewer.id)
            case Role.BACK_OFFICE:
                return self.state in (
                    State.RECEIVED,
                    State.UNIDENTIFIED,
                    State.IN_REVIEW,
                    State.JOINED,
                    State.NO_FORM,
                )
            case Role.LEAD | Role.ADMIN | Role.SYSTEM:
                return True


documents = st.lists(
    st.tuples(
        st.sampled_from([None, *TRAEGER]),
        st.sampled_from([None, "nobody", *IFKS]),
        st.sampled_from(State),
        st.sampled_from(WORDS),
    ),
    max_size=9,
)


def put(store: Store, drawn) -> list[Kept]:
    """Keep these documents and no others."""
    with writing(store.engine) as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(delete(table))
        for user in (*IFKS, "u-both", "u-none", "bo", "lead", "admin"):
            role = {"bo": Role.BACK_OFFICE, "lead": Role.LEAD, "admin": Role.ADMIN}.get(user)
            role = role or (Role.TRAEGER if user.startswith("u-") else Role.IFK)
            row = {"id": user, "name": user, "role": str(role), "active": True}
            connection.execute(insert(schema.users).values(row))
        connection.execute(insert(schema.persons).values(id="p", name="x", vorname="y"))
        for name, ifk in (("nobody", None), ("ifk1", "ifk1"), ("ifk2", "ifk2")):
            connection.execute(insert(schema.cases).values(id=name, person="p", ifk=ifk))
    with_traeger(store, *TRAEGER)
    with writing(store.engine) as connection:
        for name in ("t1", "t3"):
            row = {"user": "u-both", "traeger": name}
            connection.execute(insert(schema.user_traeger).values(row))
    kept = []
    for number, (traeger, case, state, word) in enumerate(drawn):
        one = Kept(f"document{number}", traeger, case, state, word)
        filed(store, Sheet(one.id, {"name": word}, date(2026, 1, 1 + number % 3), traeger=traeger))
        with writing(store.engine) as connection:
            table = schema.documents
            connection.execute(table.update().where(table.c.id == one.id).values(state=state))
            if case:
                row = {"document": one.id, "case": case}
                connection.execute(insert(schema.case_documents).values(row))
        kept.append(one)
    return kept


@pytest.mark.slow
@given(drawn=documents)
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_nobody_finds_lists_counts_or_opens_what_is_another_s(store, drawn):
    kept = put(store, drawn)
    for viewer in VIEWERS:
        mine = {one.id for one in kept if one.is_for(viewer)}
        listed = asked(store, "", viewer)
        assert {one.id for one in listed.hits} == mine
        assert listed.total == len(mine)
        assert sum(listed.states.values()) == sum(listed.forms.values()) == len(mine)
        houses = {one.id for one in kept if one.id in mine and one.word != "arbeit"}
        assert {one.id for one in asked(store, "Haus", viewer).hits} == houses
        assert {one.id for one in asked(store, "-haus", viewer).hits} == mine - houses
        with store.look() as work:
            for one in kept:
                assert work.search.is_visible(one.id, viewer) == (one.id in mine)
                assert list(work.search.named(one.id, viewer)) == [one.id] * (one.id in mine)


def test_the_file_with_forms_of_others_is_told_to_no_ifk_but_its_own_parts_are(store):
    put(store, [(None, "ifk1", State.IN_REVIEW, "haus"), (None, "ifk2", State.IN_REVIEW, "haus")])
    with writing(store.engine) as connection:
        table = schema.documents
        row: dict[str, object] = {
            "id": "pile",
            "name": "Stapel.pdf",
            "source": "upload",
            "state": "received",
        }
        row |= {"received": date(2026, 1, 1), "created_at": 1.0, "version": 0, "stage": "done"}
        row |= {"status": "done", "due": 0.0, "tries": 0, "fence": 0, "aside": []}
        connection.execute(insert(table).values(row))
        connection.execute(table.update().where(table.c.version > 0).values(part_of="pile"))
    ifk = Author("ifk1", Role.IFK)
    with store.look() as work:
        assert not work.search.is_visible("pile", ifk)
        assert document_data(work, "document0", ifk)["part_of"] == "pile"
        lead = Author("lead", Role.LEAD)
        assert len(document_data(work, "pile", lead)["parts"]) == 2
        with pytest.raises(NotFoundError):
            named(work, "document1", ifk)
        with pytest.raises(UsageError, match="Mehrere"):
            named(work, "document", lead)
    assert [one.id for one in asked(store, "", ifk).hits] == ["document0"]


def test_a_user_has_the_role_that_the_office_gave_and_only_while_active(store):
    put(store, [])
    with writing(store.engine) as connection:
        table = schema.users
        connection.execute(table.update().where(table.c.id == "ifk2").values(active=False))
    with store.look() as work:
        assert work.search.viewer("ifk1") == Author("ifk1", Role.IFK)
        for user in ("ifk2", "gibtesnicht", "\0"):
            with pytest.raises(NotFoundError):
                work.search.viewer(user)
