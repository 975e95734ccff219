"""The house and the browsers of the web tests, and documents to look at."""

from collections.abc import Callable
from datetime import date

import pytest

from formservice.application.receive import Sent
from formservice.bootstrap.web import WebServices
from formservice.domain.case import SERVICE
from tests.web.conftest import app, browser, house, portal

__all__ = ["app", "browser", "house", "portal"]

DAY = date(2026, 11, 20)


@pytest.fixture
def received(house: WebServices) -> Callable[[bytes], str]:
    """Return what keeps some bytes as a document, which nobody reads; it gives the id."""

    def receive(data: bytes) -> str:
        return house.receive(Sent(data, "eingang.pdf", "upload", DAY), SERVICE)[0].id

    return receive
