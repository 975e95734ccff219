"""Pages of many documents in one pile: brought together where that is certain, never mixed up."""

import random

import pytest

from formservice.application.batch import BatchFile, batch, in_order
from formservice.application.documents import documents
from formservice.application.identify import candidate
from formservice.domain.document import Claim, Medium, Page, PageRole
from tests.application.literal_form import FORM, SHEET

FORMS = [candidate(FORM), candidate(SHEET)]
BLANK, SEPARATOR = PageRole.BLANK, PageRole.SEPARATOR


def page(number, said):
    """Return a scanned page: „A2“ is page 2 of document A, „?2“ one without reference."""
    if isinstance(said, PageRole):
        return Page(number, Medium.SCAN, 595, 842, role=said)
    if said == "-":
        return Page(number, Medium.SCAN, 595, 842)
    own = None if said[0] == "?" else f"REFERENCE{said[0]}"
    form, edition = ("beiblatt", "2026-11") if said[1] == "b" else ("abholschein", "2026-01")
    place = 1 if said[1] == "b" else int(said[1])
    source = "qr" if own else "looks"
    claims = (Claim(form, edition, source, place, own),)
    return Page(number, Medium.SCAN, 595, 842, claims=claims)


def names(found, said):
    """Return the documents as the pages were named, in the order of the document."""
    return [
        " ".join(str(said[page.number - 1]) for page in (*one.pages, *one.sheets)) for one in found
    ]


def pile(*said):
    pages = [page(number, one) for number, one in enumerate(said, start=1)]
    return sorted(names(documents(pages, FORMS), said))


def folder(files):
    """Return the documents of files given as name → pages."""
    said = [one for pages in files.values() for one in pages]
    made, number = [], 0
    for name, pages in files.items():
        own = tuple(page(number + at, one) for at, one in enumerate(pages, start=1))
        made.append(BatchFile(name, own))
        number += len(pages)
    return sorted(names(batch(made, FORMS), said))


def test_pages_of_one_reference_come_together_in_any_order_between_others():
    assert pile("A2", "B1", "A1", "C3", "B2", "C1", "C2") == ["A1 A2", "B1 B2", "C1 C2 C3"]


@pytest.mark.parametrize("seed", range(20))
def test_no_shuffling_parts_or_mixes_documents_with_references(seed):
    wanted = [f"{name}1 {name}2 {name}3" for name in "ABCDE"]
    said = [one for document in wanted for one in document.split()]
    said += [BLANK] * 5
    random.Random(seed).shuffle(said)
    assert pile(*said) == wanted


def test_blank_backs_are_in_no_documents_way():
    assert pile("A1", BLANK, "A2", BLANK, "?1", BLANK, "?2", BLANK) == ["?1 ?2", "A1 A2"]


def test_a_separator_ends_a_document_that_has_no_reference():
    assert pile("?1", SEPARATOR, "?2") == ["?1", "?2"]
    assert pile("?1", "?2", SEPARATOR, "?1", "?2") == ["?1 ?2", "?1 ?2"]


def test_a_separator_that_slipped_into_a_document_does_not_part_it():
    assert pile("A1", SEPARATOR, "A2") == ["A1 A2"]


def test_two_copies_of_one_document_are_two_documents():
    assert pile("A1", "A2", "A1", "A2") == ["A1 A2", "A1 A2"]


@pytest.mark.parametrize(
    "said",
    [("A1", "A1", "A2", "A2"), ("A1", "A2", "A2", "A1"), ("A2", "B1", "A1", "B2", "A2")],
)
def test_pages_scanned_twice_stay_with_their_document(said):
    wanted = [" ".join(sorted(one for one in said if one[0] == name)) for name in "AB"]
    assert pile(*said) == [one for one in wanted if one]


def test_a_single_page_scanned_twice_is_one_document():
    assert pile("A1", "B1", "A1") == ["A1 A1", "B1"]


def test_no_page_without_reference_is_taken_for_one_scanned_twice():
    assert pile("A1", "?2", "A1") == ["A1", "A1 ?2"]


def test_forms_without_reference_follow_each_other_page_by_page():
    assert pile("?1", "?2", "?1", "?2", "?1", "?2") == ["?1 ?2"] * 3


@pytest.mark.parametrize(
    "said", [("?1", "?1", "?2", "?2"), ("?2", "?1", "?2", "?1"), ("?1", "?2", "?2", "?1", "?1")]
)
def test_shuffled_pages_without_reference_stay_apart(said):
    assert pile(*said) == sorted(said)


def test_one_lost_page_does_not_part_the_documents_around_it():
    assert pile("?1", "?2", "?1", "?1", "?2") == ["?1", "?1 ?2", "?1 ?2"]
    assert pile("?1", "?2", "?2", "?1", "?2") == ["?1 ?2", "?1 ?2", "?2"]


def test_a_page_with_an_illegible_code_goes_with_the_page_before_it():
    assert pile("A1", "?2", "B1", "B2", "?1", "C2") == ["?1 C2", "A1 ?2", "B1 B2"]


def test_a_page_with_an_illegible_code_goes_with_no_document_that_has_this_page():
    assert pile("A1", "?2", "A2") == ["?2", "A1 A2"]


def test_in_a_shuffled_pile_a_page_without_reference_goes_with_nobody():
    assert pile("A1", "C1", "?2", "B1", "A2", "B2") == ["?2", "A1 A2", "B1 B2", "C1"]
    assert pile("A1", "B1", "?1", "?2", "B2", "A2") == ["?1", "?2", "A1 A2", "B1 B2"]


def test_a_page_is_never_taken_over_a_third_ones_lack_of_a_reference():
    assert pile("A1", "?2", "B3") == ["A1 ?2", "B3"]


def test_the_only_form_in_a_file_may_lie_in_any_order():
    assert pile("?2", "?1") == ["?1 ?2"]
    assert pile("?2", "A1") == ["A1 ?2"]


def test_pages_from_back_to_front_stay_apart_where_others_lack_their_page():
    assert pile("?1", SEPARATOR, "?2", "?1", SEPARATOR, "?2") == ["?1", "?1", "?2", "?2"]
    assert pile("?2", "?1", SEPARATOR, "?2", "?1") == ["?1 ?2", "?1 ?2"]


def test_a_sheet_without_reference_crosses_no_separator():
    assert pile("?1", "?b") == ["?1 ?b"]
    assert pile("?1", SEPARATOR, "?b") == ["?1", "?b"]


def test_a_sheet_goes_with_the_form_of_its_reference_wherever_it_lies():
    assert pile("A1", "B1", "Ab", "A2", "B2") == ["A1 A2 Ab", "B1 B2"]


def test_in_a_shuffled_pile_a_sheet_without_reference_goes_with_nobody():
    assert pile("A1", "B1", "A2", "?b", "B2") == ["?b", "A1 A2", "B1 B2"]


def test_pages_of_no_form_are_documents_of_no_form():
    assert pile("-", "A1", "A2") == ["-", "A1 A2"]


def test_one_reference_brings_pages_together_over_files():
    assert folder({"b.png": ["A2"], "a.pdf": ["B1", "A1"], "c.png": ["B2"]}) == ["A1 A2", "B1 B2"]


def test_single_pages_numbered_in_a_row_follow_each_other():
    numbered = {f"scan{n:03}.png": [one] for n, one in enumerate(["?1", "?2", "?1", "?2"], 9)}
    assert folder(numbered) == ["?1 ?2", "?1 ?2"]
    with_backs = {f"{n}.jpg": [one] for n, one in enumerate(["?1", BLANK, "?2", BLANK], 9)}
    assert folder(with_backs) == ["?1 ?2"]


@pytest.mark.parametrize(
    "others", [("scan1.png", "scan3.png"), ("a/1.png", "b/2.png"), ("Meier.png", "Schmidt.png")]
)
def test_single_pages_of_other_files_do_not(others):
    one, other = others
    assert folder({one: ["?1"], other: ["?2"]}) == ["?1", "?2"]


def test_the_end_of_one_file_is_not_continued_in_the_next():
    assert folder({"1.pdf": ["A1", "A2", "?1"], "2.pdf": ["?2"]}) == ["?1", "?2", "A1 A2"]


def test_a_separator_between_single_files_parts_them():
    files = {"1.png": ["?1"], "2.png": [SEPARATOR], "3.png": ["?2"]}
    assert folder(files) == ["?1", "?2"]


def test_the_same_reference_in_two_files_may_be_two_copies():
    assert folder({"1.pdf": ["A1", "A2"], "2.pdf": ["A1", "A2"]}) == ["A1 A2", "A1 A2"]
    assert folder({"1.png": ["A1"], "2.pdf": ["A2"], "3.pdf": ["A2"]}) == ["A1 A2 A2"]


def test_files_are_taken_in_the_order_of_their_numbers():
    given = ["s/scan10.png", "s/scan9.png", "s/Brief.pdf", "s/scan2b.png", "r/z.pdf"]
    assert sorted(given, key=in_order) == [
        "r/z.pdf",
        "s/Brief.pdf",
        "s/scan2b.png",
        "s/scan9.png",
        "s/scan10.png",
    ]


@pytest.mark.parametrize("seed", range(30))
def test_no_page_is_lost_and_none_is_in_two_documents(seed):
    chance = random.Random(seed)
    said = [
        chance.choice([BLANK, SEPARATOR, "-", "?b", *(f"{d}{n}" for d in "?AB" for n in "123b")])
        for _ in range(40)
    ]
    pages = [page(number, one) for number, one in enumerate(said, start=1)]
    found = [p.number for one in documents(pages, FORMS) for p in (*one.pages, *one.sheets)]
    content = [one.number for one in pages if one.role is PageRole.CONTENT]
    assert sorted(found) == content


@pytest.mark.parametrize("seed", range(30))
def test_pages_of_two_references_are_never_in_one_document(seed):
    chance = random.Random(seed)
    said = [chance.choice([f"{d}{n}" for d in "?ABC" for n in "12b"]) for _ in range(25)]
    for one in pile(*said):
        assert len({name[0] for name in one.split()} - {"?"}) <= 1
