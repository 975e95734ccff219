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


def problems_of(folder: Path, fields_and_more: str) -> Sequence[Problem]:
    """Return what is wrong in a folder of forms with this one among them."""
    path = folder / NOTE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_BEGIN + fields_and_more, "utf-8")
    try:
        load(folder / "mappings", folder / "form_templates")
    except DefinitionError as error:
        return error.problems
    return ()
