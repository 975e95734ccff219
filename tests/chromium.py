"""Pages in a real browser: a server on a free port of this machine, and Chromium before it."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).resolve().parent.parent / "build" / "axe" / "axe.min.js"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=de-DE",
]
WIDE, NARROW, PHONE = (1280, 900), (320, 700), (390, 844)
needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed.")
needs_axe = pytest.mark.skipif(not AXE.exists(), reason="axe-core is missing: „make assets“.")


@dataclass
class Heard:
    """What a page let be heard while it was open."""

    host: str
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Listen to ``page``: errors in the console (CSP's as well), and requests to others."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._request(request.url))

    def _console(self, message: Any) -> None:  # a class that playwright does not export
        # An answer 404 or 422 is told in the console as well; which one was meant, a test knows.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def _request(self, url: str) -> None:
        if not url.startswith((self.host, "data:", "blob:")):
            self.elsewhere.append(url)


@contextlib.contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Answer for ``app`` at a free port of this machine; the address is handed in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_level="error", timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 15
    while not server.started:
        assert time.monotonic() < end, "The server did not start."
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(15)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Open a browser, and close it again with what drives it."""
    with sync_playwright() as driver:
        yield from _launched(driver)


def _launched(driver: Playwright) -> Iterator[Browser]:
    browser = driver.chromium.launch(
        executable_path=str(CHROMIUM), args=_ARGUMENTS, env={**os.environ, "LANGUAGE": "de"}
    )
    try:
        yield browser
    finally:
        browser.close()


# One per file of tests, not per session: while it is open, nothing in this thread may start a
# loop of asyncio of its own.
@pytest.fixture(scope="module")
def engine() -> Iterator[Browser]:
    """Chromium."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed.")
    with chromium() as browser:
        yield browser


def opened(
    engine: Browser, address: str, cookies: dict[str, str], size: tuple[int, int] = WIDE
) -> tuple[Page, Heard]:
    """Return a page of a browser of its own, with what it let be heard."""
    context = engine.new_context(
        base_url=address,
        viewport={"width": size[0], "height": size[1]},
        locale="de-DE",
        timezone_id="Europe/Berlin",
    )
    context.set_default_timeout(30_000)
    context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
    )
    page = context.new_page()
    heard = Heard(address)
    heard.listen(page)
    return page, heard


PageOf = Callable[..., Page]
