"""What our files and pages say about themselves is understood when they come back."""

import pytest

from formservice.domain.document import Claim
from formservice.domain.form import FormRef
from formservice.domain.reference import (
    claim_from_identifier,
    claim_from_payload,
    claim_from_print,
    footed,
    identifier,
    numbered,
    payload,
    printed,
)

REF = FormRef("feedbackbogen", "2023-09-22")


@pytest.mark.parametrize("reference", ["", "7K2M9QX4B1ZD"])
def test_an_identifier_is_understood_also_amid_other_text(reference: str) -> None:
    claim = claim_from_identifier(f"<li>{identifier(REF, reference)}</li>", "info")
    assert claim == Claim(REF.form, REF.edition, "info", None, reference or None)


@pytest.mark.parametrize("reference", ["", "7K2M9QX4B1ZD"])
def test_a_code_is_understood(reference: str) -> None:
    claim = claim_from_payload(payload(REF, 2, reference))
    assert claim == Claim(REF.form, REF.edition, "qr", 2, reference or None)


def test_a_footer_is_understood() -> None:
    claim = claim_from_print(f"{REF} · Seite 1 von 2")
    assert claim == Claim(REF.form, REF.edition, "text", 1)


def test_a_copy_of_a_page_says_in_code_and_print_which_items_it_holds() -> None:
    place = numbered(2, (0, 3, 1), 5)
    assert payload(REF, place, "7K2M") == "FS1|feedbackbogen|2023-09-22|2+0.3.1/5|7K2M"
    assert claim_from_payload(payload(REF, place, "7K2M")) == Claim(
        REF.form, REF.edition, "qr", 2, "7K2M", (0, 3, 1), 5
    )
    both = f"{REF} · Seite 2 von 2   {printed(REF, place)}"
    assert claim_from_print(both) == Claim(
        REF.form, REF.edition, "text", 2, copy=(0, 3, 1), total=5
    )


def test_a_page_before_copies_says_how_many_pages_there_are() -> None:
    both = f"{REF} · Seite 1 von 2   {printed(REF, numbered(1, None, 5))}"
    assert claim_from_print(both) == Claim(REF.form, REF.edition, "text", 1, total=5)


def test_what_the_foot_of_a_copy_says_to_people_is_no_claim_of_its_own() -> None:
    foot = footed(REF, numbered(2, (0, 3, 0), 20), 6, 20)
    assert foot == f"{REF} · Seite 2+0.3.0/20 · Blatt 6 von 20"
    assert claim_from_print(f"{REF} · Seite 2 von 2   {foot}") == Claim(
        REF.form, REF.edition, "text", 2, copy=(0, 3, 0), total=20
    )


def test_a_copy_without_a_total_is_understood_as_well() -> None:
    claim = claim_from_payload("FS1|feedbackbogen|2023-09-22|2+0.3.0|7K2M")
    assert claim == Claim(REF.form, REF.edition, "qr", 2, "7K2M", (0, 3, 0))


def test_page_nought_says_that_the_page_is_not_known() -> None:
    assert claim_from_payload(payload(REF, 0, "7K2M")) == Claim(
        REF.form, REF.edition, "qr", None, "7K2M"
    )


@pytest.mark.parametrize("text", ["", "formservice:", "urn:feedbackbogen/2023-09-22", "FS1|x"])
def test_other_text_claims_nothing(text: str) -> None:
    assert claim_from_identifier(text, "info") is None
    assert claim_from_payload(text) is None
