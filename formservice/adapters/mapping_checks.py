"""What must agree inside one definition beyond its schema: names, options, kinds.

Works on the file as parsed, not on a validated one: whoever mends a misspelt key should learn in
the same run that a rule names a field that is not there. What breaks the schema is passed over
here; ``mapping_schema`` reports it.
"""

from collections.abc import Iterator, Mapping, Sequence

from formservice.adapters.mapping_yaml import Source, Step
from formservice.adapters.nearest import nearest
from formservice.domain.errors import Problem
from formservice.domain.form import FieldKind

_BOOKMARK = 40  # characters Word allows in the name of a bookmark
_RECEIVED = "received"  # the day of receipt, in ``met_by``

_Path = tuple[Step, ...]


class _Draft:
    """A definition file of which any part may be missing or of the wrong type."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.data = _mapping(source.data)
        self.fields = {
            str(key): _mapping(entry) for key, entry in _mapping(self.data.get("fields")).items()
        }

    def kind(self, key: str) -> FieldKind | None:
        """Return the kind of field ``key``, None if it is misspelt or missing."""
        kind = self.fields[key].get("kind")
        return next((member for member in FieldKind if member.value == kind), None)

    def options(self, key: str) -> list[str]:
        """Return the option keys of field ``key``."""
        return [str(option) for option in _mapping(self.fields[key].get("options"))]

    def name(self, key: str) -> str:
        """Return what people call field ``key``: as ``Field.name`` has it."""
        title, label = (str(self.fields[key].get(part) or "") for part in ("title", "label"))
        return title or label.rstrip(": ")


def disagreements(source: Source) -> Iterator[Problem]:
    """Yield everything in a file that contradicts itself."""
    draft = _Draft(source)
    for key in draft.fields:
        yield from _field(draft, key)
    yield from _titles(draft)
    for name, rule in _mapping(draft.data.get("rules")).items():
        yield from _rule(draft, ("rules", str(name)), _mapping(rule))
    seen: set[object] = set()
    for index, entry in enumerate(_sequence(draft.data.get("deadlines"))):
        deadline = _mapping(entry)
        if deadline.get("key") in seen:
            yield source.problem(("deadlines", index, "key"), "Der Schlüssel steht doppelt.")
        seen.add(deadline.get("key", index))
        yield from _deadline(draft, ("deadlines", index), deadline)
    for part, target in _mapping(draft.data.get("continuation")).items():
        yield from _unknown_field(draft, ("continuation", str(part)), target)


def _field(draft: _Draft, key: str) -> Iterator[Problem]:
    path, kind, options = ("fields", key), draft.kind(key), draft.options(key)
    entry, choice = draft.fields[key], kind is FieldKind.CHOICE
    if choice and len(options) < 2:
        yield draft.source.problem(
            (*path, "options"), "Eine Auswahl (choice) braucht mindestens zwei Optionen."
        )
    for name, fits in (
        ("options", choice),
        ("several", choice),
        ("long_date", kind is FieldKind.DATE),
        ("o_ton", kind in (FieldKind.TEXT, FieldKind.MULTILINE)),
    ):
        if kind and entry.get(name) and not fits:
            yield draft.source.problem(
                (*path, name), f"Der Schlüssel passt nicht zur Feldart {kind.value}."
            )
    if "label" in entry and not draft.name(key):
        yield draft.source.problem((*path, "label"), "Das Feld braucht label oder title.")
    for bookmark in [f"{key}__{option}" for option in options] or [key]:
        if len(bookmark) > _BOOKMARK:
            yield draft.source.problem(
                path, f"„{bookmark}“ ist als Textmarke zu lang: höchstens {_BOOKMARK} Zeichen."
            )


def _titles(draft: _Draft) -> Iterator[Problem]:
    """Yield fields called alike: people and screen readers could not tell them apart."""
    first: dict[str, str] = {}
    for key in draft.fields:
        name = draft.name(key)
        if name in first:
            yield draft.source.problem(
                ("fields", key, "title"),
                f"Das Feld {first[name]} heißt ebenso; bitte einen eigenen title geben.",
            )
        elif name:
            first[name] = key


def _rule(draft: _Draft, path: _Path, rule: Mapping[object, object]) -> Iterator[Problem]:
    for index, key in enumerate(_sequence(rule.get("fields"))):
        yield from _unknown_field(draft, (*path, "fields", index), key)
    yield from _condition(draft, (*path, "when"), rule.get("when"))


def _deadline(draft: _Draft, path: _Path, deadline: Mapping[object, object]) -> Iterator[Problem]:
    if "event" in deadline:
        yield from _date_field(draft, (*path, "event"), deadline["event"])
    if deadline.get("met_by", _RECEIVED) != _RECEIVED:
        yield from _date_field(draft, (*path, "met_by"), deadline["met_by"], (_RECEIVED,))
    yield from _condition(draft, (*path, "when"), deadline.get("when"))


def _date_field(
    draft: _Draft, path: _Path, key: object, others: tuple[str, ...] = ()
) -> Iterator[Problem]:
    yield from _unknown_field(draft, path, key, others)
    if key in draft.fields and draft.kind(str(key)) not in (FieldKind.DATE, None):
        yield draft.source.problem(path, f"Das Feld {key} ist kein Datum.")


def _condition(draft: _Draft, path: _Path, when: object) -> Iterator[Problem]:
    for key, chosen in _mapping(when).items():
        place = (*path, str(key))
        yield from _unknown_field(draft, place, key)
        if key not in draft.fields or (kind := draft.kind(str(key))) is None:
            continue
        if kind is not FieldKind.CHOICE:
            yield draft.source.problem(place, f"Das Feld {key} ist keine Auswahl (choice).")
            continue
        known = draft.options(str(key))
        for index, option in enumerate(_sequence(chosen)):
            if option not in known:
                yield draft.source.problem(
                    (*place, index),
                    f"Die Auswahl {key} hat keine Option {option}.",
                    nearest(str(option), known),
                )


def _unknown_field(
    draft: _Draft, path: _Path, key: object, others: tuple[str, ...] = ()
) -> Iterator[Problem]:
    if isinstance(key, str) and key not in draft.fields:
        yield draft.source.problem(
            path, f"Ein Feld {key} gibt es nicht.", nearest(key, [*draft.fields, *others])
        )


def _mapping(value: object) -> Mapping[object, object]:
    return value if isinstance(value, dict) else {}


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []
