"""An argument parser that speaks German, and the words shared by all commands."""

import argparse

# argparse looks every sentence up through gettext, under the module's name ``_``; handing it
# this table is what a compiled catalogue would do, without files and locale settings.
_SENTENCES = {
    "usage: ": "Aufruf: ",
    "positional arguments": "Angaben",
    "options": "Optionen",
    "subcommands": "Befehle",
    "show this help message and exit": "diese Hilfe zeigen",
    "show program's version number and exit": "die Version zeigen",
    "the following arguments are required: %s": "es fehlt: %s",
    "unrecognized arguments: %s": "unbekannte Angabe: %s",
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "%(value)r gibt es nicht; möglich sind: %(choices)s"
    ),
    "invalid %(type)s value: %(value)r": "%(value)r ist hier nicht möglich (%(type)s)",
    "expected one argument": "eine Angabe fehlt",
    "expected at least one argument": "mindestens eine Angabe fehlt",
    "expected at most one argument": "nur eine Angabe ist möglich",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "%(prog)s: error: %(message)s\n": "%(prog)s: %(message)s\nHilfe: %(prog)s --help\n",
    "not allowed with argument %s": "geht nicht zusammen mit %s",
    "one of the arguments %s is required": "eine dieser Angaben fehlt: %s",
    "ambiguous option: %(option)s could match %(matches)s": (
        "%(option)s ist nicht eindeutig: %(matches)s"
    ),
}


def speak_german() -> None:
    """Let argparse say its own sentences in German from now on, in this process."""
    vars(argparse)["_"] = lambda sentence: _SENTENCES.get(sentence, sentence)


def counted(number: int, one: str, many: str) -> str:
    """Return „1 Zeile“ or „3 Zeilen“."""
    return f"{number} {one if number == 1 else many}"
