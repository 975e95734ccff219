"""Received files as they may go to others: never with the pages of somebody else's document.

A batch holds forms of many people. Who gets one of them gets the pictures of its pages, and may
prove with the hash of the whole file, which stays here, where they come from.
"""

import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formservice.adapters.handover.kinds import PDF, kind_of
from formservice.adapters.scan.picture import is_picture
from formservice.application.dossier import Dossier
from formservice.application.ports_store import Originals
from formservice.domain.errors import EngineError

if TYPE_CHECKING:
    import pikepdf


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that goes out for a received one: that itself, or an excerpt with its own pages."""

    original: str
    data: bytes
    is_excerpt: bool


def sendable(
    whole: Dossier, originals: Originals, which: Collection[str] | None = None
) -> Iterator[Sent]:
    """Yield what may be sent of a document's files, or of ``which`` of them, in their order.

    Raises:
        EngineError: a file holds pages of other documents, and cannot be cut.
        NotFoundError: one is not there.
    """
    for sha256 in whole.originals:
        if which is not None and sha256 not in which:
            continue
        data = originals.read(sha256)
        if sha256 not in whole.mixed:
            yield Sent(sha256, data, is_excerpt=False)
            continue
        pages = [page.page for page in whole.pages if page.original == sha256]
        if pages:
            yield Sent(sha256, excerpt(data, pages), is_excerpt=True)


def excerpt(data: bytes, pages: Sequence[int]) -> bytes:
    """Return pages of a file, by their numbers, as the pictures in a PDF of their own.

    Scanned pictures stay as they are, other pages are drawn: nothing of a page that is not asked
    for comes with it, as it might with what pages of a PDF share. The same pages give the same
    bytes.
    """
    import pikepdf  # noqa: PLC0415 - needed by few commands

    if kind_of(data) is not PDF and not is_picture(data):
        raise EngineError(
            "Diese Datei enthält mehrere Vorgänge und lässt sich nicht nach Seiten teilen.",
            "Bitte beim Zielsystem statt „original“ die Archivkopie („copy“) übergeben.",
        )
    flat = _flat(data, pages)
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        for number in pages:
            _add(pdf, flat, number)
        pdf.save(target, deterministic_id=True)
    return target.getvalue()


def _add(pdf: "pikepdf.Pdf", data: bytes, number: int) -> None:
    from pikepdf import Array, Dictionary  # noqa: PLC0415

    from formservice.adapters.archive_copy.page_pictures import taken_over  # noqa: PLC0415
    from formservice.adapters.archive_copy.picture_files import SourcePage  # noqa: PLC0415

    picture = taken_over(pdf, SourcePage(number, data, number))
    page = pdf.add_blank_page().obj
    page.MediaBox = Array([round(edge, 3) for edge in picture.paper])
    page.Rotate = picture.turn
    images = {f"/Bild{place}": image for place, (image, _) in enumerate(picture.laid)}
    page.Resources = Dictionary(XObject=Dictionary(images))
    drawn = (
        b"q %b cm /Bild%d Do Q" % (b" ".join(b"%.4f" % one for one in matrix), place)
        for place, (_, matrix) in enumerate(picture.laid)
    )
    page.Contents = pdf.make_stream(b"\n".join(drawn))


def _flat(data: bytes, pages: Sequence[int]) -> bytes:
    """Return a PDF whose form fields and stamps are part of the pages, as people see them."""
    import pikepdf  # noqa: PLC0415

    if kind_of(data) is not PDF:
        return data
    with pikepdf.open(io.BytesIO(data)) as pdf:
        if not any("/Annots" in pdf.pages[number - 1].obj for number in pages):
            return data
        if "/AcroForm" in pdf.Root:
            pdf.generate_appearance_streams()
        pdf.flatten_annotations("all")
        target = io.BytesIO()
        pdf.save(target, deterministic_id=True)
    return target.getvalue()
