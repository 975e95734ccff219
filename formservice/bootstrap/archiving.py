"""The parts that make archive copies, and judge them."""

import shlex
import shutil
from functools import cached_property
from typing import TYPE_CHECKING

from formservice.bootstrap.reading import Reading
from formservice.domain.errors import UsageError

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

    def named_here(self) -> None:
        """Raise UsageError if a setting names a program or a folder that this machine lacks."""
        command, schemas = self.settings.verapdf, self.settings.xdomea_schemas
        if command is not None and not _can_be_run(command):
            raise UsageError(
                "Den Befehl in FORMSERVICE_VERAPDF gibt es hier nicht.",
                "Erwartet wird der Befehl, der veraPDF startet, am besten mit ganzem Pfad.",
            )
        if schemas is not None and not schemas.is_dir():
            raise UsageError(
                "Den Ordner in FORMSERVICE_XDOMEA_SCHEMAS gibt es hier nicht.",
                "Erwartet wird der Ordner, in dem „3.0.0“ oder „3.1.0“ liegt.",
            )

    @cached_property
    def scanners(self) -> "Scanners":
        """Who scans with what, as the office says; DefinitionError lists what is wrong there."""
        from formservice.adapters.archive_copy.scanning_file import load

        return load(self.settings.scanning)


def _can_be_run(command: str) -> bool:
    try:
        words = shlex.split(command)
    except ValueError:  # a quotation that does not end
        return False
    return bool(words) and shutil.which(words[0]) is not None
