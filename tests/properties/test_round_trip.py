"""The strongest test: what is rendered is read back, for every record any form can hold."""

import io
import re
import unicodedata
from collections.abc import Mapping

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formservice.application.identify import LOWEST_MARGIN
from formservice.application.read_document import ReadDocument
from formservice.application.report import plain
from formservice.domain.form import FieldKind, FormDefinition
from formservice.domain.groups import pattern, patterns
from formservice.domain.record import Extraction, Reading
from formservice.domain.values import values_from_data
from tests.adapters.pdf_filled import flattened
from tests.pdf_pages import pages_of
from tests.properties.records import (
    FORMS,
    RECEIVED,
    SERVICES,
    record_of,
    unmarked,
)

pytestmark = pytest.mark.slow
_LIGATURE = re.compile("[\ufb00-\ufb06]")

# By name: Hypothesis prints the arguments of a test that fails.
every_form = pytest.mark.parametrize("form", [str(one.ref) for one in FORMS])


def some(examples: int) -> settings:
    return settings(max_examples=examples, suppress_health_check=[HealthCheck.too_slow])


def made(definition: FormDefinition, record: Mapping[str, object], channel: str) -> bytes:
    if channel == "docx":
        return SERVICES.generate.one(definition, record, "docx")
    data = SERVICES.generate.one(definition, record, "pdf")
    if channel == "pdf":
        return data
    return flattened(data) if channel == "flat" else unmarked(flattened(data))


def one_document(definition: FormDefinition, file: bytes) -> ReadDocument:
    """The file is one document, of this edition by a margin over all others."""
    (found,) = SERVICES.read(file, received=RECEIVED)
    assert found.definition is not None
    assert found.definition.ref == definition.ref
    assert found.identity.margin >= LOWEST_MARGIN
    return found


def signatures(definition: FormDefinition) -> set[str]:
    members = patterns(definition.members or definition.fields)
    return {field.key for field in members if field.kind is FieldKind.SIGNATURE}


def assert_exact(
    definition: FormDefinition, record: Mapping[str, object], found: ReadDocument
) -> None:
    """All that was written is read as it was, and nothing else; no person is needed."""
    values = values_from_data(definition, record)
    signed = signatures(definition)
    assert found.record is not None
    held: Mapping[str, Extraction] = found.record.fields
    assert values.keys() <= held.keys()
    for key, one in held.items():
        if pattern(key) in signed:
            # „gez.“ is a typed word: read, and always shown to a person. Accents of words drawn
            # close to an empty line may make that uncertain.
            assert bool(one.value) is (key in values), key
            assert not (one.value and one.accepted), key
            continue
        given_ = values.get(key)
        # A tick that is off is an answer like one that was not given.
        assert plain(one.value or None) == plain(given_ or None), key
        assert one.accepted, (key, one.doubts)


def printed(value: object) -> object:
    """Return what print can show of a value: no control characters, no blanks at ends of lines.

    A ligature looks like its letters, and that is how PDF readers give it.
    """
    if not isinstance(value, str):
        return value or None
    value = _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), value)
    visible = (char for char in value if char in "\n\t" or unicodedata.category(char)[0] != "C")
    return " ".join("".join(visible).split()) or None


def assert_nothing_wrong(
    definition: FormDefinition, record: Mapping[str, object], found: ReadDocument
) -> None:
    """Every value is there, and none that is accepted is another than was written."""
    values = values_from_data(definition, record)
    signed = signatures(definition)
    assert found.record is not None
    assert values.keys() <= found.record.fields.keys()
    for key, one in found.record.fields.items():
        if one.accepted and pattern(key) not in signed:
            assert printed(plain(one.value)) == printed(plain(values.get(key))), key


@every_form
@pytest.mark.parametrize("channel", ["docx", "pdf"])
@some(25)
@given(data=st.data())
def test_what_is_rendered_is_read_back_exactly(form, channel, data):
    definition = SERVICES.forms.get(form)
    record = data.draw(record_of(definition))
    assert_exact(definition, record, one_document(definition, made(definition, record, channel)))


@every_form
@some(15)
@given(data=st.data())
def test_what_people_write_is_read_back_exactly_from_flattened_forms(form, data):
    definition = SERVICES.forms.get(form)
    record = data.draw(record_of(definition, nasty=False))
    assert_exact(definition, record, one_document(definition, made(definition, record, "flat")))


@every_form
@pytest.mark.parametrize("channel", ["flat", "drawn"])
@some(10)
@given(data=st.data())
def test_of_what_is_drawn_nothing_wrong_is_accepted(form, channel, data):
    definition = SERVICES.forms.get(form)
    record = data.draw(record_of(definition))
    found = one_document(definition, made(definition, record, channel))
    assert_nothing_wrong(definition, record, found)


@every_form
@pytest.mark.parametrize("channel", ["pdf", "flat"])
@some(8)
@given(data=st.data())
def test_pages_in_any_order_are_the_same_document(form, channel, data):
    definition = SERVICES.forms.get(form)
    record = data.draw(record_of(definition, nasty=channel == "pdf"))
    file = made(definition, record, channel)
    count = len(pypdf.PdfReader(io.BytesIO(file)).pages)
    order = data.draw(st.permutations(range(count)))
    assert_exact(definition, record, one_document(definition, pages_of(file, *order)))


@pytest.mark.parametrize("sign", ["🏻", "🙂", "\ue123"])
def test_a_sign_no_font_has_is_never_taken_for_a_blank(sign):
    definition = SERVICES.forms.get("erwartungsbogen")
    for channel in ("flat", "drawn"):
        found = one_document(definition, made(definition, {"name": sign}, channel))
        assert found.record is not None
        name = found.record.fields["name"]
        assert (name.reading, name.accepted) == (Reading.READ, False)


@pytest.mark.parametrize("sign", ["®", "“", "…", "½", "™"])
def test_a_sign_behind_arabic_is_never_accepted_as_another(sign):
    definition = SERVICES.forms.get("feedbackbogen")
    for text in (sign, f"{sign} gut"):
        record = {"q7_ressourcen": "مرحبا", "q8_danach": text}
        found = one_document(definition, made(definition, record, "drawn"))
        assert_nothing_wrong(definition, record, found)
