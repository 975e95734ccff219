"""Letters that Tesseract's German model can never read: it takes each for one that it knows."""

import re

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
