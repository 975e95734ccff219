"""Picture files put into a PDF without changing a pixel; and what a file says of its making."""

import hashlib
import io
import re
from dataclasses import dataclass
from typing import TypeAlias

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageOps

from formservice.adapters.scan.picture import PictureFile, is_picture
from formservice.application.transfervermerk import Made, Pictured

Matrix: TypeAlias = tuple[float, float, float, float, float, float]

COLOURS = {"1": "schwarz-weiß", "L": "Graustufen", "RGB": "Farbe", "P": "Farbe"}
_EXIF_ORIENTATION = 0x0112
# EXIF orientations that are turns alone, with the clockwise turn that rights them.
_TURNS = {1: 0, 3: 180, 6: 90, 8: 270}
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KINDS = {0: "L", 2: "RGB", 3: "P"}
# Tags of TIFF and EXIF.
_PHOTOMETRIC, _STRIP_OFFSETS, _ROWS_PER_STRIP, _STRIP_LENGTHS = 262, 273, 278, 279
_MAKER, _MODEL, _PROGRAM, _MADE = 0x010F, 0x0110, 0x0131, 0x0132
_EXIF_TIME = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
_PDF_TIME = re.compile(r"D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(Z|[+-]\d\d'\d\d)?.*")
_MOST_SAID = 200


@dataclass(frozen=True, slots=True)
class SourcePage:
    """Where a page of a document comes from: what it is called there, file, page of the file."""

    number: int
    data: bytes
    page: int


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page's picture in the new file: the turn (clockwise) it came with, and what it is.

    ``laid`` are the picture, or the strips that scanners cut it into, each with its place on the
    paper.
    """

    laid: tuple[tuple[pikepdf.Object, Matrix], ...]
    paper: tuple[float, float, float, float]
    turn: int
    told: Pictured


def from_file(pdf: pikepdf.Pdf, source: SourcePage) -> PagePicture:
    """Put a page of a picture file into ``pdf``; raises an InputError if that is impossible."""
    file = PictureFile(source.data)
    try:
        width, height = file.size(source.page)
    finally:
        file.close()
    with Image.open(io.BytesIO(source.data)) as image:
        image.seek(source.page - 1)
        turn = _TURNS.get(int(image.getexif().get(_EXIF_ORIENTATION, 1)))
        dpi = _dpi(image)
        stream, mode, kept = _stream(pdf, source.data, image, is_mirrored=turn is None)
    if turn in (90, 270):
        width, height = height, width
    pixels = int(stream.Width), int(stream.Height)
    told = Pictured(source.page, fingerprint(source.data), *pixels, dpi, COLOURS[mode], kept)
    paper = (0.0, 0.0, width, height)
    return PagePicture(((stream, (width, 0, 0, height, 0, 0)),), paper, turn or 0, told)


def _stream(
    pdf: pikepdf.Pdf, data: bytes, image: Image.Image, *, is_mirrored: bool
) -> tuple[pikepdf.Stream, str, str]:
    """Return a picture as PDF has it, its colours, and what became of it."""
    if not is_mirrored and image.format == "JPEG" and image.mode in ("L", "RGB"):
        stream = pdf.make_stream(data, Filter=Name.DCTDecode)
        described(stream, image.mode, image.size)
        return stream, image.mode, "unverändert übernommen (JPEG)"
    png = _plain_png(data, image)
    if not is_mirrored and png is not None:
        mode = "1" if png == "L" and data[24] == 1 else png
        return _png(pdf, data, png), mode, "unverändert übernommen (PNG)"
    plain, kept = _plain(image)
    if is_mirrored:  # held before a mirror, says the camera
        plain = ImageOps.exif_transpose(plain)
    return packed(pdf, plain), plain.mode, kept


def _dpi(image: Image.Image) -> tuple[int, int] | None:
    told = image.info.get("dpi")
    if not isinstance(told, tuple) or len(told) != 2 or min(told) <= 1:
        return None
    return round(float(told[0])), round(float(told[1]))


def _plain(image: Image.Image) -> tuple[Image.Image, str]:
    """Return a picture in black and white, grey or RGB, and what became of it."""
    if image.mode in ("1", "L", "RGB"):
        return image.copy(), "verlustfrei übernommen"
    if {"A", "a"} & set(image.getbands()) or "transparency" in image.info:
        coloured = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(coloured, mask=coloured.getchannel("A"))
        return paper, "übernommen, Durchsichtiges auf Weiß"
    if image.mode.startswith("I"):
        deep = image.convert("I").point(lambda value: value * (1 / 256))
        return deep.convert("L"), "übernommen, Grautöne auf 8 Bit verringert"
    if image.mode == "P":
        return image.convert("RGB"), "verlustfrei übernommen"
    return image.convert("RGB"), "übernommen, Farben nach RGB umgerechnet"


def packed(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    """Return the pixels packed without loss."""
    if image.mode == "1":
        return _fax(pdf, image)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=6)
    return _png(pdf, buffer.getvalue(), image.mode)


def _png(pdf: pikepdf.Pdf, data: bytes, mode: str) -> pikepdf.Stream:
    """Return the data of a PNG file as they are: PDF knows the same packing."""
    chunks: dict[bytes, list[bytes]] = {}
    offset = len(_PNG)
    while offset < len(data):
        length = int.from_bytes(data[offset : offset + 4], "big")
        kind = data[offset + 4 : offset + 8]
        chunks.setdefault(kind, []).append(data[offset + 8 : offset + 8 + length])
        offset += length + 12
    (header,) = chunks[b"IHDR"]
    width, height = (int.from_bytes(header[place : place + 4], "big") for place in (0, 4))
    stream = pdf.make_stream(b"".join(chunks[b"IDAT"]), Filter=Name.FlateDecode)
    described(stream, mode, (width, height))
    stream.BitsPerComponent = header[8]
    stream.DecodeParms = Dictionary(
        Predictor=15,
        Colors=3 if mode == "RGB" else 1,
        BitsPerComponent=header[8],
        Columns=width,
    )
    if mode == "P":
        palette = chunks[b"PLTE"][0]
        stream.ColorSpace = Array(
            [Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, pikepdf.String(palette)]
        )
    return stream


def _plain_png(data: bytes, image: Image.Image) -> str | None:
    """Return the colours of a PNG that may stay as it is: not interlaced, nothing transparent."""
    if image.format != "PNG" or "transparency" in image.info:
        return None
    depth, kind, interlaced = data[24], data[25], data[28]
    return _PNG_KINDS.get(kind) if depth <= 8 and not interlaced else None


def _fax(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    """Return a picture in black and white as a fax packs it, which is smallest."""
    buffer = io.BytesIO()
    image.save(buffer, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: image.height})
    with Image.open(io.BytesIO(buffer.getvalue())) as packed:
        tags = packed.tag_v2  # type: ignore[attr-defined]  # of a TIFF file
        start, length = tags[_STRIP_OFFSETS][0], tags[_STRIP_LENGTHS][0]
        is_black_one = tags[_PHOTOMETRIC] == 1
    data = buffer.getvalue()[start : start + length]
    stream = pdf.make_stream(data, Filter=Name.CCITTFaxDecode)
    described(stream, "1", image.size)
    stream.DecodeParms = Dictionary(
        K=-1, Columns=image.width, Rows=image.height, BlackIs1=is_black_one
    )
    return stream


def described(stream: pikepdf.Object, mode: str, size: tuple[int, int]) -> None:
    """Say what the pixels of a stream are: 8 bits or black and white."""
    stream.Type, stream.Subtype = Name.XObject, Name.Image
    stream.Width, stream.Height = size
    stream.BitsPerComponent = 1 if mode == "1" else 8
    stream.ColorSpace = Name.DeviceRGB if mode == "RGB" else Name.DeviceGray


def making_told(data: bytes) -> Made:
    """Return what a file itself says of its making."""
    if is_picture(data):
        PictureFile(data).close()  # refuses what is too large or broken
        with Image.open(io.BytesIO(data)) as image:
            tags = image.getexif()
            said = (str(tags.get(one, "")) for one in (_MAKER, _MODEL, _PROGRAM, _MADE))
            maker, model, program, at = (one.strip("\0 ")[:_MOST_SAID] for one in said)
        made = _EXIF_TIME.fullmatch(at)
        told = f"{made[1]}-{made[2]}-{made[3]}T{made[4]}" if made else at
        device = " ".join(one for one in (maker, model) if one)
        return Made(fingerprint(data), told, device, program)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        info = pdf.docinfo
        said = (str(info.get(key, "")) for key in ("/Creator", "/Producer", "/CreationDate"))
        creator, producer, at = (one[:_MOST_SAID] for one in said)
    made = _PDF_TIME.fullmatch(at)
    if made:
        zone = (made[7] or "").replace("Z", "+00:00").replace("'", ":")
        at = f"{made[1]}-{made[2]}-{made[3]}T{made[4]}:{made[5]}:{made[6]}{zone}"
    program = ", ".join(one for one in (creator, producer) if one)
    return Made(fingerprint(data), at, "", program)


def fingerprint(data: bytes) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(data).hexdigest()
