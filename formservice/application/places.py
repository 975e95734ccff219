"""Where the answers of a document stand on its pages, and which way up these pages lie."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from formservice.application.read_document import ReadDocument
from formservice.domain.document import Sighting, part_of
from formservice.domain.form import FieldKey


def places(document: ReadDocument) -> Mapping[FieldKey, Sequence[Sighting]]:
    """Return where each field was seen: every box of a choice, every part of a text, once each."""
    if document.definition is None:
        return {}
    owners = {anchor: one.key for one in document.definition.fields for anchor in one.anchors}
    found: dict[FieldKey, dict[object, Sighting]] = defaultdict(dict)
    for seen in document.sightings:
        owner = owners.get(part_of(seen.key)[0])
        if owner is not None and seen.box is not None:
            found[owner].setdefault((seen.key, seen.page, seen.box), seen)
    return {key: tuple(seen.values()) for key, seen in found.items()}


def turned(document: ReadDocument) -> dict[int, int]:
    """Return the pages that lie on their side or head, each with the quarter turns that right it.

    A turn is clockwise. What was scanned stays as it is; only its pictures are shown upright.
    """
    turns: dict[int, int] = {}
    for one in (document, *document.sheets):
        turns |= one.turned
    return dict(sorted(turns.items()))
