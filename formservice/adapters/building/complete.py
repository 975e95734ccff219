"""Adds to a form's Word file what Word makes hard and the definition already says.

Bookmarks around controls, titles, prompts, properties and language follow from the definition
alone; header and footer with squares, QR code and short text from form and edition
(``building.frame``). What a person has written is not touched: ``forms check`` reports it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from formservice.adapters.building.frame import complete_frame
from formservice.adapters.definitions.template_controls import Anchor, W, anchors, declared
from formservice.adapters.word.markers import Element, tag_of
from formservice.adapters.word.names import (
    CORE_PART,
    CUSTOM_PART,
    CUSTOM_TYPE,
)
from formservice.adapters.word.parts import NO_PROPERTIES, Parts, opened, write_properties
from formservice.domain.errors import InputError
from formservice.domain.form import FieldKind, FormDefinition
from formservice.domain.reference import identifier

_DC = "{http://purl.org/dc/elements/1.1/}"
_CORE_NS = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_CORE_RELATION = (
    "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
)
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
_NO_CORE = (
    f'<cp:coreProperties xmlns:cp="{_CORE_NS}" xmlns:dc="http://purl.org/dc/elements/1.1/"/>'
).encode()
_STYLES = "word/styles.xml"
_PROMPT = re.compile("placeholder|platzhalter", re.IGNORECASE)
# What comes before a title, and before the mark of a prompt, in the settings of a control.
_BEFORE_TITLE = frozenset((f"{W}rPr",))
_BEFORE_LOCK = frozenset(f"{W}{name}" for name in ("rPr", "alias", "tag", "id"))
_BEFORE_PROMPT = frozenset(
    f"{W}{name}" for name in ("rPr", "alias", "tag", "id", "lock", "placeholder", "temporary")
)


@dataclass(frozen=True, slots=True)
class Completed:
    """A Word file with everything derived, and what was added, in German."""

    docx: bytes
    added: tuple[str, ...]


def completed(docx: bytes, definition: FormDefinition) -> Completed:
    """Return ``docx`` with what follows from ``definition``; the same bytes if nothing is missing.

    A file that cannot be opened is returned as it is: building says what is wrong with it.
    """
    parts = opened(docx)
    if parts is None:
        return Completed(docx, ())
    try:
        added = (
            *_controls(parts, definition),
            *_properties(parts, definition),
            *_language(parts, definition),
            *complete_frame(parts, definition),
        )
    except InputError:
        return Completed(docx, ())
    return Completed(parts.docx(), added)


# -- controls ------------------------------------------------------------------------------


def _controls(parts: Parts, definition: FormDefinition) -> Iterator[str]:
    body = parts.root(parts.main)
    controls: dict[str, list[Element]] = {}
    for control in body.iter(f"{W}sdt"):
        controls.setdefault(tag_of(control), []).append(control)
    once = [
        (anchor, controls[key][0])
        for key, anchor in anchors(declared(definition)).items()
        if len(controls.get(key, ())) == 1
    ]
    titled = sum([_title(anchor, control) for anchor, control in once])
    style = _prompt_style(parts)
    prompted = sum([_prompt(anchor, control, style) for anchor, control in once])
    marked = sum([_bookmark(anchor, control, body) for anchor, control in once])
    # A draft is still changed in Word, which refuses to delete what is locked.
    locked = sum([_lock(control) for _, control in once]) if definition.released else 0
    marks = "Textmarke" if marked == 1 else "Textmarken"
    counts = ((titled, "Titel"), (prompted, "Platzhalter"), (marked, marks))
    if titled or prompted or marked or locked:
        parts.changed(parts.main)
    yield from (f"{count} {name}" for count, name in counts if count)
    if locked:
        yield "Schutz der Felder vor dem Löschen"


def _title(anchor: Anchor, control: Element) -> bool:
    """Give a control without a title the one of its field."""
    settings = control.find(f"{W}sdtPr")
    if settings is None:
        return False
    alias = settings.find(f"{W}alias")
    if alias is not None and alias.get(f"{W}val"):
        return False
    if alias is None:
        alias = etree.Element(f"{W}alias")
        _insert(settings, alias, _BEFORE_TITLE)
    alias.set(f"{W}val", anchor.title)
    return True


def _prompt(anchor: Anchor, control: Element, style: str) -> bool:
    """Write the prompt into a control that is empty, and mark one that holds only its prompt."""
    settings, content = control.find(f"{W}sdtPr"), control.find(f"{W}sdtContent")
    if anchor.kind is FieldKind.TICK or settings is None or content is None:
        return False
    wanted = anchor.field.placeholder
    text = "".join(piece.text or "" for piece in content.iter(f"{W}t")).strip()
    shown = settings.find(f"{W}showingPlcHdr") is not None
    if text not in ("", wanted) or (text == wanted and shown):
        return False
    if not shown:
        _insert(settings, etree.Element(f"{W}showingPlcHdr"), _BEFORE_PROMPT)
    if not text and wanted:
        _write(content, wanted, style)
    return True


def _lock(control: Element) -> bool:
    """Keep people who fill in the form from deleting a control by accident."""
    settings = control.find(f"{W}sdtPr")
    if settings is None or settings.find(f"{W}lock") is not None:
        return False
    lock = etree.Element(f"{W}lock")
    lock.set(f"{W}val", "sdtLocked")
    _insert(settings, lock, _BEFORE_LOCK)
    return True


def _write(content: Element, text: str, style: str) -> None:
    """Write ``text`` as the only run of ``content``, in the look of prompts."""
    for run in list(content.iter(f"{W}r")):
        parent = run.getparent()
        if parent is not None:
            parent.remove(run)
    home = next(content.iter(f"{W}p"), None)
    inline = next(content.iterancestors(f"{W}p"), None) is not None
    if home is None and not inline:
        home = etree.SubElement(content, f"{W}p")
    run = etree.SubElement(content if home is None else home, f"{W}r")
    if style:
        look = etree.SubElement(etree.SubElement(run, f"{W}rPr"), f"{W}rStyle")
        look.set(f"{W}val", style)
    etree.SubElement(run, f"{W}t").text = text


def _prompt_style(parts: Parts) -> str:
    """Return the character style of prompts; empty where the file has none."""
    styles = parts.root(_STYLES) if parts.has(_STYLES) else ()
    names = [one.get(f"{W}styleId", "") for one in styles if one.get(f"{W}type") == "character"]
    return next((name for name in names if _PROMPT.search(name)), "")


def _bookmark(anchor: Anchor, control: Element, body: Element) -> bool:
    """Put the one bookmark of a control right around it, where it is not around it already."""
    starts = [
        start
        for start in body.iter(f"{W}bookmarkStart")
        if start.get(f"{W}name") == anchor.bookmark
    ]
    if len(starts) > 1 or (starts and _encloses(starts[0], control, body)):
        return False
    used = {start.get(f"{W}id", "") for start in body.iter(f"{W}bookmarkStart")}
    for start in starts:
        number = start.get(f"{W}id")
        ends = [one for one in body.iter(f"{W}bookmarkEnd") if one.get(f"{W}id") == number]
        for old in (start, *ends):
            parent = old.getparent()
            if parent is not None:
                parent.remove(old)
    number = str(max((int(one) for one in used if one.isdigit()), default=0) + 1)
    start, end = etree.Element(f"{W}bookmarkStart"), etree.Element(f"{W}bookmarkEnd")
    start.set(f"{W}id", number)
    start.set(f"{W}name", anchor.bookmark)
    end.set(f"{W}id", number)
    control.addprevious(start)
    control.addnext(end)
    return True


def _encloses(start: Element, control: Element, body: Element) -> bool:
    """Say whether the bookmark goes around this control and no other."""
    order = {element: index for index, element in enumerate(body.iter())}
    number = start.get(f"{W}id")
    ends = [order[end] for end in body.iter(f"{W}bookmarkEnd") if end.get(f"{W}id") == number]
    last = max(order[element] for element in control.iter())
    if not ends or not order[start] < order[control] <= last < ends[0]:
        return False
    return not any(
        order[start] < order[other] < ends[0] and not order[control] <= order[other] <= last
        for other in body.iter(f"{W}sdt")
        if tag_of(other)
    )


def _insert(settings: Element, new: Element, before: Iterable[str]) -> None:
    """Put ``new`` behind the last of the elements that must come before it."""
    earlier = frozenset(before)
    place = max((i + 1 for i, one in enumerate(settings) if one.tag in earlier), default=0)
    settings.insert(place, new)


# -- what the file says about itself -------------------------------------------------------


def _properties(parts: Parts, definition: FormDefinition) -> Iterator[str]:
    if not parts.has(CORE_PART):
        parts.write(CORE_PART, _NO_CORE)
        parts.declare(CORE_PART, _CORE_TYPE)
        parts.relate("", "", CORE_PART, _CORE_RELATION)
    if not parts.has(CUSTOM_PART):
        parts.write(CUSTOM_PART, NO_PROPERTIES)
        parts.declare(CUSTOM_PART, CUSTOM_TYPE)
        parts.relate("", "custom-properties", CUSTOM_PART)
    core = _core(parts, definition)
    custom = _custom(parts, definition)
    if core or custom:
        yield "Dokumenteigenschaften"


def _core(parts: Parts, definition: FormDefinition) -> bool:
    root, changed = parts.root(CORE_PART), False
    for name, wanted in (
        ("title", definition.title),
        ("identifier", identifier(definition.ref)),
        ("language", definition.language),
    ):
        element = root.find(f"{_DC}{name}")
        if element is None:
            element = etree.SubElement(root, f"{_DC}{name}")
        if element.text != wanted:
            element.text, changed = wanted, True
    if changed:
        parts.changed(CORE_PART)
    return changed


def _custom(parts: Parts, definition: FormDefinition) -> bool:
    changed = write_properties(parts.root(CUSTOM_PART), definition.ref, "")
    if changed:
        parts.changed(CUSTOM_PART)
    return changed


def _language(parts: Parts, definition: FormDefinition) -> Iterator[str]:
    if not parts.has(_STYLES):
        return
    styles = parts.root(_STYLES)
    element, lacking = styles, False
    for name in ("docDefaults", "rPrDefault", "rPr", "lang"):
        inner = element.find(f"{W}{name}")
        lacking = inner is None
        if inner is None:
            inner = etree.Element(f"{W}{name}")
            # Defaults come first, the language of a run last.
            element.insert(len(element) if name == "lang" else 0, inner)
        element = inner
    if lacking or element.get(f"{W}val") != definition.language:
        element.set(f"{W}val", definition.language)
        parts.changed(_STYLES)
        yield "Sprache"
