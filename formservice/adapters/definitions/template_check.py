"""Checks every definition against its Word template and what was built from it."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from formservice.adapters.definitions.mappings import gather
from formservice.adapters.definitions.template_controls import (
    anchors,
    control_problems,
    declared,
    printed,
)
from formservice.adapters.definitions.template_frame import frame_problems
from formservice.adapters.word.markers import markers
from formservice.adapters.word.package import Package
from formservice.domain.errors import InputError, Problem
from formservice.domain.form import FormDefinition
from formservice.domain.groups import pattern
from formservice.domain.nearest import nearest
from formservice.domain.wording import wording_hash

Complete: TypeAlias = Callable[[bytes, FormDefinition], bytes]

_BUILD = "Bitte „formservice forms build“ ausführen."


@dataclass(frozen=True, slots=True)
class _Template:
    """The folder of one form."""

    folder: Path
    shown: str

    def file(self, name: str) -> tuple[Path, str]:
        """Return where a file is, and how problems name it."""
        return self.folder / name, f"{self.shown}/{name}"


def check(forms: Path, complete: Complete | None = None) -> list[Problem]:
    """Return all problems of all definitions, templates and built files; none if all is well.

    ``forms`` is the folder that holds ``mappings`` and ``form_templates``. ``complete`` adds to a
    Word file what building would: of a draft and of a form never built, only what is left is a
    problem.
    """
    mappings, templates = forms / "mappings", forms / "form_templates"
    definitions, problems = gather(mappings, templates)
    texts: dict[str, str] = {}
    for definition in definitions:
        template = _Template(
            templates / definition.ref.form / definition.ref.edition,
            f"{templates.name}/{definition.ref}",
        )
        final = definition.released and template.file("fields.json")[0].exists()
        text, wrong = _word(definition, template, None if final else complete)
        problems += wrong
        problems += _built(definition, template)
        problems += _fixed_text(definition, f"{mappings.name}/{definition.ref}.yaml")
        texts[str(definition.ref)] = text
    problems += _marks(definitions, texts, mappings.name)
    problems += _without_definition(mappings, templates)
    return problems


def _word(
    definition: FormDefinition, template: _Template, complete: Complete | None
) -> tuple[str, list[Problem]]:
    """Return the printed text of the template and what is wrong with it."""
    path, file = template.file("form.docx")
    try:
        data = path.read_bytes()
        package = Package(complete(data, definition) if complete else data)
        main = package.parse(package.main)
        text = printed(main)
        template_fields = declared(definition)
        problems = [
            *markers(main, definition, file).problems,
            *control_problems(template_fields, main, file),
            *_labels(template_fields, text, file),
            *frame_problems(definition, package, main, file),
        ]
    except FileNotFoundError:
        return "", [Problem("", "Die Word-Vorlage fehlt.", file)]
    except OSError:
        return "", [Problem("", "Die Word-Vorlage ist nicht lesbar.", file)]
    except InputError as error:
        return "", [Problem("", error.message, file)]
    return text, problems


def _labels(definition: FormDefinition, text: str, file: str) -> Iterator[Problem]:
    """Yield labels and marks that are not printed word for word."""
    lines = text.split("\n")
    wanted = [(field.key, field.label) for field in definition.fields if field.label]
    wanted += [
        (f"{field.key}.{option.key}", option.label)
        for field in definition.fields
        for option in field.options
    ]
    wanted += [("marks", mark) for mark in definition.marks]
    for key, phrase in wanted:
        plain = " ".join(phrase.split())
        # Whole words only: „bis“ is not printed where „bisher“ stands.
        whole = re.compile(rf"(?<!\w){re.escape(plain)}(?!\w)")
        if not any(map(whole.search, lines)):
            guess = nearest(plain, lines)
            yield Problem(key, f"„{plain}“ steht so nicht in der Vorlage.", file, guess)


def _marks(
    definitions: Iterable[FormDefinition], texts: Mapping[str, str], folder: str
) -> Iterator[Problem]:
    """Yield marks that another form prints too: they would not tell the two apart."""
    for definition in definitions:
        for index, mark in enumerate(definition.marks):
            for other, text in texts.items():
                if other.split("/")[0] != definition.ref.form and mark in text:
                    yield Problem(
                        f"marks[{index}]",
                        f"„{mark}“ steht auch im Formular {other}.",
                        f"{folder}/{definition.ref}.yaml",
                    )


def _built(definition: FormDefinition, template: _Template) -> Iterator[Problem]:
    """Yield where what was built is not what the Word file and the definition say now.

    That the Word file was changed since is said once, and not for every field of it.
    """
    layout, layout_file = template.file("fields.json")
    changed = definition.layout is not None and _changed_since(template)
    pdf, pdf_file = template.file("form.pdf")
    if not pdf.is_file():
        yield Problem("", f"Die Datei fehlt. {_BUILD}", pdf_file)
    elif not changed:
        yield from _differences(_pdf_fields(pdf), definition, pdf_file)
    if definition.layout is None:
        if not layout.is_file():  # a broken one is reported when definitions are loaded
            yield Problem("", f"Die Datei fehlt. {_BUILD}", layout_file)
    elif changed:
        yield Problem("source.docx", f"Die Word-Vorlage wurde geändert. {_BUILD}", layout_file)
    else:
        zones = {zone.key for zone in definition.layout.zones}
        yield from _differences(zones, definition, layout_file)


def _changed_since(template: _Template) -> bool:
    """Say whether there is a Word file other than the one the layout was built from."""
    word, layout = template.file("form.docx")[0], template.file("fields.json")[0]
    if not word.is_file():
        return False
    source = json.loads(layout.read_bytes()).get("source") or {}
    return bool(source.get("docx") != hashlib.sha256(word.read_bytes()).hexdigest())


def _fixed_text(definition: FormDefinition, file: str) -> Iterator[Problem]:
    """Yield that people would sign for another wording than the one the definition names."""
    fixed, printed_now = definition.fixed_text, wording_hash(definition)
    if fixed is None or printed_now is None or fixed.sha256 == printed_now:
        return
    yield Problem(
        "fixed_text.sha256",
        f"Der gedruckte Wortlaut ist nicht der von Fassung {fixed.version}. Bitte den Wortlaut"
        f" wiederherstellen oder eine neue Fassung angeben, mit sha256: {printed_now}",
        file,
    )


def _differences(found: set[str], definition: FormDefinition, file: str) -> Iterator[Problem]:
    """Yield the fields only one of the two has; those that repeat are named once."""
    wanted = anchors(definition)
    for key in sorted({pattern(key) for key in wanted.keys() - found}):
        yield Problem(key, f"Das Feld fehlt. {_BUILD}", file)
    for key in sorted({pattern(key) for key in found - wanted.keys()}):
        yield Problem(
            key, f"Ein solches Feld hat die Definition nicht. {_BUILD}", file, nearest(key, wanted)
        )


def _pdf_fields(path: Path) -> set[str]:
    """Return the full names of the form fields, none if the file is no PDF."""
    from pikepdf import Pdf, PdfError  # noqa: PLC0415 - slow to import, needed by one command

    try:
        with Pdf.open(path) as pdf:
            return {field.fully_qualified_name for field in pdf.acroform.fields}
    except (PdfError, OSError):
        return set()


def _without_definition(mappings: Path, templates: Path) -> Iterator[Problem]:
    for path in sorted(templates.glob("*/*/form.docx")):
        edition, form = path.parent.name, path.parent.parent.name
        if not (mappings / form / f"{edition}.yaml").is_file():
            yield Problem(
                "",
                "Zu dieser Vorlage gibt es keine Definition.",
                path.relative_to(templates.parent).as_posix(),
                nearest(edition, [other.stem for other in (mappings / form).glob("*.yaml")]),
            )
