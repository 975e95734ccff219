"""Whatever goes wrong in one Zielsystem ends one delivery, by name."""

from typing import Any  # what is handed over is not looked at

import pytest

from formservice.adapters.handover.guarded import Guarded
from formservice.domain.errors import EngineError, StorageError


class Broken:
    awaits = None

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def hand_over(self, whole, delivery):
        raise self.error

    def receipt(self, delivery):
        raise self.error


def guarding(error: BaseException) -> Any:
    """Return a guarded system that fails; nothing is handed to it that it would look at."""
    system: Any = Broken(error)
    return Guarded(system)


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), KeyError("Weber")])
def test_what_nobody_expected_is_an_error_of_that_system(error):
    guarded = guarding(error)
    for called in (lambda: guarded.hand_over(None, None), lambda: guarded.receipt(None)):
        with pytest.raises(EngineError) as told:
            called()
        assert "Weber" not in told.value.message


def test_what_was_raised_on_purpose_stays_what_it_is():
    with pytest.raises(StorageError):
        guarding(StorageError("voll")).receipt(None)
