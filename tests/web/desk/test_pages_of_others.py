"""Pages stay with the Träger who sent them, and each document says whose it is."""

import pytest

from formservice.application.ports_store import Author
from formservice.domain.case import Role
from formservice.domain.errors import UsageError
from tests.web.desk.conftest import SCAN

pytestmark = [pytest.mark.slow, pytest.mark.engine]
OTHER = "feedbackbogen@2023-09-22/zzz-tester-scan"
ELIF = Author("elif", Role.BACK_OFFICE)


def test_no_page_of_a_traeger_becomes_one_of_a_form_of_another(keep, house):
    (document,) = keep(SCAN, traeger="t1")
    (other,) = keep(OTHER, traeger="t2")
    family = house.arrange.family(ELIF, document)
    assert family.near == []
    with pytest.raises(UsageError, match="anderen Träger"):
        house.arrange.move(ELIF, document, [(document, 2)], other, family.seen)
    assert len(house.desk.seen(ELIF, document).pages) == 2


def test_what_the_office_scanned_and_what_a_traeger_sent_may_belong_together(keep, house):
    (document,) = keep(SCAN)
    (other,) = keep(OTHER, traeger="t1")
    (near,) = house.arrange.family(ELIF, document).near
    assert (near.kept.id, near.person, near.traeger) == (other, "", "Bildungswerk Lindenhof")


def test_the_page_says_whose_the_other_documents_are(keep, browser):
    (document,) = keep(SCAN, traeger="t1")
    keep(OTHER, traeger="t1")
    page = browser("elif").get(f"/nachbearbeitung/{document}/seiten").text
    assert "zzz-tester-scan.tif (Feedbackbogen, Bildungswerk Lindenhof)" in " ".join(page.split())
