"""Participants of a Träger: what is due for whom, why, and the form, as far as it is known."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from formservice.application.due import participation_form, participation_forms
from formservice.application.issuing import FORMATS, Target
from formservice.application.known_forms import titles
from formservice.domain.errors import UsageError
from formservice.domain.permissions import Action
from formservice.web.guard import Home, Me, may
from formservice.web.pages_made import page
from formservice.web.portal_views import when
from formservice.web.texts import text
from formservice.web.told import MEDIA_TYPES, day

router = APIRouter()


@router.get("/teilnehmende", name="participants", dependencies=may(Action.OWN_PARTICIPANTS))
def participants(request: Request, me: Me, house: Home) -> Response:
    """List who takes part, what is late or due next first."""
    known = {"found": house.portal.mine(me.author), "day": day, "when": when}
    return page(request, "portal/participants.html", known)


@router.get(
    "/teilnehmende/{participation}",
    name="participant",
    dependencies=may(Action.OWN_PARTICIPANTS),
)
def participant(request: Request, participation: str, me: Me, house: Home) -> Response:
    """Show one participant: what is due on which occasion, and what came."""
    one = house.portal.mine.one(participation, me.author)
    whose = f"?fall={one.who.case}&teilnahme={one.who.participation}"
    form = next(iter(participation_forms(house.forms).values()), None)
    named = {"fill": "", "form_titles": titles(house.forms), "day": day, "when": when}
    if form is not None:
        to_fill = request.app.url_path_for("fill", form=form.ref.form)
        named |= {"fill": f"{to_fill}{whose}", "fill_title": form.title}
    named["today"] = house.today()
    known = {"one": one, "who": one.who} | named
    return page(request, "portal/participant.html", known)


@router.post(
    "/teilnehmende/{participation}/bogen",
    name="participant_form",
    dependencies=may(Action.OWN_PARTICIPANTS),
)
def participant_form(
    participation: str, me: Me, house: Home, format: Annotated[str, Form()] = "docx"
) -> Response:
    """Hand out the form of a participation, with all that is known filled in."""
    if format not in FORMATS:
        raise UsageError(text("portal.participants.format.error"))
    who = house.portal.mine.one(participation, me.author).who
    target = Target(who.case, who.participation)
    form, issue = participation_form(house.forms).ref.form, house.office.issue
    (made,) = issue(form, [target], format, me.author, house.today())
    name, data = issue.document(made.reference, me.author)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=MEDIA_TYPES[format], headers=headers)
