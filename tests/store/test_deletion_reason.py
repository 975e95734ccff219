"""What is said of a deletion stays in the chain: nothing of what was deleted."""

import json

import pytest
from sqlalchemy import select

from formservice.adapters.store import schema
from formservice.application.ports_store import Arrival
from formservice.domain.errors import UsageError
from tests.store.proven import DAY, IFK, Installation, installation
from tests.store.test_deletion import ADMIN, deleting

NAME = "Zwackelmannsberg"  # invented


@pytest.fixture
def kept(address, tmp_path):
    with installation(address, tmp_path / "data") as one:
        yield one


def unread(kept: Installation) -> None:
    """Take in a file that nobody has read."""
    sha256 = kept.originals.put(b"unread")
    arrival = Arrival("d1", sha256, 6, f"{NAME}_Oz.docx", "batch", DAY, None)
    with kept.store.work() as work:
        work.documents.receive(arrival, IFK)


@pytest.mark.parametrize(
    "reason", [f"{NAME}_Oz.docx", f"Antrag {NAME}s", f"Az. {NAME} 1", "Az. 12 OZ"], ids=range(4)
)
def test_no_part_of_a_name_gets_into_the_chain_nor_through_the_plan(
    kept: Installation,
    reason: str,
):
    unread(kept)
    for attempt in (
        lambda: deleting(kept)(["d1"], ADMIN, reason),
        lambda: deleting(kept).plan(["d1"], reason),
    ):
        with pytest.raises(UsageError) as raised:
            attempt()
        assert NAME not in raised.value.message + raised.value.hint
    with kept.store.look() as work:
        assert work.documents.get("d1").id == "d1"
    deleting(kept)(["d1"], ADMIN, "widerruf der einwilligung, AZ 1/2")
    with kept.store.look() as work:
        bodies = work.connection.execute(select(schema.events.c.body)).scalars().all()
    assert json.loads(bodies[-1])["reason"] == "Widerruf der Einwilligung, Az. 1/2"
    assert NAME not in str(bodies)
    assert kept.verify().broken is None
