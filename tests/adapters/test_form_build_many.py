"""Very many fields: neighbouring marking colours differ by one step in 255."""

import io
import json
from dataclasses import replace

import pdfplumber
import pytest
from docx.shared import Mm

from formservice.adapters.building.build import as_json, build
from formservice.domain.form import Field, FieldKind
from tests.adapters.stress_form import DEFINITION
from tests.adapters.word_forms import empty_form, saved, write
from tests.programs import needs_office

_ROWS, _COLUMNS = 60, 4

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    needs_office,
]


def test_240_fields_on_several_pages_each_stand_beside_their_own_label():
    document = empty_form()
    document.sections[0].left_margin = document.sections[0].right_margin = Mm(10)
    table = document.add_table(_ROWS, _COLUMNS, "Table Grid")
    keys = []
    for row, cells in enumerate(table.rows):
        for column, cell in enumerate(cells.cells):
            key = f"f{row}x{column}"
            kind = "tick" if column == 3 else "text"
            keys.append((key, kind))
            write(cell.paragraphs[0], f"{key}: ", (key, kind))
            cell.add_paragraph()
    definition = replace(
        DEFINITION, fields=tuple(Field(key, FieldKind(kind), key, key) for key, kind in keys)
    )
    built = build(definition, saved(document))
    fields = json.loads(as_json(built.fields))
    assert len(fields["fields"]) == _ROWS * _COLUMNS
    assert len(fields["pages"]) > 1
    with pdfplumber.open(io.BytesIO(built.pdf)) as pdf:
        labels = {
            word["text"]: (number, word)
            for number, page in enumerate(pdf.pages, 1)
            for word in page.extract_words()
        }
    for zone in fields["fields"]:
        page, label = labels[zone["key"] + ":"]
        size = fields["pages"][page - 1]
        left, top, _, bottom = zone["box"]
        middle = (label["top"] + label["bottom"]) / 2 / size["height"]
        assert zone["page"] == page, zone["key"]
        assert 0 < left * size["width"] - label["x1"] < 8, zone["key"]
        assert top < middle < bottom, zone["key"]
