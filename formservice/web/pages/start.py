"""The start page: what needs me today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any  # what a list of a page shows is of many kinds

from fastapi import APIRouter, Request, Response

from formservice.application.casework import Asked
from formservice.application.drafts import EDIT, Draft
from formservice.application.goals import plan_forms
from formservice.application.inbox import Box
from formservice.application.known_forms import titles as titles_of
from formservice.application.participants_due import Expected
from formservice.application.today import Counts, names_in
from formservice.domain.case import Role, State
from formservice.domain.form import FormRef
from formservice.domain.permissions import Action, is_allowed
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.plans_shown import next_reviews
from formservice.web.pages_made import page
from formservice.web.texts import text

router = APIRouter()
_MOST = 5
_SOON_DAYS = 14


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that leads to a list; ``kind`` is that of an alert."""

    count: int
    label: str
    href: str
    kind: str


@router.get("/", name="start", dependencies=may(Action.SIGNED_IN))
def start(request: Request, me: Me, house: Home) -> Response:
    """Show what waits for the person who looks."""
    known: dict[str, Any] = {"name": me.name, "today": house.today(), "tiles": []}
    known |= {
        "returned": [],
        "overdue": [],
        "due": [],
        "late": [],
        "reviews": [],
        "drafts": [],
        "next": False,
    }
    match me.role:
        case Role.TRAEGER:
            known |= _of_traeger(request, house, me)
        case Role.IFK | Role.LEAD:
            known |= _of_cases(request, house, me)
        case Role.BACK_OFFICE:
            counts = house.waiting.counts(me.author)
            known["tiles"] = _desk(request, counts)
            known["next"] = counts.doubtful + counts.unidentified > 0
        case _:  # administration sees no contents
            pass
    if is_allowed(Action.EDIT_DOCUMENT, me.role):
        known["drafts"] = _drafts(request, house, me)
    # What there is none of needs no look.
    known["waits"] = bool(known["tiles"])
    known["tiles"] = [one for one in known["tiles"] if one.count]
    lists = ("returned", "overdue", "due", "late", "reviews", "drafts")
    known["nothing"] = not known["tiles"] and not any(known[name] for name in lists)
    known["first"] = known["nothing"] and _has_no_case(house, me)
    doors = (_FIRST if known["first"] else ()) + _DOORS
    known["doors"] = [
        (text(f"start.door.{name}"), _address(request, name))
        for name, action in doors
        if is_allowed(action, me.role) and _OWN.get(name, me.role) is me.role
    ]
    return page(request, "start/start.html", known)


def _has_no_case(house: House, me: Me) -> bool:
    """Say whether somebody keeps cases and has none: whoever begins is led to the first."""
    if not is_allowed(Action.EDIT_CASES, me.role):
        return False
    found = house.office.cases.listed(me.author, Asked(), house.today(), None, 1)
    return not any(found.counts.values())


# What people begin with on an ordinary day, beside the navigation.
_DOORS = (
    ("upload", Action.SUBMIT),
    ("batches", Action.BATCHES),
    ("fill_choose", Action.EDIT_DOCUMENT),
    ("plans", Action.PLANS),
    ("people", Action.ACCOUNTS),
)
# And before there is anything.
_FIRST = (
    ("import_participants", Action.IMPORT_PARTICIPANTS),
    ("case_new", Action.EDIT_CASES),
)
# What others may do, too, but begin no day with.
_OWN = {"batches": Role.BACK_OFFICE}


def _of_traeger(request: Request, house: House, me: Me) -> Mapping[str, Any]:
    """Return what waits for a Träger: returned forms, what is due, what is not handed in."""
    titles = titles_of(house.forms)
    documents = house.portal.lists.documents(me.author)
    expected = house.portal.mine(me.author)
    due = [one for one in expected if one.days is not None]
    soon = [one for one in due if 0 <= (one.days or 0) <= _SOON_DAYS]
    counted: dict[State, int] = {}
    for document in documents:
        counted[document.state] = counted.get(document.state, 0) + 1
    mine, people = _address(request, "my_documents"), _address(request, "participants")
    overdue = _overdue(request, house, me, expected)
    return {
        "tiles": [
            Tile(counted.get(State.RETURNED, 0), text("start.tile.returned"), mine, "warning"),
            Tile(len(overdue), text("start.tile.due_late"), people, "danger"),
            Tile(len(soon), text("start.tile.due_soon"), people, "info"),
            Tile(counted.get(State.PREPARING, 0), text("start.tile.preparing"), mine, "none"),
        ],
        "returned": [
            {
                "title": ": ".join(
                    filter(None, (titles.get(one.form or "", one.name), one.person))
                ),
                "reason": one.reason,
                "href": request.app.url_path_for("prepare", document=one.id),
            }
            for one in documents
            if one.state is State.RETURNED
        ][:_MOST],
        "overdue": overdue[:_MOST],
        "due": [
            {
                "title": f"{one.who.vorname} {one.who.name}",
                "day": one.next.due if one.next else None,
                "why": one.next.why if one.next else (),
                "href": request.app.url_path_for(
                    "participant", participation=one.who.participation
                ),
            }
            for one in soon[:_MOST]
        ],
    }


def _overdue(
    request: Request, house: House, me: Me, expected: Sequence[Expected]
) -> list[dict[str, Any]]:
    """Return the forms of a Träger of which something is overdue, also of those it has begun.

    What is overdue longest comes first; each form once, with all that is overdue of it.
    """
    today, found = house.today(), dict[str, dict[str, Any]]()
    begun = {
        one.who.participation: one.came.document
        for one in expected
        if one.came is not None and one.is_in_preparation
    }
    for one in house.office.due.open(me.author):
        if not one.is_late(today):
            continue
        document = one.document or begun.get(one.participation or "")
        if document is not None:
            href = request.app.url_path_for("prepare", document=document)
        else:
            href = request.app.url_path_for("participant", participation=one.participation)
        told = {"title": one.person, "day": one.day, "what": [], "why": [], "href": href}
        form = found.setdefault(str(href), told)
        form["what"].append(one.title)
        form["why"] += one.why
    return list(found.values())


def _of_cases(request: Request, house: House, me: Me) -> Mapping[str, Any]:
    """Return what waits for a caseworker: late, new, without a case, plans to look at again."""
    counts, titles = house.waiting.counts(me.author), titles_of(house.forms)
    boxes = house.office.inbox.listed(me.author, Box.OPEN, None, 1).counts
    inbox = _address(request, "inbox")

    def box(one: Box) -> str:
        return f"{inbox}?fach={one}"

    tiles = [
        Tile(boxes.get(Box.LATE, 0), text("start.tile.late"), box(Box.LATE), "danger"),
        Tile(boxes.get(Box.OPEN, 0), text("start.tile.open"), box(Box.OPEN), "info"),
        Tile(
            boxes.get(Box.UNASSIGNED, 0),
            text("start.tile.unassigned"),
            box(Box.UNASSIGNED),
            "warning",
        ),
        Tile(boxes.get(Box.RETURNED, 0), text("start.tile.waiting"), box(Box.RETURNED), "none"),
        *_desk(request, counts),
    ]
    definitions = {(one.ref.form, one.ref.edition): one for one in house.forms}
    late = []
    for one in house.waiting.late(me.author, _MOST):
        form = one.reading.get("form") or {}
        definition = definitions.get((str(form.get("id")), str(form.get("edition"))))
        missed = [term for term in one.reading.get("deadlines") or () if term["met"] is False]
        late.append(
            {
                "title": titles.get(one.form or "", text("start.late.unknown")),
                "who": names_in(one.reading, definition),
                "day": one.due,
                "why": missed[0]["why"] if missed else (),
                "href": request.app.url_path_for("inbox_document", document=one.id),
            }
        )
    today = house.today()
    due = house.waiting.reviews(
        list(plan_forms(house.forms)), me.author, today + timedelta(days=_SOON_DAYS)
    )
    return {
        "tiles": tiles,
        "late": late,
        "reviews": next_reviews(request, due[:_MOST], today),
    }


def _desk(request: Request, counts: Counts) -> list[Tile]:
    desk = _address(request, "desk")
    return [
        Tile(counts.doubtful, text("start.tile.doubtful"), desk, "warning"),
        Tile(counts.unidentified, text("start.tile.unidentified"), desk, "warning"),
    ]


def _drafts(request: Request, house: House, me: Me) -> list[dict[str, Any]]:
    """Return what somebody has begun and not finished, the newest first."""
    return [_draft(request, house, me, one) for one in house.drafts.mine(me.author)[:_MOST]]


def _draft(request: Request, house: House, me: Me, one: Draft) -> dict[str, Any]:
    path = request.app.url_path_for
    if one.about.kind == EDIT:
        found = house.consult.kept(one.about.subject, me.author)[0]
        definition = house.forms.find(FormRef(str(found.form), str(found.edition)))
        title = definition.title if definition is not None else found.name
        where = "document_edit" if me.role is not Role.TRAEGER else "prepare"
        href = str(path(where, document=found.id))
        return {"title": text("start.draft.edit", title=title), "at": one.at, "href": href}
    form = str(one.body.get("form") or "")
    title = titles_of(house.forms).get(form, form)
    name = names_in(
        {
            "fields": {
                key: {"value": (typed or [""])[0]} for key, typed in one.body["typed"].items()
            }
        },
        house.forms.find(FormRef(form, str(one.body.get("edition")))),
    )
    href = str(path("fill", form=form))
    if one.body.get("fall"):
        part = one.body.get("teilnahme")
        href += f"?fall={one.body['fall']}" + (f"&teilnahme={part}" if part else "")
    told = f"{title}: {name}" if name else title
    return {"title": text("start.draft.fill", title=told), "at": one.at, "href": href}


def _address(request: Request, name: str) -> str:
    return str(request.app.url_path_for(name))
