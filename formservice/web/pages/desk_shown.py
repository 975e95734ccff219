"""What templates of the desk show of a document and of one of its fields."""

from collections.abc import Sequence
from typing import Any  # what templates show is of many kinds

from fastapi import Request

from formservice.application.desk import Decision
from formservice.application.desk_pictures import Zone
from formservice.application.desk_review import Asked, Review
from formservice.domain.form import FieldKind
from formservice.web.pages_made import as_json
from formservice.web.texts import text

# How much of a page stands around a zone: enough to see its label and its neighbours.
_LEAST_WIDE, _AROUND = 0.8, 1.12
_VIEW = 0.62  # height of the window by its width, where no script knows better


def context(
    request: Request, review: Review, key: str | None, size: tuple[int, int]
) -> dict[str, Any]:
    """Return what the review page shows; ``key`` is the field that somebody asked for.

    ``size`` is that of the page the field stands on.
    """
    asked = review.field(key) if key else None
    if asked is None:
        asked = review.next_open()
    place = [one.key for one in review.asked].index(asked.key) + 1 if asked else 0
    return {
        "review": review,
        "asked": asked,
        "place": place,
        "left": len(review.open),
        "number": (asked.number if asked else None) or 1,
        "size": size,
        "window": _window(asked.zones if asked else (), size),
        "shapes": [_shape(one, size) for one in asked.zones] if asked else [],
        "zones": as_json([_plain(one) for one in asked.zones] if asked else []),
        "pages": as_json(pages(request, review)),
        "crops": as_json(crops(request, review)),
        "decision": told(asked, asked.decision) if asked and asked.decision else "",
        "decisions": [
            (one, told(one, one.decision) if one.decision else "") for one in review.asked
        ],
        "typed": _typed(asked) if asked else "",
        "chosen": _chosen(asked) if asked else [],
        "tick": _tick(asked) if asked else "",
        "FieldKind": FieldKind,
    }


def pages(request: Request, review: Review) -> list[str]:
    """Return the addresses of the pictures of a document's pages, from the first."""
    if not review.has_pictures:
        return []
    path = request.app.url_path_for
    return [
        f"{path('page_picture', document=review.document, page=str(n))}?v={review.version}"
        for n in range(1, review.pages + 1)
    ]


def crops(request: Request, review: Review) -> list[str]:
    """Return the addresses of the pictures of fields that are not decided yet."""
    if not review.has_pictures:
        return []
    path, document = request.app.url_path_for, review.document
    return [
        f"{path('field_picture', document=document, field=one.key)}?v={review.version}"
        for one in review.open
        if one.zones
    ]


def told(asked: Asked, decision: Decision) -> str:
    """Return what somebody decided, as people say it."""
    if decision.said == "as-read":
        return text("desk.decided.as-read", value=asked.shown)
    if decision.said != "value":
        return text(f"desk.decided.{decision.said}")
    return text("desk.decided.value", value=_shown(asked, decision.value))


def _shown(asked: Asked, value: object) -> str:
    labels = {key: label for key, label, _ in asked.options}
    if isinstance(value, bool):
        signed = asked.kind is FieldKind.SIGNATURE
        return text(f"desk.mark.{'signed' if signed else 'ticked'}.{'yes' if value else 'no'}")
    if isinstance(value, list):
        return ", ".join(labels.get(str(one), str(one)) for one in value)
    return labels.get(str(value), str(value))


def _window(zones: Sequence[Zone], size: tuple[int, int]) -> str:
    """Return the part of a page to show as the ``viewBox`` of an SVG picture."""
    wide, high = size
    if not zones:
        return f"0 0 {wide} {high}"
    left = min(one.box.left for one in zones if one.number == zones[0].number)
    top = min(one.box.top for one in zones if one.number == zones[0].number)
    right = max(one.box.right for one in zones if one.number == zones[0].number)
    bottom = max(one.box.bottom for one in zones if one.number == zones[0].number)
    across = min(max((right - left) * _AROUND, _LEAST_WIDE), 1.0) * wide
    down = max(across * _VIEW, (bottom - top) * _AROUND * high)
    x = min(max((left + right) / 2 * wide - across / 2, 0.0), wide - across)
    y = max(min((top + bottom) / 2 * high - down / 2, high - down), 0.0)
    return f"{x:.0f} {y:.0f} {across:.0f} {down:.0f}"


def _shape(zone: Zone, size: tuple[int, int]) -> dict[str, int]:
    (wide, high), box = size, zone.box
    return {
        "page": zone.number,
        "x": round(box.left * wide),
        "y": round(box.top * high),
        "width": max(round((box.right - box.left) * wide), 4),
        "height": max(round((box.bottom - box.top) * high), 4),
    }


def _plain(zone: Zone) -> dict[str, object]:
    box = zone.box
    return {
        "page": zone.number,
        "box": [box.left, box.top, box.right, box.bottom],
        "on": zone.marked,
    }


def _typed(asked: Asked) -> str:
    if asked.decision is not None and asked.decision.said == "value":
        return str(asked.decision.value)
    return asked.typed


def _chosen(asked: Asked) -> list[str]:
    if asked.decision is not None and asked.decision.said == "value":
        value = asked.decision.value
        return [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return [key for key, _, is_chosen in asked.options if is_chosen]


def _tick(asked: Asked) -> str:
    """Return which of „ja“ and „nein“ is chosen for a box or a signature; neither if unknown."""
    if asked.decision is not None and asked.decision.said == "value":
        return "ja" if asked.decision.value else "nein"
    if asked.decision is not None and asked.decision.said == "blank":
        return "nein"
    return {True: "ja", False: "nein", None: ""}[asked.on]
