"""Builds a form: derives form.pdf and fields.json from its Word file and definition."""

import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias
from zipfile import BadZipFile

from lxml.etree import XMLSyntaxError

from formservice.adapters.building import office
from formservice.adapters.building.complete import completed
from formservice.adapters.building.flow import flow, template_flow
from formservice.adapters.building.pdf import fillable
from formservice.adapters.building.variants import ECHO_KIND, Expected, marked_copy, tags
from formservice.adapters.building.zones import Found, Rectangle, find
from formservice.adapters.word.loops import expanded
from formservice.adapters.word.markers import is_number
from formservice.adapters.word.names import ECHO
from formservice.domain.errors import DefinitionError, Problem
from formservice.domain.form import FieldKind, FlowItem, FormDefinition
from formservice.domain.groups import numbers
from formservice.domain.nearest import nearest

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float"

# 1/100000 of the page is 0.01 pt, finer than LibreOffice's own 1/20 pt.
_DIGITS = 5

DOCX_NAME, PDF_NAME, FIELDS_NAME = "form.docx", "form.pdf", "fields.json"


@dataclass(frozen=True, slots=True)
class Built:
    """What was derived: the blank fillable PDF, and the content of fields.json.

    ``added`` names what the Word file lacked and was given, in German.
    """

    pdf: bytes
    fields: dict[str, Json]
    added: tuple[str, ...] = field(default=(), compare=False)


def build_form(folder: Path, definition: FormDefinition) -> Built:
    """Build the form in ``folder`` and write form.pdf and fields.json beside its form.docx.

    What the Word file lacks and the definition says is added to it first (``completed``).

    Raises:
        DefinitionError: the Word file is missing or unfit; lists all problems, nothing is written.
        EngineError: LibreOffice is missing or failed.
    """
    source = folder / DOCX_NAME
    try:
        docx = source.read_bytes()
    except FileNotFoundError as error:
        problem = Problem("", "Die Word-Datei des Formulars fehlt.", str(source))
        raise DefinitionError(f"{definition.ref}: Die Word-Datei fehlt.", [problem]) from error
    whole = completed(docx, definition)
    built = replace(build(definition, whole.docx), added=whole.added)
    if whole.docx != docx:
        _write(source, whole.docx)
    _write(folder / PDF_NAME, built.pdf)
    _write(folder / FIELDS_NAME, as_json(built.fields))
    return built


def build(
    definition: FormDefinition,
    docx: bytes,
    *,
    convert: Callable[[bytes], bytes] = office.convert,
) -> Built:
    """Return what can be derived from ``docx``; errors as in ``build_form``."""
    expected = _expected(definition)
    _tags(definition, docx)
    word = expanded(docx, definition)
    found_tags = _tags(definition, word)
    _refuse(definition, _control_problems(found_tags, expected))
    copy = marked_copy(word, expected | _repeating(found_tags))
    marked = convert(copy.docx)
    found = find(marked, copy)
    _refuse(definition, found.problems)
    source: dict[str, Json] = {
        "docx": hashlib.sha256(docx).hexdigest(),
        "libreoffice": office.version(),
    }
    pdf = fillable(marked, copy, found.places, definition)
    printed = flow(word)
    looped = template_flow(docx, definition) if definition.members else ()
    return Built(pdf, _fields(definition, found, (printed, looped), source))


def as_json(fields: dict[str, Json]) -> bytes:
    """Return the bytes of fields.json: one line per field, stable from run to run."""
    parts = []
    for key, value in fields.items():
        if isinstance(value, list):
            lines = ",\n".join(f"    {json.dumps(item, ensure_ascii=False)}" for item in value)
            text = f"[\n{lines}\n  ]" if value else "[]"
        else:
            text = json.dumps(value, ensure_ascii=False)
        parts.append(f'  "{key}": {text}')
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def _expected(definition: FormDefinition) -> dict[str, Expected]:
    expected = {}
    for one in definition.fields:
        tick = one.kind in (FieldKind.CHOICE, FieldKind.TICK)
        for anchor in one.anchors:
            expected[anchor] = Expected("tick" if tick else one.kind.value, one.long_date)
    return expected


def _repeating(tags_: Iterable[str]) -> dict[str, Expected]:
    """Return what to expect of the controls that print something again."""
    found: dict[str, Expected] = {}
    for tag in tags_:
        if is_number(tag):
            found[tag] = Expected(ECHO_KIND, digits=len(str(numbers(tag)[-1] + 1)))
        elif tag.startswith(ECHO):
            found[tag] = Expected(ECHO_KIND)
    return found


def _tags(definition: FormDefinition, docx: bytes) -> list[str]:
    try:
        return tags(docx)
    except (BadZipFile, KeyError, ValueError, XMLSyntaxError) as error:
        problem = Problem("", "Die Datei lässt sich nicht als Word-Datei öffnen.", DOCX_NAME)
        message = f"Das Formular {definition.ref} kann nicht gebaut werden."
        raise DefinitionError(message, [problem]) from error


def _control_problems(found: Iterable[str], expected: dict[str, Expected]) -> list[Problem]:
    counts = Counter(found)
    problems = [
        Problem(tag, "Das Feld hat in der Word-Datei kein Steuerelement.", DOCX_NAME)
        for tag in expected
        if not counts[tag]
    ]
    problems += [
        Problem(tag, f"Das Feld hat {count} Steuerelemente statt eines.", DOCX_NAME)
        for tag, count in counts.items()
        if count > 1 and tag in expected
    ]
    problems += [
        Problem(
            tag,
            "Das Steuerelement gehört zu keinem Feld der Definition.",
            DOCX_NAME,
            nearest(tag, expected),
        )
        for tag in counts
        if tag not in expected and not tag.startswith(ECHO)
    ]
    return problems


def _refuse(definition: FormDefinition, problems: Iterable[Problem]) -> None:
    listed = list(problems)
    if listed:
        message = f"Das Formular {definition.ref} kann nicht gebaut werden: {len(listed)} Fehler."
        raise DefinitionError(message, listed)


def _fields(
    definition: FormDefinition,
    found: Found,
    flows: tuple[Iterable[FlowItem], Iterable[FlowItem]],
    source: dict[str, Json],
) -> dict[str, Json]:
    def box(page: int, place: Rectangle) -> Json:
        width, height = found.pages[page - 1]
        left, top, right, bottom = place
        fractions = (left / width, top / height, right / width, bottom / height)
        return [round(value, _DIGITS) for value in fractions]

    printed, looped = flows
    echoes: list[Json] = [
        {
            "source": place.mark.key.removeprefix(ECHO),
            "page": place.page,
            "box": box(place.page, place.box),
        }
        for place in found.places
        if place.mark.kind == ECHO_KIND
    ]
    repeating: dict[str, list[Json]] = {
        "echoes": echoes,
        "template_flow": [_step(item) for item in looped],
    }
    return {
        "form": definition.ref.form,
        "edition": definition.ref.edition,
        "pages": [{"width": round(w, 2), "height": round(h, 2)} for w, h in found.pages],
        "fields": [
            {
                "key": place.mark.key,
                "kind": place.mark.kind,
                "page": place.page,
                "box": box(place.page, place.box),
            }
            for place in found.places
            if place.mark.kind != ECHO_KIND
        ],
        "qr": [{"page": page, "box": box(page, place)} for page, place in found.qr],
        "squares": [{"page": page, "box": box(page, place)} for page, place in found.squares],
        "flow": [_step(item) for item in printed],
        **{name: listed for name, listed in repeating.items() if listed},
        "source": source,
    }


def _step(item: FlowItem) -> Json:
    """Return one step of a flow: the one thing that is set."""
    names = ("anchor", "begin", "end", "text")
    return {name: held for name in names if (held := getattr(item, name))}


def _write(path: Path, data: bytes) -> None:
    """Write ``data`` so that a reader sees the old file or the new one, never half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
