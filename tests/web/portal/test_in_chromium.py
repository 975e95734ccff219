"""Uploading with script, on a phone: each file with its own answer, up to the receipt."""

import io

import pikepdf
import pytest
from PIL import Image

from formservice.adapters.store import schema
from formservice.web.guard import cookie_name
from tests.chromium import AXE, PHONE, engine, needs_chromium, opened, serving
from tests.web.look.axe import violations
from tests.web.portal.sent import SAMPLES, document_of, sample, uploaded

pytestmark = [pytest.mark.slow, pytest.mark.engine, needs_chromium]
__all__ = ["engine"]
FORMS = SAMPLES / "feedbackbogen@2026-11"


def photo(name: str, colour: int) -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (600, 850), (colour, 240, 240)).save(out, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def anna(engine, app, house, participants):
    """Anna's telephone, and what its console says."""
    with serving(app) as address:
        house.public_url = address
        cookies = {cookie_name(house): house.sessions.open("anna", "test")}
        page, heard = opened(engine, address, cookies, PHONE)
        yield page
        page.context.close()
    assert not heard.errors
    assert not heard.elsewhere


def looks_well(page) -> None:
    """Nothing is wider than the telephone, and axe-core finds nothing wrong."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    if AXE.exists():
        assert violations(page) == []


def test_every_file_has_its_own_answer(anna):
    anna.goto("/hochladen")
    good, wrong = FORMS / "regulaer-docx" / "input.docx", FORMS.parent / "README.md"
    anna.set_input_files("#dateien", [good, wrong])
    anna.get_by_role("button", name="Hochladen").click()
    anna.get_by_text("Angekommen", exact=True).wait_for()
    anna.get_by_text("input.unsupported").wait_for()
    looks_well(anna)
    anna.get_by_role("link", name="Ansehen und einreichen").click()
    anna.get_by_role("heading", name="Feedbackbogen", level=1).wait_for()


def test_photos_are_put_in_order_and_become_one_form(anna, house):
    anna.goto("/hochladen")
    anna.set_input_files("#dateien", [photo("eins.jpg", 20), photo("zwei.jpg", 200)])
    anna.get_by_label("Die Bilder sind Seiten eines einzigen Bogens").check()
    anna.get_by_role("button", name="Nach unten eins.jpg").click()
    names = anna.locator("[data-chosen] [data-name]").all_text_contents()
    assert names == ["zwei.jpg", "eins.jpg"]
    anna.get_by_role("button", name="Hochladen").click()
    anna.wait_for_url("**/einreichen/**")
    with house.store.look() as work:
        kept = work.documents.get(anna.url.rpartition("/")[2])
    assert kept.name == "zwei.jpg und weitere (2 Seiten)"
    looks_well(anna)


def test_from_the_file_to_the_receipt(anna):
    anna.goto("/hochladen")
    anna.set_input_files("#dateien", [FORMS / "regulaer-acroform" / "input.pdf"])
    anna.get_by_role("button", name="Hochladen").click()
    anna.wait_for_url("**/einreichen/**")
    looks_well(anna)
    anna.get_by_role("textbox", name="Erstellt am").fill("20.11.2026")
    anna.get_by_role("button", name="Weiter zur Zusammenfassung").click()
    anna.get_by_role("heading", name="Zusammenfassung vor dem Einreichen").wait_for()
    looks_well(anna)
    anna.get_by_label("Ich weiß, dass noch Angaben fehlen").check()
    anna.get_by_role("button", name="Trotzdem einreichen").click()
    anna.get_by_role("heading", name="Eingereicht").wait_for()
    looks_well(anna)
    with anna.expect_download() as download:
        anna.get_by_role("link", name="Quittung als PDF herunterladen").click()
    assert download.value.suggested_filename.endswith(".pdf")


def test_participants_and_what_is_due_fit_on_a_telephone(anna, browser):
    uploaded(browser("anna"), sample("regulaer-docx"), f"{'Feedbackbogen_' * 9}.docx")
    anna.goto("/teilnehmende")
    looks_well(anna)
    anna.get_by_role("link", name="Kowalska, Anna Maria").click()
    anna.get_by_text("Was wann zu tun ist").wait_for()
    looks_well(anna)
    anna.goto("/meine-vorgaenge")
    looks_well(anna)
    # A long name of a file pushes nothing out of a wide page either.
    anna.set_viewport_size({"width": 1280, "height": 900})
    table = anna.locator(".fs-scroll").first
    assert table.evaluate("one => one.scrollWidth - one.clientWidth") <= 0
    badge = anna.get_by_text("in Vorbereitung").first.bounding_box()
    assert badge["height"] < 50


def test_several_forms_are_handed_in_together_and_one_is_thrown_away_and_back(anna, browser):
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for name in ("regulaer-flat", "abbruch-flat"):
            with pikepdf.open(FORMS / name / "input.pdf") as one:
                pdf.pages.extend(one.pages)
        pdf.save(out)
    file = document_of(uploaded(browser("anna"), out.getvalue()))
    other = document_of(uploaded(browser("anna"), sample("regulaer-docx"), "bogen.docx"))
    anna.goto(f"/einreichen/{file}")
    looks_well(anna)
    anna.get_by_role("link", name="Alle 2 Bögen zusammen einreichen").click()
    anna.wait_for_url("**/alle")
    looks_well(anna)
    anna.get_by_label("Ich weiß, dass in den Bögen").check()
    anna.get_by_role("button", name="Trotzdem alle 2 Bögen einreichen").click()
    anna.get_by_role("heading", name="Quittungen dieser Datei").wait_for()
    looks_well(anna)
    anna.goto(f"/einreichen/{other}/verwerfen")
    anna.get_by_role("button", name="Ja, verwerfen").click()
    anna.get_by_role("heading", name="Verworfen").wait_for()
    looks_well(anna)
    anna.goto(f"/einreichen/{other}")
    looks_well(anna)
    anna.get_by_role("button", name="Rückgängig machen").click()
    anna.get_by_text("Der Bogen ist wieder da.").wait_for()


def test_a_small_file_is_told_in_kilobytes_and_an_empty_one_as_empty(anna):
    anna.goto("/hochladen")
    sizes = {"leer.pdf": 0, "winzig.pdf": 2, "klein.pdf": 42_000, "gross.pdf": 1_500_000}
    files = [
        {"name": name, "mimeType": "application/pdf", "buffer": b"x" * size}
        for name, size in sizes.items()
    ]
    anna.set_input_files("#dateien", files)
    told = anna.locator("[data-chosen] [data-told]").all_text_contents()
    assert told == ["leer", "0,1 KB", "42,0 KB", "1,5 MB"]


def test_no_word_of_a_list_is_cut_on_the_narrowest_telephone(anna, house):
    with house.store.work() as work:
        name = schema.massnahmen.update().values(name="Bewerbungscoaching Start")
        work.connection.execute(name)
    anna.set_viewport_size({"width": 320, "height": 700})
    anna.goto("/teilnehmende")
    badge = anna.locator("td .kern-badge .kern-label").first
    badge.evaluate("one => one.textContent = 'zurückgegeben'")
    lines = "one => one.getClientRects().length && one.offsetHeight / 24"
    assert badge.evaluate(lines) < 1.5
    right = "one => one.closest('.kern-badge').getBoundingClientRect().right"
    assert badge.evaluate(right) <= badge.evaluate(
        "one => one.closest('td').getBoundingClientRect().right"
    )
    cell = anna.get_by_role("cell", name="Bewerbungscoaching Start").first
    assert cell.evaluate("one => one.offsetHeight") <= 70  # its name, and one line
    looks_well(anna)
