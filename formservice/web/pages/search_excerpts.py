"""Where the words of a search stand in what was found: short pieces of text, marked."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple  # records have the shape of the JSON contract

from formservice.application.editing_record import fitting
from formservice.domain.form import FormDefinition

_MOST = 2
_AROUND = 45
_OPERATOR = re.compile(r"(?:^|\s)-\S+|\b(?:form|stand|befund|von|bis):\S+", re.IGNORECASE)
_FIELD = re.compile(r"\b[a-z0-9_]+:(?=\S)", re.IGNORECASE)
_WORD = re.compile(r"\w+")


class Excerpt(NamedTuple):
    """A piece of an answer: the field's name, the text before the word, the word, and after."""

    field: str
    before: str
    word: str
    after: str


def words_of(typed: str) -> tuple[str, ...]:
    """Return the words somebody looks for, as texts are compared by: without operators."""
    plain = _FIELD.sub(" ", _OPERATOR.sub(" ", typed))
    return tuple(dict.fromkeys(_folded(one) for one in _WORD.findall(plain) if len(one) > 1))


def excerpts(
    reading: Mapping[str, Any], definition: FormDefinition | None, words: tuple[str, ...]
) -> list[Excerpt]:
    """Return where words stand in a record, two places at most."""
    if definition is None or not words:
        return []
    fields = reading.get("fields") or {}
    found: list[Excerpt] = []
    for one in fitting(definition, fields).fields:
        value = (fields.get(one.key) or {}).get("value")
        if isinstance(value, str) and len(found) < _MOST:
            found += [Excerpt(one.name, *piece) for piece in _pieces(value, words)][:1]
    return found


def _pieces(text: str, words: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    for match in _WORD.finditer(text):
        if any(_folded(match[0]).startswith(word) for word in words):
            begin, end = max(0, match.start() - _AROUND), match.end() + _AROUND
            before = ("… " if begin else "") + text[begin : match.start()]
            after = text[match.end() : end] + (" …" if end < len(text) else "")
            yield " ".join(before.split("\n")), match[0], " ".join(after.split("\n"))


def _folded(word: str) -> str:
    """Return a word without case, marks of letters and the ways of writing umlauts."""
    plain = word.casefold()
    for sign, spelt in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ı", "i"), ("ł", "l"), ("ø", "o")):
        plain = plain.replace(sign, spelt)
    marks = unicodedata.normalize("NFD", plain)
    return "".join(one for one in marks if not unicodedata.combining(one))
