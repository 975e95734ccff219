"""A scanned page whose other page is missing is read in its zones, and its labels not gone by."""

import time
from datetime import date
from pathlib import Path

import pytest

from benchmarks.paper.fixed import load
from formservice.domain.document import Doubt
from tests import known
from tests.programs import needs_tesseract

SCANS = {scan.name[:2]: scan for scan in load(Path(__file__).parent / "data" / "paper")}
SERVICES = known.services()


@pytest.mark.slow
@pytest.mark.engine
@needs_tesseract
@pytest.mark.parametrize("number", ["18", "19"])
def test_nothing_is_said_of_fields_on_a_missing_page_and_no_time_spent_on_them(number):
    scan = SCANS[number]
    layout = SERVICES.forms.get(str(scan.ref)).layout
    assert layout is not None
    here = {zone.key for zone in layout.on_page(scan.page)}
    start = time.process_time()
    (found,) = SERVICES.read(scan.data, received=date(2026, 3, 5))
    spent = time.process_time() - start
    assert found.record is not None
    lost = {
        key.partition(".")[0]
        for key, one in found.record.fields.items()
        if Doubt.LABELS_LOST in one.doubts
    }
    assert lost <= {key.partition(".")[0] for key in here}
    assert spent < 6  # seconds of one processor; with the search for labels: over 10
