"""Cuts the pictures of fields out of an original, in a process of its own."""

import io
from collections.abc import Callable, Iterator, Sequence

from PIL import Image

from formservice.adapters.isolation import run_isolated
from formservice.application.evidence import Crop, cut_out
from formservice.application.ports import Reader

# A field of a scanned page is 20 to 300 kB: some hundred fit, and what is held is bounded.
_MOST_AT_ONCE = 64 * 1024**2
_TURNS = {
    1: Image.Transpose.ROTATE_270,  # Pillow counts against the clock
    2: Image.Transpose.ROTATE_180,
    3: Image.Transpose.ROTATE_90,
}


class Crops:
    """Pictures of fields, each file within limits of time and memory."""

    def __init__(self, readers: Sequence[Reader], *, seconds: float, memory: int) -> None:
        """Keep the readers; ``seconds`` and bytes of ``memory`` bound one process."""
        self._readers = tuple(readers)
        self._seconds = seconds
        self._memory = memory

    def __call__(
        self, content: Callable[[str], bytes], wanted: Sequence[Crop]
    ) -> dict[str, bytes]:
        """Return what is ``wanted`` by name, as PNG, without empty pieces.

        ``content`` returns the original with a SHA-256; each is asked for once.

        Raises:
            InputError: a file cannot be read, or not within its limits.
        """
        return dict(self.each(content, wanted))

    def each(
        self, content: Callable[[str], bytes], wanted: Sequence[Crop]
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the same one by one; of a long batch only some pictures are held at a time."""
        for original in dict.fromkeys(one.original for one in wanted):
            yield from self._of(content(original), [w for w in wanted if w.original == original])

    def _of(self, data: bytes, wanted: Sequence[Crop]) -> Iterator[tuple[str, bytes]]:
        left = list(wanted)
        while left:
            pieces = run_isolated(
                self._some, data, left, seconds=self._seconds, memory=self._memory
            )
            if not pieces:
                raise AssertionError("every wanted picture is answered, if with nothing")
            yield from ((one.name, png) for one, png in zip(left, pieces, strict=False) if png)
            del left[: len(pieces)]

    def _some(self, data: bytes, wanted: Sequence[Crop]) -> list[bytes]:
        """Return the first pieces, as many as are held at once, at least one."""
        pieces: list[bytes] = []
        size = 0
        for png, quarters in cut_out(self._readers, data, wanted):
            pieces.append(_upright(png, quarters))
            size += len(pieces[-1])
            if size > _MOST_AT_ONCE:
                break
        return pieces


def _upright(png: bytes, quarters: int) -> bytes:
    """Return a picture turned clockwise by so many quarters."""
    if not png or quarters not in _TURNS:
        return png
    out = io.BytesIO()
    with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
        image.transpose(_TURNS[quarters]).save(out, "PNG")
    return out.getvalue()
