"""Reads PDF files of any origin: form fields by name, drawn text by place, pictures for OCR."""

import io
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pikepdf

from formservice.adapters import pdf_read_text
from formservice.adapters.pdf_read_controls import controls
from formservice.adapters.pdf_read_drawn import Drawing
from formservice.adapters.pdf_read_frame import Frame, frame
from formservice.domain.document import Block, Medium, Page, Sighting
from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTooLargeError,
    EmptyDocumentError,
    EncryptedDocumentError,
    UnsupportedMediaError,
)
from formservice.domain.form import FormRef, Layout

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

MOST_PAGES = 2_000
# Of one decoded stream; a page of text is 50 kB, a scanned page at 300 dpi in colour 26 MB.
_MOST_DECODED = 300_000_000
# Viewers accept junk before the header; ISO 32000 has it within the first 1,024 bytes.
_HEADER_WITHIN = 1_024
# From this many named fields on, they tell what the page is and its text need not be read.
_ENOUGH_FIELDS = 3
# What pikepdf raises on broken files besides its own PdfError.
_BROKEN = (pikepdf.PdfError, RuntimeError, ValueError, TypeError, LookupError, AttributeError,
           ArithmeticError, OSError)  # fmt: skip


class PdfReader:
    """Opens PDF files of any origin."""

    name = "pdf"

    def __init__(self, templates: Callable[[FormRef], bytes]) -> None:
        """Keep the way to the blank forms and bound what one packed stream may grow to.

        ``templates`` returns the form.pdf of an edition and raises NotFoundError for others.
        The bound holds for the whole process; qpdf has no other.
        """
        self._templates = templates
        pikepdf.settings.set_qpdf_limits(
            flate_max_memory=_MOST_DECODED,
            run_length_max_memory=_MOST_DECODED,
            png_max_memory=_MOST_DECODED,
            tiff_max_memory=_MOST_DECODED,
            dct_max_memory=_MOST_DECODED,
        )

    def reads(self, data: bytes) -> bool:
        """Say from the first bytes whether ``data`` is a PDF file."""
        return b"%PDF-" in data[:_HEADER_WITHIN]

    def open(self, data: bytes) -> "OpenPdf":
        """Open ``data``; raises an InputError when it cannot be read, nothing else."""
        if not data:
            raise EmptyDocumentError("Die Datei ist leer.")
        over = pikepdf.settings.qpdf_limit_errors()
        try:
            pdf = pikepdf.open(io.BytesIO(data), suppress_warnings=True)
        except pikepdf.PasswordError as error:
            raise EncryptedDocumentError(
                "Die PDF-Datei ist mit einem Kennwort geschützt."
            ) from error
        except MemoryError as error:
            raise DocumentTooLargeError("Die PDF-Datei ist zu groß.") from error
        except _BROKEN as error:
            raise _fault(over) from error
        try:
            return OpenPdf(data, pdf, self._templates)
        except MemoryError as error:
            pdf.close()
            raise DocumentTooLargeError("Die PDF-Datei ist zu groß.") from error
        except _BROKEN as error:
            pdf.close()
            raise _fault(over) from error
        except BaseException:
            pdf.close()
            raise


def _fault(limit_errors_before: int) -> DamagedDocumentError | DocumentTooLargeError:
    if pikepdf.settings.qpdf_limit_errors() > limit_errors_before:
        return DocumentTooLargeError("Die PDF-Datei ist entpackt zu groß.")
    return DamagedDocumentError("Die PDF-Datei ist beschädigt und nicht lesbar.")


class OpenPdf:
    """One received PDF file."""

    def __init__(
        self, data: bytes, pdf: pikepdf.Pdf, templates: Callable[[FormRef], bytes]
    ) -> None:
        """Read what every page is, and what its form fields hold."""
        self._pdf = pdf
        self._drawing = Drawing(data, pdf)
        self._templates = templates
        count = len(pdf.pages)
        if not count:
            raise EmptyDocumentError("Die PDF-Datei hat keine Seiten.")
        if count > MOST_PAGES:
            raise DocumentTooLargeError(f"Die PDF-Datei hat mehr als {MOST_PAGES} Seiten.")
        self._frames: list[Frame] = []
        self.pages: Sequence[Page] = tuple(self._read(index) for index in range(count))
        self.medium = self.pages[0].medium
        if not any(page.medium is Medium.ACROFORM for page in self.pages) and _is_xfa(pdf):
            raise UnsupportedMediaError(
                "Die PDF-Datei ist ein dynamisches XFA-Formular.",
                "Bitte das Formular ausdrucken oder als gewöhnliche PDF-Datei speichern.",
            )

    def blocks(self, page: int) -> tuple[Block, ...]:
        """Return the drawn text of page ``page`` (from 1).

        ``Page.blocks`` is left empty where named fields tell what the page is, since reading
        its text takes longer than reading all its fields; here it can be had all the same.
        """
        view = self._frames[page - 1]
        return pdf_read_text.blocks(self._drawing.runs(page - 1, view), page, view)

    def picture(self, page: int, dpi: float) -> "NDArray[numpy.uint8]":
        """Return page ``page`` (from 1) upright in grey, 0 black to 255 white."""
        return self._drawing.grey(page - 1, dpi)

    def zones(self, page: int, layout: Layout, form_page: int) -> Sequence[Sighting]:
        """Read the zones of ``form_page`` of ``layout`` on page ``page``, both from 1."""
        return ()

    def close(self) -> None:
        """Release everything held."""
        self._drawing.close()
        self._pdf.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self, index: int) -> Page:
        source = self._pdf.pages[index].obj
        view = frame(source)
        self._frames.append(view)
        number = index + 1
        sightings = controls(source, number, view)
        medium = Medium.ACROFORM if sightings else self._drawing.medium(index, view)
        told = medium is Medium.SCAN or len(sightings) >= _ENOUGH_FIELDS
        return Page(
            number,
            medium,
            view.width,
            view.height,
            sightings,
            () if told else self.blocks(number),
        )


def _is_xfa(pdf: pikepdf.Pdf) -> bool:
    form = pdf.Root.get("/AcroForm")
    return isinstance(form, pikepdf.Dictionary) and form.get("/XFA") is not None
