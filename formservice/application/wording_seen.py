"""Whether a scanned form still shows the text people signed for, as far as recognition can tell.

Recognition slips over single characters everywhere; a word that was changed, left out or put in
is several characters in one place. Only the latter is reported, and only to be looked at.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from formservice.application.wording_exact import BOTTOM, TOP, added, changed, sentences
from formservice.domain.document import Block, Box
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import FormDefinition, Severity
from formservice.domain.wording import one_print, phrases

# Shorter phrases are labels; so few letters are found, or missed, by chance.
_LEAST = 24
# Letters that must agree in a row to suggest where a sentence stands.
_GRAM = 5
# A sentence may stand so many letters farther than suggested: words put in before.
_LEEWAY = 60
# So many slips within so many letters are no slip of recognition but another word.
_SLIPS, _WITHIN = 4, 9
# A sentence of which less agrees in one place may have been torn apart by recognition; it is there
# if so much of it stands anywhere. Of what is not ours less than the last may be ours anywhere.
_ALIKE, _TORN, _ANYWHERE = 0.75, 0.85, 0.6
# If more of the sentences are not found as they should, the picture is too poor to say which.
_POOR = 0.3
# A line of print that was added has at least so many letters.
_CLAUSE = 20
# Lines of one paragraph: their middles at most so many line heights apart, their left edges within
# so much of the page, or in by as much as the text beside a tick.
_LINE_STEP, _EDGE, _INDENT = 2.2, 0.012, 0.035
# Words of one line: at most so many line heights apart.
_WORD_GAP = 1.3


def differences_seen(
    definition: FormDefinition,
    looks: Iterable[Sequence[Block]],
    fields: Mapping[int, Sequence[Box]],
) -> tuple[Finding, ...]:
    """Return findings about recognised text that is clearly not ``definition``'s own.

    Each of ``looks`` is the recognised text of all pages, word by word; the next one is taken
    while the last left something to ask, and only what none of them shows is told. ``fields`` has
    for every page the places where answers and marks stand, in the same fractions as the words.
    """
    fixed = definition.fixed_text
    if fixed is None:
        return ()
    ours = [one for phrase in phrases(one_print(definition)) for one in sentences(phrase)]
    told = [one for one in ours if len(letters(one)) >= _LEAST]
    again = _repeated(definition, ours)
    wrong, behind = list(told), ""
    before: str | None = None
    for blocks in looks:
        stream = _Stream(list(_paragraphs(_printed(blocks, fields))))
        absent = stream.lacks(told)
        wrong = [one for one in wrong if one in absent]
        short = stream.lacks([one for one in ours if len(letters(one)) < _LEAST])
        torn = [*absent, *short, *again]
        strange = stream.strange("".join(letters(one) for one in torn))
        if before is not None:  # what one look shows and the other does not was never printed
            strange = {
                place: run for place, run in strange.items() if _shared(run, before) > _ANYWHERE
            }
        if not wrong and not strange:
            return ()
        before = "".join(strange.values())
        behind = stream.before(told, min(strange, default=0))
    if len(wrong) > max(1, _POOR * len(told)):
        return (_unsure(fixed.version),)
    if wrong:
        return (changed(fixed.version, wrong, Severity.ASKS),)
    return (added(fixed.version, behind, Severity.ASKS),)


def _repeated(definition: FormDefinition, ours: Sequence[str]) -> Sequence[str]:
    """Return what of ours may be there more often than once: on copies, or for further items."""
    layout = definition.layout
    if layout is None or layout.copies:
        return ours
    inside, found = 0, []
    for item in layout.template_flow:
        inside += bool(item.begin) - bool(item.end)
        if inside and item.text:
            found.append(item.text)
    return found


def letters(text: str) -> str:
    """Return the letters and digits of a text, without marks on them and all small."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


def _unsure(version: str) -> Finding:
    return Finding(
        FindingCode.WORDING,
        Severity.ASKS,
        f"Der gedruckte Text ließ sich auf dem Scan nicht mit unserem (Fassung {version})"
        " vergleichen. Bitte selbst vergleichen.",
        overridable=True,
    )


def _printed(
    blocks: Sequence[Block], fields: Mapping[int, Sequence[Box]]
) -> Iterator[tuple[Block, Box]]:
    """Yield what stands outside the fields, header and footer."""
    for block in blocks:
        box = block.box
        if box is None:
            continue
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        if TOP < y < BOTTOM and not any(one.contains(x, y) for one in fields.get(block.page, ())):
            yield block, box


def _paragraphs(printed: Iterable[tuple[Block, Box]]) -> Iterator[str]:
    """Yield the letters of each paragraph: lines below each other with one left edge."""
    open_ones: list[tuple[_Line, list[str]]] = []
    for line in _lines(list(printed)):
        text = letters(" ".join(block.text for block, _ in line.pieces))
        for place, (last, gathered) in enumerate(open_ones):
            gap = (line.middle - last.middle) / max(line.height, last.height)
            same = last.page == line.page and -_EDGE < line.left - last.left < _INDENT
            if same and 0 < gap < _LINE_STEP:
                gathered.append(text)
                open_ones[place] = (line, gathered)
                break
        else:
            open_ones.append((line, [text]))
    for _, gathered in open_ones:
        yield "".join(gathered)


@dataclass(slots=True)
class _Line:
    """Words beside each other, from left to right; recognition may part them anyhow.

    ``height`` is that of its tallest word, at least the usual one of the page.
    """

    page: int
    height: float
    pieces: list[tuple[Block, Box]]

    @property
    def left(self) -> float:
        return self.pieces[0][1].left

    @property
    def middle(self) -> float:
        return median(_middle(box) for _, box in self.pieces)

    def takes(self, box: Box) -> bool:
        """Say whether a word stands in this line, close behind what is in it."""
        last = self.pieces[-1][1]
        height = max(self.height, box.bottom - box.top)
        level = abs(_middle(box) - _middle(last)) < height / 2
        return level and box.left - last.right < _WORD_GAP * height

    def take(self, block: Block, box: Box) -> None:
        """Add a word."""
        self.pieces.append((block, box))
        self.height = max(self.height, box.bottom - box.top)


def _middle(box: Box) -> float:
    return (box.top + box.bottom) / 2


def _lines(printed: Sequence[tuple[Block, Box]]) -> list[_Line]:
    """Return the lines of print, page by page from top to bottom."""
    lines: list[_Line] = []
    for page in sorted({block.page for block, _ in printed}):
        pieces = [one for one in printed if one[0].page == page and _is_text(one[0].text)]
        usual = median(box.bottom - box.top for _, box in pieces) if pieces else 0.0
        own: list[_Line] = []
        for block, box in sorted(pieces, key=lambda one: one[1].left):
            near = [one for one in own if one.takes(box)]
            if near:
                beside = min(near, key=lambda one: abs(_middle(one.pieces[-1][1]) - _middle(box)))
                beside.take(block, box)
            else:
                own.append(_Line(page, max(usual, box.bottom - box.top), [(block, box)]))
        lines += sorted(own, key=lambda one: one.middle)
    return lines


def _is_text(text: str) -> bool:
    """Say whether a piece is text, no bar or bullet; a sign of a paragraph is part of a line."""
    return "§" in text or bool(letters(text))


@dataclass(frozen=True, slots=True)
class _Fit:
    """How a sentence lies in the stream: slips as (place in the sentence), what it covers."""

    slips: tuple[int, ...]
    covered: tuple[int, ...]


class _Stream:
    """All letters of a document, paragraph by paragraph, and which of them are ours."""

    def __init__(self, paragraphs: Sequence[str]) -> None:
        """Note where each run of letters occurs."""
        self._text = "\n".join(paragraphs)
        self._ours = bytearray(len(self._text))
        self._places: dict[str, list[int]] = defaultdict(list)
        for place in range(len(self._text) - _GRAM + 1):
            self._places[self._text[place : place + _GRAM]].append(place)

    def lacks(self, sentences: Sequence[str]) -> list[str]:
        """Return which sentences do not stand there; what stands there is ours from now on."""
        # First what is there to the letter, so that nothing like it is taken for it.
        unclear = [one for one in sentences if not self._has(letters(one))]
        return [one for one in unclear if not self._shows(letters(one))]

    def strange(self, ours: str) -> dict[int, str]:
        """Return the lines of print that are not ours, by their place.

        ``ours`` are all letters of our text: what is put together from them was torn apart.
        """
        found: dict[int, str] = {}
        start = 0
        for place, letter in enumerate(f"{self._text}\n"):
            if letter == "\n" or self._ours[place]:
                run = self._text[start:place]
                if len(run) >= _CLAUSE and _shared(run, ours) < _ANYWHERE:
                    found[start] = run
                start = place + 1
        return found

    def before(self, ours: Sequence[str], strange: int) -> str:
        """Return the sentence of ours that ends last before the place ``strange``."""
        ends = [(self._text.rfind(letters(one), 0, strange), one) for one in ours]
        place, sentence = max(ends, default=(-1, ""))
        return sentence if place >= 0 else ""

    def _has(self, sentence: str) -> bool:
        """Say whether ``sentence`` stands there to the letter."""
        start = self._free(sentence)
        if start is not None:
            self._ours[start : start + len(sentence)] = b"\1" * len(sentence)
        return start is not None

    def _shows(self, sentence: str) -> bool:
        """Say whether ``sentence`` stands there but for slips of recognition."""
        if len(sentence) < _LEAST:
            return False
        fits = (self._fit(sentence, place) for place in self._suggested(sentence))
        best = min(fits, key=lambda fit: len(fit.slips), default=None)
        if best is None or len(best.slips) > (1 - _ALIKE) * len(sentence):
            return self._torn(sentence)
        for place in best.covered:
            self._ours[place] = 1
        return not _is_other_word(best.slips)

    def _torn(self, sentence: str) -> bool:
        """Say whether most of a sentence stands somewhere, in pieces."""
        spans = range(len(sentence) - _GRAM + 1)
        grams = {offset: self._unclaimed(sentence[offset : offset + _GRAM]) for offset in spans}
        found = [places for places in grams.values() if places]
        if len(found) < _TORN * len(spans):
            return False
        for places in found:
            for place in places:
                self._ours[place : place + _GRAM] = b"\1" * _GRAM
        return True

    def _unclaimed(self, gram: str) -> list[int]:
        """Return where letters stand that are not yet known as ours."""
        places = self._places.get(gram, ())
        return [place for place in places if not all(self._ours[place : place + _GRAM])]

    def _free(self, sentence: str) -> int | None:
        start = self._text.find(sentence) if sentence else -1
        while start >= 0:
            if not any(self._ours[start : start + len(sentence)]):
                return start
            start = self._text.find(sentence, start + 1)
        return None

    def _suggested(self, sentence: str) -> list[int]:
        """Return where the sentence may begin, by most letters in a row that agree."""
        votes: Counter[int] = Counter()
        for offset in range(len(sentence) - _GRAM + 1):
            for place in self._places.get(sentence[offset : offset + _GRAM], ()):
                if not self._ours[place]:
                    votes[(place - offset) // _LEEWAY] += 1
        return [bin_ * _LEEWAY for bin_, _ in votes.most_common(2)]

    def _fit(self, sentence: str, around: int) -> _Fit:
        """Return how the sentence lies best near a place: fewest letters changed, free ends.

        What is known as ours is no letter of it: the form may print the same sentence twice.
        """
        start = max(0, around - _LEEWAY)
        end = min(len(self._text), around + len(sentence) + 2 * _LEEWAY)
        text = "".join(
            "\n" if self._ours[place] else self._text[place] for place in range(start, end)
        )
        rows = [list(range(len(sentence) + 1))]
        for letter in text:
            above, row = rows[-1], [0]
            for place, wanted in enumerate(sentence):
                row.append(
                    min(above[place] + (letter != wanted), above[place + 1] + 1, row[place] + 1)
                )
            rows.append(row)
        line = min(range(len(rows)), key=lambda number: rows[number][-1])
        return _traced(sentence, text, rows, line, start)


def _shared(one: str, other: str) -> float:
    """Return the share of runs of letters in ``one`` that ``other`` has as well."""
    spans = range(len(one) - _GRAM + 1)
    return sum(one[start : start + _GRAM] in other for start in spans) / max(1, len(spans))


def _traced(
    sentence: str, text: str, rows: Sequence[Sequence[int]], line: int, start: int
) -> _Fit:
    """Return the slips on the way back through the table of distances."""
    slips, covered = [], []
    column = len(sentence)
    while column:
        here = rows[line][column]
        if line and here == rows[line - 1][column - 1] + (text[line - 1] != sentence[column - 1]):
            covered.append(start + line - 1)
            if text[line - 1] != sentence[column - 1]:
                slips.append(column)
            line, column = line - 1, column - 1
        elif line and here == rows[line - 1][column] + 1:
            slips.append(column)
            line -= 1
        else:
            slips.append(column)
            column -= 1
    return _Fit(tuple(reversed(slips)), tuple(reversed(covered)))


def _is_other_word(slips: Sequence[int]) -> bool:
    """Say whether so many slips lie so close together that a word must be another one."""
    return any(
        last - first <= _WITHIN for first, last in zip(slips, slips[_SLIPS - 1 :], strict=False)
    )
