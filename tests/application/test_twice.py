"""A page that came twice, and pages joined without a reference: used once, named, asked about."""

from datetime import date

from formservice.application.read import ReadFile
from formservice.domain.document import Claim, Doubt, Medium, Method, Page, Sighting
from formservice.domain.findings import FindingCode
from formservice.domain.form import Severity
from tests.application.literal_form import FORM
from tests.application.test_read import LiteralDocument, LiteralForms, LiteralReader
from tests.domain.calendars import few_days


class Pictures(LiteralDocument):
    """Pictured pages; ``same`` says which of them show the same sheet."""

    def __init__(self, pages, zones, same=()):
        super().__init__(pages, zones)
        self._same = same

    def lines(self, page):
        return ()

    def ink(self, page, layout, form_page):
        return str(page).encode()

    def shows(self, page, layout, form_page, ink):
        return {page, int(ink)} in self._same


def picture(number, reference="ABHOLUNG42", place=1):
    claims = (Claim("abholschein", "2026-01", "qr" if reference else "looks", place, reference),)
    return Page(number, Medium.SCAN, 595, 842, claims=claims)


def zone(number, key, text="", **more):
    return Sighting(key, Method.TEXT, number, text=text, blank=not text and not more, **more)


def read(pages, zones, same=()):
    case = ReadFile([LiteralReader(Pictures(pages, zones, same))], LiteralForms(), few_days())
    return case(b"literal", received=date(2026, 3, 27))


def about(found, code):
    return [(one.severity, one.message) for one in found.result.findings if one.code == code]


def test_the_same_sheet_scanned_twice_is_read_once_and_named():
    zones = [zone(1, "name", "Özdemir"), zone(2, "name", "0zdemir")]
    (found,) = read([picture(1), picture(2)], zones, same=[{1, 2}])
    assert found.page_numbers == (1, 2)
    assert (found.record.value("name"), found.record.fields["name"].doubts) == ("Özdemir", set())
    assert found.record.rivals == ()
    ((severity, message),) = about(found, FindingCode.PAGE_TWICE)
    assert severity is Severity.NOTES
    assert "Seite 2 ist dasselbe Blatt wie Seite 1" in message


def test_the_same_page_with_something_else_on_it_is_kept_and_asked_about():
    zones = [zone(n, "telefon", "05141 9721") for n in (1, 2)]
    zones += [zone(1, "name", "Özdemir"), zone(2, "name", "Yılmaz"), zone(2, "betreuer", "Amt")]
    zones += [zone(1, "betreuer"), zone(1, "sig", on=True), zone(2, "sig", on=False)]
    (found,) = read([picture(1), picture(2)], zones)
    doubted = {k for k, one in found.record.fields.items() if Doubt.CONFLICT in one.doubts}
    assert doubted == {"name", "betreuer", "sig"}
    assert {one.raw for one in found.record.rivals} >= {"Yılmaz"}
    ((severity, message),) = about(found, FindingCode.PAGE_TWICE)
    assert severity is Severity.ASKS
    assert "welche gilt" in message


def test_beside_a_sheet_that_cannot_be_read_nothing_stands_for_sure():
    (found,) = read([picture(1), picture(2)], [zone(1, "name", "Özdemir"), zone(1, "telefon")])
    assert Doubt.CONFLICT in found.record.fields["name"].doubts
    assert Doubt.CONFLICT in found.record.fields["telefon"].doubts


def test_pages_joined_by_their_order_alone_are_asked_about():
    (found,) = read([picture(1, None), picture(2, None, 2)], [])
    ((severity, message),) = about(found, FindingCode.PUT_TOGETHER)
    assert severity is Severity.ASKS
    assert "Seiten ohne Code zusammengelegt (Seiten 1 und 2): gehören sie zusammen?" in message


def test_pages_of_one_reference_and_single_pages_are_not():
    (found,) = read([picture(1), picture(2, place=2)], [])
    assert about(found, FindingCode.PUT_TOGETHER) == []
    (found,) = read([picture(1, None)], [])
    assert about(found, FindingCode.PUT_TOGETHER) == []
    assert found.definition is FORM
