"""Unrolls the loops of a Word template: what repeats, once for every item of a document."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from types import SimpleNamespace

from lxml import etree

from formservice.adapters.word.markers import (
    Element,
    Markers,
    Step,
    around,
    is_number,
    markers,
    tag_of,
)
from formservice.adapters.word.names import ECHO, titles
from formservice.adapters.word.package import Package
from formservice.adapters.word.walk import W_TRANSITIONAL
from formservice.adapters.word.zip import word_file
from formservice.domain.errors import DefinitionError, InputError, Problem
from formservice.domain.form import Field, FieldKey, FormDefinition, Group
from formservice.domain.groups import Shape, groups, numbered, pattern, shape_of
from formservice.domain.reference import anchor_of_bookmark, bookmark

_W = f"{{{W_TRANSITIONAL}}}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
# Processing instructions pass through every step and occur in no Word file.
_LOOP, _ITEM = "fs-loop", "fs-item"
_PARAGRAPH_IDS = (f"{_W14}paraId", f"{_W14}textId")
_PROMPT_STYLE = re.compile("placeholder|platzhalter", re.IGNORECASE)


def grown(definition: FormDefinition, keys: Iterable[FieldKey]) -> dict[str, int]:
    """Return the groups that have more items in ``keys`` than rows on the printed form.

    That is the shape of a Word file: it shows at least the rows of the print.
    """
    rows = {group.key: group.rows for group in groups(definition.members)}
    given = shape_of(definition, keys)
    return {group: count for group, count in given.items() if count > rows[pattern(group)]}


def expanded(docx: bytes, definition: FormDefinition) -> bytes:
    """Return the Word file ``docx`` with its loops unrolled for the fields of ``definition``.

    ``definition`` is reshaped for the document at hand. Tags, titles and bookmarks then carry
    numbers, and the numbers of items are printed. A file in which nothing repeats is returned as
    it is.

    Raises:
        DefinitionError: it cannot be opened, or a loop is wrong; lists all problems.
    """
    try:
        package = Package(docx)
        main = package.parse(package.main)
        found = markers(main, definition)
        if not found.found and not found.problems and not definition.members:
            return docx
        contents = {name: package.read(name) for name in package.names if name[-1:] != "/"}
    except InputError as error:
        raise _refused(definition, [Problem("", error.message)]) from error
    if found.problems:
        raise _refused(definition, found.problems)
    _prepare(found)
    unrolled = _unrolled(docx, main, definition)
    _number(unrolled, titles(definition))
    _make_unique(unrolled)
    _end_cells(unrolled)
    contents[package.main] = _serial(unrolled)
    return word_file(contents).with_members([])


def _refused(definition: FormDefinition, problems: Iterable[Problem]) -> DefinitionError:
    message = f"Die Word-Vorlage von {definition.ref} ist nicht brauchbar."
    return DefinitionError(message, tuple(problems))


def _serial(root: Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


# -- loops ---------------------------------------------------------------------------------


def _prepare(found: Markers) -> None:
    """Write every marker in one run, and note where loops and their items begin."""
    for marker in found.found:
        for child in list(marker.paragraph):
            marker.paragraph.remove(child)
        run = etree.SubElement(marker.paragraph, f"{_W}r")
        etree.SubElement(run, f"{_W}t").text = marker.text
        if marker.step is Step.FOR:
            marker.element.addprevious(etree.ProcessingInstruction(_LOOP, marker.group))
            marker.element.addnext(etree.ProcessingInstruction(_ITEM, marker.group))


def _unrolled(docx: bytes, main: Element, definition: FormDefinition) -> Element:
    """Return the main document as docxtpl makes it; it is given counts, never a value."""
    # Slow to import, and needed only for forms in which something repeats.
    from docxtpl import DocxTemplate  # noqa: PLC0415
    from jinja2 import StrictUndefined, TemplateError  # noqa: PLC0415
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    template = DocxTemplate(io.BytesIO(docx))
    source = template.patch_xml(etree.tostring(main, encoding="unicode"))
    counts = shape_of(definition, (field.key for field in definition.fields))
    try:
        text = template.render_xml_part(
            source, None, _items(definition.members, counts, ()), environment
        )
        return etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False))
    except (TemplateError, etree.XMLSyntaxError) as error:
        problem = Problem("", "Die Schleifen der Word-Vorlage lassen sich nicht ausführen.")
        raise _refused(definition, [problem]) from error


def _items(
    members: Iterable[Field | Group], counts: Shape, indices: tuple[int, ...]
) -> dict[str, list[SimpleNamespace]]:
    """Return for every group as many items as there are, each with the groups inside it."""
    return {
        group.key.rpartition(".")[2]: [
            SimpleNamespace(**_items(group.members, counts, (*indices, index)))
            for index in range(counts.get(numbered(group.key, indices), 0))
        ]
        for group in members
        if isinstance(group, Group)
    }


# -- numbers -------------------------------------------------------------------------------


def _number(root: Element, called: Mapping[str, str]) -> None:
    """Give tags, titles and bookmarks the numbers of the items they stand in."""
    at: dict[str, int] = {}
    for element in list(root.iter()):
        if isinstance(element, etree._ProcessingInstruction):
            if element.target == _LOOP:
                at[element.text or ""] = -1
            elif element.target == _ITEM:
                at[element.text or ""] += 1
            _parent(element).remove(element)
        elif element.tag == f"{_W}sdt":
            _number_control(element, at, called)
        elif element.tag == f"{_W}bookmarkStart":
            form = anchor_of_bookmark(element.get(f"{_W}name", ""))
            if "[]" in form and all(group in at for group in around(form)):
                element.set(f"{_W}name", bookmark(_concrete(form, at)))


def _concrete(form: str, at: Mapping[str, int]) -> str:
    return numbered(form, [at[group] for group in around(form)])


def _number_control(control: Element, at: Mapping[str, int], called: Mapping[str, str]) -> None:
    tag = tag_of(control)
    if "[]" not in tag or not all(group in at for group in around(tag.removeprefix(ECHO))):
        return
    concrete = numbered(tag, [at[group] for group in around(tag.removeprefix(ECHO))])
    properties = control.find(f"{_W}sdtPr")
    if properties is None:
        return
    properties.find(f"{_W}tag").set(f"{_W}val", concrete)  # type: ignore[union-attr]  # it has one
    if is_number(tag):
        _print_number(control, properties, at[tag.removeprefix(ECHO).removesuffix("[]")] + 1)
    elif concrete in called:
        alias = properties.find(f"{_W}alias")
        if alias is None:
            alias = etree.Element(f"{_W}alias")
            properties.insert(0, alias)
        alias.set(f"{_W}val", called[concrete])


def _print_number(control: Element, properties: Element, number: int) -> None:
    """Write ``number`` into the control, in the look of its first run."""
    for prompt in properties.findall(f"{_W}showingPlcHdr"):
        properties.remove(prompt)
    texts = list(control.iter(f"{_W}t"))
    for run in control.iter(f"{_W}r"):
        if not texts:
            texts = [etree.SubElement(run, f"{_W}t")]
    for text in texts[1:]:
        _parent(text).remove(text)
    for text in texts[:1]:
        text.text = str(number)
        style = _parent(text).find(f"{_W}rPr/{_W}rStyle")
        if style is not None and _PROMPT_STYLE.search(style.get(f"{_W}val", "")):
            _parent(style).remove(style)


def _parent(element: Element) -> Element:
    parent = element.getparent()
    if parent is None:
        raise ValueError("the element has been taken out of its document")
    return parent


# -- what must not be there twice ----------------------------------------------------------


def _make_unique(root: Element) -> None:
    """Give every copy names and numbers of its own, as Word demands them."""
    _unique_bookmarks(root)
    seen: set[tuple[str, str]] = set()
    for element in list(root.iter(f"{_W}sdtPr", f"{_W}p", f"{_W}tr", _DRAWN)):
        if element.tag == f"{_W}sdtPr":
            number = element.find(f"{_W}id")
            if number is not None and not _new(seen, "sdt", number.get(f"{_W}val", "")):
                element.remove(number)
        elif element.tag == _DRAWN:
            if not _new(seen, "drawn", element.get("id", "")):
                element.set("id", _free(seen, "drawn"))
        else:
            for name in _PARAGRAPH_IDS:
                if name in element.attrib and not _new(seen, name, element.get(name, "")):
                    del element.attrib[name]


def _new(seen: set[tuple[str, str]], kind: str, number: str) -> bool:
    """Note ``number`` and say whether it was free."""
    if (kind, number) in seen:
        return False
    seen.add((kind, number))
    return True


def _free(seen: set[tuple[str, str]], kind: str) -> str:
    """Return a number nothing has, in any part: templates number from 1 and copies from here."""
    number = 10_000 + len(seen)
    while not _new(seen, kind, str(number)):
        number += 1
    return str(number)


def _unique_bookmarks(root: Element) -> None:
    """Number the bookmarks anew, and rename those there twice; an end alone is taken away."""
    names: set[str] = set()
    open_: dict[str, str] = {}
    for count, element in enumerate(_bookmarks(root)):
        number = element.get(f"{_W}id", "")
        if element.tag == f"{_W}bookmarkStart":
            name = element.get(f"{_W}name", "")
            if name in names:
                name = f"{name[:30]}_{count}"
                element.set(f"{_W}name", name)
            names.add(name)
            open_[number] = str(count)
            element.set(f"{_W}id", str(count))
        elif number in open_:
            element.set(f"{_W}id", open_.pop(number))
        else:
            _parent(element).remove(element)


def _bookmarks(root: Element) -> Iterator[Element]:
    return iter(list(root.iter(f"{_W}bookmarkStart", f"{_W}bookmarkEnd")))


def _end_cells(root: Element) -> None:
    """End every cell with a paragraph, as Word demands, where a marker was the last one."""
    for cell in root.iter(f"{_W}tc"):
        if len(cell) == 0 or cell[-1].tag in (f"{_W}tcPr", f"{_W}tbl"):
            etree.SubElement(cell, f"{_W}p")
