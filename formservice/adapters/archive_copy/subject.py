"""A file that is checked: opened once, what many checks ask about found out once."""

from functools import cached_property

import pikepdf

from formservice.adapters.archive_copy.painted import Painted, painted


class Subject:
    """The opened file and its bytes."""

    def __init__(self, pdf: pikepdf.Pdf, data: bytes) -> None:
        """Keep both; nothing is looked at yet."""
        self.pdf = pdf
        self.data = data

    @cached_property
    def painted(self) -> Painted:
        """What its pages paint."""
        return painted(self.pdf)

    @cached_property
    def metadata(self) -> bytes:
        """The XMP metadata, empty where there are none."""
        stream = self.pdf.Root.get("/Metadata")
        return b"" if stream is None else bytes(stream.read_bytes())
