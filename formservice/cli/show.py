"""What was read, as a person sees it on the terminal."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any  # the data has the shape of the JSON contract, checked where it is made

from formservice.application.terms import MEDIA, MET, NOTHING
from formservice.cli import differences, german
from formservice.cli.errors import printable
from formservice.domain.groups import items_of

_SIGNS = {"blocks": "✗", "asks": "?", "notes": "i"}
_WIDTH = 100
_NAME_WIDTH = 40


def document(data: dict[str, Any], names: Mapping[str, str]) -> None:
    """Print one object of ``read --json`` for people; ``names`` are what fields are called."""
    name = printable(data["file"])
    if "error" in data:
        error = data["error"]
        print(f"\n{name}\n  Fehler [{error['code']}]: {printable(error['message'])}")
        if error["hint"]:
            print(f"  Hinweis: {error['hint']}")
    elif data["form"] is None and any(one["code"][:5] == "page." for one in data["findings"]):
        finding = data["findings"][0]
        print(f"\n{name}  ({pages(data['page_numbers'])})")
        print(_wrapped(f"  {_SIGNS[finding['severity']]} ", finding["message"]))
    else:
        _document(data, names)


def _document(data: dict[str, Any], names: Mapping[str, str]) -> None:
    form = data["form"]
    title = f"{form['id']}/{form['edition']}" if form else "Formular nicht erkannt"
    name, here = printable(data["file"]), pages(data["page_numbers"])
    if "pages" in data:
        here = ", ".join(f"{printable(one['file'])} Seite {one['page']}" for one in data["pages"])
    print(f"\n{name}  ({MEDIA[data['medium']]}, {here})\n  {title}")
    for line in _fields(data["fields"], names):
        print(line)
    for sheet in data.get("sheets", ()):
        title = names.get(sheet["answers"], "ohne sichere Zuordnung")
        print(_wrapped("  + Beiblatt ", f"({pages(sheet['pages'])}): {title}"))
    if data.get("against"):
        differences.table(data["against"], names)
    for finding in data["findings"]:
        print(_wrapped(f"  {_SIGNS[finding['severity']]} ", finding["message"]))
    if not form:
        print("    Hinweis: Mit --form FORMULAR lässt sich das Formular nennen.")
    for deadline in data["deadlines"]:
        met = MET[deadline["met"]]
        print(f"  Frist „{deadline['title']}“: {german.plain(deadline['due'])} ({met})")
        for reason in deadline["why"]:
            print(_wrapped("      ", reason))
    print("  Archivierbar." if data["archivable"] else "  Noch nicht archivierbar.")


def pages(numbers: Sequence[int]) -> str:
    """Return „Seite 3“, „Seiten 1–4“ or „Seiten 1, 3“."""
    if len(numbers) == 1:
        return f"Seite {numbers[0]}"
    if list(numbers) == list(range(numbers[0], numbers[0] + len(numbers))):
        return f"Seiten {numbers[0]}–{numbers[-1]}"
    return f"Seiten {', '.join(map(str, numbers))}"


def _fields(fields: Mapping[str, dict[str, Any]], names: Mapping[str, str]) -> Iterator[str]:
    """Yield one line a field, those of an item below its name; rows nobody filled are left out."""
    filled = {
        item
        for key, field in fields.items()
        for item in items_of(key)
        if field["reading"] != "blank" or not field["accepted"]
    }
    told = ""
    for key, field in fields.items():
        name, items = names.get(key, key), items_of(key)
        item, between, rest = _parted(name)
        if not items or not between:
            yield _field(name, field)
            continue
        if items[0] != told:
            told = items[0]
            yield f"   {item}" if told in filled else _field(item, field)
        if all(one in filled for one in items):
            yield _field(f"  {rest}", field)


def _parted(name: str) -> tuple[str, str, str]:
    """Return what an item is called, what parts it from its field, and the field's own name."""
    ends = [place for sign in (": ", ", ") if (place := name.find(sign)) >= 0]
    if not ends:
        return name, "", name
    return name[: min(ends)], name[min(ends) : min(ends) + 2], name[min(ends) + 2 :]


def _field(name: str, field: dict[str, Any]) -> str:
    value = field["value"]
    nothing = NOTHING.get(field["reading"])
    text = f"– {nothing} –" if nothing else german.plain(value)
    mark = " " if field["accepted"] else "*"
    return _wrapped(f"  {mark}{_short(name):{_NAME_WIDTH}} ", text)


def _short(name: str) -> str:
    """Return a name that fits its column."""
    return name if len(name) <= _NAME_WIDTH else f"{name[: _NAME_WIDTH - 1]}…"


def _wrapped(head: str, text: str) -> str:
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, _WIDTH - len(head))]
    return "\n".join(
        (head if number == 0 else " " * len(head)) + line
        for number, line in enumerate(lines or [""])
    )
