"""What tests of signing in do again and again, as a browser without scripts does it."""

import re
from html import unescape

import pyotp
from starlette.testclient import TestClient

from formservice.application.accounts_people import NewPerson
from formservice.bootstrap.web import WebServices
from formservice.domain.case import SERVICE, Role

PASSWORD = "Sieben Zwerge essen Suppe"  # noqa: S105 - of nobody
WRONG = "Sieben Zwerge essen nichts"


def fields(html: str, action: str = "") -> dict[str, str]:
    """Return the hidden fields of the (only) form that goes to ``action``."""
    forms = re.findall(r"<form\b([^>]*)>(.*?)</form>", html, re.S)
    body = next(inner for head, inner in forms if f'action="{action}"' in head)
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', body)
    return {name: unescape(value) for name, value in found}


def found(pattern: str, html: str) -> str:
    """Return the first group of a pattern, or all of it, where it stands first."""
    match = re.search(pattern, html)
    assert match is not None, pattern
    return match[match.lastindex or 0]


def sent(client: TestClient, where: str, to: str | None = None, **given: str):
    """Open a page, fill its form and send it, as its own page does."""
    html = client.get(where).text
    to = to or where.partition("?")[0]
    return client.post(to, data={**fields(html, to), **given})


def person(house: WebServices, role: Role, login: str, *traeger: str, own: bool = True) -> str:
    """Add somebody who can sign in with ``PASSWORD`` at once; return who it is."""
    started = house.people.add(NewPerson("Mia Muster", role, login, traeger=traeger), SERVICE)
    if own:
        hashed = house.passwords.hashed(PASSWORD)
        with house.store.work() as work:
            work.accounts.credentials(started.user, password=hashed, must_change=False)
    return started.user


def factor(house: WebServices, user: str) -> pyotp.TOTP:
    """Give somebody a second factor; return what makes its codes."""
    sealed = house.factors.new(user)
    with house.store.work() as work:
        work.accounts.credentials(user, totp=sealed)
    return pyotp.TOTP(house.factors.shown(user, sealed) or "")
