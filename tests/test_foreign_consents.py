"""Declarations typed anew in another layout are read, and never believed without a person."""

from datetime import date

import pytest

from formservice.application.report import plain
from formservice.domain.form import FieldKind
from formservice.domain.values import values_from_data
from tests import known
from tests.foreign_layouts import retyped
from tests.sample_cases import EINWILLIGUNGEN, Case

SERVICES = known.services()


@pytest.mark.parametrize("case", EINWILLIGUNGEN, ids=lambda one: f"{one.form}-{one.name}")
def test_every_answer_of_a_retyped_declaration_is_found(case: Case):
    form = SERVICES.forms.get(case.form)
    (found,) = SERVICES.read(retyped(form, case.values), received=date(2026, 11, 12))
    assert found.definition is not None
    assert found.definition.ref == form.ref
    assert found.record is not None
    signed = {one.key for one in found.definition.fields if one.kind is FieldKind.SIGNATURE}
    held = {
        key: plain(one.value)
        for key, one in found.record.fields.items()
        if one.value and key not in signed
    }
    truth = values_from_data(form, case.values)
    assert held == {key: plain(value) for key, value in truth.items()}
    assert not any(one.accepted for one in found.record.fields.values())
