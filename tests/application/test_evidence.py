"""What proves a reading, from a document as it is printed and the pictures cut out for it."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any  # JSON

import pytest

from formservice.application.evidence import Crop, crops, cut_out, evidence
from formservice.application.ports import OpenDocument
from formservice.domain.document import Box, Doubt
from formservice.domain.errors import UnsupportedMediaError
from formservice.domain.rules import REASONS

MADE = datetime(2026, 11, 20, 21, 5, 7, tzinfo=UTC)
WORD = "Geheimnis"


def field(**given: Any) -> dict[str, Any]:
    """Return one field as ``read --json`` prints it."""
    return {
        "reading": "read",
        "value": WORD,
        "raw": WORD,
        "confidence": 0.9,
        "accepted": False,
        "method": "ocr",
        "page": 1,
        "box": [0.1, 0.2, 0.3, 0.4],
        "doubts": ["readings-differ"],
        "opinions": [
            {"by": "zone", "text": WORD, "confidence": 0.9},
            {"by": "page", "text": "Geheimnls", "confidence": 0.7},
        ],
        "decided": "papier",
    } | given


def place(key: str, page: int = 1, on: bool | None = None) -> dict[str, Any]:
    there = {"key": key, "method": "mark", "page": page, "box": [0.1, 0.5, 0.2, 0.6]}
    return there | {"doubts": [], "on": on}


def document(**given: Any) -> dict[str, Any]:
    """Return a document as ``read --json`` prints it."""
    return {
        "file": "stapel.pdf",
        "sha256": "ab" * 32,
        "medium": "scan",
        "page_numbers": [1, 2],
        "form": {"id": "bogen", "edition": "2026-01", "margin": 0.9},
        "reference": None,
        "fields": {"name": field()},
        "sheets": [],
        "findings": [],
        "archivable": False,
        "program": "1.2.3",
    } | given


def named(_part: object) -> dict[str, str]:
    return {"name": "Nachname", "anlass": "Anlass", "anlass.ja": "Ja, gern"}


def test_every_box_every_part_and_every_sheet_is_cut_out_under_a_name_of_its_own() -> None:
    choice = field(value="ja", places=[place("anlass.ja", on=True), place("anlass.nein")])
    answer = field(places=[place("q1"), place("q1__2", 2)])
    sheet = {"form": None, "pages": [3], "answers": None, "fields": {"name": field(page=3)}}
    fields = {"name": field(), "anlass": choice, "q1": answer, "ziele[0].text": field(page=2)}
    found = crops(document(fields=fields, sheets=[sheet]))
    assert [(one.name, one.page) for one in found] == [
        ("name.png", 1),
        ("anlass.ja.png", 1),
        ("anlass.nein.png", 1),
        ("q1.png", 1),
        ("q1__2.png", 2),
        ("ziele.0.text.png", 2),
        ("blatt1.name.png", 3),
    ]


def test_a_field_seen_twice_gets_two_files_and_one_never_seen_gets_none() -> None:
    fields = {
        "name": field(places=[place("name"), place("name", 2)]),
        "ort": field(page=None, box=None),
    }
    assert [one.name for one in crops(document(fields=fields))] == ["name.png", "name-2.png"]


def test_no_name_of_a_file_leads_out_of_its_folder() -> None:
    (one,) = crops(document(fields={"../../Größe\n": field()}))
    assert one.name == ".._.._Gr__e_.png"


def test_pieces_of_a_page_that_lies_on_its_side_are_to_be_turned() -> None:
    fields = {"a": field(), "b": field(page=2)}
    found = crops(document(fields=fields, turned={"2": 3}))
    assert [one.quarters for one in found] == [0, 3]


def test_what_was_found_between_labels_is_cut_from_the_page_put_upright() -> None:
    fields = {"a": field(method="label"), "b": field(places=[place("b") | {"method": "label"}])}
    found = crops(document(fields=fields, turned={"1": 3}))
    assert [(one.quarters, one.is_upright) for one in found] == [(0, True)] * 2


def test_places_of_earlier_records_are_of_their_fields_method() -> None:
    earlier = place("b")
    del earlier["method"]
    found = crops(document(fields={"b": field(method="label", places=[earlier])}))
    assert [one.is_upright for one in found] == [True]


def test_pieces_of_a_document_over_several_files_come_from_the_page_of_the_file_they_are_in() -> (
    None
):
    homes = [
        {"file": "b.pdf", "sha256": "b", "page": 2},
        {"file": "c.png", "sha256": "c", "page": 1},
    ]
    fields = {"x": field(page=2), "y": field(page=1)}
    spanning = document(fields=fields, sha256="b", pages=homes, turned={"2": 1})
    found = crops(spanning)
    assert [(one.name, one.original, one.own_page, one.quarters) for one in found] == [
        ("x.png", "c", 1, 1),
        ("y.png", "b", 2, 0),
    ]
    told = evidence(spanning, MADE, {one.name: b"x" for one in found}, named)
    assert told["pages"] == homes
    assert [cut["page"] for one in told["fields"] for cut in one["pictures"]] == [2, 1]


def test_evidence_holds_all_readings_the_doubts_in_words_and_the_hash_of_every_picture() -> None:
    png = b"\x89PNG"
    told = evidence(document(), MADE, {"name.png": png}, named)
    (one,) = told["fields"]
    assert one["name"] == "Nachname"
    assert [said["by"] for said in one["opinions"]] == ["zone", "page"]
    assert one["decided"] == "papier"
    assert one["doubts"] == [
        {"code": "readings-differ", "reason": "zwei Lesungen des Bildes sind verschieden"}
    ]
    (cut,) = one["pictures"]
    assert (cut["file"], cut["page"], cut["box"]) == ("name.png", 1, [0.1, 0.2, 0.3, 0.4])
    assert cut["sha256"] == hashlib.sha256(png).hexdigest()
    assert told["original"] == {"file": "stapel.pdf", "sha256": "ab" * 32}
    assert (told["program"], told["made"]) == ("1.2.3", "2026-11-20T21:05:07+00:00")


def test_a_piece_that_could_not_be_cut_out_is_not_promised() -> None:
    told = evidence(document(), MADE, {}, named)
    assert told["fields"][0]["pictures"] == []


def test_the_options_of_a_choice_are_named_as_they_are_printed() -> None:
    choice = field(value="ja", places=[place("anlass.ja", on=True), place("anlass.nein")])
    told = evidence(document(fields={"anlass": choice}), MADE, {"anlass.ja.png": b"x"}, named)
    assert told["fields"][0]["chosen"] == ["Ja, gern"]
    assert [cut["label"] for cut in told["fields"][0]["pictures"]] == ["Ja, gern"]


@pytest.mark.parametrize("doubt", Doubt)
def test_every_doubt_has_a_reason_for_people(doubt: Doubt) -> None:
    assert len(REASONS[doubt]) > len(doubt.value)


def test_a_doubt_of_a_later_edition_is_shown_as_it_is() -> None:
    told = evidence(document(fields={"a": field(doubts=["new"])}), MADE, {}, named)
    assert told["fields"][0]["doubts"] == [{"code": "new", "reason": "new"}]


class Blank(OpenDocument):
    """A file of one page on which every piece is its own box, in words."""

    pages = ()

    def crop(self, page: int, box: Box) -> bytes:
        return f"{page}: {box.left}".encode()

    def zones(self, page: int, layout: object, form_page: int) -> tuple[()]:
        return ()

    def close(self) -> None:
        """Nothing is held."""


class Picky:
    """A reader of files that begin with an a."""

    def reads(self, data: bytes) -> bool:
        return data.startswith(b"a")

    def open(self, data: bytes) -> Blank:
        return Blank()


def test_pieces_come_in_the_order_they_are_wanted_from_the_reader_that_knows_the_file() -> None:
    boxes = (Box(0.5, 0, 1, 1), Box(0.25, 0, 1, 1))
    wanted = [Crop(f"{n}.png", "a", 9, box, "ab", n, n) for n, box in enumerate(boxes, start=1)]
    assert list(cut_out([Picky()], b"abc", wanted)) == [(b"1: 0.5", 1), (b"2: 0.25", 2)]
    strange: Iterator[object] = cut_out([Picky()], b"xyz", wanted)
    with pytest.raises(UnsupportedMediaError):
        next(strange)
