"""Checks every definition against its Word template and what was built from it."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from formservice.adapters.definitions.built_checks import Printed, built_problems
from formservice.adapters.definitions.mappings import gather
from formservice.adapters.definitions.template_controls import (
    W,
    control_problems,
    declared,
    printed,
)
from formservice.adapters.definitions.template_frame import claimed, frame_problems
from formservice.adapters.definitions.template_leftovers import leftover_problems
from formservice.adapters.definitions.told_once import told_once
from formservice.adapters.word.markers import markers, tag_of
from formservice.adapters.word.names import ECHO
from formservice.adapters.word.package import Package
from formservice.domain.errors import InputError, Problem
from formservice.domain.form import FormDefinition
from formservice.domain.nearest import nearest
from formservice.domain.wording import wording_hash

Complete: TypeAlias = Callable[[bytes, FormDefinition], bytes]

_RESAVE = (
    "Bitte in Word öffnen und als Word-Dokument (DOCX) speichern oder eine frühere Fassung "
    "zurückholen."
)


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
    for folder, what in ((templates, "Vorlagen"), (mappings, "Definitionen")):
        if not folder.is_dir():  # then nothing can be said of what would be in it
            missing = f"Den Ordner mit den {what} gibt es nicht; FORMSERVICE_FORMS nennt ihn."
            return [Problem("", missing, folder.name)]
    texts: dict[str, str] = {}
    for definition in definitions:
        template = _Template(
            templates / definition.ref.form / definition.ref.edition,
            f"{templates.name}/{definition.ref}",
        )
        final = definition.released and template.file("fields.json")[0].exists()
        printed_now, wrong = _word(definition, template, None if final else complete)
        left_out = definitions.partly.get(definition.ref)
        if left_out is not None:  # the rest can still be held against the Word file
            problems += [one for one in wrong if not _is_about(one, left_out)]
            continue
        problems += wrong
        told = {problem.where for problem in wrong}
        problems += [
            problem
            for problem in built_problems(
                definition, template.folder, template.shown, None if wrong else printed_now
            )
            if not problem.where or problem.where not in told
        ]
        problems += _fixed_text(definition, f"{mappings.name}/{definition.ref}.yaml")
        texts[str(definition.ref)] = printed_now.text
    problems += _marks(definitions, texts, mappings.name)
    problems += _without_definition(mappings, templates)
    problems += _misplaced(mappings, templates)
    return told_once(problems)


def _word(
    definition: FormDefinition, template: _Template, complete: Complete | None
) -> tuple[Printed, list[Problem]]:
    """Return what the template prints and what is wrong with it."""
    path, file = template.file("form.docx")
    try:
        data = path.read_bytes()
        package = Package(complete(data, definition) if complete else data)
        for where, sentence in _another(definition, *claimed(package)):
            return Printed(""), [Problem(where, sentence, file)]
        main = package.parse(package.main)
        text = printed(main)
        template_fields = declared(definition)
        problems = [
            *markers(main, definition, file).problems,
            *control_problems(template_fields, main, file),
            *_labels(template_fields, text, file),
            *frame_problems(definition, package, main, file),
            *leftover_problems(package, file),
        ]
    except FileNotFoundError:
        return Printed(""), [Problem("", _missing(path), file, _similar(path))]
    except OSError:
        return Printed(""), [Problem("", f"Die Word-Vorlage ist nicht lesbar. {_RESAVE}", file)]
    except InputError as error:
        return Printed(""), [Problem("", f"{error.message} {_RESAVE}", file)]
    steering = [text for text in main.itertext("{*}t") if "loop." in text]
    tags = [tag_of(control) for control in main.iter(f"{W}sdt")]
    repeats = frozenset(tag.removeprefix(ECHO) for tag in tags if tag.startswith(ECHO))
    return Printed(text, bool(steering), repeats), problems


def _is_about(problem: Problem, entries: Collection[str]) -> bool:
    """Say whether a problem follows from entries below ``fields`` that are left out."""
    said = f"{problem.where} {problem.message}"
    return any(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", said) for one in entries)


def _missing(path: Path) -> str:
    if path.parent.is_dir():
        return "Die Word-Vorlage fehlt; sie muss genau so heißen."
    return "Die Word-Vorlage fehlt; ihr Ordner heißt wie Formular und Ausgabe in der YAML-Datei."


def _similar(path: Path) -> str | None:
    """Return the name of a file or folder that may be meant, beside where one is missing."""
    while not path.parent.is_dir():
        path = path.parent
    others = [other.name for other in path.parent.iterdir() if other.name != path.name]
    return nearest(path.name, [name for name in others if not name.endswith((".json", ".pdf"))])


def _another(definition: FormDefinition, form: str, edition: str) -> Iterator[tuple[str, str]]:
    """Yield that a Word file is that of another form: held against it, everything is wrong."""
    ref = definition.ref
    if form and form != ref.form:
        yield (
            "formservice.form",
            f"Das ist die Word-Datei des Formulars „{form}“. Bitte die richtige hierher legen.",
        )
    elif edition and edition != ref.edition:
        yield (
            "formservice.edition",
            f"Das ist die Word-Datei der Ausgabe „{edition}“. Bitte die richtige hierher legen; "
            f"ist sie der Anfang der neuen, „formservice forms build {ref}“ ausführen.",
        )


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


def _misplaced(mappings: Path, templates: Path) -> Iterator[Problem]:
    """Yield files that look like definitions or templates and stand where nobody reads them."""
    for path in sorted(mappings.rglob("*")):
        name = path.relative_to(mappings.parent).as_posix()
        if not path.is_file() or path.name.startswith("."):
            continue
        if path.suffix in (".yaml", ".yml") and path.parent.parent != mappings:
            yield Problem(
                "",
                "Die Datei liest niemand; sie gehört nach mappings/FORMULAR/AUSGABE.yaml.",
                name,
            )
        elif ".yaml" in path.suffixes[:-1]:
            yield Problem("", "Die Datei liest niemand; sie muss auf .yaml enden.", name)
