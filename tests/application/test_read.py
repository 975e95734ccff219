"""The use case „read“, with a reader that hands over literal pages."""

from datetime import date

import pytest

from formservice.application.read import ReadFile
from formservice.domain.document import Block, Claim, Medium, Method, Page, Sighting, Unknown
from formservice.domain.errors import EmptyDocumentError, UnsupportedMediaError
from formservice.domain.findings import FindingCode
from tests.application.literal_form import FORM, SHEET
from tests.domain.calendars import few_days

RECEIVED = date(2026, 3, 27)


class LiteralForms:
    def __iter__(self):
        return iter((FORM, SHEET))

    def get(self, form, edition=None):
        return next(one for one in self if one.ref.form == form)

    def find(self, ref):
        return next((one for one in self if one.ref == ref), None)


class LiteralDocument:
    """Pages as a reader would hand them over, and what its zones would give."""

    medium = Medium.TEXT

    def __init__(self, pages, zones=()):
        self.pages = pages
        self._zones = zones

    def zones(self, page, layout, form_page):
        return [one for one in self._zones if one.page == page and layout.ref == FORM.ref]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.pages = ()


class LiteralReader:
    name = "literal"

    def __init__(self, document):
        self._document = document

    def reads(self, data):
        return data.startswith(b"literal")

    def open(self, data):
        return self._document


def read(pages, *, zones=(), form=None, data=b"literal"):
    case = ReadFile([LiteralReader(LiteralDocument(pages, zones))], LiteralForms(), few_days())
    return case(data, received=RECEIVED, form=form)


def page(number, *, claim=None, text=()):
    claims = (Claim(claim, "2026-01" if claim == "abholschein" else "2026-11", "qr", 1),)
    blocks = tuple(Block(one, number) for one in text)
    return Page(number, Medium.TEXT, 595, 842, (), blocks, claims if claim else ())


def zone(key, text, number=1):
    return Sighting(key, Method.TEXT, number, text=text)


def test_an_empty_file_and_a_strange_one_are_named():
    with pytest.raises(EmptyDocumentError):
        read([], data=b"")
    with pytest.raises(EmptyDocumentError):
        read([])
    with pytest.raises(UnsupportedMediaError):
        read([], data=b"strange")


def test_identified_documents_come_first_and_every_page_is_in_one():
    found = read([page(1, text=["Ein Brief"]), page(2, claim="abholschein")])
    assert [(one.page_numbers, one.definition) for one in found] == [((2,), FORM), ((1,), None)]


def test_zones_give_the_values_of_a_page_that_claims_its_form():
    (found,) = read([page(1, claim="abholschein")], zones=[zone("name", "Özdemir")])
    assert found.record.value("name") == "Özdemir"
    assert found.record.fields["name"].method is Method.TEXT


def test_what_no_zone_holds_is_looked_for_between_labels():
    strange = page(1, text=["Abholschein für Fundsachen", "Name: Özdemir", "Zeitraum: 1.3.2026"])
    (found,) = read([strange], form=FORM)
    assert found.record.value("name") == "Özdemir"
    assert not found.record.fields["name"].accepted


def test_a_form_named_by_a_person_is_taken_and_contradicted_if_the_document_is_another():
    (found,) = read([page(1, claim="beiblatt")], form=FORM)
    assert found.definition is FORM
    assert found.result.findings[0].code == FindingCode.OTHER_FORM
    assert not found.result.archivable
    (right,) = read([page(1, claim="abholschein")], form=FORM)
    assert FindingCode.OTHER_FORM not in [one.code for one in right.result.findings]


def test_a_person_may_name_the_form_of_a_page_that_says_nothing():
    (found,) = read([page(1, text=["unlesbar"])], form=FORM)
    assert found.definition is FORM
    assert found.identity.margin == 0


@pytest.mark.parametrize("form", [None, FORM])
def test_a_page_to_be_scanned_again_is_by_itself_with_its_reason(form):
    again = [
        Page(number, Medium.SCAN, 595, 842, unknown=why)
        for number, why in ((2, Unknown.SEVERAL_SHEETS), (3, Unknown.MIRRORED))
    ]
    found = read([page(1, text=["Ein Brief"]), *again, page(4, text=["Ein Brief"])], form=form)
    told = {one.page_numbers: (one.definition, one.unknown) for one in found}
    assert told[(2,)] == (None, Unknown.SEVERAL_SHEETS)
    assert told[(3,)] == (None, Unknown.MIRRORED)
