"""Checks of the fonts: inside the file, readable as text, with the widths they are drawn with."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary

from formservice.adapters.archive_copy.subject import Subject

_BFCHAR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(<[0-9A-Fa-f]+>|\[)")
_BLOCK = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_SLACK = 1.5  # thousandths of the font size; the standard rounds to one


@dataclass(frozen=True, slots=True)
class _Program:
    """A TrueType program: the advance of each glyph in thousandths, and glyphs by code."""

    advances: tuple[float, ...]
    codes: Mapping[int, int]


def _embedded(subject: Subject) -> Iterator[str]:
    for font in subject.painted.fonts.values():
        descriptor = _descendant(font).get("/FontDescriptor", Dictionary())
        if not any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3")):
            yield str(font.get("/BaseFont", "?"))[1:]


def _unicode(subject: Subject) -> Iterator[str]:
    for number, font in subject.painted.fonts.items():
        name = str(font.get("/BaseFont", "?"))[1:]
        if "/ToUnicode" not in font:
            yield name
            continue
        known = _mapped(bytes(font.ToUnicode.read_bytes()))
        if _codes(subject, number, font) - known:
            yield name


def _widths(subject: Subject) -> Iterator[str]:
    for number, font, program in _programs(subject):
        told = _told_widths(font)
        for code in _codes(subject, number, font):
            glyph = _glyph(font, program, code)
            if not 0 <= glyph < len(program.advances):
                continue
            if abs(told(code) - program.advances[glyph]) > _SLACK:
                yield f"{str(font.BaseFont)[1:]}, Zeichen {code}"
                break


def _glyphs(subject: Subject) -> Iterator[str]:
    for number, font, program in _programs(subject):
        for code in _codes(subject, number, font):
            if not 0 < _glyph(font, program, code) < len(program.advances):
                yield f"{str(font.BaseFont)[1:]}, Zeichen {code}"
                break


def _collections(subject: Subject) -> Iterator[str]:
    for font in subject.painted.fonts.values():
        if font.Subtype == "/Type0":
            below = _descendant(font)
            if str(font.Encoding) != "/Identity-H" or "/CIDToGIDMap" not in below:
                yield str(font.BaseFont)[1:]


def _simple(subject: Subject) -> Iterator[str]:
    """Fonts of signs of their own must not claim an encoding, others must have a usual one."""
    for font in subject.painted.fonts.values():
        if font.Subtype != "/TrueType":
            continue
        is_symbolic = bool(int(font.get("/FontDescriptor", Dictionary()).get("/Flags", 0)) & 4)
        encoding = str(font.get("/Encoding", ""))
        if is_symbolic == (encoding in ("/WinAnsiEncoding", "/MacRomanEncoding")):
            yield str(font.BaseFont)[1:]


def _programs(subject: Subject) -> Iterator[tuple[tuple[int, int], pikepdf.Object, _Program]]:
    """Yield the fonts that are TrueType, as all of ours are."""
    for number, font in subject.painted.fonts.items():
        descriptor = _descendant(font).get("/FontDescriptor", Dictionary())
        if "/FontFile2" in descriptor:
            yield number, font, _program(bytes(descriptor.FontFile2.read_bytes()))


@lru_cache(maxsize=32)
def _program(data: bytes) -> _Program:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 (slow to load; only copies need it)

    font = TTFont(BytesIO(data), lazy=True)
    # From the bytes: fontTools would talk about the dates beside it.
    scale = 1000 / int.from_bytes(font.reader["head"][18:20], "big")
    metrics = font["hmtx"].metrics
    order = font.getGlyphOrder()
    codes: dict[int, int] = {}
    if "cmap" in font:
        for table in font["cmap"].tables:
            codes |= {code & 0xFF: font.getGlyphID(name) for code, name in table.cmap.items()}
    return _Program(tuple(metrics[name][0] * scale for name in order), codes)


def _descendant(font: pikepdf.Object) -> pikepdf.Object:
    return font.DescendantFonts[0] if font.get("/Subtype") == "/Type0" else font


def _codes(subject: Subject, number: tuple[int, int], font: pikepdf.Object) -> set[int]:
    """Return the codes that are shown in a font."""
    wide = font.get("/Subtype") == "/Type0"
    found: set[int] = set()
    for shown in subject.painted.codes.get(number, ()):
        if wide:
            found.update(
                int.from_bytes(shown[index : index + 2], "big")
                for index in range(0, len(shown), 2)
            )
        else:
            found.update(shown)
    return found


def _glyph(font: pikepdf.Object, program: _Program, code: int) -> int:
    if font.Subtype != "/Type0":
        return program.codes.get(code, 0)
    mapping = _descendant(font).get("/CIDToGIDMap", pikepdf.Name.Identity)
    if not isinstance(mapping, pikepdf.Stream):
        return code
    data = _map_data(mapping)
    return int.from_bytes(data[2 * code : 2 * code + 2], "big")


def _map_data(mapping: pikepdf.Stream) -> bytes:
    return _unpacked(bytes(mapping.read_raw_bytes()), str(mapping.get("/Filter", "")))


@lru_cache(maxsize=32)
def _unpacked(data: bytes, packed: str) -> bytes:
    import zlib  # noqa: PLC0415

    return zlib.decompress(data) if packed == "/FlateDecode" else data


def _told_widths(font: pikepdf.Object) -> Callable[[int], float]:
    """Return what gives the width the file tells for a code."""
    if font.Subtype != "/Type0":
        first = int(font.FirstChar)
        listed = [float(one) for one in font.Widths]
        return lambda code: listed[code - first] if 0 <= code - first < len(listed) else 0.0
    below = _descendant(font)
    usual = float(below.get("/DW", 1000))
    known = _cid_widths(list(below.get("/W", Array())))
    return lambda code: known.get(code, usual)


def _cid_widths(listed: list[object]) -> dict[int, float]:
    """Return the widths of /W (ISO 32000-1, 9.7.4.3)."""
    found: dict[int, float] = {}
    index = 0
    while index < len(listed):
        first, second = int(listed[index]), listed[index + 1]  # type: ignore[call-overload]
        if isinstance(second, Array):
            found |= {first + place: float(one) for place, one in enumerate(second)}
            index += 2
        else:
            width = float(listed[index + 2])  # type: ignore[arg-type]
            found |= dict.fromkeys(range(first, int(second) + 1), width)  # type: ignore[call-overload]
            index += 3
    return found


@lru_cache(maxsize=32)
def _mapped(cmap: bytes) -> frozenset[int]:
    """Return the codes a ToUnicode map knows, those that mean nothing (U+0000, BOM) left out."""
    found: set[int] = set()
    for kind, body in _BLOCK.findall(cmap):
        if kind == b"bfchar":
            found |= {
                int(code, 16)
                for code, text in _BFCHAR.findall(body)
                if text.upper() not in (b"0000", b"FEFF", b"FFFE")
            }
        else:
            for low, high, _ in _RANGE.findall(body):
                found.update(range(int(low, 16), int(high, 16) + 1))
    return frozenset(found)


CHECKS: Mapping[str, tuple[str, Callable[[Subject], Iterator[str]]]] = {
    "schrift.eingebettet": ("Jede benutzte Schrift liegt in der Datei.", _embedded),
    "schrift.text": ("Jedes gezeichnete Zeichen ist als Text lesbar (ToUnicode).", _unicode),
    "schrift.breiten": ("Angegebene und wirkliche Zeichenbreiten sind gleich.", _widths),
    "schrift.zeichen": ("Kein Zeichen fehlt in seiner Schrift.", _glyphs),
    "schrift.kodierung": (
        "Einfache Schriften haben die Kodierung, die ihre Art verlangt.",
        _simple,
    ),
    "schrift.zuordnung": (
        "Zusammengesetzte Schriften sagen, welches Zeichen wo liegt.",
        _collections,
    ),
}
