"""Reads PDF files of any origin: form fields by name, drawn text by place, pictures for OCR."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from unicodedata import normalize

import pikepdf

from formservice.adapters.kinds import first_bytes
from formservice.adapters.pdf_read.blank import PIXELS, Blank, Blanks
from formservice.adapters.pdf_read.claims import (
    code_claim,
    file_claim,
    footer_claim,
    page_claims,
)
from formservice.adapters.pdf_read.controls import (
    FieldPage,
    Note,
    controls,
    each_control,
    notes,
    signatures,
)
from formservice.adapters.pdf_read.drawn import Drawing, Look
from formservice.adapters.pdf_read.fit import Fit, fit, followed, words
from formservice.adapters.pdf_read.frame import Frame, frame
from formservice.adapters.pdf_read.opening import BROKEN, parsed
from formservice.adapters.pdf_read.text import blocks as text_blocks
from formservice.adapters.pdf_read.zones import Filled, Leftwards, Strip, inked_rows, places
from formservice.adapters.png import GREY, png_file
from formservice.application.extract import CONTINUED
from formservice.application.ports import OpenDocument
from formservice.domain.document import Block, Box, Medium, Method, Page, PageRole, Sighting
from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTooLargeError,
    EmptyDocumentError,
    UnsupportedMediaError,
)
from formservice.domain.form import FormRef, Layout, Zone
from formservice.domain.values import SIGNED

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

MOST_PAGES = 2_000
# Of one decoded stream; a page of text is 50 kB, a scanned page at 300 dpi in colour 26 MB.
_MOST_DECODED = 300_000_000
# From this many named fields on, they tell what the page is and its text need not be read.
_ENOUGH_FIELDS = 3
# Pieces shown to people: as a good scan, with a little of what is around them, of any page.
_CROP_DPI = 200
_CROP_MARGIN = 0.006
_MOST_CROPPED = 8_000_000  # pixels


class PdfReader:
    """Opens PDF files of any origin."""

    def __init__(self, templates: Callable[[FormRef], bytes]) -> None:
        """Keep the way to the blank forms and bound what one packed stream may grow to.

        ``templates`` returns the form.pdf of an edition and raises NotFoundError for others.
        The bound holds for the whole process; qpdf has no other.
        """
        self._blanks = Blanks(templates)
        pikepdf.settings.set_qpdf_limits(
            flate_max_memory=_MOST_DECODED,
            run_length_max_memory=_MOST_DECODED,
            png_max_memory=_MOST_DECODED,
            tiff_max_memory=_MOST_DECODED,
            dct_max_memory=_MOST_DECODED,
        )

    def reads(self, data: bytes) -> bool:
        """Say from the first bytes whether ``data`` is a PDF file."""
        return first_bytes(data) == "PDF"

    def open(self, data: bytes) -> "OpenPdf":
        """Open ``data``; raises an InputError when it cannot be read, nothing else."""
        if not data:
            raise EmptyDocumentError("Die Datei ist leer.")
        pdf = None
        try:
            pdf = parsed(data)
            return OpenPdf(data, pdf, self._blanks)
        except BaseException as error:
            if pdf is not None:
                pdf.close()
            if isinstance(error, MemoryError):
                raise DocumentTooLargeError("Die PDF-Datei ist zu groß.") from error
            if not isinstance(error, BROKEN):
                raise
            raise DamagedDocumentError("Die PDF-Datei ist beschädigt und nicht lesbar.") from error


class OpenPdf(OpenDocument):
    """One received PDF file."""

    def __init__(self, data: bytes, pdf: pikepdf.Pdf, blanks: Blanks) -> None:
        """Read what every page is, and what its form fields hold."""
        self._pdf = pdf
        self._drawing = Drawing(data, pdf)
        self._blanks = blanks
        count = len(pdf.pages)
        if not count:
            raise EmptyDocumentError("Die PDF-Datei hat keine Seiten.")
        if count > MOST_PAGES:
            raise DocumentTooLargeError(f"Die PDF-Datei hat mehr als {MOST_PAGES} Seiten.")
        self._frames = [frame(pdf.pages[index].obj) for index in range(count)]
        form = _form(pdf)
        redrawn: object = form.get("/NeedAppearances") if form is not None else None
        self._redrawn = redrawn is True
        pages = [self._page(index) for index in range(count)]
        xfa = form is not None and form.get("/XFA") is not None
        if xfa and not any(page.medium is Medium.ACROFORM for page in pages):
            raise UnsupportedMediaError(
                "Die PDF-Datei ist ein dynamisches XFA-Formular.",
                "Bitte das Formular ausdrucken oder als gewöhnliche PDF-Datei speichern.",
            )
        claims = page_claims(
            file_claim(pdf),
            [footer_claim(page.blocks) for page in pages],
            [frozenset(sighting.key for sighting in page.sightings) for page in pages],
            [code_claim(page.obj) for page in pdf.pages],
        )
        self.pages: Sequence[Page] = tuple(
            replace(page, claims=own) if own else page
            for page, own in zip(pages, claims, strict=True)
        )

    def blocks(self, page: int) -> tuple[Block, ...]:
        """Return the drawn text of page ``page`` (from 1).

        ``Page.blocks`` is left empty where named fields tell what the page is, since reading
        its text takes longer than reading all its fields; here it can be had all the same.
        """
        view = self._frames[page - 1]
        return text_blocks(self._drawing.look(page - 1, view).runs, page, view)

    def picture(self, page: int, dpi: float) -> "NDArray[numpy.uint8]":
        """Return page ``page`` (from 1) upright in grey, 0 black to 255 white."""
        return self._drawing.grey(page - 1, dpi)

    def crop(self, page: int, box: Box) -> bytes:
        """Return the piece ``box`` of a page, a little wider, in grey as PNG file."""
        view = self._frames[page - 1]
        margin = _CROP_MARGIN * max(view.width, view.height)
        left, top, right, bottom = view.points(box)
        seen = (
            max(left - margin, 0.0),
            max(top - margin, 0.0),
            min(right + margin, view.width),
            min(bottom + margin, view.height),
        )
        wide, high = seen[2] - seen[0], seen[3] - seen[1]
        scale = min(_CROP_DPI / 72, (_MOST_CROPPED / max(wide * high, 1.0)) ** 0.5)
        columns, rows = max(round(wide * scale), 1), max(round(high * scale), 1)
        grey = self._drawing.patch(page - 1, view, seen, (columns, rows), fields=True)
        if not grey:
            return b""
        lines = (grey[row * columns : (row + 1) * columns] for row in range(rows))
        plain = b"".join(b"\0" + line for line in lines)
        return png_file(columns, rows, plain, depth=8, colour=GREY)

    def zones(self, page: int, layout: Layout, form_page: int) -> Sequence[Sighting]:
        """Read the zones of ``form_page`` of ``layout`` on page ``page``, both from 1.

        On a page with form fields only signatures are reported, and what was drawn or written
        over fields that are empty.
        """
        received = self.pages[page - 1]
        if form_page > len(layout.pages):
            return ()
        blank = self._blanks.page(layout.ref, layout.printed(form_page))
        if blank is None or received.medium is Medium.SCAN:
            return ()
        source = self._pdf.pages[page - 1].obj
        zones, shown = layout.on_page(form_page), _shown(layout, form_page)
        laid_over = notes(source, self._frames[page - 1])
        if received.medium is not Medium.ACROFORM:
            # A copy of a page may have no other fields than those for signatures.
            signed = {one.key: one for one in self._signed(page, zones) if not one.blank}
            drawn = self._filled(page, (zones, shown), blank, laid_over)
            return (*(one for one in drawn if one.key not in signed), *signed.values())
        named = self._named_by_place(page, zones)
        if laid_over or not blank.shows(source):
            known = (*received.sightings, *named)
            named += tuple(self._written_over(page, (zones, shown), blank, laid_over, known))
        return named

    def _named_by_place(self, page: int, zones: Sequence[Zone]) -> tuple[Sighting, ...]:
        """Return signatures, and fields that lost the first part of their names.

        Programs that copy pages one by one leave „ja“ of „fahrkosten.ja“; its place tells which.
        """
        source, host = self._pdf.pages[page - 1].obj, self._field_page(page)
        known = {seen.key for seen in self.pages[page - 1].sightings}
        lost = [
            zone
            for zone in zones
            if zone.kind != "signature" and "." in zone.key and zone.key not in known
        ]
        orphans = each_control(source, host) if lost else []
        return (
            *self._signed(page, zones),
            *(
                replace(seen, key=zone.key)
                for zone in lost
                for seen in orphans
                if zone.key.endswith(f".{seen.key}") and _lies_in(seen, zone)
            ),
        )

    def _signed(self, page: int, zones: Sequence[Zone]) -> Iterator[Sighting]:
        """Yield what the fields for signatures among ``zones`` show."""
        if any(zone.kind == "signature" for zone in zones):
            signed = signatures(self._pdf.pages[page - 1].obj, self._field_page(page))
            yield from (signed[zone.key] for zone in zones if zone.key in signed)

    def _written_over(
        self,
        page: int,
        zones: tuple[Sequence[Zone], Sequence[Zone]],
        blank: Blank,
        laid_over: Sequence[Note],
        known: Sequence[Sighting],
    ) -> Iterator[Sighting]:
        """Yield what stands over fields that are empty as fields."""
        done = {seen.key for seen in known if not seen.blank}
        for seen in self._filled(page, zones, blank, laid_over):
            if seen.key not in done and not seen.blank:
                yield seen

    def close(self) -> None:
        """Release everything held."""
        self._drawing.close()
        self._pdf.close()

    def _field_page(self, page: int) -> FieldPage:
        return FieldPage(page, self._frames[page - 1], self._redrawn)

    def _page(self, index: int) -> Page:
        source, view, number = self._pdf.pages[index].obj, self._frames[index], index + 1
        sightings = controls(source, self._field_page(number))
        blocks: tuple[Block, ...] = ()
        medium = Medium.ACROFORM
        if len(sightings) < _ENOUGH_FIELDS:
            look = self._drawing.look(index, view)
            if not sightings:
                medium = look.medium
            sightings += _marked(look, number)
            if medium is not Medium.SCAN:
                blocks = self.blocks(number) + _noted(source, number, view)
        role = PageRole.CONTENT
        if medium is Medium.TEXT and not sightings and not blocks:
            if self._drawing.is_lost(index):
                medium = Medium.SCAN  # which is looked at page by page, and refused by its number
            elif not source.get("/Annots") and self._drawing.is_bare(index):
                role = PageRole.BLANK
        return Page(number, medium, view.width, view.height, sightings, blocks, role=role)

    def _strip(self, page: int, blank: Blank, lies: Fit, rows: tuple[int, int]) -> Strip:
        first, end = rows
        if first >= end:
            return Strip(0, 0, b"")
        seen = lies.laid((0.0, first / PIXELS, blank.columns / PIXELS, end / PIXELS))
        size = (blank.columns, end - first)
        return Strip(first, end, self._drawing.patch(page - 1, self._frames[page - 1], seen, size))

    def _filled(
        self,
        page: int,
        zones: tuple[Sequence[Zone], Sequence[Zone]],
        blank: Blank,
        laid_over: Sequence[Note],
    ) -> Sequence[Sighting]:
        """Return what stands in places of the form: those read, and those that only show."""
        read, shown = zones
        view = self._frames[page - 1]
        look = self._drawing.look(page - 1, view)
        drawn = words(look.runs)
        lies = fit(blank.words, drawn)
        if lies is None:
            return ()
        lies = followed(lies, blank.lines, drawn)
        picture = self._strip(page, blank, lies, inked_rows(read, blank))
        leftwards = Leftwards.among(look.runs)
        filled = Filled(page, view, blank, lies, picture, laid_over, look.runs, leftwards)
        exact = {
            key: value.removesuffix(CONTINUED)
            for key, value in look.values
            if value.strip() != SIGNED
        }
        all_places = places((*read, *shown), look.runs, blank, lies)
        found = (filled.sighting(place) for place in all_places if place.zone.key)
        # What our own appearances hold was reported already, unless the page shows other words.
        return tuple(
            seen
            for seen in found
            if seen is not None
            and (seen.key not in exact or not _same_words(exact[seen.key], seen.text))
        )


def _shown(layout: Layout, form_page: int) -> tuple[Zone, ...]:
    """Return the places that hold no value of their own, as zones without a key.

    These are echoes, and on a copy of a page the fields it only repeats.
    """
    read = {zone.box for zone in layout.on_page(form_page)}
    repeated = (
        Zone("", zone.kind, form_page, zone.box)
        for zone in layout.on_page(layout.printed(form_page))
        if zone.box not in read
    )
    echoes = (Zone("", "text", form_page, e.box) for e in layout.echoes if e.page == form_page)
    return (*repeated, *echoes)


def _same_words(value: str, drawn: str) -> bool:
    """Whether a page shows ``value``: in any white space, in any order if it runs to the left.

    Behind the value there may be the sign that it goes on elsewhere.
    """
    meant, shown = (_plain("".join(text.split())) for text in (value, drawn))
    return shown.startswith(meant) or not Counter(meant) - Counter(shown)


def _plain(text: str) -> str:
    """Return ``text`` in the signs PDFium gives for it: beside Arabic it shows ½ as 1/2."""
    return normalize("NFKC", text).replace("\N{FRACTION SLASH}", "/")


def _marked(look: Look, number: int) -> tuple[Sighting, ...]:
    """Return the values that a flattened form of ours holds beside what it shows."""
    return tuple(
        Sighting(key, Method.TEXT, number, text=value, blank=not value.strip())
        for key, value in look.values
        # A note instead of a signature is read in its place, where it is known to be one.
        if value.strip() != SIGNED
    )


def _noted(source: pikepdf.Object, number: int, view: Frame) -> tuple[Block, ...]:
    """Return typed remarks as blocks, for a viewer shows them like text of the page."""
    return tuple(
        Block(note.text, number, note.box)
        for note in notes(source, view)
        if note.kind == "/FreeText" and note.text.strip()
    )


def _lies_in(seen: Sighting, zone: Zone) -> bool:
    box = seen.box
    return box is not None and zone.box.contains(
        (box.left + box.right) / 2, (box.top + box.bottom) / 2
    )


def _form(pdf: pikepdf.Pdf) -> pikepdf.Object | None:
    form = pdf.Root.get("/AcroForm")
    return form if isinstance(form, pikepdf.Dictionary) else None
