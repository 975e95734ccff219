"""Dates with years of two digits, as they come back in every kind of file."""

from datetime import date

import pytest

from formservice.adapters.pdf_fill.renderer import PdfRenderer
from formservice.bootstrap import Services
from formservice.domain.document import Doubt
from tests import known
from tests.adapters.test_pdf_read_flat import flattened
from tests.adapters.test_word_copied_rows import changed, tags

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WRITTEN = {"geburtsdatum": "7.3.86", "teilnahme_von": "1. 9. 26", "teilnahme_bis": "1.9.57"}
RECEIVED = date(2026, 11, 20)


@pytest.fixture(scope="module")
def services() -> Services:
    return known.services()


def typed_in_word(services: Services) -> bytes:
    form = services.forms.get("erwartungsbogen")
    blank = services.generate.one(form, dict.fromkeys(WRITTEN, "2026-09-01"), "docx")

    def write(root) -> None:
        for control in root.iter(f"{W}sdt"):
            for key in set(WRITTEN) & set(tags(control)):
                next(control.iter(f"{W}t")).text = WRITTEN[key]
                next(control.iter(f"{W}date")).attrib.pop(f"{W}fullDate", None)

    return changed(blank, write)


def typed_in_pdf(services: Services) -> bytes:
    sheet = services.forms.get("beiblatt")
    form = services.forms.get("erwartungsbogen")
    renderer = PdfRenderer(lambda ref: services.template(ref, "form.pdf"), sheet)
    return renderer.render(form, WRITTEN, "01TEST")


def printed(services: Services) -> bytes:
    return flattened(typed_in_pdf(services))


@pytest.mark.parametrize("file", [typed_in_word, typed_in_pdf, printed])
def test_the_century_is_told_in_the_same_way_in_every_kind_of_file(services, file):
    (document,) = services.read(file(services), received=RECEIVED)
    fields = document.record.fields
    assert {key: fields[key].raw for key in WRITTEN} == WRITTEN
    assert fields["geburtsdatum"].value == date(1986, 3, 7)
    assert fields["teilnahme_von"].value == date(2026, 9, 1)
    assert fields["geburtsdatum"].accepted
    assert fields["teilnahme_von"].accepted
    assert (fields["teilnahme_bis"].value, fields["teilnahme_bis"].doubts) == (
        None,
        {Doubt.CENTURY},
    )
