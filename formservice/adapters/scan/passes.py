"""The readings of the text zones of a page: each in its zone, and all in one look at the page."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate
from statistics import median

from formservice.adapters.scan.accents import Accents
from formservice.adapters.scan.alphabet import (
    differs_in_foreign_letters,
    is_level,
    with_at,
    with_sharp_s,
)
from formservice.adapters.scan.handwriting import Hand, handwritten
from formservice.adapters.scan.laid import CLOSE_DPI, LaidPage
from formservice.adapters.scan.letters import Letters
from formservice.adapters.scan.ocr import LANGUAGE, LATIN, Ocr
from formservice.adapters.scan.place import Placed
from formservice.adapters.scan.recognition import Recognition
from formservice.adapters.scan.text import ZoneText, close_text, text_among, writing_in, zone_text
from formservice.adapters.scan.witness import settled, with_dashes
from formservice.domain.document import Doubt, Method, Opinion, ReadingBy, Sighting

# A page whose words are read with less than this, in the middle, is for a person. Names with
# letters that the German model lacks are read with 0.75. It is ``page.confidence`` of the
# acceptance rule: what that refuses need not be read twice. It is no setting, so that pages read
# already stay as they are where the rule is changed; one that asks for less gains nothing by it.
_SURE_PAGE = 0.7
# So many pieces of ink a sign, on average, are no letters any more: usual are 0.9 to 1.1, those
# of thin type on a poor scan 1.5.
_BROKEN = 1.6
# Texts less sure than this are looked at once more, of a page with very many only so many, and so
# many letters: each costs as much as reading it twice. Of long texts some word stays open anyhow:
# without the limit no more were accepted, on balance, in a quarter more time.
_SURE, _MOST_AGAIN, _MOST_LETTERS = 0.8, 8, 200
_LATIN = frozenset({ReadingBy.ZONE_LATIN, ReadingBy.PAGE_LATIN, ReadingBy.CLOSE_LATIN})
_HYPHENS = dict.fromkeys(map(ord, "–—"), "-")
_CLOSELY = (ReadingBy.CLOSE, ReadingBy.CLOSE_LATIN)
# Where the look at the whole page finds nothing, or something this unsure, it saw no text at all.
_SEEN = 0.5


@dataclass(frozen=True, slots=True)
class _Readings:
    """What stands in a zone by one or two readings.

    ``by`` tells how each was made, ``doubtful`` that its shapes contradict them, ``by_hand`` that
    nobody should trust them. ``closely`` are two more of a zone that the first leave open.
    """

    first: ZoneText
    second: ZoneText | None = None
    by: tuple[ReadingBy, ReadingBy] = (ReadingBy.ZONE, ReadingBy.PAGE_LATIN)
    doubtful: bool = False
    by_hand: bool = False
    closely: tuple[ZoneText, ...] = ()

    @property
    def hand(self) -> Hand | None:
        """What the writing looks like; the surer reading counts, for names are hard for one."""
        hand = self.first.hand
        other = None if self.second is None else self.second.hand
        if hand is None or other is None:
            return hand
        return replace(hand, sure=max(hand.sure, other.sure))


def text_sightings(
    sheet: LaidPage, places: Sequence[Placed], tools: Recognition, page: int
) -> Iterator[Sighting]:
    """Read the text zones of a page at ``places``, in their order.

    A page whose first reading is poor is for a person anyhow and is not read again.
    """
    ocr = tools.ocr
    firsts = [
        zone_text(sheet.clean(place.down), sheet.template.zone_rect(place.zone), ocr)
        for place in places
    ]
    alone = sheet.is_poor or not sheet.is_proved or not _is_legible(firsts)
    if alone or tools.readings == 1:
        read = [_Readings(first, doubtful=first.doubtful) for first in firsts]
    else:
        in_place = not any(place.down for place in places)
        read = [
            _read_twice(sheet, place, first, ocr, in_place=in_place)
            for place, first in zip(places, firsts, strict=True)
        ]
        read = _seen_together(sheet, places, read)
    by_hand = handwritten([one.hand for one in read])
    read = [replace(one, by_hand=hand) for one, hand in zip(read, by_hand, strict=True)]
    again = _to_read_again(read) if tools.readings is None and ocr.has(LATIN) else ()
    for number, (place, readings) in enumerate(zip(places, read, strict=True)):
        if number in again:
            yield _sighting(sheet, place, _read_closely(sheet, place, readings, ocr), page)
        else:
            yield _sighting(sheet, place, readings, page)


def _is_legible(firsts: Sequence[ZoneText]) -> bool:
    """Say whether most words of a page were read for sure.

    Its words tell, not its zones: in each long text some word is unsure.
    """
    sure = [share for one in firsts if one.ink for share in one.sure or (one.confidence,)]
    return not sure or median(sure) >= _SURE_PAGE


def _to_read_again(read: Sequence[_Readings]) -> frozenset[int]:
    """Return which zones are worth a closer look, by their numbers: the short ones if many are."""
    length = {
        number: len(one.first.text)
        for number, one in enumerate(read)
        if not one.by_hand and _is_unsettled(one)
    }
    short = sorted(length, key=length.__getitem__)[:_MOST_AGAIN]
    letters = accumulate(length[number] for number in short)
    return frozenset(
        n for n, so_far in zip(short, letters, strict=True) if so_far <= _MOST_LETTERS
    )


def _is_unsettled(readings: _Readings) -> bool:
    """Say whether two readings of a text differ, or one of them is unsure."""
    first, second = readings.first, readings.second
    if second is None or not first.text:
        return False
    return (
        first.text.split() != second.text.split()
        or min(first.confidence, second.confidence) < _SURE
    )


def _read_closely(sheet: LaidPage, place: Placed, readings: _Readings, ocr: Ocr) -> _Readings:
    """Return the readings of a zone with two more, by either model, of another picture."""
    part = writing_in(sheet.clean(place.down), sheet.template.zone_rect(place.zone))
    if part is None:
        return readings
    picture = sheet.close(part, place.down)
    german, latin = (
        _with_dashes_of(close_text(picture, CLOSE_DPI, ocr, language), readings)
        for language in (LANGUAGE, LATIN)
    )
    latin = replace(latin, text=with_sharp_s(latin.text, german.text))
    german = replace(german, text=with_at(german.text, latin.text))
    return replace(readings, closely=(german, latin))


def _with_dashes_of(close: ZoneText, readings: _Readings) -> ZoneText:
    """Return a closer reading with the dashes that the first two have, both of them.

    No model knows dashes, so that it has no voice about them; they were measured before.
    """
    told = readings.first.text.split()
    known = set() if readings.second is None else set(readings.second.text.split())
    parts = _words(close.text)
    words = [word.translate(_HYPHENS) for word in parts[::2]]
    matcher = SequenceMatcher(None, [w.translate(_HYPHENS) for w in told], words, autojunk=False)
    for start, begin, length in matcher.get_matching_blocks():
        for step in range(length):
            if told[start + step] in known:
                parts[2 * (begin + step)] = told[start + step]
    doubtful = close.odd or close.shown != close.text
    text = "".join(parts)
    return replace(close, text=text, shown=text, doubtful=doubtful)


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
    first = replace(
        _with_levels(first, second),
        text=with_at(first.text, second.text),
        shown=with_at(first.shown, second.text),
    )
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
        zones = [(one.first.lines, one.second.lines) for n in own if (one := read[n]).second]
        letters = Letters(sheet.clean(down).written, zones)
        accents = Accents(letters, sheet.moved(down), sheet.template.printed)
        for number in own:
            if _is_open(read[number]):
                told[number] = _told(read[number], letters)
            if not told[number].doubtful and accents.contradict(read[number].first.lines):
                told[number] = replace(told[number], doubtful=True)
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


def _is_doubtful(readings: _Readings) -> bool:
    """Say whether shapes contradict what was read.

    Where the first two differ, those readings tell that are the same by both models, if there are
    any: what is odd about another may be the very sign that it misread.
    """
    first, second = readings.first, readings.second
    if second is None or not readings.closely or first.text.split() == second.text.split():
        return readings.doubtful
    for one in (first, second):
        same = [
            (name in _LATIN, other)
            for name, other in _named(readings)
            if other.text.split() == one.text.split()
        ]
        if len({latin for latin, _ in same}) > 1:
            return any(other.doubtful for _, other in same) or one.shown != one.text
    return readings.doubtful or any(one.doubtful for one in readings.closely)


def _named(readings: _Readings) -> list[tuple[ReadingBy, ZoneText]]:
    """Return all readings with their names."""
    first, second = readings.by
    made = [(first, readings.first)]
    if readings.second is not None:
        made.append((second, readings.second))
    return [*made, *zip(_CLOSELY, readings.closely, strict=False)]


def _sighting(sheet: LaidPage, place: Placed, readings: _Readings, page: int) -> Sighting:
    first = readings.first
    opinions = [
        Opinion(name, one.text, one.confidence, one.sure) for name, one in _named(readings)
    ]
    doubts = {Doubt.RECOGNISED}
    if _is_doubtful(readings):
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
