"""The places of the fields, measured against the printed form by other means than the build's."""

import io
import json
from itertools import combinations

import pdfplumber
import pypdfium2
import pytest

from formservice.adapters.building.build import Built, as_json, build
from tests.adapters.stress_form import DEFINITION, stress_form
from tests.programs import needs_office

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    needs_office,
]


def _colour(value: float | tuple[float, ...] | None) -> tuple[float, ...]:
    """Return the parts of a colour; pdfplumber gives grey as a bare number."""
    return value if isinstance(value, tuple) else (value or 0.0,)


@pytest.fixture(scope="module")
def built() -> Built:
    return build(DEFINITION, stress_form())


@pytest.fixture(scope="module")
def fields(built: Built):
    """What fields.json will hold."""
    return json.loads(as_json(built.fields))


@pytest.fixture(scope="module")
def zones(fields) -> dict[str, tuple[float, ...]]:
    """Points from the top left corner."""
    width, height = fields["pages"][0]["width"], fields["pages"][0]["height"]
    return {
        zone["key"]: tuple(
            value * side
            for value, side in zip(zone["box"], (width, height, width, height), strict=True)
        )
        for zone in fields["fields"]
    }


@pytest.fixture(scope="module")
def words(built: Built):
    """Printed words of the blank form; the last one counts where a word is repeated."""
    with pdfplumber.open(io.BytesIO(built.pdf)) as pdf:
        return {word["text"]: word for word in pdf.pages[0].extract_words()}


@pytest.fixture(scope="module")
def rules(built: Built) -> list[tuple[float, float, float, float]]:
    """The lines of the tables."""
    with pdfplumber.open(io.BytesIO(built.pdf)) as pdf:
        return [
            (line["x0"], line["top"], line["x1"], line["bottom"])
            for line in pdf.pages[0].lines
            if _colour(line["stroking_color"]) != (0.55,)  # the lines to write on
        ]


def test_no_two_zones_overlap(zones):
    for (one, a), (other, b) in combinations(zones.items(), 2):
        apart = (
            a[2] <= b[0] + 0.3 or b[2] <= a[0] + 0.3 or a[3] <= b[1] + 0.3 or b[3] <= a[1] + 0.3
        )
        assert apart, f"{one} and {other} overlap"


def test_no_zone_crosses_a_line_of_a_table(zones, rules):
    for key, (left, top, right, bottom) in zones.items():
        for x0, y0, x1, y1 in rules:
            outside = x1 <= left or x0 >= right or y1 <= top or y0 >= bottom
            assert outside, f"{key} is crossed"


def test_no_zone_covers_printed_words_except_the_ticks(zones, words):
    ticks = {"wahl.ja", "wahl.nein", "einzeln"}
    for key in zones.keys() - ticks:
        left, top, right, bottom = zones[key]
        for word in words.values():
            x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
            assert not (left < x < right and top < y < bottom), f"{key} covers printed text"


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("kopf", "Kopfzelle:"),
        ("vorname", "Vorname:"),
        ("von", "von"),
        ("bis", "bis"),
        ("nach_tab", "Tabulator:"),
        ("inline", "Mitten"),
        ("frei", "Tabelle:"),
    ],
)
def test_a_field_beside_text_begins_after_its_label_on_the_same_line(zones, words, key, label):
    left, top, _, bottom = zones[key]
    assert left >= words[label]["x1"]
    assert left - words[label]["x1"] < 30
    middle = (words[label]["top"] + words[label]["bottom"]) / 2
    assert top < middle < bottom


def test_a_field_reaches_to_the_next_text_or_to_the_end_of_its_cell(zones, words):
    assert 0 < words["bis"]["x0"] - zones["von"][2] < 4
    assert 0 < words["im"]["x0"] - zones["inline"][2] < 4
    # The table is 16 cm wide from a margin of 25 mm; both columns are equally wide.
    assert zones["vorname"][2] == pytest.approx(zones["kopf"][2])
    assert zones["bis"][2] == pytest.approx(zones["alone"][2], abs=0.5)


def test_a_field_wrapped_to_the_next_line_begins_at_the_left_of_its_cell(zones, words):
    assert zones["umbruch"][0] == pytest.approx(words["Eine"]["x0"], abs=1)
    assert zones["umbruch"][1] > words["umbricht:"]["top"]


def test_two_fields_below_each_other_in_one_cell_keep_apart(zones):
    assert zones["links"][3] <= zones["rechts"][1] + 0.1


def test_a_field_in_a_merged_cell_has_the_height_of_both_rows(zones):
    both = zones["inline"][3] - zones["nach_tab"][1]
    assert zones["verbunden"][3] - zones["verbunden"][1] == pytest.approx(both, abs=4)


def test_a_nested_cell_is_the_zone_not_the_cell_around_it(zones, words):
    assert zones["nested"][0] > words["Innen"]["x1"]
    assert zones["nested"][3] - zones["nested"][1] < 30


def test_a_tick_zone_is_the_printed_box_itself(built, zones):
    """The ink of the box touches all four sides of its zone and nothing sticks out."""
    scale = 8
    with pypdfium2.PdfDocument(built.pdf) as pdf:
        picture = pdf[0].render(scale=scale, may_draw_forms=False).to_pil().convert("L")
    for key in ("wahl.ja", "wahl.nein", "einzeln"):
        left, top, right, bottom = (value * scale for value in zones[key])
        around = picture.crop((int(left) - 12, int(top) - 12, int(right) + 12, int(bottom) + 12))
        ink = around.point(lambda value: 255 if value < 128 else 0).getbbox()
        assert ink is not None, key
        expected = (12, 12, 12 + right - left, 12 + bottom - top)
        # 3 pixels of 1/8 pt: rounding of the crop and of the renderer.
        assert ink == pytest.approx(expected, abs=3), key


def test_no_stand_in_and_no_marking_colour_is_left_in_the_form(built):
    with pdfplumber.open(io.BytesIO(built.pdf)) as pdf:
        page = pdf.pages[0]
        text = page.extract_text()
        colours = {
            _colour(item["non_stroking_color"])
            for item in page.chars + [shape for shape in page.rects if shape["fill"]]
        }
        pictures = page.images
    assert "_" not in text
    assert "X" not in text
    assert pictures == []
    blue = {colour for colour in colours if len(colour) == 3 and round(colour[2] * 255) == 250}
    assert blue == set()
    light = {colour for colour in colours if len(colour) == 3 and round(colour[2] * 255) == 215}
    assert light == set()


def test_shading_of_a_cell_with_fields_comes_back(built):
    with pdfplumber.open(io.BytesIO(built.pdf)) as pdf:
        shades = {
            tuple(round(part * 255) for part in _colour(rect["non_stroking_color"]))
            for rect in pdf.pages[0].rects
            if rect["fill"]
        }
    assert (0xE8, 0xEE, 0xF4) in shades


def test_corner_squares_stay_black_and_the_qr_place_stays_white(built, fields):
    size = fields["pages"][0]
    with pypdfium2.PdfDocument(built.pdf) as pdf:
        picture = pdf[0].render(scale=2).to_pil().convert("L")

    def darkness(box: list[float]) -> float:
        left, top, right, bottom = (
            value * side * 2
            for value, side in zip(box, (size["width"], size["height"]) * 2, strict=True)
        )
        part = picture.crop((int(left) + 2, int(top) + 2, int(right) - 2, int(bottom) - 2))
        return float(part.histogram()[0] / (part.width * part.height))

    assert [darkness(square["box"]) for square in fields["squares"]] == [1.0, 1.0, 1.0]
    assert [darkness(qr["box"]) for qr in fields["qr"]] == [0.0]
