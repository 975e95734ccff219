"""JSON has one spelling: that of RFC 8785, so that others come to the same hashes."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formservice.domain.canonical import canonical, digest

# Of RFC 8785, appendix B: the bits of a number, and how it is written.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}

# What a number with a fraction holds exactly.
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(("bits", "written"), NUMBERS.items())
def test_numbers_are_written_as_the_standard_shows(bits, written):
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number).decode() == written


def test_keys_stand_in_the_order_that_the_standard_shows():
    """Its section 3.2.3: by UTF-16 units, so that the smiley stands before the last letter."""
    given = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical(given))) == order


def test_the_whole_example_of_the_standard_comes_out_to_the_byte():
    """Its section 3.2.2 and what follows."""
    given = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert (
        canonical(given)
        == (
            '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        ).encode()
    )


def shuffled(value, random):
    """The same value with its keys in another order."""
    if isinstance(value, dict):
        keys = list(value)
        random.shuffle(keys)
        return {key: shuffled(value[key], random) for key in keys}
    return [shuffled(one, random) for one in value] if isinstance(value, list) else value


def told_apart(value):
    """What makes values of JSON the same: not whether a whole number was written 1 or 1.0."""
    if isinstance(value, dict):
        return ("object", frozenset((key, told_apart(one)) for key, one in value.items()))
    if isinstance(value, list):
        return ("list", tuple(map(told_apart, value)))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return (type(value).__name__, value)
    return ("number", float(value))


@given(values, st.randoms())
def test_equal_values_have_the_same_spelling_however_they_are_put(value, random):
    assert canonical(shuffled(value, random)) == canonical(value)


@given(values)
def test_the_spelling_gives_the_value_back(value):
    assert told_apart(json.loads(canonical(value))) == told_apart(value)


@given(values, values)
def test_values_that_differ_have_different_hashes(one, other):
    assert (digest(one) == digest(other)) == (told_apart(one) == told_apart(other))


def test_whole_numbers_keep_all_their_digits():
    assert canonical(10**30 + 1).decode() == str(10**30 + 1)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("-inf"), "\ud83d", {"\ud83d": 1}, {1: 2}, b"bytes", {1, 2}],
    ids=repr,
)
def test_what_json_has_no_spelling_for_is_refused(value):
    with pytest.raises(ValueError):  # noqa: PT011 - nobody tells these apart
        canonical(value)
