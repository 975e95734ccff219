"""Whether a recognised text can be what its field asks for: a name, a phone, an address."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from formservice.domain.characters import (
    CharacterRules,
    is_latin,
    is_prose_suspect,
    is_suspect,
)
from formservice.domain.days import is_day
from formservice.domain.form import Content

_NAME_SIGNS = frozenset(" .,'’-()/\n")
_NAME_WORD = re.compile(r"[^\s/()]+")
# O'Brien, D’Angelo, McDonald, MacLeod, DeLuca have a capital inside.
_CAPITAL_AFTER = re.compile(r"(?:Mc|Mac|Le|La|De|Di|Du|Van|Fitz|[A-ZÀ-Ý]['’])$")
_MAIL = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9._%+-]*[A-Za-z0-9])?)@((?:[A-Za-z0-9-]+\.)+)([A-Za-z]{2,24})"
)
# A one, a small l and a capital I are one stroke in many fonts; so are nought and O.
_MAIL_MIXED = re.compile(r"[A-Za-z][1|0][A-Za-z]|[a-z][IO]|[0-9][lIoO]|[lIoO][0-9]|\.[.-]|[.-]{2}")
# Nothing but its strokes tells l from 1 or I in an address: „illi“ may be il1i, „till“ tilI.
_STROKES = re.compile(r"i[lI1]{2}|[lI1]{2}i|[lI1]i[lI1]|[lI1]{3}")
_PHONE = re.compile(r"(?:\+|00)?[0-9(][0-9()/\s.–-]*[0-9]")
_PHONE_DIGITS = (6, 15)
_HOUSE = re.compile(r"[^\W\d_]\.?\s+[0-9]{1,4}\s?[a-zA-Z]?(?:\s?[-/+]\s?[0-9]{1,4}\s?[a-z]?)?\b")
_POSTCODE = re.compile(r"(?<![0-9])(?:D-)?[0-9]{5}(?![0-9])")
_PLACE = re.compile(r"(?<![0-9])[0-9]{5}\s+[A-ZÄÖÜ][A-Za-zÄÖÜäöüß]")
_YEARS = range(1900, 2100)
# From one to the other a dash is usual, a hyphen not; in some typefaces they are nearly alike.
_DAY = r"(?:Mo|Di|Mi|Do|Fr|Sa|So)"
_RANGE = re.compile(rf"(?:[0-9]|\b{_DAY}\.?)-(?=[0-9]|{_DAY}\b)")
# Levels of a language are A1 to C2; a one is the stroke of an l and an I.
_LEVEL = re.compile(r"\b[ABC][lI]\b(?!-)")
# Only Turkish names have an i without its dot, mostly more than one, or beside letters of their
# own; elsewhere the dot was lost, or it is another letter.
_DOTLESS = re.compile(r"\b(?!\w*[ı]\w*[ışğİ]|\w*[şğ]\w*ı)\w*ı")
_ISO_DAY = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")


def is_suspect_value(about: Content, text: str, rules: CharacterRules) -> bool:
    """Say whether ``text`` is unlikely for a field about ``about``, as if it were misread."""
    return _CHECKS[about](text.strip(), rules)


def _name(text: str, rules: CharacterRules) -> bool:
    if not all(is_latin(sign) or sign in _NAME_SIGNS for sign in text):
        return True
    if not any(is_latin(sign) for sign in text):
        return True
    bare = text.replace("\n", " ")
    words = _NAME_WORD.findall(bare)
    return (
        any(_is_odd_name(word, rules) for word in words)
        or is_suspect(_without_inner_capitals(bare), rules)
        or text[-1:] in ",'’-/("
    )


def _is_odd_name(word: str, rules: CharacterRules) -> bool:
    bare = word.strip(".,")
    if not bare:
        return True
    return not all(
        not part
        or (part[0].isupper() and _without_marks(part) not in rules.without_marks)
        or part in rules.particles
        for part in bare.split("-")
    )


def _without_marks(word: str) -> str:
    """Return a word with bare letters: of two marks on one, recognition sees one at most."""
    return "".join(
        sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign)
    )


def _without_inner_capitals(text: str) -> str:
    """Return ``text`` with the capitals small that stand inside names rightly."""
    signs: list[str] = []
    for index, sign in enumerate(text):
        inside = sign.isupper() and _CAPITAL_AFTER.search(text[:index])
        signs.append(sign.lower() if inside else sign)
    return "".join(signs)


def _phone(text: str, rules: CharacterRules) -> bool:
    digits = sum(sign.isdigit() for sign in text)
    least, most = _PHONE_DIGITS
    begins = re.sub(r"[\s(]", "", text)[:1]
    return not (
        _PHONE.fullmatch(text)
        and least <= digits <= most
        and begins in ("0", "+")
        and text.count("(") == text.count(")")
    )


def _mail(text: str, rules: CharacterRules) -> bool:
    match = _MAIL.fullmatch(text)
    if match is None or match[3].casefold() not in rules.endings:
        return True
    words = re.split(r"[._%+@-]", f"{match[1]}@{match[2]}{match[3]}")
    return any(one.search(text) for one in (_MAIL_MIXED, _STROKES)) or any(
        re.match(r"l[bcdfghjkmnpqrstvwxz]|[a-z]+[A-Z]", word) for word in words
    )


def _address(text: str, rules: CharacterRules) -> bool:
    return (
        len(_POSTCODE.findall(text)) != 1
        or _PLACE.search(text) is None
        or _HOUSE.search(_POSTCODE.sub("", text)) is None
        or is_suspect(_without_houses(text), rules)
        or _DOTLESS.search(text) is not None
    )


def _without_houses(text: str) -> str:
    return re.sub(r"\b([0-9]{1,4})\s?[a-kA-K]\b", r"\1", text)


def _date(text: str, rules: CharacterRules) -> bool:
    return not is_day(text)


def _short(text: str, rules: CharacterRules) -> bool:
    return (
        is_suspect(text, rules)
        or _DOTLESS.search(text) is not None
        or _RANGE.search(_ISO_DAY.sub("", text)) is not None
        or _LEVEL.search(text) is not None
    )


def _free(text: str, rules: CharacterRules) -> bool:
    return _short(text, rules) or is_prose_suspect(text, rules)


_CHECKS: Mapping[Content, Callable[[str, CharacterRules], bool]] = {
    Content.NAME: _name,
    Content.PHONE: _phone,
    Content.EMAIL: _mail,
    Content.ADDRESS: _address,
    Content.LIST: is_suspect,
    Content.DATE: _date,
    Content.SHORT: _short,
    Content.FREE: _free,
}


def is_far(day: date, received: date, years: int = 10) -> bool:
    """Say whether ``day`` is no day of a form received on ``received``: long past or to come."""
    return day.year not in _YEARS or day.year > received.year + years
