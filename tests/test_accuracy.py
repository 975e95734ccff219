"""The bound: what is accepted from scans without a look is right, on a fixed set of pages.

The pages (``tests/data/paper``) were made by ``benchmarks.paper.fixed`` with fonts, sentences,
marks and treatment on which no limit was chosen. ``benchmarks.accuracy`` measures on many more.
"""

import json
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from benchmarks.accuracy import KINDS, Measured, measured, report
from benchmarks.paper.answers import Answer
from benchmarks.paper.fixed import load
from benchmarks.paper.pages import Scan
from benchmarks.paper.real import given
from benchmarks.paper.score import Outcome, bound, outcome, right
from formservice.bootstrap import Services, Settings
from formservice.domain.document import Method
from formservice.domain.record import Extraction, Reading, Value
from tests.programs import needs_tesseract

FOLDER = Path(__file__).parent / "data" / "paper"
LARGEST = 120_000
# Least share of typed text accepted, by level: a few points below 24 of 29, 83 of 94 and 44 of 58,
# which are accepted now, so that a loss is seen. That is no goal: of 29 fields one is 3 points.
FLOORS = {"clean": 0.75, "office": 0.8, "copier": 0.68}


@cache
def scans() -> tuple[Scan, ...]:
    return tuple(load(FOLDER))


@cache
def results() -> tuple[Measured, ...]:
    return tuple(measured(scan) for scan in scans())


def fields(how: str = "", level: str = "", kinds: tuple[str, ...] = KINDS) -> list[Outcome]:
    return [
        row
        for one in results()
        if how in ("", one.how) and level in ("", one.level)
        for row in one.outcomes
        if row.kind in kinds
    ]


def wrong(rows: list[Outcome]) -> list[str]:
    """Return page and key of what was accepted and is wrong: no value of a form."""
    return [f"{row.scan} {row.key}" for row in rows if row.accepted and not row.right]


@pytest.mark.slow
@pytest.mark.engine
@needs_tesseract
class TestPages:
    def test_every_page_is_the_form_it_is(self):
        assert [one.scan for one in results() if one.identified != "right"] == []

    def test_no_text_that_was_accepted_is_wrong(self):
        assert wrong(fields()) == []

    @pytest.mark.parametrize("level", FLOORS)
    def test_typed_text_is_accepted_often_enough_to_help(self, level):
        rows = fields("typed", level)
        assert sum(row.accepted for row in rows) / len(rows) >= FLOORS[level]

    def test_no_handwriting_is_accepted_as_text(self):
        written = [row for row in fields("hand") if not row.blank]
        assert len(written) > 20
        assert [f"{row.scan} {row.key}" for row in written if row.accepted] == []

    def test_no_tick_that_was_accepted_is_wrong(self):
        rows = fields(kinds=("tick", "choice"))
        assert wrong(rows) == []
        assert sum(row.accepted for row in rows) / len(rows) >= 0.8

    def test_no_signature_that_was_accepted_is_wrong(self):
        rows = fields(kinds=("signature",))
        assert wrong(rows) == []
        assert sum(row.accepted for row in rows) / len(rows) >= 0.75

    @pytest.mark.parametrize("is_named", [False, True], ids=["as-documented", "form-named"])
    def test_an_office_can_hold_its_own_scans_against_what_people_typed(self, tmp_path, is_named):
        scan = scans()[0]
        named = {"form": str(scan.ref)} if is_named else {}
        name = f"own{scan.suffix}"
        (tmp_path / name).write_bytes(scan.data)
        known = [one for one in scan.answers if one.kind in KINDS and one.text]
        lines = [{"file": name, "key": one.key, "value": one.text} | named for one in known]
        listed = tmp_path / "truth.jsonl"
        listed.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        services = Services(Settings.from_environment({}))
        (own,) = given(listed, services)
        found = {row.key: row.right for row in measured(own).outcomes}
        ours = {row.key: row.right for row in measured(scan).outcomes}
        assert found == {one.key: ours[one.key] for one in known}
        told = report([measured(own)])
        assert "| accepted · wrong | real |" in told
        assert "| agreed, least confidence from | real |" in told

    def test_a_scan_whose_lines_name_fields_of_another_form_is_a_wrong_form(self, tmp_path):
        scan = scans()[0]
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / f"own{scan.suffix}").write_bytes(scan.data)
        listed = tmp_path / "truth.jsonl"
        line = {"file": f"folder/own{scan.suffix}", "key": "gibt_es_nicht", "value": "x"}
        listed.write_text(json.dumps(line), encoding="utf-8")
        (own,) = given(listed, Services(Settings.from_environment({})))
        assert measured(own).identified == "wrong"
        assert "/" not in own.name


def test_the_set_is_small_and_holds_every_form_and_level():
    assert 16 <= len(scans()) <= 24
    assert all(len(scan.data) <= LARGEST for scan in scans())
    assert {scan.level for scan in scans()} >= {"clean", "office", "copier", "photo"}
    assert len({scan.ref for scan in scans()}) == 6


def read(value: Value | None, raw: str = "", reading: Reading = Reading.READ) -> Extraction:
    return Extraction("a", reading, raw, value, 0.9, Method.OCR)


def test_white_space_does_not_make_a_reading_wrong_but_a_comma_does():
    answer = Answer("a", "free", (), "Ja, gern.\nMorgen")
    assert right(answer, read("", "Ja, gern. Morgen"))
    assert not outcome(("s", "typed", "clean"), answer, read("", "Ja, gern. Morgen")).exact
    assert not right(answer, read("", "Ja gern.\nMorgen"))


def test_a_date_is_right_by_its_day_and_a_blank_field_only_when_read_as_blank():
    written = Answer("a", "date", (), "5. 3. 2026", day=date(2026, 3, 5))
    assert right(written, read(date(2026, 3, 5), "05.03.2026"))
    assert not right(written, read(date(2026, 3, 8), "8. 3. 2026"))
    empty = Answer("a", "date", ())
    assert right(empty, read(None, reading=Reading.BLANK))
    assert not right(empty, read(date(2026, 3, 5), "5.3.2026"))


def test_two_marks_where_one_may_be_are_never_right_to_accept():
    answer = Answer("a", "choice", (), on=("a.ja", "a.nein"), state="double")
    assert not outcome(("s", "typed", "clean"), answer, read(("ja", "nein"))).right


@pytest.mark.parametrize(("count", "share"), [(0, 0.00498), (2, 0.0105)])
def test_six_hundred_without_error_are_half_a_percent_at_most(count, share):
    assert bound(count, 600) == pytest.approx(share, abs=2e-4)
