"""Search: what somebody looks for stands in no address, for addresses are kept and passed on."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from formservice.application.drafts import SEARCH, About
from formservice.application.known_forms import titles as titles_of
from formservice.application.search import Hits
from formservice.application.today import names_in
from formservice.domain.case import NAMES, State
from formservice.domain.errors import UsageError
from formservice.domain.form import FormDefinition, FormRef
from formservice.domain.permissions import Action
from formservice.web import reading_log
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.search_excerpts import excerpts, words_of
from formservice.web.pages_made import page

router = APIRouter()
_AT_ONCE = 20
_LONGEST = 1000


@router.get("/suche", name="search", dependencies=may(Action.SEARCH))
def search(  # noqa: PLR0913 - what an address of a list says
    request: Request,
    house: Home,
    me: Me,
    s: str = "",
    stand: str = "",
    formular: str = "",
    nach: str = "",
) -> Response:
    """Show the search, and what was found; ``s`` names what was asked, the rest narrows it."""
    kept = house.drafts.get(me.author, SEARCH, s) if s else None
    typed = str(kept.body.get("words") or "") if kept is not None else ""
    known: dict[str, Any] = {
        "typed": typed,
        "s": s,
        "stand": stand,
        "formular": formular,
        "found": None,
    }
    if kept is None and not (stand or formular):
        return page(request, "search/search.html", known | {"expired": bool(s)})
    known["expired"] = bool(s) and kept is None
    try:
        found = house.find(_asked(typed, stand, formular), me.author, _AT_ONCE, nach)
        every = found if not (stand or formular) else house.find(typed, me.author, 1)
    except UsageError as error:
        return page(request, "search/search.html", known | {"error": error}, 422)
    rows = _rows(house, me, found, words_of(typed))
    known |= {"found": found, "rows": rows, "facets": _facets(house, every)}
    return page(request, "search/search.html", known)


@router.post("/suche", name="search_sent", dependencies=may(Action.SEARCH))
def search_sent(
    request: Request, house: Home, me: Me, worte: Annotated[str, Form()] = ""
) -> Response:
    """Keep what somebody looks for, and lead to what is found."""
    name = secrets.token_urlsafe(9)
    house.drafts.save(me.author, About(SEARCH, name), {"words": worte[: _LONGEST + 1]})
    return RedirectResponse(f"{request.app.url_path_for('search')}?s={name}", 303)


def _asked(typed: str, stand: str, formular: str) -> str:
    """Return what is looked for, narrowed by what stands in the address."""
    further = []
    if stand in set(State):
        further.append(f"stand:{stand}")
    if formular == "-":
        further.append("form:ohne")
    elif formular.replace("-", "").isalnum():
        further.append(f"form:{formular}")
    return " ".join((typed, *further)).strip()


def _rows(house: House, me: Me, found: Hits, words: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return what was found as a list shows it, with where the words stand."""
    readings = house.waiting.readings([one.id for one in found.hits], me.author)
    rows, shown = [], list[str]()
    for hit in found.hits:
        reading = readings.get(hit.id, {})
        definition = _definition(house, hit.form, hit.edition)
        told = excerpts(reading, definition, words)
        if told:
            shown.append(hit.id)
        rows.append(
            {
                "hit": hit,
                "title": definition.title if definition is not None else hit.name,
                "who": names_in(reading, definition),
                "excerpts": told,
            }
        )
    reading_log.seen_many(house, me, shown)
    return rows


def _definition(house: House, form: str | None, edition: str | None) -> FormDefinition | None:
    return house.forms.find(FormRef(form, edition)) if form and edition else None


def _facets(house: House, found: Hits) -> dict[str, list[tuple[str, str, int]]]:
    """Return what narrows the list: states and forms, each with its name and how many."""
    titles = titles_of(house.forms)
    return {
        "states": [(str(state), NAMES[state], count) for state, count in found.states.items()],
        "forms": [
            (form or "-", titles.get(form or "", form or ""), count)
            for form, count in found.forms.items()
        ],
    }
