import pytest

from formservice.adapters.word.read import WordReader
from formservice.domain.document import Cell, Claim, Doubt, Medium, Method, Page, Sighting
from formservice.domain.form import FormRef, Layout
from tests.adapters.word_packages import (
    STRICT,
    W,
    bookmark,
    control,
    paragraph,
    run,
    table,
    tick,
    word_file,
)

PROMPT = "<w:showingPlcHdr/><w:text/>"
RICH = ""
CELL = f"<w:tc>{paragraph(run('a'))}</w:tc>"


def page(body: str, **more) -> Page:
    with WordReader().open(word_file(body, **more)) as document:
        return document.pages[0]


def sighted(body: str, **more) -> Sighting:
    (sighting,) = page(body, **more).sightings
    return sighting


def text_of(content: str) -> str:
    return sighted(paragraph(control("key", content))).text


def field_mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


# -- characters ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>", "a\nb"),
        ("<w:r><w:t>a</w:t><w:cr/><w:t>b</w:t></w:r>", "a\nb"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r>", "a\tb"),
        ("<w:r><w:t>a</w:t><w:ptab w:alignment='left'/><w:t>b</w:t></w:r>", "a\tb"),
        ("<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t></w:r>", "a\u2011b"),
        ("<w:r><w:t>a</w:t><w:softHyphen/><w:t>b</w:t></w:r>", "a\u00adb"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0E0"/></w:r>', "→"),
        ('<w:r><w:sym w:font="Segoe UI" w:char="00E4"/></w:r>', "ä"),
        (run("a\uf020b"), "a\uf020b"),
        ("<w:r><w:t>a<!-- x -->b</w:t></w:r>", "ab"),
        ("<w:r><w:t><![CDATA[a & <b>]]></w:t></w:r>", "a & <b>"),
        (run("a") + run("") + run("b"), "ab"),
        ('<w:hyperlink r:id="x" xmlns:r="urn:x">' + run("a@b.de") + "</w:hyperlink>", "a@b.de"),
        ("<w:smartTag><w:smartTagPr/>" + run("Kassel") + "</w:smartTag>", "Kassel"),
        ('<w:fldSimple w:instr=" DATE ">' + run("1.2.2026") + "</w:fldSimple>", "1.2.2026"),
        ("<w:r><w:footnoteReference w:id='2'/></w:r>" + run("a"), "a"),
        (run("\U0001f469\u200d\U0001f467 مرحبا"), "\U0001f469\u200d\U0001f467 مرحبا"),
    ],
)
def test_every_way_word_writes_characters_is_read_as_these_characters(content, text):
    assert text_of(content) == text


def test_a_second_paragraph_in_a_control_is_a_new_line():
    sighting = sighted(control("key", paragraph(run("a")) + paragraph(run("b"))))
    assert sighting.text == "a\nb"


def test_an_empty_last_paragraph_is_kept_as_the_line_break_it_is():
    assert sighted(control("key", paragraph(run("a")) + paragraph(""))).text == "a\n"


def test_tab_stops_of_a_paragraph_are_no_tabs_of_its_text():
    stops = '<w:pPr><w:tabs><w:tab w:val="left" w:pos="9"/></w:tabs></w:pPr>'
    assert sighted(control("key", paragraph(stops + run("a")))).text == "a"


def test_the_code_of_a_field_is_no_text_and_its_result_is():
    code = "<w:r><w:instrText> PAGE </w:instrText></w:r>"
    content = field_mark("begin") + code + field_mark("separate") + run("3") + field_mark("end")
    assert text_of(content) == "3"


def test_an_unknown_symbol_is_doubted():
    sighting = sighted(
        paragraph(control("key", '<w:r><w:sym w:font="Webdings" w:char="F0AA"/></w:r>'))
    )
    assert Doubt.CHARACTERS in sighting.doubts


def test_blanks_that_word_would_drop_are_doubted():
    loose = "<w:r><w:t> a</w:t></w:r>"
    assert sighted(paragraph(control("key", loose))).doubts == {Doubt.WHITE_SPACE}


def test_hidden_text_is_doubted():
    hidden = run("a", "<w:rPr><w:vanish/></w:rPr>")
    assert sighted(paragraph(control("key", hidden))).doubts == {Doubt.CHARACTERS}


def test_a_bullet_that_stands_in_no_run_is_doubted():
    listed = "<w:pPr><w:numPr/></w:pPr>" + run("a")
    assert sighted(control("key", paragraph(listed), RICH)).doubts >= {Doubt.CHARACTERS}


# -- controls --------------------------------------------------------------------------------


def test_a_prompt_is_blank_and_stands_in_no_block():
    read = page(paragraph(run("Name: ") + control("name", run("Text eingeben"), PROMPT)))
    assert read.sightings[0].blank
    assert read.blocks[0].text == "Name: "


@pytest.mark.parametrize("value", ["0", "false", "off"])
def test_a_prompt_switched_off_is_text(value):
    off = f'<w:showingPlcHdr w:val="{value}"/><w:text/>'
    assert not sighted(paragraph(control("name", run("Anna"), off))).blank


def test_a_control_with_nothing_in_it_is_blank():
    assert sighted(paragraph(control("name", ""))).blank


@pytest.mark.parametrize(
    "body",
    [
        paragraph(control("key", run("a"))),
        control("key", paragraph(run("a"))),
        "<w:tbl><w:tr>" + control("key", CELL) + "</w:tr></w:tbl>",
        "<w:tbl>" + control("key", f"<w:tr>{CELL}</w:tr>") + "</w:tbl>",
        table([table([control("key", run("a"))])]),
    ],
    ids=["run", "paragraph", "cell", "row", "nested table"],
)
def test_a_control_is_found_at_every_level(body):
    sighting = sighted(body)
    assert (sighting.key, sighting.text, sighting.method) == ("key", "a", Method.CONTROL)


def test_a_control_inside_another_counts_for_both():
    inner = control("inner", run("b"))
    read = page(paragraph(control("outer", run("a") + inner + run("c"), RICH)))
    assert {one.key: one.text for one in read.sightings} == {"inner": "b", "outer": "abc"}


def test_two_controls_of_one_tag_give_two_sightings():
    body = paragraph(control("name", run("Anna")) + control("name", run("Berta")))
    assert [one.text for one in page(body).sightings] == ["Anna", "Berta"]


@pytest.mark.parametrize(
    ("state", "on"), [("1", True), ("true", True), ("0", False), ("false", False)]
)
def test_a_tick_is_read_from_its_state(state, on):
    sighting = sighted(paragraph(tick("anlass.abbruch", state, "☒" if on else "☐")))
    assert (sighting.on, sighting.doubts) == (on, frozenset())


@pytest.mark.parametrize(("state", "drawn"), [("1", "☐"), ("0", "☒"), ("0", "X"), ("1", "")])
def test_a_tick_drawn_otherwise_than_its_state_is_a_conflict(state, drawn):
    assert sighted(paragraph(tick("a.b", state, drawn))).doubts == {Doubt.CONFLICT}


def test_ticks_stand_in_blocks_as_boxes():
    read = page(paragraph(tick("a", "1", "☒") + run(" ja ") + tick("b", "0", "☐") + run(" nein")))
    assert read.blocks[0].text == "☒ ja ☐ nein"


def dated(text: str, full: str, prompt: str = "") -> Sighting:
    kind = f'{prompt}<w:date w:fullDate="{full}"/>' if full else f"{prompt}<w:date/>"
    return sighted(paragraph(control("am", run(text), kind)))


@pytest.mark.parametrize("text", ["27.03.2026", "27.3.2026", "27. März 2026", "27.3.26"])
def test_a_date_shown_as_it_is_kept_is_certain(text):
    sighting = dated(text, "2026-03-27T00:00:00Z")
    assert (sighting.text, sighting.doubts) == (text, frozenset())


@pytest.mark.parametrize("text", ["28.03.2026", "27.03.25", "bald"])
def test_a_date_shown_otherwise_than_kept_is_a_conflict(text):
    sighting = dated(text, "2026-03-27T00:00:00Z")
    assert (sighting.text, sighting.doubts) == (text, frozenset({Doubt.CONFLICT}))


def test_a_date_with_nothing_kept_beside_it_is_what_it_shows():
    assert dated("27.03.2026", "").doubts == frozenset()


def test_a_date_in_a_control_still_marked_as_prompt_is_not_lost():
    sighting = dated("27.03.2026", "", "<w:showingPlcHdr/>")
    assert (sighting.blank, sighting.doubts) == (False, frozenset({Doubt.CONFLICT}))


# -- tracked changes -------------------------------------------------------------------------


def test_of_tracked_changes_the_accepted_view_is_read_and_doubted():
    gone = "<w:del><w:r><w:delText>alt</w:delText></w:r></w:del>"
    new = f"<w:ins>{run('neu')}</w:ins>"
    sighting = sighted(paragraph(control("key", run("a ") + gone + new)))
    assert (sighting.text, sighting.doubts) == ("a neu", frozenset({Doubt.TRACKED_CHANGES}))


def test_moved_text_counts_where_it_went():
    moved = f"<w:moveFrom>{run('weg')}</w:moveFrom><w:moveTo>{run('hin')}</w:moveTo>"
    assert text_of(moved) == "hin"


def test_a_deleted_control_is_blank_and_doubted():
    body = paragraph(f"<w:del>{control('key', run('alt'))}</w:del>")
    sighting = sighted(body)
    assert (sighting.blank, sighting.doubts) == (True, frozenset({Doubt.TRACKED_CHANGES}))


def test_a_paragraph_whose_end_is_deleted_runs_on():
    ended = "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + run("a")
    sighting = sighted(control("key", paragraph(ended) + paragraph(run("b"))))
    assert (sighting.text, sighting.doubts) == ("ab", frozenset({Doubt.TRACKED_CHANGES}))


def test_a_tracked_change_beside_a_control_is_not_its_own():
    body = paragraph(f"<w:ins>{run('Name: ')}</w:ins>" + control("name", run("Anna")))
    assert sighted(body).doubts == frozenset()


# -- signatures ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "on", "doubts"),
    [
        ("", False, set()),
        (run("\u2003\u2003"), False, set()),
        (run("gez."), True, {Doubt.TYPED_NAME}),
        (run("Anna Muster"), True, {Doubt.TYPED_NAME}),
        (run("verweigert"), False, set()),
        (run("Unterschrift wurde verweigert."), False, set()),
        (run("nicht verweigert"), None, {Doubt.AMBIGUOUS_MARK}),
        ("<w:r><w:drawing/></w:r>", True, set()),
        ("<w:r><w:pict><v:shape/></w:pict></w:r>", True, set()),
        (
            "<w:r><w:pict><v:shape><o:signatureline/></v:shape></w:pict></w:r>",
            None,
            {Doubt.AMBIGUOUS_MARK},
        ),
    ],
)
def test_a_signature_is_a_picture_and_anything_typed_is_doubted(content, on, doubts):
    sighting = sighted(paragraph(control("sig_tn", content, RICH)))
    assert sighting.on is on
    assert sighting.doubts == doubts


def test_a_signature_line_counts_once_the_file_is_signed():
    line = "<w:r><w:pict><v:shape><o:signatureline/></v:shape></w:pict></w:r>"
    parts = {"_xmlsignatures/sig1.xml": b"<x/>"}
    assert sighted(paragraph(control("sig_tn", line, RICH)), parts=parts).on is True


def test_a_refused_signature_keeps_its_words():
    sighting = sighted(paragraph(control("sig_tn", run("verweigert"), RICH)))
    assert (sighting.text, sighting.blank) == ("verweigert", False)


# -- bookmarks -------------------------------------------------------------------------------


def test_a_bookmark_speaks_only_where_the_control_is_gone():
    kept = bookmark("name", control("name", run("Anna")), 1)
    lost = bookmark("vorname", run("Berta"), 2)
    methods = {one.key: one.method for one in page(paragraph(kept + lost)).sightings}
    assert methods == {"name": Method.CONTROL, "vorname": Method.BOOKMARK}


def test_text_of_a_bookmark_is_doubted():
    sighting = sighted(paragraph(bookmark("name", run("Anna"))))
    assert (sighting.text, sighting.doubts) == ("Anna", frozenset({Doubt.ANCHORS_LOST}))


@pytest.mark.parametrize("text", ["a  b", " a", "a\u00a0 b"])
def test_blanks_in_a_bookmark_are_doubted(text):
    assert Doubt.WHITE_SPACE in sighted(paragraph(bookmark("name", run(text)))).doubts


def test_arabic_in_a_bookmark_is_doubted():
    assert Doubt.CHARACTERS in sighted(paragraph(bookmark("name", run("مرحبا")))).doubts


@pytest.mark.parametrize(("drawn", "on"), [("☒", True), ("☐", False)])
def test_a_tick_in_a_bookmark_is_certain(drawn, on):
    sighting = sighted(paragraph(bookmark("anlass__abbruch", run(drawn))))
    assert (sighting.key, sighting.on, sighting.doubts) == ("anlass.abbruch", on, frozenset())


def test_a_cross_typed_over_a_tick_is_on_and_doubted():
    sighting = sighted(paragraph(bookmark("anlass__abbruch", run("X"))))
    assert (sighting.on, sighting.doubts) == (True, frozenset({Doubt.ANCHORS_LOST}))


def test_a_bookmark_that_begins_inside_a_tick_sees_its_state():
    start = '<w:bookmarkStart w:id="1" w:name="anlass__abbruch"/>'
    states = '<w14:checked w14:val="1"/>'
    body = (
        f"<w:sdt><w:sdtPr><w14:checkbox>{states}</w14:checkbox></w:sdtPr>"
        f"<w:sdtContent>{start}{run('')}{run('☒')}</w:sdtContent></w:sdt>"
        '<w:bookmarkEnd w:id="1"/>'
    )
    assert sighted(paragraph(body)).on is True


def test_a_bookmark_around_a_prompt_is_blank():
    body = control("", run("Datum"), "<w:showingPlcHdr/><w:date/>")
    assert sighted(paragraph(bookmark("am", body))).blank


def test_a_date_in_a_bookmark_still_marked_as_prompt_is_not_lost():
    start = '<w:bookmarkStart w:id="1" w:name="am"/>'
    body = control("", start + run("27.03.2026"), "<w:showingPlcHdr/><w:date/>")
    sighting = sighted(paragraph(body + '<w:bookmarkEnd w:id="1"/>'))
    assert (sighting.text, sighting.blank) == ("27.03.2026", False)
    assert Doubt.CONFLICT in sighting.doubts


def test_a_blank_bookmark_is_doubted():
    sighting = sighted(paragraph(bookmark("name", "")))
    assert (sighting.blank, sighting.on) == (True, None)
    assert sighting.doubts == {Doubt.ANCHORS_LOST}


def test_a_bookmark_over_paragraphs_has_their_line_breaks():
    first = '<w:bookmarkStart w:id="7" w:name="q1"/>' + run("a")
    body = paragraph(first) + paragraph(run("b")) + '<w:bookmarkEnd w:id="7"/>'
    assert sighted(body).text == "a\nb"


def test_a_continuation_keeps_its_number():
    assert sighted(paragraph(bookmark("q1__2", run("a")))).key == "q1__2"


def test_words_own_bookmarks_are_no_fields():
    assert page(paragraph(bookmark("_GoBack", run("a")))).sightings == ()


def test_an_old_form_field_is_read_by_its_bookmark():
    data = '<w:ffData><w:name w:val="ja"/><w:checkBox><w:checked/></w:checkBox></w:ffData>'
    box = f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    sighting = sighted(paragraph(bookmark("ja", box + end)))
    assert (sighting.on, sighting.text) == (True, "☒")


def test_an_old_text_field_without_entry_is_blank():
    body = field_mark("begin") + field_mark("separate") + run("\u2002" * 5) + field_mark("end")
    assert sighted(paragraph(bookmark("name", body))).blank


# -- blocks ----------------------------------------------------------------------------------


def test_cells_are_numbered_and_nested_tables_apart():
    read = page(paragraph(run("x")) + table([run("a"), table([run("b")])], [run("c"), ""]))
    cells = {block.text: block.cell for block in read.blocks if block.text}
    assert cells == {
        "x": None,
        "a": Cell(0, 0, 0),
        "b": Cell(1, 0, 0),
        "c": Cell(0, 1, 0),
    }


def test_joined_cells_count_their_columns():
    wide = f'<w:tc><w:tcPr><w:gridSpan w:val="3"/></w:tcPr>{paragraph(run("a"))}</w:tc>'
    body = f"<w:tbl><w:tr>{wide}<w:tc>{paragraph(run('b'))}</w:tc></w:tr></w:tbl>"
    assert [block.cell for block in page(body).blocks] == [Cell(0, 0, 0), Cell(0, 0, 3)]


def test_a_text_box_is_read_once():
    box = f"<w:txbxContent>{paragraph(run('im Kasten'))}</w:txbxContent>"
    choice = f"<mc:Choice><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
    fallback = f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
    both = f"<w:r><mc:AlternateContent>{choice}{fallback}</mc:AlternateContent></w:r>"
    texts = [block.text for block in page(paragraph(run("a") + both + run("b"))).blocks]
    assert sorted(texts) == ["ab", "im Kasten"]


def test_boxes_of_symbol_fonts_are_boxes():
    font = '<w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr>'
    body = paragraph('<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>' + run(" ja"))
    body += paragraph(run("\uf0fd", font) + run(" nein"))
    assert [block.text for block in page(body).blocks] == ["☐ ja", "☒ nein"]


# -- the file --------------------------------------------------------------------------------


def test_a_strict_file_reads_like_any_other():
    body = paragraph(control("name", run("Anna")) + bookmark("vorname", run("Berta")))
    strict, usual = page(body, space=STRICT), page(body, space=W)
    assert strict.sightings == usual.sightings
    assert len(usual.sightings) == 2


def test_the_page_is_as_large_as_the_section_says():
    section = '<w:sectPr><w:pgSz w:w="16838" w:h="11906"/></w:sectPr>'
    read = page(paragraph(run("a")) + section)
    assert (read.medium, read.width, read.height) == (Medium.DOCX, 841.9, 595.3)


def test_a_file_says_what_form_it_is_by_property():
    names = {"form": "feedbackbogen", "edition": "2023-09-22", "reference": "01ARZ"}
    inner = "".join(
        f'<property name="formservice.{name}"><v>{value}</v></property>'
        for name, value in names.items()
    )
    parts = {"docProps/custom.xml": f"<Properties>{inner}</Properties>".encode()}
    expected = Claim("feedbackbogen", "2023-09-22", "property", reference="01ARZ")
    assert page(paragraph(""), parts=parts).claims == (expected,)


def test_a_file_says_what_form_it_is_by_identifier():
    core = (
        '<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier>'
        "formservice:feedbackbogen/2023-09-22#</dc:identifier></c>"
    )
    read = page(paragraph(""), parts={"docProps/core.xml": core.encode()})
    assert read.claims == (Claim("feedbackbogen", "2023-09-22", "property"),)


def test_a_file_says_what_form_it_is_in_its_footer():
    footer = f'<w:ftr xmlns:w="{W}">{paragraph(run("feedbackbogen/2023") + run("-09-22 · Seite"))}'
    parts = {"word/footer1.xml": (footer + "</w:ftr>").encode()}
    expected = Claim("feedbackbogen", "2023-09-22", "text")
    assert page(paragraph(""), parts=parts).claims == (expected,)


def test_a_word_file_has_no_zones():
    layout = Layout(FormRef("feedbackbogen", "2023-09-22"), ((595.0, 842.0),), ())
    with WordReader().open(word_file(paragraph(run("a")))) as document:
        assert document.zones(1, layout, 1) == ()
