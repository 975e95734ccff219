"""Words of the blank form are known by their picture where they stand, and only there."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.paper.fixed import load
from formservice.adapters.scan.blank_words import printed_words
from formservice.adapters.scan.laid import LaidPage
from formservice.adapters.scan.pictured import PicturedPage
from formservice.adapters.scan.recognition import Recognition
from formservice.adapters.scan.same_print import same_print
from tests import known

ROOT = Path(__file__).parent.parent.parent
SCANS = {scan.name[:2]: scan for scan in load(ROOT / "tests" / "data" / "paper")}
SERVICES = known.services()
BLANK = ROOT / "form_templates" / "einwilligung-daten" / "2017-11" / "form.pdf"
TOOLS = Recognition(
    lambda ref: (ROOT / "form_templates" / ref.form / ref.edition / "form.pdf").read_bytes()
)

pytestmark = pytest.mark.slow


def laid(number: str) -> LaidPage:
    scan = SCANS[number]
    layout = SERVICES.forms.get(str(scan.ref)).layout
    assert layout is not None
    found = PicturedPage(scan.picture, TOOLS)._laid(layout, scan.page)
    assert found is not None
    return found


def test_the_words_of_a_blank_form_are_found_with_their_places():
    words = printed_words(BLANK.read_bytes(), 1)
    assert [one.text for one in words[:3]] == ["Einwilligungserklärung", "zur", "Datenerhebung,"]
    assert all(0 < one.left < one.right < 1 and 0 < one.top < one.bottom < 1 for one in words)


@pytest.mark.parametrize("number", ["00", "03", "07", "11", "14"])
def test_nearly_all_words_of_an_honest_scan_are_known(number):
    page = laid(number)
    known, _ = same_print(page.grey, page.template)
    letters = [one for one in page.template.words if any(sign.isalnum() for sign in one.text)]
    told = [one for one in known if any(sign.isalnum() for sign in one.text)]
    assert len(told) > 0.97 * len(letters)


def test_a_word_put_in_the_place_of_another_is_left_to_be_read():
    page = laid("03")
    picture = page.grey.copy()
    height, width = picture.shape
    words = [one for one in page.template.words if len(one.text) == len("Fachkraft")]
    old, new = next(one for one in words if one.text == "Fachkraft"), words[-1]
    assert new.text != old.text

    def area(x: float, y: float) -> tuple[slice, slice]:
        row, column = int(y * height) - 4, int(x * width) - 4
        size = int((new.right - new.left) * width) + 8
        return slice(row, row + 30), slice(column, column + size)

    picture[area(old.left, old.top)] = page.grey[area(new.left, new.top)]
    known, left = same_print(np.asarray(picture, np.uint8), page.template)
    place = (old.left + old.right) / 2 * width, (old.top + old.bottom) / 2 * height
    assert not [
        one for one in known if one.left < place[0] < one.right and one.top < place[1] < one.bottom
    ]
    assert left[area(old.left, old.top)].min() < 128
