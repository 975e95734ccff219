"""Rows of a CSV or XLSX list as data for one form each, columns named as people name them."""

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import TypeAlias

from formservice.adapters.tables import Cell, Line, table
from formservice.domain.entries import wrong_key
from formservice.domain.errors import EmptyDocumentError, InvalidDataError, Problem
from formservice.domain.form import Field, FieldKind, FormDefinition
from formservice.domain.groups import flat, groups, shape_of
from formservice.domain.nearest import nearest
from formservice.domain.values import folded

# A column is a field, the key of one tick box, or nothing (no heading).
_Column: TypeAlias = Field | str | None

_YES = frozenset({"ja", "j", "x", "1", "wahr", "true", "☒", "☑", "✓", "✔", "✗", "✘"})
_NO = frozenset({"nein", "n", "0", "falsch", "false", "☐"})
_HEADER = "Die erste Zeile nennt die Felder (Schlüssel oder gedruckter Name), jede weitere Zeile "
_HEADER += "füllt ein Formular."


def rows(path: Path, definition: FormDefinition) -> Iterator[tuple[int, dict[str, object]]]:
    """Return the rows of a list below its header: the number a spreadsheet shows, and the data.

    Columns are named by field key, tick key, title or label; repeated fields by the key with the
    number of the item (``ziele[0].text``). Empty cells and rows are left out;
    what stands beyond the header comes under „Spalte n ohne Überschrift“: no cell is lost in
    silence.

    Raises:
        InputError: the file cannot be read or its header is wrong; told before the first row.
    """
    lines = table(path)
    header = next((cells for _, cells in lines if any(map(_filled, cells))), None)
    if header is None:
        raise EmptyDocumentError("Die Liste ist leer.", _HEADER)
    columns = _columns(definition, [_heading(cell) for cell in header])
    return _rows(lines, columns)


def _rows(
    lines: Iterator[Line], columns: Sequence[_Column]
) -> Iterator[tuple[int, dict[str, object]]]:
    for number, cells in lines:
        data: dict[str, object] = {}
        for index, (cell, column) in enumerate(itertools.zip_longest(cells, columns), start=1):
            if not _filled(cell):
                continue
            if isinstance(column, Field):
                data[column.key] = _value(column, cell)
            elif column is not None:
                data[column] = _tick(cell)
            else:
                data[f"Spalte {index} ohne Überschrift"] = cell
        if data:
            yield number, data


def _columns(definition: FormDefinition, header: Sequence[str]) -> list[_Column]:
    """Return what each column holds; InvalidDataError names every wrong heading."""
    names = _names(_fields(definition, header))
    found: list[_Column] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for index, heading in enumerate(header, start=1):
        column = names.get(_plain(heading)) if heading else None
        found.append(column)
        where = f"Spalte {index} („{heading}“)"
        if column is not None:
            key = _key(column)
            if key in seen:
                sentence = f"Das Feld {key} steht doppelt, zuerst in Spalte {seen[key]}."
                problems.append(Problem(where, sentence))
            seen.setdefault(key, index)
        elif heading:
            problems.append(_unknown(definition, heading, where, names))
    if not seen:
        # Most likely there is no header and this is the first person: no cell may be quoted.
        message = f"Die erste Zeile nennt kein Feld von „{definition.title}“."
        guesses = [replace(one, where=one.where.partition(" (")[0]) for one in problems]
        raise InvalidDataError(message, [one for one in guesses if one.nearest], _HEADER)
    if problems:
        raise InvalidDataError("Die Kopfzeile der Liste stimmt nicht.", problems)
    return found


def _unknown(
    definition: FormDefinition, heading: str, where: str, names: Mapping[str, Field | str]
) -> Problem:
    """Return why ``heading`` names no column: as a key of a repeated field, or as a name."""
    name = _plain(heading)
    if "[" in name or any(name == group.key for group in groups(definition.members)):
        wrong = wrong_key(definition, name)
        if wrong is not None:
            return replace(wrong, where=where)
    guess = nearest(name, names)
    meant = _key(names[guess]) if guess else None
    return Problem(where, "Ein solches Feld gibt es nicht.", nearest=meant)


def _fields(definition: FormDefinition, header: Sequence[str]) -> tuple[Field, ...]:
    """Return the fields of the print and those of further items that ``header`` names by key."""
    further = flat(definition.members, shape_of(definition, map(_plain, header)))
    return tuple(({field.key: field for field in (*definition.fields, *further)}).values())


def _names(fields: Sequence[Field]) -> Mapping[str, Field | str]:
    """Return every name a column may have; a label that several fields share names none."""
    by_label: dict[str, list[Field]] = {}
    for field in fields:
        by_label.setdefault(_plain(field.label), []).append(field)
    names: dict[str, Field | str] = {
        label: same[0] for label, same in by_label.items() if label and len(same) == 1
    }
    for field in fields:
        names |= {anchor: anchor for anchor in field.anchors}
        names[_plain(field.name)] = field
    return names | {field.key: field for field in fields}


def _key(column: Field | str) -> str:
    return column.key if isinstance(column, Field) else column


def _plain(name: str) -> str:
    return folded(name).casefold().rstrip(" :*")


def _heading(cell: Cell) -> str:
    return " ".join(_shown(cell).split())


def _filled(cell: Cell) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _value(field: Field, cell: Cell) -> object:
    """Return the cell as the field wants it; what does not fit is left for checking to name."""
    if isinstance(cell, float) and math.isnan(cell):
        return cell
    if field.kind in (FieldKind.TICK, FieldKind.SIGNATURE):
        return _tick(cell)
    if field.kind is FieldKind.CHOICE:
        return _choice(field, _shown(cell))
    if isinstance(cell, date) and field.kind is FieldKind.DATE:
        return (cell.date() if isinstance(cell, datetime) else cell).isoformat()
    return _shown(cell)


def _tick(cell: Cell) -> object:
    word = _shown(cell).strip().casefold()
    return True if word in _YES else False if word in _NO else cell


def _choice(field: Field, text: str) -> object:
    """Return the option key for a key or label; a list of them where several are allowed."""
    names = {_plain(option.label): option.key for option in field.options}
    names |= {option.key: option.key for option in field.options}
    if not field.several:
        return names.get(_plain(text), text.strip())
    whole = names.get(_plain(text))
    parts = [text] if whole else re.split("[;,\n]", text)
    return [names.get(_plain(part), part.strip()) for part in parts if part.strip()]


def _shown(cell: Cell) -> str:
    """Return the text a German spreadsheet shows for the cell."""
    match cell:
        case None:
            return ""
        case bool():
            return "ja" if cell else "nein"
        case float():
            return format(cell, ".15g").replace(".", ",")
        case datetime():
            return cell.strftime("%d.%m.%Y" if cell.time() == time() else "%d.%m.%Y %H:%M")
        case date():
            return cell.strftime("%d.%m.%Y")
        case time():
            return cell.strftime("%H:%M")
        case _:
            return str(cell)
