"""The catalogue: every sentence that pages show, one TOML file per area and language.

Sentences of errors are not here: they stand with their errors, whoever raises them, and pages, API
and command line tell them alike. So are words that have a home (states, findings, terms) and what
describes the API.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

GERMAN = "de"


@cache
def catalogue(language: str = GERMAN) -> Mapping[str, str]:
    """Return all texts by their keys, ``area.group.name``; two files never share an area."""
    texts: dict[str, str] = {}
    for file in sorted(resources.files(__package__).joinpath(language).iterdir(), key=str):
        if file.name.endswith(".toml"):
            area = file.name.removesuffix(".toml")
            _collect(area, tomllib.loads(file.read_text("utf-8")), texts)
    return texts


def text(key: str, /, **values: object) -> str:
    """Return a text with its ``{names}`` filled in; KeyError for one that nobody wrote."""
    found = catalogue()[key]
    return found.format(**values) if values else found


def counted(key: str, count: int, /, **values: object) -> str:
    """Return a text of one (``key_one``) or of several."""
    values["count"] = count
    return text(f"{key}_one" if count == 1 else key, **values)


def _collect(prefix: str, tree: Mapping[str, object], texts: dict[str, str]) -> None:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            _collect(f"{prefix}.{name}", value, texts)
        else:
            texts[f"{prefix}.{name}"] = str(value)
