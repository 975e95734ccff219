"""What must agree inside one definition beyond its schema: names, options, kinds."""

from collections.abc import Iterator, Mapping

from formservice.adapters.definitions.draft import (
    Draft,
    Place,
    condition,
    mapping,
    sequence,
    unknown_field,
)
from formservice.adapters.definitions.plain_checks import plain_problems
from formservice.adapters.definitions.prefill_checks import own_problems
from formservice.adapters.definitions.rule_checks import gap_problems, rule_problems
from formservice.adapters.definitions.use_checks import use_problems
from formservice.adapters.definitions.yaml_text import Source
from formservice.domain.deadlines import RECEIVED
from formservice.domain.errors import Problem
from formservice.domain.form import FieldKind
from formservice.domain.frist import Einheit
from formservice.domain.groups import MOST_ITEMS, numbered
from formservice.domain.reference import bookmark

_BOOKMARK = 40  # characters Word allows in the name of a bookmark
_DEEPEST = 2  # groups inside each other


def disagreements(source: Source) -> Iterator[Problem]:
    """Yield everything in a file that contradicts itself."""
    draft = Draft(source)
    for key in draft.fields:
        yield from _field(draft, key)
    for key in draft.groups:
        yield from _group(draft, key)
    yield from _titles(draft)
    marks = sequence(draft.data.get("marks"))
    for index, mark in enumerate(marks):
        if mark in marks[:index]:
            yield source.problem(("marks", index), "Der Wortlaut steht zweimal; einer genügt.")
    for name, rule in mapping(draft.data.get("rules")).items():
        yield from rule_problems(draft, ("rules", str(name)), mapping(rule))
    seen: set[object] = set()
    for index, entry in enumerate(sequence(draft.data.get("deadlines"))):
        deadline = mapping(entry)
        # One deadline may have two rules that exclude each other by their condition.
        one = (deadline.get("key", index), str(deadline.get("when")))
        if one in seen:
            yield source.problem(("deadlines", index, "key"), "Der Schlüssel steht doppelt.")
        seen.add(one)
        yield from _deadline(draft, ("deadlines", index), deadline)
    for part, target in mapping(draft.data.get("continuation")).items():
        yield from unknown_field(draft, ("continuation", str(part)), target)
    yield from _sections(draft)
    yield from plain_problems(draft)
    yield from use_problems(draft)
    yield from own_problems(draft)


def _sections(draft: Draft) -> Iterator[Problem]:
    for key in mapping(draft.data.get("sections")):
        if key not in draft.groups:
            yield from unknown_field(draft, ("sections", str(key)), key)


def _field(draft: Draft, key: str) -> Iterator[Problem]:
    path, kind, options = draft.places[key], draft.kind(key), draft.options(key)
    entry, choice = draft.fields[key], kind is FieldKind.CHOICE
    labels = list(mapping(entry.get("options")).items())
    for index, (option, label) in enumerate(labels):
        if first := next((one for one, other in labels[:index] if other == label), None):
            yield draft.source.problem(
                (*path, "options", str(option)),
                f"Die Option {first} ist ebenso beschriftet; bitte einen eigenen Text geben.",
            )
    if choice and len(options) < 2:
        yield draft.source.problem(
            (*path, "options"), "Eine Auswahl (choice) braucht mindestens zwei Optionen."
        )
    for name, fits in (
        ("options", choice),
        ("several", choice),
        ("long_date", kind is FieldKind.DATE),
        ("birthday", kind is FieldKind.DATE),
        ("o_ton", kind in (FieldKind.TEXT, FieldKind.MULTILINE)),
        ("zeitangabe", kind in (FieldKind.TEXT, FieldKind.MULTILINE)),
        ("content", kind in (FieldKind.TEXT, FieldKind.MULTILINE)),
    ):
        # A value of the wrong type is another mistake, which the schema names.
        given = entry.get(name) is True or mapping(entry.get(name)) or name == "content" in entry
        if kind and given and not fits:
            yield draft.source.problem(
                (*path, name), f"Der Schlüssel passt nicht zur Feldart {kind.value}."
            )
    yield from _lists(draft, key)
    if "label" in entry and not draft.name(key):
        yield draft.source.problem((*path, "label"), "Das Feld braucht label oder title.")
    if "[]" not in key and "{n}" in str(entry.get("label") or ""):
        yield draft.source.problem(
            (*path, "label"), "Die Lücke {n} füllt nur die Nummer in einer Gruppe (group)."
        )
    highest = [MOST_ITEMS] * key.count("[]")
    for anchor in [f"{key}.{option}" for option in options] or [key] * ("[]" in key):
        mark = bookmark(numbered(anchor, highest))
        if len(mark) > _BOOKMARK:
            yield draft.source.problem(
                path, f"„{mark}“ ist als Textmarke zu lang: höchstens {_BOOKMARK} Zeichen."
            )


def _lists(draft: Draft, key: str) -> Iterator[Problem]:
    """Yield a ``list`` without a content that lists can know, or the content without a list."""
    entry, path = draft.fields[key], draft.places[key]
    if entry.get("content") == "list" and "list" not in entry:
        yield draft.source.problem(
            (*path, "content"), "Zu content: list gehört list: mit dem Namen der Liste."
        )
    if "list" in entry and entry.get("content", "list") not in ("list", "name"):
        yield draft.source.problem(
            (*path, "list"), "Eine Liste (list) passt nur zu content: list oder content: name."
        )
    elif "list" in entry and "content" not in entry:
        yield draft.source.problem((*path, "list"), "Zu list: gehört content: list oder name.")


def _group(draft: Draft, key: str) -> Iterator[Problem]:
    """Yield what is wrong with a group: nothing or two things in it, or a group too deep."""
    entry, path = draft.groups[key], draft.places[key]
    if ("item" in entry) is bool(mapping(entry.get("fields"))):
        yield draft.source.problem(
            path, "Eine Gruppe (group) braucht entweder fields oder item, eines von beiden."
        )
    if key.count("[]") >= _DEEPEST:
        yield draft.source.problem(
            path, "Eine Gruppe darf Gruppen enthalten, diese aber keine weiteren."
        )


def _titles(draft: Draft) -> Iterator[Problem]:
    """Yield fields called alike.

    People and screen readers tell fields apart by title; in a foreign layout, where there is
    nothing but the printed label, the group does it.
    """
    titles: dict[str, str] = {}
    labels: dict[tuple[str, str], str] = {}
    for key, entry in draft.fields.items():
        name, label = draft.name(key), str(entry.get("label") or "")
        # In a group of its own („Leistung 2: Zeitangabe“) a name need not differ from others.
        around = key.rpartition("[]")[0]
        place = (f"{around} {entry.get('group') or ''}", label)
        first = titles.setdefault(f"{around} {name}", key)
        if name and first != key:
            yield draft.source.problem(
                (*draft.places[key], "title"),
                f"Das Feld {first} heißt ebenso; bitte einen eigenen title geben.",
            )
        if label and labels.setdefault(place, key) != key:
            yield draft.source.problem(
                (*draft.places[key], "group"),
                f"Das Feld {labels[place]} hat dasselbe label; bitte eine eigene group geben.",
            )


def _deadline(draft: Draft, path: Place, deadline: Mapping[object, object]) -> Iterator[Problem]:
    if deadline.get("unit") == Einheit.STUNDEN.value:
        yield draft.source.problem(
            (*path, "unit"),
            "Ein Datumsfeld nennt keine Uhrzeit; Stunden lassen sich nicht zählen.",
        )
    if "event" in deadline:
        yield from _date_field(draft, (*path, "event"), deadline["event"])
    if deadline.get("met_by", RECEIVED) != RECEIVED:
        yield from _date_field(draft, (*path, "met_by"), deadline["met_by"], (RECEIVED,))
    yield from condition(draft, (*path, "when"), deadline.get("when"))
    yield from gap_problems(draft, path, deadline.get("message"), set())


def _date_field(
    draft: Draft, path: Place, key: object, others: tuple[str, ...] = ()
) -> Iterator[Problem]:
    yield from unknown_field(draft, path, key, others)
    if key in draft.fields and draft.kind(str(key)) not in (FieldKind.DATE, None):
        yield draft.source.problem(path, f"Das Feld {key} ist kein Datum.")
