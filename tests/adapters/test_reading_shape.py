"""What is no record is refused before a copy is made of it, and every record is one."""

import json
import math
from pathlib import Path
from typing import Any  # the question is what it is

import pytest

from formservice.application.reading_shape import fault
from formservice.application.report import document_data
from formservice.domain.form import FormRef
from tests.adapters.archive_cases import RECEIVED, SERVICES, case

FORM = SERVICES.forms.get("feedbackbogen")


def reading(**changes: Any) -> Any:
    return {**json.loads(json.dumps(case().reading)), **changes}


def with_value(value: object) -> Any:
    told = reading()
    told["fields"]["name"]["value"] = value
    return told


@pytest.mark.parametrize(
    ("odd", "sentence"),
    [
        (with_value(["a"]), "„name“ hat eine andere Form"),
        (with_value({"a": 1}), "„name“ hat eine andere Form"),
        (with_value(True), "„name“ hat eine andere Form"),
        (with_value("a\ud800b"), "Zeichen oder Zahlen, die es nicht gibt"),
        (reading(confidence=math.nan), "Zeichen oder Zahlen, die es nicht gibt"),
        (reading(reference="R" * 65), "Seine Kennung"),
        (reading(reference=7), "Seine Kennung"),
        (reading(findings=["x"]), "Seine Beanstandungen"),
        (reading(page_numbers="x"), "Seine Seiten"),
        (reading(fields={"gibtsnicht": {"value": "x"}}), "kennt kein Feld „gibtsnicht“"),
        (reading(fields={"name": "x"}), "„name“ hat eine andere Form"),
    ],
)
def test_what_is_no_record_is_named(odd, sentence):
    assert sentence in (fault(odd, FORM) or "")


SAMPLES = Path(__file__).parent.parent.parent / "samples"


@pytest.mark.parametrize("form", sorted(one.name for one in SAMPLES.iterdir() if one.is_dir()))
def test_what_was_read_from_the_samples_of_a_form_is_a_record(form):
    for file in sorted((SAMPLES / form).glob("*-docx/input.docx")):
        for read in SERVICES.read(file.read_bytes(), received=RECEIVED):
            found = as_told(read)
            definition = SERVICES.forms.find(FormRef(*form.split("@")))
            assert definition is not None
            assert fault(found, definition) is None


def as_told(read: Any) -> Any:

    return json.loads(json.dumps(document_data(read, "bogen.docx", "a" * 64, 0.1)))
