"""Word files in which something repeats: unrolled, filled and read back."""

import io
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from formservice.adapters.definitions.mappings import load
from formservice.adapters.word.fill import WordRenderer
from formservice.adapters.word.loops import expanded, grown
from formservice.adapters.word.read import WordReader
from formservice.domain.document import Sighting
from formservice.domain.errors import DefinitionError
from formservice.domain.form import FieldKind, FormDefinition
from formservice.domain.record import Value
from formservice.domain.reference import bookmark, payload
from formservice.domain.text import clean
from formservice.domain.values import shown, ticks
from tests.adapters.loop_forms import LIST, PLAN, W, main_part, shaped, tags, template
from tests.adapters.word_packages import rewritten

REFERENCE = "TEST00000001"
TINY = Path(__file__).parent.parent / "tiny_form"
BOTH = pytest.mark.parametrize("form", [LIST, PLAN], ids=lambda one: one.ref.form)
PARAGRAPH_ID = "{http://schemas.microsoft.com/office/word/2010/wordml}paraId"
DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_TEXT: st.SearchStrategy[Value] = st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30
)
_VALUES: dict[FieldKind, st.SearchStrategy[Value]] = {
    FieldKind.DATE: st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    FieldKind.TICK: st.booleans(),
    FieldKind.CHOICE: st.sampled_from(["offen", "erreicht"]),
}


def rendered(form: FormDefinition, values: dict[str, Value]) -> bytes:
    return WordRenderer(template).render(form, values, REFERENCE)


def sighted(data: bytes) -> dict[str, Sighting]:
    with WordReader().open(data) as document:
        return {one.key: one for one in document.pages[0].sightings if one.key[0] != "="}


def held(data: bytes, tag: str) -> list[str]:
    """Return the text of every control with ``tag``."""
    return [
        "".join(text.text or "" for text in control.iter(f"{W}t"))
        for control in main_part(data).iter(f"{W}sdt")
        if control.find(f"{W}sdtPr/{W}tag[@{W}val='{tag}']") is not None
    ]


def printed(data: bytes) -> str:
    return "".join(text.text or "" for text in main_part(data).iter(f"{W}t"))


# -- unrolled --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 4, 9, 99])
def test_a_loop_gives_every_item_its_row(count: int):
    form = shaped(LIST, {"termine": count})
    found = tags(expanded(template(LIST.ref), form))
    assert found == [anchor for field in form.fields for anchor in field.anchors]
    assert len(found) == 1 + 3 * count


def test_loops_in_loops_have_as_many_rows_as_each_item_needs():
    shape = {"ziele": 3, "ziele[0].schritte": 5, "ziele[2].schritte": 1, "ziele[1].helfer": 4}
    form = shaped(PLAN, shape)
    found = Counter(tags(expanded(template(PLAN.ref), form)))
    wanted = Counter(anchor for field in form.fields for anchor in field.anchors)
    numbers = {one: 1 for one in found if one.startswith("=ziele")}
    assert found == wanted + Counter(numbers) + Counter({"=vorname": 3})
    assert {"=ziele[2]", "=ziele[1].helfer[3]"} <= numbers.keys()
    assert len(numbers) == 3 + 2 + 4 + 2


@BOTH
def test_no_trace_of_a_loop_is_left(form: FormDefinition):
    assert "{%" in printed(template(form.ref))
    data = expanded(template(form.ref), form)
    assert not any(mark in printed(data) for mark in ("{%", "%}", "{{", "}}"))
    assert main_part(data).xpath("//processing-instruction()") == []


def test_only_later_items_have_what_the_first_is_spared():
    breaks = list(
        main_part(expanded(template(PLAN.ref), shaped(PLAN, {"ziele": 4}))).iter(f"{W}br")
    )
    assert len(breaks) == 3


@BOTH
def test_nothing_that_must_be_unique_is_there_twice(form: FormDefinition):
    def drawing(main: str) -> str:
        here = main.index("<w:bookmarkStart", main.index("{%"))
        picture = '<w:drawing><wp:inline><wp:docPr id="7" name="x"/></wp:inline></w:drawing>'
        return f"{main[:here]}<w:r>{picture}</w:r>{main[here:]}"

    def paragraph_ids(main: str) -> str:
        return main.replace("<w:p>", '<w:p w14:paraId="00000001" w14:textId="77777777">')

    data = rewritten(rewritten(template(form.ref), drawing), paragraph_ids)
    xml = main_part(expanded(data, form))
    starts, ends = (
        [one.get(f"{W}{name}") for one in xml.iter(f"{W}{tag}")]
        for tag, name in (("bookmarkStart", "id"), ("bookmarkEnd", "id"))
    )
    unique: dict[str, list[str | None]] = {
        "name": [one.get(f"{W}name") for one in xml.iter(f"{W}bookmarkStart")],
        "bookmark": starts,
        "drawing": [one.get("id") for one in xml.iter(DRAWN)],
        "control": [one.get(f"{W}val") for one in xml.iterfind(f".//{W}sdtPr/{W}id")],
        "paragraph": [found for one in xml.iter() if (found := one.get(PARAGRAPH_ID))],
    }
    assert {name for name, found in unique.items() if len(set(found)) != len(found)} == set()
    assert sorted(map(str, starts)) == sorted(map(str, ends))
    assert len(unique["drawing"]) == (4 if form is LIST else 2)


@BOTH
def test_every_control_has_the_bookmark_and_the_title_of_its_item(form: FormDefinition):
    xml = main_part(expanded(template(form.ref), form))
    names = {one.get(f"{W}name") for one in xml.iter(f"{W}bookmarkStart")}
    assert names == {bookmark(anchor) for one in form.fields for anchor in one.anchors}
    titles = {
        one.xpath("string(*[local-name()='tag']/@*)"): one.xpath(
            "string(*[local-name()='alias']/@*)"
        )
        for one in xml.iter(f"{W}sdtPr")
    }
    for field in form.fields:
        for anchor in field.anchors:
            assert str(titles[anchor]).startswith(field.name)


def test_the_number_of_an_item_is_printed():
    data = expanded(template(PLAN.ref), shaped(PLAN, {"ziele": 3}))
    assert [held(data, f"=ziele[{index}]") for index in range(3)] == [["1"], ["2"], ["3"]]
    assert held(data, "=ziele[2].helfer[1]") == ["2"]


def test_markers_that_word_split_into_pieces_are_understood():
    def split(main: str) -> str:
        return main.replace(
            "{%tr for termin in termine %}",
            "{%tr </w:t></w:r><w:proofErr w:type='spellStart'/><w:r><w:t>for termin</w:t></w:r>"
            "<w:r><w:t xml:space='preserve'>\u00a0in termine %</w:t></w:r><w:r><w:t>}",
        )

    assert tags(expanded(rewritten(template(LIST.ref), split), LIST)) == tags(
        expanded(template(LIST.ref), LIST)
    )


def test_two_loops_over_one_group_count_anew():
    def twice(main: str) -> str:
        end = main.rindex("<w:p>", 0, main.index("<w:sectPr"))
        loop = "".join(
            f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
            for text in ("{%p for t in termine %}", "{%p endfor %}")
        )
        echo = (
            '<w:p><w:sdt><w:sdtPr><w:tag w:val="=termine[]"/></w:sdtPr><w:sdtContent><w:r>'
            "<w:t>n</w:t></w:r></w:sdtContent></w:sdt></w:p>"
        )
        return main[:end] + loop.replace("</w:p><w:p>", f"</w:p>{echo}<w:p>", 1) + main[end:]

    data = expanded(rewritten(template(LIST.ref), twice), LIST)
    assert tags(data)[-4:] == [f"=termine[{index}]" for index in range(4)]


def test_a_file_in_which_nothing_repeats_is_not_touched():
    slip = load(TINY / "mappings", TINY / "form_templates").get("rueckruf")
    data = (TINY / "form_templates/rueckruf/2026-01/form.docx").read_bytes()
    assert expanded(data, slip) is data


def test_the_other_parts_of_the_file_stay_as_they_are():
    before, after = template(PLAN.ref), expanded(template(PLAN.ref), PLAN)
    with zipfile.ZipFile(io.BytesIO(before)) as one, zipfile.ZipFile(io.BytesIO(after)) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())
        changed = [name for name in one.namelist() if one.read(name) != other.read(name)]
    assert changed == ["word/document.xml"]


def _marker(text: str) -> Callable[[str], str]:
    return lambda main: main.replace("{%tr for termin in termine %}", text)


@pytest.mark.parametrize(
    "text",
    [
        "{%tr for termin in termine|reverse %}",
        "{%tr for termin in range(10) %}",
        "{%tr for termin in termine if loop %}",
        "{%tr set x = 1 %}",
        "{%tr include 'x' %}",
        "{%tr for termin in ''.__class__.__mro__ %}",
        "{%tr if termine %}",
        "{% for termin in termine %}",
        "{{ termine }}",
        "{# termine #}",
    ],
)
def test_anything_but_loops_over_groups_is_refused_by_name(text: str):
    with pytest.raises(DefinitionError) as refused:
        expanded(rewritten(template(LIST.ref), _marker(text)), LIST)
    assert text in {problem.where for problem in refused.value.problems}


# -- filled ----------------------------------------------------------------------------------


_Document = tuple[FormDefinition, dict[str, Value]]


def _documents(form: FormDefinition) -> st.SearchStrategy[_Document]:
    """Return forms of any shape with values in any of their fields."""
    counts = st.sampled_from([0, 1, 2, 4, 7, 9])
    keys = ["termine"] if form is LIST else ["ziele", "ziele[0].schritte", "ziele[1].helfer"]

    def values(shape: dict[str, int]) -> st.SearchStrategy[_Document]:
        whole = shaped(form, shape)
        some: st.SearchStrategy[dict[str, Value]] = st.fixed_dictionaries(
            {}, optional={one.key: _VALUES.get(one.kind, _TEXT) for one in whole.fields}
        )
        return st.tuples(st.just(whole), some)

    return st.fixed_dictionaries(dict.fromkeys(keys, counts)).flatmap(values)


def assert_read_as_written(data: bytes, whole: FormDefinition, values: dict[str, Value]) -> None:
    """Hold what is read from ``data`` against ``values``: all of them, and nothing else."""
    seen = sighted(data)
    assert values.keys() <= {field.key for field in whole.fields}
    for field in whole.fields:
        value = values.get(field.key)
        here = [seen.pop(anchor) for anchor in field.anchors if anchor in seen]
        if not here:  # rows without values do not make the file grow
            assert value is None
        elif field.kind in (FieldKind.TICK, FieldKind.CHOICE):
            assert {one.key: one.on for one in here} == ticks(field, value)
        elif value is None or not clean(shown(field, value)).strip():
            assert [one.blank for one in here] == [True]
        else:
            assert [(one.text, one.blank) for one in here] == [(clean(shown(field, value)), False)]
    assert not [key for key, one in seen.items() if one.on or (one.on is None and not one.blank)]


@pytest.mark.slow
@settings(max_examples=60)
@given(document=st.one_of(_documents(LIST), _documents(PLAN)))
def test_every_value_of_every_item_is_read_back_exactly(
    document: _Document,
):
    whole, values = document
    assert_read_as_written(rendered(whole, values), whole, values)


@BOTH
@pytest.mark.parametrize("more", [-99, 0, 5])
def test_none_one_all_and_more_items_than_rows_come_back(form: FormDefinition, more: int):
    group = "termine" if form is LIST else "ziele"
    rows = 4 if form is LIST else 2
    for count in {0, 1, rows, max(0, rows + more)}:
        whole = shaped(form, {group: count})
        values: dict[str, Value] = {
            field.key: f"Angabe {number}"
            for number, field in enumerate(whole.fields)
            if field.kind in (FieldKind.TEXT, FieldKind.MULTILINE)
        }
        data = rendered(form, values)
        assert_read_as_written(data, whole, values)
        items = {key.partition("]")[0] for key in sighted(data) if "]" in key}
        assert len(items) == max(rows, count)


def test_a_repeated_value_is_written_wherever_it_is_repeated():
    data = rendered(PLAN, {"vorname": "Ayşe & <Co>", "ziele[2].text": "drei"})
    assert held(data, "=vorname") == ["Ayşe & <Co>"] * 3
    assert held(rendered(PLAN, {}), "=vorname") == ["Vorname", "Vorname"]


def test_what_is_repeated_follows_the_field_and_not_the_other_way_round():
    assert sighted(rendered(PLAN, {"vorname": "Ayşe"}))["vorname"].text == "Ayşe"


def test_a_file_of_one_shape_says_nothing_of_another():
    renderer = WordRenderer(template)
    many = renderer.render(LIST, {"termine[20].wo": "dort"}, REFERENCE)
    few = renderer.render(LIST, {"termine[1].wo": "hier"}, REFERENCE)
    assert len(tags(many)) == 1 + 3 * 21
    assert few == WordRenderer(template).render(LIST, {"termine[1].wo": "hier"}, REFERENCE)


def test_shapes_without_end_do_not_fill_the_memory():
    renderer = WordRenderer(template)
    for count in range(4, 44):
        renderer.render(LIST, {f"termine[{count}].wo": "dort"}, REFERENCE)
    first = renderer.render(LIST, {}, REFERENCE)
    assert len(renderer._compiled) < 40
    before = set(renderer._compiled)
    long = {f"ziele[{goal}].schritte[98].was": "dort" for goal in range(6)}
    renderer.render(PLAN, long, REFERENCE)
    assert set(renderer._compiled) == before
    assert first == WordRenderer(template).render(LIST, {}, REFERENCE)


def test_only_what_outgrows_the_print_makes_a_shape_of_its_own():
    assert grown(PLAN, ["ziele[1].text", "ziele[0].schritte[1].was", "vorname"]) == {}
    assert grown(PLAN, ["ziele[2].text", "ziele[0].schritte[4].was"]) == {
        "ziele": 3,
        "ziele[0].schritte": 5,
    }


def _codes(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        names = sorted(name for name in file.namelist() if "formservice-qr-" in name)
        pictures = [Image.open(io.BytesIO(file.read(name))) for name in names]
    return [zxingcpp.read_barcodes(picture)[0].text for picture in pictures]


def test_the_codes_of_a_grown_file_do_not_say_which_later_page_they_are_on():
    ref = PLAN.ref
    assert _codes(rendered(PLAN, {"ziele[1].text": "zwei"})) == [
        payload(ref, 1, REFERENCE),
        payload(ref, 2, REFERENCE),
    ]
    assert _codes(rendered(PLAN, {"ziele[2].text": "drei"})) == [
        payload(ref, 1, REFERENCE),
        payload(ref, 0, REFERENCE),
    ]
