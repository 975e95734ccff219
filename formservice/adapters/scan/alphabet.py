"""Letters that Tesseract's German model can never read: it takes each for one that it knows."""

import re

# A capital B or R behind a small letter is no German spelling, but how the other model reads ß.
_SHARP_S = re.compile(r"(?<=[a-zäöüß])[BR](?![A-Z])")
# Levels of language, alone or with signs around: the German model takes their digit for a letter.
# Not A1, for Al stands in names.
_LEVEL, _MISREAD = re.compile(r"(\W*[BC])1(\W*)"), "[lIiı|!]"
_ADDRESS, _LIKE_AT = re.compile(r"[^\s@]+@[^\s@]+\.[a-z]+"), frozenset("ecGQaO©®&")
_OF_GERMAN = frozenset(map(chr, range(0x20, 0x7F))) | set("ÄÖÜäöüß“”„»«®‚£€’—°©‘ı\n")


def differs_in_foreign_letters(german: str, latin: str) -> bool:
    """Say whether two readings are the same but for letters that the German model lacks.

    Then it has no voice about the text: „Jose“ says nothing against „José“.
    """
    if german == latin or not set(latin) - _OF_GERMAN:
        return False
    # For one letter it may have read two, or a letter and a mark.
    parts = (re.escape(sign) if sign in _OF_GERMAN else ".{0,2}" for sign in latin)
    return re.fullmatch("".join(parts), german, re.DOTALL) is not None


def with_sharp_s(latin: str, german: str) -> str:
    """Return the reading of the model for Latin script with ß in the words that have it in German.

    It takes ß for B or R in many typefaces; the German model does not.
    """
    known = set(german.split())
    words = re.split(r"(\s+)", latin)
    fixed = (_SHARP_S.sub("ß", word) for word in words)
    return "".join(new if new in known else old for new, old in zip(fixed, words, strict=True))


def with_at(german: str, latin: str) -> str:
    """Return a mail address as the German model read it with the @ that it took for a letter.

    The other model saw the sign in the same place, and without it the text is no address.
    """
    place = latin.find("@")
    if not _ADDRESS.fullmatch(latin) or len(german) != len(latin) or "@" in german:
        return german
    return german[:place] + "@" + german[place + 1 :] if german[place] in _LIKE_AT else german


def is_level(german: str, latin: str) -> bool:
    """Say whether a word is a level of language (B1) whose digit the German model cannot read."""
    level = _LEVEL.fullmatch(latin)
    if level is None:
        return False
    return (
        re.fullmatch(f"{re.escape(level[1])}{_MISREAD}{re.escape(level[2])}", german) is not None
    )
