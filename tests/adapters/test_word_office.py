"""What comes back when LibreOffice opens a filled form and saves it again."""

import random
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

import pytest

from formservice.adapters.definitions.mappings import load
from formservice.adapters.word.fill import WordRenderer
from formservice.adapters.word.read import WordReader
from formservice.domain.document import Doubt, Page
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef
from formservice.domain.record import Value
from formservice.domain.values import is_placeholder, shown, ticks
from tests.programs import needs_office

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    needs_office,
]
ROOT = Path(__file__).parent.parent.parent
# As many as it takes for every field to be left blank once.
PER_FORM = 3
WAYS = ["docx", "odt"]
_TEXTS = [
    "Özdemir",
    "Angebot „XY“ & Söhne <gGmbH>",
    "Seibigstraße 2,\n37133 Friedland",
    "eins\n\nzwei  mit Blanks\n\tTab\n",
    "  Blanks am Rand ",
    "مرحبا بكم في البرنامج. 12 نص (عربي)\nسطر ثان",
    "deutsch مرحبا 12 deutsch",
    "Nguyễn Thị Đặng Ģirts Łukasz",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 hart\u2011weich\u00adStrich",
    "Ich will bis Ende März meinen Abschluss nachholen. " * 20,
    "gez. wird nicht",
    "27.03.2026",
    "☒",
    "x",
]


def _template(ref: FormRef) -> bytes:
    return (ROOT / "form_templates" / ref.form / ref.edition / "form.docx").read_bytes()


DEFINITIONS = list(load(ROOT / "mappings", ROOT / "form_templates"))


def _name(definition: FormDefinition) -> str:
    return f"{definition.ref.form}@{definition.ref.edition}"


def _value(field: Field, chance: random.Random, texts: Iterator[str]) -> Value:
    if field.kind is FieldKind.CHOICE:
        option = chance.choice(field.options).key
        return (option,) if field.several else option
    if field.kind is FieldKind.DATE:
        return date(2020, 1, 1) + timedelta(days=chance.randrange(4000))
    if field.kind in (FieldKind.TICK, FieldKind.SIGNATURE):
        return chance.random() < 0.75
    return next(texts)


def _records(definition: FormDefinition) -> list[dict[str, Value]]:
    """Return records the same on every run; each leaves another third of the fields blank."""
    chance = random.Random(definition.ref.form)
    texts = cycle(chance.sample(_TEXTS, len(_TEXTS)))
    return [
        {
            field.key: _value(field, chance, texts)
            for place, field in enumerate(definition.fields)
            if place % PER_FORM != number
        }
        for number in range(PER_FORM)
    ]


RECORDS = {_name(one): _records(one) for one in DEFINITIONS}


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> dict[tuple[str, int, str], Page]:
    """Every record as filled form, saved as DOCX, and as ODT and then as DOCX."""
    source, profile = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("profile")
    folders = {way: tmp_path_factory.mktemp(way) for way in WAYS}

    def convert(folder: Path, suffix: str, kind: str, target: Path) -> None:
        """Convert all files of a folder in one run; the profile is made by the first run only."""
        command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless"]
        command += ["--convert-to", kind, "--outdir", str(target)]
        files = map(str, sorted(folder.glob(f"*.{suffix}")))
        subprocess.run([*command, *files], check=True, capture_output=True, timeout=240)

    renderer = WordRenderer(_template)
    for definition in DEFINITIONS:
        for number, values in enumerate(RECORDS[_name(definition)]):
            path = source / f"{_name(definition)}-{number}.docx"
            path.write_bytes(renderer.render(definition, values, "PROBE"))
    convert(source, "docx", "docx:MS Word 2007 XML", folders["docx"])
    convert(source, "docx", "odt", folders["odt"])
    convert(folders["odt"], "odt", "docx:MS Word 2007 XML", folders["odt"])
    pages = {}
    for way, folder in folders.items():
        for path in folder.glob("*.docx"):
            form, _, number = path.stem.rpartition("-")
            with WordReader().open(path.read_bytes()) as document:
                pages[form, int(number), way] = document.pages[0]
    return pages


CASES = [
    pytest.param(definition, way, id=f"{_name(definition)}-{way}")
    for definition in DEFINITIONS
    for way in WAYS
]


@pytest.mark.parametrize(("definition", "way"), CASES)
def test_every_field_is_still_found(definition, way, saved):
    anchors = {anchor for field in definition.fields for anchor in field.anchors}
    for number in range(PER_FORM):
        seen = {one.key for one in saved[_name(definition), number, way].sightings}
        assert seen == anchors


@pytest.mark.parametrize(("definition", "way"), CASES)
def test_ticks_are_certain_and_right(definition, way, saved):
    for number, values in enumerate(RECORDS[_name(definition)]):
        seen = {one.key: one for one in saved[_name(definition), number, way].sightings}
        for field in definition.fields:
            if field.kind in (FieldKind.CHOICE, FieldKind.TICK):
                for key, on in ticks(field, values.get(field.key)).items():
                    assert seen[key].on is on
                    assert not seen[key].doubts


@pytest.mark.parametrize(("definition", "way"), CASES)
def test_no_text_is_silently_wrong(definition, way, saved):
    for number, values in enumerate(RECORDS[_name(definition)]):
        seen = {one.key: one for one in saved[_name(definition), number, way].sightings}
        for field in definition.fields:
            if field.kind in (FieldKind.CHOICE, FieldKind.TICK, FieldKind.SIGNATURE):
                continue
            one, value = seen[field.key], values.get(field.key)
            expected = "" if value is None else shown(field, value)
            got = "" if one.blank or is_placeholder(field, one.text) else one.text
            assert got == expected or one.doubts
            if field.kind is FieldKind.DATE:
                assert got == expected


@pytest.mark.parametrize(("definition", "way"), CASES)
def test_line_breaks_and_arabic_survive_though_they_stay_doubted(definition, way, saved):
    for number, values in enumerate(RECORDS[_name(definition)]):
        seen = {one.key: one for one in saved[_name(definition), number, way].sightings}
        for field in definition.fields:
            value = values.get(field.key)
            if isinstance(value, str) and field.kind in (FieldKind.TEXT, FieldKind.MULTILINE):
                assert seen[field.key].text == value


@pytest.mark.parametrize(("definition", "way"), CASES)
def test_a_signature_is_never_taken_for_certain(definition, way, saved):
    for number, values in enumerate(RECORDS[_name(definition)]):
        seen = {one.key: one for one in saved[_name(definition), number, way].sightings}
        for field in definition.fields:
            if field.kind is FieldKind.SIGNATURE:
                one = seen[field.key]
                assert one.on is bool(values.get(field.key))
                assert (Doubt.TYPED_NAME in one.doubts) is bool(values.get(field.key))


@pytest.mark.parametrize(("definition", "way"), CASES)
def test_the_file_still_says_what_form_it_is(definition, way, saved):
    for number in range(PER_FORM):
        claims = saved[_name(definition), number, way].claims
        assert (definition.ref.form, "PROBE") in {(one.form, one.reference) for one in claims}
