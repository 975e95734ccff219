import io
import re
import threading
import unicodedata
import zipfile
from datetime import date
from pathlib import Path

import docx
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from formservice.adapters.definitions.mappings import load
from formservice.adapters.word.fill import WordRenderer
from formservice.adapters.word.loops import expanded
from formservice.adapters.word.read import WordReader
from formservice.domain.document import Claim, Doubt, Page, Sighting
from formservice.domain.errors import DefinitionError
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef
from formservice.domain.record import Value
from formservice.domain.reference import payload
from formservice.domain.text import clean
from formservice.domain.values import shown, ticks
from tests.adapters.word_packages import archive, control, paragraph, run, table, tick, word_file

ROOT = Path(__file__).parent.parent.parent
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
REFERENCE = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
ARABIC = "أريد أن أتعلم (12) اللغة"


def template(ref: FormRef) -> bytes:
    return (ROOT / "form_templates" / ref.form / ref.edition / "form.docx").read_bytes()


RENDERER = WordRenderer(template)
DEFINITIONS = list(load(ROOT / "mappings", ROOT / "form_templates"))


def definition(form: str) -> FormDefinition:
    return next(one for one in DEFINITIONS if one.ref.form == form)


FEEDBACK = definition("feedbackbogen")


def read(data: bytes) -> Page:
    with WordReader().open(data) as document:
        return document.pages[0]


def part(data: bytes, name: str = "word/document.xml") -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return etree.fromstring(file.read(name))


def sighted(data: bytes) -> dict[str, Sighting]:
    return {sighting.key: sighting for sighting in read(data).sightings}


def filled_control(data: bytes, tag: str) -> etree._Element:
    return next(
        one
        for one in part(data).iter(f"{W}sdt")
        if one.find(f"{W}sdtPr/{W}tag[@{W}val='{tag}']") is not None
    )


def below(element: etree._Element | None, path: str) -> etree._Element:
    found = None if element is None else element.find(path)
    assert found is not None, path
    return found


def characters(element: etree._Element) -> str:
    return str(element.xpath("string()"))


def text_value(name: str, text: str) -> bytes:
    return RENDERER.render(FEEDBACK, {name: text}, "")


# -- values ----------------------------------------------------------------------------------

_AWKWARD = st.sampled_from(
    [
        "  doppelte  Blanks und am Rand ",
        "„Anführung“ “x” 'y' \"z\"",
        "A & B <C> ]]> &amp;",
        "{{ jinja }} {% if %} {_{ {",
        "eins\n\nzwei\n",
        "a\tb\t\tc",
        "hart\u2011weich\u00adStrich",
        "\U0001f469\u200d\U0001f469\u200d\U0001f467",
        f"deutsch {ARABIC} deutsch 5",
        f"{ARABIC}\n{ARABIC}",
        "שלום עולם",
        "Đặng Ģirts Łukasz",
        "</w:t></w:r>",
        "<?fs-end 0?>",
        "formservice-hole",
    ]
)
_LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_TEXTS = st.lists(st.one_of(_AWKWARD, _LETTERS), min_size=1, max_size=4).map("".join)


def _values(field: Field) -> st.SearchStrategy[Value]:
    if field.kind is FieldKind.CHOICE:
        options = st.sampled_from([option.key for option in field.options])
        if field.several:
            return st.lists(options, unique=True).map(tuple)
        return options
    if field.kind is FieldKind.DATE:
        return st.dates(date(1900, 1, 1), date(2100, 12, 31))
    if field.kind in (FieldKind.TICK, FieldKind.SIGNATURE):
        return st.booleans()
    return _TEXTS


@pytest.mark.slow
@pytest.mark.parametrize("form", DEFINITIONS, ids=lambda one: one.ref.form)
@settings(max_examples=60)
@given(data=st.data())
def test_every_value_written_is_read_back_exactly(form, data):
    values = data.draw(
        st.fixed_dictionaries({}, optional={one.key: _values(one) for one in form.fields})
    )
    seen = sighted(RENDERER.render(form, values, REFERENCE))
    for field in form.fields:
        value = values.get(field.key)
        if field.kind in (FieldKind.TICK, FieldKind.CHOICE):
            expected = ticks(field, value)
            assert {key: seen[key].on for key in expected} == expected
            assert not any(seen[key].doubts for key in expected)
            continue
        text = "" if value is None else clean(shown(field, value))
        one = seen[field.key]
        assert one.blank is not bool(text.strip())
        assert one.blank or one.text == text
        assert one.doubts <= {Doubt.TYPED_NAME}
        assert field.kind is FieldKind.SIGNATURE or not one.doubts


@pytest.mark.parametrize("form", DEFINITIONS, ids=lambda one: one.ref.form)
def test_a_form_without_values_shows_all_its_prompts(form):
    data = RENDERER.render(form, {}, "")
    before, after = part(expanded(template(form.ref), form)), part(data)
    assert etree.tostring(before, method="c14n") == etree.tostring(after, method="c14n")


def test_a_text_of_6000_characters_is_whole():
    text = "Ich will es schaffen. " * 300
    assert sighted(text_value("q1_erwartung", text))["q1_erwartung"].text == text


# -- real Word controls ----------------------------------------------------------------------


def test_a_date_stays_a_date_control_with_its_day():
    data = RENDERER.render(FEEDBACK, {"erstellt_am": date(2026, 3, 27)}, "")
    control_ = filled_control(data, "erstellt_am")
    assert below(control_, f"{W}sdtPr/{W}date").get(f"{W}fullDate") == "2026-03-27T00:00:00Z"
    assert characters(control_) == "27.03.2026"


def test_a_tick_stays_a_tick_control_with_state_and_glyph():
    data = RENDERER.render(FEEDBACK, {"anlass": "abbruch"}, "")
    control_ = filled_control(data, "anlass.abbruch")
    assert below(control_, f"{W}sdtPr/{W14}checkbox/{W14}checked").get(f"{W14}val") == "1"
    assert characters(control_) == "☒"


def test_a_filled_control_is_no_prompt_any_more():
    control_ = filled_control(text_value("name", "Anna"), "name")
    assert control_.find(f"{W}sdtPr/{W}showingPlcHdr") is None
    styles = [style.get(f"{W}val", "") for style in control_.iter(f"{W}rStyle")]
    assert not any(re.search("placeholder|platzhalter", style, re.I) for style in styles)


def test_a_filled_control_can_be_emptied_to_its_prompt_again():
    control_ = filled_control(text_value("name", "Anna"), "name")
    assert control_.find(f"{W}sdtPr/{W}placeholder") is not None


def test_one_line_stays_in_a_plain_text_control():
    control_ = filled_control(text_value("q1_erwartung", "eine Zeile"), "q1_erwartung")
    assert control_.find(f"{W}sdtPr/{W}text") is not None


@pytest.mark.parametrize("text", ["zwei\nZeilen", f"deutsch {ARABIC}"])
def test_text_that_libreoffice_would_garble_goes_into_a_rich_text_control(text):
    properties = filled_control(text_value("q1_erwartung", text), "q1_erwartung")[0]
    names = [etree.QName(element).localname for element in properties]
    assert names[-1] == "richText"
    assert "text" not in names


def test_line_breaks_and_tabs_are_words_own():
    control_ = filled_control(text_value("q1_erwartung", "a\n\tb"), "q1_erwartung")
    names = [etree.QName(one).localname for one in below(control_, f"{W}sdtContent/{W}r")]
    assert names == ["rPr", "t", "br", "tab", "t"]


def test_right_to_left_letters_stand_in_runs_of_their_own():
    control_ = filled_control(text_value("q1_erwartung", f"ab {ARABIC}, cd"), "q1_erwartung")
    runs = [
        (characters(one), one.find(f"{W}rPr/{W}rtl") is not None) for one in control_.iter(f"{W}r")
    ]
    assert runs == [("ab ", False), (ARABIC, True), (", cd", False)]


@pytest.mark.parametrize(("text", "turned"), [(ARABIC, True), (f"ab {ARABIC}", False)])
def test_a_paragraph_is_turned_when_its_text_begins_right_to_left(text, turned):
    control_ = filled_control(text_value("q1_erwartung", text), "q1_erwartung")
    properties = below(control_.getparent(), f"{W}pPr")
    assert (properties.find(f"{W}bidi") is not None) is turned


# The order of run and paragraph properties, ISO/IEC 29500-1, as far as the templates use them.
_RUN_ORDER = (
    "rStyle rFonts b bCs i iCs caps smallCaps strike noProof vanish color "
    "spacing w kern position sz szCs highlight u effect bdr shd vertAlign rtl cs em lang"
)
_CONTROL_ORDER = (
    "rPr alias tag id lock placeholder temporary showingPlcHdr dataBinding label tabIndex "
    "richText text date checkbox picture"
)
_PARAGRAPH_ORDER = (
    "pStyle keepNext keepLines pageBreakBefore widowControl numPr pBdr shd tabs "
    "suppressAutoHyphens bidi adjustRightInd snapToGrid spacing ind contextualSpacing jc "
    "textAlignment outlineLvl rPr sectPr"
)


@pytest.mark.parametrize("form", DEFINITIONS, ids=lambda one: one.ref.form)
def test_properties_stand_in_the_order_the_schema_demands(form):
    values: dict[str, Value] = {
        field.key: f"{ARABIC}\nx"
        for field in form.fields
        if field.kind in (FieldKind.TEXT, FieldKind.MULTILINE)
    }
    root = part(RENDERER.render(form, values, ""))
    assert root.find(f".//{W}rtl") is not None
    orders = (("rPr", _RUN_ORDER), ("pPr", _PARAGRAPH_ORDER), ("sdtPr", _CONTROL_ORDER))
    for name, order in orders:
        names = order.split()
        for properties in root.iter(f"{W}{name}"):
            places = [names.index(etree.QName(one).localname) for one in properties]
            assert places == sorted(places)


# -- the file --------------------------------------------------------------------------------


def test_the_same_values_give_the_same_bytes():
    values: dict[str, Value] = {"name": "Anna", "erstellt_am": date(2026, 3, 27)}
    first = WordRenderer(template).render(FEEDBACK, values, REFERENCE)
    assert WordRenderer(template).render(FEEDBACK, values, REFERENCE) == first


def test_the_file_is_a_sound_archive_that_begins_with_its_content_types():
    with zipfile.ZipFile(io.BytesIO(text_value("name", "Anna"))) as file:
        assert file.testzip() is None
        assert file.namelist()[0] == "[Content_Types].xml"
        assert sorted(file.namelist()) == sorted(set(file.namelist()))


def test_the_file_names_form_edition_and_reference():
    data = RENDERER.render(FEEDBACK, {}, REFERENCE)
    claim = Claim("feedbackbogen", "2023-09-22", "property", reference=REFERENCE)
    assert claim in read(data).claims
    identifier = part(data, "docProps/core.xml").findtext(
        "{http://purl.org/dc/elements/1.1/}identifier"
    )
    assert identifier == f"formservice:feedbackbogen/2023-09-22#{REFERENCE}"


@pytest.mark.parametrize("page", [1, 2])
def test_every_page_carries_its_qr_code(page):
    data = RENDERER.render(FEEDBACK, {}, REFERENCE)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        picture = Image.open(io.BytesIO(file.read(f"word/media/formservice-qr-{page}.png")))
    (code,) = zxingcpp.read_barcodes(picture.convert("L"))
    assert code.text == payload(FEEDBACK.ref, page, REFERENCE)


def test_another_library_opens_the_file():
    document = docx.Document(io.BytesIO(RENDERER.render(FEEDBACK, {"name": "Anna"}, REFERENCE)))
    assert document.core_properties.identifier.endswith(REFERENCE)
    assert document.tables[0].cell(0, 0).text == "Auftragnehmer und Maßnahme"


def test_threads_may_share_a_renderer():
    renderer = WordRenderer(template)
    made: dict[int, bytes] = {}

    def work(number: int) -> None:
        made[number] = renderer.render(FEEDBACK, {"name": f"Anna {number}"}, "")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {n: sighted(data)["name"].text for n, data in made.items()} == {
        n: f"Anna {n}" for n in range(8)
    }


# -- templates made by others ----------------------------------------------------------------

SMALL = FormDefinition(
    FormRef("klein", "2026-01"),
    "Klein",
    "de-DE",
    (),
    (
        Field("name", FieldKind.TEXT, "Name:"),
        Field("ja", FieldKind.TICK, "ja"),
        Field("brief", FieldKind.MULTILINE, "Brief:"),
    ),
)
PROMPT = "<w:showingPlcHdr/><w:text/>"
STYLED = run("Text eingeben", '<w:rPr><w:rStyle w:val="PlaceholderText"/><w:b/></w:rPr>')
BODY = (
    paragraph(run("Name: ") + control("name", STYLED, PROMPT))
    + paragraph(tick("ja", "0", "☐"))
    + table([""], [""]).replace(
        paragraph(""), control("brief", paragraph(STYLED) + paragraph(""), PROMPT), 1
    )
)


def small(body: str = BODY, **values: Value) -> bytes:
    return WordRenderer(lambda ref: word_file(body)).render(SMALL, values, "R1")


def test_a_template_without_properties_gets_them():
    claim = Claim("klein", "2026-01", "property", reference="R1")
    assert read(small()).claims == (claim,)


def test_a_control_around_paragraphs_is_filled_in_its_first():
    seen = sighted(small(brief="eins\nzwei", name="Anna", ja=True))
    assert (seen["brief"].text, seen["name"].text, seen["ja"].on) == ("eins\nzwei", "Anna", True)


def test_formatting_beside_the_prompt_style_is_kept():
    control_ = filled_control(small(name="Anna"), "name")
    properties = below(control_, f"{W}sdtContent/{W}r/{W}rPr")
    assert [etree.QName(one).localname for one in properties] == ["b"]


def test_a_field_without_control_is_an_error_that_names_it():
    with pytest.raises(DefinitionError) as caught:
        small(paragraph(control("name", STYLED, PROMPT)))
    assert [problem.where for problem in caught.value.problems] == ["ja", "brief"]


def test_a_template_that_is_no_word_file_is_a_definition_error():
    renderer = WordRenderer(lambda ref: archive({"x": b""}))
    with pytest.raises(DefinitionError):
        renderer.render(SMALL, {}, "")


@given(_TEXTS)
@settings(max_examples=150)
def test_any_text_comes_through_any_template(text):
    seen = sighted(small(name=text))["name"]
    expected = unicodedata.normalize("NFC", clean(text))
    assert seen.text == expected if expected.strip() else seen.blank
