"""The web application: its areas, what stands before all of them, and the files of pages."""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI

from formservice import __version__
from formservice.web import health, live, metrics, refusals
from formservice.web.api.routers import ROUTERS
from formservice.web.assets import files, static_folder
from formservice.web.body_limit import BodyLimit
from formservice.web.headers import HeadAsGet, Headers
from formservice.web.hosts import Addresses, Hosts
from formservice.web.house import House
from formservice.web.live_watch import Watch
from formservice.web.measured import Measured
from formservice.web.named_routes import NamedRoutes
from formservice.web.pages import (
    account,
    account_elsewhere,
    account_invited,
    account_own,
    account_tokens,
    batches,
    calendar,
    cases,
    cases_edit,
    cases_issue,
    cases_offers,
    desk,
    desk_groups,
    desk_pages,
    desk_pictures,
    desk_sorting,
    documents,
    documents_edit,
    filling,
    help,
    import_participants,
    inbox,
    inbox_document,
    look,
    people,
    people_changed,
    people_invited,
    plans,
    portal,
    portal_participants,
    portal_receipts,
    portal_together,
    reads,
    search,
    start,
    uploads,
    webhooks,
)
from formservice.web.pages_made import environment
from formservice.web.rates import Rates
from formservice.web.uploads import turns

# Every area of pages brings its routes, and every route says who may use it (``guard.may``).
AREAS: tuple[APIRouter, ...] = (
    help.router,
    look.router,
    account.router,
    account_elsewhere.router,
    account_invited.router,
    account_own.router,
    account_tokens.router,
    people.router,
    people_changed.router,
    people_invited.router,
    reads.router,
    start.router,
    filling.router,
    documents_edit.router,
    documents.router,
    search.router,
    plans.router,
    desk_pictures.router,
    batches.router,
    desk_groups.router,
    desk_pages.router,
    desk_sorting.router,
    desk.router,
    uploads.router,
    portal.router,
    portal_participants.router,
    portal_receipts.router,
    portal_together.router,
    import_participants.router,
    cases_issue.router,
    cases_edit.router,
    cases_offers.router,
    cases.router,
    inbox.router,
    inbox_document.router,
    calendar.router,
    webhooks.router,
    live.router,
    health.router,
    metrics.router,
    *ROUTERS,
)


def create(house: House, started: Callable[[], None] = lambda: None) -> FastAPI:
    """Return the application over the use cases of an installation.

    ``started`` is called when it answers for the first time.
    """
    app = NamedRoutes(
        title="formservice",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        on_startup=[started],
    )
    app.state.house = house
    app.state.templates = environment()
    app.state.watch = Watch(lambda documents: house.live.now(documents))
    app.state.rates, app.state.uploads = Rates(), turns()
    app.state.streams = live.places()
    app.state.metrics = metrics.Metrics(lambda: house.condition, app.state.watch.count)
    app.state.ending = False  # what streams without end asks this now and then
    for area in AREAS:
        # As they are: „include_router“ would make each anew, a second of work at every start.
        app.router.routes.extend(area.routes)
    app.mount("/static/kern", files(house.assets), "kern")
    app.mount("/static", files(static_folder()), "static")
    refusals.add_to(app)
    https = house.public_url.startswith("https:")
    # The last that is added is asked first.
    app.add_middleware(Addresses)
    app.add_middleware(BodyLimit, most=house.upload_bytes)
    app.add_middleware(Measured, metrics=app.state.metrics)
    app.add_middleware(Hosts, names=house.hosts)
    app.add_middleware(Headers, https=https)
    app.add_middleware(HeadAsGet)
    return app
