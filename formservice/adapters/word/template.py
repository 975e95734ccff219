"""Prepares a Word template for filling: everything that can be done before a value is known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, relpath

from lxml import etree

from formservice.adapters.word.names import (
    CORE_PART,
    CUSTOM_PART,
    CUSTOM_TYPE,
    ECHO,
    IDENTIFIER,
    QR,
)
from formservice.adapters.word.package import Package, parse
from formservice.adapters.word.properties import NO_PROPERTIES, write_properties
from formservice.adapters.word.slots import Piece, Slot, cut, repeated
from formservice.adapters.word.zip import Base, word_file
from formservice.domain.errors import DefinitionError, InputError, Problem
from formservice.domain.form import FormDefinition

REFERENCE = CUSTOM_PART

_QR_NAME = re.compile(rf"{QR}(\d{{1,3}})")
_HOLE = "formservice-hole"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_EMBED = f"{{{_OFFICE}/relationships}}embed"
_NAMED = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_FRAMES = tuple(
    f"{{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}}{name}"
    for name in ("anchor", "inline")
)
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_CONTENT_TYPES = "[Content_Types].xml"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_ROOT_RELATIONS = "_rels/.rels"
_CUSTOM_RELATION = f"{_OFFICE}/relationships/custom-properties"


@dataclass(frozen=True, slots=True)
class Template:
    """A template cut up for filling.

    ``pieces`` make up the part ``main``; ``anchors`` are the anchors of its slots in order;
    ``properties`` are (part, bytes before, bytes after) the reference or identifier;
    ``pictures`` the QR codes as (page of the form, part). ``echoes`` are the keys of fields whose
    values are printed again. ``base`` holds everything else.
    """

    main: str
    pieces: tuple[Piece, ...]
    anchors: tuple[str, ...]
    properties: tuple[tuple[str, bytes, bytes], ...]
    pictures: tuple[tuple[int, str], ...]
    echoes: tuple[str, ...]
    base: Base


def compiled(data: bytes, definition: FormDefinition) -> Template:
    """Return the Word file ``data`` cut up for the fields of ``definition``.

    Raises:
        DefinitionError: it cannot be opened, or a field has no control in it.
    """
    try:
        return _Parts(data).template(definition)
    except InputError as error:
        raise _refused(definition, [Problem("", error.message)]) from error


def _refused(definition: FormDefinition, problems: list[Problem]) -> DefinitionError:
    message = f"Die Word-Vorlage von {definition.ref} ist nicht brauchbar."
    return DefinitionError(message, problems)


class _Parts:
    """The parts of a template while it is being cut up."""

    def __init__(self, data: bytes) -> None:
        package = Package(data)
        self._main = package.main
        self._package = package
        self._contents = {
            name: package.read(name) for name in package.names if not name.endswith("/")
        }

    def template(self, definition: FormDefinition) -> Template:
        pictures = self._pictures()
        custom = self._custom(definition)
        core = self._core()
        anchors = [anchor for field in definition.fields for anchor in field.anchors]
        root = parse(self._contents.pop(self._main))
        echoes = repeated(root)
        pieces = cut(root, frozenset([*anchors, *(ECHO + source for source in echoes)]))
        slots = [piece.anchor for piece in pieces if isinstance(piece, Slot)]
        missing = [anchor for anchor in anchors if anchor not in slots]
        if missing:
            sentence = "Für dieses Feld hat die Word-Vorlage kein Steuerelement."
            raise _refused(definition, [Problem(anchor, sentence) for anchor in missing])
        properties = [part for part in (custom, core) if part is not None]
        for name, _, _ in properties:
            del self._contents[name]
        return Template(
            self._main,
            pieces,
            tuple(slots),
            tuple(properties),
            pictures,
            echoes,
            word_file(self._contents),
        )

    # -- QR codes --------------------------------------------------------------------------

    def _pictures(self) -> tuple[tuple[int, str], ...]:
        """Give every QR code a picture of its own and return which page it is for."""
        found: dict[int, str] = {}
        parts = [self._main, *(target for _, _, target in self._package.relations(self._main))]
        for part in dict.fromkeys(parts):
            if part.endswith(".xml") and part in self._contents:
                for page, picture in self._qr_codes(part):
                    name = f"word/media/{QR}{page}.png"
                    self._point(part, picture, name)
                    found[page] = name
        for name in found.values():
            self._contents.pop(name, None)
        if found:
            self._declare_png()
        return tuple(sorted(found.items()))

    def _qr_codes(self, part: str) -> Iterator[tuple[int, str]]:
        """Yield page and relation id of every QR code in ``part``."""
        if QR.encode() not in self._contents[part]:
            return
        for frame in parse(self._contents[part]).iter(*_FRAMES):
            named, picture = frame.find(_NAMED), next(frame.iter(_PICTURE), None)
            if named is None or picture is None:
                continue
            match = _QR_NAME.fullmatch(named.get("name", ""))
            relation = picture.get(_EMBED)
            if match is not None and relation is not None:
                yield int(match[1]), relation

    def _point(self, part: str, relation: str, target: str) -> None:
        """Let ``relation`` of ``part`` lead to ``target``."""
        name = join(dirname(part), "_rels", part.rpartition("/")[2] + ".rels")
        root = parse(self._contents[name])
        for element in root.iter(_RELATIONSHIP):
            if element.get("Id") == relation:
                element.set("Target", relpath(target, dirname(part)))
        self._contents[name] = _serial(root)

    def _declare_png(self) -> None:
        root = parse(self._contents[_CONTENT_TYPES])
        known = {element.get("Extension", "").lower() for element in root}
        if "png" not in known:
            new = etree.Element(f"{_TYPES}Default", Extension="png", ContentType="image/png")
            root.insert(0, new)
            self._contents[_CONTENT_TYPES] = _serial(root)

    # -- properties ------------------------------------------------------------------------

    def _custom(self, definition: FormDefinition) -> tuple[str, bytes, bytes]:
        """Set form and edition, and return the part with a hole for the reference."""
        if CUSTOM_PART in self._contents:
            root = parse(self._contents[CUSTOM_PART])
        else:
            root = parse(NO_PROPERTIES)
            self._declare_custom()
        write_properties(root, definition.ref, _HOLE)
        return self._holed(CUSTOM_PART, root)

    def _declare_custom(self) -> None:
        types = parse(self._contents[_CONTENT_TYPES])
        name = f"/{CUSTOM_PART}"
        etree.SubElement(types, f"{_TYPES}Override", PartName=name, ContentType=CUSTOM_TYPE)
        self._contents[_CONTENT_TYPES] = _serial(types)
        relations = parse(self._contents[_ROOT_RELATIONS])
        etree.SubElement(
            relations,
            _RELATIONSHIP,
            Id="formserviceCustom",
            Type=_CUSTOM_RELATION,
            Target=CUSTOM_PART,
        )
        self._contents[_ROOT_RELATIONS] = _serial(relations)

    def _core(self) -> tuple[str, bytes, bytes] | None:
        """Return the core properties with a hole for the identifier, None if there are none."""
        if CORE_PART not in self._contents:
            return None
        root = parse(self._contents[CORE_PART])
        element = root.find(IDENTIFIER)
        if element is None:
            element = etree.SubElement(root, IDENTIFIER)
        element.text = _HOLE
        return self._holed(CORE_PART, root)

    def _holed(self, name: str, root: etree._Element) -> tuple[str, bytes, bytes]:
        before, _, after = _serial(root).partition(_HOLE.encode())
        self._contents[name] = b""
        return name, before, after


def _serial(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
