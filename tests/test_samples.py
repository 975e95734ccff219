"""Every folder in ``samples/`` is a test: read as its golden file says, never silently wrong."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from formservice.application.report import plain
from formservice.bootstrap import Services
from formservice.cli.demo import golden
from formservice.domain.form import FieldKind, FormDefinition
from formservice.domain.groups import numbers, pattern, patterns
from formservice.domain.values import values_from_data
from tests import known
from tests.sample_cases import CASES, CHANNELS, Case

ROOT = Path(__file__).parent.parent
SAMPLES = [(case, channel) for case in CASES for channel in case.channels]
NAMES = [f"{case.form}-{case.name}-{channel}" for case, channel in SAMPLES]

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture(scope="module")
def services() -> Services:
    return known.services()


def folder(services: Services, case: Case, channel: str) -> Path:
    ref = services.forms.get(case.form).ref
    return ROOT / "samples" / f"{ref.form}@{ref.edition}" / f"{case.name}-{channel}"


@pytest.mark.parametrize(("case", "channel"), SAMPLES, ids=NAMES)
def test_a_sample_is_read_as_its_golden_file_says_and_no_accepted_value_is_wrong(
    services, regold, case, channel
):
    place = folder(services, case, channel)
    (file,) = place.glob("input.*")
    received = date.fromisoformat(case.received)
    found = services.isolated_read(file.read_bytes(), file.name, received=received)
    assert_true(services, case, found)
    expected = place / "expected.json"
    if regold:
        text = {"received": case.received, "documents": golden(found)}
        expected.write_text(json.dumps(text, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert golden(found) == json.loads(expected.read_text("utf-8"))["documents"]


def assert_true(services: Services, case: Case, found: list[dict[str, Any]]) -> None:
    """An accepted value is the true one, of an item that is there or of one that is not."""
    documents = [one for one in found if one.get("form")]
    assert len(documents) == 1
    (document,) = documents
    assert_values(services.forms.get(case.form), case.values, case.signed, document)
    assert len(document["sheets"]) == (case.sheet is not None)
    for sheet in document["sheets"]:
        assert case.sheet is not None
        assert_values(services.forms.get("beiblatt"), case.sheet, (), sheet)


def assert_values(
    definition: FormDefinition,
    values: Mapping[str, object],
    signed: tuple[str, ...],
    document: dict[str, Any],
) -> None:
    truth = values_from_data(definition, values)
    ref = definition.ref
    assert (document["form"]["id"], document["form"]["edition"]) == (ref.form, ref.edition)
    kinds = {field.key: field.kind for field in patterns(definition.members or definition.fields)}
    for key in truth.keys() - document["fields"].keys():
        # Labels tell a list, but not always how many rows it has: then a person reads it whole.
        rows = [one for name, one in document["fields"].items() if _one_list(name, key)]
        assert rows, key
        assert not any(row["accepted"] for row in rows), key
    for key, read_ in document["fields"].items():
        if not read_["accepted"]:
            continue
        if kinds[pattern(key)] is FieldKind.SIGNATURE:
            assert read_["value"] is (key in signed), key
        else:
            # A box that is not ticked is a value, too.
            empty = False if kinds[pattern(key)] is FieldKind.TICK else None
            expected = plain(truth.get(key, empty))
            if read_["method"] == "ocr" and isinstance(expected, str):
                expected = expected.replace("\t", " ")  # paper shows no tab
            assert read_["value"] == expected, key


def _one_list(one: str, other: str) -> bool:
    return pattern(one) == pattern(other) and numbers(one)[:-1] == numbers(other)[:-1]


def test_every_folder_in_samples_has_its_case(services):
    there = {one.parent for one in (ROOT / "samples").glob("*/*/expected.json")}
    assert there == {folder(services, case, channel) for case, channel in SAMPLES}


def test_every_form_of_this_installation_has_cases_in_every_channel(services):
    sampled = {services.forms.get(case.form).ref for case in CASES if case.channels == CHANNELS}
    assert sampled == {one.ref for one in services.forms}
    for form in ("erwartungsbogen", "feedbackbogen"):
        assert sum(case.form == form for case in CASES) >= 6
