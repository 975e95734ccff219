"""How many pages a document has, and how many it may have."""

from collections import Counter
from collections.abc import Iterable

from formservice.domain.copies import copies
from formservice.domain.errors import InvalidDataError, Problem
from formservice.domain.form import FieldKey, FormDefinition
from formservice.domain.groups import Shape, groups, numbers, pattern, shape_of

MOST_PAGES = 200
"""No form filled by people has more; what goes beyond costs minutes and gigabytes to write."""


def pages_of(definition: FormDefinition, shape: Shape) -> int:
    """Return how many pages a print of ``shape`` has, without continuation sheets."""
    layout = definition.layout
    own = len(layout.pages) - len(layout.copies) if layout else 1
    return own + len(copies(definition, shape))


def refuse_too_long(definition: FormDefinition, keys: Iterable[FieldKey]) -> None:
    """Refuse values under ``keys`` that no print of ``MOST_PAGES`` pages can hold.

    Raises:
        InvalidDataError: names the group with too many items, and how many pages it would take.
    """
    if not definition.members:
        return
    shape = shape_of(definition, keys)
    pages = pages_of(definition, shape)
    if pages <= MOST_PAGES:
        return
    key, title, count = _longest(definition, shape)
    sentence = (
        f"Zu viele Einträge von „{title}“ (zusammen {count}): Das Formular hätte {pages} Seiten,"
        f" möglich sind höchstens {MOST_PAGES}."
    )
    raise InvalidDataError(
        f"Mit diesen Angaben würde „{definition.title}“ zu lang.",
        [Problem(key, sentence)],
        "Bitte Einträge weglassen oder auf mehrere Formulare verteilen. Es wurde nichts"
        " geschrieben.",
    )


def _longest(definition: FormDefinition, shape: Shape) -> tuple[FieldKey, str, int]:
    """Return key, title and number of items of the group whose items take the most prints."""
    prints: Counter[FieldKey] = Counter()
    items: Counter[FieldKey] = Counter()
    rows = {group.key: group.rows for group in groups(definition.members)}
    for concrete, count in shape.items():
        key = pattern(concrete)
        items[key] += count
        # The first print of a list inside an item is that of the item.
        prints[key] += -(-count // rows[key]) - (1 if numbers(concrete) else 0)
    longest = max(prints, key=lambda key: prints[key])
    title = next(group.title for group in groups(definition.members) if group.key == longest)
    return longest, title, items[longest]
