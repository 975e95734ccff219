"""Recognised values on their way through the rule: what is accepted, and what is left alone."""

from dataclasses import replace
from datetime import date

import pytest

from formservice.adapters.acceptance import load_rule
from formservice.application.acceptance import Acceptance
from formservice.application.extract import extract
from formservice.domain.document import Doubt, Method, Opinion, ReadingBy, Sighting
from formservice.domain.form import (
    Content,
    Field,
    FieldKind,
    FormDefinition,
    FormRef,
    Rule,
    Severity,
)
from formservice.domain.record import Reading

RECEIVED = date(2026, 11, 20)
RULE = load_rule()
DEFINITION = FormDefinition(
    ref=FormRef("probe", "2026-01"),
    title="Probe",
    language="de-DE",
    marks=("Probe",),
    fields=(
        Field("name", FieldKind.TEXT, "Name:", content=Content.NAME, placeholder="Name eingeben"),
        Field("ort", FieldKind.TEXT, "Ort:"),
        Field("traeger", FieldKind.TEXT, "Träger:", content=Content.LIST, lists=("traeger",)),
        Field("von", FieldKind.DATE, "von"),
        Field("bis", FieldKind.DATE, "bis"),
        Field("worte", FieldKind.MULTILINE, "Worte", o_ton=True),
        Field("haken", FieldKind.TICK, "Haken"),
    ),
    rules=(
        Rule("R-1", "filled", ("name",), Severity.BLOCKS, "Bitte „{field}“ ausfüllen."),
        Rule("R-2", "not_before", ("bis", "von"), Severity.BLOCKS, "„{field}“ liegt davor."),
    ),
)


def seen(key, *texts, confidence=0.97, doubts=frozenset({Doubt.RECOGNISED})):
    """One field as recognition saw it, with a reading for each of ``texts``."""
    names = (ReadingBy.ZONE, ReadingBy.PAGE_LATIN)
    opinions = tuple(
        Opinion(name, text, confidence) for name, text in zip(names, texts, strict=False)
    )
    return Sighting(
        key,
        Method.OCR,
        1,
        text=texts[0],
        blank=not texts[0],
        confidence=confidence,
        doubts=doubts,
        opinions=opinions,
    )


def accepted(*sightings, sent=None, lists=None):
    record = extract(DEFINITION, sightings, RECEIVED)
    accept = Acceptance(RULE, lists or {})
    return accept(DEFINITION, record, RECEIVED, sent or {}).fields


def test_a_value_that_passes_every_gate_is_accepted_and_names_the_rule():
    one = accepted(seen("ort", "Göttingen", "Göttingen"))["ort"]
    assert one.accepted
    assert one.decided == str(RULE)
    assert [opinion.text for opinion in one.opinions] == ["Göttingen", "Göttingen"]


def test_a_value_that_fails_has_the_exact_reason_and_not_the_general_one():
    one = accepted(seen("ort", "Göttingen"))["ort"]
    assert one.doubts == {Doubt.ONE_READING}
    assert one.decided == str(RULE)


def test_other_doubts_of_the_picture_stay():
    doubts = frozenset({Doubt.RECOGNISED, Doubt.HANDWRITING})
    one = accepted(seen("ort", "Göttingen", "Göttingen", doubts=doubts))["ort"]
    assert one.doubts == {Doubt.HANDWRITING}


def test_the_shape_of_its_dots_is_nothing_to_a_day():
    shapes = frozenset({Doubt.RECOGNISED, Doubt.CHARACTERS})
    days = [seen(key, "12.05.2026", "12.05.2026", doubts=shapes) for key in ("von", "bis")]
    fields = accepted(*days, seen("ort", "Ort", "Ort", doubts=shapes))
    assert fields["von"].accepted
    assert fields["ort"].doubts == {Doubt.CHARACTERS}


def test_what_was_typed_into_a_file_is_left_alone():
    typed = Sighting("ort", Method.CONTROL, 1, text="|~|")
    one = accepted(typed)["ort"]
    assert one.accepted
    assert one.decided == ""


def test_text_without_separate_readings_stays_doubtful():
    label = Sighting(
        "ort",
        Method.LABEL,
        1,
        text="Göttingen",
        doubts=frozenset({Doubt.RECOGNISED, Doubt.FOREIGN_LAYOUT}),
    )
    assert accepted(label)["ort"].doubts == label.doubts


def test_the_prompt_is_a_blank_in_every_reading():
    good = [seen(key, "12.05.2026", "12.05.2026") for key in ("von", "bis", "ort")]
    one = accepted(*good, seen("name", "Name eingeben", "Name eingebon"))["name"]
    assert one.reading is Reading.BLANK
    assert one.accepted


def test_a_required_field_is_not_blank_on_a_poor_page():
    poor = [seen("ort", "Ort", "0rt"), seen("traeger", "a", "b"), seen("von", "1.", "7.")]
    fields = accepted(*poor, seen("name", "", ""), seen("worte", "", ""))
    assert fields["name"].doubts == {Doubt.POOR_PAGE}
    assert fields["worte"].accepted


def test_handwriting_does_not_make_a_page_poor():
    hand = frozenset({Doubt.RECOGNISED, Doubt.HANDWRITING})
    fields = accepted(
        seen("ort", "Ort", "Ort"),
        seen("traeger", "xx", "yy", doubts=hand),
        seen("worte", "xx", "yy", doubts=hand),
        seen("name", "xx", "yy", doubts=hand),
    )
    assert fields["ort"].accepted


def test_dates_that_contradict_the_form_are_both_doubted_unless_every_reading_is_sure():
    before, after = ("12.05.2026", "12.05.2026"), ("11.05.2026", "11.05.2026")
    page = seen("ort", "Ort", "Ort")
    days = seen("von", *before, confidence=0.75), seen("bis", *after, confidence=0.75)
    fields = accepted(page, *days)
    assert fields["von"].doubts == fields["bis"].doubts == {Doubt.UNLIKELY_DAY}
    fields = accepted(seen("von", *before), seen("bis", *after))
    assert fields["von"].accepted
    assert fields["bis"].accepted


def test_a_day_read_the_same_by_all_four_is_not_doubted_for_what_it_says():
    by = (ReadingBy.ZONE, ReadingBy.PAGE_LATIN, ReadingBy.CLOSE, ReadingBy.CLOSE_LATIN)

    def bis(*texts, confidence=0.75):
        read = tuple(Opinion(*one, confidence) for one in zip(by, texts, strict=False))
        one = replace(seen("bis", texts[0], confidence=confidence), opinions=read)
        page = seen("ort", "Ort", "Ort")
        return accepted(page, seen("von", "12.05.2026", "12.05.2026"), one)["bis"].doubts

    day = "11.05.2026"
    assert not bis(day, day, "11. 05. 2026", day)
    for read in ((day, day), (day, day, day, "17.05.2026")):
        assert Doubt.UNLIKELY_DAY in bis(*read)
    assert bis(day, day, day, day, confidence=0.65) == {Doubt.UNLIKELY_DAY}


def test_a_text_put_together_is_the_value_and_says_so_and_every_reading_stays_as_it_was():
    by = (ReadingBy.ZONE, ReadingBy.PAGE_LATIN, ReadingBy.CLOSE, ReadingBy.CLOSE_LATIN)

    def worte(*texts):
        read = tuple(Opinion(*one, 0.9) for one in zip(by, texts, strict=True))
        good = [seen(key, "12.05.2026", "12.05.2026") for key in ("von", "bis")]
        return accepted(*good, replace(seen("worte", texts[0]), opinions=read))["worte"]

    one = worte("Jetzt wjr Bad", "Jetzt wir Bod", "Jetzt wir Bad", "Jerzt wir Bad")
    assert (one.raw, one.accepted, one.together) == ("Jetzt wir Bad", True, False)
    one = worte("Jetzt wjr Bad zu", "Jetzt wir Bod zu", "Jetzt wir Bad su", "Jerzt wir Bad zu")
    assert (one.raw, one.accepted, one.together) == ("Jetzt wir Bad zu", True, True)
    assert one.value == one.raw
    assert one.raw not in [opinion.text for opinion in one.opinions]
    assert one.opinions[0].text == "Jetzt wjr Bad zu"


@pytest.mark.parametrize(
    ("day", "doubt"),
    [
        ("12.05.2086", Doubt.UNLIKELY_DAY),
        # No calendar of ours has these at all.
        ("12.05.2326", Doubt.MALFORMED),
        ("12.05.1026", Doubt.MALFORMED),
    ],
)
def test_a_day_far_away_is_doubted(day, doubt):
    assert accepted(seen("bis", day, day))["bis"].doubts == {doubt}


def test_a_year_of_two_digits_is_accepted_as_it_was_written():
    one = accepted(seen("von", "12.05.26", "12. 05. 26"))["von"]
    assert (one.value, one.raw) == (date(2026, 5, 12), "12.05.26")
    assert one.accepted


@pytest.mark.parametrize("other", ["12.05.2026", "12.05.25"])
def test_readings_with_another_year_differ(other):
    one = accepted(seen("von", "12.05.26", other))["von"]
    assert one.doubts == {Doubt.READINGS_DIFFER}


def test_a_recognised_year_of_no_century_is_doubted_for_that_alone():
    one = accepted(seen("von", "12.05.46", "12.05.46"))["von"]
    assert (one.value, one.doubts) == (None, {Doubt.CENTURY})


def test_the_reading_with_the_whole_year_is_shown_where_only_that_tells_a_day():
    one = accepted(seen("von", "l2.05.46", "12.05.2026"))["von"]
    assert (one.value, one.doubts) == (date(2026, 5, 12), {Doubt.READINGS_DIFFER})


def test_the_only_reading_that_is_a_date_is_shown_but_doubted():
    one = accepted(seen("von", "l2.05.2026", "12.05.2026"))["von"]
    assert (one.reading, one.value) == (Reading.READ, date(2026, 5, 12))
    assert one.doubts == {Doubt.READINGS_DIFFER}


def test_text_where_both_readings_find_no_date_stays_malformed():
    one = accepted(seen("von", "sofort", "sofort"))["von"]
    assert one.reading is Reading.UNREADABLE
    assert one.doubts == {Doubt.MALFORMED}


def test_what_was_sent_confirms_an_unsure_reading():
    unsure = seen("ort", "Göttingen", "Göttingen", confidence=0.48)
    assert not accepted(seen("traeger", "Ort", "Ort"), unsure)["ort"].accepted
    assert accepted(seen("traeger", "Ort", "Ort"), unsure, sent={"ort": "Göttingen"})[
        "ort"
    ].accepted


def test_a_difference_from_what_was_sent_is_never_corrected():
    one = accepted(seen("ort", "Gottingen", "Gottingen"), sent={"ort": "Göttingen"})["ort"]
    assert one.raw == "Gottingen"
    assert one.doubts == {Doubt.NOT_LISTED}


def test_a_near_miss_of_a_list_names_its_entry():
    lists = {"traeger": ("Werkstatt Nord",)}
    one = accepted(seen("traeger", "Werkstatt Norb", "Werkstatt Norb"), lists=lists)["traeger"]
    assert (one.doubts, one.nearest) == ({Doubt.NOT_LISTED}, "Werkstatt Nord")


def test_a_field_of_two_lists_holds_an_entry_of_each():
    both = replace(DEFINITION.field("traeger"), lists=("traeger", "massnahme"))
    definition = replace(DEFINITION, fields=(both,))
    record = extract(definition, [seen("traeger", "A-Haus, Lernen", "A-Haus, Lernen")])
    lists = {"traeger": ("A-Haus", "B-Haus"), "massnahme": ("Lernen", "Arbeiten")}
    accept = Acceptance(RULE, lists)
    assert accept(definition, record, RECEIVED, {}).fields["traeger"].accepted


def test_parts_of_a_continued_text_are_read_together_by_each_pass():
    first = seen(
        "worte", "Ich will … (weiter auf dem Beiblatt)", "Ich will … (weiter auf dem Beiblatt)"
    )
    second = seen("worte__2", "arbeiten.", "arbeiten.")
    one = accepted(first, second)["worte"]
    assert [opinion.text for opinion in one.opinions] == ["Ich will arbeiten."] * 2
    assert one.accepted


def test_a_part_read_only_once_leaves_the_whole_doubtful():
    first = seen(
        "worte", "Ich will … (weiter auf dem Beiblatt)", "Ich will … (weiter auf dem Beiblatt)"
    )
    one = accepted(first, seen("worte__2", "arbeiten."))["worte"]
    assert not one.accepted
