"""Dark pages: the same whether somebody chose them or the device asks for them, and no glare."""

import pytest

from tests.chromium import needs_chromium
from tests.web.look.states import STATES

pytestmark = [pytest.mark.slow, pytest.mark.engine, needs_chromium]

_COLOURS = """
() => [...document.querySelectorAll("body, main *")].map(one => {
  const style = getComputedStyle(one);
  const own = [style.color, style.backgroundColor, style.borderTopColor, style.accentColor];
  return `${one.tagName}.${one.className}: ${own} ${style.filter}`;
})
"""
_DARK = [
    one
    for one in STATES
    if str(one)
    in ("components-gerda", "desk_group-elif-angekreuzt", "document-elif-nicht-erkannt")
]


@pytest.mark.parametrize("shown", _DARK, ids=str)
def test_a_page_is_as_dark_by_the_device_as_by_choice(shop, engine, shown):
    told = []
    for theme, device in (("dark", "light"), ("system", "dark")):
        page, _ = shown.show(shop, engine, theme=theme)
        page.emulate_media(color_scheme=device)
        told.append(page.evaluate(_COLOURS))
        page.context.close()
    by_choice, by_device = told
    assert [one for one in by_device if one not in by_choice] == []


@pytest.mark.parametrize(("theme", "filter"), [("light", "none"), ("dark", "brightness(0.8)")])
def test_paper_is_dimmed_where_the_screen_is_dark(shop, engine, theme, filter):
    (shown,) = (one for one in _DARK if one.route == "document")
    page, _ = shown.show(shop, engine, theme=theme)
    page.emulate_media(color_scheme="light")
    picture = page.locator(".fs-pages img").first
    assert picture.evaluate("one => getComputedStyle(one).filter") == filter
    page.emulate_media(media="print")
    assert picture.evaluate("one => getComputedStyle(one).filter") == "none"
    page.context.close()
