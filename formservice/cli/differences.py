"""What was sent beside what came back, as a table on the terminal."""

import textwrap
from collections.abc import Mapping
from typing import Any  # the data has the shape of the JSON contract, checked where it is made

from formservice.cli.errors import printable
from formservice.cli.german import plain

_RESULTS = {
    "white-space": "nur Leerraum",
    "ocr": "Lesefehler?",
    "changed": "anders",
    "missing": "fehlt",
    "added": "neu",
    "not-readable": "nicht lesbar",
}
_WIDTHS = (24, 12, 26, 26)
# So much of a long answer is shown on either side of what differs.
_AROUND = 30


def table(against: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Print which fields came back otherwise than they were sent; ``names`` are theirs."""
    fields = against["fields"]
    other = {key: one for key, one in fields.items() if one["result"] != "same"}
    form = against["form"]
    sent = "den Angaben" if form is None else f"{form['id']}/{form['edition']}"
    same = len(fields) - len(other)
    print(f"  Vergleich mit {printable(sent)}: {same} gleich, {len(other)} nicht gleich")
    if other:
        _row("Angabe", "Ergebnis", "gesendet", "zurück")
    for key, one in other.items():
        before, after = excerpts(_text(one["sent"]), _text(one["came_back"]))
        _row(names.get(key, key), _RESULTS[one["result"]], before, after)


def excerpts(before: str, after: str) -> tuple[str, str]:
    """Return two texts cut to where they differ, with some words around it."""
    shortest = min(len(before), len(after))
    start = next((i for i in range(shortest) if before[i] != after[i]), shortest)
    end = next(
        (i for i in range(shortest - start) if before[-1 - i] != after[-1 - i]), shortest - start
    )
    return _cut(before, start, len(before) - end), _cut(after, start, len(after) - end)


def _cut(text: str, start: int, end: int) -> str:
    first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    return ("…" if first else "") + text[first:last] + ("…" if last < len(text) else "")


def _text(value: Any) -> str:
    return "–" if value is None else plain(value)


def _row(*cells: str) -> None:
    """Print one row; what is too long for its column goes on below."""
    columns = [_lines(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True)]
    for number in range(max(len(lines) for lines in columns)):
        parts = [lines[number] if number < len(lines) else "" for lines in columns]
        line = "  ".join(f"{part:{width}}" for part, width in zip(parts, _WIDTHS, strict=True))
        print(f"    {line}".rstrip())


def _lines(text: str, width: int) -> list[str]:
    """Return ``text`` broken into lines; line breaks of its own are shown as ↵, tabs as →."""
    shown = printable(text.replace("\n", "↵ ").replace("\t", "→"))
    return textwrap.wrap(shown, width) or [""]
