"""A definition is either whole, or everything wrong with it is told with place and guess."""

import json
import shutil
from pathlib import Path

import pytest

from formservice.adapters.definitions.mappings import load
from formservice.domain.document import Box
from formservice.domain.errors import DefinitionError, NotFoundError, Problem
from formservice.domain.form import Content, Field, FieldKind, FormRef, Severity

TINY = Path(__file__).parent.parent / "tiny_form"
YAML = "mappings/rueckruf/2026-01.yaml"
TEXT = (TINY / YAML).read_text("utf-8")


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TINY, tmp_path / "forms"))


def problems(forms: Path, *changes: tuple[str, str]) -> list[Problem]:
    """Return what is wrong after exchanging pieces of the definition, none if nothing is."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) >= 1, "the test spoils nothing"
        text = text.replace(old, new, 1)
    (forms / YAML).write_text(text, "utf-8")
    try:
        load(forms / "mappings", forms / "form_templates")
    except DefinitionError as error:
        return list(error.problems)
    return []


def only(found: list[Problem]) -> tuple[str, str, str | None]:
    """Return the place without its line, the sentence and the guess of the only problem."""
    (problem,) = found
    assert problem.file == YAML
    return problem.where.split(" (")[0], problem.message, problem.nearest


def test_a_definition_is_loaded_with_everything_it_says(forms):
    (form,) = load(forms / "mappings", forms / "form_templates")
    assert (form.ref, form.title, form.marks) == (
        FormRef("rueckruf", "2026-01"),
        "Rückrufzettel",
        ("Rückruf gewünscht",),
    )
    assert [field.kind for field in form.fields] == [
        FieldKind.TEXT,
        FieldKind.DATE,
        FieldKind.TICK,
        FieldKind.CHOICE,
        FieldKind.MULTILINE,
        FieldKind.SIGNATURE,
    ]
    assert form.field("erreichbar").anchors == ("erreichbar.vormittags", "erreichbar.nachmittags")
    (rule,) = form.rules
    assert (rule.id, rule.severity, rule.code) == ("R-RR-01", Severity.BLOCKS, "field.required")
    (deadline,) = form.deadlines
    assert (deadline.event, deadline.art, deadline.count, deadline.unit) == (
        "angerufen_am",
        "ereignis",
        1,
        "wochen",
    )


def test_the_layout_comes_from_the_build(forms):
    (form,) = load(forms / "mappings", forms / "form_templates")
    built = json.loads((forms / "form_templates/rueckruf/2026-01/fields.json").read_bytes())
    assert form.layout is not None
    assert {zone.key for zone in form.layout.zones} == {field["key"] for field in built["fields"]}
    first = form.layout.zones[0]
    assert (first.key, first.box) == (
        built["fields"][0]["key"],
        Box(*built["fields"][0]["box"]),
    )
    assert len(form.layout.flow) == len(built["flow"])
    assert len(form.layout.squares) == 3 * len(built["pages"])
    assert [page for page, _ in form.layout.qr] == list(range(1, len(built["pages"]) + 1))


def test_a_form_that_is_not_built_yet_has_no_layout(forms):
    (forms / "form_templates/rueckruf/2026-01/fields.json").unlink()
    (form,) = load(forms / "mappings", forms / "form_templates")
    assert form.layout is None


def test_a_misspelt_key_is_unknown_and_not_missing(forms):
    found = problems(forms, ("    label: Es ist dringend.", "    lable: Es ist dringend."))
    assert only(found) == ("fields.dringend.lable", "Der Schlüssel ist unbekannt.", "label")


def test_a_problem_reads_as_one_german_line_with_its_line_number(forms):
    (problem,) = problems(forms, ("label: Es ist dringend.", "lable: Es ist dringend."))
    line = TEXT[: TEXT.index("label: Es ist dringend.")].count("\n") + 1
    assert str(problem) == (
        f"{YAML}: fields.dringend.lable (Zeile {line}): Der Schlüssel ist unbekannt."
        " Gemeint: „label“?"
    )


def test_all_mistakes_of_all_files_are_told_together(forms):
    other = forms / "mappings/rueckruf/2026-02.yaml"
    other.write_text(TEXT.replace('edition: "2026-01"', "edition: 2026-02-01"), "utf-8")
    found = problems(
        forms,
        ("label: Es ist", "lable: Es ist"),
        ("kind: date", "kind: datum"),
        ("fields: [name]", "fields: [nahme]"),
        ("predicate: filled", "predicate: fillt"),
        ("severity: blocks", "severity: block"),
        ("event: angerufen_am", "event: angeruf_am"),
        ("unit: wochen", "unit: woche"),
    )
    told = {(problem.file, problem.where.split(" (")[0], problem.nearest) for problem in found}
    assert told == {
        (YAML, "fields.dringend.lable", "label"),
        (YAML, "fields.angerufen_am.kind", "date"),
        (YAML, "rules.R-RR-01.fields[0]", "name"),
        (YAML, "rules.R-RR-01.predicate", "filled"),
        (YAML, "rules.R-RR-01.severity", "blocks"),
        (YAML, "deadlines[0].event", "angerufen_am"),
        (YAML, "deadlines[0].unit", "wochen"),
        ("mappings/rueckruf/2026-02.yaml", "edition", None),
    }


def test_a_key_that_stands_twice_is_an_error_though_yaml_allows_it(forms):
    found = problems(forms, ("    title: Dringend\n", "    title: Eilig\n    title: Dringend\n"))
    where, sentence, _ = only(found)
    assert where == "fields.dringend.title"
    assert sentence.startswith("Der Schlüssel steht doppelt (zuerst in Zeile ")


WITH = "    predicate: filled\n    fields: [name]\n"
SPOILS = [
    ("form: rueckruf", "form: Rückruf", "form"),
    ('edition: "2026-01"', 'edition: "2026-1"', "edition"),
    ('edition: "2026-01"', "edition: 2026", "edition"),
    ("language: de-DE", "language: deutsch", "language"),
    ("  - Rückruf gewünscht\n", "", "marks"),
    ("title: Rückrufzettel\n", "", "title"),
    ("  dringend:\n", "  Dringend:\n", "fields.Dringend"),
    ("  dringend:\n", "  dringend__2:\n", "fields.dringend__2"),
    ("  dringend:\n", "  ein_sehr_langer_name_mit_mehr_als_vierzig_zeichen:\n",
     "fields.ein_sehr_langer_name_mit_mehr_als_vierzig_zeichen"),
    ("kind: text\n", "kind: text\n    several: true\n", "fields.name.several"),
    ("kind: text\n", "kind: text\n    long_date: true\n", "fields.name.long_date"),
    ("kind: text\n", "kind: text\n    birthday: true\n", "fields.name.birthday"),
    ("kind: text\n", "kind: text\n    options: {a: A, b: B}\n", "fields.name.options"),
    ("kind: text\n", "kind: text\n    several: ja\n", "fields.name.several"),
    ("    kind: tick\n", "    kind: tick\n    o_ton: true\n", "fields.dringend.o_ton"),
    ("    kind: tick\n", "    kind: tick\n    content: name\n", "fields.dringend.content"),
    ("kind: text\n", "kind: text\n    content: nam\n", "fields.name.content"),
    ("kind: text\n", "kind: text\n    content: list\n", "fields.name.content"),
    ("kind: text\n", "kind: text\n    list: ifk\n", "fields.name.list"),
    ("kind: text\n", "kind: text\n    content: phone\n    list: ifk\n", "fields.name.list"),
    ("kind: text\n", "kind: text\n    content: list\n    list: []\n", "fields.name.list"),
    ("      nachmittags: nachmittags\n", "", "fields.erreichbar.options"),
    ("      nachmittags: nachmittags\n", "      nachmittags: 1\n",
     "fields.erreichbar.options.nachmittags"),
    ("      vormittags: vor", "      am_vormittag_eines_wochentages_ausser: vor",
     "fields.erreichbar"),
    ("    title: Dringend\n", "    title: Anliegen\n", "fields.anliegen.title"),
    ("    label: Es ist dringend.\n    title: Dringend\n", '    label: ""\n',
     "fields.dringend.label"),
    (WITH, WITH + "    with: {words: 3}\n", "rules.R-RR-01.with.words"),
    (WITH, WITH + "    when: {dringend: [ja]}\n", "rules.R-RR-01.when.dringend"),
    (WITH, WITH + "    when: {erreichbar: [abends]}\n", "rules.R-RR-01.when.erreichbar[0]"),
    (WITH, WITH + "    when: {erreichbr: []}\n", "rules.R-RR-01.when.erreichbr"),
    (WITH, "    predicate: filled\n    fields: []\n", "rules.R-RR-01.fields"),
    (WITH, "    predicate: exactly_one\n    fields: [name]\n", "rules.R-RR-01.fields[0]"),
    (WITH, "    predicate: only_with\n    fields: [name, erreichbar]\n",
     "rules.R-RR-01.with.options"),
    (WITH, "    predicate: only_with\n    fields: [name, erreichbar]\n"
     "    with: {options: [abends]}\n", "rules.R-RR-01.with.options[0]"),
    (WITH, "    predicate: only_with\n    fields: [name, erreichbar]\n"
     "    with: {options: abends}\n", "rules.R-RR-01.with.options"),
    (WITH, "    predicate: only_with\n    fields: [erreichbar]\n"
     "    with: {options: [vormittags]}\n", "rules.R-RR-01.fields"),
    ("zurückgerufen", "{nam} zurückgerufen", "rules.R-RR-01.message"),
    ("zurückgerufen", "{ zurückgerufen", "rules.R-RR-01.message"),
    ("label: Es ist dringend.", 'label: "Name:"', "fields.dringend.group"),
    ("kommt zu spät", "kommt am {due} zu spät", "deadlines[0].message"),
    ("event: angerufen_am", "event: name", "deadlines[0].event"),
    ("met_by: received", "met_by: dringend", "deadlines[0].met_by"),
    ("met_by: received", "met_by: receivd", "deadlines[0].met_by"),
    ("count: 1", "count: -1", "deadlines[0].count"),
    ("count: 1", "count: eine", "deadlines[0].count"),
    ("unit: wochen", "unit: stunden", "deadlines[0].unit"),
    ("art: ereignis", "art: ergebnis", "deadlines[0].art"),
    ("rules:\n", "continuation: {form: nam, field: name, part: name, text: name}\nrules:\n",
     "continuation.form"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place"), SPOILS)
def test_each_mistake_is_told_once_at_its_place(forms, old, new, place):
    where, sentence, _ = only(problems(forms, (old, new)))
    assert where == place
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    "content",
    [b"", b"form: [", b"\xff\xfe\x00", b"form: 2026-02-31\n", b"- a\n- b\n", b"just text",
     b"a: &a [*a]\n", b"\x00"],
)  # fmt: skip
def test_a_file_that_is_no_definition_is_told_and_never_crashes(forms, content):
    (forms / YAML).write_bytes(content)
    with pytest.raises(DefinitionError) as caught:
        load(forms / "mappings", forms / "form_templates")
    assert {problem.file for problem in caught.value.problems} == {YAML}


def test_folder_and_file_name_say_the_same_as_the_definition(forms):
    (forms / YAML).rename(forms / "mappings/rueckruf/2026-02.yaml")
    with pytest.raises(DefinitionError) as caught:
        load(forms / "mappings", forms / "form_templates")
    assert [problem.where for problem in caught.value.problems] == ["edition (Zeile 3)"]


def test_a_file_with_another_suffix_is_not_passed_over(forms):
    (forms / YAML).rename(forms / "mappings/rueckruf/2026-01.yml")
    with pytest.raises(DefinitionError):
        load(forms / "mappings", forms / "form_templates")


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(DefinitionError):
        load(tmp_path / "mappings", tmp_path / "form_templates")


@pytest.mark.parametrize(
    ("part", "value"),
    [("pages", None), ("fields", [{"key": "name"}]), ("form", "anderes"), ("qr", [{"page": 0}]),
     ("fields", [{"key": "name", "kind": "text", "page": 1, "box": [0.5, 0, 0.1, 1]}])],
)  # fmt: skip
def test_a_damaged_layout_is_told_with_its_cure(forms, part, value):
    path = forms / "form_templates/rueckruf/2026-01/fields.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {part: value}))
    with pytest.raises(DefinitionError) as caught:
        load(forms / "mappings", forms / "form_templates")
    (problem,) = caught.value.problems
    assert problem.file == "form_templates/rueckruf/2026-01/fields.json"
    assert "formservice forms build" in problem.message


@pytest.fixture
def two_editions(forms):
    newer = TEXT.replace('edition: "2026-01"', 'edition: "2026-11"')
    (forms / "mappings/rueckruf/2026-11.yaml").write_text(newer, "utf-8")
    return load(forms / "mappings", forms / "form_templates")


def test_without_edition_the_newest_is_meant(two_editions):
    assert two_editions.get("rueckruf").ref.edition == "2026-11"
    assert two_editions.get("rueckruf", "2026-01").ref.edition == "2026-01"
    assert two_editions.get("rueckruf/2026-01").ref.edition == "2026-01"


def test_an_unknown_form_or_edition_comes_with_what_there_is(two_editions):
    with pytest.raises(NotFoundError) as caught:
        two_editions.get("rückruf")
    assert "Gemeint: „rueckruf“?" in caught.value.hint
    with pytest.raises(NotFoundError) as caught:
        two_editions.get("rueckruf", "2025-01")
    assert "2026-01, 2026-11" in caught.value.hint
    assert two_editions.find(FormRef("rueckruf", "2025-01")) is None


def test_a_checksum_of_the_wording_is_asked_for_by_its_shape(forms):
    short = 'edition: "2026-01"\nfixed_text: {version: "1", sha256: ab}'
    where, sentence, _ = only(problems(forms, ('edition: "2026-01"', short)))
    assert where == "fixed_text.sha256"
    assert "64 Zeichen" in sentence


def test_what_a_field_is_about_is_loaded_with_the_lists_that_know_it(forms):
    change = "kind: text\n    content: name\n    list: ifk\n"
    file = forms / YAML
    file.write_text(TEXT.replace("kind: text\n", change, 1), "utf-8")
    field = load(forms / "mappings", forms / "form_templates").get("rueckruf").field("name")
    assert (field.about, field.lists) == (Content.NAME, ("ifk",))


def test_a_field_that_says_nothing_about_it_is_judged_by_its_kind():
    assert Field("a", FieldKind.DATE, "A").about is Content.DATE
    assert Field("a", FieldKind.MULTILINE, "A").about is Content.FREE
    assert Field("a", FieldKind.TEXT, "A").about is Content.SHORT
