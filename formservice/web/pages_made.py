"""How a page is made: a template, the texts of the catalogue, and who is looking."""

import json
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from formservice.application.terms import ROLES
from formservice.domain.case import NAMES, State
from formservice.domain.errors import StorageError
from formservice.domain.permissions import Action, is_allowed
from formservice.web import guard, navigation
from formservice.web.appearance import theme_of
from formservice.web.assets import addresses, static_folder
from formservice.web.flash import flashed, said
from formservice.web.form_page_views import runs
from formservice.web.texts import counted, text
from formservice.web.told import FILTERS

# How a state looks (the kinds of kern.badge); grey for what nobody has to do anything about.
_KINDS: Mapping[State, str] = {
    State.RECEIVED: "info",
    State.PREPARING: "none",
    State.UNIDENTIFIED: "warning",
    State.IN_REVIEW: "info",
    State.RETURNED: "warning",
    State.ACCEPTED: "success",
    State.ARCHIVED: "none",
    State.JOINED: "none",
    State.NO_FORM: "none",
    State.DISCARDED: "none",
}


@cache
def environment() -> Environment:
    """Return the environment of all templates: escaped, and nothing undefined is passed over.

    There is one in a process, so that each template is compiled once.
    """
    made = Environment(
        loader=PackageLoader("formservice.web", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "t": text,
        "counted": counted,
        "role_name": lambda role: ROLES[role],
        "state_name": lambda state: NAMES[State(state)],
        "state_kind": lambda state: _KINDS[State(state)],
    }
    made.filters |= FILTERS
    made.filters["runs"] = runs
    made.filters["combined"] = lambda first, second: {**first, **second}
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": True}
    return made


def page(
    request: Request,
    template: str,
    context: Mapping[str, Any] | None = None,  # what templates show is of many kinds
    status: int = 200,
) -> HTMLResponse:
    """Return a page; what every template knows stands below.

    What ``flash`` left for it stands at its head.
    """
    me = getattr(request.state, "me", None)
    app = request.app
    house = guard.at_home(request)
    here = request.url.path
    # Above what is refused it would say that something else went well; the next page tells it.
    message = flashed(request) if status < HTTPStatus.BAD_REQUEST else None

    def allowed(action: str) -> bool:
        return me is not None and not me.missing and is_allowed(Action(action), me.role)

    known: dict[str, Any] = {
        "request": request,
        "me": me,
        "own_token": _token(request, status),
        "may": allowed,
        "authority": house.authority,
        "here": here,
        "url": lambda name, **path: app.url_path_for(name, **path),
        "static": addresses(app, "static", static_folder()),
        "kern_file": addresses(app, "kern", house.assets),
        "theme": theme_of(request),
        "nav": navigation.entries(app, here, allowed),
        "account": navigation.account(app, here, allowed),
        "about": navigation.about(app, here),
        "help_href": str(app.url_path_for("help")),
        "flash": message,
    }
    html = app.state.templates.get_template(template).render(known | dict(context or {}))
    made = HTMLResponse(html, status)
    guard.remember_guest(request, made)
    if message:
        said(request, made)
    return made


def _token(request: Request, status: int) -> str:
    """Return what forms send back; the page of an error is told even where the key is not read."""
    try:
        return guard.csrf_token(request)
    except StorageError:
        if status < HTTPStatus.BAD_REQUEST:
            raise
        return ""


def as_json(value: object) -> str:
    """Return JSON that stands safely inside an HTML attribute."""
    return json.dumps(value, ensure_ascii=False)
