"""The archive copy of every sample passes the checks, and says what the sample says."""

from pathlib import Path

import pytest

from formservice.adapters.archive_copy.checks import check
from formservice.application.pruefprotokoll import CaseFile
from formservice.application.report import document_data
from formservice.domain.record import Reading
from tests.adapters.archive_cases import AT, RECEIVED, SERVICES, copies

SAMPLES = sorted((Path(__file__).parent.parent / "samples").glob("*/*-acroform/input.pdf"))


@pytest.mark.slow
@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: f"{file.parts[-3]}/{file.parts[-2]}")
def test_the_copy_of_a_sample_says_what_the_sample_says(file):
    for read in SERVICES.read(file.read_bytes(), received=RECEIVED):
        definition, record = read.definition, read.record
        if definition is None or record is None or definition.continuation:
            continue
        reading = document_data(read, file.name, "a" * 64, 0.1)
        made = copies().make(CaseFile("v", reading, AT, received=RECEIVED), definition).pdf
        assert check(made) == []
        (again, *_) = SERVICES.read(made, received=RECEIVED)
        assert again.record is not None
        for key, one in record.fields.items():
            if one.reading is Reading.READ and one.value:
                assert again.record.value(key) == one.value, key
