"""Names of fields and of their parts on continuation sheets."""

import pytest

from formservice.domain.document import part_key, part_of


@pytest.mark.parametrize("number", [2, 3, 10, 999])
def test_a_part_is_found_by_the_name_it_was_given(number: int) -> None:
    assert part_of(part_key("q3_erreicht", number)) == ("q3_erreicht", number)


@pytest.mark.parametrize(
    "name",
    ["q3_erreicht", "anlass.abbruch", "q3__1", "q3__0", "q3__02", "__2", "q3__zwei", ""],
)
def test_a_name_without_a_part_number_is_a_field_of_its_own(name: str) -> None:
    assert part_of(name) == (name, 1)


@pytest.mark.parametrize("number", ["²", "٣", "9999999999", "9" * 5000])
def test_a_number_no_sheet_of_ours_can_have_is_part_of_the_name(number: str) -> None:
    """Names come from received files: such a number must neither fail nor be counted up to."""
    assert part_of(f"q3__{number}") == (f"q3__{number}", 1)
