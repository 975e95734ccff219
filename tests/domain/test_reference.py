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


@pytest.mark.parametrize("text", ["", "formservice:", "urn:feedbackbogen/2023-09-22", "FS1|x"])
def test_other_text_claims_nothing(text: str) -> None:
    assert claim_from_identifier(text, "info") is None
    assert claim_from_payload(text) is None
