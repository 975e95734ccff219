"""Continuation sheets that came without the form they belong to."""

import io
from datetime import date

import pypdf
import pytest

from formservice.bootstrap import Services, Settings
from tests.adapters.pdf_filled import flattened
from tests.pdf_pages import pages_of

TEXT = "".join(f"Satz {number} erzählt lang und breit. " for number in range(330)).strip()


@pytest.fixture(scope="module")
def services() -> Services:
    return Services(Settings.from_environment({}))


def test_their_text_is_kept_and_nobody_is_told_that_they_are_blank(services: Services):
    given = {"name": "Krause", "vorname": "Jürgen", "abbruch_gruende": TEXT}
    form = services.forms.get("feedbackbogen/2023-09-22")
    writer = pypdf.PdfWriter()
    writer.append(io.BytesIO(services.generate.one(form, given, "pdf")), pages=(2, 4))
    stream = io.BytesIO()
    writer.write(stream)
    found = services.isolated_read(stream.getvalue(), "b.pdf", received=date(2026, 3, 2))
    texts = [document["fields"]["fortsetzung"] for document in found]
    assert TEXT.endswith("".join(one["value"] for one in texts))
    assert "Satz 200 erzählt" in texts[0]["value"]
    assert not any(one["accepted"] for one in texts)
    assert not any("leer" in one["message"] for each in found for one in each["findings"])


def names(page: pypdf.PageObject) -> set[str]:
    return {str(one.get_object().get("/T", "")) for one in page.get("/Annots", ())}


@pytest.mark.parametrize("flat", [False, True], ids=["fields", "flat"])
def test_a_sheet_whose_page_is_lost_stays_with_the_other_pages(services: Services, flat: bool):
    given = {"name": "Krause", "vorname": "Jürgen", "abbruch_gruende": TEXT[:3000]}
    form = services.forms.get("feedbackbogen/2023-09-22")
    data = services.generate.one(form, given, "pdf")
    whole = pypdf.PdfReader(io.BytesIO(data))
    lost = next(n for n, page in enumerate(whole.pages) if "abbruch_gruende" in names(page))
    kept = [n for n in range(len(whole.pages)) if n != lost]
    data = pages_of(flattened(data) if flat else data, *kept)
    (found,) = services.isolated_read(data, "b.pdf", received=date(2026, 3, 2))
    (sheet,) = found["sheets"]
    assert TEXT[:3000].endswith(sheet["fields"]["fortsetzung"]["value"])
    assert sheet["answers"] is None
    assert any("welche Antwort hier weitergeht" in one["message"] for one in found["findings"])
    assert not found["archivable"]
