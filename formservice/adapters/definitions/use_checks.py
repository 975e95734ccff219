"""What must agree in the parts that say what a form is for in the work of the office."""

from collections.abc import Iterator

from formservice.adapters.definitions.draft import Draft, mapping
from formservice.domain.errors import Problem
from formservice.domain.stammdaten import STAMMDATEN


def use_problems(draft: Draft) -> Iterator[Problem]:
    """Yield what contradicts the fields of the form, or could never be done with it."""
    if "issued_first" in draft.data and STAMMDATEN not in mapping(draft.data.get("prefill")):
        sentence = "Ausgegeben wird nur ein Formular, das Stammdaten übernimmt; bitte unter"
        yield draft.source.problem(
            ("issued_first",), f"{sentence} prefill: {STAMMDATEN}: sagen, welche."
        )
