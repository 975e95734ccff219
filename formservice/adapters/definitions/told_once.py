"""One mistake often shows in many places: it is told once, with the places it shows in."""

from collections.abc import Iterable
from dataclasses import replace

from formservice.domain.errors import Problem

_FEW = 2  # so many times the same sentence about one file may stand
_NAMED = 3  # so many places are named when it stands oftener


def told_once(problems: Iterable[Problem]) -> list[Problem]:
    """Return ``problems`` without repeating a sentence about a file, in the same order."""
    alike: dict[tuple[str | None, str], list[Problem]] = {}
    for problem in problems:
        alike.setdefault((problem.file, problem.message), []).append(problem)
    told: list[Problem] = []
    for several in alike.values():
        told += several if len(several) <= _FEW else [_together(several)]
    return told


def _together(several: list[Problem]) -> Problem:
    places = list(dict.fromkeys(one.where for one in several if one.where))
    more = len(places) - _NAMED
    named = ", ".join(places[:_NAMED]) + (f" und {more} weitere" if more > 0 else "")
    guesses = {one.nearest for one in several}
    return replace(several[0], where=named, nearest=guesses.pop() if len(guesses) == 1 else None)
