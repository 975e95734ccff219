"""What a page is that says nothing about itself: form, empty back, separator, or unknown."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from formservice.adapters.definitions.mappings import Definitions, load
from formservice.adapters.scan.pictured import PicturedPage
from formservice.adapters.scan.recognition import Recognition
from formservice.application.identify import candidate, identify
from formservice.domain.document import Doubt, Medium, Page, PageRole, Unknown
from formservice.domain.form import FormRef, Layout
from formservice.domain.reference import SEPARATOR
from tests.adapters.scan_prints import FONT, Grey, Scan, needs_fonts
from tests.programs import needs_tesseract

_HOME = Path(__file__).parents[2]
pytestmark = needs_fonts
SIZE = (1654, 2339)
Drawn = Callable[[], Grey]


@cache
def forms() -> Definitions:
    return load(_HOME / "mappings", _HOME / "form_templates")


def layouts() -> tuple[Layout, ...]:
    return tuple(one.layout for one in forms() if one.layout is not None)


def blank(ref: FormRef) -> bytes:
    return (_HOME / "form_templates" / ref.form / ref.edition / "form.pdf").read_bytes()


@cache
def blank_print(ref: FormRef, page: int, dpi: int = 300) -> Grey:
    document = pypdfium2.PdfDocument(blank(ref))
    bitmap = document[page - 1].render(scale=dpi / 72, grayscale=True)
    picture = np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)
    document.close()
    return picture


def without_marks(ref: FormRef, page: int) -> Grey:
    """Return a blank print whose squares are painted over; form.pdf has no codes anyway."""
    layout = next(one for one in layouts() if one.ref == ref)
    picture = blank_print(ref, page).copy()
    height, width = picture.shape
    for number, box in layout.squares:
        if number == page:
            rows = slice(int(box.top * height) - 8, int(box.bottom * height) + 8)
            picture[rows, int(box.left * width) - 8 : int(box.right * width) + 8] = 255
    return picture


@pytest.fixture(scope="module")
def tools() -> Recognition:
    return Recognition(blank, layouts=layouts)


ERWARTUNG = FormRef("erwartungsbogen", "2023-07-24")
PLAN = FormRef("integrationsfoerderplan", "2017-11")
PAGES = [(layout.ref, page + 1) for layout in layouts() for page in range(len(layout.pages))]
SCANS = {
    "crooked": Scan(turn=-2.0, scale=0.95, shift_mm=(-3, 4), grain=8, blur=0.8, jpeg=65),
    "fifteen degrees": Scan(turn=15.0, scale=0.8, grain=4),
    "upside down, in a shadow": Scan(quarter_turns=2, turn=1.0, shadow=0.5, grain=6, jpeg=60),
    "on its side, 150 dpi": Scan(dpi=150, quarter_turns=1, grain=5),
    "from the side": Scan(trapezoid=0.03, scale=0.9, quarter_turns=3, grain=4, jpeg=70),
}


def is_page(picture: Grey, tools: Recognition, ref: FormRef, page: int) -> bool:
    return claims_only(PicturedPage(picture, tools), ref, page)


def claims_only(pictured: PicturedPage, ref: FormRef, page: int) -> bool:
    claims = pictured.claims
    return {(one.form, one.edition, one.page) for one in claims} == {(ref.form, ref.edition, page)}


@pytest.mark.slow
@pytest.mark.parametrize("scan", SCANS.values(), ids=SCANS)
@pytest.mark.parametrize(("ref", "page"), PAGES, ids=[f"{ref}-{page}" for ref, page in PAGES])
def test_every_page_is_known_without_code_and_squares_however_it_lies(
    tools: Recognition, ref: FormRef, page: int, scan: Scan
) -> None:
    picture, truth = scan.of(without_marks(ref, page))
    pictured = PicturedPage(picture, tools)
    assert claims_only(pictured, ref, page)
    layout = next(one for one in layouts() if one.ref == ref)
    pose = pictured.pose(layout, page)
    assert pose is not None
    corners = np.array([[(60.0, 60.0), (530.0, 60.0), (530.0, 780.0), (60.0, 780.0)]])
    off = cv2.perspectiveTransform(corners, truth) - cv2.perspectiveTransform(corners, pose.matrix)
    assert float(np.hypot(*off[0].T).max()) / scan.dpi * 25.4 < 1.0


def on_a_desk(page: Grey) -> Grey:
    """Return a photograph: the page takes a third of it, crooked, a thumb on its edge."""
    desk: Grey = np.random.default_rng(4).integers(70, 110, (3000, 2400), dtype=np.uint8)
    height, width = page.shape
    corners = np.array([(520, 610), (1790, 700), (1730, 2440), (430, 2330)], np.float32)
    sheet = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(sheet, corners)
    soft = cv2.GaussianBlur(page, (0, 0), 0.8)
    cv2.warpPerspective(soft, matrix, (2400, 3000), dst=desk, borderMode=cv2.BORDER_TRANSPARENT)
    cv2.ellipse(desk, (1760, 1500), (90, 220), 20, 0, 360, 110, -1)
    return np.asarray(cv2.GaussianBlur(desk, (0, 0), 0.8), dtype=np.uint8)


@pytest.mark.slow
def test_a_page_photographed_on_a_desk_is_known(tools: Recognition) -> None:
    assert is_page(on_a_desk(without_marks(ERWARTUNG, 1)), tools, ERWARTUNG, 1)


@pytest.mark.slow
@pytest.mark.parametrize("side", ["left", "right", "top"])
def test_a_page_cut_off_at_an_edge_is_known(tools: Recognition, side: str) -> None:
    page, _ = Scan(turn=1.0, grain=4).of(without_marks(ERWARTUNG, 1))
    rows, columns = page.shape
    cut = {
        "left": page[:, columns // 5 :],
        "right": page[:, : -columns // 5],
        "top": page[rows // 5 :],
    }
    assert is_page(np.ascontiguousarray(cut[side]), tools, ERWARTUNG, 1)


@pytest.mark.slow
def test_two_editions_are_told_by_what_only_one_of_them_prints(tools: Recognition) -> None:
    picture, _ = Scan(turn=0.7, grain=8, blur=0.8, jpeg=60).of(
        without_marks(FormRef("feedbackbogen", "2026-11"), 2)
    )
    (claim,) = PicturedPage(picture, tools).claims
    assert (claim.edition, claim.source) == ("2026-11", "looks")


@pytest.mark.slow
def test_a_piece_that_two_pages_have_in_common_is_claimed_as_neither(tools: Recognition) -> None:
    picture, _ = Scan(grain=4).of(without_marks(PLAN, 1))
    piece = picture[round(0.38 * len(picture)) : round(0.88 * len(picture))]
    page = PicturedPage(np.ascontiguousarray(piece), tools)
    assert page.claims == ()
    assert page.unknown in (Unknown.SEVERAL_FORMS, Unknown.NO_FORM)


def written(lines: list[str], grey: int = 20, size: int = 36, paper: int = 250) -> Grey:
    """Return a sheet with some lines of print."""
    image = Image.new("L", SIZE, paper)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(FONT), size)
    for number, line in enumerate(lines):
        draw.text((170, 260 + round(1.6 * size * number)), line, font=font, fill=grey)
    grain = np.random.default_rng(5).normal(0, 4, (SIZE[1], SIZE[0]))
    return np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)


LETTER = [
    "Rechnung Nr. 4711 vom 12. März 2026",
    "Sehr geehrte Damen und Herren,",
    "wir erlauben uns, folgende Leistungen zu berechnen:",
    "Name: Beratung vor Ort   Datum: 3. März 2026   Telefon: 0551 999",
    "Bitte überweisen Sie den Betrag innerhalb von vierzehn Tagen.",
    "Mit freundlichen Grüßen",
] * 4


def test_a_letter_is_no_form(tools: Recognition) -> None:
    page = PicturedPage(written(LETTER), tools)
    assert page.claims == ()
    assert page.role is PageRole.CONTENT
    assert page.unknown is Unknown.NO_FORM


@pytest.mark.parametrize(
    ("picture", "unknown"),
    [
        (np.full((2339, 1654), 30, np.uint8), Unknown.DARK),
        (np.asarray(written(LETTER)[:400, :300]), Unknown.SMALL),
    ],
    ids=["dark", "small"],
)
def test_a_picture_too_poor_to_read_says_so(
    tools: Recognition, picture: Grey, unknown: Unknown
) -> None:
    page = PicturedPage(picture, tools)
    assert page.claims == ()
    assert page.unknown is unknown
    assert page.wording() == ()


def shown_through(sheet: Grey, share: float) -> Grey:
    """Return the sheet with a form on its other side, seen from behind."""
    other = cv2.resize(blank_print(ERWARTUNG, 1)[:, ::-1], SIZE, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(other, (0, 0), 1.8).astype(np.float32)
    return np.clip(sheet - (255 - soft) * share, 0, 255).astype(np.uint8)


def punched(sheet: Grey, tone: int) -> Grey:
    result = sheet.copy()
    for row in (855, 1485):
        cv2.circle(result, (90, row), 22, tone, -1, cv2.LINE_AA)
    return result


def dirty(sheet: Grey) -> Grey:
    result, chance = sheet.copy(), np.random.default_rng(8)
    for x, y in chance.integers(100, 1600, (40, 2)):
        cv2.circle(result, (int(x), int(y)), int(chance.integers(1, 4)), 60, -1)
    result[:, :20], result[-15:] = 15, 70
    return result


def folded(sheet: Grey) -> Grey:
    result = sheet.astype(np.int16)
    result[780:783] -= 60
    result[1560:1563] -= 40
    return np.clip(result, 0, 255).astype(np.uint8)


def on_a_dark_lid(sheet: Grey) -> Grey:
    matrix = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), 2.0, 1.0)
    return np.asarray(cv2.warpAffine(sheet, matrix, SIZE, borderValue=30), dtype=np.uint8)


def meadow() -> Grey:
    """Return what a photo of grass under the sky looks like in grey."""
    tones = np.where(np.arange(2339) < 900, 215, 150)[:, np.newaxis]
    grass = np.random.default_rng(7).normal(0, 12, (59, 42))
    grain = cv2.resize(grass.astype(np.float32), SIZE, interpolation=cv2.INTER_CUBIC)
    return np.asarray((tones + grain).clip(0, 255), dtype=np.uint8)


def waves() -> Grey:
    down, across = np.mgrid[0:1:2339j, 0:1:1654j]
    return np.asarray(130 + 90 * np.sin(30 * down * across), dtype=np.uint8)


def in_shadow(sheet: Grey) -> Grey:
    light = np.linspace(1.0, 0.75, SIZE[0])[np.newaxis, :]
    return np.asarray(sheet * light, dtype=np.uint8)


def pale_form(share: float) -> Grey:
    (ref,) = (one.ref for one in layouts() if one.ref.form == "erwartungsbogen")
    page = cv2.resize(blank_print(ref, 1), SIZE, interpolation=cv2.INTER_AREA)
    return np.asarray(255 - (255 - page.astype(np.float32)) * share, dtype=np.uint8)


# Drawn when a test asks for them: all of them take seconds, which each process would spend.
EMPTY: dict[str, Drawn] = {
    "white": lambda: written([]),
    "pure white": lambda: np.full((2339, 1654), 255, np.uint8),
    "grey": lambda: written([], paper=185),
    "punched, dark": lambda: punched(written([]), 25),
    "punched, grey": lambda: punched(written([]), 120),
    "dirty": lambda: dirty(written([])),
    "in a shadow": lambda: in_shadow(written([])),
    "folded": lambda: folded(written([])),
    "crooked on a dark lid": lambda: on_a_dark_lid(written([])),
    "a form shows through": lambda: shown_through(written([]), 0.10),
    "a form shows through strongly": lambda: shown_through(punched(written([]), 25), 0.15),
}
NOT_EMPTY: dict[str, Drawn] = {
    "one letter": lambda: written(["M"]),
    "one small cross": lambda: written(["x"], grey=60, size=28),
    "faint pencil": lambda: written(["nein danke"], grey=200),
    "faint pencil on grey paper": lambda: written(["nein"], grey=140, paper=185),
    "pencil where a form shows through": lambda: shown_through(
        written(["nein danke"], grey=190), 0.10
    ),
    "a word on a dirty sheet": lambda: dirty(punched(written(["ja"], grey=120), 25)),
    "print": lambda: written(LETTER),
    "a form of next to no ink": lambda: pale_form(0.06),
    "a meadow": meadow,
    "waves": waves,
    "a blurred photo": lambda: np.asarray(cv2.GaussianBlur(waves(), (0, 0), 40), dtype=np.uint8),
    "a photo of a wall": lambda: written([], paper=140),
    "a photo of a table": lambda: written([], paper=100),
    "nothing can be seen": lambda: np.full((2339, 1654), 40, np.uint8),
}


@pytest.mark.parametrize("drawn", EMPTY.values(), ids=EMPTY)
def test_an_empty_back_is_blank(tools: Recognition, drawn: Drawn) -> None:
    page = PicturedPage(drawn(), tools)
    assert page.role is PageRole.BLANK
    assert page.claims == ()
    assert page.unknown is None


@pytest.mark.parametrize("drawn", NOT_EMPTY.values(), ids=NOT_EMPTY)
def test_a_page_with_the_least_writing_is_not_blank(tools: Recognition, drawn: Drawn) -> None:
    assert PicturedPage(drawn(), tools).role is PageRole.CONTENT


def test_a_form_of_next_to_no_ink_is_refused_for_that(tools: Recognition) -> None:
    page = PicturedPage(pale_form(0.03), tools)
    assert page.role is PageRole.CONTENT
    assert page.claims == ()
    assert page.unknown is Unknown.FAINT


@pytest.mark.parametrize("share", [0.06, 0.12])
def test_a_faint_form_is_recognised_or_refused_for_that(tools: Recognition, share: float) -> None:
    page = PicturedPage(pale_form(share), tools)
    assert page.claims or page.unknown is Unknown.FAINT


def test_a_letter_is_not_too_faint_but_no_form(tools: Recognition) -> None:
    assert PicturedPage(written(LETTER), tools).unknown is Unknown.NO_FORM


def with_code(text: str, kind: zxingcpp.BarcodeFormat) -> Grey:
    sheet = written(["Trennblatt"])
    code = zxingcpp.create_barcode(text, kind).to_image(scale=6)
    picture = np.array(code, dtype=np.uint8)
    sheet[600 : 600 + len(picture), 200 : 200 + picture.shape[1]] = picture
    return sheet


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (SEPARATOR, zxingcpp.BarcodeFormat.QRCode),
        ("PATCHT", zxingcpp.BarcodeFormat.Code128),
        ("PATCHT", zxingcpp.BarcodeFormat.Code39),
        ("PATCHT", zxingcpp.BarcodeFormat.QRCode),
    ],
    ids=["ours", "Code 128", "Code 39", "QR"],
)
@pytest.mark.parametrize("turns", [0, 1, 2])
def test_a_separator_is_known_by_its_code(
    tools: Recognition, text: str, kind: zxingcpp.BarcodeFormat, turns: int
) -> None:
    page = PicturedPage(np.rot90(with_code(text, kind), turns).copy(), tools)
    assert page.role is PageRole.SEPARATOR


def test_a_code_of_others_separates_nothing(tools: Recognition) -> None:
    page = PicturedPage(with_code("PATCH 7", zxingcpp.BarcodeFormat.Code128), tools)
    assert page.role is PageRole.CONTENT


@pytest.mark.engine
@pytest.mark.slow
@needs_tesseract
@pytest.mark.parametrize("turns", range(4))
def test_a_foreign_layout_is_known_by_its_wording_whichever_way_up(
    tools: Recognition, turns: int
) -> None:
    flow = next(one for one in layouts() if one.ref == ERWARTUNG).flow
    text = [item.text[start : start + 75] for item in flow if item.text for start in (0, 75)]
    picture = np.rot90(written([line for line in text if line], size=30), turns).copy()
    page = PicturedPage(picture, tools)
    assert page.claims == ()
    blocks = page.wording()
    assert "Erwartungsbogen" in blocks[0].text
    found = identify(
        [Page(1, Medium.SCAN, 595, 842, blocks=blocks)], [candidate(one) for one in forms()]
    )
    assert found.ref == ERWARTUNG


@pytest.mark.engine
@pytest.mark.slow
@needs_tesseract
def test_a_letter_is_no_form_by_its_wording_either(tools: Recognition) -> None:
    blocks = PicturedPage(written(LETTER), tools).wording()
    assert any("Rechnung" in block.text for block in blocks)
    found = identify(
        [Page(1, Medium.SCAN, 595, 842, blocks=blocks)], [candidate(one) for one in forms()]
    )
    assert found.ref is None


def with_spoilt_code(ref: FormRef, page: int) -> Grey:
    """Return a print on whose code somebody put a stamp: nobody reads it, but it is there."""
    layout = next(one for one in layouts() if one.ref == ref)
    picture = blank_print(ref, page).copy()
    height, width = picture.shape
    box = next(box for number, box in layout.qr if number == page)
    rows = slice(int(box.top * height), int(box.bottom * height))
    columns = slice(int(box.left * width), int(box.right * width))
    noise = np.random.default_rng(7).integers(0, 2, picture[rows, columns].shape, dtype=np.uint8)
    picture[rows, columns] = noise * 255
    return picture


def goals_in_doubt(picture: Grey, tools: Recognition) -> set[bool]:
    """Say of every field of a goal on page 2 of a plan whether its copy is unknown."""
    layout = next(one for one in layouts() if one.ref == PLAN)
    seen = PicturedPage(picture, tools).zones(layout, 2)
    return {Doubt.COPY_UNKNOWN in one.doubts for one in seen if one.key.startswith("ziele[")}


@pytest.mark.slow
@pytest.mark.engine
@needs_tesseract
@pytest.mark.parametrize("scan", [Scan(), SCANS["crooked"]], ids=["straight", "crooked"])
def test_a_page_printed_without_any_code_is_the_printed_one_and_no_copy_of_it(
    tools: Recognition, scan: Scan
) -> None:
    assert goals_in_doubt(scan.of(blank_print(PLAN, 2))[0], tools) == {False}


@pytest.mark.slow
@pytest.mark.engine
@needs_tesseract
def test_a_page_whose_code_nobody_can_read_may_be_any_copy(tools: Recognition) -> None:
    assert goals_in_doubt(Scan().of(with_spoilt_code(PLAN, 2))[0], tools) == {True}
