"""Goals are kept as their definition says, and read anew where it says otherwise by now."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select, update

from formservice.adapters.definitions.mappings import Definitions
from formservice.adapters.store import schema
from formservice.adapters.store.renewed import goals_renewed
from formservice.adapters.store.store import Store
from formservice.application.goals import goals_told
from formservice.application.ports import Forms
from formservice.domain.errors import DefinitionError
from formservice.domain.form import FormDefinition
from tests import known
from tests.store.proven import IFK, Installation, installation, reading

PLAN = "integrationsfoerderplan"
FORMS = known.services().forms


@pytest.fixture
def kept(address, tmp_path):
    """An installation with a plan that has an open goal and one that is reached."""
    with installation(address, tmp_path / "data") as one:
        one.receive("d1", b"first", "Weber")
        told = {
            "ziele[0].text": "Arbeit",
            "ziele[1].text": "Wohnung",
            "ziele[1].stand": "erreicht",
        }
        fields = {key: {"reading": "read", "value": value} for key, value in told.items()}
        form = {"id": PLAN, "edition": "2017-11", "margin": 1.0}
        with one.store.work() as work:
            work.documents.save("d1", 1, reading("Weber") | {"form": form, "fields": fields}, IFK)
        yield one


@contextmanager
def with_definitions(kept: Installation, forms: Forms) -> Iterator[Installation]:
    """Open the installation as it is after its definitions have changed."""
    told = partial(goals_told, forms=forms)
    store = Store(kept.store.engine.url, heads=kept.heads, goals=told)
    try:
        yield Installation(store, kept.folder)
    finally:
        store.close()


def rows(kept: Installation) -> list[tuple[int, bool]]:
    table = schema.web.goals
    with kept.store.look() as work:
        query = select(table.c.number, table.c.is_open).order_by(table.c.number)
        return [tuple(row) for row in work.connection.execute(query)]


def no_plan(one: FormDefinition) -> FormDefinition:
    return replace(one, goals=None) if one.ref.form == PLAN else one


def done_when_open(one: FormDefinition) -> FormDefinition:
    return replace(one, goals=replace(one.goals, done=("offen",))) if one.goals else one


CHANGES = {
    "another state is done": (
        Definitions(done_when_open(one) for one in FORMS),
        [(1, False), (2, True)],
    ),
    "the form is taken out of use": (
        Definitions(one for one in FORMS if one.ref.form != PLAN),
        [],
    ),
    "it is no plan any more": (Definitions(no_plan(one) for one in FORMS), []),
}


@pytest.mark.parametrize(("forms", "anew"), CHANGES.values(), ids=list(CHANGES))
def test_who_changes_a_definition_has_changed_nothing_behind_our_back(kept, forms, anew):
    assert rows(kept) == [(1, True), (2, False)]
    with with_definitions(kept, forms) as after:
        assert after.verify(anew=True).broken is None
        assert goals_renewed(after.store) == 1
        assert rows(after) == anew
        assert goals_renewed(after.store) == 0
        assert after.verify(anew=True).broken is None


def test_a_form_that_becomes_a_plan_gets_the_goals_of_what_came_before(kept):
    with with_definitions(kept, Definitions(no_plan(one) for one in FORMS)) as before:
        goals_renewed(before.store)
        assert rows(before) == []
    assert kept.verify(anew=True).broken is None
    assert goals_renewed(kept.store) == 1
    assert rows(kept) == [(1, True), (2, False)]


def test_goals_changed_behind_our_back_are_named_as_before(kept):
    with kept.store.work() as work:
        work.connection.execute(update(schema.web.goals).values(is_open=False))
    found = kept.verify(anew=True).broken
    assert found is not None
    assert "Suche steht, ist verändert: die Ziele." in found.message
    assert goals_renewed(kept.store) == 0, "what was changed is not mended before it is seen"


def test_what_was_changed_behind_our_back_keeps_nobody_from_reading_the_others_anew(kept):
    fields = {"ziele[0].text": "x"}
    odd = {"form": {"id": PLAN, "edition": "2017-11"}, "fields": fields}
    kept.receive("d0", b"another", "Kaya")
    with kept.store.work() as work:
        work.connection.execute(
            update(schema.records).where(schema.records.c.document == "d0").values(reading=odd)
        )
        first = schema.documents.c.id == "d0"
        work.connection.execute(update(schema.documents).where(first).values(form=PLAN))
        work.connection.execute(update(schema.documents).values(goals_by=None))
    goals_renewed(kept.store)
    with kept.store.look() as work:
        query = select(schema.documents.c.goals_by).where(schema.documents.c.id == "d1")
        assert work.connection.execute(query).scalar_one() is not None


def test_where_the_definitions_are_damaged_goals_stay_as_they_are(kept):
    def damaged(reading):
        raise DefinitionError("Die Definitionen haben Fehler.", ())

    store = Store(kept.store.engine.url, heads=kept.heads, goals=damaged)
    with pytest.raises(DefinitionError):
        goals_renewed(store)
    store.close()
    assert rows(kept) == [(1, True), (2, False)]
