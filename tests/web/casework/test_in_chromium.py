"""What scripts add for caseworkers, in a real browser: ticks, progress, single keys."""

import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from formservice.web.guard import cookie_name
from tests.chromium import engine, needs_chromium, serving
from tests.web.casework.test_inbox import came

__all__ = ["came", "engine"]

pytestmark = [pytest.mark.slow, pytest.mark.engine, needs_chromium]


@pytest.fixture
def page(app, house, engine) -> Iterator[Page]:
    """A page of carla's at the server."""
    with serving(app) as host:
        context = engine.new_context(base_url=host, accept_downloads=True)
        secret = house.sessions.open("carla", "test")
        context.add_cookies([{"name": cookie_name(house), "value": secret, "url": host}])
        yield context.new_page()
        context.close()


def test_many_forms_come_as_one_file_with_progress(page, case, tmp_path):
    for number in range(12):
        case(name=f"Name{number:02}", number=str(number))
    page.goto("/faelle")
    page.check("thead input[type=checkbox]")
    page.get_by_role("button", name="Formular ausgeben").click()
    page.get_by_role("button", name="12 Word-Dateien").click()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Alle in einer ZIP-Datei").click()
    fetched.value.save_as(tmp_path / "alle.zip")
    with zipfile.ZipFile(tmp_path / "alle.zip") as archive:
        assert len(archive.namelist()) == 12
        assert archive.testzip() is None
    expect(page.locator("[role=status][data-told]")).to_have_text(
        "Fertig. Die ZIP-Datei liegt bei Ihren Downloads."
    )
    expect(page.locator("progress")).to_have_js_property("value", 12)


def test_an_erwartungsbogen_takes_two_clicks(page, case):
    name, _ = case()
    page.goto(f"/faelle/{name}")
    page.get_by_role("link", name="Erwartungsbogen ausgeben").click()
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Als Word-Datei").click()
    assert fetched.value.suggested_filename == "Oeztuerk_Ayse_Erwartungsbogen.docx"


def test_single_keys_lead_to_steps_and_never_while_somebody_types(page, came):
    came("d1")
    came("d2")
    page.goto("/eingang/d1")
    page.keyboard.press("z")
    expect(page.get_by_label("Nachricht zur Rückgabe")).to_be_focused()
    page.keyboard.type("nana")
    expect(page.get_by_label("Nachricht zur Rückgabe")).to_have_value("nana")
    page.locator("h1").click()
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Annehmen und archivieren")).to_be_focused()
    page.keyboard.press("Control+n")
    assert page.url.endswith("/eingang/d1")
    page.keyboard.press("n")
    page.wait_for_url("**/eingang/d2")
    page.get_by_label("Tasten benutzen").uncheck()
    page.reload()
    page.keyboard.press("n")
    page.wait_for_timeout(300)
    assert page.url.endswith("/eingang/d2")
