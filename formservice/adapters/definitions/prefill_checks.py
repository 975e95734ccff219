"""Whether a form can be pre-filled as it declares: fields of its own, and those of other forms."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from formservice.adapters.definitions.draft import (
    Draft,
    Place,
    mapping,
    sequence,
    unknown_field,
)
from formservice.adapters.definitions.yaml_text import OnDisk
from formservice.domain.errors import Problem
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef, Prefill
from formservice.domain.groups import patterns
from formservice.domain.nearest import nearest
from formservice.domain.stammdaten import KNOWN, STAMMDATEN

# An unknown form may be one that is not installed here; so like a known one it is misspelt.
_MISSPELT = 0.9
_TEXTS = (FieldKind.TEXT, FieldKind.MULTILINE)
# What the office knows, as if it were a form, so that it is checked like one.
_STAMMDATEN = FormDefinition(
    FormRef(STAMMDATEN, ""), "Stammdaten", "de-DE", (),
    tuple(Field(key, kind, key) for key, kind in KNOWN.items()),
)  # fmt: skip


def own_problems(draft: Draft) -> Iterator[Problem]:
    """Yield what is wrong with ``prefill`` as far as the file itself tells."""
    for form, entry in mapping(draft.data.get("prefill")).items():
        path: Place = ("prefill", str(form))
        for key, given in mapping(mapping(entry).get("fields")).items():
            sources = [given] if isinstance(given, str) else sequence(given)
            yield from _own(draft, (*path, "fields", str(key)), str(key), sources)


def _own(draft: Draft, place: Place, key: str, sources: Sequence[object]) -> Iterator[Problem]:
    yield from unknown_field(draft, place, key)
    if draft.fields.get(key) is None:
        return
    kind = draft.kind(key)
    if kind is FieldKind.SIGNATURE:
        yield draft.source.problem(place, "Eine Unterschrift wird nie übernommen.")
    if draft.data.get("fixed_text") and kind in (FieldKind.CHOICE, FieldKind.TICK):
        yield draft.source.problem(place, "Eine Erklärung wird nie angekreuzt übernommen.")
    if draft.fields[key].get("o_ton") is True and len(sources) > 1:
        yield draft.source.problem(
            place, "Ein O-Ton wird Wort für Wort aus genau einem Feld übernommen."
        )
    for source in sources:
        if str(source).count("[]") != key.count("[]"):
            yield draft.source.problem(
                place, f"{source} und {key} wiederholen sich nicht gleich: Die Klammern [] stehen"
                " auf beiden Seiten gleich oft.",
            )  # fmt: skip


def foreign_problems(definitions: Iterable[FormDefinition], mappings: Path) -> Iterator[Problem]:
    """Yield what ``prefill`` of any definition says of forms and fields that are not there.

    Of a form that is not installed nothing is known. Of several editions one has to have the
    field: records of older ones may still come.
    """
    editions: dict[str, list[FormDefinition]] = {}
    for one in definitions:
        editions.setdefault(one.ref.form, []).append(one)
    for own in [one for several in editions.values() for one in several]:
        file = OnDisk(own.ref, mappings)
        for prefill in own.prefills:
            if prefill.form == STAMMDATEN:
                yield from _foreign(own, prefill, [_STAMMDATEN], file)
                continue
            if prefill.form in editions:
                yield from _foreign(own, prefill, editions[prefill.form], file)
                continue
            near = get_close_matches(prefill.form, (*editions, STAMMDATEN), 1, _MISSPELT)
            if near:
                path = ("prefill", prefill.form)
                yield file.problem(path, f"Ein Formular {prefill.form} gibt es nicht.", near[0])


def _foreign(
    own: FormDefinition, prefill: Prefill, editions: Sequence[FormDefinition], file: OnDisk
) -> Iterator[Problem]:
    theirs: dict[str, list[Field]] = {}
    for edition in editions:
        for field in _declared(edition):
            theirs.setdefault(field.key, []).append(field)
    ours = {field.key: field for field in _declared(own)}
    for key, sources in prefill.fields.items():
        path = ("prefill", prefill.form, "fields", key)
        for source in sources:
            if source not in theirs:
                sentence = f"Ein Feld {source} gibt es in {prefill.form} nicht."
                yield file.problem(path, sentence, nearest(source, theirs))
            elif key in ours and not any(_fits(one, ours[key]) for one in theirs[source]):
                kinds = f"{theirs[source][0].kind.value} → {ours[key].kind.value}"
                sentence = f"Der Inhalt von {source} passt nicht in {key} ({kinds})."
                yield file.problem(path, sentence)


def _declared(definition: FormDefinition) -> Iterator[Field]:
    return patterns(definition.members or definition.fields)


def _fits(source: Field, target: Field) -> bool:
    """Say whether a value of ``source`` can be one of ``target``."""
    if target.kind in _TEXTS:
        return source.kind in (*_TEXTS, FieldKind.DATE, FieldKind.CHOICE)
    if target.kind is FieldKind.CHOICE and source.kind is FieldKind.CHOICE:
        options = {option.key for option in target.options}
        return all(option.key in options for option in source.options)
    return source.kind is target.kind
