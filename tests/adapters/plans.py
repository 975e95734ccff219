"""Plans with any number of goals, for the tests of copied pages: the real form, its values."""

import io
import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pikepdf

from formservice.application.read_document import ReadDocument
from formservice.bootstrap import Services
from formservice.domain.form import FieldKind, FormDefinition
from formservice.domain.groups import flat
from formservice.domain.record import Extraction, Reading, Value
from tests import known

ROOT = Path(__file__).parents[2]
REFERENCE = "PLAN00000001"
RECEIVED = date(2026, 3, 27)


@cache
def services() -> Services:
    return known.services(lambda: REFERENCE)


def plan() -> FormDefinition:
    return services().forms.get("integrationsfoerderplan")


def values(shape: Mapping[str, int], *, blank: Sequence[str] = ()) -> dict[str, Value]:
    """Return a value for every field of a plan with these items, but those ``blank``."""
    made: dict[str, Value] = {}
    for number, field in enumerate(flat(plan().members, shape)):
        if field.key in blank:
            continue
        match field.kind:
            case FieldKind.DATE:
                made[field.key] = date(2026, 3, 1) + timedelta(days=number)
            case FieldKind.CHOICE:
                made[field.key] = field.options[number % len(field.options)].key
            case FieldKind.MULTILINE:
                made[field.key] = f"Vorhaben {number} im Frühling"
            case _:
                made[field.key] = f"Haus {number}"
    return made


def data(given: Mapping[str, Value]) -> dict[str, object]:
    """Return values as they are handed in."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in given.items()}


def pdf(given: Mapping[str, Value]) -> bytes:
    return services().generate.one(plan(), data(given), "pdf")


def docx(given: Mapping[str, Value]) -> bytes:
    return services().generate.one(plan(), data(given), "docx")


def read(file: bytes) -> list[ReadDocument]:
    return services().read(file, received=RECEIVED)


def fields(document: ReadDocument) -> Mapping[str, Extraction]:
    """Return all fields of a document that was recognised."""
    assert document.record is not None
    return document.record.fields


def held(document: ReadDocument) -> dict[str, Value]:
    """Return what stands in a document: the values of all fields that hold something."""
    found = fields(document).values()
    return {one.key: one.value for one in found if one.value is not None}


def lacking(document: ReadDocument) -> set[str]:
    """Return the fields that were not found."""
    found = fields(document).values()
    return {one.key for one in found if one.reading is Reading.NOT_FOUND}


def reordered(file: bytes, order: Sequence[int]) -> bytes:
    """Return the pages of a PDF (from 0) in another order, or only some of them."""
    with pikepdf.open(io.BytesIO(file)) as opened:
        pages = [opened.pages[number].obj for number in order]
        while len(opened.pages):
            del opened.pages[0]
        for page in pages:
            opened.pages.append(pikepdf.Page(page))
        stream = io.BytesIO()
        opened.save(stream)
    return stream.getvalue()


def shuffled(file: bytes, seed: int) -> bytes:
    """Return the pages of a PDF in some other order."""
    order = list(range(pages(file)))
    random.Random(seed).shuffle(order)
    return reordered(file, order)


def pages(file: bytes) -> int:
    with pikepdf.open(io.BytesIO(file)) as opened:
        return len(opened.pages)
