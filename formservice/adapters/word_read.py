"""Reads Word files (DOCX): content controls by tag, bookmarks, paragraphs and claims."""

import re
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from lxml import etree

from formservice.adapters.word_claims import claims
from formservice.adapters.word_found import Control, Ink, Mark, Walked, number
from formservice.adapters.word_package import Package, is_word
from formservice.adapters.word_symbols import GLYPHS_OFF, GLYPHS_ON, TICKED
from formservice.adapters.word_walk import walk
from formservice.domain.document import Doubt, Medium, Method, Page, Sighting
from formservice.domain.errors import EmptyDocumentError
from formservice.domain.form import Layout
from formservice.domain.values import parse_date

_A4 = (595.3, 841.9)
# Twentieths of a point, the unit of page sizes in Word.
_TWIPS = 20.0
_NO_SIGHTINGS: tuple[Sighting, ...] = ()
_REFUSED = re.compile(r"\W*(?:(?:die\s+)?unterschrift\s+)?(?:(?:wurde|wird)\s+)?verweigert\W*")


class WordReader:
    """Opens Word files; see ``ports.Reader``."""

    name = "word"

    def reads(self, data: bytes) -> bool:
        """Say whether ``data`` is a Word file, also an old, encrypted or truncated one."""
        return is_word(data)

    def open(self, data: bytes) -> "WordDocument":
        """Read everything there is in ``data``.

        Raises:
            InputError: the file cannot be read; the class says why.
        """
        if not data:
            raise EmptyDocumentError("Die Datei ist leer.")
        package = Package(data)
        found = walk(package.parse(package.main))
        width, height = _page_size(found.sections)
        page = Page(
            number=1,
            medium=Medium.DOCX,
            width=width,
            height=height,
            sightings=_sightings(
                found, signed=any(name.startswith("_xmlsignatures/") for name in package.names)
            ),
            blocks=tuple(found.blocks),
            claims=claims(package),
        )
        return WordDocument(page)


class WordDocument:
    """A Word file that has been read; it holds nothing open. See ``ports.OpenDocument``."""

    medium = Medium.DOCX

    def __init__(self, page: Page) -> None:
        """Hold the one ``page`` that stands for the whole file."""
        self.pages: Sequence[Page] = (page,)

    def zones(self, page: int, layout: Layout, form_page: int) -> Sequence[Sighting]:
        """Return nothing: where things stand on paper is not written in a Word file."""
        return _NO_SIGHTINGS

    def __enter__(self) -> Self:
        """Return the document itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Do nothing; nothing is held."""


def _page_size(sections: Sequence[etree._Element]) -> tuple[float, float]:
    """Return width and height of the last section in points, A4 where the file says nothing."""
    for section in reversed(sections):
        for element in section:
            if element.tag.endswith("}pgSz"):
                space = element.tag[: -len("pgSz")]
                width = number(element.get(f"{space}w"))
                height = number(element.get(f"{space}h"))
                if width and height:
                    return width / _TWIPS, height / _TWIPS
    return _A4


def _sightings(found: Walked, *, signed: bool) -> tuple[Sighting, ...]:
    """Return what stands in controls, and in bookmarks of which no control is left.

    ``signed`` says whether the file carries a digital signature.
    """
    seen = [_from_control(control, signed) for control in found.controls]
    tagged = {sighting.key for sighting in seen}
    seen += (
        _from_bookmark(bookmark, key, signed)
        for bookmark in found.bookmarks
        if (key := _key(bookmark.name)) not in tagged
    )
    return tuple(seen)


def _key(bookmark: str) -> str:
    """Return the field or tick key of a bookmark: ``anlass__abbruch`` is ``anlass.abbruch``.

    A number after the underscores is a continuation, whose key is written the same way.
    """
    field, _, part = bookmark.rpartition("__")
    return f"{field}.{part}" if field and part and not part.isdigit() else bookmark


def _from_control(control: Control, signed: bool) -> Sighting:
    facts, doubts = control.facts, _doubts(control.noticed)
    if facts.checked is not None:
        drawn = control.text == TICKED
        if drawn != facts.checked:
            doubts |= {Doubt.CONFLICT}
        text = control.text
        return Sighting(facts.tag, Method.CONTROL, 1, text, on=facts.checked, doubts=doubts)
    if facts.kind in ("", "picture"):
        on, more = _signature(control.text, control.noticed, facts.prompt, signed)
        blank = on is False and (facts.prompt or not control.text.strip())
        text = control.text
        return Sighting(facts.tag, Method.CONTROL, 1, text, on, blank, doubts=doubts | more)
    blank = facts.prompt or not control.text.strip()
    if facts.kind == "date" and not blank and not _same_day(control.text, facts.full_date):
        doubts |= {Doubt.CONFLICT}
    if Ink.PICTURE in control.noticed and not facts.prompt:
        doubts |= {Doubt.CHARACTERS}
    return Sighting(facts.tag, Method.CONTROL, 1, control.text, blank=blank, doubts=doubts)


def _from_bookmark(bookmark: Mark, key: str, signed: bool) -> Sighting:
    """Return what stands in a bookmark whose control is gone; what kind it was is unknown."""
    doubts = _doubts(bookmark.noticed) | {Doubt.ANCHORS_LOST}
    text, bare = bookmark.text, bookmark.text.strip()
    on: bool | None = None
    if bare in GLYPHS_ON:
        on = True
    elif bare in GLYPHS_OFF:
        on = False
    elif any(isinstance(what, Ink) for what in bookmark.noticed):
        on, more = _signature("", bookmark.noticed, False, signed)
        doubts |= more
    blank = not bare and not bookmark.noticed & {*Ink}
    return Sighting(key, Method.BOOKMARK, 1, text, on, blank, doubts=doubts)


def _doubts(noticed: frozenset[Doubt | Ink]) -> frozenset[Doubt]:
    return frozenset(what for what in noticed if isinstance(what, Doubt))


def _signature(
    text: str, noticed: frozenset[Doubt | Ink], prompt: bool, signed: bool
) -> tuple[bool | None, frozenset[Doubt]]:
    """Return whether somebody signed, None if it cannot be told, and what makes it doubtful."""
    if prompt:
        return False, frozenset()
    if Ink.PICTURE in noticed or (signed and Ink.SIGNATURE_LINE in noticed):
        return True, frozenset()
    if Ink.SIGNATURE_LINE in noticed:
        return None, frozenset({Doubt.AMBIGUOUS_MARK})
    written = text.strip().casefold()
    if not written or _REFUSED.fullmatch(written):
        return False, frozenset()
    if "verweiger" in written:
        return None, frozenset({Doubt.AMBIGUOUS_MARK})
    return True, frozenset({Doubt.TYPED_NAME})


def _same_day(text: str, full_date: str) -> bool:
    """Say whether the date shown is the one kept beside it; nothing kept contradicts nothing."""
    if not full_date:
        return True
    try:
        return parse_date(text) == parse_date(full_date[:10])
    except ValueError:
        return False
