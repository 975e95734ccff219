"""What became of the files of a batch, and what the batch needs from whoever asked for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any  # readings have the shape of the JSON contract

from formservice.application.intake_report import own_pages
from formservice.application.report import error_data
from formservice.domain.errors import FormServiceError


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file: its objects for the report, and how many pages it has.

    ``error`` says why it was refused.
    """

    file: str
    objects: list[dict[str, Any]]
    pages: int
    error: FormServiceError | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """What the command line knows: how to get a file, what to tell, how to name a bug.

    ``tell`` takes how many pages were recognised, and how many there are; ``say`` what is done
    before and after, and of how many files: done, and all.
    """

    content: Callable[[str], bytes]
    tell: Callable[[int, int], None]
    bug: Callable[[Exception], FormServiceError]
    say: Callable[[str, int, int], None] = lambda _what, _done, _total: None


def filed(name: str, objects: Sequence[dict[str, Any]], pages: int) -> Taken:
    """Return that a file was read and is kept now."""
    return Taken(name, [{**one, "already_known": False} for one in objects], pages)


def known_before(name: str, readings: Sequence[dict[str, Any]]) -> Taken:
    """Return that a file was kept before, with what was read then."""
    objects = [{**one, "file": name, "already_known": True} for one in readings]
    return Taken(name, objects, sum(own_pages(one) for one in objects))


def not_taken(name: str, pages: int, error: FormServiceError) -> Taken:
    """Return that a file was refused."""
    told: dict[str, Any] = error_data(error, name)
    return Taken(name, [told | {"pages": pages} if pages else told], pages, error)
