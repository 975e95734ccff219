"""The closest known name to a misspelt one, for messages that ask „Gemeint: …?“."""

from collections.abc import Iterable
from difflib import get_close_matches

# 1 is the same: „lable“/„label“ score 0.8, „tn_name“/„name“ 0.73, „foo“/„group“ 0.25.
_ENOUGH = 0.6


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like ``name``, None if none is like it."""
    names = {one.casefold(): one for one in known}
    found = get_close_matches(name.casefold(), names, n=1, cutoff=_ENOUGH)
    return names[found[0]] if found else None
