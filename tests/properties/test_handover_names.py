"""Whatever people write into forms: it makes no folder, no formula, no broken XML, no odd name."""

import csv
import io
from pathlib import PurePosixPath, PureWindowsPath

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from formservice.adapters.handover.kinds import safe
from formservice.adapters.handover.patterns import Pattern, Values
from formservice.adapters.handover.sheets import csv_line, harmless
from formservice.adapters.handover.zielsystem_files import CHARSETS, encoded

texts = st.text(max_size=200) | st.sampled_from(
    [
        "..",
        ".",
        "",
        "CON",
        "aux.pdf",
        "a/b",
        "..\\..\\x",
        "=1+1",
        " -x",
        "\ud800",
        "\0",
        "{{ 7*7 }}",
    ]
)


@given(texts)
def test_a_name_is_one_name_on_every_system(text):
    name = safe(text)
    assert name not in ("", ".", "..")
    assert PurePosixPath(name).name == name == PureWindowsPath(name).name
    assert not name.startswith(".")
    assert not PureWindowsPath(name).is_reserved()
    assert name == name.rstrip(" .")
    assert len(name.encode()) <= 250
    assert safe(name) == name


@given(texts)
def test_only_the_pattern_makes_folders(text):
    path = Pattern("{{ id }}/{{ fields.name }}.pdf").path(
        {"id": text, "fields": Values(name=text)}
    )
    parts = path.split("/")
    assert len(parts) <= 2
    assert ".." not in parts


@given(texts)
def test_a_pattern_in_a_value_is_no_pattern(text):
    assert Pattern("{{ id }}").text({"id": text}) == text


@given(st.lists(texts, min_size=1, max_size=4))
def test_a_row_comes_back_and_has_no_formula(cells):
    (row,) = csv.reader(io.StringIO(csv_line(cells), newline=""), delimiter=";")
    assert row == [harmless(one.replace("\0", "\N{REPLACEMENT CHARACTER}")) for one in cells]
    assert not any(one.lstrip(" ").startswith(("=", "+", "-", "@")) for one in row)


@given(texts, st.sampled_from(CHARSETS))
def test_an_xml_index_is_xml_in_every_charset(text, charset):
    told = {"utf-8-sig": "utf-8"}.get(charset, charset)
    pattern = Pattern(
        f'<?xml version="1.0" encoding="{told}"?><a b="{{{{ id }}}}">{{{{ id }}}}</a>', xml=True
    )
    root = etree.fromstring(encoded(pattern.text({"id": text}), charset, xml=True))
    assert root.tag == "a"
    assert len(root) == 0
