"""An E-Akte gets a valid message with every file it names, and its answer is understood."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from formservice.adapters.handover.xdomea import RECORD, Parties, Xdomea
from formservice.adapters.handover.xdomea_receipts import answer
from formservice.adapters.handover.xdomea_schemas import XdomeaSchemas
from formservice.application.dossier import dossier
from formservice.domain.canonical import digest
from formservice.domain.errors import (
    DamagedDocumentError,
    EngineError,
    EngineMissingError,
    UsageError,
)
from tests.store.handed import NAME, accept, folder_originals, keep

SCHEMAS = Path(__file__).parents[3] / "shared" / "data" / "xdomea"
needs_schemas = pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason="the schemas of xdomea are not in ../shared/data/xdomea"
)
PROCESS = "6f5902ac-237c-4f2d-9a5c-0d1ee2b27a11"
PARTIES = Parties("Jobcenter Musterstadt", "E-Akte <Muster> & Co")


def processed(version):
    """Return an answer of the other side in ``version``."""

    def message(name, code, more=""):
        space = f"urn:xoev-de:xdomea:schema:{version}"
        return f"""<x:{name} xmlns:x="{space}"><x:Kopf>
<x:ProzessID>{PROCESS.upper()}</x:ProzessID>
<x:Nachrichtentyp><code>{code}</code></x:Nachrichtentyp>
<x:Erstellungszeitpunkt>2026-04-21T08:00:00Z</x:Erstellungszeitpunkt>
<x:Absender/><x:Empfaenger/></x:Kopf>{more}</x:{name}>""".encode()

    return message


@pytest.fixture
def whole(store, tmp_path):
    originals = folder_originals(tmp_path)
    keep(store, originals)
    accept(store, originals)
    with store.look() as work:
        return dossier(work, "d1"), originals


@needs_schemas
@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_message_is_valid_and_names_every_file_that_comes_with_it(whole, version):
    file, originals = whole
    schemas = XdomeaSchemas(SCHEMAS)
    xdomea = Xdomea(schemas, originals, PARTIES, version)
    data = xdomea.packed(file, "Feedbackbogen", PROCESS, 1_776_672_000.0)
    assert xdomea.file_name(PROCESS) == f"{PROCESS}_Abgabe.Abgabe.0401.zip"
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        files = {name: bundle.read(name) for name in bundle.namelist()}
    root = etree.fromstring(files.pop(f"{PROCESS}_Abgabe.Abgabe.0401.xml"))
    assert schemas.schema(version).validate(root)
    named = [str(one.text) for one in root.iter("{*}Dateiname")]
    assert sorted(named) == sorted(files)
    assert set(files.values()) == {b"%PDF-1.7 d1", b"%PDF-1.7 copy of d1"}
    assert root.findtext(".//{*}Posteingangsdatum") == "2026-04-20"
    assert root.findtext(".//{*}Empfaenger/{*}Institution/{*}Name") == PARTIES.recipient
    moves = root.findall(".//{*}HistorienProtokollInformation/{*}MetadatumNeuerWert")
    assert [one.text for one in moves] == ["in Prüfung", "angenommen"]
    (record,) = root.iter(f"{{{RECORD}}}Datensatz")
    told = json.loads(record.findtext(f"{{{RECORD}}}Json", ""))
    assert digest(told) == record.get("sha256")
    assert record.findtext(f"{{{RECORD}}}Feld[@schluessel='name']/{{{RECORD}}}Wert") == NAME
    again = xdomea.packed(file, "Feedbackbogen", PROCESS, 1_776_672_000.0)
    assert again == data


@needs_schemas
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_what_no_xml_can_hold_makes_no_broken_message(store, tmp_path):
    originals = folder_originals(tmp_path)
    keep(store, originals, name="a\x01\ufffe\x85b")
    with store.look() as work:
        file = dossier(work, "d1")
    xdomea = Xdomea(XdomeaSchemas(SCHEMAS), originals, PARTIES)
    data = xdomea.packed(file, "Bogen", PROCESS, 0.0)
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        root = etree.fromstring(bundle.read(bundle.namelist()[0]))
    told = root.findtext(f".//{{{RECORD}}}Json", "")
    assert json.loads(told)["fields"]["name"]["value"] == "a\x01\ufffe\x85b"


@needs_schemas
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_message_that_is_not_valid_is_not_made_and_no_value_is_told(whole):
    file, originals = whole
    xdomea = Xdomea(XdomeaSchemas(SCHEMAS), originals, PARTIES)
    with pytest.raises(EngineError) as raised:
        xdomea.packed(file, "Feedbackbogen", f"no uuid {NAME}", 0.0)
    assert NAME not in str(raised.value)


@needs_schemas
@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
def test_answers_are_understood(version):
    schemas, message = XdomeaSchemas(SCHEMAS), processed(version)
    received = answer(message("Abgabe.EmpfangBestaetigen.0403", "0403"), schemas)
    assert (received.process, received.imported) == (PROCESS, None)
    sgo = f"<x:AbgegebenesObjekt><x:IDSGO>{PROCESS}</x:IDSGO><x:Erfolgreich>%s</x:Erfolgreich>"
    end = "</x:AbgegebenesObjekt>"
    well = message("Abgabe.ImportBestaetigen.0402", "0402", sgo % "true" + end)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        bundle.writestr("x.xml", well)
    assert answer(packed.getvalue(), schemas).imported is True
    bad = sgo % "false" + "<x:Fehlermeldung>Akte geschlossen</x:Fehlermeldung>" + end
    refused = answer(message("Abgabe.ImportBestaetigen.0402", "0402", bad), schemas)
    assert (refused.imported, refused.errors) == (False, ("Akte geschlossen",))


@needs_schemas
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<x",
        b"PK\x03\x04broken",
        b"<a/>",
        b"<x:Abgabe.Abgabe.0401 xmlns:x='urn:xoev-de:xdomea:schema:3.1.0'/>",
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    ],
)
def test_what_is_no_answer_is_refused(data):
    with pytest.raises(DamagedDocumentError):
        answer(data, XdomeaSchemas(SCHEMAS))


@needs_schemas
def test_an_answer_that_is_not_valid_is_refused():
    broken = processed("3.1.0")("Abgabe.ImportBestaetigen.0402", "0402")
    with pytest.raises(EngineError):
        answer(broken, XdomeaSchemas(SCHEMAS))


def test_without_schemas_nothing_is_written(tmp_path):
    for folder in (None, tmp_path):
        with pytest.raises(EngineMissingError, match="Schemata"):
            Xdomea(XdomeaSchemas(folder), folder_originals(tmp_path), PARTIES)
    with pytest.raises(UsageError):
        Xdomea(XdomeaSchemas(tmp_path), folder_originals(tmp_path), PARTIES, "4.0.0")
