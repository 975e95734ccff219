"""Loads all form definitions, or says everything that is wrong with them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from formservice.adapters.definitions.checks import disagreements
from formservice.adapters.definitions.layouts import load_layout
from formservice.adapters.definitions.prefill_checks import foreign_problems
from formservice.adapters.definitions.schema import understand
from formservice.adapters.definitions.yaml_text import parse
from formservice.domain.errors import DefinitionError, NotFoundError, Problem
from formservice.domain.form import FormDefinition, FormRef
from formservice.domain.groups import groups
from formservice.domain.nearest import nearest


class Definitions:
    """The definitions of this installation, sorted by form and edition."""

    def __init__(self, definitions: Iterable[FormDefinition]) -> None:
        """Keep ``definitions``; two of the same form and edition cannot be."""
        found = {definition.ref: definition for definition in definitions}
        self._by_ref: Mapping[FormRef, FormDefinition] = dict(
            sorted(found.items(), key=lambda item: (item[0].form, item[0].edition))
        )

    def __iter__(self) -> Iterator[FormDefinition]:
        """Iterate by form, older editions first."""
        return iter(self._by_ref.values())

    def __len__(self) -> int:
        """Return how many editions there are in all."""
        return len(self._by_ref)

    def find(self, ref: FormRef) -> FormDefinition | None:
        """Return the definition of exactly that form and edition, or None."""
        return self._by_ref.get(ref)

    def get(self, form: str, edition: str | None = None) -> FormDefinition:
        """Return one definition, the newest released edition unless one is named.

        ``form`` may hold the edition itself (``feedbackbogen/2023-09-22``). NotFoundError names
        the nearest known form, or the editions if none of them is released.
        """
        name, _, inside = form.partition("/")
        wanted = edition or inside or None
        editions = [ref for ref in self._by_ref if ref.form == name]
        if not editions:
            known = list(dict.fromkeys(ref.form for ref in self._by_ref))
            guess = nearest(name, known)
            question = f"Gemeint: „{guess}“? " if guess else ""
            raise NotFoundError(
                f"Ein Formular „{name}“ gibt es nicht.",
                f"{question}Vorhanden: {', '.join(known) or 'keines'}.",
            )
        if wanted is None:
            released = [ref for ref in editions if self._by_ref[ref].released]
            if not released:
                raise NotFoundError(
                    f"Vom Formular „{name}“ ist noch keine Ausgabe freigegeben.",
                    f"Bitte die Ausgabe nennen: {', '.join(str(ref) for ref in editions)}.",
                )
            return self._by_ref[released[-1]]
        if FormRef(name, wanted) not in self._by_ref:
            raise NotFoundError(
                f"Das Formular „{name}“ gibt es nicht in der Ausgabe „{wanted}“.",
                f"Vorhanden: {', '.join(ref.edition for ref in editions)}.",
            )
        return self._by_ref[FormRef(name, wanted)]


def load(mappings: Path, templates: Path) -> Definitions:
    """Load ``mappings/<form>/<edition>.yaml`` with ``templates/<form>/<edition>/fields.json``.

    A form that is not built yet has no layout. DefinitionError carries all problems of all
    files; nothing is loaded then, for a form skipped in silence would reject real documents.
    """
    definitions, problems = gather(mappings, templates)
    if problems:
        files = len({problem.file for problem in problems})
        raise DefinitionError(
            f"Die Definitionen der Formulare haben {len(problems)} Fehler in {files} Datei(en).",
            problems,
        )
    return definitions


def gather(mappings: Path, templates: Path) -> tuple[Definitions, list[Problem]]:
    """Return the definitions that can be understood, and the problems of all.

    A definition whose rules name a field that is not there can still be held against its Word
    file: so every fault is told at once.
    """
    definitions: list[FormDefinition] = []
    problems: list[Problem] = []
    if not mappings.is_dir():
        problems.append(
            Problem(
                "",
                "Den Ordner mit den Definitionen gibt es nicht; FORMSERVICE_FORMS nennt ihn.",
                mappings.name,
            )
        )
    for path in sorted(mappings.glob("*/*.y*ml")):
        definition, wrong = _definition(path, path.relative_to(mappings.parent).as_posix())
        problems += wrong
        if definition is None:
            continue
        built = templates / definition.ref.form / definition.ref.edition / "fields.json"
        name = built.relative_to(templates.parent).as_posix()
        layout, wrong = load_layout(built, definition.ref, name)
        problems += wrong
        definitions.append(replace(definition, layout=layout))
    problems += foreign_problems(definitions, mappings)
    return Definitions(definitions), problems


def _definition(path: Path, file: str) -> tuple[FormDefinition | None, list[Problem]]:
    """Return one definition, None if it cannot be understood, with all its problems."""
    if path.suffix != ".yaml":
        return None, [Problem("", "Die Datei muss auf .yaml enden.", file)]
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None, [Problem("", "Die Datei ist nicht lesbar oder kein UTF-8.", file)]
    source = parse(text, file)
    problems = list(source.problems)
    if source.root is None:
        return None, problems
    content, wrong = understand(source)
    problems += wrong
    problems += disagreements(source)
    if content is None:
        return None, problems
    elsewhere = [
        source.problem(
            (name,),
            f"Der Ablageort sagt „{place}“. Bitte hier dasselbe schreiben oder die Datei dorthin "
            "legen, wo sie hingehört.",
        )
        for name, value, place in (
            ("form", content.form, path.parent.name),
            ("edition", content.edition, path.stem),
        )
        if value != place
    ]
    definition = content.definition()
    # Of which Word file it is the meaning, nobody can tell; nor whether a group was meant so.
    unclear = elsewhere or any(not one.members for one in groups(definition.members))
    return None if unclear else definition, problems + elsewhere
