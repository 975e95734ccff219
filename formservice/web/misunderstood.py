"""What a request got wrong, field by field, in words; what stood there is repeated nowhere."""

from collections.abc import Mapping, Sequence
from typing import Any  # how pydantic tells errors

from formservice.domain.errors import Problem
from formservice.web.texts import text

_MOST, _LONGEST = 5, 80
# How pydantic calls what is wrong, by how that begins; the first that fits counts.
_WHY: tuple[tuple[str, str], ...] = (
    ("missing", "missing"),
    ("int_", "int"),
    ("float_", "float"),
    ("finite_number", "float"),
    ("bool_", "bool"),
    ("string_too_short", "short_text"),
    ("string_too_long", "long_text"),
    ("string_pattern", "pattern"),
    ("string_unicode", "unicode"),
    ("string_", "string"),
    ("too_short", "short_list"),
    ("too_long", "long_list"),
    ("list_type", "list"),
    ("dict_type", "object"),
    ("model_", "object"),
    ("greater_than_equal", "least"),
    ("less_than_equal", "most"),
    ("literal_error", "one_of"),
    ("enum", "one_of"),
    ("date", "date"),
    ("extra_forbidden", "unknown"),
)


def misunderstood(errors: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """Return what is wrong and where, each place once."""
    found: dict[str, Problem] = {}
    for one in errors:
        problem = _problem(one)
        found.setdefault(problem.where, problem)
    return list(found.values())


def sentence(problems: Sequence[Problem]) -> str:
    """Return the first of ``problems`` in one sentence."""
    told = [
        f"„{one.where}“ {one.message}" if one.where else one.message for one in problems[:_MOST]
    ]
    more = "; …" if len(problems) > _MOST else ""
    return text("errors.invalid.error", places="; ".join(told) + more)


def _problem(error: Mapping[str, Any]) -> Problem:
    kind, place = str(error["type"]), tuple(error["loc"])
    if kind == "json_invalid":
        return Problem("", text("errors.invalid.why.json", place=place[-1]))
    where = ".".join(map(str, place[1:]))[:_LONGEST]
    if not where:
        return Problem("", text("errors.invalid.why.body"))
    known = next((key for begin, key in _WHY if kind.startswith(begin)), "other")
    return Problem(where, text(f"errors.invalid.why.{known}", **_figures(error)))


def _figures(error: Mapping[str, Any]) -> dict[str, object]:
    """Return what our own description of the field says of it; nothing of what was sent."""
    said = error.get("ctx") or {}
    names = ("min_length", "max_length", "ge", "le", "expected")
    told = {key: said[key] for key in names if key in said}
    if "expected" in told:
        told["expected"] = str(told["expected"]).replace(" or ", " oder ")
    return told
