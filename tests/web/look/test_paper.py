"""Pages on paper: dark letters on white, whatever the screen looks like, and whole words."""

import io

import pypdf
import pytest

from tests.chromium import needs_chromium
from tests.web.look.states import STATES

pytestmark = [pytest.mark.slow, pytest.mark.engine, needs_chromium]

_COLOURS = """
() => [...document.querySelectorAll("html, body, main *")].map(one => {
  const style = getComputedStyle(one);
  const own = [style.color, style.backgroundColor, style.borderTopColor, style.borderLeftColor];
  return `${one.tagName}.${one.className}: ${own}`;
})
"""
_PRINTED = [
    one
    for one in STATES
    if str(one) in ("calendar-carla", "case_summary-carla", "components-gerda")
]


@pytest.mark.parametrize("shown", _PRINTED, ids=str)
def test_paper_is_light_whatever_made_the_screen_dark(shop, engine, shown):
    told = []
    for theme, device in (("light", "light"), ("dark", "light"), ("system", "dark")):
        page, _ = shown.show(shop, engine, theme=theme)
        page.emulate_media(media="print", color_scheme=device)
        told.append(page.evaluate(_COLOURS))
        page.context.close()
    by_light, by_choice, by_device = told
    assert [one for one in by_choice if one not in by_light] == []
    assert [one for one in by_device if one not in by_light] == []


def test_a_printed_month_cuts_no_word(shop, engine):
    (shown,) = (one for one in STATES if one.route == "calendar_month")
    page, _ = shown.show(shop, engine)
    words = {one for one in page.locator("main .kern-badge").all_inner_texts() if " " not in one}
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    page.context.close()
    found = set(" ".join(one.extract_text() for one in printed.pages).split())
    assert words
    assert words - found == set()
