"""Lines that a scanner broke up still end a zone, if nothing else stands where they are."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.paper.fixed import load
from formservice.adapters.scan.pictured import PicturedPage
from formservice.adapters.scan.place import Placed, placed
from formservice.adapters.scan.recognition import Recognition
from tests import known

ROOT = Path(__file__).parent.parent.parent
SCANS = {scan.name[:2]: scan for scan in load(ROOT / "tests" / "data" / "paper")}
SERVICES = known.services()
TOOLS = Recognition(
    lambda ref: (ROOT / "form_templates" / ref.form / ref.edition / "form.pdf").read_bytes()
)

pytestmark = pytest.mark.slow


def found(number: str, *, typed: str = "") -> list[Placed]:
    """Return the zones of a scanned page, with ``typed`` over the line below the first names."""
    scan = SCANS[number]
    layout = SERVICES.forms.get(str(scan.ref)).layout
    assert layout is not None
    laid = PicturedPage(scan.picture, TOOLS)._laid(layout, scan.page)
    assert laid is not None
    page = laid.grey.copy()
    if typed:
        rect = laid.template.zone_rect(next(one for one in layout.zones if one.key == "name"))
        rows, columns = rect.pixels(page.shape)
        place = (columns.start + 8, rows.stop + 6)
        cv2.putText(page, typed, place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 0, 2)
    return list(placed(np.asarray(page, np.uint8), laid.template, proved=True))


@pytest.mark.parametrize("number", ["00", "03", "08"])
def test_no_zone_grew_where_only_its_line_is_broken(number):
    assert [one.zone.key for one in found(number) if not one.whole] == []


def test_words_on_a_broken_line_make_a_zone_doubtful():
    seen = found("08", typed="und noch mehr Namen")
    assert "name" in [one.zone.key for one in seen if not one.whole]
