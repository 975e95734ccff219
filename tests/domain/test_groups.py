"""Groups: how many items a document has, and on which page copy each of them stands."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formservice.domain.copies import (
    OnCopy,
    copies,
    copy_mark,
    marked_copy,
    printed_shape,
    reshaped,
    shape_of_copies,
)
from formservice.domain.document import Box
from formservice.domain.form import (
    Echo,
    Field,
    FieldKind,
    FlowItem,
    FormDefinition,
    FormRef,
    Group,
    Layout,
    PageCopy,
    Zone,
)
from formservice.domain.groups import (
    flat,
    items_of,
    numbered,
    numbers,
    pattern,
    repeated,
    shape_of,
)

A4 = (595.3, 841.9)
NAME = Field("vorname", FieldKind.TEXT, "Vorname:", "Vorname")


def goals(rows: int, steps: int = 3) -> Group:
    """Return goals with a text, a tick of two, and steps inside."""
    step = Field("ziele[].schritte[]", FieldKind.TEXT, "Schritt {n}")
    return Group(
        "ziele",
        "Ziel",
        rows,
        (
            Field("ziele[].text", FieldKind.MULTILINE, "Ziel {n}:", "Ziel"),
            Field("ziele[].frist", FieldKind.DATE, "Frist:", "Frist"),
            Group("ziele[].schritte", "Schritt", steps, (step,), single=True),
        ),
    )


def notes(rows: int) -> Group:
    """Return a list of one field without a name."""
    return Group("notizen", "Notiz", rows, (Field("notizen[]", FieldKind.TEXT, ""),), single=True)


def form(members: tuple[Field | Group, ...], pages: dict[str, int]) -> FormDefinition:
    """Return a form with one zone per field; ``pages`` says where items stand, page 1 else."""
    fields = flat(members, {})
    zones = []
    for position, field in enumerate(fields):
        top = items_of(field.key)[0] if items_of(field.key) else field.key
        box = Box(0.1, position / 200, 0.9, position / 200 + 0.004)
        zones.append(Zone(field.key, field.kind.value, pages.get(top, 1), box))
    count = max([1, *pages.values()])
    echoes = [Echo("vorname", page, Box(0.1, 0.95, 0.2, 0.96)) for page in range(1, count + 1)]
    ref = FormRef("probe", "2026-11")
    layout = Layout(ref, (A4,) * count, tuple(zones), echoes=tuple(echoes))
    return FormDefinition(ref, "Probe", "de-DE", (), fields, layout=layout, members=members)


TWO_PAGES = form((NAME, goals(2)), {"ziele[0]": 1, "ziele[1]": 2})


@st.composite
def forms(draw: st.DrawFn) -> FormDefinition:
    """Make forms of up to three pages whose items stand on later pages, one to three each."""
    rows = draw(st.integers(1, 4))
    spread = draw(st.lists(st.integers(1, 3), min_size=rows, max_size=rows).map(sorted))
    pages = {f"ziele[{index}]": page for index, page in enumerate(spread)}
    members: tuple[Field | Group, ...] = (NAME, goals(rows, draw(st.integers(1, 3))))
    if draw(st.booleans()):
        members += (notes(draw(st.integers(1, 3))),)
    return form(members, pages)


SHAPES = st.fixed_dictionaries(
    {},
    optional={
        "ziele": st.integers(0, 9),
        "notizen": st.integers(0, 9),
        **{f"ziele[{index}].schritte": st.integers(0, 8) for index in range(6)},
    },
)


def at_least(shape: dict[str, int]) -> dict[str, int]:
    """Return ``shape`` with the items its inner lists need."""
    inner = [int(key[6]) for key, count in shape.items() if key.startswith("ziele[") and count]
    return shape | {"ziele": max([shape.get("ziele", 0), *(index + 1 for index in inner)])}


@given(forms(), SHAPES)
def test_every_field_of_a_print_stands_on_exactly_one_page(
    definition: FormDefinition, shape: dict[str, int]
) -> None:
    whole = printed_shape(definition, at_least(shape))
    printed = reshaped(definition, whole)
    assert printed.layout is not None
    places = Counter(zone.key for zone in printed.layout.zones)
    assert places == Counter(field.key for field in printed.fields)


@given(forms(), SHAPES)
def test_a_print_has_room_for_all_items_asked_for(
    definition: FormDefinition, shape: dict[str, int]
) -> None:
    asked = at_least(shape)
    wanted = {field.key for field in flat(definition.members, asked)}
    printed = flat(definition.members, printed_shape(definition, asked))
    assert wanted <= {field.key for field in printed}


@given(forms(), SHAPES)
def test_the_shape_of_a_print_is_printed_as_it_is(
    definition: FormDefinition, shape: dict[str, int]
) -> None:
    whole = printed_shape(definition, at_least(shape))
    assert printed_shape(definition, whole) == whole
    keys = [field.key for field in flat(definition.members, whole)]
    assert shape_of(definition, keys) == whole


@given(forms(), SHAPES)
def test_the_copies_of_a_print_tell_its_shape(
    definition: FormDefinition, shape: dict[str, int]
) -> None:
    whole = printed_shape(definition, at_least(shape))
    made = copies(definition, whole)
    told = printed_shape(definition, shape_of_copies(definition, made))
    assert told == whole
    assert copies(definition, told) == made


@given(forms(), SHAPES)
def test_a_form_may_be_reshaped_again(definition: FormDefinition, shape: dict[str, int]) -> None:
    whole = printed_shape(definition, at_least(shape))
    once = reshaped(definition, whole)
    assert reshaped(once, whole) == once
    assert reshaped(once, printed_shape(once, {})) == definition


@given(forms(), SHAPES)
def test_a_copy_is_known_again_by_its_mark(
    definition: FormDefinition, shape: dict[str, int]
) -> None:
    for copy in copies(definition, at_least(shape)):
        assert marked_copy(definition, copy.page, copy_mark(definition, copy)) == copy


@pytest.mark.parametrize("mark", [(1, 2, 0), (0, 1, 0), (0, 99, 0), (0, 2, 99)])
def test_a_mark_no_copy_can_have_is_none(mark: tuple[int, int, int]) -> None:
    assert marked_copy(TWO_PAGES, 2, mark) is None
    assert marked_copy(TWO_PAGES, 1, (0, 2, 0)) is None


def test_on_a_copy_later_items_are_fields_and_the_rest_is_shown() -> None:
    copy = OnCopy.of(TWO_PAGES, PageCopy(2, "ziele", 4))
    assert copy.key("ziele[1].text") == "ziele[4].text"
    assert copy.key("ziele[1].schritte[2]") == "ziele[4].schritte[2]"
    assert copy.key("vorname") is None
    assert copy.shown("vorname") == "vorname"
    assert copy.shown("ziele[1]") == "ziele[4]"


def test_on_a_copy_for_inner_lists_the_item_itself_is_only_shown() -> None:
    copy = OnCopy.of(TWO_PAGES, PageCopy(2, "ziele", 0, 2))
    assert copy.key("ziele[1].text") is None
    assert copy.shown("ziele[1].text") == "ziele[0].text"
    assert copy.key("ziele[1].schritte[1]") == "ziele[0].schritte[7]"


def test_where_a_page_has_room_for_two_a_copy_for_one_item_leaves_the_second_empty() -> None:
    two = form((NAME, goals(2)), {})
    copy = OnCopy.of(two, PageCopy(1, "ziele", 1, 1))
    assert copy.key("ziele[0].schritte[0]") == "ziele[1].schritte[3]"
    assert copy.key("ziele[1].schritte[0]") is None
    assert copy.shown("ziele[1].text") is None
    assert copy.shown("ziele[0].text") == "ziele[1].text"


def test_copies_are_printed_in_the_order_of_their_items() -> None:
    shape = {"ziele": 4, "ziele[0].schritte": 4, "ziele[2].schritte": 7}
    assert copies(TWO_PAGES, shape) == (
        PageCopy(2, "ziele", 0, 1),
        PageCopy(2, "ziele", 2),
        PageCopy(2, "ziele", 2, 1),
        PageCopy(2, "ziele", 2, 2),
        PageCopy(2, "ziele", 3),
    )


def test_the_fields_of_an_item_are_called_after_it() -> None:
    named = {field.key: field for field in flat((goals(2),), {"ziele": 3})}
    assert named["ziele[2].frist"].name == "Ziel 3: Frist"
    assert named["ziele[2].text"].label == "Ziel 3:"
    assert named["ziele[2].schritte[1]"].name == "Ziel 3, Schritt 2"
    assert "ziele[3].text" not in named


def test_the_shape_of_keys_passes_over_what_the_form_has_not() -> None:
    keys = ["ziele[1].text", "ziele[0].schritte[4]", "fremd[7].x", "ziele[100].text", "vorname"]
    assert shape_of(TWO_PAGES, keys) == {"ziele": 2, "ziele[0].schritte": 5}


def test_a_flow_is_repeated_once_per_item_with_its_number() -> None:
    flow = [
        FlowItem(text="Plan"),
        FlowItem(begin="ziele"),
        FlowItem(text="Ziel {n}:"),
        FlowItem(anchor="ziele[].text"),
        FlowItem(begin="ziele[].schritte"),
        FlowItem(text="{n}."),
        FlowItem(anchor="ziele[].schritte[]"),
        FlowItem(end="ziele[].schritte"),
        FlowItem(end="ziele"),
        FlowItem(text="Ende"),
    ]
    shape = {"ziele": 2, "ziele[0].schritte": 2, "ziele[1].schritte": 0}
    assert list(repeated(TWO_PAGES, flow, shape)) == [
        FlowItem(text="Plan"),
        FlowItem(text="Ziel 1:"),
        FlowItem(anchor="ziele[0].text"),
        FlowItem(text="1."),
        FlowItem(anchor="ziele[0].schritte[0]"),
        FlowItem(text="2."),
        FlowItem(anchor="ziele[0].schritte[1]"),
        FlowItem(text="Ziel 2:"),
        FlowItem(anchor="ziele[1].text"),
        FlowItem(text="Ende"),
    ]


@given(st.lists(st.integers(0, 98), min_size=2, max_size=2))
def test_numbers_go_into_a_pattern_and_come_out_again(indices: list[int]) -> None:
    key = numbered("ziele[].schritte[]", indices)
    assert pattern(key) == "ziele[].schritte[]"
    assert list(numbers(key)) == indices
