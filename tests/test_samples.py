"""Every folder in ``samples/`` is a test: read as its golden file says, never silently wrong."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from formservice.application.report import plain
from formservice.bootstrap import Services, Settings
from formservice.cli.demo import golden
from formservice.domain.form import FieldKind
from formservice.domain.values import values_from_data
from tests.make_samples import CHANNELS
from tests.sample_cases import CASES, Case

ROOT = Path(__file__).parent.parent
SAMPLES = [(case, channel) for case in CASES for channel in CHANNELS]
NAMES = [f"{case.form}-{case.name}-{channel}" for case, channel in SAMPLES]

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture(scope="module")
def services() -> Services:
    return Services(Settings.from_environment({"FORMSERVICE_FORMS": str(ROOT)}))


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
    """An accepted value is the true one; a value that is there is never called blank."""
    definition = services.forms.get(case.form)
    truth = values_from_data(definition, case.values)
    documents = [one for one in found if one.get("form")]
    assert len(documents) == 1
    assert documents[0]["form"]["id"] == case.form
    for field in definition.fields:
        read_ = documents[0]["fields"][field.key]
        if not read_["accepted"]:
            continue
        if field.kind is FieldKind.SIGNATURE:
            assert read_["value"] is (field.key in case.signed), field.key
        else:
            assert read_["value"] == plain(truth.get(field.key)), field.key


def test_every_folder_in_samples_has_its_case(services):
    there = {one.parent for one in (ROOT / "samples").glob("*/*/expected.json")}
    assert there == {folder(services, case, channel) for case, channel in SAMPLES}


def test_both_forms_have_six_cases_in_every_channel():
    for form in ("erwartungsbogen", "feedbackbogen"):
        assert sum(case.form == form for case in CASES) >= 6
    assert len(CHANNELS) == 6
