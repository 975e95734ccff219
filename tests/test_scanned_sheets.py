"""Scanned continuation sheets: with their form, whatever recognition made of their heading."""

import io
from collections.abc import Mapping, Sequence
from datetime import date

import pypdfium2
import pytest

from formservice.application.read_document import ReadDocument
from formservice.application.report import document_data
from formservice.domain.document import Doubt
from formservice.domain.record import Extraction
from tests import known
from tests.adapters.pdf_filled import flattened
from tests.programs import needs_tesseract

pytestmark = [pytest.mark.engine, pytest.mark.slow, needs_tesseract]

SERVICES = known.services(lambda: "GLEICHE00001")
DPI = 200
LONG = "Girts Ozols lernt jeden Tag Deutsch und fährt mit dem Bus zur Arbeit. "


def scanned(
    form: str,
    values: Mapping[str, object],
    order: Sequence[int],
    *,
    hidden: Mapping[int, Sequence[str]] | None = None,
) -> bytes:
    """Return the filled form as a scan; pages (from 0) have fields ``hidden`` under white."""
    document = pypdfium2.PdfDocument(
        flattened(SERVICES.generate.one(SERVICES.forms.get(form), values, "pdf"))
    )
    pages = [page.render(scale=DPI / 72, grayscale=True).to_pil() for page in document]
    document.close()
    assert len(pages) == len(order)
    layout = SERVICES.forms.get("beiblatt").layout
    assert layout is not None
    for number, keys in (hidden or {}).items():
        width, height = pages[number].size
        for zone in layout.zones:
            if zone.key in keys:
                box = zone.box
                corners = (box.left * width, box.top * height)
                edges = (box.right * width, box.bottom * height)
                pages[number].paste(255, tuple(map(round, (*corners, *edges))))
    out = io.BytesIO()
    first, *others = [pages[number] for number in order]
    first.save(out, "TIFF", save_all=True, append_images=others, dpi=(DPI, DPI))
    return out.getvalue()


def read(data: bytes) -> list[ReadDocument]:
    return SERVICES.read(data, received=date(2026, 3, 20))


def field(document: ReadDocument, key: str) -> Extraction:
    assert document.record is not None
    return document.record.fields[key]


def assert_whole(document: ReadDocument, key: str, text: str) -> None:
    """The answer and its end are one text, which a person compares with the paper."""
    found = field(document, key)
    assert "".join(found.raw.split()) == "".join(text.split())
    assert found.doubts  # not accepted, with a reason
    assert Doubt.PART_MISSING not in found.doubts


def sentences(document: ReadDocument) -> list[str]:
    assert document.result is not None
    return [one.message for one in document.result.findings]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)], ids=["in order", "shuffled"])
def test_a_sheet_whose_field_ends_in_a_misread_digit_stays_with_its_form(order):
    names = ["Anna Krause", (LONG * 2).strip()]
    data = scanned("einwilligung-daten", {"name": "Krause", "name_sorge": names}, order)
    (found,) = read(data)
    assert found.page_numbers == (1, 2, 3)
    assert found.sheets == ()
    assert_whole(found, "name_sorge[1]", names[1])


GOAL = {"text": "Eine Arbeit finden", "wunsch": (LONG * 12).strip()}


def test_the_field_of_an_item_goes_on_in_that_item():
    goals = [GOAL, {"text": "Deutsch lernen", "wunsch": ("Ich lerne. " * 80).strip()}]
    data = scanned("integrationsfoerderplan", {"vorname": "Girts", "ziele": goals}, (3, 0, 2, 1))
    (found,) = read(data)
    assert found.page_numbers == (1, 2, 3, 4)
    for number, goal in enumerate(goals):
        assert_whole(found, f"ziele[{number}].wunsch", str(goal["wunsch"]))


def test_a_sheet_with_no_more_than_the_reference_goes_on_with_the_only_answer_that_does():
    data = scanned(
        "integrationsfoerderplan",
        {"vorname": "Girts", "ziele": [GOAL]},
        (0, 1, 2),
        hidden={2: ("formular", "name", "vorname", "feld", "frage", "teil")},
    )
    (found,) = read(data)
    assert found.page_numbers == (1, 2, 3)
    assert_whole(found, "ziele[0].wunsch", GOAL["wunsch"])


@pytest.mark.parametrize("covered", [("feld",), ("feld", "teil")], ids=["part", "no part"])
def test_sheets_nobody_can_tell_apart_stay_with_their_form_and_a_person_is_asked(covered):
    data = scanned(
        "integrationsfoerderplan",
        {"vorname": "Girts", "ziele": [GOAL, GOAL | {"text": "Deutsch lernen"}]},
        (0, 2, 1, 3),
        hidden={2: covered, 3: covered},
    )
    (found,) = read(data)
    assert found.page_numbers == (1, 2, 3, 4)
    assert [one.page_numbers for one in found.sheets] == [(2,), (4,)]
    assert {one.answers for one in found.sheets} == {None}
    for page in (2, 4):
        assert any(
            one.startswith(f"Beiblatt (Seite {page}): Es ist nicht") for one in sentences(found)
        )
    assert found.result is not None
    assert not found.result.archivable
    sheets = document_data(found, "x.tif", "", 0.0)["sheets"]
    assert isinstance(sheets, list)
    assert all("Deutsch" in one["fields"]["fortsetzung"]["raw"] for one in sheets)
