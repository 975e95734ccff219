"""JSON in one spelling only, so that equal contents have equal hashes (after RFC 8785)."""

import hashlib
import json


def canonical(value: object) -> bytes:
    """Return ``value`` as JSON without blanks, keys in the order of their UTF-16 units.

    Numbers with a fraction are written as Python does: the shortest spelling, as RFC 8785 has it,
    but for exponents, which no value of ours has. Raises ValueError for NaN and infinity.
    """
    text = json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def digest(value: object) -> str:
    """Return the SHA-256 of ``value`` in that spelling, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: str(key).encode("utf-16-be"))
        return {key: _sorted(value[key]) for key in keys}
    if isinstance(value, (list, tuple)):
        return [_sorted(one) for one in value]
    return value
