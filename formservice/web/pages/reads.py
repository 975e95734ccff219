"""Who looked into a document, and when."""

from fastapi import APIRouter, Request, Response

from formservice.application.known_forms import titles
from formservice.domain.permissions import Action
from formservice.web.guard import Home, Me, may
from formservice.web.pages_made import page
from formservice.web.texts import text
from formservice.web.told import office_time

router = APIRouter()


@router.get("/vorgaenge/{document}/einsicht", name="reads", dependencies=may(Action.READ_LOG))
def reads(request: Request, house: Home, me: Me, document: str) -> Response:
    """Show who looked into a document; it shows no more of it than which form it is, and whose."""
    found = [
        {
            "name": one.name or one.user,
            "what": text(f"people.reads.{one.what}"),
            "at": office_time(one.at),
        }
        for one in house.reads.of(document, me.author)
    ]
    whole = house.office.inbox.whole(me.author, document)
    named = titles(house.forms).get(whole.kept.form or "", whole.kept.name)
    person = "" if whole.belongs is None else whole.belongs.person
    known = {"document": document, "found": found, "form": named, "person": person}
    return page(request, "people/reads.html", known)
