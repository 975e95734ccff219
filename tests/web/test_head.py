"""Who asks by HEAD, as monitors do, hears what GET would say, and no body."""

import httpx
import pytest

from formservice.web.guard import cookie_name
from tests.api.serving import serving

PAGES = ["/", "/anmelden", "/hilfe", "/gesund", "/bereit", "/nirgendwo"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_by_head_what_it_says_by_get(app, path):
    with serving(app) as url, httpx.Client(base_url=url) as client:
        asked, got = client.head(path), client.get(path)
    assert asked.status_code == got.status_code
    assert asked.content == b""
    same = ("content-type", "content-length", "content-security-policy", "cache-control")
    assert [asked.headers.get(one) for one in same] == [got.headers.get(one) for one in same]


def test_who_is_signed_in_hears_it_of_their_own_pages(app, house):
    cookies = {cookie_name(house): house.sessions.open("carla", "test")}
    with serving(app) as url, httpx.Client(base_url=url, cookies=cookies) as client:
        assert client.head("/faelle").status_code == 200
        assert client.head("/faelle/gibt-es-nicht").status_code == 404
        assert (
            client.head("/verwaltung/personen").status_code
            == client.get("/verwaltung/personen").status_code
        )


def test_what_only_takes_what_is_sent_is_not_asked_by_head(app):
    with serving(app) as url, httpx.Client(base_url=url) as client:
        assert client.head("/abmelden").status_code == 405
