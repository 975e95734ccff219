"""Lists as offices keep them: Excel's CSV dialects, XLSX with real dates, headings by name."""

import contextlib
import datetime
import io
import random
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from formservice.adapters.lists import rows
from formservice.domain.errors import (
    DamagedDocumentError,
    EmptyDocumentError,
    EncryptedDocumentError,
    InputError,
    InvalidDataError,
    UnsupportedMediaError,
)
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef, Option
from formservice.domain.values import values_from_data
from tests.domain.plan_form import PLAN

FORM = FormDefinition(
    ref=FormRef("probe", "2026-01"),
    title="Probe",
    language="de-DE",
    marks=("Probe",),
    fields=(
        Field("name", FieldKind.TEXT, "Name:"),
        Field("telefon", FieldKind.TEXT, "Telefon:"),
        Field("ifk_telefon", FieldKind.TEXT, "Telefon:", title="Telefon (IFK)"),
        Field("plz", FieldKind.TEXT, "PLZ"),
        Field("geburtsdatum", FieldKind.DATE, "Geburtsdatum:"),
        Field("bericht", FieldKind.MULTILINE, "Bericht"),
        Field("einverstanden", FieldKind.TICK, "Einverstanden"),
        Field(
            "anlass",
            FieldKind.CHOICE,
            "Anlass",
            options=(Option("abbruch", "Abbruch am"), Option("regulaer", "Regulärer Abschluss")),
        ),
        Field(
            "mittel",
            FieldKind.CHOICE,
            "Verkehrsmittel",
            options=(Option("oepnv", "ÖPNV"), Option("pkw", "PKW")),
            several=True,
        ),
    ),
)


def read(tmp_path: Path, content: bytes, name: str = "liste.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return list(rows(path, FORM))


def workbook(*lines: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_every_dialect_of_csv_gives_the_same_rows(tmp_path, encoding, delimiter):
    text = 'name|bericht\r\nÖzdemir|"a; b, c\r\nd"\r\n'.replace("|", delimiter)
    assert read(tmp_path, text.encode(encoding)) == [
        (2, {"name": "Özdemir", "bericht": "a; b, c\r\nd"})
    ]


def test_a_name_column_alone_needs_no_delimiter(tmp_path):
    assert read(tmp_path, b"name\nA, B\n") == [(2, {"name": "A, B"})]
    assert read(tmp_path, b'name\n"A, B"\n') == [(2, {"name": "A, B"})]


def test_the_separator_line_of_excel_is_understood(tmp_path):
    assert read(tmp_path, b"sep=,\r\nname,plz\r\nA;B,37073\r\n") == [
        (2, {"name": "A;B", "plz": "37073"})
    ]


def test_columns_are_found_by_key_title_label_and_tick_key(tmp_path):
    text = "NAME:;Telefon (IFK);Geburtsdatum;anlass.abbruch\nA;1;1.2.2000;x\n"
    assert read(tmp_path, text.encode()) == [
        (2, {"name": "A", "ifk_telefon": "1", "geburtsdatum": "1.2.2000", "anlass.abbruch": True})
    ]


def test_a_label_shared_by_two_fields_means_only_the_one_called_so(tmp_path):
    assert read(tmp_path, b"Telefon;ifk_telefon\n1;2\n") == [
        (2, {"telefon": "1", "ifk_telefon": "2"})
    ]


def test_all_wrong_headings_are_named_with_the_nearest_field(tmp_path):
    with pytest.raises(InvalidDataError) as caught:
        read(tmp_path, b"name;Geburtsdatm;Name;Quatsch\nA;B;C;D\n")
    found = [(problem.where, problem.nearest) for problem in caught.value.problems]
    assert found == [
        ("Spalte 2 („Geburtsdatm“)", "geburtsdatum"),
        ("Spalte 3 („Name“)", None),
        ("Spalte 4 („Quatsch“)", None),
    ]


def test_a_list_without_header_quotes_nobody(tmp_path):
    with pytest.raises(InvalidDataError) as caught:
        read(tmp_path, b"Kanarienvogel;Geburtsdatun\nAnna;1.1.2000\n")
    told = [caught.value.message, caught.value.hint, *map(str, caught.value.problems)]
    assert not any("Kanarienvogel" in one for one in told)
    assert [(p.where, p.nearest) for p in caught.value.problems] == [("Spalte 2", "geburtsdatum")]


def test_wrong_headings_are_told_before_the_first_row(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_bytes(b"name;falsch\nA;B\n")
    with pytest.raises(InvalidDataError):
        rows(path, FORM)


@pytest.mark.parametrize("content", [b"Anna;Berta\n1;2\n", b"1;2;3\n", b";;name2;\n"])
def test_a_list_without_header_is_refused(tmp_path, content):
    with pytest.raises(InvalidDataError, match="Die erste Zeile nennt kein Feld"):
        read(tmp_path, content)


@pytest.mark.parametrize("content", [b"", b"\n\n", b" ; ;\n"])
def test_an_empty_list_is_refused(tmp_path, content):
    with pytest.raises(EmptyDocumentError):
        read(tmp_path, content)


def test_empty_rows_are_skipped_and_row_numbers_stay_those_of_the_spreadsheet(tmp_path):
    text = b'name;bericht\n\nA;"1\n2"\n;;\n  ; \nB;\n'
    assert read(tmp_path, text) == [
        (3, {"name": "A", "bericht": "1\n2"}),
        (6, {"name": "B"}),
    ]
    book = workbook(["name", "plz"], [], ["A", None], [None, "  "], ["B", "1"])
    assert read(tmp_path, book) == [(3, {"name": "A"}), (5, {"name": "B", "plz": "1"})]


def test_choices_are_found_by_key_or_label_and_several_are_split(tmp_path):
    text = "anlass;mittel\nAbbruch am;ÖPNV, pkw\nregulaer;PKW\nRegulärer Abschluss;\n"
    assert [data for _, data in read(tmp_path, text.encode())] == [
        {"anlass": "abbruch", "mittel": ["oepnv", "pkw"]},
        {"anlass": "regulaer", "mittel": ["pkw"]},
        {"anlass": "regulaer"},
    ]
    assert read(tmp_path, b'mittel\n"oepnv;pkw"\n')[0][1] == {"mittel": ["oepnv", "pkw"]}


def test_what_does_not_fit_reaches_the_check_of_values(tmp_path):
    text = "anlass;einverstanden;name\nVielleicht;weiß nicht;A;zu viel\n"
    ((_, data),) = read(tmp_path, text.encode())
    with pytest.raises(InvalidDataError) as caught:
        values_from_data(FORM, data)
    assert {problem.where for problem in caught.value.problems} == {
        "anlass",
        "einverstanden",
        "Spalte 4 ohne Überschrift",
    }


def test_spaces_inside_a_value_are_kept(tmp_path):
    assert read(tmp_path, b'bericht\n"  a\tb "\n') == [(2, {"bericht": "  a\tb "})]


def test_cells_of_a_spreadsheet_become_what_it_shows(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["name", "telefon", "plz", "geburtsdatum", "bericht", "einverstanden", "anlass"])
    sheet.append([12.0, 0.1 + 0.2, 1067, datetime.date(2000, 2, 29), "a_x000D_\nb", True, None])
    sheet.append([True, datetime.date(2026, 1, 2), 7, "29.2.2000", "ü", "nein", "abbruch"])
    sheet["C2"].number_format = "00000"
    stream = io.BytesIO()
    book.save(stream)
    assert read(tmp_path, stream.getvalue()) == [
        (
            2,
            {
                "name": "12",
                "telefon": "0,3",
                "plz": "01067",
                "geburtsdatum": "2000-02-29",
                "bericht": "a\r\nb",
                "einverstanden": True,
            },
        ),
        (
            3,
            {
                "name": "ja",
                "telefon": "02.01.2026",
                "plz": "7",
                "geburtsdatum": "29.2.2000",
                "bericht": "ü",
                "einverstanden": False,
                "anlass": "abbruch",
            },
        ),
    ]


def test_an_error_cell_is_never_printed(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["name"])
    book.active.append(["#N/A"])
    book.active["A2"].data_type = "e"
    stream = io.BytesIO()
    book.save(stream)
    ((_, data),) = read(tmp_path, stream.getvalue())
    with pytest.raises(InvalidDataError):
        values_from_data(FORM, data)


def test_formulas_nobody_has_computed_are_refused_instead_of_read_as_empty(tmp_path):
    with pytest.raises(InvalidDataError, match="Formeln ohne Ergebnis"):
        read(tmp_path, workbook(["name", "plz"], ["A", "=1+1"]))


def test_the_content_decides_what_a_file_is(tmp_path):
    assert read(tmp_path, workbook(["name"], ["A"]), "liste.csv") == [(2, {"name": "A"})]
    assert read(tmp_path, b"name\nA\n", "liste.xlsx") == [(2, {"name": "A"})]


def test_a_quotation_mark_left_open_is_told_before_the_first_row(tmp_path):
    with pytest.raises(DamagedDocumentError, match="Anführungszeichen"):
        read(tmp_path, b'name;plz\nA;1\nB;"2\nC;3\n')


def test_broken_files_end_in_a_named_error(tmp_path):
    good = workbook(["name"], ["A"])
    with pytest.raises(EncryptedDocumentError):
        read(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(UnsupportedMediaError):
        read(tmp_path, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    with pytest.raises(InputError, match="kann nicht gelesen werden"):
        rows(tmp_path / "fehlt.csv", FORM)
    for cut in range(4, len(good), 97):
        with pytest.raises(InputError):
            read(tmp_path, good[:cut])


@pytest.mark.parametrize("seed", range(8))
def test_spoilt_workbooks_end_in_rows_or_a_named_error(tmp_path, seed):
    good = workbook(["name", "plz", "geburtsdatum"], ["A", 1, datetime.date(2000, 1, 1)])
    chance = random.Random(seed)
    for _ in range(60):
        spoilt = bytearray(good)
        for _ in range(chance.randrange(1, 8)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        with contextlib.suppress(InputError):
            read(tmp_path, bytes(spoilt))


def test_a_workbook_with_a_password_on_its_parts_is_damaged(tmp_path):
    data = bytearray(workbook(["name"], ["A"]))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(header), data):
            data[found.start() + flags] |= 1
    with pytest.raises(InputError):
        read(tmp_path, bytes(data))


def test_a_zip_that_is_no_workbook_is_damaged(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("hallo.txt", "x")
    with pytest.raises(DamagedDocumentError):
        read(tmp_path, stream.getvalue())


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_unread(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(201 * 1024 * 1024))
    with pytest.raises(InputError, match="ausgepackt zu groß"):
        read(tmp_path, stream.getvalue())


def test_repeated_fields_are_columns_by_the_key_of_their_item(tmp_path):
    header = "vorname;ziele[0].text;ziele[0].teilziele[1];ziele[6].angebot;ziele[6].angebot.nein;"
    header += "ziele[0].leistungen[4].zeitangabe;ziele[0].wiedervorlage;Ziel 2: Angebot?"
    path = tmp_path / "liste.csv"
    path.write_text(f"{header}\nSamira;Abschluss;Lernen;;x;ab sofort;12.1.2017;ja\n", "utf-8")
    ((_, data),) = rows(path, PLAN)
    assert values_from_data(PLAN, data) == {
        "vorname": "Samira",
        "ziele[0].text": "Abschluss",
        "ziele[0].teilziele[1]": "Lernen",
        "ziele[6].angebot": "nein",
        "ziele[0].leistungen[4].zeitangabe": "ab sofort",
        "ziele[0].wiedervorlage": datetime.date(2017, 1, 12),
        "ziele[1].angebot": "ja",
    }


@pytest.mark.parametrize(
    ("heading", "nearest"),
    [
        ("ziele[0].txet", "ziele[0].text"),
        ("ziele[].text", "ziele[0].text"),
        ("ziele[5].txet", "ziele[5].text"),
        ("ziele[99].text", None),
        ("ziele[00].text", "ziele[0].text"),
        ("ziele", "ziele[0].text"),
        ("ziele[4]", "ziele[4].text"),
        ("ziele[4].leistungen", "ziele[4].leistungen[0].text"),
    ],
)
def test_a_wrong_key_of_a_repeated_field_is_named_with_the_nearest(tmp_path, heading, nearest):
    path = tmp_path / "liste.csv"
    path.write_text(f"vorname;{heading}\nSamira;x\n", "utf-8")
    with pytest.raises(InvalidDataError) as caught:
        rows(path, PLAN)
    assert [one.nearest for one in caught.value.problems] == [nearest]
