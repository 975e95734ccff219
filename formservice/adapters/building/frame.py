"""The frame of every page: squares, QR code and short text, put where they are missing.

The pictures and the line of the footer are those of the starting template. A header or footer of
the author's own keeps what it holds; ours is added to it.
"""

import copy
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree

import formservice
from formservice.adapters.qr import png
from formservice.adapters.word.markers import Element
from formservice.adapters.word.names import QR, SQUARE
from formservice.adapters.word.parts import Parts
from formservice.domain.form import FormDefinition, FormRef
from formservice.domain.reference import claim_from_payload, claim_from_print, payload

ASSETS = Path(formservice.__file__).parent / "assets" / "vorlage"
START = FormRef("vorlage", "2000-01")
"""What the starting template calls itself."""
TITLE = "Titel des Formulars"
"""The title the starting template prints."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_EMBED = f"{_R}embed"
_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_NAMED = f"{_WP}docPr"
_PICTURED = "{http://schemas.openxmlformats.org/drawingml/2006/picture}cNvPr"
# Lengths of pictures are in EMU, 36,000 to the millimetre; those of pages in twips.
_TWIP = 635
_NEAR = 36000
_SQUARES = 3
_WIDTH, _HEIGHT = 11906 * _TWIP, 16838 * _TWIP
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_KINDS = ("first", "default")
_BEHIND_TITLE_PAGE = tuple(
    f"{_W}{name}"
    for name in (
        "textDirection",
        "bidi",
        "rtlGutter",
        "docGrid",
        "printerSettings",
        "sectPrChange",
    )
)


@dataclass(frozen=True, slots=True)
class _Start:
    """Headers and footer of the starting template, and its square."""

    headers: dict[str, Element]
    footer: Element
    square: bytes


def complete_frame(parts: Parts, definition: FormDefinition) -> Iterator[str]:
    """Add what the pages of ``parts`` lack, and name it."""
    ref = definition.ref
    section = next(parts.root(parts.main).iter(f"{_W}sectPr"), None)
    if section is None:
        return
    headers = _strips(parts, section, "header")
    footers = _strips(parts, section, "footer")
    if sum([_pictures(parts, part, kind, section) for kind, part in headers.items()]):
        yield "Eckquadrate und QR-Code im Kopf"
    if _own_first_page(section):
        parts.changed(parts.main)
        yield "„Erste Seite anders“"
    if sum([_short_text(parts, part, definition) for part in footers.values()]):
        yield "Kurztext im Fuß"
    if sum([_codes(parts, part, ref) for part in headers.values()]):
        yield "QR-Codes dieser Ausgabe"


@cache
def _start() -> _Start:
    parts = Parts(ASSETS.joinpath("form.docx").read_bytes())
    section = next(parts.root(parts.main).iter(f"{_W}sectPr"))
    headers = {
        entry.get(f"{_W}type", ""): parts.root(parts.target(parts.main, entry.get(f"{_R}id", "")))
        for entry in section.iter(f"{_W}headerReference")
    }
    footer = next(section.iter(f"{_W}footerReference"))
    return _Start(
        headers,
        parts.root(parts.target(parts.main, footer.get(f"{_R}id", ""))),
        parts.read("word/media/square.png"),
    )


def _strips(parts: Parts, section: Element, name: str) -> dict[str, str]:
    """Return the header (or footer) parts of first and other pages, made where missing."""
    found = {
        entry.get(f"{_W}type", ""): parts.target(parts.main, entry.get(f"{_R}id", ""))
        for entry in section.iter(f"{_W}{name}Reference")
    }
    # The first page of a form with one header for all pages keeps what that header holds.
    shared = None if section.find(f"{_W}titlePg") is not None else found.get("default")
    for kind in _KINDS:
        if kind in found and not (kind == "first" and shared):
            continue
        for entry in section.findall(f"{_W}{name}Reference"):
            if entry.get(f"{_W}type") == kind:  # it was switched off, and shows something old
                section.remove(entry)
        found[kind] = _new_strip(parts, name, kind, shared)
        reference = etree.Element(f"{_W}{name}Reference")
        reference.set(f"{_W}type", kind)
        reference.set(f"{_R}id", parts.relate(parts.main, name, found[kind]))
        section.insert(0, reference)
        parts.changed(parts.main)
    return {kind: found[kind] for kind in _KINDS}


def _new_strip(parts: Parts, name: str, kind: str, shared: str | None) -> str:
    part = f"word/formservice-{name}-{kind}.xml"
    tag = "hdr" if name == "header" else "ftr"
    if shared:
        parts.write(part, parts.read(shared))
        parts.write(parts.relations(part), parts.read(parts.relations(shared)))
    else:
        empty = etree.Element(f"{_W}{tag}", nsmap={"w": _W[1:-1], "r": _R[1:-1]})
        etree.SubElement(empty, f"{_W}p")
        parts.write(part, etree.tostring(empty))
    parts.declare(part, f"{_TYPES}.{name}+xml")
    return part


def _pictures(parts: Parts, part: str, kind: str, section: Element) -> bool:
    """Add the squares and the QR code a header lacks, and put all of them in their places."""
    root, changed = parts.root(part), False
    ours = [one for one in root.iter(f"{_W}drawing") if _name(one).startswith((QR, SQUARE))]
    squares = sum(_name(one).startswith(SQUARE) for one in ours)
    for drawing in _start().headers[kind].iter(f"{_W}drawing"):
        corner = _corner(drawing)
        there = next((one for one in ours if _corner(one) == corner), None)
        if there is None and (corner == QR or squares < _SQUARES):
            there = _added(parts, part, drawing)
            changed = True
        if there is not None and corner == QR:
            changed = _numbered(there, _name(drawing)) or changed
        if there is not None:
            changed = _placed(there, drawing, section) or changed
    if changed:
        parts.changed(part)
    return changed


def _name(drawing: Element) -> str:
    named = next(drawing.iter(_NAMED), None)
    return "" if named is None else named.get("name", "")


def _numbered(code: Element, wanted: str) -> bool:
    """Call a code „…-2“ in the header of further pages: copied from the first it says „…-1“."""
    if _name(code) == wanted or _name(code) not in (f"{QR}1", f"{QR}2"):
        return False
    for named in code.iter(_NAMED, _PICTURED):
        named.set("name", wanted)
    return True


def _corner(drawing: Element) -> str:
    """Return the name of one of our pictures without the page it is for."""
    return _name(drawing).rstrip("0123456789")


def _added(parts: Parts, part: str, drawing: Element) -> Element:
    """Copy a picture of the starting template into a header."""
    root = parts.root(part)
    paragraph = next(root.iter(f"{_W}p"), None)
    if paragraph is None:
        paragraph = etree.SubElement(root, f"{_W}p")
    own = copy.deepcopy(drawing)
    media = f"word/media/{_name(drawing)}.png"
    if _name(drawing).startswith(SQUARE):
        media = "word/media/formservice-square.png"
        parts.write(media, _start().square)
    elif not parts.has(media):
        parts.write(media, b"")  # drawn by ``_codes``
    next(own.iter(_BLIP)).set(_EMBED, parts.relate(part, "image", media))
    etree.SubElement(paragraph, f"{_W}r").append(own)
    parts.declare_png()
    return own


def _placed(drawing: Element, model: Element, section: Element) -> bool:
    """Put a picture as far from the nearest edges of this page as ``model`` is on A4.

    Whoever turns the page to landscape leaves the pictures where the corners were.
    """
    size, moved = section.find(f"{_W}pgSz"), False
    for axis, name, ours in (("H", "w", _WIDTH), ("V", "h", _HEIGHT)):
        offset, ideal = _offset(drawing, axis), _offset(model, axis)
        wanted = 0 if ideal is None else int(ideal.text or 0)
        length = "" if size is None else size.get(f"{_W}{name}", "")
        if length.isdigit() and wanted * 2 > ours:
            wanted += int(length) * _TWIP - ours
        if offset is not None and abs(int(offset.text or 0) - wanted) > _NEAR:
            offset.text, moved = str(wanted), True
    return moved


def _offset(drawing: Element, axis: str) -> Element | None:
    """Return the distance of a picture from the left or upper edge of the page."""
    for position in drawing.iter(f"{_WP}position{axis}"):
        if position.get("relativeFrom") == "page":
            return position.find(f"{_WP}posOffset")
    return None


def _own_first_page(section: Element) -> bool:
    if section.find(f"{_W}titlePg") is not None:
        return False
    page = etree.Element(f"{_W}titlePg")
    behind = next((one for one in section if one.tag in _BEHIND_TITLE_PAGE), None)
    if behind is None:
        section.append(page)
    else:
        behind.addprevious(page)
    return True


def _short_text(parts: Parts, part: str, definition: FormDefinition) -> bool:
    """Say in a footer which form and edition it is; what another form said there is replaced."""
    root, ref = parts.root(part), definition.ref
    claim = claim_from_print("".join(piece.text or "" for piece in root.iter(f"{_W}t")))
    if claim is not None and (claim.form, claim.edition) == (ref.form, ref.edition):
        return False
    if claim is not None:
        old = f"{claim.form}/{claim.edition}"
        pieces = [one for one in root.iter(f"{_W}t") if old in (one.text or "")]
        for piece in pieces:
            piece.text = (piece.text or "").replace(old, str(ref))
        if pieces:
            parts.changed(part)
            return True
    line = copy.deepcopy(next(_start().footer.iter(f"{_W}p")))
    for piece in line.iter(f"{_W}t"):
        text = (piece.text or "").replace(str(START), str(ref))
        piece.text = text.replace(TITLE, definition.title)
    for style in list(line.iter(f"{_W}pStyle")):
        parent = style.getparent()
        if parent is not None:
            parent.remove(style)
    blank = [one for one in root.iter(f"{_W}p") if next(one.iter(f"{_W}r"), None) is None]
    if blank:
        blank[0].addprevious(line)
        root.remove(blank[0])
    else:
        root.append(line)
    parts.changed(part)
    return True


def _codes(parts: Parts, part: str, ref: FormRef) -> bool:
    """Draw the QR codes of a header that are those of another form or not drawn yet."""
    drawn = False
    for frame in parts.root(part).iter(f"{_W}drawing"):
        named, picture = next(frame.iter(_NAMED), None), next(frame.iter(_BLIP), None)
        if named is None or picture is None or not named.get("name", "").startswith(QR):
            continue
        number = named.get("name", "").removeprefix(QR)
        media = parts.target(part, picture.get(_EMBED, ""))
        if not number.isdigit() or (media and _says(parts.read(media), ref, int(number))):
            continue
        own = f"word/media/{QR}{number}.png"
        parts.write(own, png(payload(ref, int(number), "")))
        parts.declare_png()
        picture.set(_EMBED, parts.relate(part, "image", own))
        parts.changed(part)
        drawn = True
    return drawn


def _says(picture: bytes, ref: FormRef, page: int) -> bool:
    """Say whether ``picture`` is the QR code of that page; one that cannot be read is not."""
    import zxingcpp  # noqa: PLC0415 - slow to import
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - slow to import

    try:
        with Image.open(io.BytesIO(picture)) as image:
            found = zxingcpp.read_barcodes(image.convert("L"))
    except (UnidentifiedImageError, OSError, ValueError):
        return False
    claims = [claim_from_payload(one.text) for one in found]
    return any(
        claim is not None
        and (claim.form, claim.edition, claim.page) == (ref.form, ref.edition, page)
        for claim in claims
    )
