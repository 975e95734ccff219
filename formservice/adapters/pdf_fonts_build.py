"""Rebuilds the font assets: subsets with metrics and PDF font objects, ready to be copied.

Run once when the character repertoire changes, with Liberation Sans 2 (Debian's
``fonts-liberation2``, OFL) and DejaVu Sans (``fonts-dejavu-core``)::

    python -m formservice.adapters.pdf_fonts_build LiberationSans-Regular.ttf DejaVuSans.ttf

It writes ``fonts.pdf`` and ``metrics.json`` into ``formservice/assets/fonts``. Nothing here runs
when forms are filled, so no system font and no fontTools are needed then.
"""

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name

# The reserved name „Liberation“ may not be used by a modified font (OFL, condition 3).
FAMILY = "FormserviceSans"
_ASTRAL = 0xE000  # first CID for characters beyond U+FFFF: the private use area is not drawn
_EM = 1000  # PDF glyph space


@dataclass(frozen=True, slots=True)
class Face:
    """One font of the assets; earlier faces take the characters from later ones."""

    name: str
    source: int  # 0 Liberation Sans, 1 DejaVu Sans
    ranges: Sequence[tuple[int, int]]


# The first face is inside every form; the others are copied into a file only when its text needs
# them, and so are cut by script.
FACES = (
    Face(
        "sans",
        0,
        (
            (0x20, 0x7E),
            (0xA0, 0x24F),
            (0x2B0, 0x36F),
            (0x1E00, 0x1EFF),
            (0x2000, 0x200A),
            (0x2010, 0x2027),
            (0x202F, 0x205E),
            (0x2070, 0x209C),
            (0x20A0, 0x20BF),
            (0x2116, 0x2122),
            (0x2190, 0x2193),
            (0x2212, 0x2212),
            (0x2260, 0x2265),
            (0x25A1, 0x25A1),
            (0xFB01, 0xFB02),
        ),
    ),
    Face("east", 0, ((0x370, 0x52F), (0x1F00, 0x1FFF), (0x2DE0, 0x2DFF), (0xA640, 0xA69F))),
    Face("arabic", 1, ((0x600, 0x77F), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC))),
    Face("symbols", 1, ((0x2010, 0x2BFF), (0x1F000, 0x1FAFF))),
    Face("scripts", 1, ((0x250, 0x1FFF), (0x2C00, 0xFB4F), (0xFE20, 0xFE2F))),
)

# Tab and line break are drawn as an empty glyph, so that extracted text has them again.
_EMPTY = {0x09: 0x20, 0x0A: 0x20}
# What no font has looks like □ and extracts as the replacement character, so that a reader of the
# page knows that something is missing.
_BORROWED = {**_EMPTY, 0xFFFD: 0x25A1}


class Subset:
    """The subset of one font file that holds the characters of one face."""

    def __init__(self, face: Face, path: Path, taken: set[int]) -> None:
        """Cut ``path`` down to the face's characters that no earlier face has ``taken``."""
        self.face = face
        font = TTFont(path)
        known = font.getBestCmap()
        self.codes = sorted(
            code
            for first, last in face.ranges
            for code in range(first, last + 1)
            if code in known and code not in taken and _is_drawn(code)
        )
        options = subset.Options(
            hinting=False, layout_features=[], name_IDs=[], glyph_names=False, notdef_outline=True
        )
        options.drop_tables += ["GSUB", "GPOS", "GDEF", "kern", "FFTM", "gasp", "MATH", "meta"]
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=self.codes)
        cutter.subset(font)
        self.glyph_of = {code: font.getGlyphID(n) for code, n in font.getBestCmap().items()}
        if face.name == "sans":
            self.glyph_of |= {code: self.glyph_of[like] for code, like in _BORROWED.items()}
        scale = _EM / font["head"].unitsPerEm
        advances = font["hmtx"]
        order = font.getGlyphOrder()
        self.width_of = {
            code: round(advances[order[glyph]][0] * scale) for code, glyph in self.glyph_of.items()
        }
        head, hhea = font["head"], font["hhea"]
        self.bounds = [round(v * scale) for v in (head.xMin, head.yMin, head.xMax, head.yMax)]
        self.ascent, self.descent = round(hhea.ascent * scale), round(hhea.descent * scale)
        astral = [code for code in self.codes if code > 0xFFFF]
        self.astral = "".join(map(chr, astral))
        self._cid = {code: _ASTRAL + index for index, code in enumerate(astral)}
        font["name"].names = []
        font.flavor = None
        buffer = BytesIO()
        # The day of this build would make two builds differ.
        font.recalcTimestamp = False
        font.save(buffer)
        self.program = buffer.getvalue()

    def cid(self, code: int) -> int:
        """Return the CID of a character: its code point, so that text needs no table."""
        return self._cid.get(code, code)


def _is_drawn(code: int) -> bool:
    """Leave out controls, format characters (they draw nothing) and private use."""
    return unicodedata.category(chr(code)) not in ("Cc", "Cf", "Co", "Cs")


def _meaning(code: int) -> str:
    """Return the text a glyph stands for: joined Arabic shapes mean their plain letters.

    A ligature's letters are given from left to right, because PDFium and poppler turn every run
    of right-to-left letters round, those inside one glyph too.
    """
    if 0xFB50 <= code <= 0xFDFF or 0xFE70 <= code <= 0xFEFC:
        return unicodedata.normalize("NFKC", chr(code))[::-1]
    return chr(code)


def _hex(text: str) -> str:
    return text.encode("utf-16-be").hex()


def _to_unicode(meaning: Mapping[int, str]) -> bytes:
    """Return a ToUnicode CMap from CID to text."""
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    runs: list[list[int]] = []
    single: list[int] = []
    for cid in sorted(meaning):
        if meaning[cid] != chr(cid):
            single.append(cid)
        elif runs and runs[-1][1] == cid - 1 and cid & 0xFF:
            runs[-1][1] = cid
        else:
            runs.append([cid, cid])
    # A section holds at most 100 entries, and a range may not cross a multiple of 256.
    for start in range(0, len(runs), 100):
        part = runs[start : start + 100]
        lines.append(f"{len(part)} beginbfrange")
        lines += [f"<{first:04x}> <{last:04x}> <{first:04x}>" for first, last in part]
        lines.append("endbfrange")
    for start in range(0, len(single), 100):
        chars = single[start : start + 100]
        lines.append(f"{len(chars)} beginbfchar")
        lines += [f"<{cid:04x}> <{_hex(meaning[cid])}>" for cid in chars]
        lines.append("endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode("ascii")


def _widths(width_of: Mapping[int, int]) -> Array:
    """Return the /W array: neighbouring CIDs in one list."""
    result: list[Any] = []  # Any: integers and arrays of integers alternate in /W
    previous = -2
    for cid in sorted(width_of):
        if cid != previous + 1:
            result += [cid, Array()]
        result[-1].append(width_of[cid])
        previous = cid
    return Array(result)


def _glyph_map(pairs: Iterable[tuple[int, int]]) -> bytes:
    """Return the CIDToGIDMap: two bytes for every CID up to the highest."""
    table = dict(pairs)
    return b"".join(table.get(cid, 0).to_bytes(2, "big") for cid in range(max(table) + 1))


def _descriptor(pdf: pikepdf.Pdf, part: Subset, program: pikepdf.Object) -> pikepdf.Object:
    return pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name(f"/{FAMILY}-{part.face.name}"),
            Flags=32,  # not symbolic
            FontBBox=Array(part.bounds),
            ItalicAngle=0,
            Ascent=part.ascent,
            Descent=part.descent,
            CapHeight=688,  # 1409 of 2048 units in Liberation Sans
            StemV=80,
            FontFile2=program,
        )
    )


def _drawing_font(pdf: pikepdf.Pdf, part: Subset, descriptor: pikepdf.Object) -> pikepdf.Object:
    """Return the Type0 font with Identity-H, whose CIDs are code points."""
    name = Name(f"/{FAMILY}-{part.face.name}")
    glyphs = pdf.make_stream(_glyph_map((part.cid(c), g) for c, g in part.glyph_of.items()))
    meaning = pdf.make_stream(_to_unicode({part.cid(c): _meaning(c) for c in part.glyph_of}))
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(
            Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
        ),
        FontDescriptor=descriptor,
        DW=0,
        W=_widths({part.cid(c): w for c, w in part.width_of.items()}),
        CIDToGIDMap=glyphs,
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=meaning,
        )
    )


def _typing_font(pdf: pikepdf.Pdf, part: Subset, descriptor: pikepdf.Object) -> pikepdf.Object:
    """Return the simple WinAnsi font from the same program, with which viewers type."""
    widths = []
    for byte in range(32, 256):
        char = bytes([byte]).decode("cp1252", "replace")
        widths.append(part.width_of.get(ord(char), 0))
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.TrueType,
            BaseFont=Name(f"/{FAMILY}-{part.face.name}"),
            Encoding=Name.WinAnsiEncoding,
            FirstChar=32,
            LastChar=255,
            Widths=Array(widths),
            FontDescriptor=descriptor,
        )
    )


def build(liberation: Path, dejavu: Path, target: Path) -> None:
    """Write ``fonts.pdf`` and ``metrics.json`` into ``target``."""
    metrics: dict[str, object] = {}
    taken: set[int] = set()
    pdf = pikepdf.new()
    fonts = Dictionary()
    for face in FACES:
        part = Subset(face, (liberation, dejavu)[face.source], taken)
        taken |= set(part.codes)
        program = pdf.make_stream(part.program, Length1=len(part.program))
        descriptor = _descriptor(pdf, part, program)
        fonts[f"/{face.name}"] = _drawing_font(pdf, part, descriptor)
        if face.name == "sans":
            fonts["/typing"] = _typing_font(pdf, part, descriptor)
        by_width: dict[int, str] = {}
        for code, width in sorted(part.width_of.items()):
            by_width[width] = by_width.get(width, "") + chr(code)
        metrics[face.name] = {"widths": by_width, "astral": part.astral}
    pdf.Root.FormserviceFonts = pdf.make_indirect(fonts)
    pdf.save(
        target / "fonts.pdf",
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        compress_streams=True,
        recompress_flate=True,
        deterministic_id=True,
    )
    text = json.dumps(metrics, ensure_ascii=True, indent=0, sort_keys=False)
    (target / "metrics.json").write_text(text + "\n", encoding="ascii")


if __name__ == "__main__":
    build(
        Path(sys.argv[1]),
        Path(sys.argv[2]),
        Path(__file__).parent.parent / "assets" / "fonts",
    )
