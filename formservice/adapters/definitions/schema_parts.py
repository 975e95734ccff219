"""What all entries of a definition file are made of."""

from typing import Annotated

from pydantic import ConfigDict, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1)]
# A key becomes a Word bookmark and a PDF field name: no dot, no „__“ (it joins option and part).
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=40)]
# A repeated field is named with empty brackets behind its group: ``ziele[].text``.
Path = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*(\[\]|\.[a-z][a-z0-9]*(_[a-z0-9]+)*)*$",
        max_length=120,
    ),
]

STRICT = ConfigDict(strict=True, extra="forbid", frozen=True)
"""An entry has no keys but its own, and no value of another type."""
