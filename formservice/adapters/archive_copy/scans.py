"""The searchable copy of a scan: its pictures as they came, under text nobody sees, as PDF/A.

The text is what was read of the fields, where it stood. It is an addition and never replaces the
picture; behind the pages stands the Transfervermerk.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias  # a reading has the shape of the JSON contract

import pikepdf
from pikepdf import Array, Dictionary, Name

from formservice.adapters import pdf_fonts
from formservice.adapters.archive_copy import transfer
from formservice.adapters.archive_copy.copies import RECORD, ArchiveCopy, refuse_faulty
from formservice.adapters.archive_copy.envelope import Attachment, Described, sealed
from formservice.adapters.archive_copy.page_pictures import originals, taken_over
from formservice.adapters.archive_copy.picture_files import (
    PagePicture,
    SourcePage,
    making_told,
)
from formservice.adapters.archive_copy.verapdf import VeraPdf
from formservice.adapters.pdf_fill.streams import text_operators
from formservice.adapters.pdf_layout import Frame, fit
from formservice.application.pruefprotokoll import CaseFile, values_of
from formservice.application.transfervermerk import Scanning, transfervermerk
from formservice.domain.canonical import canonical
from formservice.domain.copies import reshaped
from formservice.domain.document import Method
from formservice.domain.form import Field, FieldKind, FormDefinition
from formservice.domain.groups import shape_of
from formservice.domain.record import Value
from formservice.domain.values import shown

_Box: TypeAlias = tuple[float, float, float, float]

TRANSFER = "transfervermerk.json"
_UNTOLD = Scanning()
_UNSEEN = b"3 Tr"
_SMALLER = (1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.1)
_TICKED = "[x]"
_SIGNED = "Unterschrift vorhanden"


@dataclass(frozen=True, slots=True)
class _Said:
    """A text and where it stands: field, what it is called, left, top, right, bottom of the page.

    ``upright`` says that the box counts on the page turned upright, not as it came.
    """

    name: str
    text: str
    box: _Box
    upright: bool


@dataclass(slots=True)
class _Sheet:
    content: list[bytes] = field(default_factory=list)
    elements: list[pikepdf.Object] = field(default_factory=list)


def searchable(
    case: CaseFile,
    definition: FormDefinition | None,
    sources: Sequence[SourcePage],
    scanning: Scanning = _UNTOLD,
    *,
    embed: bool = True,
    validator: VeraPdf | None = None,
) -> ArchiveCopy:
    """Return the copy of a scanned document, the same bytes for the same case.

    ``scanning`` is what the office says of its scanning, beside what each file says of itself.
    Without ``embed`` it is PDF/A-2, the record and the Transfervermerk beside.

    Raises:
        InputError: a picture is damaged or too large.
        EngineError: the copy does not pass our own checks, or veraPDF's; it must not be kept.
    """
    title = "Eingescanntes Dokument" if definition is None else definition.title
    said = _said(case.reading, definition)
    made_as = [making_told(data) for data in originals(sources)]
    with pikepdf.new() as pdf:
        document = _begun(pdf)
        font = pdf_fonts.embed(pdf).drawing
        pictures = []
        for place, source in enumerate(sources, 1):
            picture = taken_over(pdf, source)
            pictures.append(picture.told)
            turn = 90 * int((case.reading.get("turned") or {}).get(str(source.number), 0))
            alt = f"Abbild von Seite {place} von {len(sources)}: {title}"
            page = _Page(pdf, document, picture, turn % 360, font)
            page.add(alt, said.get(source.number, ()))
        told = transfervermerk(case, scanning, made_as, pictures)
        transfer.told(told).add_to(pdf, f"Transfervermerk zu {case.document}", font)
        attachments = [
            Attachment(RECORD, canonical(dict(case.reading)), "Gelesener Datensatz"),
            Attachment(TRANSFER, canonical(told), "Transfervermerk"),
        ]
        made = sealed(pdf, _described(case, title, 3 if embed else 2), attachments * embed)
    refuse_faulty(made, validator)
    return ArchiveCopy(made, {} if embed else {one.name: one.data for one in attachments})


def _described(case: CaseFile, title: str, part: int) -> Described:
    return Described(
        title=f"{title} (Abbild)",
        subject=f"Durchsuchbares Abbild des Vorgangs {case.document}",
        identifier=f"formservice:{case.document}",
        at=case.at,
        part=part,
    )


def _begun(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """Begin a structure tree and return the element of the document."""
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, ParentTreeNextKey=0))
    document = pdf.make_indirect(
        Dictionary(Type=Name.StructElem, S=Name.Document, P=root, K=Array())
    )
    root.K = Array([document])
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=Array()))
    pdf.Root.StructTreeRoot = root
    return document


class _Page:
    """One page with its picture and the text over it."""

    def __init__(
        self,
        pdf: pikepdf.Pdf,
        document: pikepdf.Object,
        picture: PagePicture,
        turn: int,
        font: pikepdf.Object,
    ) -> None:
        """``turn`` rights what came lying on its side, clockwise in degrees."""
        self._pdf = pdf
        self._document = document
        self._picture = picture
        self._turn = turn
        self._font = font
        self._sheet = _Sheet()
        self._faces: dict[str, pdf_fonts.Face] = {}

    def add(self, alt: str, said: Sequence[_Said]) -> None:
        """Put the page behind the file."""
        self._pdf.add_blank_page()
        page = self._pdf.pages[-1].obj
        self._mark("Figure", self._laid(), page, Alt=alt)
        for one in said:
            self._mark("P", self._hidden(one), page, T=one.name)
        fonts = {f"/{pdf_fonts.DRAWING}": self._font}
        for name, face in self._faces.items():
            fonts[f"/{name}"] = pdf_fonts.embed_face(self._pdf, face)
        page.MediaBox = Array([round(edge, 3) for edge in self._picture.paper])
        page.Rotate = (self._picture.turn + self._turn) % 360
        page.Tabs = Name.S
        page.Resources = Dictionary(
            XObject=Dictionary(
                {_named(place): image for place, (image, _) in enumerate(self._picture.laid)}
            ),
            Font=Dictionary(fonts),
        )
        page.Contents = self._pdf.make_stream(b"\n".join(self._sheet.content))
        root = self._pdf.Root.StructTreeRoot
        number = int(root.ParentTreeNextKey)
        page.StructParents = number
        tree = pikepdf.NumberTree(root.ParentTree)
        tree[number] = self._pdf.make_indirect(Array(self._sheet.elements))
        root.ParentTreeNextKey = number + 1

    def _mark(self, kind: str, content: bytes, page: pikepdf.Object, **told: str) -> None:
        """Put content on the page, as an element of the tree; ``told`` are its Alt or T."""
        number = len(self._sheet.elements)
        element = self._pdf.make_indirect(
            Dictionary(
                Type=Name.StructElem,
                S=Name(f"/{kind}"),
                P=self._document,
                Pg=page,
                K=number,
            )
        )
        for key, text in told.items():
            element[f"/{key}"] = text
        self._document.K.append(element)
        self._sheet.elements.append(element)
        self._sheet.content.append(
            b"/%b <</MCID %d>> BDC %b EMC" % (kind.encode(), number, content)
        )

    def _laid(self) -> bytes:
        return b" ".join(
            b"q %b cm %b Do Q"
            % (b" ".join(b"%.4f" % one for one in matrix), _named(place).encode())
            for place, (_, matrix) in enumerate(self._picture.laid)
        )

    def _hidden(self, one: _Said) -> bytes:
        """Write a text into its box, small enough that all of it is there."""
        wide, high = self._seen_size()
        box = _turned_back(one.box, self._turn) if one.upright else one.box
        corner, along, across = self._placed(box)
        width = (box[2] - box[0]) * wide
        height = (box[3] - box[1]) * high
        if self._turn in (90, 270):
            width, height = height, width
        for scale in _SMALLER:
            frame = Frame(max(width, 20.0) / scale, max(height, 9.0) / scale, multiline=True)
            setting = fit(one.text, frame)
            if not setting.rest:
                break
        drawn = text_operators(setting, frame, self._faces)
        matrix = (
            along[0] * scale,
            along[1] * scale,
            across[0] * scale,
            across[1] * scale,
            *corner,
        )
        return b"q %b %b cm %b Q" % (
            _UNSEEN,
            b" ".join(b"%.4f" % number for number in matrix),
            drawn,
        )

    def _seen_size(self) -> tuple[float, float]:
        """Return width and height of the page as it came."""
        left, bottom, right, top = self._picture.paper
        size = (right - left, top - bottom)
        return size if self._picture.turn in (0, 180) else (size[1], size[0])

    def _placed(
        self, box: _Box
    ) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
        """Return where text begins (its lower left) and which ways it runs and grows upwards."""
        left, top, right, bottom = box
        # The lower left as people see it once the page is upright.
        seen = {0: (left, bottom), 90: (right, bottom), 180: (right, top), 270: (left, top)}
        corner = self._point(*seen[self._turn])
        whole = (self._picture.turn + self._turn) % 360
        along = {0: (1.0, 0.0), 90: (0.0, 1.0), 180: (-1.0, 0.0), 270: (0.0, -1.0)}[whole]
        return corner, along, (-along[1], along[0])

    def _point(self, x: float, y: float) -> tuple[float, float]:
        """Return a point of the page as it came (fractions, from the top left) on the paper."""
        left, bottom, right, top = self._picture.paper
        width, height = right - left, top - bottom
        fractions = {0: (x, 1 - y), 90: (y, x), 180: (1 - x, y), 270: (1 - y, 1 - x)}
        across, up = fractions[self._picture.turn]
        return left + across * width, bottom + up * height


def _named(place: int) -> str:
    """Return what a picture, or a strip of it, is called on its page."""
    return f"/Bild{place + 1}" if place else "/Bild"


def _turned_back(box: _Box, turn: int) -> _Box:
    """Return a box of the upright page as it stands on the page that came ``turn`` wrong."""
    left, top, right, bottom = box
    return {
        0: box,
        90: (top, 1 - right, bottom, 1 - left),
        180: (1 - right, 1 - bottom, 1 - left, 1 - top),
        270: (1 - bottom, left, 1 - top, right),
    }[turn]


def _said(reading: Mapping[str, Any], definition: FormDefinition | None) -> dict[int, list[_Said]]:
    """Return what was read, by page, from the top of each page to its foot."""
    fields = reading.get("fields") or {}
    if definition is None:
        return {}
    whole = reshaped(definition, shape_of(definition, fields))
    values = values_of(definition, reading)
    found: dict[int, list[_Said]] = {}
    for one in whole.fields:
        told = fields.get(one.key)
        if told is None or one.key not in values:
            continue
        upright = told.get("method") == Method.LABEL
        for page, box, text in _places(one, told, values[one.key]):
            said = _Said(one.name, text, box, upright)
            found.setdefault(page, []).append(said)
    for listed in found.values():
        listed.sort(key=lambda said: (round(said.box[1], 2), said.box[0]))
    return found


def _places(
    asked: Field, told: Mapping[str, Any], value: Value
) -> Iterator[tuple[int, _Box, str]]:
    """Yield page, box and text of a value; of a choice, of every box that is ticked."""
    labels = {f"{asked.key}.{one.key}": one.label for one in asked.options}
    for place in told.get("places") or ():
        if place.get("on") and place.get("box") and place["key"] in labels:
            yield place["page"], tuple(place["box"]), f"{_TICKED} {labels[place['key']]}"
            labels.pop(place["key"])
    if asked.options and len(labels) < len(asked.options):
        return
    page, box = told.get("page"), told.get("box")
    if page is not None and box is not None and (text := _text(asked, value)):
        yield page, tuple(box), text


def _text(asked: Field, value: Value) -> str:
    if asked.kind is FieldKind.SIGNATURE:
        return _SIGNED if value is True else ""
    if asked.kind is FieldKind.TICK:
        return f"{_TICKED} {asked.name}" if value is True else ""
    if asked.kind is FieldKind.CHOICE:
        chosen = (value,) if isinstance(value, str) else value
        listed = chosen if isinstance(chosen, tuple) else ()
        return ", ".join(f"{_TICKED} {one.label}" for one in asked.options if one.key in listed)
    return shown(asked, value)
