"""The papers of the demo look as people's papers do."""

from itertools import combinations

import pypdfium2
import pytest

from formservice.adapters.demo_paper import letter


def _picture(text):
    document = pypdfium2.PdfDocument(letter(text))
    try:
        return document[0].render(scale=1.0, grayscale=True).to_pil().tobytes()
    finally:
        document.close()


@pytest.mark.parametrize("letters", ["äöüßÄÖÜ„“–"])
def test_a_letter_has_a_sign_of_its_own_for_every_german_letter(letters):
    pictures = {one: _picture(one) for one in letters}
    same = [pair for pair in combinations(letters, 2) if pictures[pair[0]] == pictures[pair[1]]]
    assert same == []
