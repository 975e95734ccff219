"""Whether the rules of a definition call predicates that exist, as these want to be called."""

import string
from collections.abc import Iterator, Mapping

from formservice.adapters.definitions.draft import (
    Draft,
    Place,
    condition,
    mapping,
    repeated,
    sequence,
    unknown_field,
    unknown_options,
)
from formservice.domain.errors import Problem
from formservice.domain.form import FieldKind
from formservice.domain.nearest import nearest
from formservice.domain.predicate import GROUP, ArgumentType, Predicate
from formservice.domain.predicates import PREDICATES

_FIELD = "field"  # the gap of every message: the name of the field at fault
_ITEM = "item"  # with ``each``: what the item is called
_TYPES = {
    ArgumentType.NUMBER: "eine ganze Zahl ab 0",
    ArgumentType.TEXTS: "eine Liste von Texten",
    ArgumentType.OPTIONS: "eine Liste von Optionen",
    ArgumentType.TRUTH: "true oder false",
}


def rule_problems(draft: Draft, path: Place, rule: Mapping[object, object]) -> Iterator[Problem]:
    """Yield what is wrong with one rule, whose entry stands at ``path``."""
    each = rule.get("each")
    yield from _each(draft, (*path, "each"), each)
    yield from _never(draft, path, rule)
    for index, key in enumerate(sequence(rule.get("fields"))):
        yield from unknown_field(draft, (*path, "fields", index), key, tuple(draft.groups))
    for part in ("when", "unless"):
        yield from condition(draft, (*path, part), rule.get(part), each)
    name = rule.get("predicate")
    if not isinstance(name, str):
        return
    predicate = PREDICATES.get(name)
    if predicate is None:
        yield draft.source.problem(
            (*path, "predicate"), f"Ein Prädikat {name} gibt es nicht.", nearest(name, PREDICATES)
        )
        return
    fields = [key for key in sequence(rule.get("fields")) if isinstance(key, str)]
    if fields:
        yield from _fields(draft, path, predicate, fields)
        for index, key in enumerate(() if predicate.takes_lists else fields):
            yield from repeated(draft, (*path, "fields", index), key, each)
    arguments = mapping(rule.get("with"))
    yield from _arguments(draft, path, predicate, arguments)
    for argument, parameter in predicate.arguments.items():
        if parameter.type is ArgumentType.OPTIONS:
            place = (*path, "with", argument)
            choices = [key for key in fields if draft.kind(key) is FieldKind.CHOICE]
            yield from unknown_options(draft, place, choices, sequence(arguments.get(argument)))
    known = {_FIELD, *predicate.params} | ({_ITEM} if each else set())
    yield from gap_problems(draft, path, rule.get("message"), known)


def _each(draft: Draft, path: Place, each: object) -> Iterator[Problem]:
    if isinstance(each, str) and each not in draft.groups:
        known = list(draft.groups)
        sentence = f"Eine Gruppe {each} gibt es nicht."
        if each in draft.fields:
            sentence = f"{each} ist ein Feld; each nennt eine Gruppe (group)."
        yield draft.source.problem(path, sentence, nearest(each, known))


def _never(draft: Draft, path: Place, rule: Mapping[object, object]) -> Iterator[Problem]:
    """Yield why a rule could never speak, or would say the same of every item."""
    unless = mapping(rule.get("unless"))
    for key, options in mapping(rule.get("when")).items():
        wanted = set(map(str, sequence(options)))
        if wanted and wanted <= set(map(str, sequence(unless.get(key)))):
            sentence = f"when und unless schließen sich bei {key} aus; die Regel gälte nie."
            yield draft.source.problem((*path, "unless", str(key)), sentence)
    each, keys = rule.get("each"), [*sequence(rule.get("fields")), *mapping(rule.get("when"))]
    inside = [key for key in keys if str(key).startswith(f"{each}[]")]
    known = bool(keys) and all(key in draft.fields for key in keys)
    if each in draft.groups and known and not inside:
        yield draft.source.problem(
            (*path, "each"),
            f"Kein Feld der Regel steht in einem Eintrag von {each}; bitte each weglassen oder "
            f"ein Feld wie {each}[]… nennen.",
        )
    ages = mapping(rule.get("with"))
    least, most = ages.get("youngest"), ages.get("oldest")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        place = (*path, "with", "youngest")
        yield draft.source.problem(place, f"youngest ({least}) ist größer als oldest ({most}).")


def gap_problems(draft: Draft, path: Place, message: object, known: set[str]) -> Iterator[Problem]:
    """Yield the gaps (``{name}``) of a message that nothing would fill."""
    if not isinstance(message, str):
        return
    place = (*path, "message")
    try:
        pieces = [piece[1:] for piece in string.Formatter().parse(message) if piece[1] is not None]
    except ValueError:
        yield draft.source.problem(place, "Eine geschweifte Klammer steht ohne ihr Gegenstück.")
        return
    possible = f" Möglich: {', '.join(sorted(known))}." if known else ""
    for gap, shape, conversion in pieces:
        if shape or conversion:
            sentence = f"In der Lücke {{{gap}}} steht mehr als ihr Name."
            yield draft.source.problem(place, sentence)
        elif gap not in known:
            sentence = f"Die Lücke {{{gap}}} füllt niemand.{possible}"
            yield draft.source.problem(place, sentence, nearest(str(gap), known))


def _fields(
    draft: Draft, path: Place, predicate: Predicate, fields: list[str]
) -> Iterator[Problem]:
    count = len(fields)
    for index, key in enumerate(fields):
        if key in fields[:index]:
            place = (*path, "fields", index)
            yield draft.source.problem(place, f"Das Feld {key} steht in der Regel zweimal.")
    if count < predicate.least or (predicate.most is not None and count > predicate.most):
        most = "" if predicate.most is None else f", höchstens {predicate.most}"
        yield draft.source.problem(
            (*path, "fields"),
            f"{predicate.name} nimmt mindestens {predicate.least}{most} Felder, hier: {count}.",
        )
    for index, key in enumerate(fields):
        kind = GROUP if key in draft.groups else draft.kind(key)
        if kind == GROUP and not predicate.takes(index, GROUP):
            yield draft.source.problem(
                (*path, "fields", index),
                f"{predicate.name} nimmt an dieser Stelle keine Gruppe ({key}), sondern Felder.",
            )
        elif kind and not predicate.takes(index, kind):
            yield draft.source.problem(
                (*path, "fields", index),
                f"{predicate.name} nimmt an dieser Stelle kein Feld der Art {kind} ({key}).",
            )


def _arguments(
    draft: Draft, path: Place, predicate: Predicate, given: Mapping[object, object]
) -> Iterator[Problem]:
    for name, value in given.items():
        parameter = predicate.arguments.get(str(name))
        place = (*path, "with", str(name))
        if parameter is None:
            yield draft.source.problem(
                place,
                f"{predicate.name} hat kein Argument {name}.",
                nearest(str(name), predicate.arguments),
            )
        elif not parameter.takes(value):
            yield draft.source.problem(place, f"Hier muss {_TYPES[parameter.type]} stehen.")
    for name, parameter in predicate.arguments.items():
        if parameter.default is None and name not in given:
            yield draft.source.problem(
                (*path, "with", name), f"{predicate.name} braucht dieses Argument."
            )
