"""How many requests in how much time, and how many at once; in the memory of this process."""

import ipaddress
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from fastapi import Request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException

from formservice.application.signed_in import SignedIn

# „fails“ are wrong passwords and codes of one address, which may be that of a whole office;
# „login“ keeps the machine from hashing passwords all day. Uploads and the API count by session,
# and what programs send by person, whose tokens count together: nobody gets more by making more
# tokens. That is fast enough for a program, too slow to fill a disk at once. Calendars ask a few
# times a day, and count by person as well.
USUAL: Mapping[str, str] = {
    "fails": "50 per 10 minutes",
    "login": "300 per minute",
    "upload": "1200 per minute",
    "api": "3000 per minute",
    "feed": "60 per 10 minutes",
}
# All addresses of one connection by IPv6.
_NETWORK = 64
_API = "/api/"


class Rates:
    """Counts requests by what they are and whose they are."""

    def __init__(self, limits: Mapping[str, str] = USUAL) -> None:
        """Allow so many; in the words of ``limits`` („10 per minute“)."""
        self._items: dict[str, RateLimitItem] = {kind: parse(one) for kind, one in limits.items()}
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, kind: str, whose: str) -> None:
        """Count a request; HTTPException 429 says when the next may come."""
        if not self._limiter.hit(self._items[kind], kind, whose):
            self._refuse(kind, whose)

    def check(self, kind: str, whose: str) -> None:
        """Refuse as ``hit`` does, and count nothing."""
        if not self._limiter.test(self._items[kind], kind, whose):
            self._refuse(kind, whose)

    def _refuse(self, kind: str, whose: str) -> None:
        reset = self._limiter.get_window_stats(self._items[kind], kind, whose).reset_time
        after = max(1, round(reset - time.time()))
        raise HTTPException(429, headers={"Retry-After": str(after)})


class Places:
    """Counts what stays open by whose it is: nobody holds all connections of this process."""

    def __init__(self, most: int, after: float) -> None:
        """Allow everybody so many at once; who is refused may ask again after so many seconds."""
        self._most, self._after = most, after
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, whose: str) -> Iterator[None]:
        """Hold one as long as this is open; HTTPException 429 if somebody has all of theirs."""
        if self._taken[whose] >= self._most:
            raise HTTPException(429, headers={"Retry-After": str(round(self._after))})
        self._taken[whose] += 1
        try:
            yield
        finally:
            self._taken[whose] -= 1
            if not self._taken[whose]:
                del self._taken[whose]


def rates_of(request: Request) -> Rates:
    """Return what counts the requests to this application."""
    rates: Rates = request.app.state.rates
    return rates


def address_of(request: Request) -> str:
    """Return where a request comes from: an address, or the network of one."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6 and not address.ipv4_mapped:
        return str(ipaddress.ip_network(f"{host}/{_NETWORK}", strict=False))
    return host


def counted(request: Request, me: SignedIn) -> None:
    """Count what somebody sends to the API, and every upload; HTTPException 429 if too often.

    A request is counted once, however often it is asked for.
    """
    if getattr(request.state, "is_counted", False):
        return
    request.state.is_counted = True
    whose = me.session or me.user
    rates = rates_of(request)
    if request.url.path.startswith(_API):
        rates.hit("api", whose)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        rates.hit("upload", whose)
