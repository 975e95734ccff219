"""Form fields of one PDF page, read from each widget upwards.

Programs that join files treat the field tree of the form differently: two forms of the same
kind then share names, get new ones (``name+1``) or lose the tree altogether. What a page shows
hangs on its own widgets, so every value is looked up from there, never from the tree downwards.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import pikepdf

from formservice.adapters import pdf_names
from formservice.adapters.pdf_read.frame import Frame, entry, rectangle
from formservice.application.extract import CONTINUED, split_mark
from formservice.domain.document import Box, Doubt, Method, Sighting

_DEPTH = 32  # parents followed; a loop of parents must end
_RADIO, _PUSH_BUTTON = 1 << 15, 1 << 16
_MOST_TEXT = 1_000_000  # bytes of one value
# qpdf makes names unique by „+1“, „+2“; no field of ours has a plus sign.
_RENAMED = re.compile(r"\+\d+(?=\.|$)")
# A text string may carry its language between two escape characters (ISO 32000-2, 7.9.2.2).
_LANGUAGE = re.compile("\x1b[^\x1b]{0,8}\x1b")
_NO_SIGNATURE = ("/Tx", "/Btn", "/Ch")
_OVER = frozenset({"/Ink", "/Stamp", "/FreeText", "/Line", "/PolyLine", "/Polygon"})


@dataclass(frozen=True, slots=True)
class FieldPage:
    """The page fields stand on: its number, what of it is seen, and how its fields are shown.

    ``redrawn`` means that the file asks viewers to draw fields from their values
    (``/NeedAppearances``), whatever appearances it holds.
    """

    number: int
    view: Frame
    redrawn: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something laid over a page by hand: ink, a stamp, a typed remark. ``box`` as on the page."""

    kind: str
    text: str
    box: Box


def controls(page: pikepdf.Object, host: FieldPage) -> tuple[Sighting, ...]:
    """Return what the form fields of ``page`` hold, one sighting per field or option."""
    return tuple(_once(_without_shared_parent(each_control(page, host))))


def each_control(page: pikepdf.Object, host: FieldPage) -> list[Sighting]:
    """Return the text fields and boxes of ``page`` one by one, even where names come up twice."""
    return [
        sighting
        for widget in annotations(page, {"/Widget"})
        if (sighting := _sighting(widget, host)) is not None
    ]


def signatures(page: pikepdf.Object, host: FieldPage) -> dict[str, Sighting]:
    """Return for each signature field of ``page`` whether it is signed, or shows anything."""
    found = {}
    for widget in annotations(page, {"/Widget"}):
        if entry(widget, "/FT") in _NO_SIGNATURE:
            continue
        chain = _chain(widget)
        if _first(chain, "/FT") != "/Sig" or not (name := _name(chain)):
            continue
        seen = Sighting(name, Method.CONTROL, host.number, box=_box(widget, host.view))
        typed = _text(entry(widget, "/Contents"))
        if _first(chain, "/V") is not None:
            seen = replace(seen, on=True)
        elif not _draws(widget):
            seen = replace(seen, on=False, blank=True)
        elif typed.strip():
            seen = replace(seen, on=True, text=typed, doubts=frozenset({Doubt.TYPED_NAME}))
        else:
            seen = replace(seen, method=Method.MARK, on=True)
        found[name] = seen
    return found


def notes(page: pikepdf.Object, view: Frame) -> tuple[Note, ...]:
    """Return the annotations on ``page`` that a person drew or typed over it."""
    made = []
    for item in annotations(page, _OVER):
        edges = rectangle(entry(item, "/Rect"))
        if edges is not None and not _hidden(item):
            text = _text(entry(item, "/Contents"))
            made.append(Note(str(item["/Subtype"]), text, view.box(view.seen(*edges))))
    return tuple(made)


def annotations(page: pikepdf.Object, kinds: Iterable[str]) -> Iterator[pikepdf.Object]:
    """Yield the annotations of ``page`` of these subtypes, leaving out what is no annotation."""
    listed = entry(page, "/Annots")
    if not isinstance(listed, pikepdf.Array):
        return
    for item in listed.as_list():
        # Anything may stand in a broken array.
        if isinstance(item, pikepdf.Dictionary) and str(entry(item, "/Subtype")) in kinds:
            yield item


def text_string(raw: bytes) -> str:
    """Return a PDF text string as characters, line breaks as newlines.

    The mark at its start says UTF-16 or UTF-8; without one it is PDFDocEncoding. Bytes that mean
    nothing there become U+FFFD, which the caller reports as a doubt.
    """
    if raw.startswith(b"\xfe\xff"):
        text = raw[2:].decode("utf-16-be", "replace")
    elif raw.startswith(b"\xff\xfe"):
        text = raw[2:].decode("utf-16-le", "replace")
    elif raw.startswith(b"\xef\xbb\xbf"):
        text = raw[3:].decode("utf-8", "replace")
    elif raw.isascii():
        return _one_newline(raw.decode("ascii"))
    else:
        text = raw.decode("pdfdoc", "replace")
    return _one_newline(_LANGUAGE.sub("", text) if "\x1b" in text else text)


def _one_newline(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _hidden(item: pikepdf.Object) -> bool:
    flags = entry(item, "/F")
    return isinstance(flags, int) and bool(flags & 2)


def _sighting(widget: pikepdf.Object, host: FieldPage) -> Sighting | None:
    chain = _chain(widget)
    name = _name(chain)
    if not name:
        return None
    kind = str(_first(chain, "/FT"))
    box = _box(widget, host.view)
    if kind in ("/Tx", "/Ch"):
        seen = _typed(name, _first(chain, "/V"), host.number, box)
        return _with_sign(seen, entry(widget, pdf_names.GOES_ON))
    if kind == "/Btn":
        return _ticked(name, chain, host, box)
    return None


def _with_sign(seen: Sighting, kept: object) -> Sighting:
    """Return ``seen`` with the sign that it goes on, or a doubt if its first part was changed."""
    if kept is None:
        return seen
    if _text(kept) != split_mark(seen.text):
        return replace(seen, doubts=seen.doubts | {Doubt.CONFLICT})
    return replace(seen, text=f"{seen.text}{CONTINUED}")


def _chain(widget: pikepdf.Object) -> list[pikepdf.Object]:
    """Return the field with the branches it hangs below.

    Programs that copy pages take other fields for its branches; what ours keep beside the name
    of their own tells, and they inherit nothing.
    """
    chain = _hung(widget)
    whole = _exported(widget, _text(entry(widget, "/T")))
    return chain if not whole or _name(chain) == whole else chain[:1]


def _hung(widget: pikepdf.Object) -> list[pikepdf.Object]:
    chain = [widget]
    while len(chain) < _DEPTH:
        parent = entry(chain[-1], "/Parent")
        if not isinstance(parent, pikepdf.Dictionary):
            break
        chain.append(parent)
    return chain


def _name(chain: list[pikepdf.Object]) -> str:
    parts = [text for node in reversed(chain) if (text := _text(entry(node, "/T")))]
    name = ".".join(parts)
    if len(chain) == 1:
        # Programs that copy pages lose the parents; the name for export may still be there.
        name = _exported(chain[0], name) or name
    return _RENAMED.sub("", name) if "+" in name else name


def _exported(widget: pikepdf.Object, name: str) -> str:
    """Return the full name of ours that a field keeps beside its own ``name``, if it does."""
    whole = _text(entry(widget, "/TM"))
    return whole if whole.endswith(f".{name}") else ""


def _first(chain: list[pikepdf.Object], key: str) -> object:
    for node in chain:
        value = entry(node, key)
        if value is not None:
            return value
    return None


def _typed(name: str, value: object, number: int, box: Box | None) -> Sighting:
    try:
        text = _text(value)
    except pikepdf.PdfError:  # a stream that is broken, or would unpack beyond all bounds
        return Sighting(name, Method.CONTROL, number, unreadable=True, box=box)
    doubts = frozenset({Doubt.CHARACTERS}) if "\ufffd" in text else frozenset()
    return Sighting(
        name, Method.CONTROL, number, text=text, blank=not text.strip(), box=box, doubts=doubts
    )


def _text(value: object) -> str:
    if isinstance(value, pikepdf.String):
        return text_string(bytes(value))
    if isinstance(value, pikepdf.Stream):
        return text_string(value.read_bytes()[:_MOST_TEXT])
    if isinstance(value, pikepdf.Name):
        return str(value)[1:]
    if isinstance(value, pikepdf.Array):
        return "\n".join(_text(item) for item in value)
    return ""


def _ticked(
    name: str, chain: list[pikepdf.Object], host: FieldPage, box: Box | None
) -> Sighting | None:
    """Read a check box or one button of a group.

    The value of the field (``/V``) and what the widget shows (``/AS``) should agree. Programs
    that fill forms often write only one of them, which then stands against the „Off“ of the
    blank form; so either of them saying „on“ is somebody's tick. Where both are set and differ,
    the screen and the data differ too, and a person has to look; unless viewers are told to draw
    all fields anew, for then they show the value.
    """
    flags = _first(chain, "/Ff")
    flags = flags if isinstance(flags, int) else 0
    if flags & _PUSH_BUTTON:
        return None
    states = _states(chain[0])
    # Several buttons under one field, told apart by their states: each is one option of it.
    grouped = bool(flags & _RADIO) or (len(chain) > 1 and _siblings_differ(chain))
    value, shown = _state(_first(chain, "/V")), _state(entry(chain[0], "/AS"))
    if grouped and len(states) == 1:
        name = f"{name}.{states[0]}"
        value = None if value is None else value if value in ("Off", states[0]) else "Off"
    if host.redrawn and value is not None:
        shown = value
    means = [state not in ("", "Off") for state in (value, shown) if state is not None]
    conflict = len(set(means)) > 1
    on = any(means)
    doubts = frozenset({Doubt.CONFLICT}) if conflict else frozenset()
    return Sighting(name, Method.CONTROL, host.number, on=on, blank=not on, box=box, doubts=doubts)


def _state(value: object) -> str | None:
    if isinstance(value, bool):
        return "Yes" if value else "Off"
    if isinstance(value, pikepdf.Name):
        return str(value)[1:]
    # A string is wrong here, yet some programs write one.
    return _text(value) if isinstance(value, pikepdf.String) else None


def _draws(widget: pikepdf.Object) -> bool:
    looks = entry(widget, "/AP")
    normal = entry(looks, "/N") if isinstance(looks, pikepdf.Dictionary) else None
    return isinstance(normal, pikepdf.Stream) and bool(normal.read_bytes().strip())


def _box(widget: pikepdf.Object, view: Frame) -> Box | None:
    edges = rectangle(entry(widget, "/Rect"))
    return view.box(view.seen(*edges)) if edges else None


def _states(widget: pikepdf.Object) -> list[str]:
    looks = entry(widget, "/AP")
    normal = entry(looks, "/N") if isinstance(looks, pikepdf.Dictionary) else None
    if not isinstance(normal, pikepdf.Dictionary) or isinstance(normal, pikepdf.Stream):
        return []
    return [key[1:] for key in normal.keys() if key != "/Off"]  # noqa: SIM118 (no mapping)


def _siblings_differ(chain: list[pikepdf.Object]) -> bool:
    widget, parent = chain[0], chain[1]
    kids = entry(parent, "/Kids")
    if entry(widget, "/T") is not None or not isinstance(kids, pikepdf.Array) or len(kids) < 2:
        return False
    names = [_states(kid) for kid in kids if isinstance(kid, pikepdf.Dictionary)]
    return len({tuple(states) for states in names}) > 1


def _without_shared_parent(found: list[Sighting]) -> list[Sighting]:
    """Drop a name that all fields of the page hang under, as put there when files are joined.

    Ticks of one choice share a parent of our own making, so at least one text field must hang
    there too before the parent counts as foreign. So do the fields of one item (``ziele[2]``).
    """
    parents = {sighting.key.partition(".")[0] for sighting in found if "." in sighting.key}
    shared = len(parents) == 1 and all("." in sighting.key for sighting in found)
    shared = shared and not any(parent.endswith("]") for parent in parents)
    if not shared or len(found) < 3 or all(sighting.on is not None for sighting in found):
        return found
    return [replace(each, key=each.key.partition(".")[2]) for each in found]


def _once(found: list[Sighting]) -> Iterator[Sighting]:
    """Merge widgets of one field; where two fields of one name differ, both stay and say so."""
    by_key: dict[str, list[Sighting]] = {}
    for sighting in found:
        by_key.setdefault(sighting.key, []).append(sighting)
    for same in by_key.values():
        if len({(each.text, each.on) for each in same}) == 1:
            yield same[0]
        else:
            for each in same:
                yield replace(each, doubts=each.doubts | {Doubt.CONFLICT})
