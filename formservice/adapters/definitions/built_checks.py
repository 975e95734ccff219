"""Whether form.pdf and fields.json are what a Word template and its definition make together."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from formservice.adapters.definitions.template_controls import anchors
from formservice.domain.document import Box
from formservice.domain.errors import Problem
from formservice.domain.form import FormDefinition, Layout, Zone
from formservice.domain.groups import pattern
from formservice.domain.nearest import nearest

BUILD = "Bitte „formservice forms build“ ausführen."
_WHOLE_PAGE = 0.02  # boxes may reach over the edge of a page by so much of it
_SQUARES = 3
_SAME_PLACE = 0.5  # of the smaller box
_CONDITIONAL = 0.5  # of the words may stand only in some items of a list; a flow leaves them out


@dataclass(frozen=True, slots=True)
class Printed:
    """What a Word file prints besides its fields.

    ``conditional`` says that some of it stands in some items of a list only; ``repeats`` are the
    fields and groups whose value or number it prints again.
    """

    text: str
    conditional: bool = False
    repeats: frozenset[str] = frozenset()


def built_problems(
    definition: FormDefinition, folder: Path, shown: str, word_file: Printed | None
) -> Iterator[Problem]:
    """Yield where what was built is not what the Word file and the definition say now.

    ``shown`` names the folder in problems; ``word_file`` is None if it is wrong itself. That the
    Word file was changed since is said once, not for every field of it.
    """
    word, pdf, built = (folder / name for name in ("form.docx", "form.pdf", "fields.json"))
    pdf_file, built_file = f"{shown}/form.pdf", f"{shown}/fields.json"
    layout = definition.layout
    if layout is None and not pdf.is_file() and not built.exists():
        if word.is_file():  # that it is missing is told already, and nothing can be built
            yield Problem("", f"Das Formular ist noch nicht gebaut. {BUILD}", built_file)
        return
    changed = layout is not None and _changed_since(word, built)
    if not pdf.is_file():
        yield Problem("", f"Die Datei fehlt. {BUILD}", pdf_file)
    elif not changed:
        yield from _pdf(pdf, definition, pdf_file)
    if layout is None:
        if not built.exists():  # a broken one is reported when definitions are loaded
            yield Problem("", f"Die Datei fehlt. {BUILD}", built_file)
    elif changed:
        yield Problem("source.docx", f"Die Word-Vorlage wurde geändert. {BUILD}", built_file)
    else:
        keys = {zone.key for zone in layout.zones}
        yield from _differences(keys, definition, built_file)
        for where, sentence in (
            *_zones(definition, layout),
            *_marks(layout),
            *(_flow(definition, layout, word_file) if word_file else ()),
        ):
            yield Problem(where, f"{sentence} {BUILD}", built_file)


def _changed_since(word: Path, layout: Path) -> bool:
    """Say whether there is a Word file other than the one the layout was built from."""
    if not word.is_file():
        return False
    source = json.loads(layout.read_bytes()).get("source") or {}
    return bool(source.get("docx") != hashlib.sha256(word.read_bytes()).hexdigest())


def _differences(found: set[str], definition: FormDefinition, file: str) -> Iterator[Problem]:
    """Yield the fields only one of the two has; those that repeat are named once."""
    wanted = anchors(definition)
    for key in sorted({pattern(key) for key in wanted.keys() - found}):
        yield Problem(key, f"Das Feld fehlt. {BUILD}", file)
    for key in sorted({pattern(key) for key in found - wanted.keys()}):
        yield Problem(
            key, f"Ein solches Feld hat die Definition nicht. {BUILD}", file, nearest(key, wanted)
        )


def _pdf(path: Path, definition: FormDefinition, file: str) -> Iterator[Problem]:
    from pikepdf import PasswordError, Pdf, PdfError  # noqa: PLC0415 - slow, needed by one command

    try:
        with Pdf.open(path) as pdf:
            fields = {one.fully_qualified_name: one.obj.get("/V") for one in pdf.acroform.fields}
            pages = len(pdf.pages)
    except PasswordError:
        yield Problem("", f"Die Datei ist mit einem Kennwort geschützt. {BUILD}", file)
        return
    except (PdfError, OSError):
        yield Problem("", f"Die Datei ist kein lesbares PDF. {BUILD}", file)
        return
    if not fields:
        yield Problem("", f"Die Datei hat keine ausfüllbaren Felder. {BUILD}", file)
        return
    layout = definition.layout
    if layout is not None and pages != len(layout.pages):
        sentence = (
            f"Die Datei hat {pages} statt {len(layout.pages)} Seite(n), wie fields.json sagt."
        )
        yield Problem("", f"{sentence} {BUILD}", file)
    yield from _differences(set(fields), definition, file)
    for name, value in fields.items():
        if value is not None and str(value) not in ("", "/Off"):
            yield Problem(name, f"Das Feld ist in der Datei schon ausgefüllt. {BUILD}", file)


def _zones(definition: FormDefinition, layout: Layout) -> Iterator[tuple[str, str]]:
    wanted = anchors(definition)
    seen: set[tuple[str, int]] = set()
    for zone in layout.zones:
        if zone.key in wanted and zone.kind != wanted[zone.key].kind.value:
            yield (
                zone.key,
                f"Das Feld ist als „{zone.kind}“ gebaut, nicht „{wanted[zone.key].kind}“.",
            )
        if zone.page > len(layout.pages):
            yield zone.key, f"Das Feld steht auf Seite {zone.page}, die es nicht gibt."
        if not _on_page(zone.box):
            yield zone.key, "Der Platz des Feldes (box) ist leer oder liegt außerhalb der Seite."
        if (zone.key, zone.page) in seen:
            yield zone.key, "Das Feld steht zweimal auf derselben Seite."
        seen.add((zone.key, zone.page))
        if any(
            page == zone.page and _overlap(zone.box, box) > 0
            for page, box in (*layout.qr, *layout.squares)
        ):
            yield zone.key, "Das Feld liegt auf dem QR-Code oder einem Eckquadrat."
    for one, other in combinations(layout.zones, 2):
        if one.key != other.key and _same_place(one, other):
            yield other.key, f"Das Feld liegt auf dem Feld „{one.key}“."


def _on_page(box: Box) -> bool:
    low, high = -_WHOLE_PAGE, 1 + _WHOLE_PAGE
    return low <= box.left < box.right <= high and low <= box.top < box.bottom <= high


def _same_place(one: Zone, other: Zone) -> bool:
    smaller = min(_overlap(zone.box, zone.box) for zone in (one, other))
    return one.page == other.page and _overlap(one.box, other.box) > _SAME_PLACE * smaller


def _overlap(one: Box, other: Box) -> float:
    """Return the area two boxes share."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0.0, width) * max(0.0, height)


def _marks(layout: Layout) -> Iterator[tuple[str, str]]:
    numbers = range(1, len(layout.pages) + 1)
    for page in numbers:
        if [one for one, _ in layout.qr].count(page) != 1:
            yield "qr", f"Seite {page} hat nicht genau einen QR-Code; so wird sie nicht erkannt."
        if [one for one, _ in layout.squares].count(page) != _SQUARES:
            yield "squares", f"Seite {page} hat nicht genau drei Eckquadrate."
    beyond = sorted({page for page, _ in (*layout.qr, *layout.squares) if page not in numbers})
    if beyond:
        yield "pages", f"QR-Code und Quadrate stehen auf Seite {beyond[0]}, die es nicht gibt."


def _flow(
    definition: FormDefinition, layout: Layout, word_file: Printed
) -> Iterator[tuple[str, str]]:
    """Yield that the printed text, by which documents are read, is not that of the Word file."""
    name = "template_flow" if definition.members else "flow"
    steps = layout.template_flow if definition.members else layout.flow
    # Where a phrase ends a later build may judge anew; which words there are it may not.
    held, printed = (
        {word for line in lines for word in _words(line)}
        for lines in ([step.text for step in steps], word_file.text.split("\n"))
    )
    slack = _CONDITIONAL * len(printed) if word_file.conditional else 0
    if held - printed or len(printed - held) > slack:
        yield name, "Der gedruckte Text ist nicht der der Word-Vorlage."
    if word_file.repeats != {pattern(echo.source) for echo in layout.echoes}:
        yield "echoes", "Was wiederholt wird, ist nicht das, was die Word-Vorlage wiederholt."


def _words(text: str) -> list[str]:
    """Return words without what joins them: a hyphen may be a sign of its own in Word."""
    return text.replace("\N{NON-BREAKING HYPHEN}", "").split()
