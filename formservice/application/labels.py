"""The label chain: values found between printed labels, for forms in a foreign layout.

Every printed phrase of the form is looked for, long ones first. What remains belongs to a label:
the one before it in the same cell or line, else the one to its left, else the one above, else the
last one read. Nothing found this way is accepted without a person: the layout is not ours.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from formservice.application.chunks import (
    Chunk,
    above_neighbour,
    chunks,
    left_neighbour,
    softened,
)
from formservice.application.label_assign import assign
from formservice.application.label_match import (
    SHORT,
    Match,
    Phrases,
    boxes,
    key_of,
    lone_tick,
    matches,
)
from formservice.domain.days import is_day
from formservice.domain.document import Block, Doubt, Method, Sighting
from formservice.domain.form import Field, FieldKind, FormDefinition
from formservice.domain.groups import items_of
from formservice.domain.reference import claim_from_print

# Bounds the confidence of anything found between labels.
_CONFIDENCE = 0.7
_FILLER = re.compile(r"[_\.]{4,}")
_ANSWER = re.compile(r"\s*Antwort[ \t]*(?::\s*|$)")
_FOREIGN = frozenset({Doubt.FOREIGN_LAYOUT})


@dataclass(slots=True)
class _Found:
    """What was gathered for one field, and the first chunk it stands in."""

    pieces: list[str] = field(default_factory=list)
    chunk: int = 0


def label_sightings(definition: FormDefinition, blocks: Sequence[Block]) -> list[Sighting]:
    """Return what stands beside the labels of ``definition``, one sighting per field or box."""
    usable = [block for block in blocks if claim_from_print(block.text) is None]
    phrases = Phrases.of(definition)
    page = chunks(usable)
    found = matches(phrases, page)
    # Rows of a table stand as close as lines of a paragraph: only now it is known which is which.
    lines = [
        page[m.chunk].line_at(m.start) for m in found if m.option or m.label in phrases.labels
    ]
    labelled = {number for number, begins in lines if begins}
    if labelled:
        page = chunks(usable, labelled)
        found = matches(phrases, page)
    found = assign(definition, page, found)
    flowing = [softened(chunk, usable).text for chunk in page]
    return list(_Gatherer(definition, page, flowing, found).sightings())


class _Gatherer:
    """Walks the chunks in reading order and hands every remaining text to its label."""

    def __init__(
        self,
        definition: FormDefinition,
        page: Sequence[Chunk],
        flowing: Sequence[str],
        found: Sequence[Match],
    ) -> None:
        """Keep the chunks; ``flowing`` are their texts without the breaks of the margin."""
        self._definition = definition
        self._page = page
        self._flowing = flowing
        self._matches: dict[int, list[Match]] = defaultdict(list)
        for match in found:
            self._matches[match.chunk].append(match)
        self._found: dict[str, _Found] = {}
        self._ticks: dict[str, tuple[bool | None, int]] = {}
        self._tail: dict[int, Field | None] = {}
        self._undated = [f for f in definition.fields if not f.label and f.kind is FieldKind.DATE]
        self._boxes = self._with_boxes_to_the_left(found)
        self._columns = _columns(definition, found)

    def _with_boxes_to_the_left(self, found: Sequence[Match]) -> set[int]:
        """Give options the box in the cell before them; return the chunks that are such boxes."""
        used = set[int]()
        for match in found:
            if not match.option or match.on is not None:
                continue
            left = left_neighbour(self._page, match.chunk)
            state = None if left is None else lone_tick(self._page[left].text)
            if left is not None and state is not None and not self._before(match):
                match.on = state
                used.add(left)
        return used

    def _before(self, match: Match) -> str:
        return self._page[match.chunk].text[: match.start].strip()

    def sightings(self) -> Iterator[Sighting]:
        """Yield one sighting per field and box that was found."""
        for number in range(len(self._page)):
            self._walk(number)
        for key, found in self._found.items():
            if found.pieces or key not in self._columns:
                yield self._text_sighting(key, found)
        for one in self._definition.fields:
            yield from self._tick_sightings(one)

    def _text_sighting(self, key: str, found: _Found) -> Sighting:
        chunk = self._page[found.chunk]
        text = "\n".join(piece for piece in found.pieces if piece)
        if self._definition.field(key).kind is not FieldKind.MULTILINE and chunk.box is not None:
            # A PDF line break in a field of one line is never the writer's.
            text = _on_one_line(text.split("\n"))
        return Sighting(
            key,
            Method.LABEL,
            chunk.page,
            text=text,
            blank=not text,
            confidence=_CONFIDENCE,
            box=chunk.box,
            doubts=_FOREIGN,
        )

    def _tick_sightings(self, one: Field) -> Iterator[Sighting]:
        """Yield the boxes of a tick or choice. An option without a box beside ticked ones is off.

        Where no option has a box, all are off in Word; on a page boxes may be drawn as pictures.
        """
        seen = {key: self._ticks[key] for key in one.anchors if key in self._ticks}
        marked = any(on is not None for on, _ in seen.values())
        if not marked and len(seen) < len(one.anchors):
            return
        for key, (on, number) in seen.items():
            chunk = self._page[number]
            drawn = not marked and chunk.box is not None
            state = None if drawn else bool(on)
            yield Sighting(
                key,
                Method.LABEL,
                chunk.page,
                on=state,
                blank=state is False,
                confidence=_CONFIDENCE,
                box=chunk.box,
                doubts=_FOREIGN,
            )

    def _walk(self, number: int) -> None:
        """Split one chunk at its phrases and hand out what stands between them."""
        if number in self._boxes:
            self._tail[number] = self._home(number)
            return
        text = self._page[number].text
        owner = self._home(number)
        position = 0
        for match in self._matches[number]:
            if self._is_answer(match, owner):
                continue
            end = match.start - len(_comma_before(text, position, match.start))
            self._hand(owner, slice(position, end), number)
            position = match.end
            if match.option:
                self._tick(owner, match, number)
            if match.owner is not None:
                owner = match.owner
                if owner.kind not in (FieldKind.CHOICE, FieldKind.SIGNATURE):
                    self._found.setdefault(owner.key, _Found(chunk=number))
        self._hand(owner, slice(position, None), number)
        self._tail[number] = owner

    def _is_answer(self, match: Match, owner: Field | None) -> bool:
        """Say whether a short option without a box („ja“) is an answer to something else."""
        if not match.option or match.on is not None or match.owner is not None:
            return False
        return len(match.label) <= SHORT and (owner is None or owner.kind is not FieldKind.CHOICE)

    def _home(self, number: int) -> Field | None:
        """Return the field whose label governs the beginning of the chunk."""
        if number == 0:
            return None
        chunk = self._page[number]
        above = above_neighbour(self._page, number) if chunk.cell or chunk.box else number - 1
        above = None if above is not None and above >= number else above
        left = self._label_to_the_left(number)
        if left is not None and (self._is_open(left) or above is None or not self._is_open(above)):
            return self._tail.get(left)
        return self._tail.get(number - 1 if above is None else above)

    def _label_to_the_left(self, number: int) -> int | None:
        """Return the chunk with a label in the same row, past options and their boxes."""
        left = left_neighbour(self._page, number)
        while left is not None and left < number:
            if any(match.owner for match in self._matches[left]):
                return left
            optional = left in self._boxes or any(one.option for one in self._matches[left])
            left = left_neighbour(self._page, left) if optional else None
        return None

    def _is_open(self, number: int) -> bool:
        """Say whether a chunk ends with a label, which looks for its value elsewhere."""
        found = self._matches[number]
        text = self._page[number].text
        return bool(found) and found[-1].owner is not None and not text[found[-1].end :].strip()

    def _hand(self, owner: Field | None, span: slice, number: int) -> None:
        """Give a remaining piece of a chunk to its field."""
        wordy = owner is not None and owner.kind is FieldKind.MULTILINE
        piece = (self._flowing[number] if wordy else self._page[number].text)[span]
        text = piece if wordy and not _FILLER.fullmatch(piece.strip()) else _FILLER.sub("", piece)
        text = text.strip(" \t\n")
        if owner is not None and not self._found.get(owner.key, _Found()).pieces:
            # What sets an answer apart from its label on the same line.
            text = text.removeprefix(":").lstrip(" \t\n")
            text = text.removeprefix("- ").removeprefix("– ").lstrip(" \t\n")
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
            text = _ANSWER.sub("", text, count=1) if _ANSWER.match(text) else text
        found.pieces.append(text)

    def _without_undated(self, owner: Field | None, text: str, number: int) -> str:
        """Return ``text`` without a line that is a date nobody asked for: the form's own.

        The first line behind a label that asks for a date is its answer. A label that asks for
        words gets no date written out in full.
        """
        lines = text.split("\n")
        form_date = self._undated[0]
        answered = owner is not None and self._found.get(owner.key, _Found()).pieces
        for position, line in enumerate(lines):
            is_answer = position == 0 and owner is not None and not answered
            wordy = owner is not None and owner.kind is FieldKind.TEXT and form_date.long_date
            if is_answer and not (wordy and any(char.isalpha() for char in line)):
                continue
            if is_day(line):
                self._undated.pop(0)
                self._found[form_date.key] = _Found([line.strip()], number)
                return "\n".join(lines[:position] + lines[position + 1 :])
        return text

    def _tick(self, owner: Field | None, match: Match, number: int) -> None:
        """Note a box for the choice it belongs to: the governing one if it has that option."""
        fitting = [
            (one, key) for label, one, key in boxes(self._definition) if label == match.label
        ]
        if not fitting:
            return
        order = [one.key for one in self._definition.fields]
        at = order.index(owner.key) if owner is not None else 0
        _, key = min(fitting, key=lambda pair: abs(order.index(pair[0].key) - at))
        if self._ticks.get(key, (None, 0))[0] is None:
            self._ticks[key] = (match.on, number)


def _columns(definition: FormDefinition, found: Sequence[Match]) -> set[str]:
    """Return the repeated fields whose label is printed less often than they are.

    It heads a column or a list: nothing beside it does not mean that nothing stands below.
    """
    printed = Counter(match.label for match in found)
    repeated = [one for one in definition.fields if items_of(one.key)]
    asked = Counter(key_of(one.label) for one in repeated)
    return {one.key for one in repeated if asked[label := key_of(one.label)] > printed[label]}


def _on_one_line(lines: Sequence[str]) -> str:
    """Return wrapped lines as one; behind a hyphen and inside an address there was no blank."""
    text = lines[0]
    for line in lines[1:]:
        within = text.endswith("-") or ("@" in text + line and " " not in text + line)
        text += line if within else f" {line}"
    return text


def _comma_before(text: str, start: int, end: int) -> str:
    """Return the comma that sets a label apart from what stands before it on its line."""
    piece = text[start:end]
    return "" if piece.endswith("\n") else piece[len(piece.rstrip(" \t").rstrip(",;|/")) :]
