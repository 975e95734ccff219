"""The command line: one parser, one table of commands, the outermost error frame."""

import argparse
import logging
import os
import secrets
import sys
from collections.abc import Sequence

from formservice import __version__
from formservice.cli import archive, demo, errors, forms, generate, health, read
from formservice.cli.german import speak_german
from formservice.domain.errors import FormServiceError

# Tesseract's OpenMP threads wait by spinning and cost four times the work they save.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")
_log = logging.getLogger("formservice")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status (``errors``)."""
    speak_german()
    chosen = parser().parse_args(arguments)
    as_json = bool(getattr(chosen, "json", False))
    try:
        return int(chosen.run(chosen))
    except FormServiceError as error:
        return errors.show(error, as_json=as_json)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: nothing to say to anybody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.DONE
    except KeyboardInterrupt:
        print("Abgebrochen.", file=sys.stderr)
        return errors.NEEDS_A_PERSON
    except Exception:
        return _bug()


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="formservice",
        description="Amtliche Formulare vorausgefüllt erzeugen, in jeder Gestalt zurücklesen,"
        " prüfen und aufbewahren.",
        epilog="Ergebnis: 0 erledigt, 1 ein Mensch wird gebraucht, 2 falscher Aufruf,"
        " 3 Programm oder Ablage gestört.",
    )
    top.add_argument("--version", action="version", version=f"formservice {__version__}")
    commands = top.add_subparsers(title="Befehle", metavar="BEFEHL", required=True)
    for add in (forms.add, generate.add, read.add, archive.add, health.add, demo.add):
        add(commands)
    return top


def _bug() -> int:
    """Report what only we can put right: a reference for the person, the trace where it helps.

    The trace's last line would carry the exception's text, which may quote a form; it is kept out
    unless the operator asks for it (FORMSERVICE_DEBUG=1, never with real data).
    """
    reference = secrets.token_hex(4)
    kind = sys.exc_info()[0]
    _log.error("bug %s: %s", reference, kind.__name__ if kind else "unknown")
    if os.environ.get("FORMSERVICE_DEBUG"):
        raise
    name = kind.__name__ if kind else "unbekannt"
    print(
        f"Fehler [internal]: Das hätte nicht geschehen dürfen ({name}, Kennung {reference}).\n"
        "  Hinweis: Bitte der Betreuung der Anlage die Kennung und den Befehl nennen.",
        file=sys.stderr,
    )
    return errors.FAILED


if __name__ == "__main__":
    sys.exit(main())
