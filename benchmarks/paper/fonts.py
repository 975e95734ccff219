"""The fonts answers are written in, from Debian packages; those of the two sets are disjoint.

What is missing on a machine is named by ``missing``; nothing is replaced in silence, for scans
made with other fonts are other scans.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from fontTools.ttLib import TTFont

_FOLDER = Path("/usr/share/fonts")


class Font(NamedTuple):
    """A font file, the Debian package that brings it, and what it is used for."""

    name: str
    file: str
    package: str
    hand: bool = False
    typewriter: bool = False
    # Handwriting fonts differ in how large their letters are drawn.
    scale: float = 1.0


_LIBERATION, _DEJAVU, _URW = "fonts-liberation", "fonts-dejavu-core", "fonts-urw-base35"
_FREE, _NOTO = "fonts-freefont-ttf", "fonts-noto-core"
_LINUX = "fonts-linuxlibertine"

CALIBRATION = (
    Font("Liberation Sans", "LiberationSans-Regular.ttf", _LIBERATION),
    Font("Liberation Serif", "LiberationSerif-Regular.ttf", _LIBERATION),
    Font("Liberation Mono", "LiberationMono-Regular.ttf", _LIBERATION, typewriter=True),
    Font(
        "Liberation Sans Narrow",
        "LiberationSansNarrow-Regular.ttf",
        _LIBERATION,
    ),
    Font("Carlito", "Carlito-Regular.ttf", "fonts-crosextra-carlito"),
    Font("Open Sans", "OpenSans-Regular.ttf", "fonts-open-sans"),
    Font("FreeSerif", "FreeSerif.ttf", _FREE),
    Font("C059", "C059-Roman.otf", _URW),
    Font("Vollkorn", "Vollkorn-Regular.ttf", "fonts-vollkorn"),
    Font("Hack", "Hack-Regular.ttf", "fonts-hack", typewriter=True),
    Font("Courier Prime Sans", "Courier Prime Sans.otf", "fonts-courier-prime", typewriter=True),
    Font("Comic Neue", "ComicNeue-Regular.otf", "fonts-comic-neue"),
    Font("Lato", "Lato-Regular.ttf", "fonts-lato"),
    Font("dkg", "dkg.ttf", "fonts-dkg-handwriting", hand=True, scale=1.25),
    Font("Humor Sans", "Humor-Sans.ttf", "fonts-humor-sans", hand=True),
    Font("Hershey Simplex", "", "", hand=True),
)
EVALUATION = (
    Font("DejaVu Sans", "DejaVuSans.ttf", _DEJAVU),
    Font("DejaVu Serif", "DejaVuSerif.ttf", _DEJAVU),
    Font("DejaVu Sans Mono", "DejaVuSansMono.ttf", _DEJAVU, typewriter=True),
    Font("Caladea", "Caladea-Regular.ttf", "fonts-crosextra-caladea"),
    Font("Roboto", "Roboto-Regular.ttf", "fonts-roboto-unhinted"),
    Font("Noto Serif", "NotoSerif-Regular.ttf", _NOTO),
    Font("Noto Sans", "NotoSans-Regular.ttf", _NOTO),
    Font("FreeMono", "FreeMonoBold.ttf", _FREE, typewriter=True),
    Font("Courier Prime", "Courier Prime.otf", "fonts-courier-prime", typewriter=True),
    Font("EB Garamond", "EBGaramond12-Regular.otf", "fonts-ebgaramond"),
    Font("Linux Libertine", "LinLibertine_R.otf", _LINUX),
    Font("Linux Biolinum", "LinBiolinum_R.otf", _LINUX),
    Font("Cabin", "Cabin-Regular.otf", "fonts-cabin"),
    Font("Inconsolata", "Inconsolata.otf", "fonts-inconsolata", typewriter=True),
    Font("Breip", "Breip.ttf", "fonts-breip", hand=True, scale=1.35),
    Font("femkeklaver", "femkeklaver.ttf", "fonts-femkeklaver", hand=True, scale=1.1),
    Font("Hershey Script", "", "", hand=True),
)
SETS = {"calibration": CALIBRATION, "evaluation": EVALUATION}


@cache
def _files() -> dict[str, Path]:
    """Return the font files of this machine by name."""
    return {path.name: path for path in sorted(_FOLDER.rglob("*")) if path.suffix in _SUFFIXES}


_SUFFIXES = (".ttf", ".otf")


def path_of(font: Font) -> Path:
    """Return where ``font`` lies; KeyError if it is not there."""
    return _files()[font.file]


def missing(split: str) -> list[Font]:
    """Return the fonts of a set that this machine lacks."""
    return [font for font in SETS[split] if font.file and font.file not in _files()]


def available(split: str, *, hand: bool) -> list[Font]:
    """Return the fonts of a set that are there, typed or handwriting-like."""
    gone = missing(split)
    return [font for font in SETS[split] if font.hand is hand and font not in gone]


@cache
def _covered(font: Font) -> frozenset[int]:
    if not font.file:
        return frozenset(map(ord, _STROKES))
    with TTFont(path_of(font), lazy=True) as opened:
        return frozenset(opened.getBestCmap())


# Letters with strokes or marks drawn by us on top of the Hershey letters.
_STROKES = "".join(map(chr, range(32, 127))) + "ÄÖÜäöüßéèáàíóúâêôçñ–„“"


def covers(font: Font, text: str) -> bool:
    """Say whether every character of ``text`` has a glyph."""
    return all(ord(sign) in _covered(font) for sign in text if sign != "\n")
