"""Who runs a command: the account of the operating system, as the chain of events names it."""

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
