"""Sheets that people wrote freely behind a form, as pages of the copy.

What stands on them no field of the form holds, so they follow it in words.
"""

from collections.abc import Iterator, Mapping
from typing import Any  # a reading has the shape of the JSON contract

from formservice.adapters.archive_copy.sheets import Sheets
from formservice.application.ports import Forms
from formservice.domain.form import FieldKey, FormDefinition, FormRef
from formservice.domain.record import Reading
from formservice.domain.values import is_date, parse_date


def free_sheets(
    reading: Mapping[str, Any], definition: FormDefinition, forms: Forms
) -> Iterator[Sheets]:
    """Yield the pages of every free sheet of a record."""
    names = {one.key: one.name for one in definition.fields}
    for one in reading.get("sheets") or ():
        answers = one.get("answers")
        about = f" zu „{names.get(answers, answers)}“" if answers else ""
        sheets = Sheets(f"Frei geschriebenes Beiblatt{about}")
        pages = ", ".join(str(page) for page in one.get("pages") or ())
        sheets.paragraph(f"Seite {pages} der eingegangenen Datei", small=True)
        called = _called(one.get("form"), forms)
        sheets.facts(
            [
                (called.get(key, key), text)
                for key, told in (one.get("fields") or {}).items()
                if (text := _text(told))
            ]
        )
        yield sheets


def _called(form: Mapping[str, Any] | None, forms: Forms) -> Mapping[FieldKey, str]:
    known = forms.find(FormRef(str(form["id"]), str(form["edition"]))) if form else None
    return {} if known is None else {one.key: one.name for one in known.fields}


def _text(told: Mapping[str, Any]) -> str:
    """Return a value of a sheet as people write it; a sheet has texts and dates only."""
    value = told.get("value")
    if told.get("reading") != Reading.READ or not isinstance(value, str):
        return ""
    return parse_date(value).strftime("%d.%m.%Y") if is_date(value) else value
