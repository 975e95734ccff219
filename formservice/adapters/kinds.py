"""By which first bytes the kinds of files are known that anybody may send, told once."""

PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
)
# HEIC, the format of telephones: a box that names its brand, one of these.
_BOX, _BRANDS = b"ftyp", (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
# Other programs put something before the mark of a PDF file; ISO 32000 has it within so much.
_PDF_WITHIN = 1024


def first_bytes(data: bytes) -> str | None:
    """Return ``PNG``, ``JPEG``, ``TIFF``, ``HEIC``, ``ZIP`` or ``PDF``, else None."""
    if is_heic(data):
        return "HEIC"
    # Before PDF: an archive may hold one as it is.
    if data.startswith(b"PK"):
        return "ZIP"
    picture = next((kind for mark, kind in PICTURES if data.startswith(mark)), None)
    return picture or ("PDF" if b"%PDF-" in data[:_PDF_WITHIN] else None)


def is_heic(data: bytes) -> bool:
    """Say whether this is a picture as telephones make them."""
    return data[4:8] == _BOX and data[8:12] in _BRANDS
