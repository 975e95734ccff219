"""Pictures of pages and fields: upright, for those who may see them, gone with the original."""

import io

import pytest
from PIL import Image

from formservice.adapters.leftovers import PICTURES
from formservice.adapters.page_views.drawing import _turned
from formservice.application.desk_pictures import upright
from formservice.application.ports_store import Author
from formservice.domain.case import Role
from formservice.domain.document import Box
from tests.web.desk.conftest import SCAN

pytestmark = [pytest.mark.slow, pytest.mark.engine]


def _image(answer):
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def test_a_page_of_a_scan_is_shown_in_three_sizes(keep, browser):
    (document,) = keep(SCAN)
    elif_ = browser("elif")
    sizes = [
        max(_image(elif_.get(f"/vorgaenge/{document}/seiten/1.png{more}")).size)
        for more in ("?groesse=karte", "", "?groesse=gross")
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] == 420


def test_a_field_is_shown_with_a_little_of_what_is_around_it(keep, browser, house):
    (document,) = keep(SCAN)
    with house.store.look() as work:
        fields = work.documents.newest(document).reading["fields"]
    key = next(key for key, one in fields.items() if one["box"] and "[" not in key)
    piece = _image(browser("elif").get(f"/vorgaenge/{document}/felder/{key}.png"))
    left, top, right, bottom = fields[key]["box"]
    page = _image(browser("elif").get(f"/vorgaenge/{document}/seiten/1.png?groesse=gross"))
    assert (right - left) * page.width < piece.width < (right - left + 0.05) * page.width
    assert piece.height > (bottom - top) * page.height


def test_a_foreign_traeger_gets_no_picture_and_does_not_learn_that_there_is_one(keep, browser):
    (document,) = keep(SCAN, traeger="t1")
    page = f"/vorgaenge/{document}/seiten/1.png"
    assert browser("anna").get(page).status_code == 200
    boris, plain = browser("boris"), {"accept": "application/json"}
    foreign = boris.get(page, headers=plain)
    nothing = boris.get(page.replace(document, "nothing"), headers=plain)
    assert foreign.status_code == nothing.status_code == 404
    assert foreign.content == nothing.content


def test_a_browser_keeps_only_pictures_whose_address_names_the_version(keep, browser):
    (document,) = keep(SCAN)
    page = f"/vorgaenge/{document}/seiten/1.png"
    assert browser("elif").get(page).headers["cache-control"] == "no-store"
    assert browser("elif").get(page + "?v=1").headers["cache-control"].startswith("private")


def test_a_page_that_is_not_there_is_not_found(keep, browser):
    (document,) = keep(SCAN)
    for page in ("0", "99"):
        assert browser("elif").get(f"/vorgaenge/{document}/seiten/{page}.png").status_code == 404


def test_a_word_file_has_no_picture(keep, browser):
    (document,) = keep("feedbackbogen@2026-11/regulaer-docx")
    assert browser("elif").get(f"/vorgaenge/{document}/seiten/1.png").status_code == 404


def test_pictures_go_with_their_original(keep, browser, house):
    (document,) = keep(SCAN)
    browser("elif").get(f"/vorgaenge/{document}/seiten/1.png")
    with house.store.look() as work:
        original = work.documents.get(document).original
    folder = house.settings.data / PICTURES / original
    assert list(folder.iterdir())
    house.delete._leftovers.forget(original)
    assert not folder.exists()


def test_it_is_written_down_who_looked_at_a_picture(keep, browser, house):
    (document,) = keep(SCAN)
    browser("elif").get(f"/vorgaenge/{document}/seiten/1.png")
    looks = house.reads.of(document, Author("frank", Role.LEAD))
    assert [(one.user, one.what) for one in looks] == [("elif", "picture")]


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_place_turns_with_its_page(quarters):
    page = Image.new("L", (200, 100), "white")
    page.paste(0, (20, 10, 60, 20))
    turned = _turned(page, quarters)
    box = upright(Box(0.1, 0.1, 0.3, 0.2), quarters)
    wide, high = turned.size
    dark = turned.point(lambda one: 255 - one).getbbox()
    assert dark == tuple(
        round(one)
        for one in (box.left * wide, box.top * high, box.right * wide, box.bottom * high)
    )
