"""Every page in every state, looked at by axe-core and by us, in a real browser."""

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import NARROW, WIDE, needs_axe
from tests.web.look.axe import violations
from tests.web.look.shop import Shop
from tests.web.look.states import STATES, Shown, covered, pages

pytestmark = [pytest.mark.slow, pytest.mark.engine, needs_axe]

# Twice the size of the text on a screen of 1280 points.
_ENLARGED = (640, 450)
_THEME = "theme => { document.documentElement.dataset.kernTheme = theme }"
_OVER = """
() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return [];
  const wide = page.clientWidth + 1;
  return [...document.body.querySelectorAll("*")].filter(one =>
    one.getBoundingClientRect().right > wide && !one.closest(".fs-scroll") &&
    getComputedStyle(one).position !== "absolute").slice(0, 3).map(one =>
    `${one.tagName.toLowerCase()}.${one.className}`).concat(`${page.scrollWidth} wide`);
}
"""
_BONES = """
() => ({
  h1: document.querySelectorAll("h1").length,
  lang: document.documentElement.lang,
  main: document.querySelectorAll("main").length,
  twice: [...document.querySelectorAll("[id]")].map(one => one.id)
    .filter((id, place, all) => all.indexOf(id) !== place),
  unstyled: getComputedStyle(document.body).getPropertyValue("--kern-metric-space-large") === "",
  inline: document.querySelectorAll("[style]:not(dialog), style, script:not([src])").length,
  headings: [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")]
    .filter(one => one.checkVisibility())
    .map(one => Number(one.tagName[1])),
})
"""


@pytest.mark.parametrize("shown", STATES, ids=str)
def test_everybody_can_use_this_page(shop: Shop, engine: Browser, shown: Shown):
    page, heard = shown.show(shop, engine)
    wrong = _bones(page)
    for theme in ("light", "dark"):
        page.evaluate(_THEME, theme)
        for size in (WIDE, NARROW):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            told = violations(page, None if theme == "light" else ["color-contrast"])
            wrong += [f"{theme}, {size[0]}: {one}" for one in told]
    for size in (NARROW, _ENLARGED):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        wrong += [f"too wide at {size[0]}: {one}" for one in page.evaluate(_OVER)]
    page.context.close()
    assert wrong + heard.errors + heard.elsewhere == []


def _bones(page: Page) -> list[str]:
    found = page.evaluate(_BONES)
    told = {
        "one h1": found["h1"] == 1,
        "in German": found["lang"] == "de",
        "one main part": found["main"] == 1,
        "a title of its own": not page.title().startswith(" –")
        and "Formularservice" in page.title(),
        f"no id twice: {found['twice']}": not found["twice"],
        "KERN is there": not found["unstyled"],
        "no style or script inside the page": not found["inline"],
        f"no level of headings left out: {found['headings']}": all(
            later - earlier <= 1
            for earlier, later in zip(found["headings"], found["headings"][1:], strict=False)
        ),
    }
    return [wish for wish, met in told.items() if not met]


def test_no_page_is_left_out():
    assert pages() - covered(STATES) == set()
