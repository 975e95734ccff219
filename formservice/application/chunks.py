"""Blocks gathered into chunks: one table cell, or the lines of one paragraph of a PDF page."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace

from formservice.domain.document import Block, Box, Cell

# Lines of one paragraph start at the same place; half a millimetre of A4 is 0.0024 of its width.
_SAME_LEFT = 0.008
# A gap of a whole line height separates paragraphs.
_LINE_GAP = 0.9
# A tick box in a column of its own has at most this many characters („[ ]“).
_BOX_LENGTH = 4
# How wide a word is told by its letters is uncertain by this part of the page.
_RAGGED = 0.012


@dataclass(frozen=True, slots=True)
class Chunk:
    """Text that belongs together by its place; lines are separated by newlines.

    ``lines`` are the numbers of the blocks it was gathered from, in order.
    """

    text: str
    page: int
    box: Box | None
    cell: Cell | None
    lines: tuple[int, ...] = ()

    def line_at(self, position: int) -> tuple[int, bool]:
        """Return which block the character at ``position`` stands in, and if it begins it."""
        number = self.text.count("\n", 0, position)
        begins = not self.text[:position].rpartition("\n")[2].strip()
        return self.lines[min(number, len(self.lines) - 1)], begins


def chunks(blocks: Sequence[Block], labelled: Set[int] = frozenset()) -> list[Chunk]:
    """Return the chunks of a document in reading order.

    ``labelled`` are the numbers of blocks that begin with a label: on a PDF page such a line, and
    what stands in its row, begins a chunk of its own even directly below another line.
    """
    rows = [blocks[number] for number in labelled]
    gathered: list[Chunk] = []
    for number, block in enumerate(blocks):
        begins = number in labelled or any(_in_row_of(row, block) for row in rows)
        position = None if begins and block.box is not None else _home(gathered, block)
        if position is None:
            lines = (number,) * (block.text.count("\n") + 1)
            gathered.append(Chunk(block.text, block.page, block.box, block.cell, lines))
        else:
            gathered[position] = _joined(gathered[position], block, number)
    return gathered


def softened(chunk: Chunk, blocks: Sequence[Block]) -> Chunk:
    """Return ``chunk`` with blanks for the line breaks that only the margin made.

    A line was wrapped if the first word of the next one had no room before the right end of the
    longest line that starts at the same place; a shorter one was ended on purpose. The text
    keeps its length. Word paragraphs are left alone: their breaks are all meant.
    """
    boxes = [box for number in chunk.lines if (box := blocks[number].box) is not None]
    parts = chunk.text.split("\n")
    if chunk.box is None or len(parts) < 2 or len(boxes) != len(parts):
        return chunk
    left = chunk.box.left
    column = (block.box for block in blocks if block.page == chunk.page)
    margin = max(box.right for box in column if box and abs(box.left - left) < _SAME_LEFT)
    text = parts[0]
    for above, below, part in zip(boxes, boxes[1:], parts[1:], strict=False):
        room = margin - above.right
        text += (" " if _first_word(part, below) > room - _RAGGED else "\n") + part
    return replace(chunk, text=text)


def _first_word(line: str, box: Box) -> float:
    """Return about how wide the first word of a line is, with a blank before it."""
    word = line.split(maxsplit=1)[0] if line.strip() else ""
    return (len(word) + 1) * (box.right - box.left) / max(1, len(line))


def _in_row_of(label: Block, block: Block) -> bool:
    """Say whether ``block`` stands right of ``label`` on the same line, or is a box before it."""
    if label.page != block.page or label.box is None or block.box is None:
        return False
    overlap = min(label.box.bottom, block.box.bottom) - max(label.box.top, block.box.top)
    height = min(label.box.bottom - label.box.top, block.box.bottom - block.box.top)
    if overlap <= height / 2:
        return False
    return len(block.text) <= _BOX_LENGTH or block.box.left >= label.box.right - _SAME_LEFT


def _home(gathered: Sequence[Chunk], block: Block) -> int | None:
    """Return which chunk ``block`` continues, None if it begins a new one."""
    # Twelve back is enough: a page row holds fewer columns than that.
    for position in range(len(gathered) - 1, max(-1, len(gathered) - 13), -1):
        chunk = gathered[position]
        if chunk.page != block.page:
            return None
        if block.cell is not None and chunk.cell == block.cell:
            return position
        if block.box is not None and chunk.box is not None and _continues(chunk.box, block.box):
            return position
    return None


def _continues(above: Box, line: Box) -> bool:
    """Say whether ``line`` is the next line of the paragraph that ends at ``above``."""
    height = line.bottom - line.top
    gap = line.top - above.bottom
    return abs(above.left - line.left) < _SAME_LEFT and -height / 2 < gap < _LINE_GAP * height


def _joined(chunk: Chunk, block: Block, number: int) -> Chunk:
    """Return ``chunk`` with one more line."""
    box = chunk.box
    if box is not None and block.box is not None:
        box = Box(
            min(box.left, block.box.left),
            min(box.top, block.box.top),
            max(box.right, block.box.right),
            max(box.bottom, block.box.bottom),
        )
    # A Word paragraph may hold newlines of its own; each of its lines stands for the block.
    lines = (*chunk.lines, *[number] * (block.text.count("\n") + 1))
    return Chunk(f"{chunk.text}\n{block.text}", chunk.page, box, chunk.cell, lines)


def left_neighbour(all_chunks: Sequence[Chunk], position: int) -> int | None:
    """Return the chunk standing directly left of the one at ``position`` in the same row."""
    return _nearest(all_chunks, position, _is_left, _left_edge)


def above_neighbour(all_chunks: Sequence[Chunk], position: int) -> int | None:
    """Return the nearest chunk above the one at ``position`` in its column."""
    return _nearest(all_chunks, position, _is_above, _bottom_edge)


def _nearest(
    all_chunks: Sequence[Chunk],
    position: int,
    stands: Callable[[Chunk, Chunk], bool],
    edge: Callable[[Chunk], float],
) -> int | None:
    """Return which chunk that ``stands`` so to the one at ``position`` has the last ``edge``."""
    here = all_chunks[position]
    fitting = [
        other
        for other, chunk in enumerate(all_chunks)
        if other != position and chunk.page == here.page and stands(chunk, here)
    ]
    return max(fitting, key=lambda other: edge(all_chunks[other]), default=None)


def distance(first: Chunk, second: Chunk, apart: int) -> float:
    """Return how far two chunks stand from each other; ``apart`` is their distance in order."""
    if first.page != second.page:
        return 100.0 + apart
    if first.cell is not None and second.cell is not None:
        if first.cell.table != second.cell.table:
            return 20.0 + apart
        columns = abs(first.cell.column - second.cell.column)
        return 5.0 * columns + abs(first.cell.row - second.cell.row)
    if first.box is not None and second.box is not None:
        sideways = abs(first.box.left - second.box.left)
        height = min(box.bottom - box.top for box in (first.box, second.box))
        if abs(first.box.top - second.box.top) < height / 2:
            return 3.0 * sideways
        # A step into another column weighs more than a step down: people fill columns.
        return 100.0 * sideways + 20.0 * abs(first.box.top - second.box.top)
    return float(apart)


def _is_left(chunk: Chunk, here: Chunk) -> bool:
    if chunk.cell is not None and here.cell is not None:
        same_row = (chunk.cell.table, chunk.cell.row) == (here.cell.table, here.cell.row)
        return same_row and chunk.cell.column < here.cell.column
    if chunk.box is None or here.box is None:
        return False
    overlap = min(chunk.box.bottom, here.box.bottom) - max(chunk.box.top, here.box.top)
    return overlap > 0 and chunk.box.right <= here.box.left + _SAME_LEFT


def _is_above(chunk: Chunk, here: Chunk) -> bool:
    if chunk.cell is not None and here.cell is not None:
        same_column = (chunk.cell.table, chunk.cell.column) == (here.cell.table, here.cell.column)
        return same_column and chunk.cell.row < here.cell.row
    if chunk.box is None or here.box is None:
        return False
    overlap = min(chunk.box.right, here.box.right) - max(chunk.box.left, here.box.left)
    return overlap > 0 and chunk.box.bottom <= here.box.top + _SAME_LEFT


def _left_edge(chunk: Chunk) -> float:
    if chunk.cell is not None:
        return float(chunk.cell.column)
    return chunk.box.left if chunk.box is not None else 0.0


def _bottom_edge(chunk: Chunk) -> float:
    if chunk.cell is not None:
        return float(chunk.cell.row)
    return chunk.box.bottom if chunk.box is not None else 0.0
