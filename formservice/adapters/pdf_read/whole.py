"""Reads PDF files whole: drawn pages and form fields as they are, pictured pages as scans."""

from collections.abc import Sequence
from dataclasses import replace

from formservice.adapters.pdf_read.claims import is_separator_sheet
from formservice.adapters.pdf_read.opening import PagePicture
from formservice.adapters.pdf_read.reader import OpenPdf, PdfReader
from formservice.adapters.scan.looked import LookedPages, PicturedPages
from formservice.adapters.scan.pictured import PicturedPage
from formservice.adapters.scan.reader import ScanDocument
from formservice.adapters.scan.recognition import Recognition
from formservice.application.ports import OpenDocument
from formservice.domain.document import Block, Box, Medium, Page, PageRole, Sighting
from formservice.domain.form import Layout

# Tesseract gains nothing above; our pages lose thin strokes below (spec: 200 to 300 dpi).
_DPI = 200.0


class WholePdfReader:
    """The PDF reader, with the scan reader for its pages that are only pictures."""

    def __init__(self, pdf: PdfReader, tools: Recognition) -> None:
        """Join the two readers."""
        self._pdf = pdf
        self._tools = tools

    def reads(self, data: bytes) -> bool:
        """Say from the first bytes whether ``data`` is a PDF file."""
        return self._pdf.reads(data)

    def open(self, data: bytes) -> "OpenWholePdf":
        """Open ``data``; raises an InputError when it cannot be read, nothing else."""
        return OpenWholePdf(self._pdf.open(data), self._tools)

    def open_page(self, data: bytes, number: int) -> ScanDocument:
        """Open the picture of page ``number`` (from 1) alone, as a document of one page.

        What the other pages are is not looked at: in a long file that takes longest.
        """
        return ScanDocument(PagePicture(data, number, _DPI), self._tools)


class OpenWholePdf(OpenDocument):
    """One received PDF file; QR codes are looked for on its pictured pages."""

    def __init__(self, opened: OpenPdf, tools: Recognition) -> None:
        """Keep the file; a pictured page is looked at when it is first asked for."""
        self._opened = opened
        self._pictured = PicturedPages(
            lambda number: PicturedPage(opened.picture(number, _DPI), tools, number)
        )
        self.pages: Sequence[Page] = LookedPages(len(opened.pages), self._page)

    def media(self) -> Sequence[Medium]:
        """Say what every page is, without looking at those that are pictures."""
        return [page.medium for page in self._opened.pages]

    def as_drawn(self, page: int) -> Page:
        """Return a page as the file has it, without looking at its picture."""
        return self._opened.pages[page - 1]

    def _page(self, number: int) -> Page:
        page = self._opened.pages[number - 1]
        if is_separator_sheet(page):
            return replace(page, blocks=(), role=PageRole.SEPARATOR)
        if page.medium is not Medium.SCAN:
            return page
        pictured = self.pictured(page.number)
        return replace(
            page,
            blocks=() if page.claims else pictured.wording(),
            claims=pictured.claims or (() if pictured.mistake else page.claims),
            role=pictured.role,
            unknown=pictured.unknown,
            quarters=pictured.quarters,
        )

    def zones(self, page: int, layout: Layout, form_page: int) -> Sequence[Sighting]:
        """Read the zones of ``form_page`` of ``layout`` on page ``page``, both from 1."""
        if self._opened.pages[page - 1].medium is not Medium.SCAN:
            return self._opened.zones(page, layout, form_page)
        return self.pictured(page).zones(layout, form_page)

    def lines(self, page: int) -> Sequence[Block]:
        """Return the text of a page line by line, drawn or recognised."""
        here = self.pages[page - 1]
        if here.medium is not Medium.SCAN or here.blocks:
            return here.blocks
        return self.pictured(page).blocks()

    def printed(
        self, page: int, layout: Layout, form_page: int | None, attempt: int
    ) -> Sequence[Block]:
        """Return all text drawn on page ``page``, or recognised where it is a picture."""
        if self._opened.pages[page - 1].medium is not Medium.SCAN:
            return self.pages[page - 1].blocks or self._opened.blocks(page)
        return self.pictured(page).printed(layout, form_page, attempt)

    def crop(self, page: int, box: Box) -> bytes:
        """Return a piece of a page as a PNG file."""
        if self._opened.pages[page - 1].medium is not Medium.SCAN:
            return self._opened.crop(page, box)
        return self.pictured(page).crop(box)

    def crop_upright(self, page: int, box: Box) -> bytes:
        """Return a piece of a page as ``lines`` sees it, as a PNG file."""
        if self._opened.pages[page - 1].medium is not Medium.SCAN:
            return self._opened.crop(page, box)
        return self.pictured(page).crop_upright(box)

    def ink(self, page: int, layout: Layout, form_page: int) -> bytes:
        """Return what is on a pictured page beside the print of the form."""
        return self.pictured(page).ink(layout, form_page)

    def shows(self, page: int, layout: Layout, form_page: int, ink: bytes) -> bool:
        """Say whether a pictured page shows the same as another one."""
        return self.pictured(page).shows(layout, form_page, ink)

    def pictured(self, page: int) -> PicturedPage:
        """Return the picture of a page, with all that was found out about it."""
        return self._pictured[page]

    def close(self) -> None:
        """Release everything held."""
        self._pictured.clear()
        self._opened.close()
