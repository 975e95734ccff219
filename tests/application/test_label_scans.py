"""The label chain on scanned pages: misread labels, and the share of labels found as the gate."""

import time
from dataclasses import replace

import pytest

from formservice.application.label_repair import ENOUGH_LABELS, repaired
from formservice.application.label_scans import UNCLEAR, scan_sightings
from formservice.domain.document import Block, Box, Doubt
from formservice.domain.form import Field, FieldKind, FlowItem
from formservice.domain.slips import slips_between
from tests import known
from tests.application.literal_form import FORM

assert FORM.layout is not None
LAYOUT = FORM.layout

LINES = (
    "Abholschein für Fundsachen",
    "Name: Özdemir",
    "Telefon: 0551 11",
    "Betreuung durch: Frau Fuchs",
    "Telefon: 0551 22",
    "Zeitraum: 01.02.2026 bis 31.05.2026",
    "Anlass",
    "☒ Abholung",
    "☐ Versand",
    "Was habe ich in dieser Zeit geschafft?",
    "Ich habe den Führerschein gemacht.",
    "☐ Es ist eilig.",
    "Unterschrift",
)


def page(*lines):
    """Return lines below each other, far enough apart to be paragraphs."""
    return [
        Block(text, box=Box(0.1, 0.1 + 0.04 * row, 0.6, 0.115 + 0.04 * row))
        for row, text in enumerate(lines)
    ]


def changed(**lines):
    """Return the page with some lines replaced: ``line4="…"``."""
    text = list(LINES)
    for name, line in lines.items():
        text[int(name.removeprefix("line"))] = line
    return page(*text)


def read(blocks, *, own=False):
    return {one.key: one for one in scan_sightings(FORM, blocks, own=own).sightings}


def test_all_labels_of_a_page_read_well_are_found():
    assert repaired(FORM, page(*LINES)).share == 1.0


@pytest.mark.parametrize(
    ("line", "misread"),
    [
        (3, "Betreuunq durch: Frau Fuchs"),
        (3, "Betreuungdurch: Frau Fuchs"),
        (3, "Betreu ung durch: Frau Fuchs"),
    ],
)
def test_a_label_with_a_letter_misread_or_its_words_run_together_is_still_found(line, misread):
    seen = read(changed(**{f"line{line}": misread}))
    assert seen["betreuer"].text == "Frau Fuchs"


def test_a_long_question_is_found_with_several_letters_misread():
    seen = read(changed(line9="Was hahe lch in dleser Zeit geschafft?"))
    assert seen["bericht"].text == "Ich habe den Führerschein gemacht."


def test_a_label_broken_over_two_lines_is_found():
    lines = list(LINES)
    lines[9:10] = ["Was habe ich in dieser", "Zeit geschafft?"]
    seen = read(page(*lines))
    assert seen["bericht"].text == "Ich habe den Führerschein gemacht."


def test_repeated_labels_are_told_apart_by_their_order():
    seen = read(changed(line2="Telefon: 0551 11", line4="Telefan: 0551 22"))
    assert (seen["telefon"].text, seen["amt_telefon"].text) == ("0551 11", "0551 22")


def test_print_that_is_no_label_is_not_taken_for_an_answer():
    lines = [*LINES[:11], "Abholschein für Fundsachen", *LINES[11:]]
    del lines[0]
    assert read(page(*lines))["bericht"].text == "Ich habe den Führerschein gemacht."


def test_words_of_an_answer_that_are_like_a_label_stay_as_they_are():
    seen = read(changed(line10="Versandt habe ich vier Briefe, Abholungen gab es keine."))
    assert seen["bericht"].text == "Versandt habe ich vier Briefe, Abholungen gab es keine."


def test_nothing_found_between_labels_of_a_picture_is_without_doubt():
    for one in read(page(*LINES)).values():
        assert {Doubt.FOREIGN_LAYOUT, Doubt.RECOGNISED} <= one.doubts


def test_with_too_few_labels_no_field_has_a_value():
    seen = read(page(*LINES[:4]))
    assert set(seen) == {anchor for field in FORM.fields for anchor in field.anchors}
    for one in seen.values():
        assert one.unreadable
        assert not one.text
        assert one.on is None
        assert Doubt.LABELS_LOST in one.doubts


def test_the_gate_is_the_share_of_labels_found():
    lines = list(LINES)
    assert repaired(FORM, page(*lines[1:])).share >= ENOUGH_LABELS
    assert repaired(FORM, page(*lines[3:])).share < ENOUGH_LABELS


def test_a_box_that_is_not_clear_leaves_its_choice_to_a_person():
    seen = read(changed(line7=f"{UNCLEAR} Abholung"))
    assert seen["anlass.abholung"].on is None
    assert Doubt.AMBIGUOUS_MARK in seen["anlass.abholung"].doubts
    assert seen["eilig"].on is False


def test_a_box_that_is_not_clear_beside_a_ticked_one_leaves_both_to_a_person():
    seen = read(changed(line8=f"{UNCLEAR} Versand"))
    assert seen["anlass.versand"].on is None
    assert seen["anlass.abholung"].on is None


def test_a_misread_prompt_is_no_answer():
    seen = read(changed(line10="Klicken oder fippen Sie hier, um Text elnzugeben."))
    assert seen["bericht"].blank
    assert not seen["bericht"].text


def test_what_word_repeats_at_the_edges_of_our_pages_is_no_part_of_an_answer():
    blocks = page(*LINES[:11])
    foot = Block("Abholschein · Ausgabe 01.01.2026", box=Box(0.1, 0.96, 0.5, 0.97))
    head = Block("Abholschein", page=2, box=Box(0.1, 0.02, 0.3, 0.03))
    rest = [
        Block(text, page=2, box=Box(0.1, 0.1 + 0.04 * row, 0.6, 0.115 + 0.04 * row))
        for row, text in enumerate(("Und Deutsch gelernt.", *LINES[11:]))
    ]
    seen = read([*blocks, foot, head, *rest], own=True)
    text = seen["bericht"].text
    assert text.split("\n") == ["Ich habe den Führerschein gemacht.", "Und Deutsch gelernt."]


def test_a_choice_without_any_mark_whose_boxes_were_not_all_found_is_a_persons():
    seen = read(changed(line7="Abholung", line8="☐ Versand"))
    assert seen["anlass.versand"].on is None


def test_a_question_that_word_prints_again_on_the_next_page_is_no_part_of_the_answer():
    question = LINES[9] + " (Bitte in eigenen Worten)"
    form = replace(
        FORM,
        fields=tuple(
            replace(one, label=question) if one.key == "bericht" else one for one in FORM.fields
        ),
        layout=replace(
            LAYOUT,
            flow=tuple(
                replace(item, text=question) if item.text == LINES[9] else item
                for item in LAYOUT.flow
            ),
        ),
    )
    first = page(*LINES[:9], question, LINES[10])
    second = [
        replace(one, page=2) for one in page("Abholschein", question, "Und Deutsch.", *LINES[11:])
    ]
    seen = {one.key: one for one in scan_sightings(form, [*first, *second], own=True).sightings}
    assert "in eigenen Worten" not in seen["bericht"].text
    assert seen["bericht"].text.endswith("Und Deutsch.")


def test_of_two_questions_that_differ_in_a_word_neither_is_taken_for_the_other():
    asked = "Welche meiner selbst gesetzten Erwartungen habe ich erreicht?"
    missed = "Welche meiner selbst gesetzten Erwartungen habe ich nicht erreicht?"
    questions = (
        Field("erreicht", FieldKind.MULTILINE, asked),
        Field("verfehlt", FieldKind.MULTILINE, missed),
    )
    flow = tuple(FlowItem(text=one.label) for one in questions)
    form = replace(FORM, fields=questions, layout=replace(LAYOUT, flow=flow))
    blocks = page(asked, "Den Führerschein.", missed, "Die Prüfung.")
    seen = {one.key: one.text for one in scan_sightings(form, blocks, own=True).sightings}
    assert seen == {"erreicht": "Den Führerschein.", "verfehlt": "Die Prüfung."}


def test_a_page_of_much_text_whose_next_is_missing_is_searched_for_labels_in_a_moment():
    services = known.services()
    form = services.forms.get("einwilligung-daten")
    assert form.layout is not None
    phrases = [item.text for item in form.layout.flow if item.text]
    words = " ".join(phrases[: len(phrases) // 2]).split()
    lines = [
        " ".join(words[start : start + 9]).replace("n", "m", 1)
        for start in range(0, len(words), 9)
    ]
    step = 0.9 / len(lines)
    blocks = [
        Block(text, box=Box(0.1, 0.05 + step * row, 0.8, 0.05 + step * (row + 0.6)))
        for row, text in enumerate(lines)
    ]
    start = time.process_time()
    assert repaired(form, blocks).share < ENOUGH_LABELS
    assert time.process_time() - start < 1  # seconds of one processor; measured: 0.2


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("betreuung", "betreuung", 0),
        ("betreuung", "betreuunq", 1),
        ("betreuung", "etreuung", 1),
        ("betreuung", "betreuungs", 1),
        ("betreuung", "bteruung", 3),
        ("ab", "ba", 2),
        ("a", "", 1),
        ("zeitraum" * 20, "zeitraun" * 20, 20),
    ],
)
def test_slips_are_counted_up_to_the_most_allowed(one, other, slips):
    assert slips_between(one, other, slips) == slips
    assert slips_between(one, other, slips - 1) is None
