"""Whether decoded JSON is a record as ``read --json`` prints it, before anything is made of it.

Records that the archive keeps have this shape; one from a file may have any.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias  # the question is what it is

from formservice.domain.form import Field, FieldKind, FormDefinition

_TEXTS = (FieldKind.TEXT, FieldKind.MULTILINE, FieldKind.DATE)
_REFERENCE = 64
_Reading: TypeAlias = Mapping[str, Any]


def fault(reading: _Reading, definition: FormDefinition) -> str | None:
    """Return, in German and without any value, what no record has; None if it is one."""
    return next(_faults(reading, definition), None)


def _faults(reading: _Reading, definition: FormDefinition) -> Iterator[str]:
    if not _is_sound(reading):
        yield "Er hat Zeichen oder Zahlen, die es nicht gibt."
    reference = reading.get("reference")
    if reference is not None and not (isinstance(reference, str) and len(reference) <= _REFERENCE):
        yield "Seine Kennung auf dem Formular ist keine."
    if not _are(reading.get("findings", []), _is_finding):
        yield "Seine Beanstandungen sind keine Liste von Beanstandungen."
    if not _are(reading.get("page_numbers", []), lambda one: type(one) is int and one > 0):
        yield "Seine Seiten sind keine Liste von Zahlen."
    known = {field.key: field for field in definition.fields}
    for key, one in reading["fields"].items():
        field = known.get(key)
        if field is None and "[" in key:  # the definition has those of one printed copy
            continue
        if field is None:
            yield f"Das Formular kennt kein Feld „{key[:40]}“."
        elif not isinstance(one, Mapping) or not _fits(one.get("value"), field):
            yield f"Die Angabe „{key}“ hat eine andere Form als in Datensätzen."


def _fits(value: object, field: Field) -> bool:
    if value is None:
        return True
    if field.kind in _TEXTS or (field.kind is FieldKind.CHOICE and not field.several):
        return isinstance(value, str)
    if field.kind is FieldKind.CHOICE:
        return _are(value, lambda one: isinstance(one, str))
    return isinstance(value, (bool, str))


def _is_finding(one: object) -> bool:
    names = ("code", "severity", "message")
    return isinstance(one, Mapping) and all(isinstance(one.get(name), str) for name in names)


def _are(given: object, kind: Callable[[Any], bool]) -> bool:
    return isinstance(given, list) and all(map(kind, given))


def _is_sound(value: object) -> bool:
    """Say whether a value can be written as UTF-8 and as JSON, all that is in it as well."""
    open_ = [value]
    while open_:
        one = open_.pop()
        if isinstance(one, Mapping):
            open_ += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            open_ += one
        elif (isinstance(one, float) and not math.isfinite(one)) or (
            isinstance(one, str) and not one.isascii() and not _is_text(one)
        ):
            return False
    return True


def _is_text(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)
