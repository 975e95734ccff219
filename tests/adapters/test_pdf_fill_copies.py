"""Copies of a form's own pages: later items are fields there, the rest is drawn."""

import io
import re

import pikepdf
import pypdf
import pypdfium2
import pytest
import zxingcpp

from formservice.adapters.building.check import weaknesses
from formservice.adapters.pdf_fill import prints
from formservice.adapters.pdf_fill.renderer import PdfRenderer
from formservice.adapters.pdf_tree import fields as fields_of
from formservice.domain.copies import copies, printed_shape
from formservice.domain.form import FormRef, Group
from formservice.domain.groups import flat
from tests.adapters.pdf_filled import definitions, template
from tests.adapters.plans import REFERENCE, pdf, plan, values

GOALS = next(one for one in plan().members if isinstance(one, Group))
OWN = 2  # pages of the blank plan


def widgets(file: bytes, page: int) -> dict[str, tuple[str, str]]:
    """Return the fields of one page (from 0) by full name: their own part of it, their title."""
    with pikepdf.open(io.BytesIO(file)) as opened:
        here = {widget.objgen for widget in opened.pages[page].get("/Annots", pikepdf.Array())}
        return {
            name: (str(one.T), str(one.TU))
            for name, one in fields_of(opened)
            if one.objgen in here
        }


def echoed(file: bytes, page: int, source: str) -> str:
    """Return the text drawn on a page (from 0) where the built form repeats ``source``."""
    layout = plan().layout
    assert layout is not None
    box = next(echo.box for echo in layout.echoes if echo.source == source)
    width, height = layout.pages[0]
    document = pypdfium2.PdfDocument(file)
    try:
        reader = document[page].get_textpage()
        edges = (box.left * width, (1 - box.bottom) * height)
        corner = (box.right * width, (1 - box.top) * height)
        return str(reader.get_text_bounded(*edges, *corner)).strip()
    finally:
        document.close()


def text(file: bytes, page: int) -> str:
    document = pypdfium2.PdfDocument(file)
    try:
        return str(document[page].get_textpage().get_text_bounded())
    finally:
        document.close()


def codes(file: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(file)
    try:
        return [zxingcpp.read_barcodes(page.render(scale=3).to_pil())[0].text for page in document]
    finally:
        document.close()


def test_only_the_later_items_are_fields_on_a_copy() -> None:
    file = pdf(values({"ziele": 4}))
    for page, goal in ((OWN, 2), (OWN + 1, 3)):
        names = widgets(file, page).keys()
        assert names
        assert all(name.startswith(f"ziele[{goal}].") for name in names)


def test_the_fields_of_a_file_are_all_different_and_the_whole_form() -> None:
    file = pdf(values({"ziele": 4, "ziele[0].teilziele": 7}))
    names = pypdf.PdfReader(io.BytesIO(file)).get_fields() or {}
    shape = printed_shape(plan(), {"ziele": 4, "ziele[0].teilziele": 7})
    whole = {anchor for field in flat(plan().members, shape) for anchor in field.anchors}
    assert whole <= names.keys()
    with pikepdf.open(io.BytesIO(file)) as opened:
        listed = [name for name, _ in fields_of(opened)]
    assert len(listed) == len(set(listed))


def test_a_field_on_a_copy_is_called_after_its_item() -> None:
    found = widgets(pdf(values({"ziele": 3})), OWN)
    assert found["ziele[2].wiedervorlage"] == ("wiedervorlage", "Ziel 3: Wiedervorlage")
    assert found["ziele[2].angebot_vorhanden.ja"][1].startswith("Ziel 3: ")


def test_what_a_copy_repeats_is_drawn_with_the_number_of_its_item() -> None:
    given = values({"ziele": 3})
    file = pdf(given)
    assert echoed(file, OWN, "ziele[1]") == "3"
    assert echoed(file, OWN, "vorname") in str(given["vorname"])
    assert str(given["vorname"]) in text(file, OWN)


def test_what_is_too_long_to_be_repeated_ends_in_an_ellipsis() -> None:
    name = "Friedrich Wilhelm Maximilian " * 20
    file = pdf(values({"ziele": 3}) | {"vorname": name})
    shown = re.findall(r"Friedrich [^…]*…", " ".join(text(file, OWN).split()))
    assert shown
    assert all(name.startswith(one.removesuffix("…")) for one in shown)


def test_the_heading_of_a_sheet_ends_in_an_ellipsis_where_it_is_cut() -> None:
    given = values({"ziele": 1}) | {
        "ziele[0].text": "Arbeit. " * 900,
        "vorname": "Maximilian " * 20,
    }
    heading = " ".join(text(pdf(given), OWN).split())
    assert re.search(r"(Maximilian )+M?[a-z]*…", heading)


def test_further_rows_of_a_list_go_on_counting() -> None:
    file = pdf(values({"ziele": 1, "ziele[0].teilziele": 5}))
    assert echoed(file, OWN, "ziele[1]") == "1"
    assert echoed(file, OWN, "ziele[1].teilziele[0]") == "4"


def test_the_blank_form_shows_the_numbers_of_its_items() -> None:
    blank = pdf({})
    assert echoed(blank, 0, "ziele[0]") == "1"
    assert echoed(blank, 1, "ziele[1]") == "2"
    assert echoed(blank, 1, "ziele[1].teilziele[2]") == "3"


def test_a_box_that_is_no_field_on_a_copy_is_ticked_all_the_same() -> None:
    # The further print for the steps of goal 1 repeats what else is known of that goal.
    given = values({"ziele": 1, "ziele[0].teilziele": 4})
    file = pdf(given)
    assert not any("angebot" in name for name in widgets(file, OWN))
    with pikepdf.open(io.BytesIO(file)) as opened:
        shown = opened.pages[OWN].Resources.XObject
        crosses = [
            form.read_bytes()
            for name, form in shown.items()
            if name.startswith("/FormserviceText") and b" l S Q" in form.read_bytes()
        ]
    ticked = [key for key in given if key.endswith(("prioritaet", "stand", "vorhanden"))]
    assert len(crosses) == len(ticked)


def test_a_text_that_goes_on_elsewhere_is_drawn_on_a_copy_in_operators_there_are() -> None:
    given = values({"ziele": 1, "ziele[0].teilziele": 4}) | {"ziele[0].text": "lang " * 400}
    with pikepdf.open(io.BytesIO(pdf(given))) as opened:
        shown = opened.pages[OWN].Resources.XObject
        used = {
            str(one.operator)
            for name, form in shown.items()
            if name.startswith("/FormserviceText")
            for one in pikepdf.parse_content_stream(form)
        }
    assert used
    assert all(one.strip("*").isalpha() for one in used)


def test_every_page_says_in_code_and_print_which_copy_it_is() -> None:
    file = pdf(values({"ziele": 3, "ziele[0].teilziele": 4}))
    start = f"FS1|{plan().ref.form}|{plan().ref.edition}"
    assert codes(file) == [
        f"{start}|1/4|{REFERENCE}",
        f"{start}|2/4|{REFERENCE}",
        f"{start}|2+0.0.1/4|{REFERENCE}",
        f"{start}|2+0.2.0/4|{REFERENCE}",
    ]
    for page, place in enumerate(("1/4", "2/4", "2+0.0.1/4", "2+0.2.0/4")):
        foot = f"{plan().ref} · Seite {place} · Blatt {page + 1} von 4"
        assert foot in text(file, page)


def test_a_form_without_copies_says_only_its_pages() -> None:
    start = f"FS1|{plan().ref.form}|{plan().ref.edition}"
    assert codes(pdf({})) == [f"{start}|1|{REFERENCE}", f"{start}|2|{REFERENCE}"]


@pytest.mark.parametrize(
    "shape", [{}, {"ziele": 3}, {"ziele": 5, "ziele[1].teilziele": 8}], ids=["0", "3", "5"]
)
def test_a_file_with_copies_stays_tagged_and_accessible(shape: dict[str, int]) -> None:
    given = values(shape) | ({"ziele[2].text": "Arbeit. " * 900} if shape else {})
    with pikepdf.open(io.BytesIO(pdf(given))) as opened:
        assert weaknesses(opened) == []
        assert opened.check_pdf_syntax() == []


def test_sheets_stand_behind_the_copies() -> None:
    given = values({"ziele": 3}) | {"ziele[0].text": "Arbeit. " * 900}
    file = pdf(given)
    assert list(widgets(file, OWN + 1)) == ["ziele[0].text__2"]


def test_a_copy_costs_little_room() -> None:
    one, two = (len(pdf(values({"ziele": goals}))) for goals in (3, 4))
    assert two - one < 40_000


def test_prints_are_kept_but_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prints, "_KEPT", 2)
    made: list[object] = []

    def counted(ref: FormRef) -> bytes:
        made.append(ref)
        return template(ref)

    renderer = PdfRenderer(counted, definitions()["beiblatt"])
    for goals in (1, 2, 3, 3, 1, 4, 5, 1):
        renderer.render(plan(), values({"ziele": goals}), "")
    # 1 and 2 are one print; 3, 4 and 5 are others, and the first was still known when it came
    # back for the second time but not for the third.
    assert len(made) == 5


def test_copies_are_made_for_what_is_there_and_no_more() -> None:
    assert copies(plan(), {"ziele": GOALS.rows}) == ()
    assert len(copies(plan(), {"ziele": GOALS.rows + 3})) == 3
