"""Reads picture files: PNG, JPEG, HEIC, and TIFF with any number of pages."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from formservice.adapters.scan.looked import LookedPages, PicturedPages
from formservice.adapters.scan.picture import A4_POINTS, PictureFile, is_picture
from formservice.adapters.scan.pictured import PicturedPage
from formservice.adapters.scan.recognition import Recognition
from formservice.application.ports import OpenDocument
from formservice.domain.document import Block, Box, Medium, Page, Sighting
from formservice.domain.form import Layout

if TYPE_CHECKING:
    from formservice.adapters.scan.ocr import Grey


class Pictures(Protocol):
    """A file of pictures; ``PictureFile`` describes what they are."""

    count: int

    def picture(self, page: int) -> "Grey":
        """Return page ``page`` (from 1) as an upright grey picture."""

    def size(self, page: int) -> tuple[float, float]:
        """Return width and height of a page in points."""

    def close(self) -> None:
        """Release the pictures."""


class ScanDocument(OpenDocument):
    """An opened picture file; pages are decoded when they are needed."""

    def __init__(self, file: Pictures, tools: Recognition) -> None:
        """Keep the file; a page is looked at, for what it claims, when it is first asked for."""
        self._file = file
        self._pictured = PicturedPages(
            lambda number: PicturedPage(file.picture(number), tools, number)
        )
        self.pages: Sequence[Page] = LookedPages(file.count, self._page)

    def media(self) -> Sequence[Medium]:
        """Say what every page is, without looking at it."""
        return [Medium.SCAN] * len(self.pages)

    def as_drawn(self, page: int) -> Page:
        """Return a page of A4: its size is not known before its picture is."""
        return Page(page, Medium.SCAN, *A4_POINTS)

    def zones(self, page: int, layout: Layout, form_page: int) -> Sequence[Sighting]:
        """Read the zones of ``form_page`` of ``layout`` on ``page``; nothing if it does not fit.

        Raises:
            EngineMissingError: Tesseract or its German model is not installed.
        """
        return self.pictured(page).zones(layout, form_page)

    def lines(self, page: int) -> Sequence[Block]:
        """Return the text of a page line by line, its tick boxes among the words."""
        return self.pages[page - 1].blocks or self.pictured(page).blocks()

    def printed(
        self, page: int, layout: Layout, form_page: int | None, attempt: int
    ) -> Sequence[Block]:
        """Return all text recognised on a page."""
        return self.pictured(page).printed(layout, form_page, attempt)

    def crop(self, page: int, box: Box) -> bytes:
        """Return a piece of a page as a PNG file."""
        return self.pictured(page).crop(box)

    def crop_upright(self, page: int, box: Box) -> bytes:
        """Return a piece of a page as ``lines`` sees it, as a PNG file."""
        return self.pictured(page).crop_upright(box)

    def ink(self, page: int, layout: Layout, form_page: int) -> bytes:
        """Return what is on a page beside the print of the form."""
        return self.pictured(page).ink(layout, form_page)

    def shows(self, page: int, layout: Layout, form_page: int, ink: bytes) -> bool:
        """Say whether a page shows the same as another one."""
        return self.pictured(page).shows(layout, form_page, ink)

    def pictured(self, page: int) -> PicturedPage:
        """Return one page, with all that was found out about it."""
        return self._pictured[page]

    def close(self) -> None:
        """Release the pictures."""
        self._pictured.clear()
        self._file.close()

    def _page(self, number: int) -> Page:
        pictured = self.pictured(number)
        width, height = self._file.size(number)
        return Page(
            number,
            Medium.SCAN,
            width,
            height,
            blocks=pictured.wording(),
            claims=pictured.claims,
            role=pictured.role,
            unknown=pictured.unknown,
            quarters=pictured.quarters,
        )


class ScanReader:
    """Reads scanned and photographed pages as picture files."""

    def __init__(self, tools: Recognition) -> None:
        """Read pages with ``tools``; the PDF reader may share them, with all they have loaded."""
        self._tools = tools

    def reads(self, data: bytes) -> bool:
        """Say whether ``data`` is a PNG, JPEG, TIFF or HEIC file."""
        return is_picture(data)

    def open(self, data: bytes) -> ScanDocument:
        """Open a picture file; its pages raise an InputError that cannot be decoded.

        Raises:
            InputError: the file is damaged, empty or too large.
        """
        file = PictureFile(data)
        try:
            return ScanDocument(file, self._tools)
        except BaseException:
            file.close()
            raise
