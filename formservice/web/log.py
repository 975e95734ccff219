"""Log lines that hold nothing about anybody: what happened, where, how long it took.

What others put into a message (names of files, addresses with what people looked for) is left
out: of our own loggers a line has the message, of the server's the message if it puts nothing but
numbers into it (processes, ports), of all others only the constant part of it.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType

_OWN, _SERVER = "formservice", "uvicorn"
FIELDS = ("request", "method", "route", "status", "ms", "role", "bytes")
"""What a line about a request has besides: ids of requests and roles, no paths and no people."""


class Lines(logging.Formatter):
    """Makes a line of a record: JSON, or for people."""

    def __init__(self, *, as_json: bool) -> None:
        """Write JSON if ``as_json``."""
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; of an error only its kind and the places in the program it came by."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told: dict[str, object] = {
            "time": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        for name in FIELDS:
            value = getattr(record, name, None)
            if value is not None:
                told[name] = value
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__name__
            told["places"] = _places(record.exc_info[2])
        if self._as_json:
            return json.dumps(told, ensure_ascii=False)
        further = " ".join(f"{key}={value}" for key, value in [*told.items()][4:])
        return f"{at} {record.levelname:7} {told['message']} {further}".rstrip()


def _message(record: logging.LogRecord) -> str:
    """Return what may be told of a message; a library may have put anything into it."""
    logger = record.name.partition(".")[0]
    if logger == _OWN or (logger == _SERVER and _has_numbers_only(record)):
        return record.getMessage()
    # With arguments the template is a constant of the library, without any it may be anything.
    return str(record.msg) if record.args else f"{record.module}:{record.lineno}"


def _has_numbers_only(record: logging.LogRecord) -> bool:
    """Say whether a message is a sentence of the server's own, with numbers at most in it.

    It tells the errors of an application, whole, in many lines, or as the error itself.
    """
    given = record.args if isinstance(record.args, tuple) else (record.args,)
    is_sentence = isinstance(record.msg, str) and "\n" not in record.msg
    return is_sentence and all(isinstance(one, int) for one in given if one is not None)


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-8:]
    return [f"{_short(one.filename)}:{one.lineno} {one.name}" for one in frames]


def _short(file: str) -> str:
    return "/".join(file.split("/")[-3:])


def configure(*, as_json: bool, level: str) -> None:
    """Write all logs of this process to standard error, so; what libraries chat about, not."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(as_json=as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in (_OWN, _SERVER):
        logging.getLogger(name).setLevel(level.upper())
