"""Lists taken along as tables: what somebody sees, harmless to spreadsheets, and written down."""

import csv
import io
import json
from datetime import date

import openpyxl
import pytest
from sqlalchemy import select

from formservice.adapters.handover.spreadsheet import spreadsheet
from formservice.adapters.store import schema
from formservice.adapters.store.cases import StoredCases
from formservice.adapters.store.cases_change import StoredCaseChanges
from formservice.adapters.store.inbox import StoredInbox
from formservice.adapters.store.reads import StoredReads
from formservice.application.casework import ALL, Asked
from formservice.application.casework_input import part_given, person_given
from formservice.application.exporting import Export, Kind
from formservice.application.inbox import Box
from formservice.bootstrap.reading import Reading
from formservice.bootstrap.settings import Settings
from tests.casework.conftest import CARLA, DAY, DIRK, FRANK
from tests.casework.documents import came, finding, reading

ASKS = finding("field.doubtful", "asks", "name", overridable=True)
FORMULA = '=HYPERLINK("http://x.example";"=1")'


@pytest.fixture
def export(office):
    forms = Reading(Settings.from_environment({})).forms
    log = StoredReads(office)
    return Export(StoredCases(office), StoredInbox(office), forms, spreadsheet, log)


def opened(office, name, author=CARLA, massnahme="m1"):
    person = person_given({"name": name, "vorname": "Ayşe"}, DAY)
    part = part_given({"massnahme": massnahme, "von": "01.09.2026", "bis": "11.12.2026"})
    return StoredCaseChanges(office).opened(person, part, author)


def of_csv(data):
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


def of_xlsx(data):
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert all(cell.data_type in ("s", "inlineStr", "n") for row in sheet for cell in row)
    return [[cell.value or "" for cell in row] for row in sheet]


def test_cases_are_taken_along_as_they_are_listed_and_no_cell_is_a_formula(office, export):
    mine = opened(office, FORMULA)
    opened(office, "Fremd", DIRK, "m2")
    asked = Asked(ALL)
    heads, row = of_csv(export.cases(CARLA, asked, DAY, Kind.CSV))
    told = dict(zip(heads, row, strict=True))
    assert (told["Name"], told["Von"], told["Fall"]) == (f"'{FORMULA}", "01.09.2026", mine)
    _, row = of_xlsx(export.cases(CARLA, asked, DAY, Kind.XLSX))
    assert row[0] == FORMULA
    assert len(of_csv(export.cases(FRANK, asked, DAY, Kind.CSV))) == 3
    only = Asked(ALL, massnahme="m2")
    assert len(of_csv(export.cases(FRANK, only, DAY, Kind.CSV))) == 2
    assert len(of_csv(export.cases(CARLA, only, DAY, Kind.CSV))) == 1
    for sign in "+-@\t":
        assert of_csv(spreadsheet(Kind.CSV, [[f"{sign}1"]])) == [[f"'{sign}1"]]


def test_a_box_of_the_inbox_is_taken_along_whole_and_that_is_written_down(office, export):
    for number in range(3):
        came(office, f"d{number}", reading(findings=[ASKS]), received=date(2026, 11, number + 1))
    heads, *rows = of_csv(export.inbox(CARLA, Box.OPEN, Kind.CSV))
    assert [dict(zip(heads, row, strict=True))["Zu klären"] for row in rows] == ["1", "1", "1"]
    assert of_xlsx(export.inbox(CARLA, Box.OPEN, Kind.XLSX)) == [heads, *rows]
    assert [one.what for one in StoredReads(office).of("d1", FRANK)] == ["list", "list"]
    with office.look() as work:
        query = select(schema.events.c.body).where(schema.events.c.type == "list.exported")
        told = [json.loads(one)["documents"] for one in work.connection.execute(query).scalars()]
    assert told == [3, 3]
    assert of_csv(export.inbox(CARLA, Box.RETURNED, Kind.CSV)) == [heads]
