"""Letters that Tesseract's German model can never read: it takes each for one that it knows."""

import re

# A capital B behind a small letter is no German spelling, but how the other model reads ß.
_SHARP_S = re.compile(r"(?<=[a-zäöüß])B(?![A-Z])")
# Levels of language, alone or with signs around: the German model takes their digit for a letter.
# Not A1, for Al stands in names.
_LEVEL, _MISREAD = re.compile(r"(\W*[BC])1(\W*)"), "[lIiı|!]"
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

    It takes ß for B in many typefaces; the German model does not.
    """
    known = set(german.split())
    words = re.split(r"(\s+)", latin)
    fixed = (_SHARP_S.sub("ß", word) for word in words)
    return "".join(new if new in known else old for new, old in zip(fixed, words, strict=True))


def is_level(german: str, latin: str) -> bool:
    """Say whether a word is a level of language (B1) whose digit the German model cannot read."""
    level = _LEVEL.fullmatch(latin)
    if level is None:
        return False
    return (
        re.fullmatch(f"{re.escape(level[1])}{_MISREAD}{re.escape(level[2])}", german) is not None
    )
