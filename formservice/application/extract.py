"""Sightings of one document plus its definition: one extraction per field, rivals kept."""

import difflib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from typing import NamedTuple

from formservice.domain.days import OpenCenturyError
from formservice.domain.document import Doubt, Method, Opinion, Sighting, part_of
from formservice.domain.form import Field, FieldKind, FormDefinition
from formservice.domain.record import Extraction, Reading, Record, Value
from formservice.domain.text import clean, is_blank
from formservice.domain.values import folded, is_placeholder, parse

# From certain to doubtful; the first method that saw a field gives its reading.
_ORDER = (
    Method.CONTROL,
    Method.BOOKMARK,
    Method.TEXT,
    Method.MARK,
    Method.OCR,
    Method.LABEL,
)
# A method bounds how sure a reading can be, whatever the engine says.
_CEILING = {
    Method.CONTROL: 1.0,
    Method.BOOKMARK: 0.95,
    Method.TEXT: 0.98,
    Method.MARK: 0.98,
    Method.OCR: 0.9,
    Method.LABEL: 0.7,
}
# A recognised prompt may have a few wrong letters and is still the prompt.
_PROMPT_LIKENESS = 0.8
_OF_MARKS = {Doubt.TYPED_NAME, Doubt.AMBIGUOUS_MARK}
_OF_CHARACTERS = {Doubt.WHITE_SPACE, Doubt.CHARACTERS, Doubt.ANCHORS_LOST}

_TYPED = (Method.CONTROL, Method.BOOKMARK)

CONTINUED = "… (weiter auf dem Beiblatt)"
"""Stands drawn at the end of a text that goes on; never part of a value."""


def split_mark(text: str) -> str:
    """Return what is kept beside the first part of a text, to tell whether it was changed since.

    The parts of a changed text no longer belong together. White space does not count: programs
    write line breaks in their own way.
    """
    return blake2b("".join(text.split()).encode(), digest_size=8).hexdigest()


def extract(
    definition: FormDefinition, sightings: Sequence[Sighting], received: date | None = None
) -> Record:
    """Return the record that ``sightings`` give, exactly one extraction for every field.

    ``received`` is the day of receipt, which tells the century of years of two digits.
    """
    seen: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in _joined(sightings):
        seen[sighting.key].append(sighting)
    fields: dict[str, Extraction] = {}
    rivals: list[Extraction] = []
    for field in definition.fields:
        if field.kind is FieldKind.CHOICE:
            boxes = {anchor: _ranked(seen.get(anchor, ())) for anchor in field.anchors}
            fields[field.key] = _choice(field, boxes)
        else:
            chosen, others = _single(field, _ranked(seen.get(field.key, ())), received)
            fields[field.key] = chosen
            rivals.extend(others)
    return Record(definition.ref, fields, tuple(rivals))


def missing(definition: FormDefinition, sightings: Sequence[Sighting]) -> list[Field]:
    """Return the fields nobody has seen yet, for the next reader in the cascade."""
    keys = {sighting.key for sighting in sightings}
    return [field for field in definition.fields if not keys.intersection(field.anchors)]


def _joined(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Return the sightings with continuations (``key__2`` …) appended to their beginning."""
    parts: dict[tuple[str, Method], dict[int, Sighting]] = defaultdict(dict)
    whole: list[Sighting] = []
    for sighting in sightings:
        key, number = part_of(sighting.key)
        if number > 1:
            parts[(key, sighting.method)][number] = sighting
        else:
            whole.append(sighting)
    return [_with_parts(one, parts.get((one.key, one.method), {})) for one in whole]


def _with_parts(first: Sighting, parts: dict[int, Sighting]) -> Sighting:
    """Return ``first`` with its further parts; a hole in their numbering is a doubt."""
    stem, announced = _without_mark(first.text)
    # A part of nothing but line breaks is a part: the answer was cut there.
    filled = {number: part for number, part in parts.items() if part.text or not part.blank}
    if not filled:
        if not announced:
            return first
        # In a control somebody may have typed these very words.
        text = first.text if first.method in _TYPED else stem
        return replace(first, text=text, doubts=first.doubts | {Doubt.PART_MISSING})
    texts = [stem]
    doubts = set(first.doubts)
    for number in range(2, max(filled) + 1):
        part = filled.get(number)
        if part is None:
            doubts.add(Doubt.PART_MISSING)
            continue
        text, announced = _without_mark(part.text)
        texts.append(text)
        doubts |= part.doubts
    if announced:
        doubts.add(Doubt.PART_MISSING)
    confidence = min([first.confidence, *(part.confidence for part in filled.values())])
    text = "".join(texts)
    if first.method is Method.OCR and _may_break(texts):
        doubts.add(Doubt.WHITE_SPACE)
    return replace(
        first,
        text=text,
        blank=not text,
        doubts=frozenset(doubts),
        confidence=confidence,
        opinions=_joined_opinions([first, *(filled[number] for number in sorted(filled))]),
    )


def _may_break(texts: Sequence[str]) -> bool:
    """Say whether a line may end where paper cuts a text: after a sentence, if others do."""
    ends = any(text.rstrip().endswith((".", "!", "?")) for text in texts[:-1])
    return ends and any("\n" in text for text in texts)


def _joined_opinions(parts: Sequence[Sighting]) -> tuple[Opinion, ...]:
    """Return what each pass read of the whole; nothing unless the same passes read every part.

    Passes that read only some parts do not count.
    """
    by_name = [{one.by: one for one in part.opinions} for part in parts]
    common = [name for name in by_name[0] if all(name in found for found in by_name)]
    if len(common) < min(2, *(len(found) for found in by_name)):
        return ()
    return tuple(
        Opinion(
            name,
            "".join(_without_mark(found[name].text)[0] for found in by_name),
            min(found[name].confidence for found in by_name),
        )
        for name in common
    )


def _without_mark(text: str) -> tuple[str, bool]:
    """Return ``text`` without the drawn continuation mark, and whether it was there."""
    stripped = text.rstrip()
    if stripped.endswith(CONTINUED):
        return stripped.removesuffix(CONTINUED), True
    return text, False


def _ranked(sightings: Sequence[Sighting]) -> list[Sighting]:
    if len(sightings) < 2:
        return list(sightings)
    return sorted(sightings, key=lambda sighting: _ORDER.index(sighting.method))


def _single(
    field: Field, ranked: Sequence[Sighting], received: date | None
) -> tuple[Extraction, list[Extraction]]:
    """Return the reading of one field and its rivals; rivals that differ are a doubt."""
    if not ranked:
        return Extraction(field.key, Reading.NOT_FOUND, "", None, 0.0, None), []
    if len(ranked) == 1:
        return _reading(field, ranked[0], received), []
    readings = [_reading(field, sighting, received) for sighting in ranked]
    # What stands there outweighs a place looked at in vain: a text drawn over an empty field
    # was meant, but a person must see it.
    best = next((one for one in readings if one.reading is not Reading.BLANK), readings[0])
    others = [one for one in readings if one is not best]
    different = [one for one in others if _differs(field, best, one)]
    if different:
        best = replace(best, doubts=best.doubts | {Doubt.CONFLICT})
    return best, different


def _differs(field: Field, best: Extraction, other: Extraction) -> bool:
    """Say whether a rival reading contradicts the best one."""
    if field.kind is FieldKind.SIGNATURE:
        return False
    if other.reading is Reading.UNREADABLE or other.method is Method.LABEL:
        return False
    if best.reading is Reading.BLANK:
        return other.reading is not Reading.BLANK
    if other.reading is Reading.BLANK:
        return True
    if other.method in (Method.CONTROL, Method.BOOKMARK):
        return best.value != other.value
    return "".join(best.raw.split()) != "".join(other.raw.split())


def _reading(field: Field, sighting: Sighting, received: date | None) -> Extraction:
    """Return what one sighting of a field that is no choice means."""
    if sighting.unreadable:
        meant = _Meant(Reading.UNREADABLE, sighting.text, None, sighting.doubts)
    elif field.kind in (FieldKind.SIGNATURE, FieldKind.TICK):
        meant = _mark(field, sighting)
    else:
        meant = _text(field, sighting, received)
    return Extraction(
        field.key,
        meant.reading,
        meant.raw,
        meant.value,
        round(min(sighting.confidence, _CEILING[sighting.method]), 3),
        sighting.method,
        sighting.page,
        sighting.box,
        meant.doubts,
        sighting.opinions,
    )


class _Meant(NamedTuple):
    """What a sighting means, without where and how it was seen."""

    reading: Reading
    raw: str
    value: Value | None
    doubts: frozenset[Doubt]


def _text(field: Field, sighting: Sighting, received: date | None) -> _Meant:
    """Return the reading of a text, multi-line or date field."""
    text = clean(sighting.text)
    # These are doubts about marks; a reader that knows no form may have them about any text.
    doubts = sighting.doubts - _OF_MARKS
    if is_placeholder(field, text):
        # The prompt survived word for word: nothing was lost on the way.
        return _Meant(Reading.BLANK, "", None, doubts - _OF_CHARACTERS)
    if is_blank(text) or (sighting.method is Method.OCR and is_prompt(field, text)):
        return _Meant(Reading.BLANK, "", None, doubts)
    if sighting.blank:
        # Marked as prompt, but it is not the prompt: somebody typed and the mark stayed.
        doubts |= {Doubt.CONFLICT}
    try:
        return _Meant(Reading.READ, text, parse(field, text, received), doubts)
    except OpenCenturyError:
        return _Meant(Reading.UNREADABLE, text, None, doubts | {Doubt.CENTURY})
    except ValueError:
        return _Meant(Reading.UNREADABLE, text, None, doubts | {Doubt.MALFORMED})


def is_prompt(field: Field, text: str) -> bool:
    """Say whether recognised ``text`` is the field's prompt with a few letters misread."""
    if not field.placeholder:
        return False
    matcher = difflib.SequenceMatcher(None, folded(text), folded(field.placeholder))
    # No likeness is more than the lengths, nor than the letters whatever their order, allow: most
    # texts are told from a prompt by these, in a hundredth of the time.
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(bound() >= _PROMPT_LIKENESS for bound in bounds)


def _mark(field: Field, sighting: Sighting) -> _Meant:
    """Return the reading of a tick or signature."""
    text, on, doubts = sighting.text, sighting.on, sighting.doubts
    if on is None:
        return _Meant(Reading.UNREADABLE, "", None, doubts | _unclear(doubts))
    if field.kind is FieldKind.TICK:
        return _Meant(Reading.READ, "", on, doubts)
    return _Meant(Reading.READ if on or text else Reading.BLANK, text, on, doubts)


def _unclear(doubts: frozenset[Doubt]) -> frozenset[Doubt]:
    """Return why a mark cannot be told, unless that is known."""
    known = Doubt.CORRECTED_MARK in doubts
    return frozenset[Doubt]() if known else frozenset({Doubt.AMBIGUOUS_MARK})


def _of_boxes(field: Field, seen: Sequence[Sighting]) -> frozenset[Doubt]:
    """Return the doubts about the boxes of a choice."""
    doubts = frozenset[Doubt]().union(*(one.doubts for one in seen))
    if field.several and all(one.on is not None and one.method is Method.MARK for one in seen):
        # Two clear marks are a doubt only where one is wanted.
        doubts -= {Doubt.AMBIGUOUS_MARK}
    return doubts


def _choice(field: Field, boxes: dict[str, list[Sighting]]) -> Extraction:
    """Return the reading of a choice from the readings of its boxes."""
    seen = [ranked[0] for ranked in boxes.values() if ranked]
    if not seen:
        return Extraction(field.key, Reading.NOT_FOUND, "", None, 0.0, None)
    doubts = _of_boxes(field, seen)
    if len(seen) < len(boxes):
        doubts |= {Doubt.AMBIGUOUS_MARK}
    if any(len({one.on for one in ranked}) > 1 for ranked in boxes.values()):
        doubts |= {Doubt.CONFLICT}
    on = [one for one in seen if one.on]
    first = (on or seen)[0]
    chosen = tuple(one.key.rsplit(".", 1)[1] for one in on)
    reading, value = _chosen(field, chosen)
    if any(one.on is None for one in seen):
        reading, value = Reading.UNREADABLE, None
        doubts |= _unclear(doubts)
    return Extraction(
        key=field.key,
        reading=reading,
        raw=", ".join(chosen),
        value=value,
        confidence=round(min(min(one.confidence, _CEILING[one.method]) for one in seen), 3),
        method=first.method,
        page=first.page,
        box=first.box,
        doubts=doubts,
    )


def _chosen(field: Field, chosen: tuple[str, ...]) -> tuple[Reading, Value | None]:
    """Return what these options of a choice mean together."""
    if not chosen:
        return Reading.BLANK, None
    return Reading.READ, chosen[0] if len(chosen) == 1 and not field.several else chosen
