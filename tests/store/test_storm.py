"""Workers are killed and frozen at any moment; every document ends exactly once."""

import pytest

from tests.store.storm import Size, storm


@pytest.mark.slow
def test_a_storm_of_kills_and_zombies_loses_and_doubles_nothing(address, tmp_path):
    told = storm(address, tmp_path, Size(documents=24, kills=8, zombies=3))
    assert told.faults == ()
    assert (told.kills, told.zombies) == (8, 3)
