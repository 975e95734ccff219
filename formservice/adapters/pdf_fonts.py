"""The fonts of filled forms: what is inside every form, and what is copied in when needed.

One subset of Liberation Sans (Latin with all its extensions, punctuation) is inside every form,
used twice: as simple WinAnsi font with which viewers type (``/DA``), and as Type0 font with which
we draw. Greek, Cyrillic, Arabic, symbols and other scripts are fonts of their own, copied into a
file only when its text needs them. The CIDs of all of them are Unicode code points, so drawing
text needs no glyph table, and every character extracts as itself.

The assets are made by ``pdf_fonts_build``; licence texts lie beside them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

import pikepdf

# Names in /DR and in our appearance streams.
TYPING = "FsTyping"
DRAWING = "FsSans"

# Drawn (as □) for a character none of the fonts has; /V keeps the character itself.
REPLACEMENT = "\ufffd"

_ASTRAL = 0xE000  # see pdf_fonts_build: first CID for characters beyond U+FFFF


@dataclass(frozen=True, slots=True)
class FormFonts:
    """The two font objects that belong into a form: for viewers' typing, for our drawing."""

    typing: pikepdf.Object
    drawing: pikepdf.Object

    def resources(self) -> pikepdf.Dictionary:
        """Return the /Font dictionary for /DR."""
        return pikepdf.Dictionary({f"/{TYPING}": self.typing, f"/{DRAWING}": self.drawing})


@dataclass(frozen=True, slots=True)
class Face:
    """One font: its resource name and the advance of every character it has, in 1/1000 em."""

    name: str
    widths: Mapping[str, int]
    cids: Mapping[str, int]

    def encoded(self, text: str) -> bytes:
        """Return the bytes of the string that shows ``text``, which must be in the font."""
        if self.cids:
            return b"".join(self.cids.get(char, ord(char)).to_bytes(2, "big") for char in text)
        return text.encode("utf-16-be")


def _asset(name: str) -> bytes:
    return files("formservice").joinpath("assets", "fonts", name).read_bytes()


@lru_cache(maxsize=1)
def faces() -> tuple[Face, ...]:
    """Return all fonts, the one inside every form first."""
    found = []
    for name, entry in json.loads(_asset("metrics.json")).items():
        widths = {char: int(w) for w, chars in entry["widths"].items() for char in chars}
        cids = {char: _ASTRAL + index for index, char in enumerate(entry["astral"])}
        found.append(Face(f"Fs{name.title()}", widths, cids))
    return tuple(found)


@lru_cache(maxsize=1)
def _donor() -> bytes:
    return _asset("fonts.pdf")


def sans() -> bytes:
    """Return the font inside every form as a file of its own, for pictures of pages."""
    with pikepdf.open(BytesIO(_donor())) as donor:
        face = donor.Root.FormserviceFonts.sans.DescendantFonts[0]
        return bytes(face.FontDescriptor.FontFile2.read_bytes())


def embed(pdf: pikepdf.Pdf) -> FormFonts:
    """Put the two fonts of every form into ``pdf`` and return them as indirect objects."""
    with pikepdf.open(BytesIO(_donor())) as donor:
        fonts = donor.Root.FormserviceFonts
        # One dictionary, so that the font program both share is copied once.
        both = pdf.copy_foreign(
            donor.make_indirect(pikepdf.Dictionary(typing=fonts.typing, sans=fonts.sans))
        )
        return FormFonts(both.typing, both.sans)


@lru_cache(maxsize=4096)
def face_of(char: str) -> tuple[Face, str]:
    """Return the first font that has ``char``, and what to draw for it."""
    for face in faces():
        if char in face.widths:
            return face, char
    # White space without a glyph is still white space.
    return faces()[0], " " if char.isspace() else REPLACEMENT


def embed_face(pdf: pikepdf.Pdf, face: Face) -> pikepdf.Object:
    """Put one font into ``pdf`` and return it as indirect object."""
    with pikepdf.open(BytesIO(_donor())) as donor:
        key = f"/{face.name.removeprefix('Fs').lower()}"
        return pdf.copy_foreign(donor.Root.FormserviceFonts[key])


def default_appearance(size: float) -> str:
    """Return a /DA string: how viewers type. Size 0 lets the viewer choose and shrink."""
    return f"/{TYPING} {size:g} Tf 0 g"
