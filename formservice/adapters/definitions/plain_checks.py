"""What must agree in ``plain``, the words in which a record is told to the person it is about."""

from collections.abc import Iterator

from formservice.adapters.definitions.draft import (
    Draft,
    mapping,
    unknown_field,
    unknown_option_of,
)
from formservice.domain.errors import Problem
from formservice.domain.form import PLAIN_GAP, FieldKind


def plain_problems(draft: Draft) -> Iterator[Problem]:
    """Yield words for what there is not, and words nothing or not all would fill."""
    for name, words in mapping(draft.data.get("plain")).items():
        key, path = str(name), ("plain", str(name))
        choice, _, option = key.rpartition(".")
        is_option = choice in draft.fields and draft.kind(choice) is FieldKind.CHOICE
        if is_option:
            yield from unknown_option_of(draft, path, choice, option)
        elif key not in draft.groups:
            yield from unknown_field(draft, path, key)
        if not isinstance(words, str) or not words:
            continue  # of another kind, which the schema names; or it is kept back
        if key in draft.groups and "[]" not in key and "item" not in draft.groups[key]:
            sentence = "Hier stehen die Felder dieser Gruppe, jedes mit seinen eigenen Worten."
            yield draft.source.problem(path, sentence)
        elif key.count("[]") > 1 or (key.endswith("[]") and key in draft.fields):
            sentence = "Ein Eintrag wird mit seiner Gruppe genannt; bitte deren Namen schreiben."
            yield draft.source.problem(path, sentence)
        rest, gaps = words.replace(PLAIN_GAP, ""), words.count(PLAIN_GAP)
        if "{" in rest or "}" in rest:
            yield draft.source.problem(path, f"Möglich ist hier nur die Lücke {PLAIN_GAP}.")
        elif is_option and gaps:
            yield draft.source.problem(path, "Zu einer Option gehören Worte ohne Lücke.")
        elif gaps > 1 or (key in draft.fields and gaps == 0):
            sentence = f"Für den Wert steht hier {PLAIN_GAP}, und zwar einmal."
            yield draft.source.problem(path, sentence)
