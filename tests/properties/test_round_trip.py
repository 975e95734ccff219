"""The strongest test: what is rendered is read back, for every record a form can hold."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formservice.application.report import plain
from formservice.bootstrap import Services, Settings
from formservice.domain.form import Field, FieldKind, FormDefinition
from formservice.domain.values import clean, is_placeholder, values_from_data

ROOT = Path(__file__).parent.parent.parent
SERVICES = Services(
    Settings.from_environment({"FORMSERVICE_FORMS": str(ROOT)}), new_reference=lambda: "PROBE"
)
FORMS = [
    SERVICES.forms.get(form)
    for form in ("erwartungsbogen", "feedbackbogen", "feedbackbogen/2026-11", "beiblatt")
]
RECEIVED = date(2026, 3, 27)

_AWKWARD = [
    "A & B <C> „x“ “y” 'z' \"w\"",
    "{{ name }} {% if %} {_{ }}",
    "\tTab\t\tzwei  Leerzeichen ",
    "eins\n\nzwei\n  drei\n",
    "مرحبا بالعالم 123",
    "Nguyễn Thị Đặng Ģirts Łukasz",
    "👩‍👩‍👧 🇩🇪 🙂",
    "Trenn\u00adstrich und\u2011fest",
    "(weiter)\\ \\n \\u0041 %s %%",
    "x" * 300,
    "Wort " * 1200,
]


def _text(field: Field) -> st.SearchStrategy[str]:
    free = st.text(st.characters(exclude_categories=["Cs", "Cn"]), min_size=1, max_size=80)
    text = st.one_of(st.sampled_from(_AWKWARD), free, st.lists(free, max_size=6).map("\n".join))
    return text.filter(lambda one: bool(clean(one).strip()) and not is_placeholder(field, one))


def _value(field: Field) -> st.SearchStrategy[object]:
    if field.kind is FieldKind.DATE:
        return st.dates().map(date.isoformat)
    if field.kind is FieldKind.CHOICE:
        option = st.sampled_from([option.key for option in field.options])
        return st.lists(option, unique=True, min_size=1) if field.several else option
    if field.kind in (FieldKind.TICK, FieldKind.SIGNATURE):
        return st.just(True)
    return _text(field)


def records(definition: FormDefinition) -> st.SearchStrategy[dict[str, object]]:
    """Any record of a form: every field may be there or not."""
    return st.fixed_dictionaries({}, optional={f.key: _value(f) for f in definition.fields})


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["docx", "pdf"])
@pytest.mark.parametrize("definition", FORMS, ids=lambda one: str(one.ref))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_rendered_is_read_back_exactly(definition, format_, data):
    record = data.draw(records(definition))
    values = values_from_data(definition, record)
    file = SERVICES.generate.one(definition, record, format_)
    (found,) = SERVICES.read(file, received=RECEIVED)
    assert found.definition is definition
    assert found.record is not None
    assert definition is not None
    for field in definition.fields:
        one = found.record.fields[field.key]
        if field.kind is FieldKind.SIGNATURE:
            # „gez.“ is a typed word: read, and always shown to a person.
            assert (one.value, one.accepted) == (field.key in values, field.key not in values)
            continue
        assert plain(one.value) == plain(values.get(field.key)), field.key
        assert one.accepted, (field.key, one.doubts)
