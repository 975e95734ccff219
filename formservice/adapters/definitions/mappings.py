"""Loads all form definitions, or says everything that is wrong with them."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from formservice.adapters.definitions.checks import disagreements
from formservice.adapters.definitions.draft import is_group, mapping
from formservice.adapters.definitions.layouts import load_layout
from formservice.adapters.definitions.prefill_checks import foreign_problems
from formservice.adapters.definitions.schema import DefinitionFile, understand
from formservice.adapters.definitions.use_checks import dropped_problems
from formservice.adapters.definitions.yaml_text import parse
from formservice.domain.errors import DefinitionError, NotFoundError, Problem
from formservice.domain.form import FormDefinition, FormRef
from formservice.domain.groups import groups
from formservice.domain.nearest import nearest


class Definitions:
    """The definitions of this installation, sorted by form and edition."""

    def __init__(
        self,
        definitions: Iterable[FormDefinition],
        partly: Mapping[FormRef, frozenset[str]] = MappingProxyType({}),
    ) -> None:
        """Keep ``definitions``; two of the same form and edition cannot be.

        ``partly`` names those of which entries below ``fields`` are left out, and these.
        """
        self.partly = partly
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
    file, and so can the rest of one with an entry that breaks the schema: every fault is told at
    once.
    """
    definitions: list[FormDefinition] = []
    partly: dict[FormRef, frozenset[str]] = {}
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
        definition, wrong, left_out = _definition(
            path, path.relative_to(mappings.parent).as_posix()
        )
        problems += wrong
        if definition is None:
            continue
        if left_out is not None:
            partly[definition.ref] = left_out
            definitions.append(definition)
            continue
        built = templates / definition.ref.form / definition.ref.edition / "fields.json"
        name = built.relative_to(templates.parent).as_posix()
        layout, wrong = load_layout(built, definition.ref, name)
        problems += wrong
        definitions.append(replace(definition, layout=layout))
    whole = [one for one in definitions if one.ref not in partly]
    problems += foreign_problems(whole, mappings)
    problems += dropped_problems(whole, mappings)
    return Definitions(definitions, partly), problems


def _definition(
    path: Path, file: str
) -> tuple[FormDefinition | None, list[Problem], frozenset[str] | None]:
    """Return one definition, None if it cannot be understood, with all its problems.

    The last tells which entries below its fields are left out, None if it is whole.
    """
    if path.suffix != ".yaml":
        return None, [Problem("", "Die Datei muss auf .yaml enden.", file)], None
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None, [Problem("", "Die Datei ist nicht lesbar oder kein UTF-8.", file)], None
    source = parse(text, file)
    problems = list(source.problems)
    if source.root is None:
        return None, problems, None
    content, wrong = understand(source)
    problems += wrong
    problems += disagreements(source)
    left_out = None
    if content is None:
        content, left_out = _without_faults(source.data)
    if content is None:
        return None, problems, None
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
    return None if unclear else definition, problems + elsewhere, left_out


def _without_faults(data: object) -> tuple[DefinitionFile | None, frozenset[str]]:
    """Return the content without the entries that break the schema; which fields these are.

    None if nothing can be told without them.
    """
    left: dict[object, object] = deepcopy(data) if isinstance(data, dict) else {}
    fields = mapping(left.get("fields"))
    left_out: set[str] = set()
    while True:
        try:
            return DefinitionFile.model_validate(left), frozenset(left_out)
        except ValidationError as error:
            places = {detail["loc"] for detail in error.errors()}
        if () in places:
            return None, frozenset()
        broken = {place[1] for place in places if place[0] == "fields" and len(place) > 1}
        parts = {place[0] for place in places if place[0] != "fields" or len(place) == 1}
        if not (broken <= fields.keys() and parts <= left.keys()):
            return None, frozenset()  # something is missing
        if any(is_group(mapping(fields[one])) for one in broken):
            return None, frozenset()  # the loops of a Word file say nothing without their group
        left["fields"] = fields = {k: one for k, one in fields.items() if k not in broken}
        left = {part: one for part, one in left.items() if part not in parts}
        left_out |= {str(one) for one in broken}
