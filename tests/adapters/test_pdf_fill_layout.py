"""Text set into boxes: nothing lost, nothing too wide, nothing too small."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formservice.adapters.pdf_layout import Frame, cut, fit, shortened, width_of
from formservice.domain.text import clean
from tests.adapters.pdf_filled import NASTY, PARAGRAPH

LARGE = Frame(479, 88, multiline=True)
LINE = Frame(161, 15.4, multiline=False)

texts = st.one_of(
    st.text(max_size=300),
    st.text("ab \t\n", max_size=600),
    st.sampled_from(list(NASTY.values())),
).map(clean)
frames = st.builds(Frame, st.floats(40, 500), st.floats(12, 600), multiline=st.booleans())


@given(texts, frames)
def test_lines_and_rest_are_the_text(text, frame):
    setting = fit(text, frame)
    assert "".join(setting.lines) + setting.rest == text


@given(texts, frames)
def test_a_rest_is_always_shorter_than_the_text(text, frame):
    setting = fit(text, frame)
    assert not text or len(setting.rest) < len(text)


@given(texts, frames)
def test_lines_fit_into_the_frame(text, frame):
    setting = fit(text, frame)
    assert len(setting.lines) + bool(setting.rest and not setting.mark_room) <= max(
        frame.capacity(setting.size), 1
    )
    for line in setting.lines:
        if "\t" not in line and len(line.strip()) > 1:
            width = width_of(line.rstrip()) * setting.narrowed // 100
            assert width <= frame.units(setting.size)


@given(texts)
def test_long_text_is_never_smaller_than_8_points(text):
    assert fit(text, LARGE).size >= 8


def test_short_text_is_set_in_10_points():
    assert fit("Özdemir", LINE).size == 10
    assert fit(PARAGRAPH, LARGE).size == 10


def test_text_shrinks_no_more_than_it_must():
    sizes = [fit(PARAGRAPH * count, LARGE).size for count in range(1, 9)]
    assert sizes == sorted(sizes, reverse=True)
    assert {10, 8} <= set(sizes)


def test_a_long_answer_on_one_line_shrinks_before_it_goes_elsewhere():
    setting = fit("girts.berzins-ozdemir@beispiel.example", LINE)
    assert setting.rest == ""
    assert 7 <= setting.size < 10


def test_an_answer_a_little_too_long_for_one_line_is_narrowed():
    setting = fit("ein.wirklich.sehr.langer.name@eine-lange-domain.example", LINE)
    assert setting.rest == ""
    assert 80 <= setting.narrowed < 100


def test_a_line_breaks_at_white_space_and_keeps_it():
    setting = fit(PARAGRAPH, LARGE)
    assert len(setting.lines) > 1
    assert all(line.endswith(" ") for line in setting.lines[:-1])


def test_a_line_break_ends_a_line_only_where_there_are_several():
    assert fit("a\nb", LARGE).lines == ("a\n", "b")
    assert fit("a\nb", LINE).lines == ("a\nb",)


def test_a_word_wider_than_the_box_is_parted_between_letters():
    setting = fit("W" * 200, LARGE)
    assert len(setting.lines) > 1
    assert setting.rest == ""


@pytest.mark.parametrize("cluster", ["g\u0303", "👍\U0001f3fd", "👨\u200d👩"])
def test_a_letter_is_never_parted_from_its_marks(cluster):
    for line in fit(cluster * 150, LARGE).lines:
        assert line.startswith(cluster[0])
        assert len(line) % len(cluster) == 0


def test_right_to_left_text_is_measured_in_its_joined_shapes():
    assert width_of("مرحبا") < sum(width_of(letter) for letter in "مرحبا")


@pytest.mark.parametrize("frame", [Frame(120, 14, False), Frame(120, 40, True)])
@pytest.mark.parametrize(
    "text", ["Ein langes Wort nach dem anderen. " * 9, "x" * 300, "مرحبا " * 90]
)
def test_a_shortened_text_fits_and_says_that_it_was_cut(text: str, frame: Frame) -> None:
    setting = shortened(text, frame)
    drawn = "".join(setting.lines)
    assert not setting.rest
    assert drawn.endswith("…")
    assert text.startswith(drawn.removesuffix("…"))
    assert len(setting.lines) <= frame.capacity(setting.size)
    assert width_of(setting.lines[-1]) <= frame.units(setting.size)


def test_a_text_that_fits_is_not_shortened() -> None:
    frame = Frame(120, 14, False)
    assert shortened("Kurz", frame) == fit("Kurz", frame)
    assert cut("Kurz", 10_000) == "Kurz"
