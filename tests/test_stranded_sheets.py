"""Continuation sheets that came without the form they belong to."""

import io
from datetime import date

import pypdf
import pytest

from formservice.bootstrap import Services, Settings

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
