"""Reads picture files: PNG, JPEG and TIFF with any number of pages."""

from collections.abc import Sequence

from formservice.adapters.scan.picture import PictureFile, is_picture
from formservice.adapters.scan.zones import PictureZones
from formservice.application.ports import OpenDocument
from formservice.domain.document import Block, Medium, Page, Sighting
from formservice.domain.form import Layout


class ScanDocument(OpenDocument):
    """An opened picture file; pages are decoded when they are needed."""

    def __init__(self, file: PictureFile, zones: PictureZones) -> None:
        """Look at every page once, for what its QR code claims."""
        self._file = file
        self._zones = zones
        self.pages: Sequence[Page] = tuple(self._page(number + 1) for number in range(file.count))

    def zones(self, page: int, layout: Layout, form_page: int) -> Sequence[Sighting]:
        """Read the zones of ``form_page`` of ``layout`` on ``page``; nothing if it does not fit.

        Raises:
            EngineMissingError: Tesseract or its German model is not installed.
        """
        return self._zones.zones(self._file.picture(page), layout, form_page, page)

    def blocks(self, page: int) -> Sequence[Block]:
        """Return all text on a page without knowing the form: slow, for pages without QR code."""
        return self._zones.blocks(self._file.picture(page), page)

    def printed(
        self, page: int, layout: Layout, form_page: int | None, attempt: int
    ) -> Sequence[Block]:
        """Return all text recognised on a page."""
        return self._zones.printed(
            self._file.picture(page), layout, form_page, page=page, attempt=attempt
        )

    def close(self) -> None:
        """Release the pictures."""
        self._file.close()

    def _page(self, number: int) -> Page:
        picture = self._file.picture(number)
        width, height = self._file.size(number)
        return Page(number, Medium.SCAN, width, height, claims=self._zones.claims(picture))


class ScanReader:
    """Reads scanned and photographed pages as picture files."""

    def __init__(self, pictures: PictureZones) -> None:
        """Read pages through ``pictures``; the PDF reader may share it, with all it has loaded."""
        self._zones = pictures

    def reads(self, data: bytes) -> bool:
        """Say whether ``data`` is a PNG, JPEG or TIFF file."""
        return is_picture(data)

    def open(self, data: bytes) -> ScanDocument:
        """Open a picture file; every page is decoded once to see that it can be.

        Raises:
            InputError: the file is damaged, empty or too large.
        """
        file = PictureFile(data)
        try:
            return ScanDocument(file, self._zones)
        except BaseException:
            file.close()
            raise
