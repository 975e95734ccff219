"""Who runs a command, as the chain of events names it, and with whose eyes it looks."""

import argparse
import getpass
import os

from formservice.application.ports_store import Author
from formservice.domain.case import Role

# As much as the column of an author has room for, with what stands before it.
_LETTERS = 58


def account() -> Author:
    """Return the account that runs this, or its number, as somebody who administers."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return Author(f"shell:{name[:_LETTERS]}", Role.ADMIN)


def add_as(parser: argparse.ArgumentParser) -> None:
    """Add the option that shows what somebody may see; ``user`` is None without it."""
    parser.add_argument(
        "--as",
        dest="user",
        metavar="KENNUNG",
        help="nur, was diese Benutzerin oder dieser Benutzer sehen darf",
    )
