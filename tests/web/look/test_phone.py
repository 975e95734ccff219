"""Pages on a telephone: little before what they are for, and a way to what stands below."""

import pytest

from tests.chromium import NARROW, PHONE, WIDE, needs_chromium
from tests.web.look.states import STATES

pytestmark = [pytest.mark.slow, pytest.mark.engine, needs_chromium]


def state(name):
    (found,) = (one for one in STATES if str(one) == name)
    return found


def test_the_menu_of_a_phone_stands_beside_the_name_of_the_office(shop, engine):
    page, _ = state("start-anna").show(shop, engine, PHONE)
    menu, name = (
        page.locator(one).bounding_box() for one in (".fs-menu-button", ".fs-brand__office")
    )
    assert menu["y"] < name["y"] + name["height"]
    assert menu["x"] >= name["x"] + name["width"]
    page.get_by_role("button", name="Menü").click()
    assert page.get_by_role("link", name="Meine Vorgänge", exact=True).is_visible()
    page.context.close()


@pytest.mark.parametrize("size", [PHONE, NARROW], ids=str)
def test_the_choices_of_light_and_dark_stand_on_one_line(shop, engine, size):
    page, _ = state("sign_in-stranger").show(shop, engine, size)
    tops = {one.bounding_box()["y"] for one in page.locator(".fs-theme button").all()}
    assert len(tops) == 1
    page.context.close()


@pytest.mark.parametrize(
    ("name", "target"),
    [("participant-anna", "erstellen"), ("inbox_document-carla-vollstaendig", "entscheiden")],
)
def test_a_link_leads_a_phone_to_what_a_page_is_for(shop, engine, name, target):
    page, _ = state(name).show(shop, engine, PHONE)
    link = page.locator(".fs-jump a")
    assert link.bounding_box()["y"] < PHONE[1]
    link.click()
    page.wait_for_function(
        "id => document.getElementById(id).getBoundingClientRect().top < innerHeight", arg=target
    )
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    assert not link.is_visible()
    page.context.close()
