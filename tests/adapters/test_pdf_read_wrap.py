"""Lines of drawn text are joined again; what may be a line break or a wrap is left to a person."""

from formservice.adapters.pdf_read.text import Glyph, Run
from formservice.adapters.pdf_read.wrap import written
from formservice.domain.document import Doubt

ZONE = (0.0, 0.0, 208.0, 100.0)
WIDE = 5.0


def line(number: int, text: str, *, goes_on: bool) -> Run:
    """A line of letters 5 points wide, from 4 points beside the edge of the zone."""
    base = 12.0 * number
    glyphs = [
        Glyph(sign, 4 + WIDE * at, base - 9, 4 + WIDE * (at + 1), base + 2, base)
        for at, sign in enumerate(text)
    ]
    edges = (4.0, base - 9, glyphs[-1].right, base + 2)
    return Run(glyphs, text, edges, base, goes_on=goes_on)


def test_a_full_line_without_the_blank_other_lines_end_with_may_be_wrapped_or_ended():
    rows = [
        line(1, "Ich möchte bald eine Arbeit im Garten", goes_on=False),
        line(2, "Dortmunds finden und dann die Prüfung", goes_on=True),
        line(3, "ablegen", goes_on=False),
    ]
    text, doubts = written(rows, ZONE)
    assert text.startswith("Ich möchte bald eine Arbeit im Garten\nDortmunds")
    assert Doubt.WHITE_SPACE in doubts


def test_a_line_ended_with_room_for_the_next_word_was_ended_by_the_writer():
    rows = [
        line(1, "Ich möchte bald", goes_on=False),
        line(2, "Dortmunds finden und dann die Prüfung", goes_on=True),
        line(3, "ablegen", goes_on=False),
    ]
    text, doubts = written(rows, ZONE)
    assert text == "Ich möchte bald\nDortmunds finden und dann die Prüfung ablegen"
    assert doubts == frozenset()
