"""Which form pages are, where a document ends, and when a person must choose."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from formservice.application.documents import documents
from formservice.application.identify import candidate, identify
from formservice.application.page_places import claimed_place
from formservice.domain.document import Block, Claim, Medium, Method, Page, Sighting
from formservice.domain.form import FormRef
from tests.application.literal_form import FORM, REF, SHEET, SHEET_REF

FORMS = [candidate(FORM), candidate(SHEET)]


def page(number, *, text=(), keys=(), claims=(), medium=Medium.TEXT):
    return Page(
        number,
        medium,
        595,
        842,
        tuple(Sighting(key, Method.CONTROL, number) for key in keys),
        tuple(Block(one, number) for one in text),
        tuple(claims),
    )


def claim(form="abholschein", edition="2026-01", number=1, reference=None, source="text"):
    return Claim(form, edition, source, number, reference)


assert FORM.layout is not None
WORDS = [item.text for item in FORM.layout.flow if item.text]
ANCHORS = [anchor for field in FORM.fields for anchor in field.anchors]


def test_wording_alone_identifies_a_form_with_a_margin():
    found = identify([page(1, text=WORDS)], FORMS)
    assert found.ref == REF
    assert found.margin >= 0.8


def test_control_names_alone_identify_a_form():
    assert identify([page(1, keys=ANCHORS)], FORMS).ref == REF


def test_a_foreign_page_is_no_form_even_if_it_asks_for_a_name():
    found = identify(
        [page(1, text=["Rechnung", "Name:", "Telefon:"], keys=["name", "iban"])], FORMS
    )
    assert found.ref is None


def test_an_empty_file_is_no_form():
    assert identify([page(1)], FORMS).ref is None


def test_a_claim_identifies_a_page_without_text():
    assert identify([page(1, claims=[claim(source="qr")])], FORMS).ref == REF


def test_two_forms_claimed_at_once_have_no_margin():
    both = [claim(), claim("beiblatt", "2026-11")]
    assert identify([page(1, claims=both)], FORMS).ref is None


def test_another_edition_of_the_form_is_not_taken_for_this_one():
    found = identify([page(1, text=WORDS, claims=[claim(edition="2031-05")])], FORMS)
    assert found.ref is None


def test_a_form_behind_foreign_pages_is_a_document_of_its_own():
    pages = [page(1, text=["Sehr geehrte Damen"]), page(2, text=WORDS), page(3, text=["Anlage"])]
    found = documents(pages, FORMS)
    assert [(one.identity.ref, [p.number for p in one.pages]) for one in found] == [
        (None, [1]),
        (REF, [2]),
        (None, [3]),
    ]


def test_two_copies_of_one_form_are_two_documents():
    twice = documents([page(1, text=WORDS), page(2, text=WORDS)], FORMS)
    assert [one.identity.ref for one in twice] == [REF, REF]
    named = documents([page(1, keys=ANCHORS), page(2, keys=ANCHORS)], FORMS)
    assert len(named) == 2


def test_pages_of_one_form_stay_together():
    half = len(WORDS) // 2
    found = documents([page(1, text=WORDS[:half]), page(2, text=WORDS[half:])], FORMS)
    assert [one.identity.ref for one in found] == [REF]
    claimed = [page(n, claims=[claim(number=n, reference="AB")]) for n in (1, 2)]
    assert len(documents(claimed, FORMS)) == 1


def test_another_reference_begins_another_document():
    pages = [page(n, claims=[claim(number=n, reference=ref)]) for n, ref in ((1, "AA"), (2, "BB"))]
    assert len(documents(pages, FORMS)) == 2


@pytest.mark.parametrize("turn", [1, -1])
def test_what_nobody_sees_on_a_page_counts_less_than_what_is_printed_on_it(turn):
    """Who joins files may leave a page key that speaks of another page; paper does not err."""
    claims = [claim(number=1), claim(number=2, reference="A", source="page")]
    assert claimed_place(page(1, claims=claims[::turn])) == (1,)
    scanned = [claim(number=1, source="page"), claim(number=2, source="qr")]
    assert claimed_place(page(1, claims=scanned[::turn])) == (2,)


def test_pages_that_print_no_reference_are_told_apart_by_the_one_they_hold():
    held = [
        page(
            number,
            claims=[claim(number=number), claim(number=number, reference=name, source="page")],
        )
        for number, name in enumerate("AB", start=1)
    ]
    assert numbers(documents(held, FORMS)) == [(REF, [1], []), (REF, [2], [])]


def test_continuation_sheets_go_with_the_form_before_them():
    sheet = page(2, claims=[claim("beiblatt", "2026-11")])
    fields = page(3, keys=["bericht__3"], medium=Medium.ACROFORM)
    (found,) = documents([page(1, text=WORDS), sheet, fields], FORMS)
    assert [p.number for p in found.sheets] == [2, 3]


def test_a_lonely_continuation_sheet_is_what_it_is():
    (found,) = documents([page(1, claims=[claim("beiblatt", "2026-11")])], FORMS)
    assert found.identity.ref == SHEET_REF == FormRef("beiblatt", "2026-11")


def test_every_page_is_in_exactly_one_document():
    pages = [page(n, text=WORDS if n % 3 == 0 else [f"Blatt {n}"]) for n in range(1, 11)]
    numbers = [p.number for one in documents(pages, FORMS) for p in (*one.pages, *one.sheets)]
    assert sorted(numbers) == list(range(1, 11))


class Untouched(Sequence[Block]):
    """Blocks that nobody may ask for."""

    def __getitem__(self, index):
        raise AssertionError("the wording was asked for")

    def __len__(self):
        raise AssertionError("the wording was asked for")


def test_the_wording_is_not_asked_for_where_claim_and_all_names_agree():
    settled = replace(page(1, keys=ANCHORS, claims=[claim()]), blocks=Untouched())
    found = documents([settled], FORMS)[0].identity
    assert (found.ref, found.score) == (REF, 1.0)


class Counted(Sequence[Block]):
    """Blocks that count how often they are gone through."""

    def __init__(self, *blocks: Block) -> None:
        self.times = 0
        self._blocks = blocks

    def __getitem__(self, index):
        self.times += index == 0
        return self._blocks[index]

    def __len__(self):
        return len(self._blocks)


def test_pages_of_no_form_are_not_looked_at_again_with_every_page_behind_them():
    blocks = [Counted(Block(f"Blatt {number}", number)) for number in range(1, 61)]
    pages = [replace(page(n), blocks=own) for n, own in enumerate(blocks, start=1)]
    (found,) = documents(pages, FORMS)
    assert (found.identity.ref, len(found.pages)) == (None, 60)
    assert max(own.times for own in blocks) < 15


@pytest.mark.parametrize(
    ("keys", "claims"),
    [
        (ANCHORS[1:], [claim()]),
        ([*ANCHORS, "iban"], [claim()]),
        (ANCHORS, [claim("beiblatt", "2026-11")]),
        (ANCHORS, [claim(), claim("beiblatt", "2026-11")]),
        (ANCHORS, []),
    ],
)
def test_the_wording_counts_where_claim_and_names_leave_a_doubt(keys, claims):
    doubtful = replace(page(1, keys=keys, claims=claims), blocks=Untouched())
    with pytest.raises(AssertionError, match="wording"):
        identify([doubtful], FORMS)


def numbers(found):
    return [
        (one.identity.ref, [p.number for p in one.pages], [p.number for p in one.sheets])
        for one in found
    ]


def test_pages_of_one_reference_are_one_document_in_any_order_and_company():
    pages = [
        page(1, claims=[claim(number=2, reference="AA")]),
        page(2, text=["Sehr geehrte Damen"]),
        page(3, claims=[claim(number=1, reference="AA")]),
        page(4, claims=[claim(number=1, reference="BB")]),
    ]
    assert numbers(documents(pages, FORMS)) == [(None, [2], []), (REF, [3, 1], []), (REF, [4], [])]


def test_pages_without_reference_are_joined_only_if_each_is_there_once():
    reversed_pages = [page(1, claims=[claim(number=2)]), page(2, claims=[claim(number=1)])]
    assert numbers(documents(reversed_pages, FORMS)) == [(REF, [2, 1], [])]
    mixed = [page(n, claims=[claim(number=one)]) for n, one in enumerate((2, 1, 1), 1)]
    assert len(documents(mixed, FORMS)) == 3


def test_a_continuation_sheet_before_its_form_or_behind_another_page_goes_with_it():
    sheet = claim("beiblatt", "2026-11")
    form = page(2, text=WORDS)
    first = [page(1, claims=[sheet]), form]
    assert numbers(documents(first, FORMS)) == [(REF, [2], [1])]
    later = [form, page(3, text=["Sehr geehrte Damen"]), page(4, claims=[sheet])]
    assert numbers(documents(later, FORMS)) == [(REF, [2], [4]), (None, [3], [])]


def test_a_continuation_sheet_goes_with_the_form_of_its_reference_or_with_none():
    forms = [page(n, claims=[claim(reference=ref)]) for n, ref in ((1, "AA"), (2, "BB"))]
    sheet = page(3, claims=[claim("beiblatt", "2026-11", reference="AA")])
    assert numbers(documents([*forms, sheet], FORMS)) == [(REF, [1], [3]), (REF, [2], [])]
    other = page(3, claims=[claim("beiblatt", "2026-11", reference="CC")])
    assert numbers(documents([*forms, other], FORMS))[2] == (SHEET_REF, [3], [])


def test_a_page_with_one_last_phrase_of_the_form_ends_it():
    long = next(word for word in WORDS if len(word) > 30)
    rest = [word for word in WORDS if word != long]
    pages = [page(1, text=rest), page(2, text=[long, *["Eine lange Antwort."] * 90])]
    assert [[p.number for p in one.pages] for one in documents(pages, FORMS)] == [[1, 2]]
