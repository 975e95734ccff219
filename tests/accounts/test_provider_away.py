"""A service for signing in that is away holds nobody up but itself."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from formservice.adapters.identity import oidc_published
from formservice.adapters.identity.oidc import Oidc
from formservice.adapters.identity.oidc_settings import OidcSettings
from formservice.application.accounts_elsewhere import AwayError, NotTrustedError

ISSUER = "https://konto.amt.example"
OFFERED = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
    "end_session_endpoint": f"{ISSUER}/end",
}


class Far:
    """The provider as its network shows it: it answers, or is away, or takes its time."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_away = False
        self.status = 200
        self.taken: threading.Event | None = None
        self.reached = threading.Event()

    def request(self, method, address, **more):
        self.asked.append(address)
        self.reached.set()
        if self.taken is not None:
            assert self.taken.wait(30)
        if self.is_away:
            raise httpx.ConnectTimeout("away")
        content: dict[str, object] = (
            {**OFFERED} if address.endswith("configuration") else {"keys": []}
        )
        return httpx.Response(self.status, json=content)


@pytest.fixture
def far(monkeypatch) -> Far:
    found = Far()
    monkeypatch.setattr(httpx, "request", found.request)
    return found


class Ticks:
    """Seconds as the test counts them."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def provider(far, ticks) -> Oidc:
    settings = OidcSettings(ISSUER, "formservice", "secret")
    return Oidc(settings, b"s" * 32, "https://here/back", "https://here/after", ticks=ticks)


def signs_in(provider) -> bool:
    try:
        provider.asked("/")
    except AwayError:
        return False
    return True


def test_a_failure_is_remembered_for_a_while(provider, far, ticks):
    far.is_away = True
    assert not signs_in(provider)
    far.is_away = False
    for _ in range(5):
        ticks.now += 1.9
        assert not signs_in(provider)
    assert len(far.asked) == 1
    ticks.now += 1
    assert signs_in(provider)


@pytest.mark.parametrize(("status", "error"), [(500, AwayError), (403, NotTrustedError)])
def test_a_refusal_to_tell_is_remembered_as_well(provider, far, status, error):
    far.status = status
    for _ in range(3):
        with pytest.raises(error):
            provider.asked("/")
    assert len(far.asked) == 1


def test_what_was_known_serves_while_the_service_is_away(provider, far, ticks):
    assert signs_in(provider)
    ticks.now += 4000
    far.is_away = True
    assert signs_in(provider)
    assert provider.farewell(None) is not None
    assert len(far.asked) == 2
    ticks.now += 4000
    far.is_away = False
    assert signs_in(provider)
    assert len(far.asked) == 3


def test_one_asks_and_nobody_waits_long_for_it(provider, far, monkeypatch):
    monkeypatch.setattr(oidc_published, "WAITED_S", 0.2)
    far.taken, far.is_away = threading.Event(), True
    with ThreadPoolExecutor(40) as pool:
        first = pool.submit(signs_in, provider)
        assert far.reached.wait(10)
        begun = time.monotonic()
        others = [pool.submit(signs_in, provider) for _ in range(39)]
        assert not any(one.result(20) for one in others)
        assert time.monotonic() - begun < 10
        assert not first.done()
        far.taken.set()
        assert not first.result(20)
    assert len(far.asked) == 1


def test_who_waits_is_told_what_the_one_who_asked_found(provider, far, monkeypatch):
    monkeypatch.setattr(oidc_published, "WAITED_S", 20)
    far.taken = threading.Event()
    with ThreadPoolExecutor(6) as pool:
        all_of_them = [pool.submit(signs_in, provider) for _ in range(6)]
        assert far.reached.wait(10)
        far.taken.set()
        assert all(one.result(20) for one in all_of_them)
    assert len(far.asked) == 1


def test_what_is_known_is_taken_while_another_asks_anew(provider, far, ticks):
    assert signs_in(provider)
    ticks.now += 4000
    far.reached.clear()
    far.taken = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(signs_in, provider)
        assert far.reached.wait(10)
        assert pool.submit(signs_in, provider).result(20)
        assert not first.done()
        far.taken.set()
        assert first.result(20)


def test_forged_tokens_do_not_make_us_ask_a_service_that_is_away(provider, far, ticks):
    forged = "eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.e30.eA"
    with pytest.raises(NotTrustedError):
        provider.over(forged)
    ticks.now += 31
    far.is_away = True
    for _ in range(5):
        with pytest.raises(NotTrustedError):
            provider.over(forged)
    assert len(far.asked) == 3  # what is offered, its keys, and its keys once more


def test_nobody_waits_for_tokens_of_a_service_that_has_just_not_answered(provider, far, ticks):
    for away, expected in ((True, 1), (True, 1), (False, 1)):
        far.is_away = False
        asked = provider.asked("/")
        state = asked.address.partition("state=")[2].partition("&")[0]
        far.is_away = away
        with pytest.raises(AwayError):
            provider.claimed(asked.kept, {"state": state, "code": "c"})
        assert far.asked.count(OFFERED["token_endpoint"]) == expected
    ticks.now += 11
    with pytest.raises(NotTrustedError):
        provider.claimed(asked.kept, {"state": state, "code": "c"})
    assert far.asked.count(OFFERED["token_endpoint"]) == 2
