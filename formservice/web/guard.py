"""Who is at the door: sessions, what a role may do, and that a form was sent by our own page."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.params import Depends as Dependency

from formservice.application.signed_in import SignedIn
from formservice.application.tokens import API as TOKEN
from formservice.domain.case import Role
from formservice.domain.errors import FormServiceError
from formservice.domain.permissions import Action, is_allowed
from formservice.web.house import House
from formservice.web.posted_form import form_of
from formservice.web.rates import counted

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf"
API = "/api/"
_BEARER = "bearer "
# What open pages ask for all the time: a session that nobody uses ends all the same.
_BY_ITSELF = frozenset({"desk_hold", "live_document", "live_documents"})


class SignInFirstError(FormServiceError):
    """Nobody is signed in, or the session has ended."""

    code = "signed-out"
    default_hint = "Bitte anmelden und es noch einmal versuchen."


class MissingStepError(FormServiceError):
    """Something has to be done before anything else (a second factor, an acknowledgement)."""

    code = "sign-in.unfinished"


class ForbiddenError(FormServiceError):
    """Not for this role."""

    code = "forbidden"
    default_hint = "Bitte jemanden mit der passenden Rolle darum bitten."


class ForgedError(FormServiceError):
    """A form that was not sent by the page of this session."""

    code = "forged"
    default_hint = "Bitte die Seite neu laden und es noch einmal versuchen."


def at_home(request: Request) -> House:
    """Return the use cases of this installation."""
    house: House = request.app.state.house
    return house


Home = Annotated[House, Depends(at_home)]


def is_https(house: House) -> bool:
    """Say whether people reach the service by HTTPS, and by nothing else."""
    return house.public_url.startswith("https:")


def cookie_name(house: House, name: str = "formservice") -> str:
    """Return the name of a cookie; by HTTPS no neighbour of our host can set it (``__Host-``)."""
    return f"__Host-{name}" if is_https(house) else name


def guest_cookie(house: House) -> str:
    """Return the name of the cookie that tells one stranger from another."""
    return cookie_name(house, "formservice-gast")


def secret_of(request: Request) -> str:
    """Return the secret of the browser's session, empty if it sent none."""
    return request.cookies.get(cookie_name(at_home(request)), "")


def has_new_secret(request: Request, secret: str) -> None:
    """Bind the forms of the page that is made now to the secret that is sent with it."""
    request.state.new_secret = secret


def keep_cookie(
    request: Request, response: Response, name: str, value: str, seconds: int | None = None
) -> None:
    """Let a browser keep a secret of ours: for us only, no script, not sent by other sites.

    It goes with the browser, or after so many seconds.
    """
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=is_https(at_home(request)),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Let a browser forget a cookie."""
    secure = is_https(at_home(request))
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


def by_bearer(request: Request) -> str:
    """Return the token that a program shows in its header, empty if it shows none."""
    header = request.headers.get("authorization", "")
    return header[len(_BEARER) :].strip() if header.lower().startswith(_BEARER) else ""


def signed_in(request: Request, house: Home) -> SignedIn:
    """Return who sends a request; SignInFirstError if nobody is signed in.

    Programs show a token, and only the API takes it; pages know sessions only.
    """
    known: SignedIn | None = getattr(request.state, "me", None)
    if known is None:
        known = _found(request, house)
        request.state.me = known
    if known is None:
        raise SignInFirstError("Sie sind nicht (mehr) angemeldet.")
    return known


def signed_in_now(request: Request) -> SignedIn | None:
    """Return who sent a request that is answered for long; None if they are signed in no more."""
    me = _found(request, at_home(request))
    return None if me is None or me.missing else me


def _found(request: Request, house: House) -> SignedIn | None:
    token = by_bearer(request) if request.url.path.startswith(API) else ""
    if token:
        # No page of a stranger can make a browser send this header, so no form can be forged.
        request.state.by_token = True
        return house.tokens.known(token, TOKEN)
    secret = secret_of(request)
    return house.sessions.known(secret, touch=not _is_by_itself(request)) if secret else None


def _is_by_itself(request: Request) -> bool:
    """Say whether a page asks and no person does anything."""
    return getattr(request.scope.get("route"), "name", "") in _BY_ITSELF


def csrf_token(request: Request) -> str:
    """Return what every form of a page has to send back; it is bound to the browser.

    Bound to the session, or to a cookie that every stranger has of their own: else a stranger
    could sign somebody in with an account of his, and read what they type there.
    """
    house = at_home(request)
    new: str = getattr(request.state, "new_secret", "")
    bound = new or secret_of(request) or _guest(request)
    return hmac.new(house.secret, bound.encode(), hashlib.sha256).hexdigest()


def remember_guest(request: Request, response: Response) -> None:
    """Let a stranger keep the cookie that the forms of this page are bound to."""
    new: str = getattr(request.state, "guest", "")
    if new and not secret_of(request):
        keep_cookie(request, response, guest_cookie(at_home(request)), new)


def _guest(request: Request) -> str:
    known = request.cookies.get(guest_cookie(at_home(request)), "")
    if known:
        return known
    if not hasattr(request.state, "guest"):
        request.state.guest = secrets.token_urlsafe(16)
    guest: str = request.state.guest
    return guest


async def own_page(request: Request) -> None:
    """Raise ForgedError for a change that no page of this session sent.

    A browser says of every request whether another site caused it, and which; beside that, the
    page must know a token that other sites cannot read.
    """
    if request.method in _SAFE or getattr(request.state, "by_token", False):
        return
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForgedError("Diese Anfrage kam von einer anderen Seite.")
    if not is_ours(request.headers.get("origin"), request):
        raise ForgedError("Diese Anfrage kam von einer anderen Seite.")
    given = request.headers.get(CSRF_HEADER)
    if given is None:
        field = (await form_of(request)).get(CSRF_FIELD)
        given = field if isinstance(field, str) else ""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), csrf_token(request).encode()):
        raise ForgedError("Diese Seite ist veraltet, oder die Anfrage kam nicht von ihr.")


def is_ours(origin: str | None, request: Request) -> bool:
    """Say whether a page of ours may have sent this; old browsers do not tell."""
    if origin is None:
        return True
    if origin == at_home(request).public_url:
        return True
    # Another name of this machine: a browser lets no page choose the host it says it asks.
    parts = urlsplit(origin)
    return bool(parts.netloc) and parts.netloc == request.headers.get("host")


Me = Annotated[SignedIn, Depends(signed_in)]


class May:
    """The dependency of a route: lets only those in whose role may do ``action``."""

    def __init__(self, action: Action, *, in_person: bool = False) -> None:
        """Ask for ``action``; ``in_person`` lets nobody do it by a token.

        Accounts are always changed in person: whoever found a token would have them all.
        """
        self.action = action
        self.in_person = in_person or action is Action.ACCOUNTS

    def __call__(self, request: Request, me: Me) -> SignedIn:
        """Return who it is; ForbiddenError if not in this role, MissingStepError if not yet.

        HTTPException 429 for who asks too often.
        """
        if me.missing:
            raise MissingStepError(me.missing[0])
        if not is_allowed(self.action, me.role):
            raise ForbiddenError("Das ist in Ihrer Rolle nicht vorgesehen.")
        self._refuse_programs(request)
        counted(request, me)
        return me

    def _refuse_programs(self, request: Request) -> None:
        by_token = getattr(request.state, "by_token", False)
        if by_token and self.in_person and request.method not in _SAFE:
            raise ForbiddenError("Das geht nicht mit einem Token.", "Bitte im Browser anmelden.")


def may(action: Action, *, in_person: bool = False) -> list[Dependency]:
    """Return the dependencies of a route of pages: the right, and that our own page sent it."""
    return [Depends(May(action, in_person=in_person)), Depends(own_page)]


def public() -> list[Dependency]:
    """Return the dependencies of a route that is for everybody, signed in or not."""
    return [Depends(Public())]


class Public:
    """Marks a route that is for everybody; whoever adds one has thought about it."""

    def __call__(self) -> None:
        """Let everybody in."""


def action_of(route: Any) -> Action | None:  # routes of the framework have no common type
    """Return what a route asks for; None for one that is for everybody."""
    found = [_dependency(one) for one in getattr(route, "dependencies", ())]
    asked = [one.action for one in found if isinstance(one, May)]
    if asked:
        return asked[0]
    if any(isinstance(one, Public) for one in found):
        return None
    raise LookupError(f"{getattr(route, 'path', route)} does not say who may use it.")


def _dependency(one: Dependency) -> Callable[..., Any] | None:
    return one.dependency


def is_traeger(me: SignedIn) -> bool:
    """Say whether somebody is of a Träger, and no staff of the office."""
    return me.role is Role.TRAEGER
