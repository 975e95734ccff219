"""The separator sheet: printed once, copied at will, laid between the documents of a batch."""

from io import BytesIO

import pikepdf
from pikepdf import Dictionary

from formservice.adapters import pdf_fonts
from formservice.adapters.pdf_fill.streams import text_operators
from formservice.adapters.pdf_layout import Frame, Setting, fit
from formservice.adapters.qr import matrix
from formservice.domain.reference import SEPARATOR, SEPARATOR_PRINT

_WIDTH, _HEIGHT = 595.28, 841.89
_MM = 72 / 25.4
_MARGIN = 20 * _MM
# So large that a bad copy of a copy is still read.
_CODE = 55 * _MM
_TITLE = "Trennblatt"
_PURPOSE = "Hier endet ein Dokument. Mit der nächsten Seite beginnt ein neues."
_EXPLANATION = (
    "Dieses Blatt kommt beim Scannen eines Stapels zwischen zwei Dokumente, die bedruckte Seite"
    " nach oben. Es kann kopiert und immer wieder verwendet werden.\n\n"
    "Unsere Formulare mit QR-Code werden auch ohne Trennblatt auseinandergehalten. Nötig ist es"
    " zwischen Formularen ohne QR-Code: Was davor und dahinter liegt, wird nie zu einem Dokument"
    " zusammengefügt. Das Trennblatt selbst wird nicht abgelegt, aber im Bericht gezählt."
)
_FOOT = f"{SEPARATOR_PRINT} Das Blatt enthält keine Angaben über Personen."


def separator_sheet() -> bytes:
    """Return the sheet as PDF, A4; always the same bytes."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(_WIDTH, _HEIGHT))
    room = _WIDTH - 2 * _MARGIN
    content = [
        _text(_TITLE, (_MARGIN, _HEIGHT - 50 * _MM), Frame(room, 24 * _MM, multiline=False), 44),
        _text(_PURPOSE, (_MARGIN, _HEIGHT - 66 * _MM), Frame(room, 12 * _MM, multiline=False), 15),
        _code(_MARGIN, _HEIGHT - 80 * _MM - _CODE),
        _code(_WIDTH - _MARGIN - _CODE, 25 * _MM),
        _text(
            _EXPLANATION,
            (_MARGIN, _HEIGHT - 195 * _MM),
            Frame(room, 50 * _MM, multiline=True),
            None,
        ),
        _text(_FOOT, (_MARGIN, 12 * _MM), Frame(room, 8 * _MM, multiline=False), 8),
    ]
    page.obj.Resources = Dictionary(Font=Dictionary({f"/{pdf_fonts.DRAWING}": _font(pdf)}))
    page.obj.Contents = pdf.make_stream(b"\n".join(content))
    pdf.Root.Lang = pikepdf.String("de-DE")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["dc:title"] = _TITLE
    buffer = BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def _font(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf_fonts.embed(pdf).drawing


def _text(text: str, corner: tuple[float, float], frame: Frame, size: float | None) -> bytes:
    """Draw text with the lower left ``corner`` of its frame; without ``size`` as in a form."""
    setting = fit(text, frame) if size is None else Setting(size, (text,))
    return b"q 1 0 0 1 %.2f %.2f cm\n%b\nQ" % (*corner, text_operators(setting, frame, {}))


def _code(left: float, bottom: float) -> bytes:
    """Draw the code with its lower left corner there, one rectangle for every dark module."""
    rows = matrix(SEPARATOR)
    side = _CODE / len(rows)
    dark = (
        b"%d %d 1.02 1.02 re" % (x, len(rows) - 1 - y)
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    scaled = b"q %.4f 0 0 %.4f %.2f %.2f cm\n%b f\nQ"
    return scaled % (side, side, left, bottom, b"\n".join(dark))
