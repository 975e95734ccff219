"""Small Word forms for tests of the build, made without any template."""

import io

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from lxml import etree

from formservice.adapters.png import GREY, png_file

_NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_KINDS = {
    "text": "<w:text/>",
    "multiline": '<w:text w:multiLine="1"/>',
    "date": '<w:date><w:dateFormat w:val="dd.MM.yyyy"/><w:lid w:val="de-DE"/></w:date>',
    "tick": '<w14:checkbox><w14:checked w14:val="0"/></w14:checkbox>',
    "signature": "",
}


def empty_form() -> Document:
    """Return an A4 page in 10 pt Liberation Sans without content."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    document.styles["Normal"].font.name = "Liberation Sans"
    document.styles["Normal"].font.size = Pt(10)
    return document


def control(key: str, kind: str) -> etree._Element:
    """Return a content control that shows its placeholder."""
    text = "☐" if kind == "tick" else "Klicken oder tippen Sie hier, um Text einzugeben."
    shown = "" if kind == "tick" else "<w:showingPlcHdr/>"
    return parse_xml(
        f'<w:sdt {_NAMES}><w:sdtPr><w:alias w:val="{key}"/><w:tag w:val="{key}"/>{shown}'
        f"{_KINDS[kind]}</w:sdtPr><w:sdtContent><w:r><w:t>{text}</w:t></w:r></w:sdtContent></w:sdt>"
    )


def write(paragraph: Paragraph, *pieces: str | tuple[str, str]) -> None:
    """Add printed text and controls, given as (key, kind), to a paragraph."""
    for piece in pieces:
        if isinstance(piece, str):
            paragraph.add_run(piece)
        else:
            paragraph._p.append(control(*piece))


def add_marks(document: Document, *, qr: bool = True) -> None:
    """Put three corner squares and a QR picture into the header of every page."""
    header = document.sections[0].header
    pictures = [
        ("formservice-square-tl", 8, 8, 5),
        ("formservice-square-bl", 8, 284, 5),
        ("formservice-square-br", 197, 284, 5),
    ]
    if qr:
        pictures.append(("formservice-qr-1", 184, 8, 17))
    black = png_file(1, 1, b"\0\0", depth=8, colour=GREY)
    relation, _ = header.part.get_or_add_image(io.BytesIO(black))
    for number, (name, x, y, size) in enumerate(pictures, 900):
        header.paragraphs[0]._p.append(_picture(relation, number, name, (x, y, size)))


def saved(document: Document) -> bytes:
    """Return the bytes of the Word file."""
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _picture(
    relation: str, number: int, name: str, place_mm: tuple[int, int, int]
) -> etree._Element:
    x, y, size = (value * 36000 for value in place_mm)
    return parse_xml(
        f'<w:r {_NAMES}><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" '
        'simplePos="0" relativeHeight="1" behindDoc="0" locked="0" layoutInCell="1" '
        'allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        f'<wp:positionH relativeFrom="page"><wp:posOffset>{x}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="page"><wp:posOffset>{y}</wp:posOffset></wp:positionV>'
        f'<wp:extent cx="{size}" cy="{size}"/><wp:wrapNone/>'
        f'<wp:docPr id="{number}" name="{name}"/><wp:cNvGraphicFramePr/><a:graphic>'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="0" name="{name}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch>'
        '</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="{size}" cy="{size}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:anchor></w:drawing>"
        "</w:r>"
    )
