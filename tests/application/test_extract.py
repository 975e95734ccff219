"""What sightings mean together: order of methods, continuations, conflicts, prompts."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formservice.application.extract import CONTINUED, extract
from formservice.domain.document import Doubt, Method, Opinion, ReadingBy, Sighting
from formservice.domain.record import Reading
from formservice.domain.text import clean
from tests.application.literal_form import FORM


def sight(key, text="", method=Method.CONTROL, **more):
    return Sighting(key, method, 1, text=text, **more)


RECEIVED = date(2026, 11, 20)


def test_every_field_has_exactly_one_extraction_even_when_nothing_was_seen():
    record = extract(FORM, [])
    assert list(record.fields) == [field.key for field in FORM.fields]
    assert {one.reading for one in record.fields.values()} == {Reading.NOT_FOUND}
    assert not any(one.accepted for one in record.fields.values())


def test_a_control_is_read_exactly_and_accepted():
    text = ' „A & B <C>“ {x}\t\n\n "é" 🙂 '
    one = extract(FORM, [sight("bericht", text)]).fields["bericht"]
    assert (one.reading, one.value, one.accepted) == (Reading.READ, text, True)


def test_a_prompt_is_blank_whichever_method_saw_it():
    prompt = "Klicken oder tippen  Sie hier, um Text einzugeben."
    for method in (Method.CONTROL, Method.BOOKMARK, Method.TEXT, Method.OCR, Method.LABEL):
        one = extract(FORM, [sight("bericht", prompt, method)]).fields["bericht"]
        assert (one.reading, one.value) == (Reading.BLANK, None)


def test_text_typed_into_a_control_that_still_counts_as_prompt_is_read_but_not_accepted():
    one = extract(FORM, [sight("name", "Özdemir", blank=True)]).fields["name"]
    assert one.value == "Özdemir"
    assert one.doubts == {Doubt.CONFLICT}


def test_an_exact_prompt_after_a_resave_is_blank_for_sure():
    lost = frozenset({Doubt.ANCHORS_LOST})
    one = extract(FORM, [sight("name", "Name", Method.BOOKMARK, doubts=lost)]).fields["name"]
    assert (one.reading, one.accepted) == (Reading.BLANK, True)


def test_a_prompt_misread_by_ocr_is_blank_but_an_answer_is_not():
    garbled = "KIicken oder tippen Sie hler, um Text elnzugeben"
    blank = extract(FORM, [sight("bericht", garbled, Method.OCR)]).fields["bericht"]
    assert blank.reading is Reading.BLANK
    other = extract(FORM, [sight("bericht", "Ich klicke hier.", Method.OCR)]).fields["bericht"]
    assert other.reading is Reading.READ


def test_the_surest_method_gives_the_value_and_a_different_rival_is_a_conflict():
    record = extract(FORM, [sight("name", "Meier", Method.TEXT), sight("name", "Maier")])
    assert record.value("name") == "Maier"
    assert record.fields["name"].doubts == {Doubt.CONFLICT}
    assert [one.value for one in record.rivals] == ["Meier"]


def test_text_drawn_over_an_empty_control_is_read_but_never_accepted():
    record = extract(FORM, [sight("name", blank=True), sight("name", "Maier", Method.TEXT)])
    assert record.value("name") == "Maier"
    assert not record.fields["name"].accepted


def test_two_sightings_that_agree_are_no_conflict():
    record = extract(FORM, [sight("name", "Maier"), sight("name", "Maier", Method.TEXT)])
    assert record.fields["name"].accepted


def test_a_malformed_date_is_unreadable_keeps_its_characters_and_needs_a_person():
    one = extract(FORM, [sight("von", "31.02.2026")]).fields["von"]
    assert (one.reading, one.value, one.raw) == (Reading.UNREADABLE, None, "31.02.2026")
    assert one.doubts == {Doubt.MALFORMED}


def test_dates_are_read_in_every_german_way():
    for text in (
        "2026-03-07",
        "07.03.2026",
        "7.3.2026",
        "7. März 2026",
        " 7. mär 2026",
    ):
        assert extract(FORM, [sight("von", text)]).value("von") == date(2026, 3, 7)


@pytest.mark.parametrize("method", list(Method))
def test_the_day_of_receipt_tells_the_century_however_the_form_came_back(method):
    one = extract(FORM, [sight("von", "26.12.26", method)], RECEIVED).fields["von"]
    assert (one.reading, one.value) == (Reading.READ, date(2026, 12, 26))
    assert one.raw == "26.12.26"
    assert one.accepted


@pytest.mark.parametrize("received", [None, RECEIVED])
def test_a_century_that_cannot_be_told_is_left_to_a_person(received):
    one = extract(FORM, [sight("von", "26.12.46")], received).fields["von"]
    assert (one.reading, one.value, one.raw) == (Reading.UNREADABLE, None, "26.12.46")
    assert one.doubts == {Doubt.CENTURY}


def test_a_continuation_is_joined_exactly_and_may_come_in_any_order():
    parts = [sight("bericht__3", "c"), sight("bericht", "a \n"), sight("bericht__2", " b")]
    one = extract(FORM, parts).fields["bericht"]
    assert (one.value, one.accepted) == ("a \n bc", True)


@pytest.mark.parametrize(
    ("first", "second", "doubted"),
    [
        ("Erstens.\nIch will das schaffen. ", "Ich will mehr.", True),
        ("Erstens.\nIch will das ", "schaffen. Ich will mehr.", False),
        ("Ich will das schaffen. ", "Ich will mehr.", False),
    ],
)
def test_where_paper_cuts_a_text_after_a_sentence_nobody_knows_whether_its_line_ended(
    first, second, doubted
):
    parts = [sight("bericht", first, Method.OCR), sight("bericht__2", second, Method.OCR)]
    one = extract(FORM, parts).fields["bericht"]
    assert (Doubt.WHITE_SPACE in one.doubts) is doubted


def test_a_part_of_nothing_but_line_breaks_is_a_part():
    parts = [sight("bericht", "a\n"), sight("bericht__2", "\n\n", blank=True)]
    one = extract(FORM, [*parts, sight("bericht__3", "b")]).fields["bericht"]
    assert (one.value, one.accepted) == ("a\n\n\nb", True)


def test_of_joined_parts_those_readings_count_that_read_every_part():
    def part(key, *by):
        read = tuple(Opinion(one, key[-1], 0.9) for one in by)
        return sight(key, key[-1], Method.OCR, opinions=read)

    two = (ReadingBy.ZONE, ReadingBy.PAGE_LATIN)
    four = (*two, ReadingBy.CLOSE, ReadingBy.CLOSE_LATIN)
    one = extract(FORM, [part("bericht", *four), part("bericht__2", *two)]).fields["bericht"]
    assert [(said.by, said.text) for said in one.opinions] == [(by, "t2") for by in two]
    other = (ReadingBy.ZONE, ReadingBy.ZONE_LATIN)
    one = extract(FORM, [part("bericht", *two), part("bericht__2", *other)]).fields["bericht"]
    assert one.opinions == ()


def test_a_missing_part_of_a_continuation_is_a_doubt():
    one = extract(FORM, [sight("bericht", "a"), sight("bericht__3", "c")]).fields["bericht"]
    assert one.doubts == {Doubt.PART_MISSING}


def test_an_announced_continuation_that_is_not_there_is_a_doubt_and_the_mark_is_no_value():
    one = extract(FORM, [sight("bericht", f"Anfang {CONTINUED}", Method.TEXT)]).fields["bericht"]
    assert one.value == "Anfang "
    assert one.doubts == {Doubt.PART_MISSING}


def test_the_words_of_the_mark_typed_into_a_control_are_kept_and_asked_about():
    text = f"Anfang {CONTINUED}"
    one = extract(FORM, [sight("bericht", text)]).fields["bericht"]
    assert one.value == text
    assert one.doubts == {Doubt.PART_MISSING}


def test_a_last_part_that_announces_another_is_a_doubt():
    parts = [sight("bericht", f"a{CONTINUED}"), sight("bericht__2", f"b{CONTINUED}")]
    one = extract(FORM, parts).fields["bericht"]
    assert one.value == "ab"
    assert one.doubts == {Doubt.PART_MISSING}
    whole = extract(FORM, [*parts, sight("bericht__3", "c")]).fields["bericht"]
    assert (whole.value, whole.accepted) == ("abc", True)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_joining_loses_and_adds_nothing(parts):
    sightings = [
        sight("bericht" if n == 1 else f"bericht__{n}", part) for n, part in enumerate(parts, 1)
    ]
    assert extract(FORM, sightings).fields["bericht"].raw in ("", clean("".join(parts)))


def ticks(abholung, versand, **more):
    return [
        sight("anlass.abholung", on=abholung, method=Method.MARK, **more),
        sight("anlass.versand", on=versand, method=Method.MARK, **more),
    ]


@pytest.mark.parametrize(
    ("on", "reading", "value"),
    [
        ((True, False), Reading.READ, "abholung"),
        ((False, True), Reading.READ, "versand"),
        ((False, False), Reading.BLANK, None),
        ((True, True), Reading.READ, ("abholung", "versand")),
        ((None, False), Reading.UNREADABLE, None),
    ],
)
def test_a_choice_is_what_its_boxes_say(on, reading, value):
    one = extract(FORM, ticks(*on)).fields["anlass"]
    assert (one.reading, one.value) == (reading, value)


def test_an_ambiguous_box_is_never_accepted():
    assert not extract(FORM, ticks(None, True)).fields["anlass"].accepted


def test_a_corrected_box_is_named_as_such_and_never_accepted():
    corrected = frozenset({Doubt.CORRECTED_MARK})
    seen = ticks(None, True, doubts=corrected)
    one = extract(FORM, seen).fields["anlass"]
    assert (one.reading, one.value, one.doubts) == (Reading.UNREADABLE, None, corrected)


def test_two_clear_marks_are_a_doubt_only_where_one_is_wanted():
    two = frozenset({Doubt.AMBIGUOUS_MARK})
    seen = ticks(True, True, doubts=two)
    assert extract(FORM, seen).fields["anlass"].doubts == two
    fields = [replace(one, several=one.key == "anlass") for one in FORM.fields]
    several = replace(FORM, fields=tuple(fields))
    assert extract(several, seen).fields["anlass"].accepted
    assert not extract(several, seen[:1]).fields["anlass"].accepted


def test_a_choice_with_an_unseen_box_is_not_accepted():
    one = extract(FORM, ticks(True, False)[:1]).fields["anlass"]
    assert one.doubts == {Doubt.AMBIGUOUS_MARK}


def test_no_ink_above_a_signature_line_is_an_answer():
    blank = extract(FORM, [sight("sig", on=False, blank=True)]).fields["sig"]
    assert (blank.reading, blank.value, blank.accepted) == (Reading.BLANK, False, True)
    typed = frozenset({Doubt.TYPED_NAME})
    signed = extract(FORM, [sight("sig", "gez.", on=True, doubts=typed)]).fields["sig"]
    assert (signed.reading, signed.value, signed.accepted) == (Reading.READ, True, False)
