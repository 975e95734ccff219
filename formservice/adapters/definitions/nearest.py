"""The closest known name to a misspelt one, for messages that ask „Gemeint: …?“."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process

# Of 100: „lable“/„label“ score 80, „tn_name“/„name“ 73, „foo“/„group“ 25.
_ENOUGH = 60.0


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like ``name``, None if none is like it."""
    found = process.extractOne(
        name, list(known), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=_ENOUGH
    )
    return None if found is None else found[0]
