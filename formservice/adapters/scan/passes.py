"""The readings of the text zones of a page: each in its zone, and all in one look at the page."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from formservice.adapters.scan.alphabet import differs_in_foreign_letters, is_level, with_sharp_s
from formservice.adapters.scan.handwriting import Hand, handwritten
from formservice.adapters.scan.laid import LaidPage
from formservice.adapters.scan.letters import Letters
from formservice.adapters.scan.ocr import LATIN, Ocr
from formservice.adapters.scan.place import Placed
from formservice.adapters.scan.text import ZoneText, text_among, zone_text
from formservice.adapters.scan.witness import settled, with_dashes
from formservice.domain.document import Doubt, Method, Opinion, ReadingBy, Sighting

# Below this likeness to its blank form a page is dirty or crumpled: ink proves nothing there.
GOOD_PAGE = 0.55
# A page whose zones are read with less than this, in the middle, is for a person. Names with
# letters that the German model lacks are read with 0.75.
_SURE_PAGE = 0.7
# So many pieces of ink a sign, on average, are no letters any more: usual are 0.9 to 1.1, those
# of thin type on a poor scan 1.5.
_BROKEN = 1.6
# Where the look at the whole page finds nothing, or something this unsure, it saw no text at all.
_SEEN = 0.5


@dataclass(frozen=True, slots=True)
class _Readings:
    """What stands in a zone by one or two readings.

    ``by`` tells how each was made, ``doubtful`` that its shapes contradict them, ``by_hand`` that
    nobody should trust them.
    """

    first: ZoneText
    second: ZoneText | None = None
    by: tuple[ReadingBy, ReadingBy] = (ReadingBy.ZONE, ReadingBy.PAGE_LATIN)
    doubtful: bool = False
    by_hand: bool = False

    @property
    def hand(self) -> Hand | None:
        """What the writing looks like; the surer reading counts, for names are hard for one."""
        hand = self.first.hand
        other = None if self.second is None else self.second.hand
        if hand is None or other is None:
            return hand
        return replace(hand, sure=max(hand.sure, other.sure))


def text_sightings(
    sheet: LaidPage, places: Sequence[Placed], ocr: Ocr, page: int
) -> Iterator[Sighting]:
    """Read the text zones of a page at ``places``, in their order.

    A page whose first reading is poor is for a person anyhow and is not read again.
    """
    firsts = [
        zone_text(sheet.clean(place.down), sheet.template.zone_rect(place.zone), ocr)
        for place in places
    ]
    sure = [one.confidence for one in firsts if one.ink]
    if sheet.pose.likeness < GOOD_PAGE or (sure and median(sure) < _SURE_PAGE):
        read = [_Readings(first, doubtful=first.doubtful) for first in firsts]
    else:
        in_place = not any(place.down for place in places)
        read = [
            _read_twice(sheet, place, first, ocr, in_place=in_place)
            for place, first in zip(places, firsts, strict=True)
        ]
        read = _seen_together(sheet, places, read)
    by_hand = handwritten([one.hand for one in read])
    for place, readings, hand in zip(places, read, by_hand, strict=True):
        yield _sighting(sheet, place, replace(readings, by_hand=hand), page)


def _read_twice(
    sheet: LaidPage, place: Placed, first: ZoneText, ocr: Ocr, *, in_place: bool
) -> _Readings:
    """Return both readings of a zone, settled by its shapes where these tell."""
    rect, clean = sheet.template.zone_rect(place.zone), sheet.clean(place.down)
    second = text_among(sheet.words(ocr, in_place=in_place), clean, rect, place.down)
    if not ocr.has(LATIN):
        # The same model looks twice: what it does not know it misreads twice.
        return _settled(first, second, (ReadingBy.ZONE, ReadingBy.PAGE))
    by = (ReadingBy.ZONE, ReadingBy.PAGE_LATIN)
    second = replace(
        second,
        text=with_sharp_s(second.text, first.text),
        shown=with_sharp_s(second.shown, first.shown),
    )
    first = _with_levels(first, second)
    seen = second.confidence if second.text else 0.0
    if first.text != "" and first.text != second.text and seen < _SEEN:
        second = zone_text(clean, rect, ocr, LATIN)
        by = (ReadingBy.ZONE, ReadingBy.ZONE_LATIN)
    elif differs_in_foreign_letters(first.text, second.text):
        first = zone_text(clean, rect, ocr, LATIN)
        by = (ReadingBy.ZONE_LATIN, ReadingBy.PAGE_LATIN)
    return _settled(first, second, by)


def _with_levels(first: ZoneText, second: ZoneText) -> ZoneText:
    """Return the first reading with the levels of language as the second has them."""
    german, latin = first.text.split(), second.text.split()
    pairs = list(zip(german, latin, strict=False))
    places = [place for place, pair in enumerate(pairs) if is_level(*pair)]
    if not places or not len(german) == len(latin) == len(first.sure) == len(second.sure):
        return first
    sure, text, shown = list(first.sure), _words(first.text), _words(first.shown)
    if len(shown) != len(text):
        return first
    for place in places:
        sure[place] = second.sure[place]
        # Words and the blanks between them take turns.
        text[2 * place] = shown[2 * place] = latin[place]
    return replace(
        first,
        text="".join(text),
        shown="".join(shown),
        confidence=min(sure),
        sure=tuple(sure),
    )


def _words(text: str) -> list[str]:
    """Return the words of a text and the blanks between them."""
    return re.split(r"(\s+)", text)


def _settled(first: ZoneText, second: ZoneText, by: tuple[ReadingBy, ReadingBy]) -> _Readings:
    """Return two readings, those of one shape as the same."""
    doubtful = first.doubtful or second.doubtful
    if first.text == second.text:
        return _Readings(first, second, by, doubtful or first.shown != first.text)
    if first.shown == second.shown:
        # Two of three: one of the readings, and the heights of the letters.
        first, second = replace(first, text=first.shown), replace(second, text=second.shown)
    return _Readings(first, second, by, doubtful)


def _seen_together(
    sheet: LaidPage, places: Sequence[Placed], read: Sequence[_Readings]
) -> list[_Readings]:
    """Return the readings of a page, those in dispute or doubt settled by its own letters."""
    if is_broken([one.first for one in read]):
        return [replace(one, doubtful=True) for one in read]
    told = list(read)
    for down in sorted({place.down for place in places}):
        own = [number for number, place in enumerate(places) if place.down == down]
        open_ = [number for number in own if _is_open(read[number])]
        if not open_:
            continue
        zones = [(one.first.lines, one.second.lines) for n in own if (one := read[n]).second]
        letters = Letters(sheet.clean(down).written, zones)
        for number in open_:
            told[number] = _told(read[number], letters)
    return told


def is_broken(zones: Sequence[ZoneText]) -> bool:
    """Say whether the letters of a page are broken to pieces: commas and accents got lost."""
    signs = sum(len(word.text) for zone in zones for line in zone.lines for word in line)
    return sum(zone.pieces for zone in zones) > _BROKEN * max(signs, 1)


def _is_open(one: _Readings) -> bool:
    """Say whether the two readings of a zone differ, or its shapes contradict them."""
    return one.second is not None and (one.doubtful or one.first.text != one.second.text)


def _told(one: _Readings, letters: Letters) -> _Readings:
    """Return two readings with what the letters of the page tell about them."""
    if one.second is None:
        return one
    first, second = with_dashes(one.first, letters), with_dashes(one.second, letters)
    return _settled(*settled(first, second, letters), one.by)


def _sighting(sheet: LaidPage, place: Placed, readings: _Readings, page: int) -> Sighting:
    first, second = readings.first, readings.second
    opinions = [Opinion(readings.by[0], first.text, first.confidence)]
    if second is not None:
        opinions.append(Opinion(readings.by[1], second.text, second.confidence))
    doubts = {Doubt.RECOGNISED}
    if readings.doubtful:
        doubts.add(Doubt.CHARACTERS)
    if readings.by_hand:
        doubts.add(Doubt.HANDWRITING)
    return Sighting(
        key=place.zone.key,
        method=Method.OCR,
        page=page,
        text=first.text,
        blank=not first.ink,
        unreadable=first.ink and not first.text,
        confidence=first.confidence,
        box=sheet.box(place.zone.box, place.down),
        doubts=frozenset(doubts),
        opinions=tuple(opinions),
    )
