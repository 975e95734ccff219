"""The main path of every role without a mouse: Tab, Enter, Space and letters are all there is."""

import re
import threading
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from formservice.adapters.work.signals import Stop
from tests.chromium import Heard
from tests.web.look.shop import Shop

pytestmark = [pytest.mark.slow, pytest.mark.engine]

SAMPLES = Path(__file__).parents[3] / "samples"
# More stations than any page of the demo has; who needs as many has no way through.
_MOST = 150
_NOW = """
() => {
  const one = document.activeElement;
  const box = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  const label = one.labels?.length ? one.labels[0] : one;
  const words = label.innerText || one.ariaLabel || "";
  const at = document.elementFromPoint(
    Math.min(Math.max(box.x + box.width / 2, 0), innerWidth - 1),
    Math.min(Math.max(box.y + Math.min(box.height, 20) / 2, 0), innerHeight - 1));
  return {
    words: words.trim().replace(/\\s+/g, " "),
    kind: one.tagName.toLowerCase(),
    nowhere: one === document.body || one === document.documentElement,
    ring: parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none"
      || style.boxShadow !== "none" || one.type === "file",
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    free: !at || one.contains(at) || at.contains(one) || (one.labels?.[0]?.contains(at) ?? false),
    hidden: box.width <= 1,
  };
}
"""


class Keys:
    """Somebody who has a keyboard and no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, words: str, kind: str = "") -> None:
        """Press Tab until what is called so has the focus; it is seen and has a frame."""
        for _ in range(_MOST):
            self.page.keyboard.press("Tab")
            now = self._now()
            if now["nowhere"]:
                continue
            assert now["ring"], f"No frame around „{now['words']}“."
            assert now["hidden"] or (now["seen"] and now["free"]), f"„{now['words']}“ is hidden."
            if re.match(words, now["words"]) and kind in ("", now["kind"]):
                return
        raise AssertionError(f"„{words}“ cannot be reached on „{self.page.title()}“.")

    def _now(self) -> dict[str, Any]:  # what a script in the page returns
        try:
            found: dict[str, Any] = self.page.evaluate(_NOW)
        except Error:  # the page has just led on by itself
            self.page.wait_for_load_state()
            return {"nowhere": True}
        return found

    def press(self, words: str, key: str = "Enter", kind: str = "") -> None:
        """Go there and press a key."""
        self.go(words, kind)
        self.page.keyboard.press(key)

    def follow(self, words: str, kind: str = "") -> None:
        """Go there and press Enter; wait for the page to which that leads."""
        self.go(words, kind)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def stands_at(self, title: str) -> None:
        """Expect this page."""
        expect(self.page.locator("h1")).to_have_text(re.compile(title))


def by_keys(shop: Shop, engine: Browser, user: str) -> tuple[Keys, Heard]:
    page, heard = shop.visit(engine, user)
    page.goto("/")
    return Keys(page), heard


def read_all(shop: Shop) -> None:
    """Let a worker read what waits; beside us, as it would be."""

    def work() -> None:
        for _ in shop.house.worker((), Stop()).ends(once=True):
            pass

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)


def test_the_first_stop_on_a_page_leads_past_its_head(shop, engine):
    keys, _ = by_keys(shop, engine, "anna")
    keys.page.keyboard.press("Tab")
    assert keys.page.evaluate(_NOW)["words"] == "Zum Inhalt springen"
    keys.page.keyboard.press("Enter")
    assert keys.page.evaluate("document.activeElement.id") == "inhalt"


def test_a_traeger_uploads_corrects_and_hands_in(shop, engine):
    keys, heard = by_keys(shop, engine, "anna")
    # Heard from here on: Chromium may take a key before it is told to report the window for files
    # (5 of 60 keys were lost so on a busy machine), and nothing reports that window then.
    keys.page.on("filechooser", lambda _: None)
    keys.follow("Hochladen")
    keys.go("Dateien")
    with keys.page.expect_file_chooser() as chooser:
        keys.page.keyboard.press("Enter")
    sample = SAMPLES / "feedbackbogen@2023-09-22" / "unvollstaendig-docx" / "input.docx"
    chooser.value.set_files(sample)
    keys.follow("Hochladen", "button")
    read_all(shop)
    keys.stands_at("Feedbackbogen")
    keys.go("Erwartungen geändert")
    keys.page.keyboard.type("Nein, es ist dabei geblieben.")
    keys.follow("Weiter zur Zusammenfassung")
    keys.stands_at("Zusammenfassung")
    expect(keys.page.get_by_text("Nein, es ist dabei geblieben.")).to_be_visible()
    keys.press("Ich weiß", "Space")
    keys.follow("Trotzdem einreichen")
    keys.stands_at("Eingereicht")
    assert heard.errors + heard.elsewhere == []


def test_a_caseworker_has_a_filled_form_in_two_steps(shop, engine):
    keys, heard = by_keys(shop, engine, "carla")
    keys.follow("Fälle")
    keys.follow("Šarić, Mia", "a")
    keys.follow("Erwartungsbogen ausgeben")
    with keys.page.expect_download() as download:
        keys.press("Als Word-Datei")
    assert download.value.suggested_filename.endswith(".docx")
    assert heard.errors + heard.elsewhere == []


def test_a_caseworker_decides(shop, engine):
    keys, heard = by_keys(shop, engine, "carla")
    keys.follow("Eingang")
    keys.follow("Özdemir, Ayşe", "a")
    keys.stands_at("Feedbackbogen")
    keys.follow("Annehmen")
    document = shop.demo.documents["ayse-feedback"]
    state = shop.one(f"SELECT state FROM documents WHERE id = '{document}'")  # noqa: S608 - ours
    assert state in ("accepted", "archived")
    assert heard.errors + heard.elsewhere == []


def test_the_back_office_goes_through_a_document(shop, engine):
    keys, heard = by_keys(shop, engine, "elif")
    keys.follow("Nachbearbeitung")
    keys.follow("leyla-scan.pdf")
    page = keys.page
    before = shop.one("SELECT count(*) FROM records")
    page.wait_for_selector("#angabe-name:focus")
    fields = int(page.locator("#angabe").get_attribute("data-left") or 0)
    for left in range(fields - 1, -1, -1):
        if page.locator("[name=verglichen]").first.is_visible():
            page.keyboard.press("v")
        page.keyboard.press("Enter")
        page.wait_for_selector(f'#angabe[data-left="{left}"]')
    page.wait_for_selector("#fertig button:focus")
    with page.expect_navigation():  # to the next document, or to the list
        page.keyboard.press("Enter")
    assert shop.one("SELECT count(*) FROM records") > before
    assert heard.errors + heard.elsewhere == []
