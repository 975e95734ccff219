"""Free sheets: what tells that a sheet belongs to a form, and which of its fields it answers.

A continuation sheet names the part and field it goes on with. A free sheet is written by a person:
it names form, person and subject in words of their own.
"""

import difflib
import re
from collections.abc import Sequence
from typing import TypeAlias

from formservice.domain.answers import only_points_elsewhere, words
from formservice.domain.document import Method
from formservice.domain.form import Field, FieldKey, FieldKind, FormDefinition
from formservice.domain.groups import numbers
from formservice.domain.record import Extraction, Reading, Record
from formservice.domain.values import folded

Read: TypeAlias = tuple[FormDefinition, Record]
"""What was read, with its form."""

# So much alike two texts are meant to be the same, a few letters misread or left out.
_ALIKE = 0.8
# Recognised names less alike than this are two names.
_PERHAPS = 0.7
# Shorter words („und“, „des“) say nothing about a subject.
_TELLING = 4
_LATER_PART = re.compile(r"[2-9]|1\d")
_REFERENCE = re.compile(r"\b[0-9A-Z]{6,26}\b")


def is_free(form: FormDefinition, record: Record) -> bool:
    """Say whether ``record`` is a sheet on which something stands of its own.

    A part of a continued answer does not; handwriting nobody can read does.
    """
    continuation = form.continuation
    if continuation is None:
        return False
    text, part = record.fields.get(continuation.text), _written(record, continuation.part)
    written = text is not None and text.reading in (Reading.READ, Reading.UNREADABLE)
    return written and not _LATER_PART.search(part)


def belongs(its: Read, main: Read, reference: str, *, one_reference: bool = False) -> bool | None:
    """Say whether a sheet belongs to ``main``, None when it does not say enough.

    It does when it names the same form and person, or the ``reference`` of the form, or carries
    that itself. A sheet that names somebody else never does.
    """
    (sheet_form, sheet), (form, record) = its, main
    continuation = sheet_form.continuation
    if continuation is None:
        return False
    named = _written(sheet, continuation.form)
    of_form = _names(named, form)
    own = {continuation.form, continuation.field, continuation.part, continuation.text}
    shared = [
        (sheet.fields.get(field.key), record.fields.get(field.key))
        for field in sheet_form.fields
        if field.kind is FieldKind.TEXT and field.key not in own and _has(form, field)
    ]
    same = [_same(one, other) for one, other in shared]
    if of_form is False or False in same:
        return False
    if one_reference or (reference and reference in _REFERENCE.findall(named)):
        return True
    return True if of_form and same and all(same) else None


def answered(
    sheet_form: FormDefinition, sheet: Record, form: FormDefinition, main: Record
) -> FieldKey | None:
    """Return the field of ``main`` a free sheet answers, None if that cannot be told.

    It is named by key, by the question or in other words („Abbruch“); else it is the one field
    whose answer points to a sheet.
    """
    continuation = sheet_form.continuation
    asked = [field for field in form.fields if field.kind is FieldKind.MULTILINE]
    if continuation is None:
        return None
    written = [_written(sheet, continuation.field)]
    written += [
        _written(sheet, field.key)
        for field in sheet_form.fields
        if field.kind is FieldKind.MULTILINE and field.key != continuation.text
    ]
    for text in filter(None, written):
        found = _meant(text, asked)
        if found is not None:
            return found
    pointing = [one.key for one in asked if only_points_elsewhere(_written(main, one.key))]
    return pointing[0] if len(pointing) == 1 else None


def _meant(text: str, fields: Sequence[Field]) -> FieldKey | None:
    """Return the only field that ``text`` may mean."""
    near = {
        one.key
        for one in fields
        if any(_likeness(text, name) >= _ALIKE for name in (one.key, one.label, one.title))
    }
    said = [word for word in words(_plain(text)) if len(word) >= _TELLING]
    if not near and said:
        near = {
            one.key
            for one in fields
            if all(any(known.startswith(word) for known in _words_of(one)) for word in said)
        }
    # The fields of several items differ by one digit, too little for a guess.
    return near.pop() if len(near) == 1 and not any(numbers(key) for key in near) else None


def _words_of(field: Field) -> list[str]:
    return words(_plain(f"{field.key.replace('_', ' ')} {field.label} {field.title}"))


def _names(text: str, form: FormDefinition) -> bool | None:
    """Say whether ``text`` names ``form``, None if it names none."""
    # A title too long for its place was cut, and says so.
    named = _plain(text.split("·", maxsplit=1)[0]).rstrip(" .…")
    if not named:
        return None
    title, name = _plain(form.title), _plain(form.ref.form)
    if named in title or title in named or name in named:
        return True
    return max(_likeness(named, title), _likeness(named, name)) >= _ALIKE


def _has(form: FormDefinition, field: Field) -> bool:
    return any(one.key == field.key and one.kind is field.kind for one in form.fields)


def _same(one: Extraction | None, other: Extraction | None) -> bool | None:
    """Say whether two readings are one name, None where a reading leaves it open."""
    if one is None or other is None or not (one.raw.strip() and other.raw.strip()):
        return None
    if _plain(one.raw) == _plain(other.raw):
        return True
    guessed = Method.OCR in (one.method, other.method)
    return None if guessed and _likeness(one.raw, other.raw) >= _PERHAPS else False


def _written(record: Record, key: FieldKey) -> str:
    extraction = record.fields.get(key)
    return extraction.raw.strip() if extraction is not None else ""


def _plain(text: str) -> str:
    return folded(text).casefold().strip(" :")


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, _plain(one), _plain(other)).ratio()
