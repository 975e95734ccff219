"""Every form of the installation is known in every channel, and told from all others."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formservice.application.identify import LOWEST_MARGIN
from formservice.domain.form import FieldKind, FormDefinition
from tests.adapters.pdf_filled import flattened
from tests.foreign_layouts import retyped
from tests.make_samples import black_and_white, office, rendered
from tests.pdf_pages import joined
from tests.programs import needs_office, needs_tesseract
from tests.properties.records import FORMS, RECEIVED, SERVICES, full, unmarked

every_form = pytest.mark.parametrize("form", [str(one.ref) for one in FORMS])
blank_or_full = pytest.mark.parametrize("items", [None, 0, 2], ids=["blank", "full", "more"])
# A sheet by itself is one of the forms; in company it belongs to another.
MAIN = [one for one in FORMS if one.continuation is None]


def data_of(definition: FormDefinition, items: int | None) -> dict[str, object]:
    return {} if items is None else full(definition, items)


def assert_known(form: str, file: bytes) -> None:
    (found,) = SERVICES.read(file, received=RECEIVED)
    assert found.definition is not None
    assert str(found.definition.ref) == form
    assert found.identity.margin >= LOWEST_MARGIN


def channels(definition: FormDefinition, data: dict[str, object]) -> Iterator[tuple[str, bytes]]:
    """Yield a form in every channel that needs no other program."""
    yield "docx", SERVICES.generate.one(definition, data, "docx")
    pdf = SERVICES.generate.one(definition, data, "pdf")
    yield "pdf", pdf
    yield "flat", flattened(pdf)
    yield "drawn", unmarked(flattened(pdf))
    yield "retyped", retyped(definition, data)


@every_form
@blank_or_full
def test_a_form_is_known_in_every_channel(form, items):
    definition = SERVICES.forms.get(form)
    for channel, file in channels(definition, data_of(definition, items)):
        try:
            assert_known(form, file)
        except AssertionError as error:
            raise AssertionError(f"{form} as {channel}") from error


@every_form
@pytest.mark.slow
@pytest.mark.engine
@needs_office
def test_a_form_is_known_when_saved_again_or_printed_from_word(form):
    definition = SERVICES.forms.get(form)
    word = SERVICES.generate.one(definition, full(definition, 2), "docx")
    for kind in ("docx", "pdf"):
        assert_known(form, office(word, kind))


@every_form
@pytest.mark.slow
@pytest.mark.engine
@needs_tesseract
def test_a_form_is_known_on_paper(form):
    definition = SERVICES.forms.get(form)
    pdf = flattened(SERVICES.generate.one(definition, full(definition), "pdf"))
    assert_known(form, black_and_white(list(rendered(pdf, 200)), 200)[0])


@every_form
def test_a_blank_form_reads_blank_in_every_channel(form):
    definition = SERVICES.forms.get(form)
    for channel, file in channels(definition, {}):
        (found,) = SERVICES.read(file, received=RECEIVED)
        assert found.record is not None
        held = {key: one.value for key, one in found.record.fields.items() if one.value}
        assert held == {}, channel
        if channel != "retyped":
            assert all(one.accepted for one in found.record.fields.values()), channel
        elif found.definition is not None:
            kinds = {one.key: one.kind for one in found.definition.fields}
            sure = [key for key, one in found.record.fields.items() if one.accepted]
            assert [key for key in sure if kinds[key] is not FieldKind.SIGNATURE] == []


@pytest.mark.slow
@pytest.mark.parametrize("channel", ["fields", "flat"])
@settings(max_examples=4)
@given(order=st.permutations([str(one.ref) for one in MAIN]))
def test_all_forms_in_one_file_are_found_each_once(channel, order):
    definitions = [SERVICES.forms.get(form) for form in order]
    files = [SERVICES.generate.one(one, full(one, 1), "pdf") for one in definitions]
    parts = [flattened(file) for file in files] if channel == "flat" else files
    found = SERVICES.read(joined(*parts), received=RECEIVED)
    assert [str(one.definition and one.definition.ref) for one in found] == list(order)
