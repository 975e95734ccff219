"""Building forms whose groups repeat, with the real LibreOffice."""

import json
from dataclasses import replace

import pikepdf
import pytest

from formservice.adapters.building.build import as_json, build
from formservice.adapters.definitions.layouts import load_layout
from formservice.domain.copies import reshaped
from formservice.domain.errors import DefinitionError
from formservice.domain.form import FlowItem, Group
from formservice.domain.groups import flat, repeated
from tests.adapters.loop_forms import LIST, LOOPS, PLAN, template
from tests.adapters.word_packages import rewritten
from tests.programs import needs_office

pytestmark = [needs_office, pytest.mark.engine]


def _never(_: bytes) -> bytes:
    raise AssertionError("LibreOffice is started for a template that cannot be used")


def test_a_wrong_loop_is_refused_before_libreoffice_is_started():
    docx = rewritten(template(LIST.ref), lambda main: main.replace("in termine %}", "in orte %}"))
    with pytest.raises(DefinitionError) as refused:
        build(LIST, docx, convert=_never)
    assert refused.value.problems[0].where == "{%tr for termin in orte %}"


@pytest.mark.slow
def test_an_item_that_does_not_fit_on_its_page_is_named():
    def no_breaks(main: str) -> str:
        return main.replace('<w:br w:type="page"/>', "").replace(
            'w:trHeight w:val="1400"', 'w:trHeight w:val="4600"'
        )

    with pytest.raises(DefinitionError) as refused:
        build(PLAN, rewritten(template(PLAN.ref), no_breaks))
    (problem,) = refused.value.problems
    assert problem.where == "ziele[1]"
    assert "verteilt sich auf die Seiten 1, 2" in problem.message


@pytest.mark.slow
def test_as_many_rows_are_printed_as_the_definition_says():
    (name, group) = LIST.members
    assert isinstance(group, Group)
    members = (name, replace(group, rows=12))
    more = replace(LIST, members=members, fields=flat(members, {}))
    built = build(more, template(LIST.ref))
    keys = [place["key"] for place in json.loads(as_json(built.fields))["fields"]]
    assert len([key for key in keys if key.endswith(".wo")]) == 12


def test_a_built_form_names_its_fields_as_branches_of_their_items():
    folder = LOOPS / "form_templates" / str(PLAN.ref)
    with pikepdf.open(folder / "form.pdf") as pdf:
        names = {field.fully_qualified_name for field in pdf.acroform.fields}
    assert names == {anchor for field in PLAN.fields for anchor in field.anchors}


def test_a_built_form_keeps_a_place_in_the_structure_for_every_echo():
    assert PLAN.layout is not None
    folder = LOOPS / "form_templates" / str(PLAN.ref)
    with pikepdf.open(folder / "form.pdf") as pdf:
        titles = [
            str(one.get("/T"))
            for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Span" and "/T" in one
        ]
    assert sorted(titles) == sorted(f"={echo.source}" for echo in PLAN.layout.echoes)


def test_numbers_stand_as_wide_as_they_are_printed_and_values_have_the_line():
    assert PLAN.layout is not None
    width = PLAN.layout.pages[0][0]
    wide = {e.source: (e.box.right - e.box.left) * width for e in PLAN.layout.echoes}
    assert wide["ziele[0]"] < 8 < 60 < wide["vorname"]
    assert len(PLAN.layout.echoes) == 2 + 2 + 4
    assert {echo.page for echo in PLAN.layout.echoes if "ziele[1]" in echo.source} == {2}


def test_the_flow_of_the_template_says_where_items_begin_and_end():
    layout, problems = load_layout(
        LOOPS / "form_templates" / str(PLAN.ref) / "fields.json", PLAN.ref, "fields.json"
    )
    assert layout is not None
    assert problems == []
    flow = layout.template_flow
    begin, end = flow.index(FlowItem(begin="ziele")), flow.index(FlowItem(end="ziele"))
    inside = flow[begin:end]
    assert FlowItem(text="Ziel {n}:") in inside
    assert FlowItem(anchor="ziele[].schritte[].was") in inside
    assert FlowItem(end="ziele[].helfer") in inside
    assert tuple(repeated(PLAN, flow, {})) == layout.flow
    assert FlowItem(text="Hilfe 2:") in layout.flow


def test_a_document_with_more_items_has_a_flow_with_all_of_them():
    five = reshaped(PLAN, {"ziele": 5})
    assert five.layout is not None
    assert FlowItem(text="Ziel 5:") in five.layout.flow
