"""Takes the marking colours out of a page of the marked PDF again, and draws what they stood for.

Stand-ins of text fields vanish, tick boxes and cell shading get their former colour, corner
squares become vectors, QR pictures vanish (every filled form draws its own). What LibreOffice
left outside all marked content becomes an artifact.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

import pikepdf

from formservice.adapters.building.variants import Colour, MarkedCopy
from formservice.adapters.building.zones import Place, colour_of
from formservice.adapters.word.names import QR

_Step: TypeAlias = pikepdf.ContentStreamInstruction

_TEXT = frozenset({"Tj", "TJ", "'", '"'})
_FILLS = frozenset({"f", "F", "f*"})
_PAINTS = _TEXT | _FILLS | {"S", "s", "B", "B*", "b", "b*", "Do", "sh"}
_MOVES = frozenset({"Td", "TD", "Tm", "T*", "BT"})
# Grey enough to be seen, light enough not to cross out what is written on it.
_LINE_GREY, _LINE_WIDTH = 0.55, 0.5


def clean(
    pdf: pikepdf.Pdf, page: pikepdf.Page, copy: MarkedCopy, places: Sequence[Place]
) -> set[int]:
    """Repaint ``page`` without marks; return the marked contents that are artifacts now.

    ``places`` are those on this page. Colours that no longer mean anything stay away from every
    later reader: neither underscores nor „X“ remain in the text of the form.
    """
    artifacts = {place.mcid for place in places}
    pictures = _picture_names(page, copy)
    steps = _repainted(pikepdf.parse_content_stream(page), copy.restore, pictures, artifacts)
    steps = [_step("q"), *_outside_as_artifact(steps), _step("Q"), *_lines(page, places)]
    page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(steps))
    return artifacts


def forget_pictures(pdf: pikepdf.Pdf, copy: MarkedCopy) -> None:
    """Take the registration pictures out of the resources, which all pages may share."""
    for page in pdf.pages:
        resources = page.resources.get("/XObject", pikepdf.Dictionary())
        for name in _picture_names(page, copy):
            del resources[name]


def _step(operator: str, *operands: pikepdf.Object | float) -> _Step:
    return _Step([*operands], pikepdf.Operator(operator))


def _picture_names(page: pikepdf.Page, copy: MarkedCopy) -> dict[str, str]:
    """Return which registration mark each picture resource of the page is."""
    names = {}
    for resource, image in page.resources.get("/XObject", pikepdf.Dictionary()).items():
        if image.get("/Subtype") != "/Image":
            continue
        start = image.read_bytes()[:3]
        if len(start) == 3 and (name := copy.pictures.get((start[0], start[1], start[2]))):
            names[resource] = name
    return names


def _repainted(
    steps: Iterable[_Step | pikepdf.ContentStreamInlineImage],
    restore: Mapping[Colour, Colour | None],
    pictures: Mapping[str, str],
    artifacts: Collection[int],
) -> list[_Step]:
    result: list[_Step] = []
    brush = _Brush(restore)
    for step in steps:
        if isinstance(step, pikepdf.ContentStreamInlineImage):
            raise TypeError("LibreOffice writes no inline images")
        name = str(step.operator)
        step = brush.follow(step, name)  # the same step in its final colour
        if name in _TEXT and brush.drops_text():
            continue
        result += _changed(step, name, brush.dropping, pictures, artifacts)
    return result


class _Brush:
    """Follows the fill colour through the steps of a page."""

    def __init__(self, restore: Mapping[Colour, Colour | None]) -> None:
        self.dropping = False
        self._restore = restore
        self._stack: list[bool] = []
        self._positioned = True

    def follow(self, step: _Step, name: str) -> _Step:
        """Return ``step``, with the former colour where it sets a marking colour."""
        if name == "q":
            self._stack.append(self.dropping)
        elif name == "Q" and self._stack:
            self.dropping = self._stack.pop()
        elif name in _MOVES:
            self._positioned = True
        elif name in ("rg", "g", "k"):
            colour = colour_of(float(str(number)) for number in step.operands)
            former = None if colour is None else self._restore.get(colour)
            self.dropping = colour in self._restore and former is None
            if former is not None:
                return _step("rg", *(round(part / 255, 4) for part in former))
        return step

    def drops_text(self) -> bool:
        """Say whether text shown now vanishes; ValueError if it would pull other text along."""
        if self.dropping:
            self._positioned = False
        elif not self._positioned:
            # LibreOffice gives every piece of text a position of its own.
            raise ValueError("text follows a removed stand-in without a position of its own")
        return self.dropping


def _changed(
    step: _Step,
    name: str,
    dropping: bool,
    pictures: Mapping[str, str],
    artifacts: Collection[int],
) -> list[_Step]:
    """Return what stands for one step."""
    if dropping and name in _FILLS:
        return [_step("n")]
    if name == "Do" and (picture := pictures.get(str(step.operands[0]))):
        if picture.startswith(QR):
            return []
        # A picture fills the unit square; the same square as a vector.
        return [_step("g", 0), _step("re", 0, 0, 1, 1), _step("f")]
    if name == "BDC" and isinstance(step.operands[1], pikepdf.Dictionary):
        number = step.operands[1].get("/MCID")
        if number is not None and int(number) in artifacts:
            return [_step("BMC", pikepdf.Name.Artifact)]
    return [step]


def _outside_as_artifact(steps: Sequence[_Step]) -> list[_Step]:
    """Return the steps with everything painted outside marked content declared an artifact."""
    result: list[_Step] = []
    outside: list[_Step] = []
    depth = 0

    def close() -> None:
        if any(str(step.operator) in _PAINTS for step in outside):
            result.extend([_step("BMC", pikepdf.Name.Artifact), *outside, _step("EMC")])
        else:
            result.extend(outside)
        outside.clear()

    for step in steps:
        name = str(step.operator)
        if name in ("BDC", "BMC"):
            close()
            depth += 1
        (result if depth else outside).append(step)
        if name == "EMC":
            depth -= 1
    close()
    return result


def _lines(page: pikepdf.Page, places: Sequence[Place]) -> list[_Step]:
    """Draw the line to write on for every field beside text."""
    height = float(page.mediabox[3])
    drawn = [place.line for place in places if place.line is not None]
    if not drawn:
        return []
    steps = [_step("BMC", pikepdf.Name.Artifact), _step("q"), _step("G", _LINE_GREY)]
    steps.append(_step("w", _LINE_WIDTH))
    for left, right, base in drawn:
        y = round(height - base, 2)
        steps += [_step("m", round(left, 2), y), _step("l", round(right, 2), y), _step("S")]
    return [*steps, _step("Q"), _step("EMC")]
