"""Text in the zones of a scan that has been laid on its blank form.

Three steps make it readable: the light is evened out; the white point is set by the printed ink
of the blank form, so that grain and shadow are not taken for writing; the printed ink is taken
away. Binarising is left to Tesseract, which does it better than any threshold of ours.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from formservice.adapters.scan.glyphs import Part, parts_of, shaped
from formservice.adapters.scan.handwriting import Hand, level_of, straightness
from formservice.adapters.scan.light import DARK, Tones, boxes_of, free_of_specks
from formservice.adapters.scan.ocr import BLOCK, LANGUAGE, LINE, Ocr, OcrWord, lines_of
from formservice.adapters.scan.template import DPI, POINTS_PER_INCH, Rect, Template
from formservice.adapters.scan.words import PageWords
from formservice.application.extract import CONTINUED

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from formservice.adapters.scan.ocr import Grey

# The zones that hold words.
_IN_WORDS = ("text", "multiline", "date")
# Writing a little outside its zone still belongs to it, 0.5 mm.
AROUND_PT = 1.5
# White paper around the writing; Tesseract misses letters that touch the edge.
_PADDING_PX = 12
# Lower writing is one line: 5.6 mm hold a line of 11 points with its accents and tails.
_LINE_PX = 48
# From which size ink is more than a speck (0.02 mm², with one side over 0.4 mm).
_SPECK_AREA, _SPECK_SIDE = 6, 3
# Lines of no more signs than this, all read with less than that, beside other lines, are dirt.
_DIRT_SIGNS, _DIRT_SURE = 2, 0.6
# A single sign may be as small as a speck: as dark as this, as large and as thick. With more of
# them a page is dirty.
_SIGN_DARK, _SIGN_AREA, _SIGN_PX, _MOST_SIGNS = 60, 4, 2, 2
# Words read with less than this where nothing stands are grain.
_GARBAGE = 0.5
# Around the ink of a zone so much is kept as well (columns, rows).
_MARGIN_PX = (30, 8)
# Lines farther apart than this many heights of letters have an empty line between them; usual
# lines are 1.2 to 1.5 apart, the double 2.4 and more.
_EMPTY_LINE = 1.95
# A line ends by itself if the next word would have fitted with this much to spare (5 mm): a
# blank, and the margin that forms keep inside their boxes. With less, but room for the word and a
# blank (1.3 mm), it may have been ended after a sentence or before the next point of a list.
_SPARE_PX, _BLANK_PX = 40, 10
_ENDED, _POINT = re.compile(r"[.!?:“\"]$"), re.compile(r"([-–•*]|[0-9]{1,2}[.)]|[a-z]\))$")
# The hint that a text goes on is known word for word; a few letters may be misread.
_MARK_LIKENESS = 0.8
# A word of the blank form keeps less than this of its ink when the printed ink is taken away;
# writing across a line keeps more.
_LEFT_OF_PRINT = 0.35
_DOTS = re.compile(r"\s*(?:…|\.{2,})?\s*$")


@dataclass(frozen=True, slots=True)
class CleanPage:
    """A page laid on its template at ``DPI``, in even light: ink 0, paper 255.

    ``clear`` shows everything, ``written`` lacks what the blank form has printed. ``specks`` are
    the places (column, row) of those taken off that may be signs: a dash, a full stop.
    """

    clear: "Grey"
    written: "Grey"
    specks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ZoneText:
    """What a zone holds. ``ink`` is False only if nothing at all stands there.

    ``confidence`` is that of the least sure word, 0..1, ``sure`` that of every word. ``shown`` is
    the text with small and capital letters as their heights show; ``doubtful`` says that some
    shape fits no sign read, ``odd`` that this is not only the length of a dash. ``hand`` is what
    the writing itself looks like. ``lines`` are the words read, in pixels of the cleaned page,
    ``pieces`` counts the pieces of ink that stand beside each other in them.
    """

    text: str
    confidence: float
    ink: bool
    shown: str = ""
    doubtful: bool = False
    odd: bool = False
    hand: Hand | None = None
    sure: tuple[float, ...] = ()
    lines: tuple[tuple[OcrWord, ...], ...] = ()
    pieces: int = 0


def cleaned(flat: "Grey", template: Template) -> CleanPage:
    """Return a page in even light with and without the printed form.

    Writing that is lighter than print gets a white point of its own; specks that stand alone in
    a zone are no writing.
    """
    import cv2
    import numpy as np

    core = flat.ravel()[template.core_places]
    # The quarter of printed pixels that is darkest is ink for sure; 60 % of a page is paper.
    ink = float(np.percentile(core, 25)) if core.size else 0.0
    tones = Tones(ink, max(float(np.percentile(flat[::4, ::4], 60)), ink + 1.0))
    clear = tones.levelled(flat)
    places = [
        template.zone_rect(zone).grown(AROUND_PT).pixels(flat.shape)
        for zone in template.zones
        if zone.kind in _IN_WORDS
    ]
    for place in places:
        lighter = tones.of_writing(flat[place], template.printed[place])
        if lighter is not None:
            clear[place] = lighter.levelled(flat[place])
    covering = template.printed.astype(np.uint8) * np.uint8(255)
    written = np.asarray(cv2.bitwise_or(clear, covering), dtype=np.uint8)
    specks: list[tuple[int, int]] = []
    for place in places:
        free_of_specks(written, *place)
        gone = (clear[place] < DARK) & (written[place] >= DARK) & ~template.printed[place]
        specks.extend(_signs(clear[place], gone, place))
    # Where there are more of them it is dirt.
    return CleanPage(clear, written, tuple(specks) if len(specks) <= _MOST_SIGNS else ())


def _signs(
    clear: "Grey", gone: "npt.NDArray[np.bool_]", place: tuple[slice, slice]
) -> Iterator[tuple[int, int]]:
    """Yield the places of specks as dark as print and as large as the smallest sign."""
    import cv2
    import numpy as np

    if not gone.any():
        return
    _, labels, stats, _ = cv2.connectedComponentsWithStats(gone.astype(np.uint8), connectivity=8)
    for number, (left, top, width, height, area) in enumerate(stats[1:].tolist(), 1):
        large = area >= _SIGN_AREA and min(width, height) >= _SIGN_PX
        if large and int(clear[labels == number].min()) < _SIGN_DARK:
            yield left + place[1].start, top + place[0].start


def zone_text(page: CleanPage, rect: Rect, ocr: Ocr, language: str = LANGUAGE) -> ZoneText:
    """Read what is written in a zone."""
    import numpy as np

    crop = rect.grown(AROUND_PT).cut(page.written)
    ink = _ink_box(crop)
    if ink is None:
        if _has_sign(page, rect):
            return ZoneText("", 0.0, ink=True)
        return ZoneText("", 1.0, ink=False)
    rows, columns = ink
    sheet = np.pad(crop[rows, columns], _PADDING_PX, constant_values=255)
    mode = LINE if rows.stop - rows.start <= _LINE_PX else BLOCK
    lines = lines_of(ocr.words(sheet, mode, DPI, language))
    straight = straightness(sheet)
    if not lines:
        return ZoneText("", 0.0, ink=True, hand=Hand(None, straight, 0.0))
    right = crop.shape[1] - columns.start + _PADDING_PX
    zone_rows, zone_columns = rect.grown(AROUND_PT).pixels(page.written.shape)
    left = zone_columns.start + columns.start - _PADDING_PX
    up = zone_rows.start + rows.start - _PADDING_PX
    read = _on_page(_read(lines, right, parts_of(sheet)), left, up)
    if read.hand is None:
        return read
    return replace(read, hand=replace(read.hand, straight=straight, level=level_of(sheet, lines)))


def _has_sign(page: CleanPage, rect: Rect) -> bool:
    """Say whether a single small sign may stand in a zone that has nothing else."""
    rows, columns = rect.pixels(page.written.shape)
    return any(
        columns.start <= column < columns.stop and rows.start <= row < rows.stop
        for column, row in page.specks
    )


def writing_in(page: CleanPage, rect: Rect) -> Rect | None:
    """Return the part of a zone that holds its writing; None if nothing stands there."""
    whole = rect.grown(AROUND_PT)
    ink = _ink_box(whole.cut(page.written))
    if ink is None:
        return None
    down, across = whole.pixels(page.written.shape)
    rows, columns = ink
    edges = (
        across.start + columns.start,
        down.start + rows.start,
        min(across.start + columns.stop, across.stop),
        min(down.start + rows.stop, down.stop),
    )
    return Rect(*(edge * POINTS_PER_INCH / DPI for edge in edges))


def close_text(picture: "Grey", dpi: int, ocr: Ocr, language: str) -> ZoneText:
    """Read a picture of writing alone, at ``dpi`` dots to the inch."""
    import numpy as np

    scale = dpi / DPI
    sheet = np.pad(picture, round(_PADDING_PX * scale), constant_values=255)
    mode = LINE if len(picture) <= _LINE_PX * scale else BLOCK
    lines = lines_of(ocr.words(sheet, mode, dpi, language))
    if not lines:
        return ZoneText("", 0.0, ink=True)
    return _read(lines, sheet.shape[1], parts_of(sheet))


def text_among(words: PageWords, page: CleanPage, rect: Rect, down: int = 0) -> ZoneText:
    """Return what those of ``words`` say that stand in a zone, ``down`` rows below its place.

    Words of the blank form are left out. ``ink`` tells whether there is any word; what is read
    where there is no ink is made of grain, and nothing that anybody should be shown.
    """
    rows, columns = rect.grown(AROUND_PT).pixels(page.clear.shape)
    inside = [
        word
        for word in words.words
        if columns.start <= (word.left + word.right) / 2 < columns.stop
        and rows.start <= (word.top + word.bottom) / 2 - down < rows.stop
        and not _is_print(word, page, down)
    ]
    lines = [
        [_moved(word, columns.start, rows.start + down) for word in line]
        for line in lines_of(inside)
    ]
    if not lines:
        return ZoneText("", 1.0, ink=False)
    sure = min(word.confidence for word in inside)
    if sure < _GARBAGE and _ink_box(page.written[rows, columns]) is None:
        return ZoneText("", 0.0, ink=True)
    read = _read(lines, columns.stop - columns.start, parts_of(page.written[rows, columns]))
    return _on_page(read, columns.start, rows.start)


def _on_page(read: ZoneText, left: int, up: int) -> ZoneText:
    """Return what was read of a piece that is cut out of its page at ``left`` and ``up``."""
    return replace(
        read,
        lines=tuple(tuple(_moved(word, -left, -up) for word in line) for line in read.lines),
    )


def _moved(word: OcrWord, left: int, up: int) -> OcrWord:
    """Return a word in pixels of a piece of its picture."""
    return replace(
        word,
        left=word.left - left,
        right=word.right - left,
        top=word.top - up,
        bottom=word.bottom - up,
    )


def _is_print(word: OcrWord, page: CleanPage, down: int) -> bool:
    """Say whether a word is the blank form's own: most of its ink goes with the printed one."""
    import numpy as np

    rows = slice(max(word.top - down, 0), max(word.bottom - down, 0))
    columns = slice(max(word.left, 0), max(word.right, 0))
    ink = int(np.count_nonzero(page.clear[rows, columns] < DARK))
    left = int(np.count_nonzero(page.written[rows, columns] < DARK))
    return left < _LEFT_OF_PRINT * ink


def _read(lines: Sequence[Sequence[OcrWord]], right: int, parts: Sequence[Part]) -> ZoneText:
    """Return the text of lines of words in a zone that ends at ``right``; ``parts`` is its ink."""
    lines = [line for line in lines if not _is_dirt(line)] or lines
    confidence = min(word.confidence for line in lines for word in line)
    shapes = shaped(lines, parts)
    breaks = _breaks(lines, right)
    text = with_exact_mark(_paragraphs(shapes.lines, breaks))
    shown = with_exact_mark(_paragraphs(shapes.shown, breaks))
    sure = median(word.confidence for line in lines for word in line)
    return ZoneText(
        text,
        confidence,
        ink=True,
        shown=shown,
        doubtful=shapes.doubtful or None in breaks,
        odd=shapes.odd or None in breaks,
        hand=Hand(
            shapes.wander, 1.0, sure, letters=sum(len(w.text) for line in lines for w in line)
        ),
        sure=tuple(word.confidence for line in lines for word in line),
        lines=shapes.lines,
        pieces=shapes.pieces,
    )


def _is_dirt(line: Sequence[OcrWord]) -> bool:
    """Say whether a line is what remains of a rule or a shadow: a sign or two, and unsure."""
    signs = "".join(word.text for word in line)
    return len(signs) <= _DIRT_SIGNS and max(word.confidence for word in line) < _DIRT_SURE


def with_exact_mark(text: str) -> str:
    """Return the text with the printed hint at its end, that it goes on, word for word.

    Letters of it may be misread; what follows looks for it exactly.
    """
    bracket = text.rfind("(", -2 * len(CONTINUED))
    if bracket < 0:
        return text
    wanted = CONTINUED[CONTINUED.index("(") :]
    likeness = SequenceMatcher(None, text[bracket:], wanted, autojunk=False).ratio()
    if likeness < _MARK_LIKENESS:
        return text
    return _DOTS.sub(" ", text[:bracket], count=1) + CONTINUED


def _ink_box(crop: "Grey") -> tuple[slice, slice] | None:
    """Return the rows and columns that hold all writing but specks; None if there is none."""
    import numpy as np

    blobs = boxes_of((crop < DARK).astype(np.uint8))
    if not len(blobs):
        return None
    large = (blobs[:, 4] >= _SPECK_AREA) & (blobs[:, 2:4].max(axis=1) > _SPECK_SIDE)
    blobs = blobs[large]
    if not len(blobs):
        return None
    # Dots and accents may count as specks: the margin keeps them, and the full stop at the end,
    # which stands far from its word where all signs have one width.
    left, top = blobs[:, :2].min(axis=0) - _MARGIN_PX
    right, bottom = (blobs[:, :2] + blobs[:, 2:4]).max(axis=0) + _MARGIN_PX
    return slice(max(int(top), 0), int(bottom)), slice(max(int(left), 0), int(right))


def _breaks(lines: Sequence[Sequence[OcrWord]], right: int) -> list[str | None]:
    """Return what stands between lines: a blank where one was wrapped, else one break or two.

    ``right`` is the right edge of the zone. A line is wrapped if the first word of the next
    would not have fitted behind it; None means that this cannot be told. Who ends lines elsewhere
    may have ended one that was full as well, where a sentence ends with it.
    """
    heights = [
        max(word.bottom for word in line) - min(word.top for word in line) for line in lines
    ]
    usual = median(heights)
    found = [_break(line, following, right, usual) for line, following in pairwise(lines)]
    if "\n" not in found:
        return found
    return [
        None if one == " " and _ENDED.search(line[-1].text) else one
        for one, line in zip(found, lines, strict=False)
    ]


def _break(
    line: Sequence[OcrWord], following: Sequence[OcrWord], right: int, usual: float
) -> str | None:
    gap = min(word.top for word in following) - min(word.top for word in line)
    if gap > _EMPTY_LINE * usual:
        return "\n\n"
    end = max(word.right for word in line) + following[0].right - following[0].left
    if end + _SPARE_PX < right:
        return "\n"
    by_itself = _ENDED.search(line[-1].text) or _POINT.match(following[0].text)
    return None if by_itself and end + _BLANK_PX < right else " "


def _paragraphs(lines: Sequence[Sequence[OcrWord]], breaks: Sequence[str | None]) -> str:
    """Return the lines as text, a blank between two where that cannot be told."""
    text = _words(lines[0])
    for line, before in zip(lines[1:], breaks, strict=True):
        text += (before or " ") + _words(line)
    return text


def _words(line: Sequence[OcrWord]) -> str:
    return " ".join(word.text for word in line)
