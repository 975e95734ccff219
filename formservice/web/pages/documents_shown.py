"""What the page of a document shows: its form, what may be done, who changed what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # records have the shape of the JSON contract

from fastapi import Request

from formservice.application.desk_pictures import has_pictures
from formservice.application.editing_record import fitting
from formservice.application.ports_store import Version
from formservice.application.signed_in import SignedIn
from formservice.application.terms import SOURCES
from formservice.domain.case import BROWSER, DECIDED, EDITORS, Role, State
from formservice.domain.changes import changed_fields
from formservice.domain.form import FormDefinition
from formservice.web.form_page import FormView, Known, Picture, Posted, view
from formservice.web.texts import text


@dataclass(frozen=True, slots=True)
class Step:
    """Something that can be done with a document: a text, and where."""

    label: str
    href: str
    kind: str = "secondary"


@dataclass(frozen=True, slots=True)
class Changed:
    """A version of a record: who made it when and why, and the names of what changed in it."""

    version: int
    at: float
    author: str
    reason: str
    fields: tuple[str, ...]


def pictures_of(request: Request, document: str, reading: Mapping[str, Any]) -> Picture:
    """Return what tells where a field of a document can be seen."""

    def picture(key: str) -> str | None:
        if not has_pictures(reading):
            return None
        return str(request.app.url_path_for("field_picture", document=document, field=key))

    return picture


def shown(
    request: Request,
    document: Mapping[str, Any],
    definition: FormDefinition,
    said: Posted | None = None,
    problems: Sequence[Any] = (),
) -> FormView:
    """Return a document as the page of its form."""
    reading = document["record"]
    known = Known(
        reading=reading,
        posted=said,
        findings=reading.get("findings") or (),
        problems=problems,
        picture=pictures_of(request, document["id"], reading),
        signatures=document["source"] != BROWSER,
    )
    return view(definition, known)


def can_edit(document: Mapping[str, Any], me: SignedIn) -> bool:
    """Say whether somebody may correct a document here: staff, while nobody has decided."""
    state = State(document["state"])
    allowed = EDITORS.get(state, frozenset())
    return me.role is not Role.TRAEGER and me.role in allowed and document["record"] is not None


def steps(request: Request, document: Mapping[str, Any], me: SignedIn) -> list[Step]:
    """Return what somebody may do with a document, the likeliest first."""
    state, found = State(document["state"]), list[Step]()

    def add(action: str, route: str, *, primary: bool = False) -> None:
        href = str(request.app.url_path_for(route, document=document["id"]))
        kind = "primary" if primary and not found else "secondary"
        found.append(Step(text(f"documents.do.{action}"), href, kind))

    is_open = state not in DECIDED and state is not State.RECEIVED
    if me.role is Role.TRAEGER and is_open:
        add("prepare", "prepare", primary=True)
    if me.role in (Role.IFK, Role.LEAD) and is_open:
        add("decide", "inbox_document", primary=True)
    if me.role in (Role.BACK_OFFICE, Role.IFK, Role.LEAD) and _waits(document):
        add("review", "desk_review", primary=me.role is Role.BACK_OFFICE)
    if can_edit(document, me) and document["form"]:
        add("edit", "document_edit")
    return found


def _waits(document: Mapping[str, Any]) -> bool:
    """Say whether the desk has something to look at, or to take back."""
    if document["state"] is State.NO_FORM:
        return True
    if document["state"] not in (State.IN_REVIEW, State.UNIDENTIFIED) or not document["record"]:
        return False
    fields = document["record"].get("fields") or {}
    return not fields or any(not one.get("accepted") for one in fields.values())


def source_of(document: Mapping[str, Any]) -> str:
    """Return which way a document came."""
    return SOURCES.get(document["source"], document["source"])


def history(
    document: Mapping[str, Any], versions: Sequence[Version], definition: FormDefinition | None
) -> list[Changed]:
    """Return the versions of a record, the newest first, with what changed in each."""
    people = {one["version"]: one["author"] for one in document["versions"]}
    found: list[Changed] = []
    before: Mapping[str, Any] = {}
    for one in versions:
        keys = changed_fields(before, one.reading) if before else ()
        names = {key: key for key in keys}
        if definition is not None:
            names |= {field.key: field.name for field in fitting(definition, keys).fields}
        told = tuple(names[key] for key in keys)
        found.append(
            Changed(one.version, one.created_at, people.get(one.version, ""), one.reason, told)
        )
        before = one.reading
    return found[::-1]
