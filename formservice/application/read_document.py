"""One document found in a file, with everything that was made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from formservice.application.identify import Identity
from formservice.domain.document import Medium, Sighting, Unknown
from formservice.domain.form import FormDefinition
from formservice.domain.record import Record
from formservice.domain.rules import CheckResult


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """One document found in a file; ``definition`` and what follows are None if unidentified.

    ``checked`` is what the rules alone say, ``result`` also what was seen beside the fields.
    ``sheets`` are free sheets that belong to it; ``answers`` is the field one of them answers.
    ``unknown`` is why its first page, a picture, is like no form.
    ``turned`` are the clockwise quarter turns of pages that need any to stand upright.
    ``sightings`` is everything seen of its fields, each box of a choice and each part by itself.
    """

    medium: Medium
    page_numbers: tuple[int, ...]
    identity: Identity
    definition: FormDefinition | None = None
    record: Record | None = None
    checked: CheckResult | None = None
    result: CheckResult | None = None
    reference: str | None = None
    received: date | None = None
    sheets: "tuple[ReadDocument, ...]" = ()
    answers: str | None = None
    sightings: tuple[Sighting, ...] = ()
    unknown: Unknown | None = None
    turned: Mapping[int, int] = field(default_factory=dict)
