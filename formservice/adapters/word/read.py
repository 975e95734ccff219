"""Reads Word files (DOCX): content controls by tag, bookmarks, paragraphs and claims."""

import re
from collections.abc import Sequence

from lxml import etree

from formservice.adapters.word.claims import claims
from formservice.adapters.word.direct import blocks, direct
from formservice.adapters.word.found import Bookmark, Control, Ink, Walked, number
from formservice.adapters.word.loose import loose_text
from formservice.adapters.word.names import ECHO
from formservice.adapters.word.package import Package, is_word
from formservice.adapters.word.symbols import GLYPHS_OFF, GLYPHS_ON, TICKED, UNTICKED
from formservice.adapters.word.walk import walk
from formservice.application.ports import OpenDocument
from formservice.domain.days import is_day, possible
from formservice.domain.document import Doubt, Medium, Method, Page, Sighting
from formservice.domain.errors import EmptyDocumentError, UnsupportedMediaError
from formservice.domain.form import Layout
from formservice.domain.reference import anchor_of_bookmark

_A4 = (595.3, 841.9)
# Twentieths of a point, the unit of page sizes in Word.
_TWIPS = 20.0
_NO_SIGHTINGS: tuple[Sighting, ...] = ()
# A control for a signature is of no kind, or for a picture; see ``_signature``.
_MAY_BE_SIGNED = ("", "picture")
_LONGEST_NAME = 80  # characters
_NO_DOUBTS = frozenset[Doubt]()
_LOST = frozenset({Doubt.ANCHORS_LOST})
_SPACED = re.compile(r"\s\s|[\n\t]|^\s|\s$")
# Letters written right to left, and signs that change the direction or join characters.
_REORDERED = re.compile("[\u0590-\u08ff\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufeff]")
_SIGNED = re.compile(r"gez\b")
_REFUSED = re.compile(r"\W*(?:(?:die\s+)?unterschrift\s+)?(?:(?:wurde|wird)\s+)?verweigert\W*")


class WordReader:
    """Opens Word files; see ``ports.Reader``."""

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
        if package.has_macros:
            raise UnsupportedMediaError(
                "Die Word-Datei enthält Makros.",
                "Bitte in Word als „Word-Dokument (*.docx)“ speichern und noch einmal einreichen;"
                " Umbenennen genügt nicht.",
            )
        root = package.parse(package.main)
        anchored = direct(root)
        found = walk(root) if anchored is None else anchored
        width, height = _page_size(found.sections)
        page = Page(
            number=1,
            medium=Medium.DOCX,
            width=width,
            height=height,
            sightings=_sightings(
                found, signed=any(name.startswith("_xmlsignatures/") for name in package.names)
            ),
            blocks=tuple(found.blocks) if anchored is None else blocks(root),
            claims=claims(package),
            loose=loose_text(root),
        )
        return WordDocument(page)


class WordDocument(OpenDocument):
    """A Word file that has been read; it holds nothing open. See ``ports.OpenDocument``."""

    def __init__(self, page: Page) -> None:
        """Hold the one ``page`` that stands for the whole file."""
        self.pages: Sequence[Page] = (page,)

    def zones(self, page: int, layout: Layout, form_page: int) -> Sequence[Sighting]:
        """Return nothing: where things stand on paper is not written in a Word file."""
        return _NO_SIGHTINGS

    def close(self) -> None:
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
    # An echo repeats what another control holds.
    controls = [one for one in found.controls if not one.facts.tag.startswith(ECHO)]
    seen = [_from_control(control, signed) for control in controls]
    tagged = {sighting.key for sighting in seen}
    seen += (
        _from_bookmark(bookmark, key, signed)
        for bookmark in found.bookmarks
        if (key := anchor_of_bookmark(bookmark.name)) not in tagged
    )
    return tuple(seen)


def _from_control(control: Control, signed: bool) -> Sighting:
    facts, text, doubts = control.facts, control.text, _doubts(control.noticed)
    if facts.checked is not None:
        if (text == TICKED) != facts.checked:
            doubts |= {Doubt.CONFLICT}
        return Sighting(facts.tag, Method.CONTROL, 1, text, on=facts.checked, doubts=doubts)
    # A program that fills a control and leaves it marked as prompt is found out by its date.
    forgotten = facts.prompt and facts.kind == "date" and is_day(text)
    if forgotten:
        doubts |= {Doubt.CONFLICT}
    blank = (facts.prompt and not forgotten) or not text.strip()
    if facts.kind in _MAY_BE_SIGNED:
        written = "" if blank else text
        noticed = frozenset[Doubt | Ink]() if facts.prompt else control.noticed
        on, more = _signature(written, noticed, signed)
        blank = blank and on is False
        return Sighting(facts.tag, Method.CONTROL, 1, written, on, blank, doubts=doubts | more)
    if not blank and facts.kind == "date" and not _same_day(text, facts.full_date):
        doubts |= {Doubt.CONFLICT}
    if not facts.prompt and Ink.PICTURE in control.noticed:
        doubts |= {Doubt.CHARACTERS}
    return Sighting(facts.tag, Method.CONTROL, 1, text, blank=blank, doubts=doubts)


def _from_bookmark(bookmark: Bookmark, key: str, signed: bool) -> Sighting:
    """Return what stands in a bookmark whose control is gone; what kind it was is unknown.

    Ticks and dates come through a re-save unharmed and prove themselves by their form. Of
    other text nobody can tell whether lines were joined or moved.
    """
    text, bare, doubts = bookmark.text, bookmark.text.strip(), _doubts(bookmark.noticed)
    ink = {what for what in bookmark.noticed if isinstance(what, Ink)}
    forgotten = bookmark.prompt and is_day(text)
    if forgotten:
        doubts |= {Doubt.CONFLICT}
    if (bookmark.prompt and not forgotten) or not (bare or ink):
        # Blanks alone are the prompt of a signature. Nothing at all may be a lost tick.
        on = False if text else None
        prompt = text if bare else ""
        return Sighting(key, Method.BOOKMARK, 1, prompt, on, blank=True, doubts=doubts | _LOST)
    if not ink and (bare in GLYPHS_ON or bare in GLYPHS_OFF):
        on = bare in GLYPHS_ON
        lost = frozenset() if bare in (TICKED, UNTICKED) else _LOST
        return Sighting(key, Method.BOOKMARK, 1, text, on, doubts=doubts | lost)
    if not ink and is_day(text):
        return Sighting(key, Method.BOOKMARK, 1, text, doubts=doubts)
    typed = _SIGNED.match(bare) or _REFUSED.fullmatch(bare.casefold())
    on, more = _signature(bare, bookmark.noticed, signed) if ink or typed else (None, frozenset())
    doubts |= more | _LOST | _moved(text)
    return Sighting(key, Method.BOOKMARK, 1, text, on, doubts=doubts)


def _moved(text: str) -> frozenset[Doubt]:
    """Return what is known to go wrong when LibreOffice 7.4 saves a text like this."""
    doubts = set[Doubt]()
    if _SPACED.search(text):
        doubts.add(Doubt.WHITE_SPACE)
    if _REORDERED.search(text):
        doubts.add(Doubt.CHARACTERS)
    return frozenset(doubts)


def _doubts(noticed: frozenset[Doubt | Ink]) -> frozenset[Doubt]:
    if not noticed:  # as in nearly every control
        return _NO_DOUBTS
    return frozenset(what for what in noticed if isinstance(what, Doubt))


def _signature(
    text: str, noticed: frozenset[Doubt | Ink], signed: bool
) -> tuple[bool | None, frozenset[Doubt]]:
    """Return whether somebody signed, None if it cannot be told, and what makes it doubtful."""
    if Ink.PICTURE in noticed or (signed and Ink.SIGNATURE_LINE in noticed):
        return True, frozenset()
    written = text.strip().casefold()
    if not written and Ink.SIGNATURE_LINE not in noticed:
        return False, frozenset()
    if _REFUSED.fullmatch(written):
        return False, frozenset()
    if "verweiger" in written or Ink.SIGNATURE_LINE in noticed:
        return None, frozenset({Doubt.AMBIGUOUS_MARK})
    if "\n" in written or len(written) > _LONGEST_NAME:
        return None, frozenset()  # no name, so no control for a signature
    return True, frozenset({Doubt.TYPED_NAME})


def _same_day(text: str, full_date: str) -> bool:
    """Say whether the date shown is the one kept beside it; nothing kept contradicts nothing."""
    return not full_date or not set(possible(text)).isdisjoint(possible(full_date[:10]))
