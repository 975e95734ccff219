"""From error to exit status and to what is printed: the one place for the command line."""

import json
import sys

from formservice.adapters.bugs import bug as bug
from formservice.application.report import problem_data
from formservice.domain.errors import (
    DefinitionError,
    EngineError,
    FormServiceError,
    InputError,
    InvalidDataError,
    NotFoundError,
    SettingError,
    StorageError,
    UnexpectedError,
    UsageError,
)

DONE, NEEDS_A_PERSON, WRONG_USAGE, FAILED = 0, 1, 2, 3
# Ctrl-C, as every shell names it: 128 and the number of the signal.
BROKEN_OFF = 130
# What Python makes of bytes 80 to ff in the name of a file that is no UTF-8: U+DC80 to U+DCFF.
_ODD_BYTE, _FIRST_ODD, _LAST_BYTE = 0xDC00, 0x80, 0xFF

# The nearest listed ancestor of an error's class counts.
STATUS: dict[type[FormServiceError], int] = {
    FormServiceError: NEEDS_A_PERSON,
    InputError: NEEDS_A_PERSON,
    DefinitionError: NEEDS_A_PERSON,
    SettingError: WRONG_USAGE,
    NotFoundError: WRONG_USAGE,
    UsageError: WRONG_USAGE,
    UnexpectedError: FAILED,
    EngineError: FAILED,
    StorageError: FAILED,
}


def status(error: FormServiceError) -> int:
    """Return the exit status for ``error``."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def show(error: FormServiceError, *, as_json: bool) -> int:
    """Print ``error`` (to standard error, or as JSON to standard output); return its status."""
    problems = error.problems if isinstance(error, InvalidDataError | DefinitionError) else ()
    if as_json:
        data = {
            "ok": False,
            "code": error.code,
            "error": error.message,
            "hint": error.hint,
            "problems": [problem_data(problem) for problem in problems],
        }
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        print(f"Fehler [{error.code}]: {printable(error.message)}", file=sys.stderr)
        for problem in problems:
            print(f"  - {printable(str(problem))}", file=sys.stderr)
        if error.hint:
            print(f"  Hinweis: {printable(error.hint)}", file=sys.stderr)
    return status(error)


def printable(text: str) -> str:
    """Return ``text`` on one line, without characters that would steer the terminal.

    Names of files and keys are written by others and may hold any character.
    """
    return "".join(one if one.isprintable() else _shown(one) for one in text)


def _shown(character: str) -> str:
    """Return what stands for a character that is not printed.

    A byte of a file name that is no text is told as the shell takes it, so that it can be found.
    """
    byte = ord(character) - _ODD_BYTE
    if _FIRST_ODD <= byte <= _LAST_BYTE:
        return f"\\x{byte:02x}"
    return "\N{REPLACEMENT CHARACTER}"


def odd_bytes(error: UnicodeError) -> tuple[str, int]:
    r"""Replace what is no text in JSON that is written as UTF-8: a handler of ``codecs``.

    A lone surrogate would be JSON that most programs refuse. Bytes of file names become a
    backslash, itself escaped, with their number: ``Brief\xe4.pdf``.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    odd = error.object[error.start : error.end]
    return "".join(_shown(one).replace("\\", "\\\\") for one in odd), error.end
