"""An argument parser that speaks German, and the words shared by all commands."""

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn  # argparse's own signatures and JSON are as open as this

from formservice.domain.errors import UsageError

# argparse looks every sentence up through gettext, under the module's name ``_``; handing it
# this table is what a compiled catalogue would do, without files and locale settings.
_SENTENCES = {
    "usage: ": "Aufruf: ",
    "positional arguments": "Angaben",
    "options": "Optionen",
    "subcommands": "Befehle",
    "show this help message and exit": "diese Hilfe zeigen",
    "the following arguments are required: %s": "es fehlt: %s",
    "unrecognized arguments: %s": "unbekannte Angabe: %s",
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "„%(value)s“ gibt es nicht; möglich sind: %(choices)s"
    ),
    "invalid %(type)s value: %(value)r": "„%(value)s“ ist hier nicht möglich (%(type)s)",
    "expected one argument": "eine Angabe fehlt",
    "expected at least one argument": "mindestens eine Angabe fehlt",
    "expected at most one argument": "nur eine Angabe ist möglich",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "not allowed with argument %s": "geht nicht zusammen mit %s",
    "one of the arguments %s is required": "eine dieser Angaben fehlt: %s",
    "ambiguous option: %(option)s could match %(matches)s": (
        "%(option)s ist nicht eindeutig: %(matches)s"
    ),
}


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors like all others, and that guesses no abbreviations."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Make a parser; an option cut short would change its meaning with the next new option."""
        super().__init__(*arguments, **{**options, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        """Raise a UsageError instead of leaving the program."""
        sentence = message[:1].upper() + message[1:]
        raise UsageError(f"{sentence}.", f"„{self.prog} --help“ zeigt, was möglich ist.")

    def parse_known_args(  # type: ignore[override] # the base class has overloads of the same
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse; what is left over is told by the command it was given to, not by the program."""
        chosen, rest = super().parse_known_args(args, namespace)
        if rest:
            self.error(_SENTENCES["unrecognized arguments: %s"] % " ".join(rest))
        return chosen, rest


def speak_german() -> None:
    """Let argparse say its own sentences in German from now on, in this process."""
    vars(argparse)["_"] = lambda sentence: _SENTENCES.get(sentence, sentence)


def counted(number: int, one: str, many: str) -> str:
    """Return „1 Zeile“ or „3 Zeilen“."""
    return f"{number} {one if number == 1 else many}"


_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def plain(value: Any) -> str:
    """Return a value of the JSON contract as people write it: „ja“, „27.03.2026“."""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, list):
        return ", ".join(value)
    text = str(value)
    if _ISO_DAY.fullmatch(text):
        year, month, day = text.split("-")
        return f"{day}.{month}.{year}"
    return text
