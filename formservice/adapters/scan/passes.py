"""The readings of the text zones of a page: each in its zone, and all in one look at the page."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
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
from formservice.adapters.scan.handwriting import handwritten
from formservice.adapters.scan.laid import CLOSE_DPI, LaidPage
from formservice.adapters.scan.letters import Letters
from formservice.adapters.scan.lookalikes import Lookalikes
from formservice.adapters.scan.ocr import LANGUAGE, LATIN, Ocr
from formservice.adapters.scan.place import Placed
from formservice.adapters.scan.readings import Readings, put_together
from formservice.adapters.scan.recognition import Recognition
from formservice.adapters.scan.slashed import Slashed
from formservice.adapters.scan.text import ZoneText, close_text, text_among, writing_in, zone_text
from formservice.adapters.scan.unexplained import has_more
from formservice.adapters.scan.witness import Witness, settled, with_dashes
from formservice.domain.characters import CharacterRules
from formservice.domain.document import Doubt, Method, Opinion, ReadingBy, Sighting

# A page whose words are read with less than this, in the middle, is for a person. Names with
# letters that the German model lacks are read with 0.75. It is ``page.confidence`` of the
# acceptance rule: what that refuses need not be read twice. It is no setting, so that pages read
# already stay as they are where the rule is changed; one that asks for less gains nothing by it.
_SURE_PAGE = 0.7
# So many pieces of ink a sign, on average, are no letters any more: usual are 0.9 to 1.1, those
# of thin type on a poor scan 1.5.
_BROKEN = 1.6
# Of a page with very many texts in dispute or doubt only so many are looked at once more, and so
# many letters: each costs as much as reading it twice. Of long texts some word stays open anyhow:
# without the limit no more were accepted, on balance, in a quarter more time.
_MOST_AGAIN, _MOST_LETTERS = 8, 200
_HYPHENS = dict.fromkeys(map(ord, "–—"), "-")
# Where the look at the whole page finds nothing, or something this unsure, it saw no text at all.
_SEEN = 0.5


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
        read = [Readings(first, doubtful=first.doubtful) for first in firsts]
    else:
        in_place = not any(place.down for place in places)
        read = [
            _read_twice(sheet, place, first, ocr, in_place=in_place)
            for place, first in zip(places, firsts, strict=True)
        ]
        read = _seen_together(sheet, places, read, tools.characters)
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


def _to_read_again(read: Sequence[Readings]) -> frozenset[int]:
    """Return which zones are worth a closer look, by their numbers: the short ones if many are."""
    length = {
        number: len(one.first.text)
        for number, one in enumerate(read)
        if not one.by_hand and one.is_unsettled
    }
    short = sorted(length, key=length.__getitem__)[:_MOST_AGAIN]
    letters = accumulate(length[number] for number in short)
    return frozenset(
        n for n, so_far in zip(short, letters, strict=True) if so_far <= _MOST_LETTERS
    )


def _read_closely(sheet: LaidPage, place: Placed, readings: Readings, ocr: Ocr) -> Readings:
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


def _with_dashes_of(close: ZoneText, readings: Readings) -> ZoneText:
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
) -> Readings:
    """Return both readings of a zone, settled by its shapes where these tell."""
    rect, clean = sheet.template.zone_rect(place.zone), sheet.clean(place.down)
    second = text_among(sheet.words(ocr, in_place=in_place), clean, rect, place.down)
    if not ocr.has(LATIN):
        # The same model looks twice: what it does not know it misreads twice.
        return put_together(first, second, (ReadingBy.ZONE, ReadingBy.PAGE))
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
    return put_together(first, second, by)


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


def _seen_together(
    sheet: LaidPage, places: Sequence[Placed], read: Sequence[Readings], rules: CharacterRules
) -> list[Readings]:
    """Return the readings of a page, those in dispute or doubt settled by its own letters."""
    if is_broken([one.first for one in read]):
        return [replace(one, doubtful=True) for one in read]
    told = list(read)
    for down in sorted({place.down for place in places}):
        own = [number for number, place in enumerate(places) if place.down == down]
        zones = [(one.first.lines, one.second.lines) for n in own if (one := read[n]).second]
        letters = Letters(sheet.clean(down).written, zones)
        witness = Witness(letters)
        accents = Accents(letters, sheet.moved(down), sheet.template.printed)
        lookalikes, slashed = Lookalikes(letters, rules), Slashed(letters)
        for number in own:
            if read[number].is_open:
                told[number] = _told(read[number], witness)
            if not told[number].doubtful and accents.contradict(read[number].first.lines):
                told[number] = replace(told[number], doubtful=True)
            if (other := told[number].second) is not None:
                unclear = lookalikes.unclear(told[number].first.lines, other.lines)
                unclear |= slashed.unclear(read[number].first.lines, other.lines)
                told[number] = replace(told[number], unclear=unclear)
    return told


def is_broken(zones: Sequence[ZoneText]) -> bool:
    """Say whether the letters of a page are broken to pieces: commas and accents got lost."""
    signs = sum(len(word.text) for zone in zones for line in zone.lines for word in line)
    return sum(zone.pieces for zone in zones) > _BROKEN * max(signs, 1)


def _told(one: Readings, witness: Witness) -> Readings:
    """Return two readings with what the letters of the page tell about them."""
    if one.second is None:
        return one
    first, second = with_dashes(one.first, witness), with_dashes(one.second, witness)
    return put_together(*settled(first, second, witness), one.by)


def _sighting(sheet: LaidPage, place: Placed, readings: Readings, page: int) -> Sighting:
    first = readings.first
    opinions = [Opinion(name, one.text, one.confidence, one.sure) for name, one in readings.named]
    doubts = {Doubt.RECOGNISED}
    if readings.is_doubtful:
        doubts.add(Doubt.CHARACTERS)
    if readings.by_hand:
        doubts.add(Doubt.HANDWRITING)
    elif has_more(sheet, place, readings):
        doubts.add(Doubt.UNEXPLAINED_INK)
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
