"""The parts that make archive copies, and judge them."""

from functools import cached_property
from typing import TYPE_CHECKING

from formservice.bootstrap.reading import Reading

if TYPE_CHECKING:
    from formservice.adapters.archive_copy.copies import ArchiveCopies
    from formservice.adapters.archive_copy.scanning_file import Scanners
    from formservice.adapters.archive_copy.verapdf import VeraPdf


class Archiving(Reading):
    """Making and reading forms, and what is kept of them for good."""

    @cached_property
    def archive_copies(self) -> "ArchiveCopies":
        """What makes archive copies of accepted records."""
        from formservice.adapters.archive_copy.copies import ArchiveCopies
        from formservice.adapters.pdf_fill.renderer import PdfRenderer

        renderer = PdfRenderer(self._blank_pdf, self._sheet())
        return ArchiveCopies(renderer, self.forms, self.verapdf, embed=self.settings.attach)

    @cached_property
    def verapdf(self) -> "VeraPdf | None":
        """The operator's veraPDF, None where there is none."""
        from formservice.adapters.archive_copy.verapdf import VeraPdf

        return VeraPdf(self.settings.verapdf) if self.settings.verapdf else None

    @cached_property
    def scanners(self) -> "Scanners":
        """Who scans with what, as the office says; DefinitionError lists what is wrong there."""
        from formservice.adapters.archive_copy.scanning_file import load

        return load(self.settings.scanning)
