"""Draws pages of received files in processes of their own, and keeps what was drawn."""

import io
import threading
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

from PIL import Image

from formservice.adapters.isolation import processors, run_isolated
from formservice.adapters.page_views.drawing import drawn
from formservice.adapters.page_views.kept import KeptPictures
from formservice.application.desk_pictures import PagePlace, Size, Zone
from formservice.application.evidence import Crop
from formservice.application.ports import Reader
from formservice.application.ports_store import Originals
from formservice.domain.document import Box, Medium
from formservice.domain.errors import NotFoundError, UnsupportedMediaError

if TYPE_CHECKING:
    from formservice.adapters.evidence.crops import Crops

T = TypeVar("T")

# Around a zone, as parts of the page: what is written beside a line, and which line it is.
_BESIDE, _ABOVE = 0.015, 0.008
_QUALITY = 85
_LOCKS = 64


class Views:
    """Pictures and text of originals, each file within limits of time and memory."""

    def __init__(
        self,
        originals: Originals,
        kept: KeptPictures,
        readers: Callable[[], Sequence[Reader]],
        crops: Callable[[], "Crops"],
        limits: tuple[float, int, int | None],
    ) -> None:
        """Keep where originals and pictures are.

        ``readers`` and ``crops`` are asked for where something has to be read. ``limits`` are
        seconds and bytes of memory of one process, and how many there may be at once.
        """
        self._originals = originals
        self._kept = kept
        self._readers = readers
        self._crops = crops
        self._seconds, self._memory, most = limits
        self._room = threading.Semaphore(most or processors())
        self._locks = [threading.Lock() for _ in range(_LOCKS)]

    def page(self, place: PagePlace, size: Size) -> bytes:
        """Return the upright page as a JPEG file; NotFoundError where there is none."""
        name = f"{place.page}-{place.quarters}-{size.value}.jpg"
        found = self._kept.get(place.original, name)
        if found is not None:
            return found
        with self._alone(f"{place.original}/{place.page}"):
            found = self._kept.get(place.original, name)  # who was faster drew all sizes
            return found if found is not None else self._drawn(place)[size]

    def piece(self, place: PagePlace, zones: Sequence[Zone]) -> bytes:
        """Return what ``zones`` of a page cover, with a little around it, as a JPEG file."""
        name = f"{place.page}-{place.quarters}-{_digest(zones)}.jpg"
        found = self._kept.get(place.original, name)
        if found is None:
            straight = [one for one in zones if one.is_straight]
            if straight:
                found = self._straight(place, straight)
            else:
                found = _cut(self.page(place, Size.ZOOM), [one.box for one in zones])
            self._keep(place.original, name, found)
        return found

    def size(self, place: PagePlace) -> tuple[int, int]:
        """Return width and height of an upright page in pixels of a screen."""
        with Image.open(io.BytesIO(self.page(place, Size.SCREEN)), formats=("JPEG",)) as image:
            return image.size

    def lines(self, original: str) -> Sequence[str]:
        """Return the text of a file line by line."""
        return list(self._bounded(_text, original))

    def count(self, original: str) -> int:
        """Return how many pages an original has that could be drawn."""
        return self._bounded(_pages, original)

    def _drawn(self, place: PagePlace) -> dict[Size, bytes]:
        """Draw a page in all sizes: which one is asked for next is a question of seconds."""
        data = self._originals.read(place.original)
        sizes = list(Size)
        with self._room:
            pictures = run_isolated(
                drawn,
                data,
                place.page,
                place.quarters,
                sizes,
                seconds=self._seconds,
                memory=self._memory,
            )
        found = dict(zip(sizes, pictures, strict=True))
        for size, picture in found.items():
            name = f"{place.page}-{place.quarters}-{size.value}.jpg"
            self._keep(place.original, name, picture)
        return found

    def _keep(self, original: str, name: str, data: bytes) -> None:
        self._kept.put(original, name, data)
        if not self._originals.exists(original):  # deleted meanwhile: its pictures, too
            self._kept.forget(original)

    def _straight(self, place: PagePlace, zones: Sequence[Zone]) -> bytes:
        """Cut a piece out of the page put straight, as it was read there."""
        box = _around([one.box for one in zones])
        wanted = Crop("piece", "", place.name, box, place.original, place.page, 0, True)
        with self._room:
            found = self._crops()(self._originals.read, [wanted])
        if "piece" not in found:
            raise NotFoundError("Zu dieser Angabe gibt es kein Bild.")
        return found["piece"]

    def _bounded(self, work: Callable[[Reader, bytes], T], original: str) -> T:
        """Return what ``work`` makes of a file in a process of its own."""
        data = self._originals.read(original)
        reader = next((one for one in self._readers() if one.reads(data)), None)
        if reader is None:
            raise UnsupportedMediaError("Diese Art von Datei kann nicht gelesen werden.")
        with self._room:
            return run_isolated(work, reader, data, seconds=self._seconds, memory=self._memory)

    def _alone(self, name: str) -> threading.Lock:
        """Return what keeps two from drawing the same page."""
        return self._locks[hash(name) % _LOCKS]


def _text(reader: Reader, data: bytes) -> list[str]:
    with reader.open(data) as opened:
        pages = range(1, len(opened.media()) + 1)
        return [block.text for page in pages for block in opened.lines(page)]


def _pages(reader: Reader, data: bytes) -> int:
    with reader.open(data) as opened:
        media = opened.media()
        return 0 if Medium.DOCX in media else len(media)


def _digest(zones: Sequence[Zone]) -> str:
    told = repr([(one.box, one.is_straight) for one in zones])
    return blake2b(told.encode(), digest_size=8).hexdigest()


def _around(boxes: Sequence[Box]) -> Box:
    """Return what holds all of ``boxes``."""
    return Box(
        min(one.left for one in boxes),
        min(one.top for one in boxes),
        max(one.right for one in boxes),
        max(one.bottom for one in boxes),
    )


def _cut(page: bytes, boxes: Sequence[Box]) -> bytes:
    """Return a piece of a picture of our own making."""
    box = _around(boxes)
    with Image.open(io.BytesIO(page), formats=("JPEG",)) as image:
        wide, high = image.size
        left, top = (box.left - _BESIDE) * wide, (box.top - _ABOVE) * high
        right, bottom = (box.right + _BESIDE) * wide, (box.bottom + _ABOVE) * high
        piece = image.crop(
            (
                max(round(left), 0),
                max(round(top), 0),
                min(max(round(right), 1), wide),
                min(max(round(bottom), 1), high),
            )
        )
        stream = io.BytesIO()
        piece.save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()
