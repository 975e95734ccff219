"""``forms check`` on Word templates whose groups repeat, and on the usual slips with controls."""

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from formservice.adapters.definitions.template_check import check
from formservice.domain.errors import Problem
from tests.adapters.loop_forms import LOOPS
from tests.adapters.word_packages import MAIN, rewritten

Change = Callable[[str], str]
TINY = Path(__file__).parent.parent / "tiny_form"
PLAN, LIST = "planblatt/2026-01", "terminliste/2026-01"


def spoil(tmp_path: Path, ref: str, change: Change, part: str = MAIN) -> list[Problem]:
    """Return what ``check`` says after one change, the build brought up to date."""
    forms = Path(shutil.copytree(LOOPS, tmp_path / "forms"))
    word = forms / "form_templates" / ref / "form.docx"
    word.write_bytes(rewritten(word.read_bytes(), change, part))
    built = word.with_name("fields.json")
    layout = json.loads(built.read_bytes())
    layout["source"]["docx"] = sha256(word.read_bytes()).hexdigest()
    built.write_text(json.dumps(layout))
    problems = check(forms)
    assert {problem.file for problem in problems} <= {f"form_templates/{ref}/form.docx"}
    return problems


def swap(old: str, new: str, count: int = -1) -> Change:
    return lambda main: main.replace(old, new, count)


def marker(text: str) -> str:
    """Return the paragraph that holds a marker in the templates."""
    run = (
        f'<w:r><w:rPr><w:lang w:val="de-DE"/></w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'
    )
    return f'<w:p><w:pPr><w:pStyle w:val="Standard"/></w:pPr>{run}</w:p>'


def without(first: str, last: str) -> Change:
    """Take away everything from one marker to the next one called ``last``."""

    def change(main: str) -> str:
        start = main.index(marker(first))
        return main[:start] + main[main.index(marker(last), start) + len(marker(last)) :]

    return change


def row_of(text: str) -> Change:
    """Take away the row of the table that holds ``text``."""

    def change(main: str) -> str:
        middle = main.index(text)
        start, end = main.rindex("<w:tr>", 0, middle), main.index("</w:tr>", middle)
        return main[:start] + main[end + len("</w:tr>") :]

    return change


def moved_out(tag: str) -> Change:
    """Move the paragraph with the control ``tag`` to the beginning of the document."""

    def change(main: str) -> str:
        middle = main.index(f'<w:tag w:val="{tag}"/>')
        start, end = main.rindex("<w:p>", 0, middle), main.index("</w:p>", middle) + len("</w:p>")
        paragraph, body = main[start:end], main.index("<w:body>") + len("<w:body>")
        empty = "<w:p/>" if main[end:].startswith("</w:tc>") else ""
        return main[:body] + paragraph + main[body:start] + empty + main[end:]

    return change


def test_forms_whose_groups_repeat_have_nothing_wrong():
    assert check(LOOPS) == []


SLIPS = [
    (
        "a loop over an unknown group",
        LIST,
        swap("in termine %}", "in termin %}"),
        ("{%tr for termin in termin %}", "Eine Gruppe „termin“ gibt es hier nicht", "termine"),
    ),
    (
        "a group of the goal without its goal",
        PLAN,
        swap("in ziel.schritte", "in schritte"),
        ("{%tr for schritt in schritte %}", "Eine Gruppe „schritte“", "ziel.schritte"),
    ),
    (
        "another name than that of the loop around",
        PLAN,
        swap("in ziel.helfer", "in plan.helfer"),
        ("{%p for person in plan.helfer %}", "„plan“ ist hier nicht der Name", "ziel.helfer"),
    ),
    (
        "a loop that is not closed",
        LIST,
        row_of("{%tr endfor %}"),
        ("{%tr for termin in termine %}", "nicht geschlossen; „endfor“ fehlt", None),
    ),
    (
        "a condition that is not closed",
        PLAN,
        swap(marker("{%p endif %}"), ""),
        ("{%p endfor %}", "Dazu fehlt davor die Anweisung „for“", None),
    ),
    (
        "an end without beginning",
        LIST,
        row_of("{%tr for termin in termine %}"),
        ("{%tr endfor %}", "Dazu fehlt davor die Anweisung „for“", None),
    ),
    (
        "a loop that ends in another table",
        PLAN,
        swap("{%tr endfor %}", "{%p endfor %}"),
        ("{%tr for schritt in ziel.schritte %}", "nicht in derselben Tabelle", None),
    ),
    (
        "a row marker outside a table",
        PLAN,
        swap("{%p for person", "{%tr for person"),
        ("{%tr for person in ziel.helfer %}", "in einer Tabellenzeile", None),
    ),
    (
        "text beside a marker",
        PLAN,
        swap("{%p for ziel in ziele %}", "Ziele: {%p for ziel in ziele %}"),
        ("Ziele: {%p for ziel in ziele %}", "allein in ihrem Absatz", None),
    ),
    (
        "text in the row of a marker",
        LIST,
        swap("{%tr endfor %}", "{%tr endfor %}</w:t></w:r></w:p><w:p><w:r><w:t>weiter"),
        ("{%tr endfor %}", "steht noch anderes in der Zeile", None),
    ),
    (
        "a page break in the paragraph of a marker",
        PLAN,
        swap(
            "{%p for ziel in ziele %}</w:t>", '{%p for ziel in ziele %}</w:t><w:br w:type="page"/>'
        ),
        ("{%p for ziel in ziele %}", "auch ein Umbruch zählt", None),
    ),
    (
        "a marker without its kind",
        PLAN,
        swap("{%p for ziel", "{% for ziel"),
        ("{% for ziel in ziele %}", "beginnt mit „{%p“", None),
    ),
    (
        "half a marker",
        PLAN,
        swap("{%p for ziel in ziele %}", "{%p for ziel in ziele"),
        ("{%p for ziel in ziele", "nicht vollständig", None),
    ),
    (
        "a value in curly brackets",
        PLAN,
        swap("Was bis wann geschieht<", "Was bis wann geschieht {{ vorname }}<"),
        ("Was bis wann geschieht {{ vorname }}", "Inhaltssteuerelement mit Tag", None),
    ),
    (
        "a loop of which only the end is there",
        PLAN,
        swap(marker("{%p for person in ziel.helfer %}"), ""),
        ("{%p endfor %}", "Dazu fehlt davor", None),
    ),
    (
        "a number by the means of docxtpl",
        PLAN,
        swap("Was bis wann geschieht<", "Was bis wann geschieht {{ loop.index }}<"),
        ("Was bis wann geschieht {{ loop.index }}", "mit einem Tag wie „=ziele[]“", None),
    ),
    (
        "a group without a loop",
        PLAN,
        lambda main: main.replace(marker("{%p for person in ziel.helfer %}"), "").replace(
            marker("{%p endfor %}"), "", 1
        ),
        ("ziele[].helfer", "keine Schleife über diese Gruppe", None),
    ),
    (
        "a field outside its loop",
        PLAN,
        moved_out("ziele[].stand.offen"),
        ("ziele[].stand.offen", "nicht in der Schleife über „ziele“", None),
    ),
    (
        "a field of an inner loop outside of it",
        PLAN,
        moved_out("ziele[].schritte[].wann"),
        ("ziele[].schritte[].wann", "nicht in der Schleife über „ziele“", None),
    ),
    (
        "a single field inside a loop",
        PLAN,
        swap('tag w:val="=vorname"', 'tag w:val="vorname"'),
        ("vorname", "gehört nicht in die Schleife über „ziele“; soll dort sein Wert", None),
    ),
    (
        "a field that only some items have",
        PLAN,
        lambda main: main.replace(marker("{%p endif %}"), "").replace(
            marker("{%p for person in ziel.helfer %}"),
            marker("{%p endif %}") + marker("{%p for person in ziel.helfer %}"),
        ),
        ("{%p if not loop.first %}", "Zwischen dieser Anweisung und „endif“ stehen Felder", None),
    ),
    (
        "an echo of an unknown field",
        PLAN,
        swap('tag w:val="=vorname"', 'tag w:val="=vornahme"'),
        ("=vornahme", "hat die Definition nicht", "=vorname"),
    ),
    (
        "an echo of a choice",
        PLAN,
        swap('tag w:val="=vorname"', 'tag w:val="=ziele[].stand"'),
        ("=ziele[].stand", "wiederholt werden kann", "=ziele[].text"),
    ),
    (
        "a number outside its loop",
        PLAN,
        moved_out("=ziele[].helfer[]"),
        ("=ziele[].helfer[]", "Wiederholung steht nicht in der Schleife", None),
    ),
    (
        "a tag with a number",
        PLAN,
        swap('tag w:val="ziele[].text"', 'tag w:val="ziele[0].text"'),
        ("ziele[0].text", "Ein solches Feld hat die Definition nicht", "ziele[].text"),
    ),
    (
        "a tag without the loop around",
        LIST,
        swap('tag w:val="termine[].wo"', 'tag w:val="wo"'),
        ("termine[].wo", "Kein Element hat dieses Tag", None),
    ),
    (
        "a bookmark of another field",
        LIST,
        swap('w:name="termineXwo"', 'w:name="termineXort"'),
        ("termine[].wo", "Keine Textmarke heißt „termineXwo“", None),
    ),
    (
        "a repeated tag",
        LIST,
        swap('tag w:val="termine[].wo"', 'tag w:val="termine[].tag"'),
        ("termine[].tag", "2 Inhaltssteuerelemente haben dieses Tag", None),
    ),
    (
        "a label without its number",
        PLAN,
        swap('tag w:val="=ziele[]"', 'tag w:val="=vorname"'),
        ("ziele[].text", "„Ziel {n}:“ steht so nicht in der Vorlage", None),
    ),
    (
        "tables that would grow together",
        PLAN,
        lambda main: without("{%p for person in ziel.helfer %}", "{%p endfor %}")(
            without("{%p if not loop.first %}", "{%p endif %}")(main)
        ),
        ("{%p for ziel in ziele %}", "fehlt ein Absatz; Word fügte sie zusammen", None),
    ),
    (
        "text beside several lines",
        PLAN,
        swap(
            '</w:sdt><w:bookmarkEnd w:id="10"',
            '</w:sdt><w:r><w:t>und</w:t></w:r><w:bookmarkEnd w:id="10"',
        ),
        ("ziele[].schritte[].was", "daneben steht dort „und“", None),
    ),
]


@pytest.mark.parametrize(
    ("ref", "change", "expected"), [pytest.param(*slip[1:], id=slip[0]) for slip in SLIPS]
)
def test_each_slip_with_a_loop_is_named_at_its_place(tmp_path, ref, change, expected):
    where, sentence, guess = expected
    problems = spoil(tmp_path, ref, change)
    found = [one for one in problems if one.where == where and sentence in one.message]
    assert found, [str(one) for one in problems]
    assert guess is None or guess in [one.nearest for one in found]
    # One slip is not many: its consequences are not listed for every field it concerns.
    assert len(problems) <= 4, [str(one) for one in problems]


def test_a_marker_in_a_footer_is_named(tmp_path):
    problems = spoil(tmp_path, PLAN, swap(" von ", " {{ von }} "), "word/footer1.xml")
    assert [(one.where, "wirken" in one.message) for one in problems] == [
        ("word/footer1.xml", True)
    ]


def test_a_form_without_groups_can_repeat_a_field_but_has_no_loops(tmp_path):
    forms = Path(shutil.copytree(TINY, tmp_path / "forms"))
    word = forms / "form_templates/rueckruf/2026-01/form.docx"
    echo = (
        '<w:sdt><w:sdtPr><w:tag w:val="=name"/></w:sdtPr><w:sdtContent><w:r><w:t>Name</w:t></w:r>'
        "</w:sdtContent></w:sdt>"
    )
    data = rewritten(word.read_bytes(), swap("</w:body>", f"<w:p>{echo}</w:p></w:body>"))
    word.write_bytes(data)
    assert [problem.where for problem in check(forms)] == ["source.docx"]
    word.write_bytes(rewritten(data, swap("Erreichbar:<", "{%p for x in namen %}<")))
    assert "{%p for x in namen %}" in {problem.where for problem in check(forms)}
