"""Pages added behind a form: continuation sheets, and copies of its own pages.

Done with pikepdf once per form and what is added; filling then works as for any template. All
pages share one field tree and one structure tree. On an added page only the fields named stay
fields; the others become places where text is drawn, as are the places of echoes on any page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name

from formservice.adapters import pdf_names
from formservice.adapters.pdf_fill import structure
from formservice.adapters.pdf_fill.streams import text_operators
from formservice.adapters.pdf_layout import PADDING, Frame, Setting, width_of
from formservice.adapters.pdf_tree import FieldTree, fields
from formservice.adapters.word.names import ECHO
from formservice.domain.document import Box
from formservice.domain.form import Echo

_MULTILINE = 1 << 12  # flag „Multiline“ of a text field, ISO 32000-2 table 231
# The short text on a copy: below the corner squares, where no form prints anything, and above
# the 4 mm that printers leave white.
_FOOT_SIZE, _FOOT_BASE = 6.5, 15.0
_FOOT_HEIGHT = 12.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is drawn that is no field: the page (from 0), its resource, the room.

    ``cross`` are the operators that tick the box that stood there; empty for text. An echo
    stands amid printed text.
    """

    page: int
    resource: str
    frame: Frame
    cross: bytes = b""
    is_echo: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A page (from 0) to be added: of which file, and what its fields are called here.

    ``names`` has the new full name by the old one; other fields become places. Those of
    ``echoes`` do as well. A heading is set as for one line, so that it stands level with its
    label even where there is more room. ``foot`` is printed below all of it.
    """

    file: bytes
    page: int
    names: Mapping[str, str]
    echoes: Sequence[Echo] = ()
    headings: bool = False
    foot: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """One page in the joined file: its number (from 0), places by old field name or source."""

    page: int
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class _Plain:
    """What a page has before anything is drawn on it, shared with its copies."""

    contents: pikepdf.Object
    resources: pikepdf.Object


@dataclass(slots=True)
class _Drawn:
    """What is drawn on one page: marked contents in the tree, operators, rooms by key."""

    elements: pikepdf.Object
    content: bytes = b""
    rooms: dict[str, tuple[Frame, bytes]] = field(default_factory=dict)

    def add(
        self, key: str, corner: tuple[float, float], room: tuple[Frame, bytes], element: object
    ) -> None:
        """Make a place with the lower left ``corner``, as content of ``element`` of the tree."""
        number = len(self.elements)
        self.content += b"/Span <</MCID %d>> BDC q 1 0 0 1 %.2f %.2f cm %b Do Q EMC\n" % (
            number,
            *corner,
            _resource(len(self.rooms)).encode(),
        )
        self.elements.append(element)
        self.rooms[key] = room


def _resource(number: int) -> str:
    return f"{pdf_names.PLACE}{number}"


class Joining:
    """A form with pages behind it, in the making."""

    def __init__(self, form: bytes, titles: Mapping[str, str]) -> None:
        """Begin with ``form``; ``titles`` are the spoken names of fields and their branches."""
        self._form = form
        self._pdf = pikepdf.open(BytesIO(form))
        self._titles = titles
        self._tree = FieldTree(self._pdf, self._pdf.Root.AcroForm.Fields, titles)
        self._plain = {
            (form, number): _Plain(_contents(page.obj), page.obj.Resources)
            for number, page in enumerate(self._pdf.pages)
        }

    def close(self) -> None:
        """Close the form."""
        self._pdf.close()

    def finished(self) -> bytes:
        """Return the file."""
        buffer = BytesIO()
        self._pdf.save(buffer, static_id=True)
        return buffer.getvalue()

    def drawn(self, number: int, echoes: Sequence[Echo], foot: str) -> Added:
        """Make places for ``echoes`` on a page of the form itself (from 0), print ``foot``."""
        drawn = _Drawn(structure.contents(self._pdf, number))
        _echoes_drawn(self._pdf, number, echoes, drawn)
        return self._installed(number, self._plain[(self._form, number)], drawn, foot)

    def add(self, source: Source) -> Added:
        """Put a page behind the file."""
        # A file of its own for each copy, for one file's objects are copied only once.
        with pikepdf.open(BytesIO(source.file)) as other:
            structure.cut(other, source.page)
            drawn = _Drawn(structure.contents(other, source.page))
            kept = _fields_drawn(other, source, drawn)
            _echoes_drawn(other, source.page, source.echoes, drawn)
            numbers = structure.numbered(other, source.page, structure.following(self._pdf))
            self._pdf.pages.append(other.pages[source.page])
            number = len(self._pdf.pages) - 1
            added = self._pdf.pages[number].obj
            structure.graft(self._pdf, other, numbers)
            plain = self._plain.setdefault(
                (source.file, source.page), _Plain(_contents(added), added.Resources)
            )
        for widget, name in zip(added.Annots, kept, strict=True):
            self._name(widget, source.names[name])
        return self._installed(number, plain, drawn, source.foot)

    def _name(self, widget: pikepdf.Object, name: str) -> None:
        self._tree.hang(widget, name)
        if name in self._titles:
            widget.TU = self._titles[name]
        if str(widget.FT) == "/Tx":
            left, bottom, right, top = (float(edge) for edge in widget.Rect)
            font = self._pdf.Root.AcroForm.DR.Font
            blank = _form(self._pdf, b"/Tx BMC\nEMC\n", (right - left, top - bottom), font)
            widget.AP = Dictionary(N=blank)

    def _installed(self, number: int, plain: _Plain, drawn: _Drawn, foot: str = "") -> Added:
        """Draw on page ``number`` what is drawn there beyond what is plainly printed."""
        page = self._pdf.pages[number].obj
        shown = dict(plain.resources.get("/XObject", Dictionary()).items())
        content, places = drawn.content, {}
        for position, (key, (frame, cross)) in enumerate(drawn.rooms.items()):
            name = _resource(position)
            shown[name] = _form(self._pdf, b"", (1, 1), None)
            places[key] = Place(number, name, frame, cross, is_echo=key.startswith(ECHO))
        if foot:
            width = width_of(foot) * _FOOT_SIZE / 1000 + 2 * PADDING
            shown[pdf_names.FOOT] = self._foot(foot, width)
            left = (float(self._pdf.pages[number].mediabox[2]) - width) / 2
            content += (
                b"/Artifact <</Type/Pagination>> BDC q 1 0 0 1 %.2f %.2f cm %b Do Q EMC\n"
                % (
                    left,
                    _FOOT_BASE,
                    pdf_names.FOOT.encode(),
                )
            )
        page.Resources = Dictionary(dict(plain.resources.items()))
        page.Resources.XObject = Dictionary(shown)
        page.Contents = Array([*plain.contents, self._pdf.make_stream(content)])
        return Added(number, places)

    def _foot(self, text: str, width: float) -> pikepdf.Object:
        frame = Frame(width, _FOOT_HEIGHT, multiline=False)
        content = text_operators(Setting(_FOOT_SIZE, (text,)), frame, {})
        font = self._pdf.Root.AcroForm.DR.Font
        return _form(self._pdf, content, (frame.width, frame.height), font)


def _contents(page: pikepdf.Object) -> pikepdf.Object:
    old = page.get("/Contents", Array())
    return Array(list(old)) if isinstance(old, Array) else Array([old])


def _form(
    pdf: pikepdf.Pdf, content: bytes, size: tuple[float, float], fonts: pikepdf.Object | None
) -> pikepdf.Object:
    """Return a form XObject."""
    made = pdf.make_stream(content, Type=Name.XObject, Subtype=Name.Form)
    made.BBox = Array([0, 0, round(size[0], 2), round(size[1], 2)])
    if fonts is not None:
        made.Resources = Dictionary(Font=fonts)
    return made


def _fields_drawn(other: pikepdf.Pdf, source: Source, drawn: _Drawn) -> list[str]:
    """Leave the fields named on their page; make places of the others. Return those left."""
    page = other.pages[source.page].obj
    here = {widget.objgen for widget in page.get("/Annots", Array())}
    kept, left = [], []
    for key, widget in fields(other):
        if widget.objgen not in here:
            continue
        if key in source.names:
            kept.append(key)
            left.append(widget)
            for gone in ("/Parent", *(("/AP",) if str(widget.FT) == "/Tx" else ())):
                if gone in widget:
                    # A parent would bring all its fields along, a look the fonts once more.
                    del widget[gone]
            continue
        element = structure.as_text(other, widget, len(drawn.elements))
        x, bottom, right, top = (float(edge) for edge in widget.Rect)
        several = bool(int(widget.get("/Ff", 0)) & _MULTILINE) and not source.headings
        frame = Frame(right - x, top - bottom, several)
        drawn.add(key, (x, bottom), (frame, _cross(widget)), element)
    page.Annots = Array(left)
    return kept


def _cross(widget: pikepdf.Object) -> bytes:
    """Return the operators that tick a box, nothing for other fields."""
    if str(widget.FT) != "/Btn":
        return b""
    looks = widget.AP.N
    return next(
        bytes(looks[state].read_bytes())
        for state in looks.keys()  # noqa: SIM118 (no mapping)
        if state != "/Off"
    )


def _echoes_drawn(pdf: pikepdf.Pdf, number: int, echoes: Sequence[Echo], drawn: _Drawn) -> None:
    """Make a place for every echo on a page."""
    waiting = structure.echo_elements(pdf, number) if echoes else {}
    page = pdf.pages[number]
    width, height = float(page.mediabox[2]), float(page.mediabox[3])
    for position, echo in enumerate(echoes):
        element = structure.echo_element(
            pdf, number, len(drawn.elements), waiting.get(echo.source, [])
        )
        edges = _points(echo.box, width, height)
        # An echo stands amid printed text: not even the usual blank around it fits there.
        left, room = edges[0] - PADDING, edges[2] - edges[0] + 2 * PADDING
        frame = Frame(room, edges[3] - edges[1], multiline=False)
        drawn.add(echo_key(position), (left, edges[1]), (frame, b""), element)


def echo_key(position: int) -> str:
    """Return under which key of ``Added.places`` the echo at ``position`` is."""
    return f"{ECHO}{position}"


def _points(box: Box, width: float, height: float) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top in points, from the lower left corner."""
    return (
        box.left * width,
        (1 - box.bottom) * height,
        box.right * width,
        (1 - box.top) * height,
    )
