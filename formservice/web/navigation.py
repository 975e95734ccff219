"""The areas that pages lead to, in one table: which of them somebody sees, and where they are.

And where somebody goes on from what a page of the desk has refused: such a page often stands at an
address that only takes what is sent, and loading it anew sends again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI, Request

from formservice.application.desk import GoneOnError, TakenError
from formservice.domain.errors import (
    ConflictError,
    FormServiceError,
    InputError,
    NotFoundError,
    UsageError,
)
from formservice.domain.permissions import Action
from formservice.web.texts import text

_TOLD = (ConflictError, InputError, NotFoundError, UsageError)
# What others have, or what is not there any more, is refused as well where it is only looked at.
_CLOSED = (GoneOnError, NotFoundError, TakenError)


@dataclass(frozen=True, slots=True)
class WaysOn:
    """Which document can be opened again (empty: none), and which part of the queue is next."""

    document: str
    formular: str
    stapel: str


@dataclass(frozen=True, slots=True)
class Area:
    """One entry of the navigation: the ``name`` of a route, its text, and who may go there.

    ``under`` are addresses that belong to it besides its own.
    """

    route: str
    label: str
    action: Action
    under: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the page shows it; ``current`` is what ``aria-current`` says, or empty."""

    label: str
    href: str
    current: str


# In the order of a working day. The pages of each are there: a name that leads nowhere raises.
AREAS: tuple[Area, ...] = (
    Area("start", "look.nav.start", Action.SIGNED_IN),
    Area("participants", "look.nav.participants", Action.OWN_PARTICIPANTS),
    Area("upload", "portal.nav.upload", Action.SUBMIT),
    Area("my_documents", "portal.nav.mine", Action.SUBMIT, ("/einreichen", "/quittungen")),
    Area("inbox", "look.nav.inbox", Action.READ_INBOX),
    Area("cases", "look.nav.cases", Action.READ_CASES, ("/ausgaben",)),
    Area("desk", "look.nav.desk", Action.DESK),
    Area("batches", "look.nav.batches", Action.BATCHES),
    Area("plans", "look.nav.plans", Action.PLANS),
    Area("calendar", "look.nav.calendar", Action.CALENDAR),
    Area("search", "look.nav.search", Action.SEARCH),
    Area("people", "look.nav.people", Action.ACCOUNTS),
    Area("webhooks", "look.nav.webhooks", Action.WEBHOOKS),
)
ACCOUNT = Area("account", "look.nav.account", Action.SIGNED_IN)
# For everybody, signed in or not.
ABOUT: tuple[tuple[str, str], ...] = (
    ("help", "look.footer.help"),
    ("accessibility", "look.footer.accessibility"),
    ("privacy", "look.footer.privacy"),
    ("imprint", "look.footer.imprint"),
)


def entries(app: FastAPI, here: str, allowed: Callable[[Action], bool]) -> list[Entry]:
    """Return where somebody can go from the address ``here``, as far as they are ``allowed``."""
    return [_entry(app, here, area) for area in AREAS if allowed(area.action)]


def account(app: FastAPI, here: str, allowed: Callable[[Action], bool]) -> Entry | None:
    """Return the entry of one's own account, None for whoever has none."""
    return _entry(app, here, ACCOUNT) if allowed(ACCOUNT.action) else None


def about(app: FastAPI, here: str) -> list[Entry]:
    """Return what the foot of every page leads to."""
    return [_shown(app, here, route, label) for route, label in ABOUT]


def ways_on(request: Request, error: FormServiceError) -> WaysOn | None:
    """Return how to go on at the desk; None elsewhere, and where one may not be at all."""
    name = str(getattr(request.scope.get("route"), "name", ""))
    if not (name == "desk" or name.startswith("desk_")) or not isinstance(error, _TOLD):
        return None
    known, asked = request.path_params.get("document", ""), request.query_params
    document = "" if isinstance(error, _CLOSED) else str(known)
    return WaysOn(document, asked.get("formular", ""), asked.get("stapel", ""))


def _entry(app: FastAPI, here: str, area: Area) -> Entry:
    return _shown(app, here, area.route, area.label, area.under)


def _shown(app: FastAPI, here: str, route: str, label: str, under: tuple[str, ...] = ()) -> Entry:
    href = str(app.url_path_for(route))
    return Entry(text(label), href, _current(here, href, under))


def _current(here: str, href: str, under: tuple[str, ...]) -> str:
    if here == href:
        return "page"
    inside = [one for one in (href, *under) if one != "/"]
    return "true" if any(here.startswith(f"{one}/") for one in inside) else ""
