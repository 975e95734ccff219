"""Lays a received page over the blank form: where on the page is a place of the form?

Printing may scale a page („an Seite anpassen“), shift it or put it on other paper. The printed
words tell: those that stand once in the blank form are looked for on the page, and an affine map
of the two axes must bring nearly all of them together, or the page is another layout. In Word a
long answer makes its row grow and pushes down what stands below; the lines of print that this
map does not bring together tell by how much. What it pushes over the end of the page is not there
at all: its place is empty, or the answer stands in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from formservice.adapters.pdf_read.frame import Rectangle
from formservice.adapters.pdf_read.text import BLANKS, Run

# Shorter words („bis“, „Nr.“) come up in answers as well.
_SHORTEST_WORD = 4
_FEWEST_WORDS = 6
# Of the words of the blank form, found again on the page.
_FOUND_PART = 0.5
# Of the words found, in their place after mapping.
_IN_PLACE_PART = 0.8
# Points. LibreOffice versions and Word differ by up to 2.5 pt in the height of rows.
IN_PLACE = 3.0
_SCALES = (0.5, 2.0)
_SKEW = 0.05  # greatest difference of the two scales
# Points within which words stand on one line; a line stands with more than this part of them.
_ONE_LINE = 2.0
_LINE_PART = 0.5

Word = tuple[str, float, float]  # text, middle across, base line, in points


@dataclass(frozen=True, slots=True)
class Fit:
    """Scale and shift that bring points of the blank form to points of the received page."""

    across: float
    right: float
    down: float
    below: float
    lines: tuple[tuple[float, float], ...] = ()
    """Lines of print on the form and how far below their place each is, from top to bottom."""
    lost: tuple[float, ...] = ()
    """Lines of print on the form that do not stand on the page, from top to bottom."""

    def laid(self, edges: Rectangle) -> Rectangle:
        """Return where a rectangle of the form lies on a page that did not grow."""
        left, top = self.point(edges[0], edges[1])
        right, bottom = self.point(edges[2], edges[3])
        return left, top, right, bottom

    def place(self, edges: Rectangle) -> Rectangle:
        """Return where on the page a rectangle of the form lies."""
        upper, lower = self._pushed(edges)
        left, top, right, bottom = self.laid(edges)
        return left, top + upper, right, bottom + lower

    def moves(self, edges: Rectangle) -> bool:
        """Say whether print beside, above or below a rectangle of the form is not in its place."""
        return any(self._lost(edges)) or any(abs(by) > IN_PLACE for by in self._around(edges))

    def beside(self, edges: Rectangle) -> float:
        """Return how far below its place the print beside a rectangle is, 0 without any."""
        return next((by for y, by in self.lines if edges[1] <= y <= edges[3]), 0.0)

    def proves(self, edges: Rectangle, *, grows: bool) -> bool:
        """Say whether the print around a rectangle of the form tells where on the page it lies.

        That is the print beside it; without any, the nearest above and below. What ``grows`` with
        its answer ends where the print below it begins.
        """
        above, beside, below = self._lost(edges)
        if beside or (grows and below):
            return False
        alone = not any(edges[1] <= y <= edges[3] for y, _ in self.lines)
        return not (alone and (above or below))

    def _lost(self, edges: Rectangle) -> tuple[bool, bool, bool]:
        """Return whether the nearest line above, one beside, and the nearest below are lost."""
        if not self.lost:
            return False, False, False
        over = max((y for y in self.lost if y < edges[1]), default=None)
        under = min((y for y in self.lost if y > edges[3]), default=None)
        return (
            over is not None and not any(over < y < edges[1] for y, _ in self.lines),
            any(edges[1] <= y <= edges[3] for y in self.lost),
            under is not None and not any(edges[3] < y < under for y, _ in self.lines),
        )

    def _around(self, edges: Rectangle) -> list[float]:
        """Return how far the nearest line above, those beside and the nearest below are moved."""
        above = [by for y, by in self.lines if y < edges[1]][-1:]
        beside = [by for y, by in self.lines if edges[1] <= y <= edges[3]]
        return above + beside + [by for y, by in self.lines if y > edges[3]][:1]

    def _pushed(self, edges: Rectangle) -> tuple[float, float]:
        """Return how far the upper and the lower edge of a rectangle are pushed down."""
        around = self._around(edges)
        if all(abs(by) <= IN_PLACE for by in around):
            return 0.0, 0.0
        upper = next((by for y, by in self.lines if edges[1] <= y <= edges[3]), around[0])
        return upper, max(upper, around[-1])

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where on the page a point of the form lies."""
        return x * self.across + self.right, y * self.down + self.below

    def origin(self, x: float, y: float) -> tuple[float, float]:
        """Return which point of the form lies at this point of the page."""
        form = (y - self.below) / self.down
        near = min(self.lines, key=lambda line: abs(line[0] + line[1] - form), default=(0.0, 0.0))
        moved = near[1] if abs(near[1]) > IN_PLACE else 0.0
        return (x - self.right) / self.across, form - moved / self.down


def words(runs: Iterable[Run]) -> list[Word]:
    """Return the words of a page, cut at blanks and at lines to write on."""
    found: list[Word] = []
    for run in runs:
        start = 0
        glyphs = run.glyphs
        for end in range(len(glyphs) + 1):
            if end < len(glyphs) and glyphs[end].text not in BLANKS and glyphs[end].text != "_":
                continue
            if end > start:
                first, last = glyphs[start], glyphs[end - 1]
                text = "".join([glyph.text for glyph in glyphs[start:end]])
                found.append((text, (first.left + last.right) / 2, first.base))
            start = end + 1
    return found


def printed_lines(form: Iterable[Word]) -> list[list[Word]]:
    """Return the words of a blank form line by line, from top to bottom."""
    lines: list[list[Word]] = []
    for word in sorted(form, key=lambda word: word[2]):
        if not any(sign.isalpha() for sign in word[0]):
            continue
        if lines and word[2] - lines[-1][0][2] <= _ONE_LINE:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def fit(form: Sequence[Word], page: Sequence[Word]) -> Fit | None:
    """Return how the form lies on the page, None if the page is not laid out like it."""
    here = _single(page)
    there = _single(form)
    pairs = [(there[text], here[text]) for text in there if text in here]
    if len(pairs) < _FEWEST_WORDS or len(pairs) < _FOUND_PART * len(there):
        return None
    across = _line([(form[0], page[0]) for form, page in pairs])
    down = _line([(form[1], page[1]) for form, page in pairs])
    if across is None or down is None:
        return None
    sound = all(_SCALES[0] < scale < _SCALES[1] for scale in (across[0], down[0]))
    if not sound or abs(across[0] / down[0] - 1) > _SKEW:
        return None
    found = Fit(*across, *down)
    in_place = sum(_near(found, *pair) for pair in pairs)
    if in_place < _IN_PLACE_PART * len(pairs):
        return None
    return replace(found, lines=_lines(found, pairs))


def _lines(
    found: Fit, pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]]
) -> tuple[tuple[float, float], ...]:
    moved: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for form, page in pairs:
        x, y = found.point(*form)
        if abs(x - page[0]) <= IN_PLACE:
            moved[round(form[1])].append((form[1], page[1] - y))
    return tuple((here[0][0], median(by for _, by in here)) for _, here in sorted(moved.items()))


def followed(found: Fit, form: Sequence[Sequence[Word]], page: Iterable[Word]) -> Fit:
    """Return ``found`` with what became of every line of print on the form.

    ``form`` is what ``printed_lines`` gives. A line stands where most of its words are: in its
    place, as far down as one of its words says, or as far as the lines above and below.
    """
    here: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for text, x, y in page:
        here[text].append((x, y))
    lines: list[tuple[float, float]] = []
    lost: list[float] = []
    for line in form:
        y = line[0][2]
        told = [by for at, by in found.lines if abs(at - y) <= _ONE_LINE]
        before = lines[-1][1] if lines else 0.0
        after = next((by for at, by in found.lines if at > y), 0.0)
        moved = (_stands(found, line, here, by) for by in (*told, 0.0, before, after))
        by = next((by for by in moved if by is not None), None)
        if by is None:
            lost.append(y)
        else:
            lines.append((y, by))
    return replace(found, lines=tuple(lines), lost=tuple(lost))


def _stands(
    found: Fit, line: Sequence[Word], here: dict[str, list[tuple[float, float]]], by: float
) -> float | None:
    """Return how far down most words of a line are, None if they are not about ``by`` down."""
    down: list[float] = []
    for text, form_x, form_y in line:
        x, y = found.point(form_x, form_y)
        down += [
            near[1] - y
            for near in here.get(text, ())
            if abs(near[0] - x) <= IN_PLACE and abs(near[1] - y - by) <= IN_PLACE
        ][:1]
    return median(down) if len(down) > _LINE_PART * len(line) else None


def _single(all_words: Sequence[Word]) -> dict[str, tuple[float, float]]:
    places: dict[str, tuple[float, float]] = {}
    twice = set()
    for text, x, y in all_words:
        if len(text) < _SHORTEST_WORD:
            continue
        if text in places:
            twice.add(text)
        places[text] = (x, y)
    return {text: place for text, place in places.items() if text not in twice}


def _line(pairs: list[tuple[float, float]]) -> tuple[float, float] | None:
    """Return scale and shift from first to second: medians, so that strays have no say."""
    ordered = sorted(pairs)
    half = len(ordered) // 2
    # Each with its partner half the page away: near ones say nothing about the scale.
    slopes = [
        (far[1] - near[1]) / (far[0] - near[0])
        for near, far in zip(ordered[:half], ordered[len(ordered) - half :], strict=True)
        if far[0] - near[0] > 1
    ]
    if not slopes:
        return None
    scale = median(slopes)
    return scale, median(second - scale * first for first, second in pairs)


def _near(found: Fit, form: tuple[float, float], page: tuple[float, float]) -> bool:
    x, y = found.point(*form)
    return abs(x - page[0]) <= IN_PLACE and abs(y - page[1]) <= IN_PLACE
