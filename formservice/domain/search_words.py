"""Words of texts and of queries in one normal form, so that every database finds the same.

A word has two forms: as it is written („haeuser“), and its stem („haus“), both in the letters a to
z and digits only. ä is ae and ß is ss in the first; accents are gone, and letters of other scripts
are written by their numbers. A day is one word (20260327): a year or month is its beginning.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from formservice.domain.days import MONTHS

NUMBER = 1
"""Raised with every change here that makes other words of the same text."""

# Longer than any word; what no space parts (Thai, Chinese) is found by its beginning.
_LONGEST = 120
# Of all words of one document together; PostgreSQL has room for a megabyte of different ones.
_MOST_LETTERS = 600_000
# Texts repeat their words, and forms their fields.
_KEPT, _KEPT_KEYS = 100_000, 2_000
# A stem of three letters begins too many words to stand for one.
_STEM_BEGINS = 4


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling to look for; ``begins`` says that longer words with this beginning count."""

    text: str
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a query: each of ``all_of`` has to stand there, in one of its spellings.

    ``joined`` does as well: „E-Mail“ is „E“ and „Mail“, or „Email“.
    """

    all_of: tuple[tuple[Form, ...], ...]
    joined: Form | None = None


@dataclass(frozen=True, slots=True)
class Indexed:
    """What is kept of a document: ``words`` for the index, ``text`` for phrases and fields."""

    words: str
    text: str


class Normaliser:
    """Makes words; ``stem`` gives the German stem of a word in lower case."""

    def __init__(self, stem: Callable[[str], str]) -> None:
        """Use ``stem``, which may be kept and asked again."""
        self._stem = stem

    @property
    def version(self) -> int:
        """A number that changes with this module and with the stems: then all is made anew."""
        stems = " ".join(self._stem(word) for word in _PROBE).encode()
        mark = int.from_bytes(blake2b(stems, digest_size=2).digest(), "big")
        return NUMBER * 100_000 + mark

    def forms(self, word: str) -> tuple[str, str]:
        """Return a word as it is written, and its stem, both in the normal form."""
        written = unicodedata.normalize("NFC", word.lower())
        return folded(written), folded(self._stem(written))

    def indexed(self, sections: Iterable[tuple[str, str]]) -> Indexed:
        """Return what is kept of the texts of a document, each with the key of its field."""
        words: dict[str, None] = {}
        text: list[str] = []
        room = _MOST_LETTERS
        for key, given in sections:
            code, group = code_of(key), group_code(key)
            stems: dict[str, None] = {}
            for written, others in self._spelt(given):
                new = dict.fromkeys(
                    spelt
                    for one in (written, *others)
                    for spelt in (one, f"{group}/{one}")
                    if spelt not in words
                )
                room -= sum(map(len, new)) + len(written)
                if room < 0:
                    break
                words |= new
                text.append(f"{code}/{written}")
                stems.update(dict.fromkeys(f"{code}~{one}" for one in others))
            text += [*stems, "."]
        return Indexed(" ".join(words), f" {' '.join(text)} ")

    def _spelt(self, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the words of a text in their order, each with its other spellings."""
        for run in _runs(text):
            days = _days(run)
            if days:
                yield days[0], days[1:]
                continue
            pieces = _pieces(run)
            joined = (folded("".join(pieces).lower()),) if len(pieces) > 1 else ()
            for piece in pieces:
                written, stem = self.forms(piece)
                yield written, (*((stem,) if stem != written else ()), *joined)

    def word(self, given: str) -> Word | None:
        """Return what to look for where somebody typed ``given``; None if it has no letter."""
        runs = list(_runs(given))
        pieces = [piece for run in runs for piece in ([run] if _days(run) else _pieces(run))]
        if not pieces:
            return None
        joined = None
        if len(pieces) > 1 and len(runs) == 1:
            joined = Form(folded("".join(pieces).lower()), begins=True)
        return Word(tuple(self._looked_for(piece) for piece in pieces), joined)

    def _looked_for(self, piece: str) -> tuple[Form, ...]:
        days = _days(piece)
        if days:
            return tuple(Form(day, begins=True) for day in days)
        written, stem = self.forms(piece)
        # One letter or digit would begin everything.
        forms = [Form(written, begins=len(written) > 1)]
        if stem != written:
            forms.append(Form(stem, begins=len(stem) >= _STEM_BEGINS))
        return tuple(forms)

    def phrase(self, given: str) -> tuple[str, ...]:
        """Return the words of a phrase as they are written, in their order."""
        return tuple(written for written, _ in self._spelt(given))


def bare_key(key: str) -> str:
    """Return the key of a field without the numbers of items: „ziele.text“ of „ziele[0].text“."""
    return _ITEM.sub("", key)


def group_of(key: str) -> str:
    """Return what a key begins with, up to the first „_“ or „.“: „q3“ of „q3_erreicht“."""
    return _ENDS.split(bare_key(key), maxsplit=1)[0]


@lru_cache(_KEPT_KEYS)
def code_of(key: str) -> str:
    """Return what stands for a field: for its group in four letters, for itself in two more."""
    return group_code(key) + _letters(bare_key(key), 2)


@lru_cache(_KEPT_KEYS)
def group_code(key: str) -> str:
    """Return what stands for all fields of the group of ``key``."""
    return _letters(group_of(key), _GROUP)


_GROUP = 4
_ITEM = re.compile(r"\[\d*\]")
_ENDS = re.compile(r"[_.]")


def _letters(text: str, count: int) -> str:
    number = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
    digits = []
    for _ in range(count):
        number, rest = divmod(number, 26)
        digits.append(chr(ord("a") + rest))
    return "".join(digits)


@lru_cache(_KEPT)
def folded(word: str) -> str:
    """Return a word in lower case with the letters a to z and digits only."""
    told = "".join(map(_letter, unicodedata.normalize("NFC", word)))
    return told[:_LONGEST]


def _letter(one: str) -> str:
    if one.isascii():
        return one if one.isalnum() else ""
    if one in _LETTERS:
        return _LETTERS[one]
    bare = "".join(part for part in unicodedata.normalize("NFKD", one) if part.isalnum())
    if bare == one:
        return f"u{ord(one):05x}"
    return "".join(map(_letter, bare.lower()))


# What taking off accents leaves as it is, or German writes otherwise: DIN 91379.
_LETTERS: Mapping[str, str] = {
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ħ": "h",
    "ı": "i",
    "ĳ": "ij",
    "ĸ": "k",
    "ł": "l",
    "ŀ": "l",
    "ŋ": "n",
    "ŧ": "t",
    "ə": "e",
    "ƒ": "f",
    "ǝ": "e",
    "ɨ": "i",
    "ƙ": "k",
    "ɓ": "b",
    "ɗ": "d",
    "ʉ": "u",
    "ǥ": "g",
    "ƶ": "z",
    "ƀ": "b",
    "ƚ": "l",
    "ɵ": "o",
    "ʻ": "",
    "ʼ": "",
    "ʾ": "",
    "ʿ": "",
    "ˈ": "",
    "ʹ": "",
    "ʺ": "",
    "ˀ": "",
}

# Marks that stand over or under the letter before belong to it.
_MARK = r"\u0300-\u036f"
_LETTER = rf"(?:[^\W_]|[{_MARK}])"
_RUN = re.compile(rf"{_LETTER}+(?:[-‐‑–.,/'’·:]{_LETTER}+)*")
_PIECE = re.compile(rf"{_LETTER}+")
_MONTHS = tuple(name.lower() for name in MONTHS)
_WRITTEN_DAY = re.compile(rf"\b(\d{{1,2}})\. ?({'|'.join(_MONTHS)}) (\d{{4}})\b", re.IGNORECASE)
_DAY = re.compile(r"(?:(\d{1,2})\.)?(\d{1,2})\.(\d{4})|(\d{1,2})\.(\d{1,2})\.(\d{2})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_LAST_DAY, _LAST_MONTH = 31, 12


def _runs(text: str) -> Iterator[str]:
    """Yield what spaces part, without the signs around: „E-Mail“, „27.03.2026“, „1.234,50“."""
    return (found[0] for found in _RUN.finditer(with_days(unicodedata.normalize("NFC", text))))


def with_days(text: str) -> str:
    """Return a text with „24.7.2023“ for „24. Juli 2023“, which blanks would part."""
    return _WRITTEN_DAY.sub(
        lambda found: f"{found[1]}.{_MONTHS.index(found[2].lower()) + 1}.{found[3]}", text
    )


def _pieces(run: str) -> list[str]:
    return [one for one in _PIECE.findall(run) if folded(one.lower())]


def _days(run: str) -> tuple[str, ...]:
    """Return a day or month as one word; of a year in two digits, both that it may be."""
    iso, plain = _ISO_DAY.fullmatch(run), _DAY.fullmatch(run)
    if iso:
        year, month, day = iso.groups()
        return _day((year,), month, day)
    if not plain:
        return ()
    if plain[6]:
        return _day((f"20{plain[6]}", f"19{plain[6]}"), plain[5], plain[4])
    return _day((plain[3],), plain[2], plain[1])


def _day(years: tuple[str, ...], month: str, day: str | None) -> tuple[str, ...]:
    if not 1 <= int(month) <= _LAST_MONTH or (day and not 1 <= int(day) <= _LAST_DAY):
        return ()
    return tuple(
        f"{int(year):04d}{int(month):02d}" + (f"{int(day):02d}" if day else "") for year in years
    )


# Words whose stems tell one stemmer from another.
_PROBE = (
    *("häuser", "häusern", "straße", "strasse", "kündigungen", "kuendigung", "müller", "bücher"),
    *("väter", "ärztin", "gearbeitet", "maßnahmen", "bewerbungen", "erreichte", "täglich"),
    *("aktuelle", "bauer", "freundlichkeit", "möglichkeiten", "arbeitslosigkeit"),
)
