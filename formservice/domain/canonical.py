"""JSON in one spelling only, so that equal contents have equal hashes (RFC 8785)."""

import hashlib
import json
import math
from collections.abc import Mapping


def canonical(value: object) -> bytes:
    """Return ``value`` as JSON without blanks, keys in the order of their UTF-16 units.

    Numbers are written as RFC 8785 has it, so that others' programs come to the same hash; whole
    numbers keep all their digits, also beyond what a number with a fraction could hold.

    Raises:
        ValueError: what JSON has no spelling for: NaN, half a surrogate pair, a key that is no
            text, anything but JSON's own kinds of values.
    """
    return _spelt(value).encode()


def digest(value: object) -> str:
    """Return the SHA-256 of ``value`` in that spelling, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _spelt(value: object) -> str:
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        pairs = (f"{_text(key)}:{_spelt(value[key])}" for key in sorted(value, key=_units))
        return f"{{{','.join(pairs)}}}"
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(_spelt, value))}]"
    raise ValueError(f"{type(value).__name__} is no value of JSON")


# Escapes what RFC 8785 escapes, and nothing else.
_text = json.JSONEncoder(ensure_ascii=False).encode


def _units(key: object) -> bytes:
    if not isinstance(key, str):
        raise ValueError("a key of JSON is a text")
    return key.encode("utf-16-be")


def _number(number: float) -> str:
    """Return a number as ECMAScript writes it: the shortest digits that give it back."""
    if not math.isfinite(number):
        raise ValueError("no value of JSON")
    if number == 0:
        return "0"
    sign = "-" if number < 0 else ""
    # Python's shortest digits are the same; only where it puts the point differs.
    whole, _, exponent = f"{abs(number)!r}".partition("e")
    before, _, after = whole.partition(".")
    digits = (before + after).lstrip("0")
    point = len(before) + int(exponent or 0) - (len(before + after) - len(digits))
    digits = digits.rstrip("0")
    return sign + _pointed(digits, point)


def _pointed(digits: str, point: int) -> str:
    """Return digits with the point after ``point`` of them, as ECMAScript does."""
    if len(digits) <= point <= 21:
        return digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{rest}e{point - 1:+d}"
