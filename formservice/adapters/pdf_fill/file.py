"""One file in the making: the objects that change, on top of a compiled template."""

import re
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from xml.sax.saxutils import escape

import pikepdf

from formservice.adapters import pdf_fonts, pdf_names, qr
from formservice.adapters.pdf_fill.joining import Place
from formservice.adapters.pdf_fill.streams import (
    Drawing,
    text_appearance,
    text_operators,
    text_string,
)
from formservice.adapters.pdf_fill.template import Compiled, Widget
from formservice.adapters.pdf_layout import Frame, Setting
from formservice.application.extract import split_mark
from formservice.domain.document import Box
from formservice.domain.values import SIGNED

# Shorter streams gain less than the time it takes to pack them.
_PACKED_FROM = 1500
# „gez.“ stands on the line people sign on, in a strip of this height in points.
_SIGNATURE_STRIP = 22.0
# A run of dark modules is a little higher than its row, or viewers leave hairlines between rows.
_RUN_HEIGHT = 1.03
# A place in which nothing is drawn.
_EMPTY = b"<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Length 0>>\nstream\n\nendstream"
_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")


class FilledFile:
    """Collects what changes. Whatever is not touched stays blank."""

    def __init__(self, form: Compiled) -> None:
        """Begin with the blank form."""
        self._form = form
        self._changing = {widget.number: widget.blank for widget in form.widgets.values()}
        self._changing |= dict.fromkeys(form.places.values(), _EMPTY)
        self._next = form.next_number
        self._faces: dict[str, int] = {}
        self._drawn: dict[int, list[bytes]] = {}
        self._codes: dict[int, bytes] = {}

    def text(self, key: str, setting: Setting) -> None:
        """Write what ``setting`` holds into a text field."""
        self._write(self._form.widgets[key], key, setting, b"")

    def continued(self, widget: str, name: str, title: str, setting: Setting) -> None:
        """Write a further part of a text into a field of a sheet, and name that field."""
        named = b"/T%b/TU%b" % (text_string(name), text_string(title))
        self._write(self._form.widgets[widget], name, setting, named)

    def tick(self, key: str) -> None:
        """Put the cross into a box."""
        widget = self._form.widgets[key]
        self._changing[widget.number] = widget.on

    def sign(self, key: str) -> None:
        """Write „gez.“ above the line. The field stays one that can be signed."""
        widget = self._form.widgets[key]
        strip = Frame(widget.frame.width, min(_SIGNATURE_STRIP, widget.frame.height), False)
        look = self._look(text_appearance(key, Setting(11, (SIGNED,)), strip), widget.frame)
        self._changing[widget.number] = b"%b/AP<</N %d 0 R>>/Contents%b>>" % (
            widget.head,
            look,
            text_string(SIGNED),
        )

    def draw(self, place: Place, setting: Setting) -> None:
        """Draw text in a place that is no field."""
        drawing = Drawing()
        drawing.content = text_operators(setting, place.frame, drawing.faces)
        self._fill(place, self._appearance(drawing, place.frame))

    def cross(self, place: Place) -> None:
        """Tick a box that is no field here."""
        self._fill(place, self._appearance(Drawing(place.cross), place.frame))

    def _fill(self, place: Place, look: bytes) -> None:
        self._changing[self._form.places[(place.page, place.resource)]] = look

    def code(self, page: int, box: Box, text: str) -> None:
        """Draw a QR code into ``box`` of a page (counted from 0), and keep its text beside it."""
        self._codes[page] = b"%b%b" % (pdf_names.CODE.encode(), text_string(text))
        paper = self._form.pages[page]
        rows = qr.matrix(text)
        side = (box.right - box.left) * paper.width / (len(rows) + 2 * qr.QUIET_ZONE)
        left = box.left * paper.width + qr.QUIET_ZONE * side
        top = (1 - box.top) * paper.height - qr.QUIET_ZONE * side
        self._drawn.setdefault(page, []).append(
            b"/Artifact BMC q 0 g %.5f 0 0 %.5f %.3f %.3f cm\n%bf Q EMC\n"
            % (side, -side, left, top, _runs(rows))
        )

    def finished(self, described: Mapping[str, str | int], identity: str, suffix: str) -> bytes:
        """Return the bytes of the file.

        ``described`` is added to the document information, ``suffix`` to its identifier in the
        XMP metadata; ``identity`` is what the permanent half of its /ID is made of.
        """
        form = self._form
        for index, page in enumerate(form.pages):
            content = b"Q\n" + b"".join(self._drawn.get(index, ()))
            drawn = self._add(_stream(b"", content))
            self._changing[page.number] = b"%b%b/Contents[%b %d 0 R]>>" % (
                page.head,
                self._codes.get(index, b""),
                page.contents,
                drawn,
            )
        entries = {key.encode(): value for key, value in form.described.items()}
        entries |= {
            key.encode(): b" %d" % one if isinstance(one, int) else text_string(one)
            for key, one in described.items()
        }
        self._changing[form.info] = b"<<%b>>" % b"".join(k + b" " + v for k, v in entries.items())
        if form.metadata is not None:
            number, before, after = form.metadata
            # PDF/A wants metadata that can be read without unpacking.
            self._changing[number] = _unpacked(
                b"/Type/Metadata/Subtype/XML", before + escape(suffix).encode() + after
            )
        permanent = blake2b(identity.encode(), digest_size=16).digest()
        content = blake2b(b"".join(self._changing.values()), digest_size=16).digest()
        return form.assembled(self._changing, (permanent, content))

    def _write(self, widget: Widget, name: str, setting: Setting, named: bytes) -> None:
        text = "".join(setting.lines)
        look = self._look(text_appearance(name, setting, widget.frame), widget.frame)
        goes_on = b"%b (%b)" % (pdf_names.GOES_ON.encode(), split_mark(text).encode())
        self._changing[widget.number] = b"%b%b%b/V%b/AP<</N %d 0 R>>>>" % (
            widget.head,
            named,
            goes_on if setting.rest else b"",
            text_string(text),
            look,
        )

    def _look(self, drawing: Drawing, frame: Frame) -> int:
        """Add an appearance stream and return its number."""
        return self._add(self._appearance(drawing, frame))

    def _appearance(self, drawing: Drawing, frame: Frame) -> bytes:
        fonts = b"/%b %d 0 R" % (pdf_fonts.DRAWING.encode(), self._form.font)
        for name, face in drawing.faces.items():
            fonts += b"/%b %d 0 R" % (name.encode(), self._embedded(face))
        head = b"/Type/XObject/Subtype/Form/BBox[0 0 %.2f %.2f]/Resources<</Font<<%b>>>>" % (
            frame.width,
            frame.height,
            fonts,
        )
        return _stream(head, drawing.content)

    def _embedded(self, face: pdf_fonts.Face) -> int:
        """Copy a font into the file unless it is there, and return its number."""
        if face.name not in self._faces:
            base = self._next
            for dictionary, data in _font_objects(face.name):
                moved = _REFERENCE.sub(lambda m: b"%d 0 R" % (base + int(m[1])), dictionary)
                self._add(moved if data is None else b"%b\nstream\n%b\nendstream" % (moved, data))
            self._faces[face.name] = base
        return self._faces[face.name]

    def _add(self, content: bytes) -> int:
        number = self._next
        self._next += 1
        self._changing[number] = content
        return number


def _stream(head: bytes, content: bytes) -> bytes:
    if len(content) < _PACKED_FROM:
        return _unpacked(head, content)
    return _unpacked(head + b"/Filter/FlateDecode", zlib.compress(content, 6))


def _unpacked(head: bytes, data: bytes) -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (head, len(data), data)


def _runs(rows: Sequence[Sequence[bool]]) -> bytes:
    """Return one rectangle for each run of dark modules; a module is one unit."""
    drawn = []
    for y, row in enumerate(rows):
        start = None
        for x, dark in enumerate([*row, False]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                drawn.append(b"%d %d %d %g re\n" % (start, y, x - start, _RUN_HEIGHT))
                start = None
    return b"".join(drawn)


@lru_cache(maxsize=8)
def _font_objects(name: str) -> tuple[tuple[bytes, bytes | None], ...]:
    """Return the objects of a font, itself first: dictionary and data of each.

    They refer to each other by their position in the result.
    """
    face = next(one for one in pdf_fonts.faces() if one.name == name)
    with pikepdf.new() as pdf:
        font = pdf_fonts.embed_face(pdf, face)
        descendant = font.DescendantFonts[0]
        descriptor = descendant.FontDescriptor
        parts = [
            font,
            descendant,
            descriptor,
            descriptor.FontFile2,
            descendant.CIDToGIDMap,
            font.ToUnicode,
        ]
        position = {part.objgen[0]: index for index, part in enumerate(parts)}
        found = []
        for part in parts:
            is_stream = isinstance(part, pikepdf.Stream)
            source = part.stream_dict if is_stream else part
            written = source.unparse(resolved=True)
            moved = _REFERENCE.sub(lambda m: b"%d 0 R" % position[int(m[1])], written)
            found.append((moved, part.read_raw_bytes() if is_stream else None))
        return tuple(found)
