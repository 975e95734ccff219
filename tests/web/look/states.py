"""Every page in every state in which somebody may find it, for those who look at all of them."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page
from sqlalchemy import insert, select

from formservice.adapters.store import schema
from formservice.application.ports_store import Author
from formservice.application.uploading import Uploaded
from formservice.domain.case import Role
from formservice.web.app import AREAS
from tests.chromium import WIDE, Heard
from tests.web.desk.marks import doubted, marks_of
from tests.web.look.shop import Shop

SAMPLES = Path(__file__).parents[3] / "samples"
Ids = Callable[[Shop], dict[str, str]]


@dataclass(frozen=True)
class Shown:
    """One page in one state.

    ``route`` names it, ``user`` looks at it (None: a stranger), ``name`` says the state;
    ``ids`` finds what stands in the address, ``query`` what follows it; ``act`` does something on
    the page that brings it into the state; ``missing`` is what its user has still to do before
    anything else; ``status`` is what it answers; ``reached`` names the page ``act`` leads to.
    """

    route: str
    user: str | None
    name: str = ""
    ids: Ids = field(default=lambda shop: {})
    query: str = ""
    act: Callable[[Page], object] = field(default=lambda page: None)
    missing: tuple[str, ...] = ()
    status: int = 200
    reached: str = ""

    def show(
        self, shop: Shop, engine: Browser, size: tuple[int, int] = WIDE, theme: str = ""
    ) -> tuple[Page, Heard]:
        """Return the page in this state, in the browser of who looks at it."""
        page, heard = shop.visit(engine, self.user, size, self.missing, theme)
        path = shop.app.url_path_for(self.route, **self.ids(shop))
        answer = page.goto(f"{path}{self.query}")
        assert answer is not None
        assert answer.status == self.status, page.locator("h1").all_text_contents()
        self.act(page)
        return page, heard

    def __str__(self) -> str:
        return "-".join(filter(None, [self.route, self.user or "stranger", self.name]))


def pages() -> set[str]:
    """Return the names of all routes that answer GET and are no file, stream or API."""
    routes = [one for area in AREAS for one in area.routes if isinstance(one, APIRoute)]
    found = {one.name for one in routes if "GET" in (one.methods or ())}
    return {one for one in found if not one.startswith("api_")} - NO_PAGES


def covered(shown: Iterable[Shown]) -> set[str]:
    """Return the names of the routes that some state shows."""
    return {one.reached or one.route for one in shown}


# What answers GET and is shown by no browser as a page of ours.
NO_PAGES = {
    "help_picture",
    "page_picture",
    "field_picture",
    "live_document",
    "live_documents",
    "healthy",
    "ready",
    "metrics",
    "fill_pdf",
    "receipt_pdf",
    "original",
    "document_copy",
    "issued_zip",
    "aside_picture",
    "calendar_feed",
    "issued_file",
    "cases_export",
    "inbox_export",
    # What pages ask in between, and what says so in a window of its own.
    "still_signed_in",
    # What leads on at once, here or to the office's own identity provider.
    "sign_in_next",
    "elsewhere",
    "elsewhere_back",
    "farewell",
}


def webhook(shop: Shop) -> dict[str, str]:
    """Return a webhook, registered if there is none."""
    table = schema.web.webhooks
    with shop.house.store.work() as work:
        if work.connection.execute(select(table.c.id)).first() is None:
            row = {"url": "https://fach.example/melden", "secret": "x", "types": "document.read"}
            row |= {"id": "w1", "user": shop.users["gerda"]}
            work.connection.execute(insert(table).values(**row, active=True, created_at=1.0))
    return {"webhook": shop.one("SELECT id FROM webhooks")}


def several(shop: Shop) -> dict[str, str]:
    """Return a file of Anna's with two forms, uploaded if she has none."""
    out, anna = io.BytesIO(), Author(shop.users["anna"], Role.TRAEGER)
    with pikepdf.new() as pdf:
        for name in ("regulaer-flat", "abbruch-flat"):
            with pikepdf.open(SAMPLES / "feedbackbogen@2026-11" / name / "input.pdf") as one:
                pdf.pages.extend(one.pages)
        pdf.save(out, deterministic_id=True)
    ((traeger, _), *_) = shop.house.portal.lists.traeger(anna)
    kept, _ = shop.house.portal.upload(Uploaded(out.getvalue(), "zwei.pdf", traeger), anna)
    return {"document": kept.id}


def document(name: str) -> Ids:
    """Return what finds a document by its name in the demo's file."""
    return lambda shop: {"document": shop.demo.documents[name]}


def case(number: str) -> Ids:
    """Return what finds a case by its number there."""
    return lambda shop: {"case": shop.demo.cases[number]}


def first(key: str, query: str) -> Ids:
    """Return what finds by a query what stands in the address under ``key``."""
    return lambda shop: {key: shop.one(query)}


def submitted_by(user: str) -> Ids:
    """Return what finds the first receipt of a person."""

    def ids(shop: Shop) -> dict[str, str]:
        query = f"SELECT id FROM submissions WHERE \"user\" = '{shop.users[user]}' ORDER BY id"  # noqa: S608 - our own id
        return {"submission": shop.one(query)}

    return ids


def with_marks_in_doubt(shop: Shop) -> dict[str, str]:
    """Let the ticks of a scan be in doubt, as those of a form that somebody set anew are."""
    found = document("leyla-scan")(shop)["document"]
    doubted(shop.house, found, marks_of(shop.house, found))
    return {"art": "an"}


def part(number: str) -> Ids:
    """Return what finds the participation of a case."""

    def ids(shop: Shop) -> dict[str, str]:
        found = shop.demo.cases[number]
        query = f"SELECT id FROM participations WHERE \"case\" = '{found}'"  # noqa: S608 - our own id
        return {"case": found, "part": shop.one(query)}

    return ids


def send_empty(page: Page) -> None:
    """Send the form of the page as it is, past what the browser itself would ask for."""
    page.eval_on_selector_all("main form", "forms => forms.forEach(one => one.noValidate = true)")
    page.locator("main form button:not([type=button])").first.click()
    page.wait_for_load_state()


def send_batch(page: Page) -> None:
    """Send a file as a batch."""
    sample = SAMPLES / "erwartungsbogen@2023-07-24"
    file = next(iter(sorted(sample.glob("*-docx/input.docx"))))
    page.locator("input[type=file]").first.set_input_files(file)
    page.locator("main form button:not([type=button])").first.click()
    page.wait_for_url("**/stapel/*")


def preview_two(page: Page) -> None:
    """Tick two cases of a list, and ask what would be issued for them."""
    for place in (0, 1):
        page.locator("input[name=ziel]").nth(place).check()
    # The page asks first whether somebody is still signed in.
    with page.expect_navigation():
        page.get_by_role("button", name="Formular ausgeben").click()


def issue_two(page: Page) -> None:
    """Issue it as well."""
    preview_two(page)
    with page.expect_navigation():
        page.get_by_role("button", name="PDF").last.click()


_FRAME = [
    Shown("help", None),
    Shown("help_page", "anna", ids=lambda shop: {"name": "traeger"}),
    Shown("help_page", "anna", "gibt-es-nicht", ids=lambda shop: {"name": "nichts"}, status=404),
    Shown("accessibility", None),
    Shown("privacy", None),
    Shown("imprint", None),
    Shown("components", "gerda"),
    Shown(
        "components",
        "gerda",
        "dialog",
        act=lambda page: page.locator("[data-opens]").first.click(),
    ),
    Shown("components", "anna", "verboten", status=403),
]
_ACCOUNT = [
    Shown("sign_in", None),
    Shown("sign_in", None, "falsch", act=send_empty),
    Shown("signed_out", None),
    Shown("signed_in_again", "anna"),
    Shown("second_factor", "anna", missing=("second-factor",)),
    Shown("second_factor", "anna", "falsch", act=send_empty, missing=("second-factor",)),
    Shown("new_password", "anna", missing=("new-password",)),
    Shown("new_password", "anna", "falsch", act=send_empty, missing=("new-password",)),
    Shown("set_up", "anna", missing=("set-up",)),
    Shown("set_up", "anna", "falsch", act=send_empty, missing=("set-up",)),
    Shown("acknowledgement", "anna", missing=("acknowledgement",)),
]
_OWN = [
    Shown("account", "anna"),
    Shown("account", "gerda"),
    Shown("change_password", "anna"),
    Shown("change_password", "anna", "falsch", act=send_empty),
    Shown("own_factor", "anna"),
    Shown("own_codes", "anna"),
    Shown("tokens", "carla"),
    Shown("tokens", "carla", "leer", act=send_empty),
    Shown("invitation", None, "abgelaufen", ids=lambda shop: {"secret": "nichts"}, status=404),
]
_PEOPLE = [
    Shown("people", "gerda"),
    Shown("people", "frank"),
    Shown("person_new", "gerda"),
    Shown("person_new", "gerda", "leer", act=send_empty),
    Shown("person", "gerda", ids=lambda shop: {"user": shop.users["anna"]}),
    Shown("invite", "gerda"),
    Shown("confirm", "gerda", ids=first("traeger", "SELECT id FROM traeger ORDER BY id")),
    Shown("reads", "frank", "", document("leyla-scan")),
    Shown("webhooks", "gerda"),
    Shown("webhooks", "gerda", "leer", act=send_empty),
    Shown("webhook", "gerda", ids=webhook),
    Shown("webhook_remove_ask", "gerda", ids=webhook),
]
_START = [Shown("start", user) for user in ("anna", "carla", "elif", "frank", "gerda")]
_PORTAL = [
    Shown("upload", "anna"),
    Shown("upload", "anna", "leer", act=send_empty, status=200),
    Shown("my_documents", "anna"),
    Shown("my_documents", "boris"),
    Shown("prepare", "anna", "vorbereitet", document("mia-entwurf")),
    Shown("prepare", "anna", "zurueckgegeben", document("jo-zurueck")),
    Shown("prepare", "boris", "fremd", document("mia-entwurf"), status=404),
    Shown("renew", "anna", "", document("jo-zurueck")),
    Shown("submit_summary", "anna", "", document("mia-entwurf")),
    Shown("discard", "anna", "", document("mia-entwurf")),
    Shown("prepare", "anna", "mehrere", several),
    Shown("submit_together", "anna", "", several),
    Shown("receipts", "anna", "leer", several),
    Shown(
        "receipt",
        "anna",
        ids=submitted_by("anna"),
    ),
    Shown("participants", "anna"),
    Shown("participant", "anna", ids=lambda shop: {"participation": part("K-1004")(shop)["part"]}),
    Shown("fill_choose", "anna"),
    Shown("fill", "anna", ids=lambda shop: {"form": "feedbackbogen"}),
    Shown("fill_check", "anna", ids=lambda shop: {"form": "feedbackbogen"}),
]
_CASES = [
    Shown("cases", "carla"),
    Shown("cases", "carla", "leer", query="?wer=ohne"),
    Shown("cases", "frank", "alle", query="?wer=alle"),
    Shown("case", "carla", "", case("K-1011")),
    Shown("case_history", "carla", "", case("K-1011")),
    Shown("case_summary", "carla", "", case("K-1011")),
    Shown("case_person", "carla", "", case("K-1011")),
    Shown("case_hand", "carla", "", case("K-1011")),
    Shown("case_part_new", "carla", "", case("K-1011")),
    Shown("case_new", "carla"),
    Shown("import_participants", "carla"),
    Shown("contact", "carla"),
    Shown("issue_case", "carla", "", case("K-1011")),
    Shown("cases", "carla", "vorschau", act=preview_two, reached="issue_preview"),
    Shown("cases", "carla", "ausgegeben", act=issue_two, reached="issued_batch"),
    Shown("case_part", "carla", "", part("K-1011")),
]
_INBOX = [
    Shown("inbox", "carla"),
    Shown("inbox", "frank", "alle", query="?fach=all"),
    Shown("inbox_document", "carla", "vollstaendig", document("ayse-feedback")),
    Shown("inbox_document", "carla", "abbruch", document("robin-abbruch")),
    Shown("inbox_document", "carla", "scan", document("leyla-scan")),
    Shown("inbox_document", "carla", "angenommen", document("can-feedback")),
    Shown("inbox_document", "carla", "spaet", document("noah-spaet"), status=404),
    Shown("messages", "carla"),
    Shown("offers", "carla"),
    Shown("offer_new", "carla"),
    Shown("offer", "carla", ids=first("massnahme", "SELECT id FROM massnahmen ORDER BY id")),
    Shown("provider_new", "carla"),
    Shown("provider", "carla", ids=first("traeger", "SELECT id FROM traeger ORDER BY id")),
]
_DOCUMENTS = [
    Shown("document", "carla", "eingereicht", document("ayse-feedback")),
    Shown("document", "carla", "plan", document("daniel-plan")),
    Shown("document", "elif", "nicht-erkannt", document("brief")),
    Shown("document", "elif", "stapel", document("stapel")),
    Shown("document", "anna", "eigener", document("ayse-feedback")),
    Shown("document_edit", "carla", "scan", document("leyla-scan")),
    Shown(
        "document_version",
        "carla",
        ids=lambda shop: document("leyla-scan")(shop) | {"version": "1"},
    ),
]
_PLANS = [
    Shown("plans", "carla"),
    Shown("plan", "carla", "", case("K-1009")),
    Shown("plan_print", "carla", "", case("K-1009")),
    Shown("search", "carla"),
    Shown("search", "anna"),
    Shown("calendar", "carla"),
    Shown("calendar", "anna"),
    Shown("calendar_month", "carla", ids=lambda shop: {"month": f"{shop.house.today():%Y-%m}"}),
]
_DESK = [
    Shown("batches", "elif"),
    Shown("batches", "elif", "gesendet", act=send_batch, reached="batch"),
    Shown("desk_group", "elif", "angekreuzt", lambda shop: {"art": "an"}),
    Shown("desk_group", "elif", "gleich", lambda shop: {"art": "gleich"}),
    Shown("desk_pages", "elif", "", document("leyla-scan")),
    Shown("desk_case", "elif", "", document("brief")),
    Shown("desk", "elif"),
    Shown("desk_review", "elif", "scan", document("leyla-scan")),
    Shown("desk_group", "elif", "zweifelhaft", with_marks_in_doubt),
]

STATES: tuple[Shown, ...] = (
    *_FRAME,
    *_ACCOUNT,
    *_OWN,
    *_PEOPLE,
    *_PLANS,
    *_START,
    *_PORTAL,
    *_CASES,
    *_INBOX,
    *_DOCUMENTS,
    *_DESK,
)
