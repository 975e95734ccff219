"""The wording of any form in other tables and without controls, as somebody types it anew."""

import io
import itertools
from collections.abc import Mapping, Sequence

import docx
from docx.table import Table

from formservice.domain.copies import reshaped
from formservice.domain.form import Field, FieldKind, FlowItem, FormDefinition
from formservice.domain.groups import items_of, pattern, shape_of
from formservice.domain.record import Value
from formservice.domain.values import shown, ticks, values_from_data


def retyped(definition: FormDefinition, data: Mapping[str, object]) -> bytes:
    """Return ``data`` as a Word file with the printed wording of a form and nothing else of it."""
    writer = _Writer(definition, values_from_data(definition, data))
    writer.write()
    out = io.BytesIO()
    writer.document.save(out)
    return out.getvalue()


def _columns(flow: Sequence[FlowItem]) -> int:
    """Return how many columns the list has that begins here, 0 where none begins.

    A list has as many headings as there are fields in a row.
    """
    texts = list(itertools.takewhile(lambda item: item.text, flow))
    anchors = [item.anchor for item in itertools.takewhile(lambda i: i.anchor, flow[len(texts) :])]
    row = {pattern(anchor) for anchor in anchors if pattern(anchor).count("[]") == 2}
    return len(row) if len(row) == len(texts) else 0


class _Writer:
    """Walks the flow of a form: label above or left of its value, lists as tables."""

    def __init__(self, definition: FormDefinition, values: Mapping[str, Value]) -> None:
        self._definition = reshaped(definition, shape_of(definition, values))
        assert self._definition.layout is not None
        self._values = values
        self._flow = list(self._definition.layout.flow)
        self._on = {
            key: ticked
            for field in self._definition.fields
            if field.kind in (FieldKind.CHOICE, FieldKind.TICK)
            for key, ticked in ticks(field, values.get(field.key)).items()
        }
        self._label = ""
        self._table: Table | None = None
        self.document = docx.Document()
        self.document.styles["Normal"].font.name = "Liberation Serif"

    def write(self) -> None:
        """Write the whole form."""
        sign = ""
        while self._flow:
            if _columns(self._flow) > 1:
                self._list()
                continue
            item = self._flow.pop(0)
            if item.text and sign:
                self.document.add_paragraph(f"{sign} {item.text}")
                sign = ""
            elif item.text:
                self._set_label(item.text)
            elif item.anchor in self._on:
                self._set_label("")
                sign = "☒" if self._on[item.anchor] else "☐"
            else:
                self._field(self._definition.field(item.anchor))
        self._set_label("")

    def _set_label(self, label: str) -> None:
        """Keep a phrase until it is known whether a value stands beside it; print the last one."""
        if self._label:
            self.document.add_paragraph(self._label)
        if self._label or not label:
            self._table = None
        self._label = label

    def _field(self, field: Field) -> None:
        if field.kind is FieldKind.MULTILINE:
            self._table = None
            self.document.add_paragraph(self._label, style="Intense Quote")
            self.document.add_paragraph(self._shown(field))
        else:
            self._table = self._table or self._new_table(2)
            cells = self._table.add_row().cells
            cells[0].text, cells[1].text = self._label, self._shown(field)
        self._label = ""

    def _list(self) -> None:
        self._set_label("")
        width = _columns(self._flow)
        table = self._new_table(width)
        for cell in table.add_row().cells:
            cell.text = self._flow.pop(0).text
        group = items_of(self._flow[0].anchor)[-1].rpartition("[")[0]
        while self._flow and self._flow[0].anchor.startswith(f"{group}["):
            for cell in table.add_row().cells:
                cell.text = self._shown(self._definition.field(self._flow.pop(0).anchor))

    def _new_table(self, columns: int) -> Table:
        table: Table = self.document.add_table(rows=0, cols=columns, style="Table Grid")
        return table

    def _shown(self, field: Field) -> str:
        value = self._values.get(field.key)
        return "" if value is None else shown(field, value)
