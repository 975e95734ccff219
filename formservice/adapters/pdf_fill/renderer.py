"""Fills the fillable PDF of a form: values, looks, QR codes, further pages.

The result stays fillable and tagged. ``/V`` holds every value exactly; the look of each field is
our own, so all viewers show the same. Items of a group beyond those printed stand on copies of
their page behind the form. What does not fit into a field is continued on a sheet behind those,
in a field called ``key__2``, ``key__3`` and so on: their values put together are the whole text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from formservice.adapters import pdf_names
from formservice.adapters.pdf_fill.file import FilledFile
from formservice.adapters.pdf_fill.joining import Added, Place
from formservice.adapters.pdf_fill.prints import Prints, sheet_field
from formservice.adapters.pdf_fill.template import Compiled
from formservice.adapters.pdf_layout import LEADING, Setting, cut, fit, shortened, width_of
from formservice.domain.copies import copy_mark, printed_shape
from formservice.domain.document import part_key
from formservice.domain.errors import DefinitionError, Problem
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef
from formservice.domain.groups import numbers, shape_of
from formservice.domain.record import Value
from formservice.domain.reference import numbered, payload
from formservice.domain.values import shown, ticks

# An echo is as high as the line it stands in, but neither larger nor smaller than this.
_LARGEST_ECHO, _LEAST_ECHO = 10.0, 6.0


@dataclass(frozen=True, slots=True)
class _Piece:
    """A further part of a text: of which field, which part (from 2), how it is set."""

    field: Field
    number: int
    setting: Setting


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The values by what is done with them: texts by field, boxes to tick, signatures to note."""

    texts: dict[str, str]
    ticked: list[str]
    signed: list[str]


class PdfRenderer:
    """Writes finished forms as fillable PDF. One renderer may be used by several threads."""

    def __init__(
        self, templates: Callable[[FormRef], bytes], sheet: FormDefinition | None = None
    ) -> None:
        """Keep the source of the built ``form.pdf`` files, and the continuation sheet."""
        self._prints = Prints(templates, sheet)
        self._sheet = sheet

    def render(
        self, definition: FormDefinition, values: Mapping[str, Value], reference: str
    ) -> bytes:
        """Return the form filled with ``values``, all other fields blank.

        The same input gives the same bytes.

        Raises:
            DefinitionError: the built form lacks a field, or a text needs a continuation sheet
                and this installation has none.
        """
        shape = (
            printed_shape(definition, shape_of(definition, values)) if definition.members else {}
        )
        made = self._prints.get(definition, shape)
        whole = made.definition if definition.members else definition
        given = _sorted(whole, values)
        _require(definition, made.form, (*given.texts, *given.ticked, *given.signed))
        settings = {
            key: fit(text, made.form.widgets[key].frame) for key, text in given.texts.items()
        }
        pieces = self._pieces(whole, settings)
        if pieces:
            made = self._prints.get(definition, shape, len(pieces))
        file = FilledFile(made.form)
        for key, setting in settings.items():
            file.text(key, setting)
        for key in given.ticked:
            file.tick(key)
        for key in given.signed:
            file.sign(key)
        for source, place in made.shown:
            _show(file, source, place, given)
        _codes(file, whole, 0, reference)
        for number, (added, piece) in enumerate(zip(made.sheets, pieces, strict=True)):
            heads = self._heads(piece, whole, reference, given.texts)
            self._continue(file, (number, added), piece, heads, reference)
        described: dict[str, str | int] = {
            pdf_names.FORM: definition.ref.form,
            pdf_names.EDITION: definition.ref.edition,
            pdf_names.REFERENCE: reference,
        }
        if whole.layout is not None and whole.layout.copies:
            described[pdf_names.PAGES] = len(whole.layout.pages)
        return file.finished(described, f"{definition.ref}#{reference}", reference)

    def _pieces(self, definition: FormDefinition, settings: Mapping[str, Setting]) -> list[_Piece]:
        """Set for sheets what does not fit into its field, in the order of the form."""
        if not any(setting.rest for setting in settings.values()):
            return []
        if self._sheet is None or self._sheet.continuation is None:
            problem = Problem("continuation", "Ein Beiblatt ist nicht eingerichtet.")
            raise DefinitionError("Ein Text passt nicht in das Formular.", [problem])
        sheet = self._prints.get(self._sheet, {})
        frame = sheet.form.widgets[self._sheet.continuation.text].frame
        pieces = []
        for field in definition.fields:
            rest = settings[field.key].rest if field.key in settings else ""
            number = 1
            while rest:
                setting = fit(rest, frame)
                number += 1
                pieces.append(_Piece(field, number, setting))
                rest = setting.rest
        return pieces

    def _continue(
        self,
        file: FilledFile,
        behind: tuple[int, Added],
        piece: _Piece,
        heads: Mapping[str, str],
        reference: str,
    ) -> None:
        """Write one sheet: the part of the text, and what it continues."""
        sheet, (number, added) = self._sheet, behind
        if sheet is None:
            raise AssertionError("pieces are only made for a sheet")
        title = f"{piece.field.name} (Teil {piece.number})"
        part = part_key(piece.field.key, piece.number)
        file.continued(sheet_field(number), part, title, piece.setting)
        for key, place in added.places.items():
            file.draw(place, shortened(heads.get(key, ""), place.frame))
        _codes(file, sheet, added.page, reference)

    def _heads(
        self, piece: _Piece, definition: FormDefinition, reference: str, texts: Mapping[str, str]
    ) -> dict[str, str]:
        """Return what stands in the heading of a sheet: whose, to which form, part, question."""
        sheet = self._sheet
        if sheet is None or sheet.continuation is None:
            return {}
        continuation = sheet.continuation
        heads = {
            field.key: piece.field.label
            if field.kind is FieldKind.MULTILINE
            else texts.get(field.key, "")
            for field in sheet.fields
            # A day on the sheet is that of the sheet.
            if field.kind is not FieldKind.DATE
        }
        return heads | {
            continuation.form: " · ".join(filter(None, (definition.title, reference))),
            continuation.part: str(piece.number),
            continuation.field: piece.field.key,
        }


def _sorted(definition: FormDefinition, values: Mapping[str, Value]) -> _Sorted:
    given = _Sorted({}, [], [])
    for field in definition.fields:
        value = values.get(field.key)
        if value is None:
            continue
        if field.kind in (FieldKind.TICK, FieldKind.CHOICE):
            given.ticked.extend(key for key, on in ticks(field, value).items() if on)
        elif field.kind is FieldKind.SIGNATURE:
            given.signed.extend([field.key] if value is True else [])
        elif text := shown(field, value):
            given.texts[field.key] = text
    return given


def _require(definition: FormDefinition, form: Compiled, keys: tuple[str, ...]) -> None:
    """Refuse a built form that has no place for a value, rather than lose the value."""
    lacking = [key for key in keys if key not in form.widgets]
    if lacking:
        raise DefinitionError(
            f"Die gebaute PDF-Datei von „{definition.title}“ ist nicht auf dem neuesten Stand.",
            [Problem(key, "Das Feld fehlt in der PDF-Datei.") for key in lacking],
            "Bitte „formservice forms build“ ausführen.",
        )


def _show(file: FilledFile, source: str, place: Place, given: _Sorted) -> None:
    """Draw what is known already where it is no field: a value, or the number of an item."""
    if place.cross:
        if source in given.ticked:
            file.cross(place)
    elif place.is_echo:
        # In a list of single fields an item and its field have one name: its number is meant.
        text = str(numbers(source)[-1] + 1) if source.endswith("]") else given.texts.get(source)
        if text:
            file.draw(place, _echoed(text, place))
    elif source in given.texts:
        setting = fit(given.texts[source], place.frame)
        file.draw(place, setting)


def _echoed(text: str, place: Place) -> Setting:
    """Set an echo as large as the line it stands in, smaller or cut where it is too long."""
    text = " ".join(text.split())
    size = min(_LARGEST_ECHO, place.frame.height / LEADING)
    room = place.frame.units(size)
    size = max(_LEAST_ECHO, size * min(1.0, room / max(1, width_of(text))))
    size = round(size, 1)
    return Setting(size, (cut(text, place.frame.units(size)),))


def _codes(file: FilledFile, definition: FormDefinition, first: int, reference: str) -> None:
    """Draw the QR codes of a form whose first page is ``first`` (from 0) in the file."""
    layout = definition.layout
    if layout is None:
        return
    own = len(layout.pages) - len(layout.copies)
    for page, box in layout.qr:
        copy = layout.copies[page - own - 1] if page > own else None
        mark = None if copy is None else copy_mark(definition, copy)
        printed = layout.printed(page)
        place = numbered(printed, mark, len(layout.pages)) if layout.copies else printed
        file.code(first + page - 1, box, payload(layout.ref, place, reference))
