"""Tokens for people of the test house, who have done what comes before."""

from sqlalchemy import insert, select

from formservice.adapters.store import schema_web
from formservice.application.tokens import API
from formservice.bootstrap.web import WebServices
from formservice.domain.accounts import ACKNOWLEDGEMENT


def token_of(house: WebServices, user: str) -> str:
    """Return a token of somebody, who has read what § 78 SGB X asks for."""
    table = schema_web.accounts
    with house.store.work() as work:
        known = work.connection.execute(select(table.c.user).where(table.c.user == user)).first()
        if known is None:
            row = {"user": user, "acknowledged": ACKNOWLEDGEMENT, "created_at": 1.0}
            work.connection.execute(insert(table).values(row))
    return house.tokens.made(user, API, "Test", 30).secret
