"""Signing in with another service, against a real one (canaille) that is started here."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.testclient import TestClient

from formservice.application.ports_accounts import Account
from formservice.bootstrap.accounts import AccountServices
from formservice.bootstrap.settings import Settings
from formservice.bootstrap.web import WebServices, web
from formservice.domain.case import SERVICE, Role
from formservice.domain.errors import UsageError
from formservice.web.guard import cookie_name
from tests.web.account.provider import CLIENT, PASSWORD, PERSON, SECRET
from tests.web.account.steps import PASSWORD as OWN_PASSWORD
from tests.web.account.steps import fields, person

pytestmark = pytest.mark.slow

HERE = "http://127.0.0.1:8000"
BACK = "/anmelden/dienstkonto/zurueck"
LOGOUT = "/anmelden/dienstkonto/abmelden"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Running:
    """The provider, its key and its address."""

    def __init__(self, groups: str) -> None:
        key = RSAKey.generate_key(2048, {"use": "sig"})
        pem = key.as_pem(private=True).decode()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.web.account.provider", HERE],
            env={**os.environ, "PROVIDER_KEY": pem, "PROVIDER_GROUPS": groups},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        self.issuer = f"http://127.0.0.1:{self.process.stdout.readline().strip()}/"
        public = httpx.get(f"{self.issuer}oauth/jwks.json").json()["keys"][0]
        self.key = RSAKey.import_key(pem, {"kid": public["kid"]})

    def signed(self, key: OctKey | RSAKey | None = None, **claims: object) -> str:
        """Return a token of back-channel logout as this provider would sign it."""
        now = int(time.time())
        body = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "jti": "j"}
        body |= {"events": {EVENT: {}}, **claims}
        own = key or self.key
        alg = "HS256" if isinstance(own, OctKey) else "RS256"
        header = {"alg": alg, "kid": self.key.kid}
        return jwt.encode(header, {k: v for k, v in body.items() if v is not None}, own)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


def alone(test):
    """Mark a test that leaves a code behind: in memory canaille then confuses the next ones."""
    test.alone = True
    return test


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    running = Running("jc-alle jc-fachkraefte")
    yield running
    running.end()


@pytest.fixture
def provider(request, shared) -> Iterator[Running]:
    if not getattr(request.function, "alone", False):
        yield shared
        return
    running = Running("jc-alle jc-fachkraefte")
    yield running
    running.end()


def services(folder, provider: Running, roles: str, address: str = "") -> WebServices:
    return WebServices(
        Settings.from_environment(
            {
                "FORMSERVICE_DATA": str(folder / "var"),
                "FORMSERVICE_PUBLIC_URL": HERE,
                "FORMSERVICE_OIDC_ISSUER": provider.issuer,
                "FORMSERVICE_OIDC_CLIENT_ID": CLIENT,
                "FORMSERVICE_OIDC_CLIENT_SECRET": SECRET,
                "FORMSERVICE_OIDC_ROLES": roles,
                "FORMSERVICE_OIDC_ADDRESS": address,
            }
        )
    )


@pytest.fixture
def roles() -> str:
    return "lead=jc-leitung, ifk=jc-fachkraefte"


@pytest.fixture
def address() -> str:
    return ""


@pytest.fixture
def house(tmp_path, provider, roles, address) -> Iterator[WebServices]:
    found = services(tmp_path, provider, roles, address)
    yield found
    found.store.close()


@pytest.fixture
def app(house) -> FastAPI:
    return web(house)


def asked(client: TestClient, back: str = "/") -> str:
    """Begin to sign in; return where the other service is asked."""
    answer = client.get(f"/anmelden/dienstkonto?{urlencode({'weiter': back})}")
    assert answer.status_code == 303
    return answer.headers["location"]


def answered(address: str) -> str:
    """Sign in there as its own page would; return the address it sends the browser back to."""
    with httpx.Client(follow_redirects=False, timeout=20) as there:
        for _ in range(12):
            if address.startswith(HERE):
                return address
            answer = there.get(address)
            if answer.status_code == 200:
                hidden = re.findall(
                    r'<input[^>]*name="csrf_token"[^>]*value="([^"]+)"', answer.text
                )
                given = {"csrf_token": unescape(hidden[0])}
                kind = "password" if 'type="password"' in answer.text else "login"
                given[kind] = PASSWORD if kind == "password" else PERSON
                answer = there.post(address, data=given)
            assert answer.is_redirect, answer.text
            address = urljoin(address, answer.headers["location"])
    raise AssertionError(address)


def signed_in(client: TestClient, back: str = "/"):
    address = answered(asked(client, back))
    return client.get(address.removeprefix(HERE))


def account_of(house: AccountServices) -> Account:
    (found,) = [one for one in house.people.all() if one.issuer]
    return found


def test_staff_sign_in_with_their_group_s_role(house, browser):
    client = browser()
    answer = signed_in(client, "/hilfe")
    assert (answer.status_code, answer.headers["location"]) == (303, "/hilfe")
    assert "Olga Beispiel" in client.get("/").text
    account = account_of(house)
    assert (account.role, account.login, account.email) == (Role.IFK, None, "olga@amt.example")
    signed_in(browser())
    assert len(house.people.all()) == 1


@pytest.mark.parametrize("address", ["email", ""])
def test_who_was_linked_to_an_address_the_office_trusts_is_known(house, browser, address):
    with house.store.work() as work:
        work.accounts.add("olga-from-a-list", "O. Beispiel", Role.IFK)
    house.let_in.link("olga-from-a-list", "olga@amt.example", "", SERVICE)
    assert signed_in(browser()).status_code == 303
    found = {one.user: one for one in house.people.all()}
    linked = found["olga-from-a-list"]
    # This provider does not say whether it verified the address.
    assert (len(found), linked.subject) == ((1, PERSON) if address else (2, None))
    assert bool(linked.last_login_at) is bool(address)


@pytest.mark.parametrize("roles", ["lead=jc-leitung"])
def test_nobody_is_let_in_whose_groups_have_no_role(house, browser, roles):
    client = browser()
    answer = signed_in(client)
    assert answer.status_code == 403
    assert "nicht freigeschaltet" in answer.text
    assert not house.people.all()
    assert client.get("/").status_code == 303


@pytest.mark.parametrize("roles", ["admin=jc-alle, ifk=jc-fachkraefte"])
def test_the_first_role_that_fits_counts(house, browser, roles):
    signed_in(browser())
    assert account_of(house).role is Role.ADMIN


def test_who_lost_the_group_loses_the_role_and_all_sessions(house, browser, tmp_path, provider):
    client = browser()
    signed_in(client)
    other = services(tmp_path, provider, "lead=jc-leitung")
    stranger = TestClient(web(other), base_url=HERE, follow_redirects=False)
    with stranger:
        assert signed_in(stranger).status_code == 403
    other.store.close()
    assert client.get("/").status_code == 303


def test_who_is_deactivated_here_is_not_let_in(house, browser):
    signed_in(browser())
    house.people.deactivate(account_of(house).user, SERVICE)
    assert signed_in(browser()).status_code == 403


@alone
def test_an_answer_is_good_for_the_browser_that_asked_only(browser):
    address = answered(asked(browser()))
    assert browser().get(address.removeprefix(HERE)).status_code == 403


@alone
def test_an_answer_is_good_once(browser):
    client = browser()
    address = answered(asked(client)).removeprefix(HERE)
    kept = dict(client.cookies)
    assert client.get(address).status_code == 303
    client.cookies.update(kept)
    assert client.get(address).status_code == 403


def test_who_is_refused_and_tries_again_comes_to_the_page_that_was_wanted(browser):
    client = browser()
    state = parse_qs(urlsplit(asked(client, "/faelle?x=1")).query)["state"][0]
    answer = client.get(f"{BACK}?{urlencode({'error': 'access_denied', 'state': state})}")
    assert answer.status_code == 403
    assert "?weiter=/faelle%3Fx%3D1" in answer.text


@alone
def test_another_state_is_refused(browser):
    client = browser()
    parts = urlsplit(answered(asked(client)))
    query = {name: found[0] for name, found in parse_qs(parts.query).items()}
    changed = urlencode({**query, "state": "x"})
    assert client.get(f"{BACK}?{changed}").status_code == 403


@alone
def test_a_code_needs_its_own_verifier(house, browser):
    """A code that was stolen on its way back is of no use to another browser (PKCE)."""
    mine, theirs = browser(), browser()
    stolen = parse_qs(urlsplit(answered(asked(mine))).query)["code"][0]
    state = parse_qs(urlsplit(asked(theirs)).query)["state"][0]
    answer = theirs.get(f"{BACK}?{urlencode({'code': stolen, 'state': state})}")
    assert answer.status_code == 403
    assert not house.people.all()


def test_a_cookie_of_our_own_making_is_none(house, browser):
    client = browser()
    client.cookies.set(cookie_name(house, "formservice-dienstkonto"), "AAAA")
    assert client.get(f"{BACK}?code=x&state=x").status_code == 403


def test_the_other_service_ends_sessions(house, browser, provider):
    client = browser()
    signed_in(client)
    answer = browser().post(LOGOUT, data={"logout_token": provider.signed(sub=PERSON)})
    assert answer.status_code == 200
    assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "http://127.0.0.1:1/"},
        {"aud": "somebody-else"},
        {"events": {}},
        {"events": None},
        {"nonce": "x"},
        {"sub": None},
        {"iat": 1, "exp": None},
        {"exp": 1},
        {"key": RSAKey.generate_key(2048)},
        {"key": OctKey.import_key(SECRET)},
    ],
)
def test_nobody_else_ends_sessions(browser, provider, wrong):
    client = browser()
    signed_in(client)
    token = provider.signed(**{"sub": PERSON, **wrong})
    assert browser().post(LOGOUT, data={"logout_token": token}).status_code == 400
    assert browser().post(LOGOUT, data={"logout_token": "x"}).status_code == 400
    assert client.get("/").status_code == 200


def test_signing_out_leads_to_signing_out_there(house, browser):
    client = browser()
    signed_in(client)
    html = client.get("/").text
    answer = client.post("/abmelden", data=fields(html, "/abmelden"))
    assert answer.headers["location"] == "/abgemeldet"
    assert "/abgemeldet/dienstkonto" in client.get("/abgemeldet").text
    there = client.get("/abgemeldet/dienstkonto").headers["location"]
    query = parse_qs(urlsplit(there).query)
    assert query["post_logout_redirect_uri"] == [f"{HERE}/abgemeldet"]
    assert query["id_token_hint"]
    ended = httpx.get(there, timeout=20)
    assert ended.is_redirect
    assert ended.headers["location"] == f"{HERE}/abgemeldet"


def test_local_accounts_still_work(house, browser):
    person(house, Role.LEAD, "notfall@amt.example")
    client = browser()
    html = client.get("/anmelden").text
    assert "/anmelden/dienstkonto" in html
    given = {"login": "notfall@amt.example", "password": OWN_PASSWORD}
    answer = client.post("/anmelden", data={**fields(html, "/anmelden"), **given})
    assert answer.headers["location"] == "/"


def test_a_service_that_is_away_is_told_so(tmp_path, provider, browser, house):
    house.settings.identity["FORMSERVICE_OIDC_ISSUER"] = "http://127.0.0.1:9/"
    answer = browser().get("/anmelden/dienstkonto")
    assert answer.status_code == 503
    assert "antwortet nicht" in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"FORMSERVICE_OIDC_ISSUER": "http://konto.amt.example/"},
        {"FORMSERVICE_OIDC_CLIENT_ID": ""},
        {"FORMSERVICE_OIDC_CLIENT_SECRET": ""},
        {"FORMSERVICE_OIDC_ROLES": ""},
        {"FORMSERVICE_OIDC_ROLES": "traeger=alle"},
        {"FORMSERVICE_OIDC_ROLES": "chef=alle"},
        {"FORMSERVICE_OIDC_ROLES": "lead="},
    ],
)
def test_a_wrong_setting_is_named(tmp_path, provider, wrong):
    good = services(tmp_path, provider, "lead=a").settings.identity
    settings = Settings.from_environment({"FORMSERVICE_DATA": str(tmp_path), **good, **wrong})
    with pytest.raises(UsageError) as error:
        _ = AccountServices(settings).identity
    assert next(iter(wrong)) in error.value.message


def test_the_secret_is_told_nowhere(tmp_path, provider):
    own = services(tmp_path, provider, "lead=a")
    assert SECRET not in f"{own.settings!r} {own.settings.told()} {own.identity!r}"
