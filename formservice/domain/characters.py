"""Characters that text recognition gets wrong, told from the text alone.

Nothing here proves a text wrong: people write strange things. It is what a person should look at
before a recognised text is taken for what stands on the paper.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# Opening and closing signs; „“ are German, “” English, and «» and »« are both in use.
_PAIRS = {")": "(", "]": "[", "}": "{"}
_QUOTES = (("„", "“"), ("‚", "‘"))
# A small l or a capital I before these begins no German word or name (lch, In is a word); only
# „lt.“ and „lfd.“ are written so.
_NO_SECOND = re.compile(r"\bl(?!t\.|fd\.)(?=[bcdfghjkmnpqrstvwxzß])")
# Lists are numbered so: „a) Kita“, „1) Deutsch“.
_LIST_SIGN = re.compile(r"^([a-z]|[0-9]{1,2})\)(?=\s)", re.MULTILINE)
# A bullet, which no model knows, is a letter to it.
_BULLET = re.compile(r"^[eocs]\s+(?=[A-ZÄÖÜ„\"])", re.MULTILINE)
# Everybody is meant: Mitarbeiter*innen, Mitarbeiter:in, MitarbeiterInnen.
_ALL_MEANT = re.compile(r"(?<=[a-zäöüß])[*:_]i(?=n(?:nen)?\b)|(?<=er)I(?=nnen\b)")
# Only Romanian has these, and a comma below, not a hook: no scan tells one from the other.
_ROMANIAN = re.compile(r"\bŞ[bcdfgklmnprtv]|[şŞ]\w{0,20}(?:escu|eanu|eşti)\b")
_STANDS_ALONE = re.compile(r"(?<![\w.'’-])[lI|O](?![\w.'’-])")
# A number in Roman figures with another stroke among them: SGB Il, Lehrjahr lI.
_STROKES = re.compile(r"\b(?!I+\b)[Il]{2,4}\b")
# The same in the second place: HI. for Hl., BIank, AI Hassan. V and X are figures.
_SECOND_STROKE = re.compile(r"\b[A-HJ-UWYZÄÖÜ]I(?=\.|[a-zäöüß]{2})|\b[AE]I(?=\s[A-ZÄÖÜ])")
_DOUBLED = re.compile(r"[,;:!?][,;:]|[,;:?]\.|(?<!\.)\.\.(?!\.)|\.,\S|\.;")
# Small raised digits and fractions, which no model knows: 12 m², 1 ½ Stunden.
_RAISED = re.compile(r"[0-9]\s?[cdk]?m[?!'’‘°”“\"*]")
_FRACTION = re.compile(
    r"[0-9](\s?%|\s['’]?[/0-9]{1,3})\s+"
    r"(Stunde|Std|Jahr|Monat|Woche|Tag|Liter|Zimmer|Seite|Kilo|kg|Meter|km|Euro)"
)
_BLANK_BEFORE = re.compile(r"\s[,;:!?.)](?!\.\.)|[(]\s")
_NO_BLANK_AFTER = re.compile(r"[,;!?][^\W\d_]|[^\W\d_]:[^\W\d_]")
# Capitals that are the small letter, larger, or a stroke: „JobAktiv“ is a name, „wiIl“ is none.
_CASE_INSIDE = re.compile(r"[a-zäöüß][CIJKOPSUVWXZÖÜ](?![A-ZÄÖÜ])|[A-ZÄÖÜ]{2,}[cikopsuvwxzöü]")
_STOP_THEN_SMALL = re.compile(r"(\S+)\.\s+[a-zäöüß]")
_MARK_THEN_SMALL = re.compile(r"[!?]\s+[a-zäöüß]")
_COMMA_AT_END = re.compile(r"[,;:\-–]$")
_WORD = re.compile(r"[^\s/]+")
_PATTERNS = (
    *(_NO_SECOND, _STANDS_ALONE, _STROKES, _DOUBLED, _BLANK_BEFORE, _NO_BLANK_AFTER),
    *(_RAISED, _FRACTION, _BULLET, _ROMANIAN, _SECOND_STROKE),
)
# Numbers with a letter that mean something: a house (12a), a level (B1), a paragraph (16i), a
# class of vehicles (C1E), a measure (80qm), rooms with kitchen and bath (2ZKB), an age (Ü25), 3D.
# An age with U is none: its dots may be lost.
_NUMBERED = re.compile(
    r"[0-9]{1,4}[a-kmnp-rt-y]|[A-HJ-N][0-9]{1,2}(\.[0-9]|E)?|§+[0-9]+[a-k]?"
    r"|[0-9]{1,5}([kcm]?m|qm|[km]?g|ml|min|er)|[1-9]ZKB|Ü[0-9]{2}|[23]D"
)


@dataclass(frozen=True, slots=True)
class CharacterRules:
    """What is usual in a text and what is not.

    ``odd`` are characters that dirt and lines are read as; ``mixed_case`` words with a capital
    inside; ``abbreviations`` what ends in a full stop in the middle of a sentence; ``particles``
    words of a name that begin small; ``endings`` those of mail addresses. ``without_marks`` are
    names as they look without the marks that recognition never sees (Phạm, Thị), ``comma_below``
    those that have a comma which looks like a hook (Dragoș); ``uncertain`` letters it takes for
    others with more marks. ``m_words``, ``m_parts`` and ``m_ends`` are words, and what stands in
    or at the end of words, that are none with r and n in the place of an m.
    """

    odd: frozenset[str] = frozenset()
    mixed_case: frozenset[str] = frozenset()
    abbreviations: frozenset[str] = frozenset()
    particles: frozenset[str] = frozenset()
    endings: frozenset[str] = frozenset()
    without_marks: frozenset[str] = frozenset()
    comma_below: frozenset[str] = frozenset()
    uncertain: frozenset[str] = frozenset()
    m_words: frozenset[str] = frozenset()
    m_parts: frozenset[str] = frozenset()
    m_ends: frozenset[str] = frozenset()


def is_suspect(text: str, rules: CharacterRules) -> bool:
    """Say whether ``text`` has characters that look misread, whatever it is about."""
    text = _ALL_MEANT.sub("i", text)
    return any(_suspicions(text, rules))


def is_prose_suspect(text: str, rules: CharacterRules) -> bool:
    """Say whether sentences end and begin as they should not: a comma may be a full stop."""
    for match in _STOP_THEN_SMALL.finditer(text):
        word = match[1].lstrip("(„\"'").casefold()
        usual = f"{word}." in rules.abbreviations or len(word) == 1 or "." in word
        if not (usual or word[-1:].isdigit()):
            return True
    return bool(_MARK_THEN_SMALL.search(text) or _COMMA_AT_END.search(text.rstrip()))


def _suspicions(text: str, rules: CharacterRules) -> Iterator[bool]:
    # Dots and dashes alone are dirt as often as they are an answer.
    yield text.strip() != "" and not any(sign.isalnum() for sign in text)
    yield not (rules.odd | rules.uncertain).isdisjoint(text)
    yield any(
        unicodedata.category(sign) in ("Cc", "Cf", "Co", "So") for sign in text if sign != "\n"
    )
    yield not is_balanced(text)
    yield any(pattern.search(text) is not None for pattern in _PATTERNS)
    yield any(_is_odd_word(word, rules) for word in _WORD.findall(text))


def _is_odd_word(word: str, rules: CharacterRules) -> bool:
    bare = word.strip(".,;:!?()[]„“‚‘\"'’…")
    return any(
        not _is_plain(part)
        or (_CASE_INSIDE.search(part) is not None and part not in rules.mixed_case)
        or (part in rules.comma_below)
        for part in bare.split("-")
    )


def _is_plain(part: str) -> bool:
    """Say whether a word does not mix letters and digits, or only as numbers do."""
    mixed = any(sign.isdigit() for sign in part) and any(sign.isalpha() for sign in part)
    return not mixed or _NUMBERED.fullmatch(part) is not None


def is_balanced(text: str) -> bool:
    """Say whether every bracket and quotation mark that opens is closed, in order."""
    return _is_closed(text) or _is_closed(_LIST_SIGN.sub("", text))


def _is_closed(text: str) -> bool:
    opened: list[str] = []
    for sign in text:
        if sign in _PAIRS.values():
            opened.append(sign)
        elif sign in _PAIRS and (not opened or opened.pop() != _PAIRS[sign]):
            return False
    if opened or text.count('"') % 2:
        return False
    return all(text.count(one) == text.count(other) for one, other in _QUOTES)


def is_foreign(text: str) -> bool:
    """Say whether ``text`` has letters beyond German ones, which are recognised less surely."""
    return any(not sign.isascii() and sign.isalpha() and sign not in _GERMAN for sign in text)


_GERMAN = frozenset("ÄÖÜäöüßẞ")


@lru_cache(maxsize=4096)
def is_latin(sign: str) -> bool:
    """Say whether a sign is a letter that names may have after DIN 91379, datatype A.

    The norm lists Latin letters with the marks in use in Europe; Unicode names them all LATIN.
    """
    return unicodedata.category(sign)[0] == "L" and unicodedata.name(sign, "").startswith("LATIN")
