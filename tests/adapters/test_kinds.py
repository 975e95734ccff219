"""A kind of file is known by its first bytes, the same wherever it is asked."""

import io
import zipfile

import pytest

from formservice.adapters.handover.kinds import kind_of as handed
from formservice.adapters.inbox.kinds import kind_of as received
from formservice.adapters.pdf_read.reader import PdfReader


@pytest.mark.parametrize(
    ("data", "kind", "suffix"),
    [
        (b"MM\0+big", "TIFF", "tif"),
        (b"II+\0big", "TIFF", "tif"),
        *[(b"\0\0\0\x18ftyp" + one, "HEIC", "heic") for one in (b"heim", b"heis", b"hevx")],
        (b"\xef\xbb\xbf%PDF-1.7", "PDF", "pdf"),
    ],
)
def test_what_is_taken_in_is_handed_over_as_what_it_is(data, kind, suffix):
    assert (received(data), handed(data).suffix) == (kind, suffix)


def test_an_archive_that_holds_a_pdf_as_it_is_is_no_pdf():
    assert handed(b"PK\3\4 %PDF-1.7").suffix == "docx"


def test_an_archive_around_a_pdf_is_refused_and_not_read_as_what_it_holds():
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("bogen.pdf", b"%PDF-1.7\n%%EOF")
    data = whole.getvalue()
    assert b"%PDF-" in data[:1024]
    assert not PdfReader(lambda _: b"").reads(data)
    assert PdfReader(lambda _: b"").reads(b"\xef\xbb\xbf%PDF-1.7")
