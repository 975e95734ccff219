"""The label chain: values found between printed labels, for forms in a foreign layout.

Every printed phrase of the form is looked for, long ones first. What remains belongs to a label:
the one before it in the same cell or line, else the one to its left, else the one above, else the
last one read. Nothing found this way is accepted without a person: the layout is not ours.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from formservice.application.chunks import (
    Chunk,
    above_neighbour,
    chunks,
    distance,
    left_neighbour,
    softened,
)
from formservice.domain.document import Block, Doubt, Method, Sighting
from formservice.domain.form import Field, FieldKind, FormDefinition
from formservice.domain.reference import claim_from_print
from formservice.domain.values import folded, parse_date

ON_GLYPHS = "☒☑✓✔✗✘✕✖■🗹🗷"
OFF_GLYPHS = "☐□❏❑▢"
_TICK = re.compile(rf"(?P<on>[{ON_GLYPHS}])|(?P<off>[{OFF_GLYPHS}])")
# Bounds the confidence of anything found between labels.
_CONFIDENCE = 0.7
# Labels up to this length („Name“, „bis“) also occur inside sentences.
_SHORT = 12
_NEAR_CONFUSIONS = 6
_FILLER = re.compile(r"[_\.]{4,}")


@dataclass(slots=True)
class _Match:
    """A printed phrase found in a chunk, as a span of its raw text."""

    chunk: int
    start: int
    end: int
    label: str  # folded phrase
    option: bool = False
    on: bool | None = None
    owner: Field | None = None


@dataclass(slots=True)
class _Found:
    """What was gathered for one field."""

    pieces: list[str] = field(default_factory=list)
    chunk: int = 0
    last: int = 0


def label_sightings(definition: FormDefinition, blocks: Sequence[Block]) -> list[Sighting]:
    """Return what stands beside the labels of ``definition``, one sighting per field or box."""
    usable = [block for block in blocks if claim_from_print(block.text) is None]
    page = chunks(usable)
    matches = _matches(definition, page)
    labels = {_key(one.label) for one in definition.fields}
    # Rows of a table stand as close as lines of a paragraph: only now it is known which is which.
    lines = [page[m.chunk].line_at(m.start) for m in matches if m.option or m.label in labels]
    labelled = {number for number, begins in lines if begins}
    if labelled:
        page = chunks(usable, labelled)
        matches = _matches(definition, page)
    matches = _assign(definition, page, matches)
    wrapped = [softened(chunk, usable) for chunk in page]
    return _Gatherer(definition, wrapped, matches).sightings()


def _matches(definition: FormDefinition, page: Sequence[Chunk]) -> list[_Match]:
    """Return every printed phrase found, each character claimed once, longest phrase first."""
    labels = {_key(one.label) for one in definition.fields if one.label}
    options = {label for label, _, _ in _boxes(definition)}
    flow = definition.layout.flow if definition.layout else ()
    phrases = labels | options | {_key(item.text) for item in flow if item.text}
    dates = {_key(f.label) for f in definition.fields if f.kind is FieldKind.DATE and f.label}
    found: list[_Match] = []
    for number, chunk in enumerate(page):
        taken = [False] * len(chunk.text)
        for phrase in sorted(phrases - {""}, key=len, reverse=True):
            for match in _pattern(phrase).finditer(_flat(chunk.text)):
                start, end = match.span()
                if any(taken[start:end]):
                    continue
                tick = _tick_before(chunk.text, start) if phrase in options else None
                if tick is None and phrase not in labels and phrase in options:
                    continue
                short = len(phrase) <= _SHORT and tick is None
                if short and not _stands_alone(chunk.text, start, end, phrase in dates):
                    continue
                first = start if tick is None else tick[0]
                taken[first:end] = [True] * (end - first)
                on = None if tick is None else tick[1]
                found.append(_Match(number, first, end, phrase, tick is not None, on))
    return sorted(found, key=lambda match: (match.chunk, match.start))


def _boxes(definition: FormDefinition) -> list[tuple[str, Field, str]]:
    """Return every tick box as (folded label beside it, its field, its key)."""
    single = [
        (_key(one.label), one, one.key) for one in definition.fields if one.kind is FieldKind.TICK
    ]
    grouped = [
        (_key(option.label), one, f"{one.key}.{option.key}")
        for one in definition.fields
        for option in one.options
    ]
    return single + grouped


def _key(phrase: str) -> str:
    """Return a phrase as it is looked for: folded, without the closing colon."""
    return folded(phrase).rstrip(": ")


def _flat(text: str) -> str:
    """Return ``text`` with quotes and dashes unified, every character in its place."""
    return "".join(folded(char) if len(folded(char)) == 1 else char for char in text)


def _pattern(phrase: str) -> re.Pattern[str]:
    """Return a pattern that finds ``phrase`` over any white space, as whole words."""
    # A line may break behind a hyphen („O-Ton“).
    words = r"\s+".join(re.escape(word).replace(r"\-", r"-\s*") for word in phrase.split())
    return re.compile(rf"(?<!\w){words}(?!\w)\s?:?")


def _tick_before(text: str, start: int) -> tuple[int, bool] | None:
    """Return where the box before ``start`` is and whether it is ticked, None without a box."""
    before = text[max(0, start - 8) : start]
    boxes = list(_TICK.finditer(before))
    if not boxes or before[boxes[-1].end() :].strip(" \t\n[]()"):
        return None
    last = boxes[-1]
    return start - len(before) + last.start(), last.group("on") is not None


def _stands_alone(text: str, start: int, end: int, is_date: bool) -> bool:
    """Say whether a short phrase is a label here and not a word of a sentence."""
    before, after = text[:start], text[end:]
    if text[start:end].endswith(":") or not before.strip() or before.endswith(("\n", "\t", "  ")):
        return True
    return is_date and (not after.strip() or after.lstrip()[:1].isdigit())


def _assign(
    definition: FormDefinition, page: Sequence[Chunk], matches: list[_Match]
) -> list[_Match]:
    """Give every match its field: unique labels first, repeated ones to the nearest group.

    Returns the matches that count: a label word without a field to label („Träger“ in the name
    of a Träger) is part of an answer.
    """
    by_label: dict[str, list[Field]] = defaultdict(list)
    for one in definition.fields:
        if one.label:
            by_label[_key(one.label)].append(one)
    places: dict[str, list[int]] = defaultdict(list)
    for fields in by_label.values():
        found = _likeliest(fields[0], matches, page)
        if len(fields) == 1 and found:
            chosen = found[0]
            chosen.owner = fields[0]
            places[fields[0].group].append(chosen.chunk)
    for fields in by_label.values():
        found = _likeliest(fields[0], matches, page)[:_NEAR_CONFUSIONS]
        if len(fields) > 1 and found:
            for one, match in _nearest(fields, found, page, places):
                match.owner = one
    return [m for m in matches if m.owner or m.option or m.label not in by_label]


def _likeliest(one: Field, matches: Sequence[_Match], page: Sequence[Chunk]) -> list[_Match]:
    """Return where the label of ``one`` was found, places with its colon before others."""
    found = [match for match in matches if match.label == _key(one.label)]
    if not one.label.endswith(":"):
        return found
    exact = [m for m in found if page[m.chunk].text[m.start : m.end].rstrip().endswith(":")]
    return exact or found


def _nearest(
    fields: Sequence[Field],
    found: Sequence[_Match],
    page: Sequence[Chunk],
    places: Mapping[str, Sequence[int]],
) -> list[tuple[Field, _Match]]:
    """Pair fields of the same label with its places so that each stands nearest its group."""

    def cost(one: Field, match: _Match) -> float:
        homes = places.get(one.group, ())
        steps = [
            distance(page[home], page[match.chunk], abs(home - match.chunk)) for home in homes
        ]
        return min(steps, default=50.0)

    best: list[tuple[Field, _Match]] = []
    lowest = float("inf")
    count = min(len(fields), len(found))
    for chosen in itertools.permutations(found, count):
        pairs = list(zip(fields, chosen, strict=False))
        total = sum(cost(one, match) for one, match in pairs)
        if total < lowest:
            best, lowest = pairs, total
    return best


class _Gatherer:
    """Walks the chunks in reading order and hands every remaining text to its label."""

    def __init__(
        self, definition: FormDefinition, page: Sequence[Chunk], matches: Sequence[_Match]
    ) -> None:
        self._definition = definition
        self._page = page
        self._matches: dict[int, list[_Match]] = defaultdict(list)
        for match in matches:
            self._matches[match.chunk].append(match)
        self._found: dict[str, _Found] = {}
        self._ticks: dict[str, tuple[bool, int]] = {}
        self._tail: dict[int, Field | None] = {}
        self._undated = [f for f in definition.fields if not f.label and f.kind is FieldKind.DATE]

    def sightings(self) -> list[Sighting]:
        """Return one sighting per field and box that was found."""
        for number in range(len(self._page)):
            self._walk(number)
        result = [self._text_sighting(key, found) for key, found in self._found.items()]
        for key, (on, number) in self._ticks.items():
            chunk = self._page[number]
            result.append(
                Sighting(
                    key,
                    Method.LABEL,
                    chunk.page,
                    on=on,
                    blank=not on,
                    confidence=_CONFIDENCE,
                    box=chunk.box,
                    doubts=frozenset({Doubt.FOREIGN_LAYOUT}),
                )
            )
        return result

    def _text_sighting(self, key: str, found: _Found) -> Sighting:
        chunk = self._page[found.chunk]
        text = "\n".join(piece for piece in found.pieces if piece)
        if self._definition.field(key).kind is not FieldKind.MULTILINE and chunk.box is not None:
            # A PDF line break in a field of one line is never the writer's.
            text = " ".join(text.split("\n"))
        return Sighting(
            key,
            Method.LABEL,
            chunk.page,
            text=text,
            blank=not text,
            confidence=_CONFIDENCE,
            box=chunk.box,
            doubts=frozenset({Doubt.FOREIGN_LAYOUT}),
        )

    def _walk(self, number: int) -> None:
        """Split one chunk at its phrases and hand out what stands between them."""
        text = self._page[number].text
        owner = self._home(number)
        position = 0
        for match in self._matches[number]:
            self._hand(owner, text[position : match.start], number)
            position = match.end
            if match.option:
                self._tick(owner, match, number)
            if match.owner is not None:
                owner = match.owner
                if owner.kind not in (FieldKind.CHOICE, FieldKind.SIGNATURE):
                    self._found.setdefault(owner.key, _Found(chunk=number, last=number))
        self._hand(owner, text[position:], number)
        self._tail[number] = owner

    def _home(self, number: int) -> Field | None:
        """Return the field whose label governs the beginning of the chunk."""
        if number == 0:
            return None
        chunk = self._page[number]
        left = left_neighbour(self._page, number)
        if left is not None and left < number and any(m.owner for m in self._matches[left]):
            return self._tail.get(left)
        if chunk.cell is not None or chunk.box is not None:
            above = above_neighbour(self._page, number)
            if above is not None and above < number:
                return self._tail.get(above)
        return self._tail.get(number - 1)

    def _hand(self, owner: Field | None, piece: str, number: int) -> None:
        """Give a remaining piece of text to its field."""
        text = _FILLER.sub("", piece).strip(" \t\n:•-–") if piece.strip() else ""
        if not text:
            return
        if self._undated and (owner is None or owner.kind is not FieldKind.MULTILINE):
            text = self._without_undated(owner, text, number)
        if not text:
            return
        if owner is None or owner.kind in (FieldKind.CHOICE, FieldKind.SIGNATURE, FieldKind.TICK):
            return
        found = self._found.setdefault(owner.key, _Found(chunk=number))
        if not found.pieces:
            found.chunk = number
        found.pieces.append(text)
        found.last = number

    def _without_undated(self, owner: Field | None, text: str, number: int) -> str:
        """Return ``text`` without a line that is a date nobody asked for: the form's own."""
        lines = text.split("\n")
        has_value = owner is not None and self._found.get(owner.key, _Found()).pieces
        first = 0 if owner is None or has_value else 1
        for position, line in enumerate(lines[first:], start=first):
            if _is_date(line):
                form_date = self._undated.pop(0)
                self._found[form_date.key] = _Found([line.strip()], number, number)
                return "\n".join(lines[:position] + lines[position + 1 :])
        return text

    def _tick(self, owner: Field | None, match: _Match, number: int) -> None:
        """Note a box for the choice it belongs to: the governing one if it has that option."""
        fitting = [
            (one, key) for label, one, key in _boxes(self._definition) if label == match.label
        ]
        if not fitting:
            return
        order = [one.key for one in self._definition.fields]
        at = order.index(owner.key) if owner is not None else 0
        _, key = min(fitting, key=lambda pair: abs(order.index(pair[0].key) - at))
        if key not in self._ticks:
            self._ticks[key] = (bool(match.on), number)


def _is_date(text: str) -> bool:
    try:
        parse_date(text)
    except ValueError:
        return False
    return True
