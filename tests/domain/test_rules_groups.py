"""Rules about what repeats: put to all items at once, or to each of them on its own."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formservice.domain.copies import reshaped
from formservice.domain.facts import Facts
from formservice.domain.form import (
    Argument,
    Field,
    FieldKind,
    FormDefinition,
    FormRef,
    Group,
    Option,
    Rule,
    Severity,
)
from formservice.domain.groups import flat, pattern, shape_of
from formservice.domain.predicates import PREDICATES
from formservice.domain.record import Extraction, Reading, Record, Value
from formservice.domain.rules import check
from tests.domain.calendars import few_days
from tests.domain.records import record

RECEIVED = date(2026, 5, 13)
MEMBERS = (
    Field("tag", FieldKind.DATE, "Tag:"),
    Field("rat", FieldKind.TEXT, "Rat:"),
    Group(
        "ziele",
        "Ziel",
        2,
        (
            Field("ziele[].text", FieldKind.MULTILINE, "Ziel {n}:", "Text"),
            Field("ziele[].bis", FieldKind.DATE, "bis", "Bis"),
            Field(
                "ziele[].stand",
                FieldKind.CHOICE,
                "Stand",
                options=(Option("offen", "offen"), Option("fertig", "fertig")),
            ),
            Field(
                "ziele[].rang",
                FieldKind.CHOICE,
                "Rang",
                options=(Option("eins", "1"), Option("zwei", "2")),
            ),
            Group(
                "ziele[].schritte",
                "Schritt",
                2,
                (Field("ziele[].schritte[]", FieldKind.TEXT, "Schritt {n}", zeitangabe=True),),
                single=True,
            ),
            Group(
                "ziele[].hilfen",
                "Hilfe",
                1,
                (
                    Field("ziele[].hilfen[].text", FieldKind.TEXT, "Hilfe"),
                    Field("ziele[].hilfen[].zeit", FieldKind.TEXT, "Zeit", zeitangabe=True),
                ),
            ),
        ),
    ),
    Group("namen", "Name", 2, (Field("namen[]", FieldKind.TEXT, "Name {n}"),), single=True),
    Group(
        "zeichen",
        "Unterschrift",
        2,
        (Field("zeichen[]", FieldKind.SIGNATURE, "Unterschrift {n}"),),
        single=True,
    ),
)
FORM = FormDefinition(
    FormRef("plan", "2026-01"), "Plan", "de-DE", ("Plan",), flat(MEMBERS, {}), members=MEMBERS
)


def shaped(values: Mapping[str, Value]) -> FormDefinition:
    keys = [*values, *(field.key for field in FORM.fields)]
    return reshaped(FORM, shape_of(FORM, keys))


def found(
    values: Mapping[str, Value],
    predicate: str,
    *fields: str,
    each: str = "",
    when: Mapping[str, tuple[str, ...]] | None = None,
    unless: Mapping[str, tuple[str, ...]] | None = None,
    **arguments: Argument,
) -> list[tuple[str | None, str]]:
    """Return field and message of every finding of one rule."""
    rule = Rule(
        "R-1",
        predicate,
        fields,
        Severity.ASKS,
        "{item}|{field}",
        when=when or {},
        unless=unless or {},
        arguments=arguments,
        each=each,
    )
    definition = replace(shaped(values), rules=(rule,))
    result = check(definition, record(definition, values), received=RECEIVED, calendar=few_days())
    return [(finding.field, finding.message) for finding in result.findings]


def at(*arguments: object, **settings: object) -> list[str | None]:
    """Return the fields of the findings."""
    return [field for field, _ in found(*arguments, **settings)]  # type: ignore[arg-type]


TWO: dict[str, Value] = {"ziele[0].text": "Wohnung", "ziele[1].text": "Arbeit"}


def test_a_rule_with_each_is_put_to_every_item_that_exists_and_to_no_blank_row():
    assert found({}, "filled", "ziele[].bis", each="ziele") == []
    assert found({"ziele[1].text": "Arbeit"}, "filled", "ziele[].bis", each="ziele") == [
        ("ziele[1].bis", "Ziel 2|Ziel 2: Bis")
    ]


def test_an_item_beyond_the_printed_rows_is_held_to_the_rules_like_the_first():
    values = {f"ziele[{number}].text": "Arbeit" for number in range(12)}
    assert at(values, "filled", "ziele[].bis", each="ziele") == [
        f"ziele[{number}].bis" for number in range(12)
    ]


def test_a_definition_of_the_printed_shape_still_sees_all_items_of_a_record():
    values: dict[str, Value] = {"ziele[4].text": "Arbeit"}
    rule = Rule("R-1", "filled", ("ziele[].bis",), Severity.ASKS, "Bitte füllen.", each="ziele")
    one = record(shaped(values), values)
    result = check(replace(FORM, rules=(rule,)), one, received=RECEIVED, calendar=few_days())
    assert [finding.field for finding in result.findings] == ["ziele[4].bis"]


def test_without_each_a_pattern_stands_for_the_fields_of_all_items():
    assert at(TWO, "filled", "ziele[].bis") == ["ziele[0].bis", "ziele[1].bis"]
    assert at(TWO, "filled", "ziele[].bis", "rat") == ["ziele[0].bis", "ziele[1].bis", "rat"]


def test_the_inner_items_of_one_item_are_its_own():
    values: dict[str, Value] = {**TWO, "ziele[0].schritte[1]": "Antrag"}
    rule = ("any_filled", "ziele[].bis", "ziele[].schritte[]")
    assert at(values, *rule, each="ziele") == ["ziele[1].bis"]
    assert at(values, *rule) == []


def test_a_rule_for_each_inner_item_sees_its_own_outer_item():
    values: dict[str, Value] = {
        "ziele[0].text": "Wohnung",
        "ziele[0].hilfen[0].text": "Beratung",
        "ziele[1].hilfen[0].text": "Begleitung",
        "ziele[1].hilfen[1].text": "Anruf",
    }
    inner = "ziele[].hilfen"
    assert found(values, "filled", "ziele[].text", "ziele[].hilfen[].zeit", each=inner) == [
        ("ziele[0].hilfen[0].zeit", "Ziel 1, Hilfe 1|Ziel 1, Hilfe 1: Zeit"),
        ("ziele[1].text", "Ziel 2, Hilfe 1|Ziel 2: Text"),
        ("ziele[1].hilfen[0].zeit", "Ziel 2, Hilfe 1|Ziel 2, Hilfe 1: Zeit"),
        ("ziele[1].text", "Ziel 2, Hilfe 2|Ziel 2: Text"),
        ("ziele[1].hilfen[1].zeit", "Ziel 2, Hilfe 2|Ziel 2, Hilfe 2: Zeit"),
    ]


def test_a_plain_field_stands_beside_those_of_each_item():
    values: dict[str, Value] = {
        **TWO,
        "tag": date(2026, 5, 1),
        "ziele[0].bis": date(2026, 5, 1),
        "ziele[1].bis": date(2026, 4, 30),
    }
    assert at(values, "not_before", "ziele[].bis", "tag", each="ziele") == ["ziele[1].bis"]
    assert at(values, "after", "ziele[].bis", "tag", each="ziele") == [
        "ziele[0].bis",
        "ziele[1].bis",
    ]


def test_a_condition_asks_each_item_for_itself():
    values: dict[str, Value] = {**TWO, "ziele[0].stand": "fertig"}
    done = {"ziele[].stand": ("fertig",)}
    assert at(values, "filled", "ziele[].bis", each="ziele", when=done) == ["ziele[0].bis"]
    assert at(values, "filled", "ziele[].bis", each="ziele", unless=done) == ["ziele[1].bis"]


def test_what_nobody_could_read_may_be_an_exception():
    definition = shaped(TWO)
    one = record(definition, TWO)
    unread = Extraction("ziele[0].stand", Reading.UNREADABLE, "", None, 0.0, None)
    facts = Facts(definition, Record(one.ref, {**one.fields, "ziele[0].stand": unread}), RECEIVED)
    assert facts.spares({"ziele[0].stand": ("fertig",)})
    assert not facts.spares({"ziele[1].stand": ("fertig",)})


def test_a_group_is_filled_by_one_item_and_called_by_its_title():
    assert found({}, "filled", "namen") == [("namen[0]", "{item}|Name")]
    assert found({"namen[1]": "Ada"}, "filled", "namen") == []
    assert found(TWO, "filled", "ziele[].schritte", each="ziele") == [
        ("ziele[0].schritte[0]", "Ziel 1|Ziel 1: Schritt"),
        ("ziele[1].schritte[0]", "Ziel 2|Ziel 2: Schritt"),
    ]


def test_too_few_items_are_reported_once_at_the_first_place_for_one():
    assert found({}, "at_least_items", "ziele") == [("ziele[0].text", "{item}|Ziel")]
    assert found(TWO, "at_least_items", "ziele") == []
    assert at(TWO, "at_least_items", "ziele", items=3) == ["ziele[0].text"]


def test_items_of_several_groups_count_together():
    values: dict[str, Value] = {**TWO, "ziele[1].hilfen[0].zeit": "ab sofort"}
    both = ("at_least_items", "ziele[].schritte", "ziele[].hilfen")
    assert at(values, *both, each="ziele") == ["ziele[0].schritte[0]"]


def test_of_too_many_items_the_first_beyond_is_named():
    values = {f"ziele[{number}].text": "Arbeit" for number in range(5)}
    assert at(values, "at_most_items", "ziele", items=4) == ["ziele[4].text"]
    assert at(values, "at_most_items", "ziele", items=5) == []


def test_items_left_out_by_their_choice_do_not_count_as_many():
    values: dict[str, Value] = {f"ziele[{number}].text": "Arbeit" for number in range(5)}
    open_only = ("at_most_items", "ziele", "ziele[].stand")
    assert at(values, *open_only, items=3, without=("fertig",)) == ["ziele[3].text"]
    values |= {"ziele[0].stand": "fertig", "ziele[4].stand": "fertig", "ziele[1].stand": "offen"}
    assert at(values, *open_only, items=3, without=("fertig",)) == []
    assert at(values, *open_only, items=2, without=("fertig",)) == ["ziele[3].text"]


def test_items_that_share_what_should_be_their_own_are_named_with_the_first():
    values: dict[str, Value] = {
        "ziele[0].rang": "eins",
        "ziele[1].rang": "zwei",
        "ziele[2].rang": "eins",
        "ziele[3].rang": ("eins", "zwei"),
        "ziele[4].text": "Arbeit",
        "ziele[5].text": "Geld",
        "ziele[6].rang": ("eins", "zwei"),
    }
    assert at(values, "different", "ziele[].rang") == ["ziele[2].rang"]
    done: dict[str, Value] = {**values, "ziele[0].stand": "fertig"}
    without = {"without": ("fertig",)}
    assert at(done, "different", "ziele[].rang", "ziele[].stand", **without) == []
    assert at(values, "different", "ziele[].rang", "ziele[].stand", **without) == ["ziele[2].rang"]


def test_texts_are_alike_whatever_their_case_and_blanks():
    values: dict[str, Value] = {"namen[0]": "Ada  Beispiel", "namen[1]": "ada beispiel"}
    assert at(values, "different", "namen[]") == ["namen[1]"]


def test_who_is_named_has_to_sign_in_the_same_row():
    values: dict[str, Value] = {"namen[0]": "Ada", "namen[1]": "Ben", "zeichen[0]": True}
    assert at(values, "paired", "namen", "zeichen") == ["zeichen[1]"]
    assert at({**values, "zeichen[1]": True}, "paired", "namen", "zeichen") == []


@pytest.mark.parametrize("said", ["bis 12.10.2026", "ab sofort", "fortlaufend", "wöchentlich"])
def test_where_only_a_time_is_asked_for_keywords_tell_it(said):
    values: dict[str, Value] = {"ziele[0].hilfen[0].zeit": said, "ziele[0].text": said}
    assert at(values, "any_time", "ziele[].hilfen[].zeit", each="ziele") == []
    assert at(values, "time_expression", "ziele[].hilfen[].zeit", each="ziele") == []


def test_elsewhere_such_keywords_are_no_time():
    values: dict[str, Value] = {"ziele[0].text": "wöchentlich zum Sport"}
    rule = ("any_time", "ziele[].text", "ziele[].bis")
    assert at(values, *rule, each="ziele") == ["ziele[0].text"]
    assert at({**values, "ziele[0].bis": RECEIVED}, *rule, each="ziele") == []


def unread(values: Mapping[str, Value], reading: Reading, *keys: str) -> Facts:
    definition = shaped(values)
    one = record(definition, values)
    lost = {key: Extraction(key, reading, "", None, 0.0, None) for key in keys}
    return Facts(definition, Record(one.ref, {**one.fields, **lost}), RECEIVED)


@pytest.mark.parametrize("reading", [Reading.UNREADABLE, Reading.NOT_FOUND])
def test_items_nobody_could_read_are_neither_missing_nor_too_many(reading):
    facts = unread(TWO, reading, "ziele[0].text", "ziele[1].text")
    for predicate, fields, arguments in (
        ("at_least_items", ("ziele",), {"items": 2}),
        ("at_most_items", ("ziele",), {"items": 0}),
    ):
        assert list(PREDICATES[predicate].breaches(facts, fields, arguments)) == []


def some_values() -> st.SearchStrategy[dict[str, Value]]:
    keys = [field.key for field in shaped({"ziele[3].schritte[3]": "x"}).fields]
    texts = [key for key in keys if pattern(key).endswith(("text", "zeit", "schritte[]"))]
    return st.dictionaries(st.sampled_from(texts), st.sampled_from(["", "x", "bis Mai"]))


@given(some_values())
@settings(max_examples=50)
def test_every_finding_names_a_field_of_the_document_and_an_item_that_exists(values):
    definition = shaped(values)
    known = {field.key for field in definition.fields}
    facts = Facts(definition, record(definition, values), RECEIVED)
    for each in ("ziele", "ziele[].schritte", "ziele[].hilfen"):
        rule = ("filled", "ziele[].text", "ziele[].schritte", "ziele[].hilfen[].zeit")
        items = facts.items.of(each)
        for field, message in found(values, *rule, each=each):
            assert field in known
            assert message.split("|")[0] in {facts.item_name(item) for item in items}


@given(some_values())
@settings(max_examples=50)
def test_every_item_named_has_something_in_it(values):
    definition = shaped(values)
    one = record(definition, values)
    facts = Facts(definition, one, RECEIVED)
    for item in (*facts.items.of("ziele"), *facts.items.of("ziele[].schritte")):
        inside = (key for key in one.fields if f"{key}.".startswith((f"{item}.", f"{item}[")))
        assert any(facts.filled(key) for key in inside)


def places() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    yield "rat", "ziele[0]", ("rat",)
    yield "ziele", "", ("ziele",)
    yield "ziele[].schritte", "ziele[1]", ("ziele[1].schritte",)
    yield "ziele[].schritte", "", ("ziele[0].schritte", "ziele[1].schritte")
    yield "ziele[].text", "ziele[1].schritte[0]", ("ziele[1].text",)
    yield "namen[]", "ziele[1]", ("namen[0]",)


@pytest.mark.parametrize(("key", "item", "expected"), list(places()))
def test_a_key_stands_for_what_it_names_in_one_item_or_in_all(key, item, expected):
    values: dict[str, Value] = {**TWO, "ziele[1].schritte[0]": "Antrag", "namen[0]": "Ada"}
    definition = shaped(values)
    assert (
        Facts(definition, record(definition, values), RECEIVED).items.keys(key, item) == expected
    )


def test_a_lost_item_is_asked_about_once_and_a_lost_field_by_its_name():
    blank = record(shaped({}), {})
    lost = {
        key: replace(one, reading=Reading.NOT_FOUND, method=None)
        if key.startswith("ziele[1]") or key == "ziele[0].bis"
        else one
        for key, one in blank.fields.items()
    }
    result = check(shaped({}), replace(blank, fields=lost), received=RECEIVED, calendar=few_days())
    told = [f for f in result.findings if f.code == "field.not-found"]
    assert [(one.field, one.message.partition("“")[0]) for one in told] == [
        ("ziele[0].bis", "„Ziel 1: Bis"),
        ("ziele[1].text", "„Ziel 2"),
    ]
    assert not result.archivable
