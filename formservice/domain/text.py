"""What counts as text: what a person can see there, and which signs may be kept at all.

Everything that somebody types comes past here: values of forms, names, messages, reasons. What a
file holds is read as it is; only what nobody can see counts as nothing there, too.
"""

import re
import unicodedata

from formservice.domain.errors import InputError, Problem

LONGEST_TEXT = 200_000
"""A single answer longer than this is no answer to a form but a file pasted by mistake."""

LONGEST_LINE = 1000
"""What stands in one line: the longest names of a Träger and of a Maßnahme, joined, fit."""

# Not allowed in XML 1.0, hence in no Word file: C0 controls but tab and newline, surrogates,
# and the two noncharacters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BREAK = re.compile("[\n\r\x85\u2028\u2029]")
# They embed, override or isolate: what stands behind them is shown in another order.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Letters and marks by their category, and nothing to see: fillers, joiners, the blank of braille.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_VARIANTS = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_BLANK_KINDS = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})


class TextError(InputError):
    """A text that cannot stand where it was typed."""

    code = "text"


class LongError(TextError):
    """It has more characters than may be."""

    code = "text.long"
    default_hint = "Bitte kürzer fassen."


class ControlSignsError(TextError):
    """It has control signs or halves of letters, which no form can hold."""

    code = "text.control"
    default_hint = "Bitte neu eintippen statt einfügen."


class LinesError(TextError):
    """It has several lines where one may be."""

    code = "text.lines"
    default_hint = "Bitte ohne Zeilenumbruch schreiben."


class DirectionError(TextError):
    """It has signs that turn the direction of writing, which no name has."""

    code = "text.direction"
    default_hint = "Bitte neu eintippen statt einfügen."


def as_problem(where: str, error: TextError) -> Problem:
    """Return what is wrong with the text at ``where``, with what to do, as one of many."""
    return Problem(where, f"{error.message} {error.hint}", code=error.code)


def clean(text: str) -> str:
    r"""Return ``text`` as it is kept everywhere: NFC, ``\n`` only, no control characters."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _FORBIDDEN.sub("", unified))


def is_blank(text: str) -> bool:
    """Say whether nothing can be seen of ``text``: blanks, and signs that show nothing."""
    return all(map(_is_unseen, text))


def _is_unseen(sign: str) -> bool:
    return (
        sign.isspace()
        or unicodedata.category(sign) in _BLANK_KINDS
        or sign in _UNSEEN
        or _VARIANTS.match(sign) is not None
    )


def typed(text: str, *, lines: bool, most: int = LONGEST_TEXT) -> str:
    """Return what somebody typed as it is kept; empty where nothing is seen.

    ``lines`` allows more than one line, ``most`` are the characters it may have.

    Raises:
        TextError: it is too long, has signs that no form can hold, or lines where one may be.
            Nothing is left out without a word: it may have hidden what was meant.
    """
    if len(text) > most:
        raise LongError(f"Der Text ist länger als {most} Zeichen.")
    if _FORBIDDEN.search(text):
        raise ControlSignsError("Hier stehen Steuerzeichen, die kein Formular aufnehmen kann.")
    if is_blank(text):
        return ""
    if not lines and _BREAK.search(text):
        raise LinesError("Hier ist nur eine Zeile möglich.")
    return clean(text)


def turns(text: str) -> bool:
    """Say whether ``text`` holds signs that show what follows in another order than it has.

    Arabic or Hebrew needs none of them; in a name they can pass off one for another.
    """
    return _TURNS.search(text) is not None


def name_of(text: str, *, most: int) -> str:
    """Return the name of somebody or something in one line, single blanks; empty for nothing.

    Raises:
        TextError: it is too long, or has signs that no name has.
    """
    plain = typed(text, lines=True, most=most)
    if turns(plain):
        raise DirectionError("Hier stehen unsichtbare Zeichen, die die Schreibrichtung umkehren.")
    return " ".join(plain.split())
