"""What must agree in the parts that say what a form is for in the work of the office."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from formservice.adapters.definitions.draft import (
    Draft,
    Place,
    mapping,
    sequence,
    unknown_field,
    unknown_option_of,
    unknown_options,
)
from formservice.adapters.definitions.schema_uses import NONE
from formservice.adapters.definitions.yaml_text import OnDisk
from formservice.domain.errors import Problem
from formservice.domain.form import FieldKind, FormDefinition
from formservice.domain.nearest import nearest
from formservice.domain.stammdaten import STAMMDATEN

_TEXTS = (FieldKind.TEXT, FieldKind.MULTILINE)
_ENDING = {
    "goals": "erinnert an die Ziele der Pläne niemand mehr",
    "participation": "enden die Fristen zu allen Teilnahmen",
}


def use_problems(draft: Draft) -> Iterator[Problem]:
    """Yield what contradicts the fields of the form, or could never be done with it."""
    if "issued_first" in draft.data and STAMMDATEN not in mapping(draft.data.get("prefill")):
        sentence = "Ausgegeben wird nur ein Formular, das Stammdaten übernimmt; bitte unter"
        yield draft.source.problem(
            ("issued_first",), f"{sentence} prefill: {STAMMDATEN}: sagen, welche."
        )
    yield from _goals(draft)
    yield from _participation(draft)


def dropped_problems(definitions: Iterable[FormDefinition], mappings: Path) -> Iterator[Problem]:
    """Yield editions that leave out without a word what the released one before them was for.

    Only the newest edition tells what a form is for: what it leaves out ends for all cases.
    """
    before: dict[str, FormDefinition] = {}
    for one in sorted(definitions, key=lambda one: (one.ref.form, one.ref.edition)):
        earlier = before.get(one.ref.form)
        for name, ending in _ENDING.items():
            had = earlier is not None and getattr(earlier, name) is not None
            if earlier is None or not had or getattr(one, name) is not None:
                continue
            file = OnDisk(one.ref, mappings)
            if mapping(file.source.data).get(name) != NONE:
                sentence = (
                    f"Die Ausgabe {earlier.ref.edition} hat diesen Abschnitt; ohne ihn {ending}."
                    f" Bitte übernehmen, oder es mit „{name}: {NONE}“ ausdrücklich sagen."
                )
                yield file.problem((name,), sentence)
        if one.released:
            before[one.ref.form] = one


def _goals(draft: Draft) -> Iterator[Problem]:
    said = mapping(draft.data.get("goals"))
    group = said.get("group")
    yield from _field(draft, ("goals", "written"), said.get("written"), FieldKind.DATE)
    if not isinstance(group, str):
        return  # which the schema says
    if group not in draft.groups:
        is_field = group in draft.fields
        sentence = (
            f"{group} ist ein einzelnes Feld; hier muss eine Gruppe (group) stehen."
            if is_field
            else f"Eine Gruppe {group} gibt es nicht."
        )
        guess = None if is_field else nearest(group, draft.groups)
        yield draft.source.problem(("goals", "group"), sentence, guess)
        return
    for name, kinds in (
        ("text", _TEXTS),
        ("state", (FieldKind.CHOICE,)),
        ("review", (FieldKind.DATE,)),
    ):
        yield from _member(draft, ("goals", name), group, said.get(name), *kinds)
    choice = f"{group}[].{said.get('state')}"
    if draft.kind(choice) is not FieldKind.CHOICE:
        return
    if draft.fields[choice].get("several") is True:
        sentence = "Ein Ziel hat einen Stand; in dieser Auswahl sind mehrere möglich (several)."
        yield draft.source.problem(("goals", "state"), sentence)
    if isinstance(said.get("open"), str):
        yield from unknown_option_of(draft, ("goals", "open"), choice, str(said["open"]))
    done = sequence(said.get("done"))
    yield from unknown_options(draft, ("goals", "done"), [choice], done)
    if said.get("open") in done:
        sentence = "In diesem Stand wird an einem Ziel gearbeitet; es ist nicht zugleich erledigt."
        yield draft.source.problem(("goals", "open"), sentence)


def _participation(draft: Draft) -> Iterator[Problem]:
    said = mapping(draft.data.get("participation"))
    for name in ("begins", "ends"):
        yield from _field(draft, ("participation", name), said.get(name), FieldKind.DATE)
    if "ends" in said and said.get("begins") == said["ends"]:
        sentence = "Beginn und Ende der Teilnahme sind zwei verschiedene Felder."
        yield draft.source.problem(("participation", "ends"), sentence)
    choice = said.get("occasion")
    yield from _field(draft, ("participation", "occasion"), choice, FieldKind.CHOICE)
    if not isinstance(choice, str) or draft.kind(choice) is not FieldKind.CHOICE:
        return
    for named in map(str, mapping(said.get("names"))):
        yield from unknown_option_of(draft, ("participation", "names", named), choice, named)
    seen: dict[str, str] = {}
    for name in ("usual", "never_begun", "broken_off"):
        option, place = said.get(name), ("participation", name)
        if not isinstance(option, str):
            continue  # which the schema says
        yield from unknown_option_of(draft, place, choice, option)
        if (first := seen.setdefault(option, name)) != name:
            sentence = f"Die Option {option} steht schon bei {first}; gemeint ist eine andere."
            yield draft.source.problem(place, sentence)


def _member(
    draft: Draft, path: Place, group: str, name: object, *kinds: FieldKind
) -> Iterator[Problem]:
    """Yield a problem at ``path`` unless every item of a group has such a field."""
    start = f"{group}[]."
    if not isinstance(name, str) or group in draft.hollow():
        return
    if f"{start}{name}" not in draft.fields:
        inside = [key.removeprefix(start) for key in draft.fields if key.startswith(start)]
        sentence = f"In der Gruppe {group} gibt es kein Feld {name}."
        yield draft.source.problem(path, sentence, nearest(name, inside))
        return
    yield from _kind(draft, path, f"{start}{name}", *kinds)


def _field(draft: Draft, path: Place, key: object, *kinds: FieldKind) -> Iterator[Problem]:
    """Yield a problem at ``path`` unless there is one such field."""
    yield from unknown_field(draft, path, key)
    if isinstance(key, str) and key in draft.fields:
        yield from _kind(draft, path, key, *kinds)


def _kind(draft: Draft, path: Place, key: str, *kinds: FieldKind) -> Iterator[Problem]:
    kind = draft.kind(key)
    if kind is not None and kind not in kinds:
        fitting = " oder ".join(kinds)
        sentence = f"Das Feld {key} ist von der Art {kind.value}; hier passt {fitting}."
        yield draft.source.problem(path, sentence)
