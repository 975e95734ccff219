"""A definition file as parsed, of which any part may be missing or of the wrong type.

Checks work on this and not on a validated file: whoever mends a misspelt key should learn in the
same run that a rule names a field that is not there. What breaks the schema is passed over here;
``schema`` reports it.
"""

from collections.abc import Iterator, Mapping, Sequence

from formservice.adapters.definitions.yaml_text import Source, Step
from formservice.domain.errors import Problem
from formservice.domain.form import FieldKind
from formservice.domain.nearest import nearest

Place = tuple[Step, ...]


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
        if entry.get("kind") != "group":
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

    def options(self, key: str) -> list[str]:
        """Return the option keys of field ``key``."""
        return [str(option) for option in mapping(self.fields[key].get("options"))]

    def name(self, key: str) -> str:
        """Return what people call field ``key``: as ``Field.name`` has it."""
        title, label = (str(self.fields[key].get(part) or "") for part in ("title", "label"))
        return title or label.rstrip(": ")


def unknown_field(
    draft: Draft, path: Place, key: object, others: tuple[str, ...] = ()
) -> Iterator[Problem]:
    """Yield a problem at ``path`` unless ``key`` is a field; ``others`` are guesses besides."""
    if isinstance(key, str) and key not in draft.fields and key not in others:
        yield draft.source.problem(
            path, f"Ein Feld {key} gibt es nicht.", nearest(key, [*draft.fields, *others])
        )


def covered(key: str, each: object) -> bool:
    """Whether ``key`` stands for one field, or group, of each item of the group ``each``."""
    around, brackets, _ = key.rpartition("[]")
    return not brackets or f"{each or ''}[]".startswith(f"{around}[]")


def uncovered(draft: Draft, path: Place, key: str, each: object) -> Problem:
    """Return the problem at ``path``: ``key`` stands for several fields where one is meant."""
    around = key.rpartition("[]")[0]
    return (
        draft.source.problem(
            path, f"{key} steht für mehrere Felder; hier braucht die Regel each: {around}.", None
        )
        if not each
        else draft.source.problem(
            path, f"{key} steht auch dann für mehrere Felder, wenn each {each} nennt."
        )
    )


def condition(draft: Draft, path: Place, when: object, each: object = None) -> Iterator[Problem]:
    """Yield what is wrong with a ``when``: fields that are no choice, options there are not.

    A pattern has to stand for one field of every item of the group ``each``.
    """
    for key, chosen in mapping(when).items():
        place = (*path, str(key))
        yield from unknown_field(draft, place, key)
        if key in draft.fields and not covered(str(key), each):
            yield uncovered(draft, place, str(key), each)
        if key not in draft.fields or (kind := draft.kind(str(key))) is None:
            continue
        if kind is not FieldKind.CHOICE:
            yield draft.source.problem(place, f"Das Feld {key} ist keine Auswahl (choice).")
            continue
        known = draft.options(str(key))
        for index, option in enumerate(sequence(chosen)):
            if option not in known:
                yield draft.source.problem(
                    (*place, index),
                    f"Die Auswahl {key} hat keine Option {option}.",
                    nearest(str(option), known),
                )


def mapping(value: object) -> Mapping[object, object]:
    """Return ``value`` if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> Sequence[object]:
    """Return ``value`` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []
