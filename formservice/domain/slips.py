"""In how many letters two texts differ: what recognition slips over."""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache


def slips_between(one: str, other: str, most: int) -> int | None:
    """Return how many letters must be changed to make one of the other, None if over ``most``.

    A column of the table of distances is two numbers: a bit for each row that is one more, or one
    less, than the row above it (Myers 1999, as Hyyrö 2003 gives it).
    """
    if not one or not other:
        return len(one or other) if len(one or other) <= most else None
    places, every, lowest = _places(one), (1 << len(one)) - 1, 1 << (len(one) - 1)
    more, less, slips = every, 0, len(one)
    for done, letter in enumerate(other, 1):
        same = places.get(letter, 0)
        kept = (((same & more) + more) ^ more) | same | less
        right, left = less | ~(kept | more) & every, more & kept
        slips += bool(right & lowest) - bool(left & lowest)
        right, left = (right << 1 | 1) & every, left << 1 & every
        more, less = left | ~(kept | right) & every, right & kept
        if slips - (len(other) - done) > most:
            return None
    return slips if slips <= most else None


@lru_cache(maxsize=256)
def _places(text: str) -> Mapping[str, int]:
    """Return for each letter of a text a bit for each place where it stands."""
    places: dict[str, int] = defaultdict(int)
    for place, letter in enumerate(text):
        places[letter] |= 1 << place
    return dict(places)
