"""Several readings of one text put together word by word.

Recognition errs in single words. So where readings differ the words are asked one by one: a word
stands if readings that count as two say it, whatever else was misread elsewhere in the text.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from formservice.domain.document import ReadingBy

Pairs = Mapping[frozenset[ReadingBy], float]
_TOO_LITTLE = -1.0
# Signs that are others with something added to them.
_PARTS = {",": ".'", ";": "..'", ":": ".."}
_ALIKE = str.maketrans("I1|ıi!CKOPSUVWXYZ0", "llllllckopsuvwxyzo")


@dataclass(frozen=True, slots=True)
class Word:
    """What a reading has in one place, mostly a word, and how sure it is of it."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Vote:
    """What readings say together.

    ``words`` are those that won, one per place, empty where nothing stands, each with how many
    words the first reading has there. ``confidence`` is that of the least sure place, told by its
    two best readings; below 0 where no two are as sure as is asked of them. ``divided`` is the
    same of those places alone about which not all readings say the same, or which have no letters.
    ``against`` is the most readings that say something else about one place.
    """

    words: tuple[tuple[str, int], ...]
    confidence: float
    divided: float
    against: int

    def written(self, like: str) -> str:
        """Return the words as one text, with the line breaks of the first reading, ``like``."""
        parts = re.split(r"(\s+)", like.strip())
        gaps = ["", *parts[1::2]]
        text, done = "", 0
        for word, taken in self.words:
            gap = gaps[done] if taken and done else " "
            text += (gap if text and word else "") + word
            done += taken
        return text


def vote(
    readings: Sequence[tuple[ReadingBy, Sequence[Word]]], pairs: Pairs, no_dirt: float
) -> Vote | None:
    """Return what the readings say together; None if some place has no two that count as two.

    Nor do they if what one reading has may have been overlooked by the others.

    ``pairs`` names those that count, and how sure both must be; what is read with less than
    ``no_dirt`` may be dirt.
    """
    won: list[tuple[str, int]] = []
    confidence, divided, against = 1.0, 1.0, 0
    for place in _places([words for _, words in readings]):
        said: dict[str, list[tuple[ReadingBy, float]]] = defaultdict(list)
        for (by, _), words in zip(readings, place, strict=True):
            least = min((word.confidence for word in words), default=1.0)
            said[" ".join(word.text for word in words)].append((by, least))
        found = {text: _support(by, pairs) for text, by in said.items()}
        best = max(
            (text for text, support in found.items() if support is not None),
            key=lambda text: (len(said[text]), found[text] or 0.0),
            default=None,
        )
        if best is None:
            return None
        others = ((text, sure) for text, by in said.items() if text != best for _, sure in by)
        if any(_overlooks(best, text, sure, no_dirt) for text, sure in others):
            return None
        won.append((best, len(place[0])))
        sure = found[best] or 0.0
        confidence = min(confidence, sure)
        # Dirt is read as a dot by all of them.
        if len(said) > 1 or not _bare(best):
            divided = min(divided, sure)
        against = max(against, len(readings) - len(said[best]))
    return Vote(tuple(won), confidence, divided, against)


def _overlooks(word: str, other: str, sure: float, no_dirt: float) -> bool:
    """Say whether ``word`` may be misread ``other``, however many say it.

    Dots, tails and accents are lost by all readings but the luckiest; strokes (l, I), and letters
    that are alike in both cases, look the same in every picture; numbers are not guessed. Nothing
    was overlooked where something was read, unless it looks like dirt to who read it.
    """
    if not word:
        return sure >= no_dirt
    one, two = _bare(word), _bare(other)
    if one == two:
        return not _marks(other) <= _marks(word)
    number = two.isdigit() and (one.isdigit() or not any(sign.isdigit() for sign in one))
    return number or (not one.isdigit() and _shape(one) == _shape(two))


def _bare(text: str) -> str:
    """Return the letters and digits of a text without their marks."""
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if sign.isalnum())


def _marks(text: str) -> Counter[str]:
    """Count the accents, dots, tails and other signs of a text."""
    signs = "".join(unicodedata.normalize("NFD", text).split())
    return Counter("".join(_PARTS.get(sign, sign) for sign in signs if not sign.isalnum()))


def _shape(text: str) -> str:
    """Return letters and digits with one for all that look the same in some type."""
    return text.translate(_ALIKE)


def _support(said: Sequence[tuple[ReadingBy, float]], pairs: Pairs) -> float | None:
    """Return how sure the best pair among those who say a word is; None if there is no pair."""
    found = [
        (min(sure, other), pairs[frozenset((one, two))])
        for (one, sure), (two, other) in combinations(said, 2)
        if frozenset((one, two)) in pairs
    ]
    if not found:
        return None
    return max((sure if sure >= asked else _TOO_LITTLE) for sure, asked in found)


def _places(readings: Sequence[Sequence[Word]]) -> Iterator[tuple[Sequence[Word], ...]]:
    """Yield what each reading has in each place: one word, or what stands between words.

    A word that all have parts the places. Between two of these every word has its own place if all
    have equally many.
    """
    first = [word.text for word in readings[0]]
    same = [_same(first, [word.text for word in other]) for other in readings]
    done = [0] * len(readings)
    for number in range(len(first)):
        if all(number in found for found in same):
            here = [found[number] for found in same]
            yield from _between(readings, done, here)
            yield tuple(
                words[place : place + 1] for words, place in zip(readings, here, strict=True)
            )
            done = [place + 1 for place in here]
    yield from _between(readings, done, [len(words) for words in readings])


def _between(
    readings: Sequence[Sequence[Word]], begins: Sequence[int], ends: Sequence[int]
) -> Iterator[tuple[Sequence[Word], ...]]:
    parts = [words[a:b] for words, a, b in zip(readings, begins, ends, strict=True)]
    lengths = {len(part) for part in parts}
    if len(lengths) == 1:
        yield from zip(*([[word] for word in part] for part in parts), strict=True)
    else:
        yield tuple(parts)


def _same(one: Sequence[str], other: Sequence[str]) -> Mapping[int, int]:
    """Return which words of one reading are which of another."""
    if one == other:
        return {place: place for place in range(len(one))}
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return {
        a + step: b + step
        for a, b, length in matcher.get_matching_blocks()
        for step in range(length)
    }
