"""The demo, open in a real browser: what those see who look at all pages of all people."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from fastapi import FastAPI
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from formservice.adapters.store import schema
from formservice.bootstrap.demo_house import DemoHouse, demo_house
from formservice.bootstrap.demo_services import DemoServices
from formservice.bootstrap.web import web
from formservice.web.guard import cookie_name
from tests.chromium import WIDE, Heard, opened, serving


class Shop:
    """The house of the demo, its address, and the browser that stands before it."""

    def __init__(self, demo: DemoHouse, house: DemoServices, app: FastAPI) -> None:
        self.demo = demo
        self.house = house
        self.app = app
        self.address = ""

    @cached_property
    def users(self) -> dict[str, str]:
        """Return the ids of those who work here, by the first names in the demo's file."""
        with self.house.store.work() as work:
            rows = work.connection.execute(select(schema.users.c.name, schema.users.c.id)).all()
        ids = {row.name: row.id for row in rows}
        return {key: ids[one["name"]] for key, one in self.demo.accounts.items()}

    def one(self, query: str) -> str:
        """Return the first value that a query finds."""
        with self.house.store.work() as work:
            found = work.connection.exec_driver_sql(query).scalar()
        assert found is not None, query
        return str(found)

    def visit(
        self,
        engine: Browser,
        user: str | None,
        size: tuple[int, int] = WIDE,
        missing: tuple[str, ...] = (),
        theme: str = "",
    ) -> tuple[Page, Heard]:
        """Return the browser of somebody, signed in, with nothing shown yet."""
        cookies = {cookie_name(self.house, "formservice-darstellung"): theme} if theme else {}
        if user:
            secret = self.house.sessions.open(self.users[user], "test", missing)
            cookies[cookie_name(self.house)] = secret
        return opened(engine, self.address, cookies, size)


@contextmanager
def opened_shop(folder: Path) -> Iterator[Shop]:
    """Open the demo, which is made in ``folder`` unless it is there."""
    demo = demo_house(folder)
    house = demo.services()
    shop = Shop(demo, house, web(house))
    try:
        with serving(shop.app) as shop.address:
            yield shop
    finally:
        house.store.close()
