"""Sheets that were scanned two at a time, mirrored, as a negative, or in black dots for grey."""

import cv2
import numpy as np
import pytest
from PIL import Image

from formservice.adapters.scan.as_scanned import as_on_paper
from formservice.adapters.scan.pictured import PicturedPage
from formservice.adapters.scan.recognition import Recognition
from formservice.domain.document import PageRole, Unknown
from formservice.domain.form import Layout
from tests.adapters.scan_prints import (
    CLEAN,
    LAYOUT,
    MILD,
    Filling,
    Grey,
    Scan,
    blank_pdf,
    needs_fonts,
    printed,
)

pytestmark = needs_fonts


def layouts() -> tuple[Layout, ...]:
    return (LAYOUT,)


@pytest.fixture(scope="module")
def tools() -> Recognition:
    return Recognition(blank_pdf, layouts=layouts)


def sheet(name: str = "Anna Adler", *, qr: bool = True, scan: Scan = MILD) -> Grey:
    return scan.of(printed(Filling(texts={"name": name}, qr=qr)))[0]


def beside(*sheets: Grey, ground: int = 255, gap: int = 0) -> Grey:
    height, width = sheets[0].shape
    wide = len(sheets) * (width + gap)
    whole: Grey = np.full((height + gap, wide), ground, dtype=np.uint8)
    for place, one in enumerate(sheets):
        left = gap // 2 + place * (width + gap)
        whole[gap // 2 : gap // 2 + height, left : left + width] = one
    return whole


def wood(like: Grey) -> Grey:
    """Return a desk with grain and scratches, as light as desks are."""
    chance = np.random.default_rng(3)
    rows = 100 + 50 * np.sin(np.arange(like.shape[0])[:, None] / 7)
    return np.asarray(np.clip(rows + chance.normal(0, 30, like.shape), 0, 255), dtype=np.uint8)


@pytest.mark.parametrize(
    "whole",
    [
        beside(sheet(), sheet("Bert Becker")),
        beside(sheet(), sheet("Bert Becker", qr=False)),
        np.rot90(beside(sheet(), sheet("Bert Becker", qr=False), ground=80, gap=90)).copy(),
    ],
    ids=["two codes", "one code", "on a dark desk"],
)
def test_of_two_sheets_in_one_picture_none_is_taken_and_the_reason_is_named(
    tools: Recognition, whole: Grey
) -> None:
    page = PicturedPage(whole, tools)
    assert (page.claims, page.role) == ((), PageRole.CONTENT)
    assert page.unknown is Unknown.SEVERAL_SHEETS
    assert page.wording() == ()
    assert page.blocks() == ()
    assert page.zones(LAYOUT, 1) == ()


@pytest.mark.parametrize("ground", [255, 80], ids=["empty glass", "dark lid"])
def test_a_sheet_on_a_larger_glass_is_alone(tools: Recognition, ground: int) -> None:
    page = sheet()
    whole = beside(page, np.full_like(page, ground))
    assert [one.form for one in PicturedPage(whole, tools).claims] == [LAYOUT.ref.form]


def test_the_grain_of_a_desk_is_no_second_sheet(tools: Recognition) -> None:
    page = sheet()
    assert PicturedPage(beside(page, wood(page)), tools).mistake is None


@pytest.mark.parametrize("turned", [0, 1, 2])
def test_a_mirrored_page_is_named(tools: Recognition, turned: int) -> None:
    mirrored = np.ascontiguousarray(np.rot90(sheet()[:, ::-1], turned))
    page = PicturedPage(mirrored, tools)
    assert (page.claims, page.unknown) == ((), Unknown.MIRRORED)


def test_a_mirrored_page_without_code_is_told_by_its_squares(tools: Recognition) -> None:
    page = PicturedPage(np.ascontiguousarray(sheet(qr=False)[:, ::-1]), tools)
    assert page.unknown is Unknown.MIRRORED


@pytest.mark.parametrize("qr", [True, False], ids=["code", "squares alone"])
def test_a_negative_is_turned_back(tools: Recognition, qr: bool) -> None:
    page = sheet(qr=qr)
    negative = np.asarray(255 - page, dtype=np.uint8)
    assert np.array_equal(as_on_paper(negative), page)
    assert [one.form for one in PicturedPage(negative, tools).claims] == [LAYOUT.ref.form]


def test_a_page_on_a_black_desk_is_no_negative() -> None:
    page = cv2.resize(sheet(), None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    desk: Grey = np.full((page.shape[0] * 2, page.shape[1] * 2), 20, dtype=np.uint8)
    desk[100 : 100 + page.shape[0], 100 : 100 + page.shape[1]] = page
    assert as_on_paper(desk) is desk


def in_dots(page: Grey) -> Grey:
    grey = Image.fromarray(np.asarray(page * 0.9, dtype=np.uint8))
    return np.asarray(grey.convert("1").convert("L"), dtype=np.uint8)


def test_dots_that_stand_for_grey_become_grey_again(tools: Recognition) -> None:
    page = sheet(scan=CLEAN)
    seen = PicturedPage(in_dots(page), tools)
    pose = seen.pose(LAYOUT, 1)
    assert pose is not None
    assert pose.likeness > 0.8
    # 10 % of the paper was dots; hardly any pixel of paper is dark now.
    assert float((seen.picture < 128).mean()) < 1.5 * float((page < 128).mean())


@pytest.mark.parametrize("scan", [CLEAN, MILD], ids=["clean", "mild"])
def test_other_scans_stay_as_they_are(scan: Scan) -> None:
    page = sheet(scan=scan)
    assert as_on_paper(page) is page
    bitonal = np.asarray(np.where(page < 128, 0, 255), dtype=np.uint8)
    assert as_on_paper(bitonal) is bitonal
