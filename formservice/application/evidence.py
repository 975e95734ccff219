"""What proves a reading: a picture of every place, every reading, and why it was decided so.

All of it follows from a document as ``read --json`` prints it, and from the original. So evidence
can be made, or made again, wherever both are kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple  # Any: readings have the shape of the JSON contract

from formservice.application.ports import OpenDocument, Reader
from formservice.domain.document import Box, Doubt, Method
from formservice.domain.errors import UnsupportedMediaError
from formservice.domain.rules import REASONS

FORMAT = 1
"""Which shape ``evidence.json`` has; it rises when a key is lost or changes its meaning."""


class Crop(NamedTuple):
    """One piece of a page to cut out; ``name`` is what its file is called.

    ``key`` is the field, the box of a choice or the part of a text it shows, ``page`` the page of
    the document. ``original`` and ``own_page`` say which file that is (its SHA-256), and which
    page there. ``quarters`` are the clockwise quarter turns that show it upright; ``is_upright``
    says that ``box`` is a place on the page put upright and straight.
    """

    name: str
    key: str
    page: int
    box: Box
    original: str
    own_page: int
    quarters: int = 0
    is_upright: bool = False


def crops(document: Mapping[str, Any]) -> list[Crop]:
    """Return what is to be cut out of the pages of a document, its free sheets included."""
    found: list[Crop] = []
    taken = set[str]()
    turned, homes = document.get("turned", {}), _homes(document)
    for prefix, fields in _parts(document):
        for key, field in fields.items():
            for place in _places(key, field):
                name = _free(prefix + _file_name(place["key"]), taken)
                page, box = place["page"], Box(*place["box"])
                original, own = homes.get(page, (document["sha256"], page))
                upright = place["method"] == Method.LABEL
                quarters = 0 if upright else turned.get(str(page), 0)
                found.append(Crop(name, place["key"], page, box, original, own, quarters, upright))
    return found


def _homes(document: Mapping[str, Any]) -> dict[int, tuple[str, int]]:
    """Return of which file each page is, and of which page there, if it is of several files."""
    pages = document.get("pages", ())
    return {
        number: (home["sha256"], home["page"])
        for number, home in zip(document["page_numbers"], pages, strict=False)
    }


def cut_out(
    readers: Sequence[Reader], data: bytes, wanted: Sequence[Crop]
) -> Iterator[tuple[bytes, int]]:
    """Yield each piece of one original as PNG file, empty where there is none, and its turns.

    Raises:
        InputError: the file cannot be read.
    """
    for reader in readers:
        if reader.reads(data):
            with reader.open(data) as opened:
                yield from ((_piece(opened, one), one.quarters) for one in wanted)
            return
    raise UnsupportedMediaError("Diese Art von Datei kann nicht gelesen werden.")


def _piece(opened: OpenDocument, wanted: Crop) -> bytes:
    if wanted.is_upright:
        return opened.crop_upright(wanted.own_page, wanted.box)
    return opened.crop(wanted.own_page, wanted.box)


def evidence(
    document: Mapping[str, Any],
    made: datetime,
    taken: Mapping[str, bytes],
    names: Callable[[Mapping[str, Any]], Mapping[str, str]],
) -> dict[str, Any]:
    """Return what ``evidence.json`` holds; ``taken`` are the pictures by name, without empty ones.

    ``names`` says what people call the fields of a document or sheet, and the options of choices.
    """
    shown = {(one.key, one.page, one.box): one for one in crops(document)}
    sheets = [
        {
            "form": sheet["form"],
            "page_numbers": sheet["pages"],
            "answers": sheet["answers"],
            "fields": _fields(sheet, shown, taken, names(sheet)),
        }
        for sheet in document.get("sheets", ())
    ]
    return {
        "evidence": FORMAT,
        "made": made.isoformat(timespec="seconds"),
        "program": document["program"],
        "original": {"file": document["file"], "sha256": document["sha256"]},
        "medium": document["medium"],
        "page_numbers": document["page_numbers"],
        **({"pages": document["pages"]} if "pages" in document else {}),
        "form": document["form"],
        "reference": document["reference"],
        "fields": _fields(document, shown, taken, names(document)),
        "sheets": sheets,
        "findings": document["findings"],
        "archivable": document["archivable"],
    }


def _fields(
    part: Mapping[str, Any],
    shown: Mapping[tuple[str, int, Box], Crop],
    taken: Mapping[str, bytes],
    names: Mapping[str, str],
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for key, field in part["fields"].items():
        cut: list[dict[str, Any]] = []
        for place in _places(key, field):
            one = shown[place["key"], place["page"], Box(*place["box"])]
            piece = taken.get(one.name)
            if piece:
                told = {"file": one.name, "sha256": sha256(piece).hexdigest()}
                label = names.get(one.key, "")
                cut.append(told | place | {"label": label, "turned": one.quarters})
        found.append(
            {
                "key": key,
                "name": names.get(key, key),
                **{name: said for name, said in field.items() if name != "places"},
                "doubts": [{"code": one, "reason": _reason(one)} for one in field["doubts"]],
                "chosen": [names.get(f"{key}.{one}", one) for one in _options(field)],
                "pictures": cut,
            }
        )
    return found


def _options(field: Mapping[str, Any]) -> Sequence[str]:
    """Return the options chosen: a choice has places of its boxes, or a list as value."""
    value = field["value"]
    boxes = {place["key"].rpartition(".")[2] for place in field.get("places", ())}
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) and value in boxes else []


def _reason(code: str) -> str:
    """Return the German reason for a doubt; records of later editions may have others."""
    try:
        return REASONS[Doubt(code)]
    except (ValueError, KeyError):
        return code


def _parts(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the fields of the form and of each free sheet, with how their files begin."""
    yield "", document["fields"]
    for number, sheet in enumerate(document.get("sheets", ()), start=1):
        yield f"blatt{number}.", sheet["fields"]


def _places(key: str, field: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    """Return where a field stands: each box of a choice, each part of a text, or its one place."""
    if "places" in field:
        # Records of earlier editions have no method of a place of its own.
        return [{"method": field["method"]} | place for place in field["places"]]
    if field["page"] is None or field["box"] is None:
        return ()
    own = {name: field[name] for name in ("method", "page", "box")}
    return ({"key": key} | own,)


def _file_name(key: str) -> str:
    """Return a key as part of a file name: ``ziele[0].text`` becomes ``ziele.0.text``."""
    plain = key.replace("[", ".").replace("]", "")
    return "".join(
        one if one.isascii() and (one.isalnum() or one in "._-") else "_" for one in plain
    )


def _free(name: str, taken: set[str]) -> str:
    """Return the name of a file nothing else has; a field may be seen twice."""
    number, free = 1, f"{name}.png"
    while free.lower() in taken:
        number += 1
        free = f"{name}-{number}.png"
    taken.add(free.lower())
    return free
