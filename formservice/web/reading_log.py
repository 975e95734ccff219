"""Writes down whenever contents of a document are shown or downloaded (§ 35 SGB I)."""

from collections.abc import Sequence

from formservice.application.reads import CONTENTS, COPY, FILE, PICTURE
from formservice.application.signed_in import SignedIn
from formservice.web.house import House

__all__ = ["CONTENTS", "COPY", "FILE", "PICTURE", "seen", "seen_many"]


def seen(house: House, me: SignedIn, document: str, what: str = CONTENTS) -> None:
    """Note that contents of a document go to somebody; to be called before they do.

    What cannot be noted is not shown: an error of the database goes on to the page.
    """
    house.reads.seen(me.user, document, what)


def seen_many(house: House, me: SignedIn, documents: Sequence[str]) -> None:
    """Note the same of all documents of a page, at once."""
    house.reads.seen_many(me.user, documents, CONTENTS)
