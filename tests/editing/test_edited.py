"""What a person corrects, and what follows of it: values, findings, deadlines, places of items."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formservice.application.editing import AS_READ, BLANK, UNREADABLE
from formservice.application.editing_items import Items
from formservice.domain.errors import InvalidDataError, UsageError
from formservice.domain.form import Field, FieldKind
from formservice.domain.text import TextError, typed
from tests.editing.conftest import FORMS, RECEIVED


def codes(reading, field=None):
    return [one["code"] for one in reading["findings"] if field is None or one["field"] == field]


def doubted(reading, key, *doubts, reading_="read"):
    """Return a reading in which a field is not sure."""
    field = reading["fields"][key] | {
        "accepted": False,
        "doubts": list(doubts),
        "reading": reading_,
        "confidence": 0.42,
        "method": "ocr",
    }
    finding = {
        "code": "field.doubtful" if reading_ == "read" else "field.unreadable",
        "severity": "asks" if reading_ == "read" else "blocks",
        "field": key,
        "rule": None,
        "message": "Bitte vergleichen. Gemeint ist vielleicht „etwas“.",
        "overridable": False,
    }
    fields = {**reading["fields"], key: field}
    return {**reading, "fields": fields, "findings": [finding, *reading["findings"]]}


@pytest.mark.parametrize("form", FORMS)
def test_what_changes_nothing_leaves_the_record_as_it_was_read(edit, readings, form):
    assert edit.edited(readings[form], {}, RECEIVED) == readings[form]


def test_a_corrected_value_stands_beside_what_the_machine_read(edit, readings):
    before = doubted(readings["feedbackbogen"], "name", "readings-differ")
    after = edit.edited(before, {"name": "Yildiz"}, RECEIVED)
    field = after["fields"]["name"]
    assert (field["reading"], field["value"], field["accepted"]) == ("read", "Yildiz", True)
    assert field["corrected"] is True
    assert (field["raw"], field["confidence"]) == ("Yılmaz", 0.42)
    assert field["doubts"] == []
    assert "field.doubtful" not in codes(after, "name")


def test_what_is_read_right_is_confirmed_and_doubted_no_more(edit, readings):
    before = doubted(readings["feedbackbogen"], "name", "readings-differ")
    for said in (AS_READ, "Yılmaz"):
        field = edit.edited(before, {"name": said}, RECEIVED)["fields"]["name"]
        assert (field["value"], field["accepted"]) == ("Yılmaz", True)
        assert field["confirmed"] is True
        assert "corrected" not in field


def test_what_nobody_looked_at_stays_doubtful_in_the_words_that_were_found_for_it(edit, readings):
    before = doubted(readings["feedbackbogen"], "name", "not-listed")
    after = edit.edited(before, {"vorname": "Cem"}, RECEIVED)
    assert before["findings"][0] in after["findings"]


def test_rules_and_deadlines_are_put_to_the_whole_record_anew(edit, readings):
    before = readings["feedbackbogen"]
    after = edit.edited(before, {"name": BLANK, "teilnahme_bis": "2026-03-31"}, RECEIVED)
    assert "field.required" in codes(after, "name")
    assert before["deadlines"] != after["deadlines"]
    assert "deadline.missed" in codes(after)
    assert not after["archivable"]


def test_the_day_of_receipt_is_the_documents_own(edit, readings):
    late = edit.edited(readings["feedbackbogen"], {}, RECEIVED.replace(month=12))
    assert "deadline.missed" in codes(late)


def test_required_words_of_the_person_are_demanded_when_they_are_taken_away(edit, readings):
    before = readings["feedbackbogen"]
    assert "field.required" not in codes(before, "q1_erwartung")
    after = edit.edited(before, {"q1_erwartung": BLANK}, RECEIVED)
    assert "field.required" in codes(after, "q1_erwartung")
    assert "o_ton_sha256" not in after["fields"]["q1_erwartung"]


def test_what_nobody_can_read_can_be_set_aside_with_a_reason(edit, readings):
    after = edit.edited(readings["feedbackbogen"], {"vorname": UNREADABLE}, RECEIVED)
    (finding,) = [one for one in after["findings"] if one["code"] == "field.unreadable"]
    assert (finding["severity"], finding["overridable"]) == ("blocks", True)
    assert "Mensch" in finding["message"]
    assert after["fields"]["vorname"]["accepted"] is True


def test_nothing_that_was_not_read_can_be_confirmed(edit, readings):
    before = doubted(readings["feedbackbogen"], "name", "handwriting", reading_="unreadable")
    before["fields"]["name"] |= {"value": None}
    with pytest.raises(InvalidDataError) as refused:
        edit.edited(before, {"name": AS_READ}, RECEIVED)
    assert [one.where for one in refused.value.problems] == ["name"]


def test_what_was_not_found_is_confirmed_to_be_missing(edit, readings):
    before = doubted(readings["feedbackbogen"], "vorname", reading_="not-found")
    before["fields"]["vorname"] |= {"value": None, "raw": ""}
    after = edit.edited(before, {"vorname": AS_READ}, RECEIVED)
    assert after["fields"]["vorname"]["reading"] == "blank"


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_changed(edit, readings):
    wrong = {
        "name": 5,
        "anlass": "gibt-es-nicht",
        "teilnahme_bis": "31.02.2026",
        "gibt_es_nicht": "x",
        "sig_tn": "ja",
    }
    with pytest.raises(InvalidDataError) as refused:
        edit.edited(readings["feedbackbogen"], wrong, RECEIVED)
    assert {one.where for one in refused.value.problems} == set(wrong)
    assert all(one.message.endswith((".", "?")) for one in refused.value.problems)


def test_a_record_of_no_known_form_is_not_corrected(edit, readings):
    with pytest.raises(UsageError):
        edit.edited({**readings["feedbackbogen"], "form": None}, {"name": "x"}, RECEIVED)


def test_the_comparison_with_what_was_sent_is_made_again(edit, readings):
    sent = {"sent": "Cem", "came_back": "Can", "result": "changed"}
    same = {"sent": "Yılmaz", "came_back": "Yılmaz", "result": "same"}
    against = {"form": None, "fields": {"vorname": sent, "name": same}}
    before = {**readings["feedbackbogen"], "against": against}
    after = edit.edited(before, {"vorname": "Cem", "name": "Yildiz"}, RECEIVED)
    results = {key: one["result"] for key, one in after["against"]["fields"].items()}
    assert (results["vorname"], results["name"]) == ("same", "changed")
    assert codes(after, "vorname") == []
    assert "field.changed" in codes(after, "name")


def test_an_item_takes_all_that_is_known_of_it_to_its_new_place(edit, readings):
    before = readings["integrationsfoerderplan"]
    after = edit.edited(before, {"ziele": Items((1, 0))}, RECEIVED)
    for key in ("text", "wiedervorlage", "teilziele[0]"):
        assert after["fields"][f"ziele[0].{key}"] == before["fields"][f"ziele[1].{key}"]
        assert after["fields"][f"ziele[1].{key}"] == before["fields"][f"ziele[0].{key}"]


def test_an_item_is_added_and_taken_away(edit, readings):
    before = readings["integrationsfoerderplan"]
    more = edit.edited(before, {"ziele[2].text": "Deutsch lernen"}, RECEIVED)
    assert more["fields"]["ziele[2].text"]["value"] == "Deutsch lernen"
    less = edit.edited(more, {"ziele": Items((1, 2))}, RECEIVED)
    assert less["fields"]["ziele[1].text"]["value"] == "Deutsch lernen"
    assert "ziele[2].text" not in less["fields"]
    assert not [one for one in less["findings"] if one["code"] == "field.not-found"]


def test_items_inside_an_item_are_changed_by_its_new_number(edit, readings):
    before = readings["integrationsfoerderplan"]
    changes = {"ziele": Items((1, 0)), "ziele[1].teilziele": Items((1, 0))}
    after = edit.edited(before, changes, RECEIVED)
    said = [after["fields"][f"ziele[1].teilziele[{n}]"]["value"] for n in range(2)]
    assert said == ["Gespräch", "Bewerbung"]


@pytest.mark.parametrize(
    "orders",
    [
        {"ziele": Items((0, 0))},
        {"ziele": Items((7,))},
        {"ziele": Items((-1,))},
        {"gibt_es_nicht": Items((0,))},
        {"ziele[0]": Items((0,))},
        {"ziele": Items((None,) * 200)},
    ],
)
def test_an_order_of_items_that_are_not_there_is_refused(edit, readings, orders):
    with pytest.raises(InvalidDataError):
        edit.edited(readings["integrationsfoerderplan"], orders, RECEIVED)


# Of signs that nobody can type, tests/domain/test_text.py says what becomes of them.
_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=60)
_QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def _may_be_typed(field: Field, text: str) -> bool:
    try:
        typed(text, lines=field.kind is FieldKind.MULTILINE)
    except TextError:
        return False
    return True


@settings(max_examples=60, suppress_health_check=_QUIET)
@given(
    form=st.sampled_from(FORMS),
    texts=st.dictionaries(st.integers(0, 99), _TEXTS, min_size=1, max_size=5),
)
def test_what_was_edited_is_what_is_read_and_done_again_changes_nothing(
    edit, readings, services, form, texts
):
    before = readings[form]
    fields = {one.key: one for one in services.fill.definition(form).fields}
    keys = [key for key in before["fields"] if fields[key].kind in ("text", "multiline")]
    changes = {keys[number % len(keys)]: text for number, text in texts.items()}
    changes = {key: text for key, text in changes.items() if _may_be_typed(fields[key], text)}
    after = edit.edited(before, changes, RECEIVED)
    for key, one in before["fields"].items():
        if key not in changes:
            assert after["fields"][key]["value"] == one["value"]
    again = {key: after["fields"][key]["value"] for key in changes}
    assert edit.edited(after, again, RECEIVED) == after
    assert edit.edited(after, {}, RECEIVED) == after
