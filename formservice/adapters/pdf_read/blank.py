"""The blank forms received pages are compared with, taken apart once per edition."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pikepdf

from formservice.adapters.pdf_read.drawn import Drawing
from formservice.adapters.pdf_read.fit import Word, printed_lines, words
from formservice.adapters.pdf_read.frame import Frame, frame
from formservice.adapters.pdf_read.text import Run
from formservice.domain.errors import FormServiceError
from formservice.domain.form import FormRef

# Pixels per point of the pictures that are compared.
PIXELS = 2
# Points within which a letter of a page is the printed one of the blank form.
SAME_PLACE = 2.5
# The thinnest ruled line (0.5 pt, between two rows of pixels) leaves so much light in each.
_RULED = 0.85
# What filling itself draws beside the fields: echoes, the values repeated on a copied page.
_OURS = re.compile(rb"/Formservice[A-Za-z]+\d* Do\b")
# Operators that set text, place pictures or draw lines. Without any of them a content stream
# shows rectangles at most, such as the QR code of a filled form. The pattern begins with the
# letters looked for, not with what may stand before them: so all others are skipped quickly.
_TELLING = re.compile(
    rb"[TDBbsSlcvy'\"](?<![\w/.#-].)"
    rb"(?:(?<=T)[Jj]|(?<=D)o|(?<=B)I|(?<=s)h|(?<![TD])\*?)(?![\w.-])"
)


@dataclass(slots=True)
class Blank:
    """One page of the blank form: what is printed where, its picture and its content streams."""

    view: Frame
    runs: Sequence[Run]
    picture: bytes
    contents: Sequence[bytes]
    words: Sequence[Word] = field(init=False)
    lines: Sequence[Sequence[Word]] = field(init=False)
    _printed: dict[tuple[str, int], list[tuple[float, float]]] = field(init=False)
    _lines: set[int] = field(init=False)

    def __post_init__(self) -> None:
        """Sort the printed text, whole runs and single letters, by what it is and its line."""
        self.words = words(self.runs)
        self.lines = printed_lines(self.words)
        self._printed, self._lines = {}, set()
        for run in self.runs:
            line = round(run.base / SAME_PLACE)
            self._lines.update((line - 1, line, line + 1))
            self._note(run.text, run.edges[0], run.base)
            for glyph in run.glyphs:
                self._note(glyph.text, glyph.left, glyph.base)

    def _note(self, text: str, left: float, base: float) -> None:
        self._printed.setdefault((text, round(base / SAME_PLACE)), []).append((left, base))

    def prints_on(self, base: float) -> bool:
        """Whether the form prints anything at all on this base line."""
        return round(base / SAME_PLACE) in self._lines

    def prints(self, text: str, left: float, base: float) -> bool:
        """Whether the form prints a run or letter at this place (its left end and base line)."""
        line = round(base / SAME_PLACE)
        for near in (line - 1, line, line + 1):
            for x, y in self._printed.get((text, near), ()):
                if abs(left - x) <= SAME_PLACE and abs(base - y) <= SAME_PLACE:
                    return True
        return False

    def rules(self, left: float, right: float, between: tuple[float, float]) -> Iterator[float]:
        """Yield how far down ruled lines run from ``left`` to ``right``, in points."""
        first, last = round(left * PIXELS), round(right * PIXELS)
        for row in range(
            max(0, round(between[0] * PIXELS)), min(self.rows, round(between[1] * PIXELS))
        ):
            start = row * self.columns
            light = sum(self.picture[start + first : start + last])
            if light < _RULED * 255 * (last - first):
                yield row / PIXELS

    @property
    def columns(self) -> int:
        """Width of the picture in pixels."""
        return round(self.view.width * PIXELS)

    @property
    def rows(self) -> int:
        """Height of the picture in pixels."""
        return round(self.view.height * PIXELS)

    def shows(self, page: pikepdf.Object) -> bool:
        """Whether the content of ``page`` is that of the blank form, but for rectangles.

        True means that nobody drew text, pictures or strokes on it. False means nothing: many
        programs write content anew without changing what it shows.
        """
        parts = [_OURS.sub(b"", part).strip() for part in streams(page)]
        pieced = []
        for printed in self.contents:
            # Most programs leave the streams as they are, and some join them.
            if printed in parts:
                parts.remove(printed)
            else:
                pieced.append(printed)
        content = b"\n".join(parts)
        for printed in pieced:
            if printed not in content:
                return False
            content = content.replace(printed, b"", 1)
        return _TELLING.search(content) is None


class Blanks:
    """Blank pages by edition and number, kept once read."""

    def __init__(self, templates: Callable[[FormRef], bytes]) -> None:
        """Keep the way to the files: ``templates`` returns the form.pdf of an edition."""
        self._templates = templates
        self._pages: dict[FormRef, Sequence[Blank]] = {}

    def page(self, ref: FormRef, number: int) -> Blank | None:
        """Return page ``number`` (from 1), None if there is no such form or page."""
        pages = self._pages.get(ref)
        if pages is None:
            pages = self._pages[ref] = self._read(ref)
        return pages[number - 1] if 0 < number <= len(pages) else None

    def _read(self, ref: FormRef) -> Sequence[Blank]:
        try:
            data = self._templates(ref)
        except FormServiceError:
            return ()
        with pikepdf.open(io.BytesIO(data)) as pdf:
            drawing = Drawing(data, pdf)
            try:
                return tuple(
                    _blank(drawing, index, page.obj) for index, page in enumerate(pdf.pages)
                )
            finally:
                drawing.close()


def _blank(drawing: Drawing, index: int, page: pikepdf.Object) -> Blank:
    view = frame(page)
    size = (round(view.width * PIXELS), round(view.height * PIXELS))
    picture = drawing.patch(index, view, (0.0, 0.0, view.width, view.height), size)
    contents = [stream.strip() for stream in streams(page)]
    return Blank(
        view, drawing.look(index, view).runs, picture, [part for part in contents if part]
    )


def streams(page: pikepdf.Object) -> list[bytes]:
    """Return the content streams of a page, decoded; nothing for those that cannot be."""
    contents = page.get("/Contents")
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    decoded = []
    for part in parts:
        if isinstance(part, pikepdf.Stream):
            try:
                decoded.append(part.read_bytes())
            except pikepdf.PdfError:
                # Not blank: what cannot be decoded may show anything.
                decoded.append(b"(?) Tj")
    return decoded
