"""Of a file that holds several people's forms, whoever gets one gets its pages and no others."""

import io
import zipfile

import numpy as np
import pytest
from lxml import etree

from formservice.adapters.handover.own_pages import excerpt
from formservice.adapters.handover.xdomea import RECORD, Xdomea
from formservice.adapters.handover.xdomea_schemas import XdomeaSchemas
from formservice.adapters.handover.zielsysteme import described
from formservice.application.delivering import Deliver
from formservice.application.dossier import dossier
from formservice.application.ports_delivery import DeliveryStatus
from formservice.domain.errors import EngineError
from tests.store.handed import accept, folder_originals, keep
from tests.store.piles import ANNA, BEN, inside, looks, pages_in, pile, piled, scanned_pile
from tests.store.test_xdomea import PARTIES, PROCESS, SCHEMAS, needs_schemas

DESCRIBED = """title: E-Akte
folder: eakte
files:
  original: "{{ process }}_{{ number }}.{{ suffix }}"
index:
  name: "{{ process }}.csv"
  columns:
    Datei: "{% for one in files %}{{ one.original }}{% endfor %}"
    Ganz: "{{ originals }}"
"""


@pytest.fixture
def originals(tmp_path):
    return folder_originals(tmp_path)


@pytest.mark.parametrize("page", [1, 2])
def test_an_excerpt_shows_its_page_with_the_fields_and_holds_nothing_of_another(page):
    whole = pile()
    cut = excerpt(whole, [page])
    assert pages_in(cut) == 1
    (before, size), (after, cut_size) = looks(whole, page - 1), looks(cut)
    assert cut_size == size
    assert np.abs(before - after).mean() < 3
    assert after[45:60, 15:50].min() < 128  # the field, which is no text of the page
    assert BEN.encode() in inside(whole)
    assert not any(name.encode() in inside(cut) for name in (ANNA, BEN))
    assert excerpt(whole, [page]) == cut


def test_the_page_of_a_scan_stays_as_it_was_scanned():
    cut = excerpt(scanned_pile(), [2])
    assert pages_in(cut) == 1
    assert looks(cut)[0].min() == looks(cut)[0].max() == 220


def test_a_word_file_that_holds_several_is_not_sent():
    with pytest.raises(EngineError):
        excerpt(b"PK\3\4 word", [1])


def test_a_zielsystem_gets_the_pages_of_one_form_and_the_hash_of_the_whole(
    store, originals, tmp_path
):
    (tmp_path / "eakte").mkdir()
    (tmp_path / "eakte.yaml").write_text(DESCRIBED, "utf-8")
    whole, ids = piled(store, originals)
    for id_ in ids:
        accept(store, originals, id_)
    forms = {"feedbackbogen": "Feedbackbogen"}
    systems, _ = described(tmp_path / "eakte.yaml", originals, XdomeaSchemas(None), forms, ())
    deliver = Deliver(store, systems, lambda: 0.0)
    for id_ in ids:
        deliver.plan(id_)
    assert [step.status for step in deliver()] == [DeliveryStatus.DELIVERED] * 2
    sent = sorted((tmp_path / "eakte").glob("*.pdf"))
    assert [pages_in(one.read_bytes()) for one in sent] == [1, 1]
    assert all(BEN.encode() not in inside(one.read_bytes()) for one in sent)
    for index in (tmp_path / "eakte").glob("*.csv"):
        assert index.read_text().splitlines()[1] == f"{whole};{whole}"


@needs_schemas
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_message_has_the_pages_of_one_form_and_the_hash_of_the_whole(store, originals):
    whole, (first, _) = piled(store, originals)
    with store.look() as work:
        file = dossier(work, first)
    schemas = XdomeaSchemas(SCHEMAS)
    data = Xdomea(schemas, originals, PARTIES).packed(file, "Feedbackbogen", PROCESS, 0.0)
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        message, sent = (bundle.read(name) for name in bundle.namelist())
    assert (pages_in(sent), BEN.encode() in inside(sent)) == (1, False)
    (told,) = etree.fromstring(message).iter(f"{{{RECORD}}}Original")
    assert sorted(told.items()) == [("auszug", "true"), ("sha256", whole)]


def test_only_a_file_that_holds_pages_of_others_is_cut(store, originals):
    keep(store, originals)
    with store.work() as work:
        assert dossier(work, "d1").mixed == set()
    whole, (first, second) = piled(store, originals, scanned_pile())
    with store.look() as work:
        assert dossier(work, first).mixed == dossier(work, second).mixed == {whole}
        assert dossier(work, "d1").mixed == set()
