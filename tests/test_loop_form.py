"""Forms whose groups repeat need a Word file and a YAML file, and no line of Python knows them."""

from datetime import date
from pathlib import Path

import pytest

from formservice.bootstrap import Services, Settings
from formservice.domain.form import FieldKind, FormDefinition
from formservice.domain.groups import flat

RECEIVED = date(2026, 12, 2)
LOOPS = Path(__file__).parent / "loop_form"
_SAMPLE: dict[FieldKind, object] = {
    FieldKind.TEXT: "Jürgen „Ö“ & Söhne",
    FieldKind.MULTILINE: "eins\nzwei – 3 < 4",
    FieldKind.DATE: date(2026, 12, 1),
    FieldKind.TICK: True,
    FieldKind.CHOICE: "erreicht",
}


@pytest.fixture(scope="module")
def services(tmp_path_factory) -> Services:
    settings = Settings(forms=LOOPS, data=tmp_path_factory.mktemp("data"))
    return Services(settings, new_reference=lambda: "TEST00000001")


def filled(form: FormDefinition, group: str, count: int) -> dict[str, object]:
    """Return a value for every field of a form whose ``group`` has ``count`` items."""
    return {field.key: _SAMPLE[field.kind] for field in flat(form.members, {group: count})}


@pytest.mark.parametrize("format_", ["docx", "pdf"])
@pytest.mark.parametrize("count", [0, 1, 2, 4, 9])
@pytest.mark.parametrize(("name", "group"), [("terminliste", "termine"), ("planblatt", "ziele")])
def test_any_number_of_items_comes_back_as_it_was_written(services, name, group, count, format_):
    form = services.forms.get(name)
    wanted = filled(form, group, count)
    data = {k: v.isoformat() if isinstance(v, date) else v for k, v in wanted.items()}
    (read,) = services.read(services.generate.one(form, data, format_), received=RECEIVED)
    assert (read.definition.ref, read.reference) == (form.ref, "TEST00000001")
    keys = [field.key for field in read.definition.fields]
    held = {key: read.record.value(key) for key in keys}
    assert {key: value for key, value in held.items() if value not in (None, False)} == wanted


@pytest.mark.parametrize("format_", ["docx", "pdf"])
def test_lists_inside_one_item_grow_on_their_own(services, format_):
    form = services.forms.get("planblatt")
    data = {"ziele[0].schritte[6].wann": "ab sofort", "ziele[1].helfer[3]": "Tante Ayşe"}
    (read,) = services.read(services.generate.one(form, data, format_), received=RECEIVED)
    assert {key: read.record.value(key) for key in data} == data
