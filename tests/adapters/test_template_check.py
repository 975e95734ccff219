"""Every way a Word template can part from its definition is named, and only that."""

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from formservice.adapters.definitions.template_check import check
from formservice.domain.errors import Problem
from tests.adapters.word_packages import rewritten

TINY = Path(__file__).parent.parent / "tiny_form"
WORD = "form_templates/rueckruf/2026-01/form.docx"
LAYOUT = "form_templates/rueckruf/2026-01/fields.json"
PDF = "form_templates/rueckruf/2026-01/form.pdf"
YAML = "mappings/rueckruf/2026-01.yaml"
MAIN = "word/document.xml"


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    """A copy of the tiny form that a test may spoil."""
    forms = Path(shutil.copytree(TINY, tmp_path / "forms"))
    bring_up_to_date(forms)
    return forms


def bring_up_to_date(forms: Path) -> None:
    """Note the Word file as it is, as a new build would."""
    layout = json.loads((forms / LAYOUT).read_bytes())
    layout["source"]["docx"] = sha256((forms / WORD).read_bytes()).hexdigest()
    (forms / LAYOUT).write_text(json.dumps(layout))


def spoil(forms: Path, part: str, change: Callable[[str], str]) -> list[Problem]:
    """Return what ``check`` says after one change, the build brought up to date."""
    word = forms / WORD
    word.write_bytes(rewritten(word.read_bytes(), change, part))
    bring_up_to_date(forms)
    return check(forms)


def control(main: str, tag: str) -> str:
    """Return the XML of the control with that tag, its bookmark around it."""
    middle = main.index(f'<w:tag w:val="{tag}"/>')
    start = main.rindex("<w:bookmarkStart", 0, middle)
    end = main.index("/>", main.index("<w:bookmarkEnd", middle)) + 2
    return main[start:end]


def edit(tag: str, old: str, new: str) -> Callable[[str], str]:
    """Return a change inside the control with that tag."""

    def change(main: str) -> str:
        found = control(main, tag)
        return main.replace(found, found.replace(old, new, 1))

    return change


SPOILS = [
    ("an unknown tag", edit("name", 'tag w:val="name"', 'tag w:val="nahme"'), {"name", "nahme"}),
    ("no tag", edit("name", '<w:tag w:val="name"/>', ""), {"name", "Name"}),
    ("another title", edit("name", 'alias w:val="Name"', 'alias w:val="Nahme"'), {"name"}),
    (
        "another option's title",
        edit("erreichbar.vormittags", "Erreichbar: vor", "Erreichbar: nach"),
        {"erreichbar.vormittags"},
    ),
    (
        "a text that takes several lines",
        edit("name", "<w:text/>", '<w:text w:multiLine="1"/>'),
        {"name"},
    ),
    ("several lines that take one", edit("anliegen", ' w:multiLine="1"', ""), {"anliegen"}),
    ("a rich text", edit("name", "<w:text/>", ""), {"name"}),
    ("a text as date", edit("name", "<w:text/>", "<w:date/>"), {"name"}),
    ("another date format", edit("angerufen_am", "dd.MM.yyyy", "yyyy-MM-dd"), {"angerufen_am"}),
    (
        "another date language",
        edit("angerufen_am", 'lid w:val="de-DE"', 'lid w:val="en-US"'),
        {"angerufen_am"},
    ),
    ("a ticked box", edit("dringend", 'checked w14:val="0"', 'checked w14:val="1"'), {"dringend"}),
    (
        "another sign",
        edit("dringend", 'checkedState w14:val="2612"', 'checkedState w14:val="2714"'),
        {"dringend"},
    ),
    ("a box that looks ticked", edit("dringend", "☐", "☒"), {"dringend"}),
    (
        "a signature that takes only text",
        edit("notiert", "<w:showingPlcHdr/>", "<w:showingPlcHdr/><w:text/>"),
        {"notiert"},
    ),
    ("another placeholder", edit("name", "Text eingeben", "Hier tippen"), {"name"}),
    ("a value", edit("name", "<w:showingPlcHdr/>", ""), {"name"}),
    ("no bookmark", edit("name", 'w:name="name"', 'w:name="_GoBack"'), {"name"}),
    ("an empty bookmark", edit("name", "<w:sdt>", '<w:bookmarkEnd w:id="1"/><w:sdt>'), {"name"}),
    (
        "a label beside several lines",
        edit("anliegen", "</w:sdt>", "</w:sdt><w:r><w:t>und</w:t></w:r>"),
        {"anliegen"},
    ),
    ("another label", lambda main: main.replace("Angerufen am:", "Anruf am:"), {"angerufen_am"}),
    (
        "another option",
        lambda main: main.replace("> nachmittags<", "> abends<"),
        {"erreichbar.nachmittags"},
    ),
    (
        "no mark",
        lambda main: main.replace("Rückruf gewünscht, weil:", "Anliegen:"),
        {"anliegen", "marks"},
    ),
    (
        "a row of fixed height",
        lambda main: main.replace('"2268" w:hRule="atLeast"', '"2268" w:hRule="exact"'),
        {"anliegen"},
    ),
    (
        "no headers",
        lambda main: main.replace("w:headerReference", "w:noReference"),
        {"word/header"},
    ),
    (
        "no footers",
        lambda main: main.replace("w:footerReference", "w:noReference"),
        {"word/footer"},
    ),
]


@pytest.mark.parametrize(
    ("change", "places"), [pytest.param(c, p, id=name) for name, c, p in SPOILS]
)
def test_each_fault_of_the_document_is_found_at_its_place(forms, change, places):
    problems = spoil(forms, MAIN, change)
    assert {problem.where for problem in problems} == places
    assert {problem.file for problem in problems} == {WORD}


FRAME_SPOILS = [
    ("docProps/core.xml", "2026-01#", "2026-02#", "dc:identifier"),
    ("docProps/core.xml", "<dc:language>de-DE", "<dc:language>en-US", "dc:language"),
    ("docProps/core.xml", "<dc:title>Rück", "<dc:title>Zurück", "dc:title"),
    ("docProps/custom.xml", "formservice.reference", "reference", "formservice.reference"),
    ("docProps/custom.xml", ">rueckruf<", ">anruf<", "formservice.form"),
    ("word/styles.xml", 'w:lang w:val="de-DE"', 'w:lang w:val="en-US"', "word/styles.xml"),
    ("word/header1.xml", 'name="formservice-qr-1"', 'name="QR"', "word/header1.xml"),
    ("word/header2.xml", "formservice-qr-2", "formservice-qr-1", "formservice-qr-1"),
    ("word/header1.xml", "square-top-left-1", "Quadrat", "word/header1.xml"),
    ("word/footer2.xml", "rueckruf/2026-01", "rueckruf", "word/footer2.xml"),
    ("word/footer1.xml", " NUMPAGES ", " DATE ", "word/footer1.xml"),
]


@pytest.mark.parametrize(("part", "old", "new", "place"), FRAME_SPOILS)
def test_each_fault_of_the_frame_is_found_at_its_place(forms, part, old, new, place):
    old_ = "formservice-" + old if old.startswith("square") else old
    problems = spoil(forms, part, lambda text: text.replace(old_, new))
    assert {problem.where for problem in problems} == {place}


def test_a_misspelt_tag_comes_with_the_field_that_was_meant(forms):
    problems = spoil(forms, MAIN, edit("anliegen", 'tag w:val="anliegen"', 'tag w:val="anligen"'))
    assert {(problem.where, problem.nearest) for problem in problems} == {
        ("anligen", "anliegen"),
        ("anliegen", None),
    }


def test_a_second_control_for_a_field_is_named(forms):
    def twice(main: str) -> str:
        found = control(main, "name")
        return main.replace(found, found + found.replace('w:id="1"', 'w:id="91"'))

    sentences = {problem.message for problem in spoil(forms, MAIN, twice)}
    assert "2 Inhaltssteuerelemente haben dieses Tag; es muss genau eines sein." in sentences
    assert "2 Textmarken heißen „name“; es muss genau eine sein." in sentences


def beside(tag: str, other: str, between: str = "") -> Callable[[str], str]:
    """Return a change that moves the control ``other`` right behind that with ``tag``."""

    def change(main: str) -> str:
        moved, found = control(main, other), control(main, tag)
        return main.replace(moved, "").replace(found, f"{found}{between}{moved}")

    return change


def test_two_fields_in_one_line_need_something_printed_between_them(forms):
    (problem,) = spoil(forms, MAIN, beside("name", "angerufen_am"))
    assert (problem.where, problem.file) == ("angerufen_am", WORD)
    assert "Zwischen diesem Feld und „name“ steht nichts" in problem.message


@pytest.mark.parametrize("between", ["<w:r><w:t>am</w:t></w:r>", "<w:r><w:tab/></w:r>"])
def test_two_fields_in_one_line_are_fine_beside_their_labels(forms, between):
    problems = spoil(forms, MAIN, beside("name", "angerufen_am", between))
    assert [problem for problem in problems if problem.file == WORD] == []


@pytest.mark.parametrize(("tag", "other"), [("anliegen", "name"), ("name", "anliegen")])
def test_several_lines_in_the_paragraph_of_another_field_are_named(forms, tag, other):
    sentences = {one.where: one.message for one in spoil(forms, MAIN, beside(tag, other))}
    assert "im selben Absatz steht noch das Feld „name“" in sentences["anliegen"]


def test_a_control_inside_another_is_named(forms):
    def nested(main: str) -> str:
        moved = control(main, "name")
        return edit("anliegen", "<w:sdtContent>", f"<w:sdtContent>{moved}")(
            main.replace(moved, "")
        )

    sentences = {(one.where, one.message) for one in spoil(forms, MAIN, nested)}
    assert ("name", "Das Element steckt in einem anderen Inhaltssteuerelement.") in sentences


def test_a_control_without_tag_and_title_is_named_by_what_stands_beside_it(forms):
    bare = '<w:tag w:val="name"/>'
    change = edit("name", f'<w:alias w:val="Name"/>{bare}', "")
    places = {one.where: one.message for one in spoil(forms, MAIN, change)}
    assert "kein Tag" in places["neben „Name:“"]


def test_a_field_in_the_footer_is_named(forms):
    field = '<w:sdt><w:sdtPr><w:tag w:val="name"/></w:sdtPr><w:sdtContent/></w:sdt>'
    (problem,) = spoil(
        forms, "word/footer1.xml", lambda text: text.replace("</w:p>", field + "</w:p>")
    )
    assert problem.where == "name"
    assert "Fußzeile" in problem.message


def test_all_faults_are_named_together(forms):
    def both(main: str) -> str:
        main = edit("name", "Text eingeben", "Hier tippen")(main)
        return edit("dringend", "☐", "☒")(main).replace("Notiert von:", "Von:")

    (forms / PDF).unlink()
    problems = spoil(forms, MAIN, both)
    assert {problem.where for problem in problems} == {"name", "dringend", "notiert", ""}


def test_a_changed_word_file_asks_for_a_new_build(forms):
    word = forms / WORD
    word.write_bytes(rewritten(word.read_bytes(), lambda text: text + "\n", "docProps/app.xml"))
    (problem,) = check(forms)
    assert (problem.file, problem.where) == (LAYOUT, "source.docx")
    assert "formservice forms build" in problem.message


@pytest.mark.parametrize("name", [WORD, LAYOUT, PDF])
def test_a_missing_file_is_named(forms, name):
    (forms / name).unlink()
    assert [problem.file for problem in check(forms)] == [name]


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_a_word_file_that_cannot_be_opened_is_named(forms, content):
    (forms / WORD).write_bytes(content)
    assert WORD in {problem.file for problem in check(forms)}


def test_entities_in_a_template_are_refused_and_never_resolved(forms):
    bomb = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    problems = spoil(
        forms, MAIN, lambda main: main.replace("<w:document ", bomb + "<w:document ", 1)
    )
    assert {problem.file for problem in problems} == {WORD}


def test_a_field_added_to_the_definition_is_missed_in_the_word_file_first(forms):
    text = (forms / YAML).read_text("utf-8")
    field = "  neu:\n    kind: text\n    label: Neu\n\nrules:"
    (forms / YAML).write_text(text.replace("rules:", field, 1), "utf-8")
    problems = check(forms)
    assert {problem.file for problem in problems} == {WORD}
    assert {problem.where for problem in problems} == {"neu"}


def test_a_mark_that_another_form_prints_is_named(forms):
    shutil.copytree(forms / "mappings/rueckruf", forms / "mappings/anruf")
    other = forms / "mappings/anruf/2026-01.yaml"
    text = other.read_text("utf-8").replace("form: rueckruf", "form: anruf")
    other.write_text(text, "utf-8")
    shutil.copytree(forms / "form_templates/rueckruf", forms / "form_templates/anruf")
    word = forms / WORD.replace("rueckruf", "anruf")
    word.write_bytes(
        rewritten(
            word.read_bytes(), lambda xml: xml.replace("rueckruf", "anruf"), "docProps/custom.xml"
        )
    )
    found = [problem for problem in check(forms) if problem.where == "marks[0]"]
    assert {problem.file for problem in found} == {YAML, "mappings/anruf/2026-01.yaml"}


def test_templates_are_checked_although_another_definition_is_broken(forms):
    (forms / "mappings/kaputt").mkdir()
    (forms / "mappings/kaputt/2026-01.yaml").write_text("form: [", "utf-8")
    problems = spoil(forms, MAIN, edit("name", "Text eingeben", "Hier tippen"))
    assert {problem.file for problem in problems} == {WORD, "mappings/kaputt/2026-01.yaml"}


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("kind: date", "kind: datum", "fields.angerufen_am.kind"),
        ("    placeholder: Datum", "    placeholdr: Datum", "fields.angerufen_am.placeholdr"),
        ("    kind: tick\n", "", "fields.dringend"),
        ("rules:", "regeln: 3\nrules:", "regeln"),
    ],
)
def test_a_word_file_is_checked_although_something_in_its_definition_is_broken(
    forms, old, new, place
):
    text = (forms / YAML).read_text("utf-8")
    assert old in text
    (forms / YAML).write_text(text.replace(old, new, 1), "utf-8")
    broken = {(one.file, one.where.split(" ")[0]) for one in check(forms)}
    assert {file for file, _ in broken} == {YAML}
    assert any(where.startswith(place) for _, where in broken)
    problems = spoil(forms, MAIN, edit("name", "Text eingeben", "Hier tippen"))
    assert {(one.file, one.where.split(" ")[0]) for one in problems} == broken | {(WORD, "name")}


def test_a_template_without_definition_is_named(forms):
    (forms / YAML).rename(forms / "mappings/rueckruf/2026-02.yaml")
    found = [problem for problem in check(forms) if problem.file == WORD]
    assert [(problem.message, problem.nearest) for problem in found] == [
        ("Zu dieser Vorlage gibt es keine Definition.", "2026-02")
    ]
