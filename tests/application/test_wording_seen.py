"""What a scan shows of the text people signed for, told word by word."""

from collections.abc import Iterator, Sequence

import pytest

from formservice.application.wording_exact import sentences
from formservice.application.wording_seen import differences_seen, letters
from formservice.domain.document import Block, Box
from formservice.domain.wording import one_print, phrases
from tests import known

DEFINITION = known.services().forms.get("einwilligung-ich-bin-dabei")
OURS = list(phrases(one_print(DEFINITION)))
LINES = 70


def seen(lines: Sequence[str]) -> list[Block]:
    """Return lines as recognition gives them: word by word, each line by itself."""
    return [one for number, line in enumerate(lines) for one in _words(number, line)]


def _words(number: int, line: str) -> Iterator[Block]:
    page, row = 1 + number // LINES, number % LINES
    top, left, wide = 0.06 + row * 0.012, 0.1 + 0.02 * (row % 2), 0.8 / max(130, len(line))
    for word in line.split():
        right = left + wide * len(word)
        yield Block(word, page, Box(left, top, right, top + 0.004))
        left = right + wide * 0.5


def told(lines: Sequence[str]) -> list[str]:
    blocks = seen(lines)
    return [one.message for one in differences_seen(DEFINITION, [blocks, blocks], {})]


def test_our_own_text_is_nothing_to_ask_about():
    assert told(OURS) == []


def test_a_sentence_printed_twice_is_missed_where_one_of_them_was_changed():
    twice = "Ab 16 Jahren unterschreibt die Person selbst."
    at = [number for number, one in enumerate(OURS) if twice in sentences(one)]
    assert len(at) == 2
    for number in at:
        changed = [*OURS]
        changed[number] = changed[number].replace("Person selbst", "Person Sommer")
        (message,) = told(changed)
        assert twice in message


def test_what_is_printed_for_a_further_item_is_ours():
    row = "Unterschrift sorgeberechtigte Person "
    at = OURS.index(f"{row}2")
    assert told([*OURS[: at + 1], f"{row}3", *OURS[at + 1 :]]) == []


LONG = [one for phrase in OURS for one in sentences(phrase) if 40 <= len(letters(one)) <= 90]


@pytest.mark.parametrize("place", [9, 40, 66])
def test_an_added_sentence_is_found_though_all_its_words_are_ours(place):
    one, other = LONG[1].split(), LONG[-2].split()
    for added in (LONG[3], " ".join(one[: len(one) // 2] + other[len(other) // 2 :])):
        (message,) = told([*OURS[:place], added, *OURS[place:]])
        assert "nicht von uns" in message
