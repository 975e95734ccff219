"""Words of texts and of queries have one form, whatever letters they are written in."""

import re
import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from formservice.domain.search_words import Normaliser, code_of, folded, group_code, group_of

ROOT = Path(__file__).parent.parent.parent
# Takes an ending and marks away, as a stemmer does, and tells nothing else.
NORMALISER = Normaliser(lambda word: word.replace("ä", "a").removesuffix("er"))


def fields() -> set[str]:
    keys = set()
    for path in ROOT.glob("mappings/*/*.yaml"):
        for key, one in yaml.safe_load(path.read_text("utf-8"))["fields"].items():
            keys |= {key, *(f"{key}[].{inner}" for inner in one.get("fields", ()))}
    return keys


@given(st.text(max_size=60))
def test_whatever_is_written_becomes_letters_and_digits_that_every_database_has(text):
    made = NORMALISER.indexed([("q3_erreicht", text)])
    words = made.words.split(" ") if made.words else []
    assert all(re.fullmatch(r"([a-z]{4}/)?[a-z0-9]{1,120}", one) for one in words)
    assert len(words) == len(set(words))
    assert re.fullmatch(r" ([a-z]{6}[/~][a-z0-9]+ )*\. ", made.text)
    assert re.fullmatch(r"[a-z0-9]*", folded(text.lower()))


@given(st.text(max_size=40))
def test_what_stands_in_a_text_is_found_by_the_very_same_text(text):
    made = NORMALISER.indexed([("name", text)])
    word = NORMALISER.word(text)
    assert (word is None) == (made.words == "")
    if word is not None:
        kept = set(made.words.split(" "))
        for forms in word.all_of:
            assert any(
                one.text in kept or (one.begins and any(k.startswith(one.text) for k in kept))
                for one in forms
            )
    phrase = NORMALISER.phrase(text)
    assert " ".join(f"{code_of('name')}/{one}" for one in phrase) in made.text


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_composed_and_decomposed_letters_are_the_same(text):
    one, two = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert NORMALISER.indexed([("a", one)]) == NORMALISER.indexed([("a", two)])


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("GROẞ", "gross"),
        ("Øresund", "oresund"),
        ("Æbler", "aebler"),
        ("Đặng", "dang"),
        ("Ţurcanu", "turcanu"),
        ("Ģirts", "girts"),
        ("Þór", "thor"),
        ("Ħal", "hal"),
        ("Łódź", "lodz"),
        ("ıraz", "iraz"),
        ("Ñandú", "nandu"),
        ("ŉ", "n"),
    ],
)
def test_letters_of_din_91379_have_a_plain_form(written, form):
    assert NORMALISER.forms(written)[0] == form


def test_every_latin_letter_of_european_names_has_a_plain_form():
    named = (chr(code) for code in range(0xC0, 0x180))
    letters = [one.lower() for one in named if unicodedata.category(one) in ("Lu", "Ll")]
    assert [one for one in letters if not re.fullmatch("[a-z]{1,2}", folded(one))] == []


@pytest.mark.parametrize(
    "day", ["27.3.2026", "27.03.2026", "2026-03-27", "27. März 2026", "27. MÄRZ 2026", "27.03.26"]
)
def test_a_day_is_one_word_however_it_is_written(day):
    assert NORMALISER.phrase(f"am {day} war") == ("am", "20260327", "war")


@pytest.mark.parametrize("text", ["99.99.2026", "27.13.2026", "0.0.2026", "2026-13-01", "1.2.3"])
def test_what_is_no_day_is_numbers(text):
    assert all(len(one) < 8 for one in NORMALISER.phrase(text))


def test_no_two_fields_of_our_forms_have_the_same_code():
    keys = {re.sub(r"\[\d*\]", "", key) for key in fields()}
    groups = {group_of(key) for key in keys}
    assert len({code_of(key) for key in keys}) == len(keys) > 40
    assert len({group_code(one) for one in groups}) == len(groups)


def test_the_version_changes_with_the_stems():
    assert NORMALISER.version != Normaliser(lambda word: word).version
    assert NORMALISER.version == NORMALISER.version < 2**31


def test_of_a_text_without_end_no_more_is_kept_than_a_database_takes():
    text = " ".join(f"wort{number}" for number in range(50_000))
    made = NORMALISER.indexed([("a", text), ("b", text), ("c", "danach")])
    assert 200_000 < len(made.words) < 1_000_000
