"""What our files and pages say about themselves is understood when they come back."""

import pytest

from formservice.domain.document import Claim
from formservice.domain.form import FormRef
from formservice.domain.reference import (
    claim_from_identifier,
    claim_from_payload,
    claim_from_print,
    identifier,
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
    copy = (0, 3, 1)
    assert payload(REF, 2, "7K2M", copy) == "FS1|feedbackbogen|2023-09-22|2+0.3.1|7K2M"
    assert claim_from_payload(payload(REF, 2, "7K2M", copy)) == Claim(
        REF.form, REF.edition, "qr", 2, "7K2M", copy
    )
    both = f"{REF} · Seite 2 von 2   {printed(REF, 2, copy)}"
    assert claim_from_print(both) == Claim(REF.form, REF.edition, "text", 2, copy=copy)


def test_page_nought_says_that_the_page_is_not_known() -> None:
    assert claim_from_payload(payload(REF, 0, "7K2M")) == Claim(
        REF.form, REF.edition, "qr", None, "7K2M"
    )


@pytest.mark.parametrize("text", ["", "formservice:", "urn:feedbackbogen/2023-09-22", "FS1|x"])
def test_other_text_claims_nothing(text: str) -> None:
    assert claim_from_identifier(text, "info") is None
    assert claim_from_payload(text) is None
