"""Pages of several documents that somebody joined into one PDF file."""

import io
from datetime import date
from typing import Any  # JSON

import pikepdf
import pytest

from formservice.bootstrap import Services
from tests import known

# The fields are left out of the list of fields, as by many programs that join files.
pytestmark = pytest.mark.filterwarnings("ignore:This document has")

FORM = "integrationsfoerderplan"
RECEIVED = date(2026, 3, 2)


@pytest.fixture(scope="module")
def services() -> Services:
    return known.services()


def plan(services: Services, name: str) -> bytes:
    goals = [{"text": f"{name}: Ziel {number} bis 12.10.2026"} for number in range(4)]
    data = {"vorname": name, "datum": "2026-03-01", "ziele": goals}
    return services.generate.one(services.forms.get(FORM), data, "pdf")


def joined(*pages: tuple[bytes, int]) -> bytes:
    """Return a file of single pages, with the properties of the first one's file."""
    first, rest = pages[0], pages[1:]
    into = pikepdf.open(io.BytesIO(first[0]))
    del into.pages[first[1] + 1 :]
    del into.pages[: first[1]]
    for data, index in rest:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            into.pages.append(pdf.pages[index])
    buffer = io.BytesIO()
    into.save(buffer)
    return buffer.getvalue()


def goals(document: dict[str, Any]) -> dict[str, str]:
    return {
        key: field["value"]
        for key, field in document["fields"].items()
        if key.endswith("].text") and key.count("[") == 1 and field["value"]
    }


@pytest.mark.slow
def test_a_page_of_another_persons_plan_is_never_taken_for_one_of_this_plan(services: Services):
    one, other = plan(services, "Samira"), plan(services, "Mehmet")
    data = joined((one, 0), (one, 1), (one, 2), (other, 3))
    for document in services.isolated_read(data, "stapel.pdf", received=RECEIVED):
        assert len({value.split(":")[0] for value in goals(document).values()}) == 1


@pytest.mark.slow
def test_plans_whose_pages_lie_one_between_the_other_are_told_apart(services: Services):
    one, other = plan(services, "Samira"), plan(services, "Mehmet")
    data = joined(*((source, page) for page in range(4) for source in (one, other)))
    found = services.isolated_read(data, "stapel.pdf", received=RECEIVED)
    assert [document["page_numbers"] for document in found] == [[1, 3, 5, 7], [2, 4, 6, 8]]
    for document, name in zip(found, ("Samira", "Mehmet"), strict=True):
        assert document["fields"]["vorname"]["value"] == name
        assert list(goals(document).values()) == [
            f"{name}: Ziel {number} bis 12.10.2026" for number in range(4)
        ]
