"""A definition file as parsed, of which any part may be missing or of the wrong type.

Checks work on this and not on a validated file: whoever mends a misspelt key should learn in the
same run that a rule names a field that is not there. What breaks the schema is passed over here;
``schema`` reports it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from formservice.adapters.definitions.yaml_text import Source, Step
from formservice.domain.errors import Problem
from formservice.domain.form import FieldKind
from formservice.domain.nearest import nearest

Place = tuple[Step, ...]

_NUMBERED = re.compile(r"\[[^\]]")


class Draft:
    """Tolerant access to the parts of one file.

    ``fields`` and ``groups`` hold the entries by key, those that repeat with empty brackets
    (``ziele[].text``); ``places`` says where each stands in the file.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.data = mapping(source.data)
        self.fields: dict[str, Mapping[object, object]] = {}
        self.groups: dict[str, Mapping[object, object]] = {}
        self.places: dict[str, Place] = {}
        self._gather(("fields",), "", mapping(self.data.get("fields")))

    def _gather(self, place: Place, before: str, entries: Mapping[object, object]) -> None:
        for name, content in entries.items():
            self._enter((*place, str(name)), f"{before}{name}", mapping(content))

    def _enter(self, place: Place, key: str, entry: Mapping[object, object]) -> None:
        self.places[key] = place
        if not is_group(entry):
            self.fields[key] = entry
            return
        self.groups[key] = entry
        self._gather((*place, "fields"), f"{key}[].", mapping(entry.get("fields")))
        if "item" in entry:
            self._enter((*place, "item"), f"{key}[]", mapping(entry["item"]))

    def kind(self, key: str) -> FieldKind | None:
        """Return the kind of field ``key``, None if it is misspelt or missing."""
        kind = self.fields[key].get("kind") if key in self.fields else None
        return next((member for member in FieldKind if member.value == kind), None)

    def hollow(self) -> list[str]:
        """Return the groups in whose entry neither fields nor an item can be found."""
        return [
            group
            for group in self.groups
            if not any(key.startswith(f"{group}[]") for key in (*self.fields, *self.groups))
        ]

    def options(self, key: str) -> list[str]:
        """Return the option keys of field ``key``."""
        return [str(option) for option in mapping(self.fields[key].get("options"))]

    def name(self, key: str) -> str:
        """Return what people call field ``key``: as ``Field.name`` has it."""
        title, label = (str(self.fields[key].get(part) or "") for part in ("title", "label"))
        return title or label.rstrip(": ")


def is_group(entry: Mapping[object, object]) -> bool:
    """Whether an entry below ``fields`` is meant to be a group, also if its kind is misspelt."""
    kind = entry.get("kind")
    if kind in {member.value for member in FieldKind}:
        return False
    return kind == "group" or not entry.keys().isdisjoint({"rows", "fields", "item"})


def unknown_field(
    draft: Draft, path: Place, key: object, others: tuple[str, ...] = ()
) -> Iterator[Problem]:
    """Yield a problem at ``path`` unless ``key`` is a field; ``others`` are guesses besides.

    What is written unlike a key (``ziele[0].text``) is for the schema to say.
    """
    if not isinstance(key, str) or _NUMBERED.search(key) or key in (*draft.fields, *others):
        return
    if not draft.fields or any(key.startswith(f"{group}[]") for group in draft.hollow()):
        return  # that the fields are missing is told where they should be
    known = [*draft.fields, *others]
    if key in draft.groups:
        sentence = f"{key} ist eine Gruppe (group); hier muss ein einzelnes Feld stehen."
        yield draft.source.problem(path, sentence)
    else:
        yield draft.source.problem(path, f"Ein Feld {key} gibt es nicht.", nearest(key, known))


def repeated(draft: Draft, path: Place, key: object, each: object = None) -> Iterator[Problem]:
    """Yield a problem at ``path`` if ``key`` stands for several fields where one is meant.

    ``each`` is the group to whose items a rule is put: they have one of the field each.
    """
    if key not in draft.fields and key not in draft.groups:
        return
    around, brackets, _ = str(key).rpartition("[]")
    if not brackets or (each is not None and each not in draft.groups):
        return
    if each is None:
        cure = f" Eindeutig ist es mit each: {around}." if path[0] == "rules" else ""
        yield draft.source.problem(path, f"{key} steht für mehrere Felder.{cure}")
    elif not f"{each}[]".startswith(f"{around}[]"):
        sentence = f"{key} steht auch in einem einzelnen Eintrag von {each} für mehrere Felder."
        yield draft.source.problem(path, sentence)


def condition(draft: Draft, path: Place, when: object, each: object = None) -> Iterator[Problem]:
    """Yield what is wrong with a ``when``: fields that are no choice, options there are not."""
    for key, chosen in mapping(when).items():
        place = (*path, str(key))
        yield from unknown_field(draft, place, key)
        if key not in draft.fields or (kind := draft.kind(str(key))) is None:
            continue
        if kind is not FieldKind.CHOICE:
            yield draft.source.problem(place, f"Das Feld {key} ist keine Auswahl (choice).")
            continue
        yield from repeated(draft, place, key, each)
        yield from unknown_options(draft, place, [str(key)], sequence(chosen))


def unknown_options(
    draft: Draft, place: Place, choices: Sequence[str], listed: Sequence[object]
) -> Iterator[Problem]:
    """Yield the ``listed`` options that none of the ``choices`` has."""
    known = [option for key in choices for option in draft.options(key)]
    for index, option in enumerate(listed):
        if known and option not in known:
            yield draft.source.problem(
                (*place, index),
                f"Die Auswahl {', '.join(choices)} hat keine Option {option}.",
                nearest(str(option), known),
            )


def unknown_option_of(draft: Draft, place: Place, choice: str, option: str) -> Iterator[Problem]:
    """Yield a problem at ``place`` if a choice has no such option."""
    known = draft.options(choice)
    if known and option not in known:
        sentence = f"Die Auswahl {choice} hat keine Option {option}."
        yield draft.source.problem(place, sentence, nearest(option, known))


def mapping(value: object) -> Mapping[object, object]:
    """Return ``value`` if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> Sequence[object]:
    """Return ``value`` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []
