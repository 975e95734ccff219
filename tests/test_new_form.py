"""A new form, made by the authors' guide alone: started, changed, built, filled and read again."""

import copy
import io
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from PIL import Image

from formservice.adapters.building.build import build_form
from formservice.adapters.building.complete import completed
from formservice.adapters.building.start import start
from formservice.adapters.definitions.template_check import check
from formservice.bootstrap import Services, Settings
from formservice.domain.form import FormDefinition
from formservice.domain.values import values_from_data
from tests.adapters.word_packages import rewritten
from tests.programs import needs_office, needs_poppler, needs_tesseract

GUIDE = (Path(__file__).parent.parent / "docs" / "formulare.md").read_text("utf-8")
REF = "anwesenheitsliste/2026-12"
RECEIVED = date(2026, 12, 8)
NAMES = (
    "Aylin Weber",
    "Bao Nguyen",
    "Chiara Rossi",
    "David König",
    "Emil Strauß",
    "Fatou Diallo",
    "Goran Vogel",
    "Hanna Groß",
    "Ivan Lehmann",
    "Jana Müller",
    "Kofi Mensah",
    "Lea Sommer",
    "Maryam Azizi",
    "Nico Jäger",
    "Olena Winter",
)
HEAD = {
    "veranstaltung": "Bewerbungstraining für Anfänger",
    "datum": "2026-12-03",
    "art": "wieder",
    "bericht": "Ich fand gut, dass wir viel geübt haben.\nMir war es aber zu laut.",
    "unterschrift": True,
}
DEFINITION = """
form: anwesenheitsliste
edition: "2026-12"
title: Anwesenheitsliste
language: de-DE
marks: ["Bitte füllen Sie dieses Formular vollständig aus: Anwesenheitsliste"]
released: false
fields:
  veranstaltung: {kind: text, label: "Veranstaltung:", placeholder: Text eingeben}
  datum: {kind: date, label: "Datum:", title: Datum, placeholder: Datum}
  art:
    kind: choice
    label: "Art:"
    title: Art
    options: {erstmals: zum ersten Mal, wieder: zum wiederholten Mal}
  bericht:
    kind: multiline
    label: Was möchten Sie uns sagen?
    title: Bericht
    placeholder: Klicken oder tippen Sie hier, um Text einzugeben.
    o_ton: true
  personen:
    kind: group
    title: Person
    rows: 12
    fields:
      name: {kind: text, label: Name, placeholder: Text eingeben}
      anwesend: {kind: tick, label: erledigt, title: Anwesend}
  unterschrift: {kind: signature, label: "Unterschrift:", title: Unterschrift}
rules:
  R-01:
    predicate: at_least_items
    fields: [personen]
    severity: blocks
    message: Die Liste ist leer.
  R-02:
    predicate: filled
    each: personen
    fields: ["personen[].name"]
    severity: asks
    message: "Bei „{item}“ fehlt der Name."
deadlines:
  - key: eingang
    title: Eingang der Liste
    event: datum
    art: ereignis
    count: 1
    unit: wochen
    met_by: received
    shift: true
    basis: Hausregel
    message: Die Liste kommt zu spät.
"""


def changed_as_in_word(path: Path) -> None:
    """Change the starting template to the list, as somebody would in Word."""
    document = docx.Document(str(path))
    head, rows, _ = document.tables
    tags = {"name": "veranstaltung", "anliegen": "bericht", "eintraege[].wann": "=personen[]"}
    tags |= {"eintraege[].was": "personen[].name", "eintraege[].erledigt": "personen[].anwesend"}
    for control in document.element.body.iter(qn("w:sdt")):
        properties = control.find(qn("w:sdtPr"))
        tag = properties.find(qn("w:tag"))
        if tag.get(qn("w:val")) in tags:
            tag.set(qn("w:val"), tags[tag.get(qn("w:val"))])
            properties.find(qn("w:alias")).set(qn("w:val"), "")  # the build knows it
        if tag.get(qn("w:val")) == "=personen[]":
            picker = properties.find(qn("w:date"))
            picker.addprevious(copy.deepcopy(head._tbl.find(f".//{qn('w:text')}")))
            properties.remove(picker)
    for paragraph, text in (
        (head.cell(0, 0).paragraphs[0], "Veranstaltung:"),
        (rows.cell(0, 0).paragraphs[0], "Nr."),
        (rows.cell(0, 1).paragraphs[0], "Name"),
        (rows.cell(1, 0).paragraphs[0], "{%tr for person in personen %}"),
    ):
        paragraph.runs[0].text = text
    head._tbl.remove(head.rows[3]._tr)  # the single box
    document.save(str(path))


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    forms = tmp_path_factory.mktemp("forms")
    word, mapping = start(forms, REF, "Anwesenheitsliste")
    changed_as_in_word(word)
    mapping.write_text(DEFINITION, "utf-8")
    fresh = Services(Settings(forms=forms, data=forms / "var"))
    added = build_form(word.parent, fresh.forms.get(REF)).added
    assert any("Textmarken" in one for one in added)
    assert any("Titel" in one for one in added)
    return Services(fresh.settings, new_reference=lambda: "TEST00000001")


@pytest.fixture
def form(services: Services) -> FormDefinition:
    return services.forms.get(REF)


def data(count: int) -> dict[str, object]:
    people = [{"name": name, "anwesend": i % 3 != 1} for i, name in enumerate(NAMES[:count])]
    return HEAD | ({"personen": people} if people else {})


def wrong(services: Services, document: bytes, count: int) -> list[str]:
    """Return the keys of the fields that do not come back as they were given."""
    [read] = services.read(document, received=RECEIVED)
    assert read.record is not None
    wanted = values_from_data(services.forms.get(REF), data(count))
    given = {key: read.record.value(key) for key in wanted}
    return [key for key, value in wanted.items() if (given[key] or False) != (value or False)]


ROWS = pytest.mark.parametrize("count", [0, 5, 15])


@needs_office
@pytest.mark.engine
@pytest.mark.slow
class TestAListMadeByTheGuide:
    def test_has_nothing_wrong(self, services):
        assert check(services.settings.forms) == []

    @ROWS
    @pytest.mark.parametrize("format_", ["docx", "pdf"])
    def test_comes_back_as_it_was_filled(self, services, form, format_, count):
        document = services.generate.one(form, data(count), format_)
        assert wrong(services, document, count) == []

    @needs_poppler
    @ROWS
    def test_comes_back_from_a_flat_pdf(self, services, form, count, tmp_path):
        (tmp_path / "a.pdf").write_bytes(services.generate.one(form, data(count), "pdf"))
        subprocess.run(["pdftocairo", "-pdf", "a.pdf", "b.pdf"], cwd=tmp_path, check=True)
        assert wrong(services, (tmp_path / "b.pdf").read_bytes(), count) == []

    @ROWS
    def test_comes_back_when_libreoffice_saved_it(self, services, form, count, tmp_path):
        (tmp_path / "a.docx").write_bytes(services.generate.one(form, data(count), "docx"))
        saved = _saved_by_office(tmp_path)
        assert wrong(services, saved, count) == []

    @needs_poppler
    @needs_tesseract
    @ROWS
    def test_comes_back_from_a_scan(self, services, form, count, tmp_path):
        (tmp_path / "a.pdf").write_bytes(services.generate.one(form, data(count), "pdf"))
        command = ["pdftoppm", "-r", "200", "-gray", "-png", "a.pdf", "a"]
        subprocess.run(command, cwd=tmp_path, check=True)
        # A typed „gez.“ in a picture is for a person to judge, like any typed name.
        assert wrong(services, _pictures_as_pdf(tmp_path), count) == ["unterschrift"]

    def test_asks_by_its_own_rules_and_deadline(self, services, form):
        nobody = services.generate.one(form, data(0), "docx")
        [read] = services.read(nobody, received=date(2026, 12, 20))
        assert "R-01" in {finding.rule for finding in read.result.findings}
        nameless = data(2) | {"personen[1].name": None, "personen": [{"name": "A"}, None]}
        nameless["personen[1].anwesend"] = True
        [read] = services.read(services.generate.one(form, nameless, "docx"), received=RECEIVED)
        [asked] = [one for one in read.result.findings if one.rule == "R-02"]
        assert asked.field == "personen[1].name"
        [deadline] = read.result.deadlines
        assert (deadline.due, deadline.met) == (date(2026, 12, 10), True)


def _saved_by_office(folder: Path) -> bytes:
    command = ["soffice", f"-env:UserInstallation=file://{folder}/office", "--headless"]
    command += ["--convert-to", "docx:MS Word 2007 XML", "--outdir", "saved", "a.docx"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    return (folder / "saved" / "a.docx").read_bytes()


def _pictures_as_pdf(folder: Path) -> bytes:
    first, *more = [Image.open(path) for path in sorted(folder.glob("a-*.png"))]
    stream = io.BytesIO()
    first.save(stream, "PDF", save_all=True, append_images=more, resolution=200)
    return stream.getvalue()


# -- what the guide says -------------------------------------------------------------------


@needs_office
@pytest.mark.engine
@pytest.mark.slow
def test_the_script_in_the_guide_makes_a_form_that_works(tmp_path):
    [script] = re.findall(r"```python\n(.*?)```", GUIDE, re.S)
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    word, mapping = start(tmp_path, "hausbesuch/2026-12", "Hausbesuch")
    word.write_bytes((tmp_path / "form.docx").read_bytes())
    mapping.write_text(
        """
form: hausbesuch
edition: "2026-12"
title: Hausbesuch
language: de-DE
marks: ["Bericht:"]
fields:
  name: {kind: text, label: "Name:", placeholder: Text eingeben}
  bericht: {kind: multiline, label: "Bericht:", placeholder: Text eingeben}
  unterschrift: {kind: signature, label: "Unterschrift:"}
  anlass: {kind: choice, label: "Anlass:", options: {erstmals: erstmals, wieder: wieder}}
  termine:
    kind: group
    title: Termin
    rows: 3
    fields:
      tag: {kind: date, label: Tag, placeholder: Datum}
      was: {kind: text, label: Was, placeholder: Text eingeben}
""",
        "utf-8",
    )
    services = Services(Settings(forms=tmp_path, data=tmp_path / "var"))
    build_form(word.parent, services.forms.get("hausbesuch"))
    services = Services(services.settings)
    assert check(tmp_path) == []
    form = services.forms.get("hausbesuch")
    given = {"name": "A", "bericht": "B", "anlass": "wieder", "unterschrift": True}
    given["termine"] = [{"tag": f"2026-12-0{day}", "was": "C"} for day in range(1, 6)]
    for format_ in ("docx", "pdf"):
        [read] = services.read(services.generate.one(form, given, format_), received=RECEIVED)
        wanted = values_from_data(form, given)
        assert read.record is not None
        assert {key: read.record.value(key) for key in wanted} == wanted


def sdt(text: str, tag: str) -> str:
    """Return the control with ``tag`` as it stands in ``text``."""
    place = text.index(f'w:tag w:val="{tag}"')
    end = "</w:sdt>"
    return text[text.rindex("<w:sdt>", 0, place) : text.index(end, place) + len(end)]


def within(tag: str, old: str, new: str):
    """Return a change of ``old`` inside the control with ``tag``."""
    return lambda text: text.replace(sdt(text, tag), re.sub(old, new, sdt(text, tag), count=1))


def moved(tag: str, target: str, between: str = "", *, before: bool = False):
    """Return a change that puts the control with ``tag`` beside the one with ``target``."""

    def change(text: str) -> str:
        control = sdt(text, tag)
        text = text.replace(control, "")
        there = sdt(text, target)
        both = control + between + there if before else there + between + control
        return text.replace(there, both)

    return change


def replaced(old: str, new: str, count: int = -1):
    return lambda text: text.replace(old, new, count)


def out_of_its_table(text: str) -> str:
    heading = '<w:p><w:pPr><w:pStyle w:val="berschrift1"/>'
    control = sdt(text, "anliegen")
    return text.replace(control, "").replace(heading, f"<w:p>{control}</w:p>{heading}")


SLASH = "<w:r><w:t> / </w:t></w:r>"
MAIN, HEADER = "word/document.xml", "word/header1.xml"
IN_WORD = {
    "Das Feld hat kein Tag": within("name", '<w:tag w:val="name"/>', ""),
    "Ein Feld der YAML-Datei fehlt in Word": lambda text: text.replace(sdt(text, "name"), ""),
    "Tag verschrieben": replaced('"anliegen"/><w:id', '"anligen"/><w:id'),
    "Feld kopiert, Tag nicht geändert": replaced('"datum"/><w:id', '"name"/><w:id'),
    "Klammern vergessen": replaced("eintraege[].was", "eintraege.was"),
    "Titel anders als in der YAML-Datei": replaced('alias w:val="Name"', 'alias w:val="Nahme"'),
    "Keine Textmarke": lambda text: re.sub(r'<w:bookmarkStart [^>]*"name"/>', "", text),
    "Text neben einem mehrzeiligen Feld": lambda text: text.replace(
        sdt(text, "anliegen"), "<w:r><w:t>Antwort: </w:t></w:r>" + sdt(text, "anliegen")
    ),
    "Mehrzeiliges Feld außerhalb einer Tabelle": out_of_its_table,
    "Zwei Felder in einem Absatz, nichts dazwischen": moved("datum", "name"),
    "Falsche Art": within("datum", "<w:date>.*</w:date>", "<w:text/>"),
    "Mehrzeilig statt einzeilig": within("name", "<w:text/>", '<w:text w:multiLine="1"/>'),
    "Datum falsch dargestellt": within("datum", "dd.MM.yyyy", "d/M/yy"),
    "Anderes Häkchen": within("art.erstmals", '2612"', '00FE"'),
    "Kästchen schon angekreuzt": within(
        "art.erstmals", 'checked w14:val="0"', 'checked w14:val="1"'
    ),
    "Platzhalter anders als in der YAML-Datei": within(
        "name", ">Text eingeben<", ">Bitte Namen eingeben<"
    ),
    "Platzhalter ins Feld getippt": within("name", "<w:showingPlcHdr/>", ""),
    "Zeilenhöhe *Genau*": replaced('"1701" w:hRule="atLeast"', '"1701" w:hRule="exact"'),
    "Gedrucktes anders als `label`": replaced(">Name:<", ">Vor- und Nachname:<"),
    "Schleife ohne Ende": replaced("{%tr endfor %}", ""),
    "Gruppe verschrieben": replaced("in eintraege %}", "in eintrage %}"),
    "`{%p` statt `{%tr` in der Tabelle": replaced("{%tr", "{%p"),
    "`{%` ohne `p` oder `tr`": replaced("{%tr for", "{% for"),
    "Feld außerhalb der Schleife": moved("eintraege[].was", "name", SLASH),
}
IN_YAML = {
    "Schlüssel in der YAML-Datei verschrieben": replaced(
        "    placeholder: Datum", "    placholder: Datum", 1
    ),
    "Art verschrieben": replaced("kind: multiline", "kind: multline"),
    "Regel nennt ein Feld, das es nicht gibt": replaced("fields: [name]", "fields: [nahme]"),
    "Doppelpunkt ohne Anführungszeichen": replaced('label: "Name:"', "label: Name: hier"),
    "`yes`, `no`, Zahl oder Datum als Text": replaced("erstmals: zum ersten Mal", "ja: yes"),
    "Gruppe mit Nummer in einer Regel": replaced('"eintraege[].wann"', '"eintraege[1].wann"'),
}
IN_HEADER = {
    "Quadrat gelöscht": lambda text: re.sub(
        r"<w:r>(?:(?!<w:r>).)*?formservice-square-top-left-1.*?</w:r>", "", text, count=1
    )
}
MISTAKES = GUIDE.partition("### Was `forms check` sagt")[2].partition("\n## ")[0]
TABLE = dict(re.findall(r"^\| (.+?) \| `(.+?)` \| .+ \|$", MISTAKES, re.M))


def test_the_table_of_mistakes_names_the_mistakes_tried_here():
    assert set(TABLE) == {*IN_WORD, *IN_YAML, *IN_HEADER}


@pytest.mark.parametrize("mistake", TABLE, ids=range(len(TABLE)))
def test_a_mistake_in_the_guide_is_told_as_the_guide_says(tmp_path, mistake):
    word, mapping = start(tmp_path, "hausbesuch/2026-12", "Hausbesuch")
    text = mapping.read_text("utf-8")
    if mistake in IN_YAML:
        assert IN_YAML[mistake](text) != text
        mapping.write_text(IN_YAML[mistake](text), "utf-8")
    else:
        change, part = IN_WORD.get(mistake), MAIN
        if change is None:
            change, part = IN_HEADER[mistake], HEADER
        word.write_bytes(rewritten(word.read_bytes(), change, part))
    said = [re.sub(r"^[\w/.-]+\.(docx|yaml): ", "", str(one)) for one in check(tmp_path)]
    assert any(TABLE[mistake] in one for one in said), said


@pytest.mark.parametrize(
    "mistake", ["Keine Textmarke", "Platzhalter ins Feld getippt", "Quadrat gelöscht"]
)
def test_what_the_guide_leaves_to_the_build_is_mended_by_it(tmp_path, mistake):
    word, _ = start(tmp_path, "hausbesuch/2026-12", "Hausbesuch")
    form = Services(Settings(forms=tmp_path, data=tmp_path)).forms.get("hausbesuch/2026-12")
    change, part = IN_WORD.get(mistake), MAIN
    if change is None:
        change, part = IN_HEADER[mistake], HEADER
    word.write_bytes(rewritten(word.read_bytes(), change, part))
    word.write_bytes(completed(word.read_bytes(), form).docx)
    assert [one for one in map(str, check(tmp_path)) if "form.docx" in one] == []
