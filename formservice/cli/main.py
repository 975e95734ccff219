"""The command line: one parser, one table of commands, the outermost error frame."""

import argparse
import codecs
import errno
import importlib
import io
import logging
import os
import sys
from collections.abc import Sequence

from formservice import __version__
from formservice.cli import errors
from formservice.cli.german import Parser, speak_german
from formservice.domain.errors import FormServiceError, StorageError, UsageError

# Tesseract's OpenMP threads wait by spinning and cost four times the work they save.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")
# An operator may configure another handler; people get sentences.
logging.getLogger("formservice").addHandler(logging.NullHandler())
# Each command, in the order in which they are listed, and the module that has it.
_PARTS = {
    "forms": "forms",
    "generate": "generate",
    "read": "read",
    "intake": "intake",
    "watch": "watch",
    "mail": "mail",
    "work": "work",
    "serve": "serve",
    "archive": "archive",
    "deliver": "deliver",
    "import": "import_",
    "account": "accounts",
    "backup": "backup",
    "restore": "restore",
    "migrate": "migrate",
    "check": "health",
    "demo": "demo",
}
# These make nothing in the data folder.
_ELSEWHERE = ("forms", "generate", "read", "demo")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status (``errors``)."""
    # Known before the command line is understood: its errors are JSON, too.
    given = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in given
    try:
        speak_german()
        _prepare_streams(as_json=as_json)
        chosen = parser(given[0] if given else None).parse_args(given)
        _refuse_root(given[0] if given else "")
        status = int(chosen.run(chosen))
        _flush()
    except FormServiceError as error:
        return errors.show(error, as_json=as_json)
    except KeyboardInterrupt:
        print("Abgebrochen.", file=sys.stderr)
        return errors.BROKEN_OFF
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            long = UsageError("Ein Name oder Pfad ist zu lang.", "Bitte einen kürzeren angeben.")
            return errors.show(long, as_json=as_json)
        return _output_failed(error)
    except Exception as error:  # the outermost frame: people get a sentence, never a trace
        return errors.show(errors.bug(error), as_json=as_json)
    return status


def _refuse_root(command: str) -> None:
    """Let root make nothing where the service runs in another account."""
    if os.geteuid() != 0 or command in _ELSEWHERE:
        return
    from formservice.cli.own_folders import refuse_root  # noqa: PLC0415 - for root only

    refuse_root()


def _prepare_streams(*, as_json: bool) -> None:
    """Let no character stop the output, whatever terminal or locale there is.

    JSON is always UTF-8, and what is no text in the name of a file is told by the numbers of its
    bytes; what people read gets a question mark for what their terminal does not know.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if as_json and isinstance(sys.stdout, io.TextIOWrapper):
        codecs.register_error("formservice", errors.odd_bytes)
        sys.stdout.reconfigure(encoding="utf-8", errors="formservice")


def _flush() -> None:
    if sys.stdout is not None:  # closed by the caller
        sys.stdout.flush()


def _output_failed(error: OSError) -> int:
    """Say that nothing more can be written; quietly done where the reader (head, less) left."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return errors.DONE
    reason = errno.errorcode.get(error.errno or 0, "unbekannt")
    failed = StorageError(
        f"Lesen oder Schreiben ist gescheitert ({reason}).",
        "Bitte freien Speicherplatz und Rechte prüfen.",
    )
    return errors.show(failed, as_json=False)


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of the whole command line; where ``command`` is one, with no other."""
    top: argparse.ArgumentParser = Parser(
        prog="formservice",
        description="Amtliche Formulare vorausgefüllt erzeugen, in jeder Gestalt zurücklesen,"
        " prüfen und aufbewahren.",
        epilog="Ergebnis: 0 erledigt, 1 ein Mensch wird gebraucht, 2 falscher Aufruf,"
        " 3 Programm oder Ablage gestört, 130 abgebrochen.",
    )
    top.add_argument(
        "--version",
        action="version",
        version=f"formservice {__version__}",
        help="die Version zeigen",
    )
    commands = top.add_subparsers(title="Befehle", metavar="BEFEHL", required=True)
    for part in [_PARTS[command]] if command in _PARTS else _PARTS.values():
        # Loaded here, so that Ctrl-C while the program starts is answered like any other, and
        # only what is needed: all of them take half a second.
        importlib.import_module(f"formservice.cli.{part}").add(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
