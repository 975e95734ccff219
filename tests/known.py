"""The forms of this project, loaded and prepared once in a process, for all tests that use them.

Blank forms that pictures are compared with take seconds and some 300 MB: each part of the tests
would have its own.
"""

from collections.abc import Callable
from functools import cache

from formservice.bootstrap.reading import Reading
from formservice.bootstrap.services import Services
from formservice.bootstrap.settings import Settings, new_reference

# What depends on the forms alone, and never changes.
_OF_FORMS = ("forms", "calendar", "acceptance", "recognition")


@cache
def _first() -> Services:
    return Services(Settings.from_environment({}))


def services(reference: Callable[[], str] = new_reference) -> Services:
    """Return what makes and reads the forms of this project; references are as given."""
    made = Services(_first().settings, reference)
    share(made)
    return made


def share(made: Reading) -> None:
    """Let parts over the forms of this project use what is loaded already."""
    assert made.settings.forms == _first().settings.forms
    for part in _OF_FORMS:
        setattr(made, part, getattr(_first(), part))
