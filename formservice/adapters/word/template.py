"""Prepares a Word template for filling: everything that can be done before a value is known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from formservice.adapters.word.names import (
    CORE_PART,
    CUSTOM_PART,
    CUSTOM_TYPE,
    ECHO,
    IDENTIFIER,
    QR,
)
from formservice.adapters.word.parts import NO_PROPERTIES, Parts, write_properties
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
        return _Cutting(data).template(definition)
    except InputError as error:
        raise _refused(definition, [Problem("", error.message)]) from error


def _refused(definition: FormDefinition, problems: list[Problem]) -> DefinitionError:
    message = f"Die Word-Vorlage von {definition.ref} ist nicht brauchbar."
    return DefinitionError(message, problems)


class _Cutting:
    """The parts of a template while it is being cut up."""

    def __init__(self, data: bytes) -> None:
        self._parts = Parts(data)

    def template(self, definition: FormDefinition) -> Template:
        parts = self._parts
        pictures = self._pictures()
        properties = [self._custom(definition)]
        if parts.has(CORE_PART):
            properties.append(self._core())
        anchors = [anchor for field in definition.fields for anchor in field.anchors]
        root = parts.root(parts.main)
        echoes = repeated(root)
        pieces = cut(root, frozenset([*anchors, *(ECHO + source for source in echoes)]))
        slots = [piece.anchor for piece in pieces if isinstance(piece, Slot)]
        missing = [anchor for anchor in anchors if anchor not in slots]
        if missing:
            sentence = "Für dieses Feld hat die Word-Vorlage kein Steuerelement."
            raise _refused(definition, [Problem(anchor, sentence) for anchor in missing])
        anew = {parts.main, *(name for _, name in pictures), *(name for name, _, _ in properties)}
        base = {name: data for name, data in parts.contents().items() if name not in anew}
        return Template(
            parts.main,
            pieces,
            tuple(slots),
            tuple(properties),
            pictures,
            echoes,
            word_file(base),
        )

    # -- QR codes --------------------------------------------------------------------------

    def _pictures(self) -> tuple[tuple[int, str], ...]:
        """Give every QR code a picture of its own and return which page it is for."""
        found: dict[int, str] = {}
        for part in dict.fromkeys([self._parts.main, *self._parts.targets(self._parts.main)]):
            if part.endswith(".xml") and self._parts.has(part):
                for page, picture in self._qr_codes(part):
                    found[page] = f"word/media/{QR}{page}.png"
                    self._parts.lead(part, picture, found[page])
        if found:
            self._parts.declare_png()
        return tuple(sorted(found.items()))

    def _qr_codes(self, part: str) -> Iterator[tuple[int, str]]:
        """Yield page and relation id of every QR code in ``part``."""
        if QR.encode() not in self._parts.read(part):
            return
        for frame in self._parts.root(part).iter(*_FRAMES):
            named, picture = frame.find(_NAMED), next(frame.iter(_PICTURE), None)
            if named is None or picture is None:
                continue
            match = _QR_NAME.fullmatch(named.get("name", ""))
            relation = picture.get(_EMBED)
            if match is not None and relation is not None:
                yield int(match[1]), relation

    # -- properties ------------------------------------------------------------------------

    def _custom(self, definition: FormDefinition) -> tuple[str, bytes, bytes]:
        """Set form and edition, and return the part with a hole for the reference."""
        parts = self._parts
        if not parts.has(CUSTOM_PART):
            parts.write(CUSTOM_PART, NO_PROPERTIES)
            parts.declare(CUSTOM_PART, CUSTOM_TYPE)
            parts.relate("", "custom-properties", CUSTOM_PART)
        root = parts.root(CUSTOM_PART)
        write_properties(root, definition.ref, _HOLE)
        return self._holed(CUSTOM_PART)

    def _core(self) -> tuple[str, bytes, bytes]:
        """Return the core properties with a hole for the identifier."""
        root = self._parts.root(CORE_PART)
        element = root.find(IDENTIFIER)
        if element is None:
            element = etree.SubElement(root, IDENTIFIER)
        element.text = _HOLE
        return self._holed(CORE_PART)

    def _holed(self, name: str) -> tuple[str, bytes, bytes]:
        self._parts.changed(name)
        before, _, after = self._parts.read(name).partition(_HOLE.encode())
        return name, before, after
