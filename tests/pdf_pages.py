"""PDF files joined, and their pages taken or put in another order, fields included."""

import io

import pikepdf
import pypdf


def joined(*parts: bytes) -> bytes:
    """Return one PDF with the pages of all ``parts``."""
    writer = pypdf.PdfWriter()
    for part in parts:
        writer.append(io.BytesIO(part))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pages_of(data: bytes, *order: int) -> bytes:
    """Return the pages with these indices (from 0), in this order."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pages = [pdf.pages[index] for index in order]
        del pdf.pages[:]
        pdf.pages.extend(pages)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()
