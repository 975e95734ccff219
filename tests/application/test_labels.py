"""Values between printed labels, in layouts that are not ours."""

from dataclasses import replace

from formservice.application.labels import label_sightings
from formservice.domain.document import Block, Box, Cell, Doubt
from formservice.domain.form import Field, FieldKind, Group
from formservice.domain.groups import flat
from tests.application.literal_form import FIELDS, FORM


def read(blocks):
    return {one.key: one for one in label_sightings(FORM, blocks)}


def cells(*rows, table=0):
    return [
        Block(text, cell=Cell(table, r, c))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
        if text
    ]


def test_a_value_behind_its_label_in_the_same_paragraph_is_found():
    seen = read([Block("Name: Đặng Thị Hồng"), Block("Betreuung durch:\tFrau Ģirts")])
    assert seen["name"].text == "Đặng Thị Hồng"
    assert seen["betreuer"].text == "Frau Ģirts"


def test_a_value_in_the_cell_to_the_right_is_found():
    assert read(cells(["Name:", "Özdemir"]))["name"].text == "Özdemir"


def test_a_value_in_the_row_below_its_heading_is_found():
    seen = read(cells(["Name:", "Betreuung durch:"], ["Özdemir", "Frau Fuchs"]))
    assert (seen["name"].text, seen["betreuer"].text) == ("Özdemir", "Frau Fuchs")


def test_repeated_labels_are_told_apart_by_their_group_whatever_the_order():
    rows = (
        ["Betreuung durch:", "Fuchs", "Name:", "Öz"],
        ["Telefon:", "0551 1", "Telefon:", "0551 2"],
    )
    seen = read(cells(*rows))
    assert (seen["amt_telefon"].text, seen["telefon"].text) == ("0551 1", "0551 2")
    stacked = cells(["Name:", "Öz"], ["Telefon:", "11"]) + cells(
        ["Betreuung durch:", "Fuchs"], ["Telefon:", "22"], table=1
    )
    seen = read(stacked)
    assert (seen["telefon"].text, seen["amt_telefon"].text) == ("11", "22")


def test_a_period_on_one_line_gives_two_dates():
    seen = read([Block("Zeitraum: 01.01.2026 bis 31.05.2026")])
    assert (seen["von"].text, seen["bis"].text) == ("01.01.2026", "31.05.2026")


def test_an_answer_below_its_question_keeps_its_paragraphs():
    seen = read(
        [Block("Was habe ich in dieser\nZeit geschafft?"), Block("Viel."), Block("Alles.")]
    )
    assert seen["bericht"].text == "Viel.\nAlles."


def test_a_label_word_inside_an_answer_is_no_label():
    seen = read(
        [Block("Was habe ich in dieser Zeit geschafft?"), Block("Mein Name steht bis heute da.")]
    )
    assert seen["bericht"].text == "Mein Name steht bis heute da."
    assert "name" not in seen


def test_ticks_are_read_from_their_glyphs():
    seen = read([Block("Anlass"), Block("☐ Abholung   ☒ Versand")])
    assert (seen["anlass.abholung"].on, seen["anlass.versand"].on) == (False, True)


def test_a_single_tick_is_read_from_the_glyph_before_its_label():
    assert read([Block("Name: A"), Block("☒ Es ist eilig.")])["eilig"].on is True
    assert read([Block("☐ Es ist eilig.")])["eilig"].on is False


def test_a_label_without_a_value_is_blank_and_a_missing_label_is_not_seen():
    seen = read(cells(["Name:", ""], ["Telefon:", "1"]))
    assert seen["name"].blank
    assert "betreuer" not in seen


def test_on_a_pdf_page_a_wrapped_question_does_not_swallow_the_answer_beside_it():
    first = Block("Was habe ich in", box=Box(0.1, 0.1, 0.4, 0.112))
    second = Block("dieser Zeit geschafft?", box=Box(0.1, 0.114, 0.4, 0.126))
    answer = Block("Den Führerschein", box=Box(0.5, 0.1, 0.9, 0.112))
    seen = read([first, answer, second])
    assert seen["bericht"].text == "Den Führerschein"


def test_nothing_found_between_labels_is_ever_free_of_doubt():
    seen = read([Block("Name: A"), Block("Anlass"), Block("☒ Versand")])
    assert seen
    assert all(Doubt.FOREIGN_LAYOUT in one.doubts for one in seen.values())


def test_a_footer_with_form_and_edition_is_no_answer():
    seen = read(
        [
            Block("Was habe ich in dieser Zeit geschafft?"),
            Block("Viel."),
            Block("abholschein/2026-01 · Seite 1 von 1"),
        ]
    )
    assert seen["bericht"].text == "Viel."


def test_rows_of_a_tight_table_on_a_pdf_page_keep_label_and_value_together():
    rows = [("Name:", "Özdemir"), ("Telefon:", "0551 1"), ("Betreuung durch:", "Fuchs")]
    blocks = []
    for number, (label, value) in enumerate(rows):
        top = 0.1 + number * 0.015
        blocks.append(Block(label, box=Box(0.1, top, 0.2, top + 0.012)))
        blocks.append(Block(value, box=Box(0.4, top, 0.6, top + 0.012)))
    seen = read(blocks)
    assert {key: one.text for key, one in seen.items()} == {
        "name": "Özdemir",
        "telefon": "0551 1",
        "betreuer": "Fuchs",
    }


def test_ticks_are_read_in_every_way_people_type_them():
    for on, off in (("[x]", "[ ]"), ("(X)", "( )"), ("X", ""), ("x", "o"), ("☑", "☐"), ("✗", "")):
        seen = read([Block("Anlass"), Block(f"{off} Abholung"), Block(f"{on} Versand")])
        assert (seen["anlass.abholung"].on, seen["anlass.versand"].on) == (False, True), on


def test_a_box_behind_its_option_or_in_the_cell_before_it_is_read():
    seen = read([Block("Anlass"), Block("Abholung ☐"), Block("Versand ☒")])
    assert (seen["anlass.abholung"].on, seen["anlass.versand"].on) == (False, True)
    seen = read(cells(["Anlass", ""], ["☒", "Abholung"], ["☐", "Versand"]))
    assert (seen["anlass.abholung"].on, seen["anlass.versand"].on) == (True, False)


def test_a_cross_between_two_options_belongs_to_the_one_it_stands_before():
    seen = read([Block("Anlass   Abholung   X Versand")])
    assert (seen["anlass.abholung"].on, seen["anlass.versand"].on) == (False, True)


def test_options_without_any_box_are_off_in_word_and_unclear_on_a_page():
    seen = read([Block("Anlass"), Block("Abholung"), Block("Versand")])
    assert (seen["anlass.abholung"].on, seen["anlass.versand"].on) == (False, False)
    lines = ["Anlass", "Abholung", "Versand"]
    drawn = [
        Block(text, box=Box(0.1, 0.1 + n / 20, 0.3, 0.115 + n / 20))
        for n, text in enumerate(lines)
    ]
    assert read(drawn)["anlass.versand"].on is None


def test_an_option_word_in_an_answer_is_no_tick():
    seen = read([Block("Was habe ich in dieser Zeit geschafft?"), Block("Versand")])
    assert seen["bericht"].text == "Versand"
    assert "anlass.versand" not in seen


def test_numbers_and_the_words_question_and_answer_belong_to_the_layout():
    asked = Block("2. Was habe ich in dieser Zeit geschafft?")
    assert read([Block("1. Name: Öz"), asked, Block("Viel.")])["name"].text == "Öz"
    asked = Block("Frage 3: Was habe ich in dieser Zeit geschafft?")
    seen = read([Block("Telefon: 1"), asked, Block("Antwort: Viel.")])
    assert (seen["telefon"].text, seen["bericht"].text) == ("1", "Viel.")


def test_a_small_bis_between_two_dates_is_the_label_and_one_in_a_sentence_is_not():
    seen = read([Block("Zeitraum: 01.01.2026 bis 31.05.2026, Name: Öz, Betreuung durch: Fuchs")])
    assert [seen[key].text for key in ("von", "bis", "name")] == ["01.01.2026", "31.05.2026", "Öz"]
    seen = read([Block("Was habe ich in dieser Zeit geschafft?"), Block("bis Mai fast alles")])
    assert seen["bericht"].text == "bis Mai fast alles"


def test_signs_that_begin_or_end_an_answer_are_kept():
    asked = Block("Was habe ich in dieser Zeit geschafft?")
    for answer in ("• Alles", "–viel", "Zu tun:", "Rest: ____ Euro", "-5 Kilo"):
        assert read([asked, Block(answer)])["bericht"].text == answer
    assert read([Block("Name: ______")])["name"].blank
    assert read([Block("Name: – Öz")])["name"].text == "Öz"


def test_a_label_of_a_date_is_looked_for_before_a_date():
    asked = Block("Was habe ich in dieser Zeit geschafft?")
    seen = read([asked, Block("Zeitraum: lang"), Block("Zeitraum: 01.01.2026")])
    assert seen["von"].text == "01.01.2026"


def test_a_value_of_one_line_that_a_narrow_cell_wrapped_is_put_together():
    def drawn(*lines):
        blocks = [Block("Name:", box=Box(0.1, 0.1, 0.2, 0.112))]
        for number, line in enumerate(lines):
            top = 0.1 + number * 0.015
            blocks.append(Block(line, box=Box(0.4, top, 0.5, top + 0.012)))
        return read(blocks)["name"].text

    assert drawn("nhung@post.exa", "mple") == "nhung@post.example"
    assert drawn("Meyer-", "Lüdenscheidt") == "Meyer-Lüdenscheidt"
    assert drawn("Thị Hồng", "Nhung") == "Thị Hồng Nhung"


def test_a_heading_over_the_rows_of_a_list_leaves_no_row_blank():
    what = Field("schritte[].was", FieldKind.TEXT, "Was?")
    when = Field("schritte[].wann", FieldKind.TEXT, "Wann?")
    steps = Group("schritte", "Schritt", 2, (what, when))
    form = replace(FORM, fields=flat((*FIELDS, steps), {}), members=(*FIELDS, steps))

    def blank(*texts):
        return [one.key for one in label_sightings(form, [*map(Block, texts)]) if one.blank]

    assert blank("Was?", "Wann?", "1. anrufen, bis Mai") == []
    assert blank("Was?", "Wann? jetzt", "Was? anrufen", "Wann? im Mai") == ["schritte[0].was"]
