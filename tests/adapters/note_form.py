"""A form of our own, „Gesprächsnotiz“, on which checks of definitions are tried."""

from collections.abc import Sequence
from pathlib import Path

from formservice.adapters.definitions.mappings import load
from formservice.domain.errors import DefinitionError, Problem

NOTE = "mappings/notiz/2026-01.yaml"
"""Where its definition lies in a folder of forms."""
_BEGIN = """\
form: notiz
edition: "2026-01"
title: Gesprächsnotiz
language: de-DE
marks: [Gesprächsnotiz]
fields:
"""


def add(folder: Path, fields_and_more: str, edition: str = "2026-01") -> None:
    """Put an edition of it into a folder of forms."""
    path = (folder / NOTE).with_stem(edition)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_BEGIN.replace("2026-01", edition) + fields_and_more, "utf-8")


def problems_of(folder: Path, fields_and_more: str, edition: str = "2026-01") -> Sequence[Problem]:
    """Return what is wrong in a folder of forms with this one among them."""
    add(folder, fields_and_more, edition)
    try:
        load(folder / "mappings", folder / "form_templates")
    except DefinitionError as error:
        return error.problems
    return ()
