"""Why something was deleted, told so that it may stay for ever: by a known ground, by a reference.

Nothing that stays may tell of what is deleted. So no free text is taken: a ground of a fixed list,
a reference number („Aktenzeichen“), or both. A reference has digits, few letters, and nothing of
the document that goes.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any  # records have the shape of the JSON contract

from formservice.domain.errors import UsageError
from formservice.domain.search_words import folded

GROUNDS = (
    "Löschfrist abgelaufen",
    "Widerruf der Einwilligung",
    "Löschung verlangt",
    "unzulässig verarbeitet",
    "irrtümlich angenommen",
    "doppelt angenommen",
    "Testvorgang",
)
"""All grounds there are: Art. 17 Abs. 1 DSGVO, § 84 SGB X, and slips of the office itself."""
LONGEST = 60
# A reference may have letters („II-4 BK“); words and names it has not.
_LETTERS_IN_A_ROW, _LETTERS = 3, 6
_REFERENCE = re.compile(r"(?:az\.?|aktenzeichen)[ :]+(.+)", re.IGNORECASE)
_SIGNS = re.compile(r"[^\W_]+(?:[ ./:_-]{1,2}[^\W_]+)*")
_RUN = re.compile(r"[^\W\d_]+")
_DAY = re.compile(r"(?<!\d)(?:\d{1,2}[.\-/ ]\d{1,2}[.\-/ ](?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d)")
# A value this long is an answer; the short words of answers are anybody's.
_SHORT = 40
_TELLING_DIGITS, _TELLING_LETTERS = 4, 3
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_HINT = (
    f"Sie bleibt für immer im Protokoll. Möglich sind: {', '.join(GROUNDS)}; dazu oder stattdessen"
    " ein Aktenzeichen („Az. 12/345“, auch mit Komma hinter einem Grund), das nichts über die"
    " Person sagt."
)


def checked(reason: str) -> str:
    """Return a reason as it will be kept.

    Raises:
        UsageError: there is none, or it is neither ground nor reference.
    """
    told = " ".join(unicodedata.normalize("NFC", reason).split())
    if not told:
        raise UsageError("Zum Löschen fehlt die Begründung.", _HINT)
    ground, reference = _parts(told)
    if len(told) > LONGEST or (ground is None and reference is None):
        raise UsageError("So lässt sich eine Löschung nicht begründen.", _HINT)
    if reference is not None and not _is_reference(reference):
        raise UsageError("Das ist kein Aktenzeichen.", _HINT)
    kept = f"Az. {reference}" if reference is not None else None
    return ", ".join(one for one in (ground, kept) if one is not None)


def refuse_told(reason: str, names: Sequence[str], readings: Sequence[Mapping[str, Any]]) -> None:
    """Raise UsageError if the reference of a ``checked`` reason stands in what is deleted.

    ``names`` are those of its files; numbers of them are no matter, for files are named by
    references, too. Of its records all that is short counts, and every longer number.
    """
    _, reference = _parts(reason)
    if reference is None:
        return
    runs, digits = _words(reference), folded(reference.lower())
    letters = "".join(re.findall("[a-z]+", digits))
    for name in names:
        if runs & _words(name) or _stands_in(letters, _words(name)):
            raise UsageError("Das Aktenzeichen enthält etwas aus dem Namen der Datei.", _HINT)
    for key, value in _values(readings):
        short = len(value) <= _SHORT
        words = _words(value) if short else set[str]()
        told = runs & words or _stands_in(letters, words)
        if told or any(one in digits for one in _numbers(value)):
            raise UsageError(f"Das Aktenzeichen enthält etwas aus dem Feld „{key}“.", _HINT)


def _parts(told: str) -> tuple[str | None, str | None]:
    """Return the ground and the reference of a reason, each None if it has none."""
    known = {one.casefold(): one for one in GROUNDS}
    plain = known.get(told.rstrip(".").casefold())
    if plain is not None:
        return plain, None
    first, _, rest = told.partition(",")
    ground = known.get(first.strip().casefold())
    found = _REFERENCE.fullmatch(rest.strip() if ground else told)
    return (ground, found[1].strip()) if found else (None, None)


def _is_reference(text: str) -> bool:
    runs = _RUN.findall(text)
    return (
        text.isascii()
        and _SIGNS.fullmatch(text) is not None
        and any(map(str.isdigit, text))
        and max(map(len, runs), default=0) <= _LETTERS_IN_A_ROW
        and sum(map(len, runs)) <= _LETTERS
        and _DAY.search(text) is None
    )


def _words(text: str) -> set[str]:
    """Return the words of a text, in the letters a to z: one letter alone is none."""
    return {one for run in _RUN.findall(_plain(text)) if len(one := folded(run)) > 1}


def _stands_in(letters: str, words: set[str]) -> bool:
    """Say whether a word stands in the letters of a reference, whatever is put between them."""
    return any(one in letters for one in words if len(one) >= _TELLING_LETTERS)


def _numbers(text: str) -> Iterator[str]:
    """Yield what has several digits and no blank, without the signs between them.

    A day is told in every order of its parts, with the year in four digits and in two.
    """
    for one in _plain(text).split():
        if sum(map(str.isdigit, one)) >= _TELLING_DIGITS:
            yield folded(one)
        for year, month, day in _ISO.findall(one):
            for short in (year, year[2:]):
                yield from (f"{day}{month}{short}", f"{short}{month}{day}", f"{month}{day}{short}")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.lower())


def _values(readings: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for reading in readings:
        for key, field in (reading.get("fields") or {}).items():
            for name in ("value", "raw"):
                value = field.get(name) if isinstance(field, Mapping) else None
                if isinstance(value, str):
                    yield key, value
