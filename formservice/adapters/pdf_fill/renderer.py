"""Fills the fillable PDF of a form: values, looks, QR codes, continuation sheets.

The result stays fillable and tagged. ``/V`` holds every value exactly; the look of each field is
our own, so all viewers show the same. What does not fit is continued on a sheet behind the form,
in a field called ``key__2``, ``key__3`` and so on: their values put together are the whole text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock

from formservice.adapters import pdf_names
from formservice.adapters.pdf_fill.file import FilledFile
from formservice.adapters.pdf_fill.sheets import Part, joined
from formservice.adapters.pdf_fill.template import Compiled, compiled
from formservice.adapters.pdf_layout import Setting, fit
from formservice.domain.document import part_key
from formservice.domain.errors import DefinitionError, Problem
from formservice.domain.form import FieldKind, FormDefinition, FormRef, Layout
from formservice.domain.record import Value
from formservice.domain.reference import identifier, payload
from formservice.domain.values import shown, ticks

# So many sheets behind a form are kept compiled; a longer text is compiled for itself.
_KEPT_SHEETS = 6


@dataclass(frozen=True, slots=True)
class _Piece:
    """A further part of a text: of which field, which part (from 2), how it is set."""

    key: str
    number: int
    setting: Setting


class PdfRenderer:
    """Writes finished forms as fillable PDF. One renderer may be used by several threads."""

    def __init__(
        self, templates: Callable[[FormRef], bytes], sheet: FormDefinition | None = None
    ) -> None:
        """Keep the source of the built ``form.pdf`` files, and the continuation sheet."""
        self._templates = templates
        self._sheet = sheet
        self._known: dict[tuple[FormRef, int], tuple[Compiled, list[Part]]] = {}
        self._lock = Lock()

    def render(
        self, definition: FormDefinition, values: Mapping[str, Value], reference: str
    ) -> bytes:
        """Return the form filled with ``values``, all other fields blank.

        The same input gives the same bytes.

        Raises:
            DefinitionError: the built form lacks a field, or a text needs a continuation sheet
                and this installation has none.
        """
        form, _ = self._compiled(definition.ref, 0)
        texts, ticked, signed = _sorted(definition, values)
        _require(definition, form, (*texts, *ticked, *signed))
        settings = {key: fit(text, form.widgets[key].frame) for key, text in texts.items()}
        pieces = self._pieces(definition, settings)
        form, parts = self._compiled(definition.ref, len(pieces))
        file = FilledFile(form)
        for key, setting in settings.items():
            file.text(key, setting)
        for key in ticked:
            file.tick(key)
        for key in signed:
            file.sign(key)
        _codes(file, definition.layout, 0, reference)
        for part, piece in zip(parts, pieces, strict=True):
            self._continue(file, part, piece, definition, reference)
        described = {
            pdf_names.FORM: definition.ref.form,
            pdf_names.EDITION: definition.ref.edition,
            pdf_names.REFERENCE: reference,
        }
        return file.finished(described, f"{definition.ref}#{reference}", reference)

    def _pieces(self, definition: FormDefinition, settings: Mapping[str, Setting]) -> list[_Piece]:
        """Set for sheets what does not fit into its field, in the order of the form."""
        if not any(setting.rest for setting in settings.values()):
            return []
        if self._sheet is None or self._sheet.continuation is None:
            problem = Problem("continuation", "Ein Beiblatt ist nicht eingerichtet.")
            raise DefinitionError("Ein Text passt nicht in das Formular.", [problem])
        sheet, _ = self._compiled(self._sheet.ref, 0)
        frame = sheet.widgets[self._sheet.continuation.text].frame
        pieces = []
        for field in definition.fields:
            rest = settings[field.key].rest if field.key in settings else ""
            number = 1
            while rest:
                setting = fit(rest, frame)
                number += 1
                pieces.append(_Piece(field.key, number, setting))
                rest = setting.rest
        return pieces

    def _continue(
        self,
        file: FilledFile,
        part: Part,
        piece: _Piece,
        definition: FormDefinition,
        reference: str,
    ) -> None:
        """Write one sheet: the part of the text, and what it continues."""
        sheet = self._sheet
        if sheet is None or sheet.continuation is None:
            raise AssertionError("pieces are only made for a sheet")
        field = definition.field(piece.key)
        title = f"{field.name} (Teil {piece.number})"
        file.continued(part.widget, part_key(piece.key, piece.number), title, piece.setting)
        marks = sheet.continuation
        heads = {
            marks.form: " · ".join(filter(None, (definition.title, reference))),
            marks.part: str(piece.number),
            marks.field: piece.key,
        }
        for key, heading in part.headings.items():
            # What else a heading has room for is the question the text answers.
            file.heading(part.page, heading, heads.get(key, field.label))
        _codes(file, sheet.layout, part.page, reference)

    def _compiled(self, ref: FormRef, sheets: int) -> tuple[Compiled, list[Part]]:
        """Return the template of a form with so many sheets behind it, ready to be filled."""
        with self._lock:
            found = self._known.get((ref, sheets))
            if found is None:
                found = self._compile(ref, sheets)
                if sheets <= _KEPT_SHEETS:
                    self._known[(ref, sheets)] = found
            return found

    def _compile(self, ref: FormRef, sheets: int) -> tuple[Compiled, list[Part]]:
        template = self._templates(ref)
        parts: list[Part] = []
        if sheets and self._sheet is not None and self._sheet.continuation is not None:
            blank = self._templates(self._sheet.ref)
            template, parts = joined(template, blank, self._sheet.continuation.text, sheets)
        nameless = [part.widget for part in parts]
        return compiled(template, identifier(ref), nameless), parts


def _sorted(
    definition: FormDefinition, values: Mapping[str, Value]
) -> tuple[dict[str, str], list[str], list[str]]:
    """Return the texts by field, the boxes to tick and the signatures to note."""
    texts: dict[str, str] = {}
    ticked: list[str] = []
    signed: list[str] = []
    for field in definition.fields:
        value = values.get(field.key)
        if value is None:
            continue
        if field.kind in (FieldKind.TICK, FieldKind.CHOICE):
            ticked += [key for key, on in ticks(field, value).items() if on]
        elif field.kind is FieldKind.SIGNATURE:
            signed += [field.key] if value is True else []
        elif text := shown(field, value):
            texts[field.key] = text
    return texts, ticked, signed


def _require(definition: FormDefinition, form: Compiled, keys: tuple[str, ...]) -> None:
    """Refuse a built form that has no place for a value, rather than lose the value."""
    lacking = [key for key in keys if key not in form.widgets]
    if lacking:
        raise DefinitionError(
            f"Die gebaute PDF-Datei von „{definition.title}“ ist nicht auf dem neuesten Stand.",
            [Problem(key, "Das Feld fehlt in der PDF-Datei.") for key in lacking],
            "Bitte „formservice forms build“ ausführen.",
        )


def _codes(file: FilledFile, layout: Layout | None, first: int, reference: str) -> None:
    """Draw the QR codes of a form whose first page is ``first`` (from 0) in the file."""
    if layout is not None:
        for page, box in layout.qr:
            file.code(first + page - 1, box, payload(layout.ref, page, reference))
