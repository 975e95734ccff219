"""What people type is understood, or refused in one German sentence that repeats no name."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from formservice.domain.case import NAMES, State
from formservice.domain.errors import UsageError
from formservice.domain.findings import FindingCode
from formservice.domain.search_query import (
    MOST_LETTERS,
    HasFinding,
    OfForm,
    Query,
    Stands,
    Vocabulary,
    Words,
    all_fields,
    parsed,
)
from formservice.domain.search_words import Normaliser

NORMALISER = Normaliser(lambda word: word)
VOCABULARY = Vocabulary(
    all_fields(["name", "q3_erreicht", "ziele[0].text"]),
    frozenset({"feedbackbogen", "feedbackbogen-kurz", "einwilligung"}),
)


def query(text: str) -> Query:
    return parsed(text, NORMALISER, VOCABULARY)


@given(st.text(max_size=60) | st.text('"-:.ab„ \n', max_size=30))
@example('"')
@example('-"a b"-c')
@example("-" * 50)
def test_any_text_is_understood_or_refused_without_repeating_it(text):
    said = ""
    try:
        asked = query(text)
        assert len(asked.all_of) + len(asked.none_of) <= 24
    except UsageError as error:
        said = error.message
    words = [one for one in text.replace('"', " ").split() if len(one) > 8]
    assert not any(one in said for one in words)
    assert said[-1:] in ("", ".")


def test_nothing_asks_for_everything():
    assert query("") == query(" \n ") == Query()


def test_words_phrases_and_fields_have_to_be_there_and_what_follows_a_minus_must_not():
    asked = query('Haus "der Mut" -name:müller q3:"mehr Mut" -"x y"')
    assert [one.phrase for one in asked.all_of if isinstance(one, Words)] == [
        (),
        ("der", "mut"),
        ("mehr", "mut"),
    ]
    assert [one.field for one in asked.none_of if isinstance(one, Words)] == ["name", None]


@pytest.mark.parametrize(
    "key", ["ziele", "ziele.text", "ziele[0].text", "q3", "Q3_Erreicht", "datei"]
)
def test_fields_are_named_with_or_without_numbers_or_by_their_group(key):
    (one,) = query(f"{key}:x").all_of
    assert isinstance(one, Words)
    assert one.field == key.lower().replace("[0]", "")


@pytest.mark.parametrize("state", State)
def test_every_state_has_its_name(state):
    told = NAMES[state].replace(" ", "-")
    for name in (told, told.upper(), f'"{NAMES[state]}"', str(state), told[:-2]):
        assert query(f"stand:{name}").all_of == (Stands(frozenset({state})),)


def test_open_is_what_nobody_has_decided():
    (asked,) = query("stand:offen").all_of
    assert isinstance(asked, Stands)
    assert asked.states.isdisjoint({State.ACCEPTED, State.ARCHIVED})


def test_a_form_is_named_by_its_beginning_with_its_edition():
    assert query("form:einw").all_of == (OfForm(frozenset({"einwilligung"})),)
    assert query("form:feedbackbogen/2026-11").all_of == (
        OfForm(frozenset({"feedbackbogen"}), "2026-11"),
    )
    assert query("form:feed").all_of == (
        OfForm(frozenset({"feedbackbogen", "feedbackbogen-kurz"})),
    )
    assert query("-form:ohne").none_of == (OfForm(None),)


def test_findings_are_named_by_code_or_by_what_they_ask():
    assert query("befund:deadline.missed").all_of == (HasFinding(code="deadline.missed"),)
    assert query("befund:Sperrt").all_of == (HasFinding(severity="blocks"),)
    assert query("befund:irgendeiner").all_of == (HasFinding(),)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("von:2026 bis:2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("von:02.2028 bis:2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("von:12.2026 bis:12.2026", date(2026, 12, 1), date(2026, 12, 31)),
        ("von:27.3.2026", date(2026, 3, 27), None),
        ("bis:2026-03-27", None, date(2026, 3, 27)),
    ],
)
def test_days_months_and_years_bound_what_was_received(text, since, until):
    assert (query(text).since, query(text).until) == (since, until)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name:", "fehlt, was gesucht wird"),
        ('name:""', "fehlt, was gesucht wird"),
        ("nmae:x", "kein Feld"),
        ("http://x", "kein Feld"),
        ('"halb', "Anführungszeichen"),
        ('name:"halb', "Anführungszeichen"),
        ("„halb", "Anführungszeichen"),
        ("name:!!", "kein Wort"),
        ('""', "kein Wort"),
        ("?!", "kein Wort"),
        ("stand:x", "Stand"),
        ("stand:a", "Stand"),
        ("form:x", "Formular"),
        ("form:/2026", "Formular"),
        ("form:feed/x", "Ausgabe"),
        ("befund:'", "Befund"),
        ("befund:quatsch", "Befund"),
        ("befund:deadline.miss", "Befund"),
        ("befund:" + "a" * 65, "Befund"),
        ("von:gestern", "kein Tag"),
        ("von:31.02.2026", "kein Tag"),
        ("von:0000", "kein Tag"),
        ("-von:2026", "geht kein -"),
        ("von:2026 von:2025", "zweimal"),
        ("von:2026 bis:2025", "nach bis"),
        ("a " * 25, "höchstens 24"),
        ("a" * (MOST_LETTERS + 1), "höchstens 1000"),
    ],
)
def test_what_cannot_be_meant_is_said_in_german(text, says):
    with pytest.raises(UsageError, match=says):
        query(text)


def test_what_can_be_searched_is_said_without_quotation_marks_in_others():
    with pytest.raises(UsageError) as raised:
        query("?!")
    assert '"' not in raised.value.hint
    assert "genauen Wörtern in Anführungszeichen" in raised.value.hint


def test_a_finding_is_asked_for_by_any_code_there_is():
    own = replace(VOCABULARY, findings=frozenset({*FindingCode, "wohnung.kosten"}))
    for code in ("field.required", "document", "wohnung.kosten"):
        assert parsed(f"befund:{code}", NORMALISER, own).all_of == (HasFinding(code=code),)
    with pytest.raises(UsageError) as raised:
        query("befund:deadline.mised")
    assert "befund:deadline.missed?" in raised.value.hint


def test_a_misspelt_field_or_form_is_guessed():
    with pytest.raises(UsageError) as raised:
        query("nme:x")
    assert "name:?" in raised.value.hint
    with pytest.raises(UsageError) as raised:
        query("form:einwiligung")
    assert "form:einwilligung?" in raised.value.hint


def test_a_time_is_a_word_and_a_sign_alone_is_passed_over():
    assert len(query("10:30 - & haus").all_of) == 2
