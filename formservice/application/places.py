"""Where the answers of a document stand on its pages, and which way up these pages lie."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from formservice.application.read_document import ReadDocument
from formservice.domain.document import Method, Sighting, part_of
from formservice.domain.form import FieldKey, Layout

# Zones of a page with a direction between them: ten have 45, more say nothing new.
_ENOUGH = 10
_OF_PICTURES = (Method.OCR, Method.MARK)


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
        turns |= _turns(one)
    return {page: quarters for page, quarters in sorted(turns.items()) if quarters}


def _turns(document: ReadDocument) -> dict[int, int]:
    layout = None if document.definition is None else document.definition.layout
    if layout is None:
        return {}
    by_page: dict[int, list[Sighting]] = defaultdict(list)
    for seen in document.sightings:
        # Between labels of a foreign layout things stand in another order.
        if seen.method in _OF_PICTURES:
            by_page[seen.page].append(seen)
    return {page: _turn(seen, layout) for page, seen in by_page.items()}


def _turn(sightings: Sequence[Sighting], layout: Layout) -> int:
    """Return how often a page must be turned, by the ways from one zone to another."""
    printed = {zone.key: zone for zone in layout.zones}
    points: list[tuple[float, float, float, float]] = []
    for seen in sightings:
        zone = printed.get(seen.key)
        if zone is None or seen.box is None:
            continue
        here, there = seen.box, zone.box
        points.append(
            (
                (here.left + here.right) / 2,
                (here.top + here.bottom) / 2,
                (there.left + there.right) / 2,
                (there.top + there.bottom) / 2,
            )
        )
    along = across = 0.0
    step = max(1, len(points) // _ENOUGH)
    for one, other in combinations(points[::step], 2):
        x, y = other[0] - one[0], other[1] - one[1]
        right, down = other[2] - one[2], other[3] - one[3]
        along += x * right + y * down
        across += x * down - y * right
    if abs(across) > abs(along):
        # To the right on paper is down in the picture, or up.
        return 3 if across < 0 else 1
    return 2 if along < 0 else 0
