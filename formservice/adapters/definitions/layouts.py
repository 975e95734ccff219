"""Reads ``fields.json``, the geometry built from a Word file."""

import json
from pathlib import Path

from formservice.domain.document import Box
from formservice.domain.errors import Problem
from formservice.domain.form import Echo, FlowItem, FormRef, Layout, Zone

_CURE = "Bitte die Datei löschen und „formservice forms build“ ausführen."


def load_layout(path: Path, ref: FormRef, file: str) -> tuple[Layout | None, list[Problem]]:
    """Return the layout in ``path``, None if the form is not built yet, or what is wrong.

    ``file`` names the file in problems.
    """
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None, []
    except (OSError, ValueError):
        return None, [Problem("", f"Die Datei ist nicht lesbar. {_CURE}", file)]
    try:
        layout = _layout(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # The file is made by us, so the name of the broken part is enough of a hint.
        part = str(error.args[0]) if isinstance(error, KeyError) else ""
        return None, [Problem(part, f"Die Datei ist unvollständig oder beschädigt. {_CURE}", file)]
    if layout.ref != ref:
        return None, [Problem("form", f"Die Datei gehört zu {layout.ref}. {_CURE}", file)]
    return layout, []


def _layout(data: dict[str, list[dict[str, object]]]) -> Layout:
    def boxes(name: str) -> tuple[tuple[int, Box], ...]:
        return tuple((_number(item["page"]), _box(item["box"])) for item in data.get(name, []))

    return Layout(
        ref=FormRef(str(data["form"]), str(data["edition"])),
        pages=tuple((_size(page["width"]), _size(page["height"])) for page in data["pages"]),
        zones=tuple(map(_zone, data["fields"])),
        flow=_flow(data.get("flow", [])),
        template_flow=_flow(data.get("template_flow", [])),
        echoes=tuple(
            Echo(str(item["source"]), _number(item["page"]), _box(item["box"]))
            for item in data.get("echoes", [])
        ),
        qr=boxes("qr"),
        squares=boxes("squares"),
    )


def _zone(item: dict[str, object]) -> Zone:
    key = str(item["key"])
    try:
        return Zone(key, str(item["kind"]), _number(item["page"]), _box(item["box"]))
    except (TypeError, ValueError) as error:
        raise KeyError(key) from error  # names the field at fault


def _flow(steps: list[dict[str, object]]) -> tuple[FlowItem, ...]:
    names = ("text", "anchor", "begin", "end")
    return tuple(FlowItem(*(str(step.get(name, "")) for name in names)) for step in steps)


def _number(value: object) -> int:
    if isinstance(value, int) and value > 0:
        return value
    raise ValueError("pages are counted from 1")


def _size(value: object) -> float:
    if isinstance(value, int | float) and value > 0:
        return float(value)
    raise ValueError("a page has a size")


def _box(value: object) -> Box:
    if not isinstance(value, list):
        raise TypeError("a box is a list")
    left, top, right, bottom = (float(edge) for edge in value)
    return Box(left, top, right, bottom)
