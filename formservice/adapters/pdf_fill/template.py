"""A fillable PDF taken apart once, so that filling it is putting bytes together.

All objects no value changes are written once, those without a stream packed into compressed object
streams; they are the unchanging beginning of every file made from the template. What a value
changes (widgets, pages, metadata) follows, and then a cross-reference stream. So filling parses
nothing and compresses little, and needs no lock: a compiled template is never changed.
"""

import copy
import struct
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name

from formservice.adapters import pdf_fonts, pdf_names
from formservice.adapters.pdf_fill.streams import value_mark
from formservice.adapters.pdf_layout import Frame
from formservice.adapters.pdf_tree import fields

# Objects in one object stream: few enough that a viewer need not unpack much for one of them.
_PACK = 200
_MULTILINE = 1 << 12  # flag „Multiline“ of a text field, ISO 32000-2 table 231
_ENTRY = struct.Struct(">BIH")  # one entry of the cross-reference stream, /W [1 4 2]
# The bytes after the first line say „binary“ to programs that look (ISO 32000-2, 7.5.2).
_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


@dataclass(frozen=True, slots=True)
class Widget:
    """One field: its object number, its dictionary left open, and the room inside.

    ``head`` lacks what filling adds (value and appearance); ``blank`` is the whole object as it
    is without a value, ``on`` that of a ticked box.
    """

    number: int
    kind: str
    head: bytes
    blank: bytes
    on: bytes
    frame: Frame


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """One page: its dictionary without contents left open, and the contents it has."""

    number: int
    head: bytes
    contents: bytes
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Compiled:
    """A template ready to be filled.

    ``start`` is the unchanging beginning, ``entries`` its part of the cross-reference table.
    ``metadata`` are the XMP bytes before and after the place where a reference goes, with the
    number of their object. ``places`` are the objects that draw text which is no field, by page
    (from 0) and resource.
    """

    start: bytes
    entries: bytes
    root: int
    info: int
    described: Mapping[str, bytes]
    metadata: tuple[int, bytes, bytes] | None
    font: int
    widgets: Mapping[str, Widget]
    pages: Sequence[TemplatePage]
    places: Mapping[tuple[int, str], int]

    @property
    def next_number(self) -> int:
        """The first object number that is free."""
        return len(self.entries) // _ENTRY.size

    def assembled(self, changing: Mapping[int, bytes], file_id: Sequence[bytes]) -> bytes:
        """Return the file made of the unchanging objects and the ``changing`` ones by number."""
        pieces = [self.start]
        offset = len(self.start)
        table_number = max(self.next_number, max(changing) + 1)
        entries = bytearray(self.entries)
        entries.extend(bytes(_ENTRY.size * (table_number + 1) - len(entries)))
        for number, content in changing.items():
            piece = b"%d 0 obj\n%b\nendobj\n" % (number, content)
            _ENTRY.pack_into(entries, number * _ENTRY.size, 1, offset, 0)
            pieces.append(piece)
            offset += len(piece)
        _ENTRY.pack_into(entries, table_number * _ENTRY.size, 1, offset, 0)
        table = zlib.compress(bytes(entries), 1)
        pieces.append(
            b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]"
            b"/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream\nendobj\n"
            b"startxref\n%d\n%%%%EOF\n"
            % (
                table_number,
                table_number + 1,
                self.root,
                self.info,
                file_id[0].hex().encode(),
                file_id[1].hex().encode(),
                len(table),
                table,
                offset,
            )
        )
        return b"".join(pieces)


def compiled(template: bytes, identifier: str, nameless: Collection[str] = ()) -> Compiled:
    """Take ``template`` apart.

    ``identifier`` stands in its XMP metadata where a reference is to follow; widgets called
    ``nameless`` get their name and title when they are filled.
    """
    with pikepdf.open(BytesIO(_prepared(template))) as pdf:
        widgets = {
            name: _widget(widget, nameless=name in nameless) for name, widget in fields(pdf)
        }
        pages = [_page(page) for page in pdf.pages]
        places = {
            (number, name): form.objgen[0]
            for number, page in enumerate(pdf.pages)
            for name, form in page.resources.get("/XObject", Dictionary()).items()
            if name.startswith(pdf_names.PLACE)
        }
        metadata = _metadata(pdf, identifier)
        info = pdf.trailer.Info
        changing = {info.objgen[0]}
        changing |= {widget.number for widget in widgets.values()}
        changing |= {page.number for page in pages}
        changing |= set(places.values())
        if metadata is not None:
            changing.add(metadata[0])
        start, entries = _packed(pdf, changing)
        return Compiled(
            start=start,
            entries=entries,
            root=pdf.Root.objgen[0],
            info=info.objgen[0],
            described={key: info[key].unparse() for key in info.keys()},  # noqa: SIM118
            metadata=metadata,
            font=pdf.Root.AcroForm.DR.Font[f"/{pdf_fonts.DRAWING}"].objgen[0],
            widgets=widgets,
            pages=pages,
            places=places,
        )


def _prepared(template: bytes) -> bytes:
    """Return ``template`` with its objects numbered without gaps and free of object streams.

    Every page saves the graphics state, so that what is drawn later stands where it is meant;
    every cross says which box it ticks.
    """
    with pikepdf.open(BytesIO(template)) as pdf:
        form = pdf.Root.AcroForm
        for stale in ("/NeedAppearances", "/XFA"):
            if stale in form:
                del form[stale]
        _renew_fonts(pdf, form)
        for name, widget in fields(pdf):
            if str(widget.FT) == "/Btn":
                looks = widget.AP.N[_on_state(widget)]
                looks.write(value_mark(name, "Ja") + looks.read_bytes() + b"\nEMC")
        saves = pdf.make_stream(b"q\n")
        for page in pdf.pages:
            old = page.obj.get("/Contents", Array())
            parts = list(old) if isinstance(old, Array) else [old]
            page.obj.Contents = Array([saves, *parts])
        if "/Info" not in pdf.trailer:
            pdf.trailer.Info = pdf.make_indirect(Dictionary())
        buffer = BytesIO()
        pdf.save(
            buffer,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=True,
            recompress_flate=True,
            static_id=True,
        )
    return buffer.getvalue()


def _renew_fonts(pdf: pikepdf.Pdf, form: pikepdf.Object) -> None:
    """Put today's fonts in place of those of the day the form was built.

    Text is measured with today's widths, and what was built may be older than the fonts.
    """
    fonts = pdf_fonts.embed(pdf).resources()
    known = form.DR.Font if "/DR" in form else Dictionary()
    for name, font in fonts.items():
        if name in known:
            # In place, for the looks of blank fields refer to it too.
            for key, entry in font.items():
                known[name][key] = entry
        else:
            known[name] = font
    form.DR = Dictionary(Font=known)


def _on_state(widget: pikepdf.Object) -> str:
    return next(state for state in widget.AP.N.keys() if state != "/Off")  # noqa: SIM118


def _open(source: pikepdf.Object, *without: str) -> bytes:
    """Return the dictionary written but not closed, without the keys named."""
    kept = copy.copy(source)
    for key in without:
        if key in kept:
            del kept[key]
    return kept.unparse(resolved=True).removesuffix(b">>").rstrip()


def _widget(widget: pikepdf.Object, *, nameless: bool) -> Widget:
    left, bottom, right, top = (float(edge) for edge in widget.Rect)
    multiline = bool(int(widget.get("/Ff", 0)) & _MULTILINE)
    kind = str(widget.FT)[1:]
    gone = ("/V", "/AS") if kind == "Btn" else ("/V", "/AP")
    on = b""
    if kind == "Btn":
        state = Name(_on_state(widget)).unparse()
        on = b"%b/V%b/AS%b>>" % (_open(widget, *gone), state, state)
    return Widget(
        number=widget.objgen[0],
        kind=kind,
        head=_open(widget, *gone, *(("/T", "/TU") if nameless else ())),
        blank=widget.unparse(resolved=True),
        on=on,
        frame=Frame(right - left, top - bottom, multiline),
    )


def _page(page: pikepdf.Page) -> TemplatePage:
    left, bottom, right, top = (float(edge) for edge in page.mediabox)
    return TemplatePage(
        number=page.obj.objgen[0],
        head=_open(page.obj, "/Contents"),
        contents=b" ".join(part.unparse() for part in page.obj.Contents),
        width=right - left,
        height=top - bottom,
    )


def _metadata(pdf: pikepdf.Pdf, identifier: str) -> tuple[int, bytes, bytes] | None:
    stream = pdf.Root.get("/Metadata")
    if stream is None:
        return None
    before, found, after = stream.read_bytes().partition(identifier.encode())
    return (stream.objgen[0], before + found, after) if found else None


def _packed(pdf: pikepdf.Pdf, changing: Collection[int]) -> tuple[bytes, bytes]:
    """Return the unchanging beginning of the file and its cross-reference entries."""
    pieces = [_HEADER]
    offset = len(_HEADER)
    entries = {0: _ENTRY.pack(0, 0, 0xFFFF)}
    plain: list[tuple[int, bytes]] = []
    last = 0
    for source in pdf.objects:
        number = source.objgen[0]
        last = max(last, number)
        if number in changing:
            continue
        if not isinstance(source, pikepdf.Stream):
            plain.append((number, source.unparse(resolved=True)))
            continue
        piece = _stream(number, source.stream_dict.unparse(resolved=True), source.read_raw_bytes())
        entries[number] = _ENTRY.pack(1, offset, 0)
        pieces.append(piece)
        offset += len(piece)
    for start in range(0, len(plain), _PACK):
        part = plain[start : start + _PACK]
        last += 1
        piece = _object_stream(last, part)
        entries[last] = _ENTRY.pack(1, offset, 0)
        for index, (number, _) in enumerate(part):
            entries[number] = _ENTRY.pack(2, last, index)
        pieces.append(piece)
        offset += len(piece)
    # What changes is entered when a file is made.
    table = b"".join(entries.get(number, bytes(_ENTRY.size)) for number in range(last + 1))
    return b"".join(pieces), table


def _stream(number: int, dictionary: bytes, data: bytes) -> bytes:
    return b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number, dictionary, data)


def _object_stream(number: int, part: Sequence[tuple[int, bytes]]) -> bytes:
    """Return one object stream (ISO 32000-2, 7.5.7)."""
    heading, body, offset = [], [], 0
    for contained, content in part:
        heading.append(b"%d %d" % (contained, offset))
        body.append(content)
        offset += len(content) + 1
    first = b" ".join(heading) + b"\n"
    data = zlib.compress(first + b"\n".join(body), 9)
    dictionary = b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>" % (
        len(part),
        len(first),
        len(data),
    )
    return _stream(number, dictionary, data)
