"""Making forms for cases: seen before, fetched as one file or many, marked as sent."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from formservice.application.casework import Issued
from formservice.application.casework_values import as_told
from formservice.application.issuing import FORMATS, Contact, Prepared, Target
from formservice.application.known_forms import titles
from formservice.domain.errors import NotFoundError
from formservice.domain.permissions import Action
from formservice.domain.stammdaten import STAMMDATEN, TODAY
from formservice.domain.values import values_from_data
from formservice.web.flash import flash
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.pages.cases_typed import Typed, to
from formservice.web.pages_made import page
from formservice.web.texts import text
from formservice.web.told import MEDIA_TYPES
from formservice.web.zipped import zipped

router = APIRouter()
_LONGEST_ID = 64


@router.get("/faelle/{case}/ausgeben", name="issue_case", dependencies=may(Action.ISSUE_FORMS))
def issue_case(
    request: Request, house: Home, me: Me, case: str, form: str = "", teilnahme: str = ""
) -> Response:
    """Show what would stand in a form for a case, or which forms there are."""
    found = house.office.cases.one(case, me.author, house.today())
    known = {one.id for one in found.parts}
    part = teilnahme if teilnahme in known else (found.part.id if found.part else None)
    if not form:
        forms, first = house.office.issue.forms(), house.office.issue.first()
        context = {"case": found, "part": part, "forms": forms, "first": first}
        return page(request, "casework/issue_choose.html", context)
    return _preview(request, house, me, form, [Target(case, part)])


@router.get("/ausgaben/kontakt", name="contact", dependencies=may(Action.ISSUE_FORMS))
def contact(request: Request, house: Home, me: Me) -> Response:
    """Ask how an IFK is reached, for forms."""
    return page(request, "casework/contact.html", {"known": house.office.issued.contact(me.user)})


@router.post("/ausgaben/kontakt", name="contact_save", dependencies=may(Action.ISSUE_FORMS))
def contact_save(request: Request, house: Home, me: Me, sent: Typed) -> Response:
    """Keep how an IFK is reached."""
    told = Contact(sent.text("telefon").strip(), sent.text("email").strip())
    house.office.issued.contact_changed(told, me.author)
    return flash(request, to(request, "cases"), "casework.contact.saved")


@router.post("/ausgaben/vorschau", name="issue_preview", dependencies=may(Action.ISSUE_FORMS))
def preview(request: Request, house: Home, me: Me, sent: Typed) -> Response:
    """Show what would stand in a form for all cases that are ticked."""
    return _preview(request, house, me, sent.text("form"), _targets(sent.texts("ziel")))


@router.post("/ausgaben", name="issue_make", dependencies=may(Action.ISSUE_FORMS))
def make(request: Request, house: Home, me: Me, sent: Typed) -> Response:
    """Keep forms as issued; one is fetched at once, several from a page of their own."""
    targets, format_ = _targets(sent.texts("ziel")), sent.text("format")
    made = house.office.issue(sent.text("form"), targets, format_, me.author, house.today())
    if len(made) == 1:
        return to(request, "issued_file", reference=made[0].reference)
    return to(request, "issued_batch", issue=made[0].batch)


@router.get("/ausgaben/{issue}", name="issued_batch", dependencies=may(Action.ISSUE_FORMS))
def issued_batch(request: Request, house: Home, me: Me, issue: str) -> Response:
    """Show what was issued at once, to be fetched as one file."""
    found = _issued(house, me, issue)
    people = house.office.issued.people([one.case for one in found], me.author)
    found = sorted(found, key=lambda one: (people.get(one.case, ""), one.reference))
    context = {"issued": found, "people": people, "batch": issue, "titles": titles(house.forms)}
    return page(request, "casework/batch.html", context)


@router.get("/ausgaben/{issue}/alle.zip", name="issued_zip", dependencies=may(Action.ISSUE_FORMS))
def issued_zip(house: Home, me: Me, issue: str) -> Response:
    """Return all that was issued at once in one file, as it is made."""
    count, files = house.office.issue.documents(issue, me.author)
    return zipped(f"Formulare_{house.today():%Y-%m-%d}", count, files)


@router.get(
    "/ausgaben/formular/{reference}", name="issued_file", dependencies=may(Action.ISSUE_FORMS)
)
def issued_file(house: Home, me: Me, reference: str) -> Response:
    """Return a form that was issued."""
    name, data = house.office.issue.document(reference, me.author)
    return Response(
        data,
        media_type=MEDIA_TYPES[name.rpartition(".")[2]],
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


@router.post("/faelle/{case}/versandt", name="issued_sent", dependencies=may(Action.ISSUE_FORMS))
def issued_sent(request: Request, house: Home, me: Me, case: str, sent: Typed) -> Response:
    """Keep that a form was sent today, or that it was not."""
    house.office.cases.one(case, me.author, house.today())
    is_sent = sent.text("zurueck") != "1"
    references = sent.texts("reference")
    done = house.office.issued.sent(references, me.author, is_sent=is_sent)
    answer = to(request, "case", case=case)
    if not done or len(references) != 1:
        return answer
    if not is_sent:
        return flash(request, answer, "casework.done.unsent")
    undo = str(request.app.url_path_for("issued_sent", case=case))
    fields = {"reference": references[0], "zurueck": "1"}
    return flash(request, answer, "casework.done.sent", undo=undo, fields=fields)


@router.post("/ausgaben/{issue}/versandt", name="batch_sent", dependencies=may(Action.ISSUE_FORMS))
def batch_sent(request: Request, house: Home, me: Me, issue: str, sent: Typed) -> Response:
    """Keep that all that was issued at once was sent today."""
    found = _issued(house, me, issue)
    is_sent = sent.text("zurueck") != "1"
    done = house.office.issued.sent([one.reference for one in found], me.author, is_sent=is_sent)
    answer = to(request, "issued_batch", issue=issue)
    if not done:
        return answer
    undo = str(request.app.url_path_for("batch_sent", issue=issue)) if is_sent else ""
    key = "casework.done.sent" if is_sent else "casework.done.unsent"
    return flash(request, answer, key, undo=undo, fields={"zurueck": "1"} if is_sent else {})


def _issued(house: House, me: Me, issue: str) -> Sequence[Issued]:
    found = house.office.issued.batch(issue, me.author)
    if not found:
        raise NotFoundError("Diese Ausgabe gibt es nicht.")
    return found


def _preview(
    request: Request, house: House, me: Me, form: str, targets: Sequence[Target]
) -> Response:
    prepared = house.office.issue.prepared(form, targets, me.author, house.today())
    context = {
        "prepared": prepared,
        "definition": prepared[0].definition,
        "formats": FORMATS,
        "rows": _rows(prepared[0]) if len(prepared) == 1 else [],
        "titles": {
            **titles(house.forms),
            STAMMDATEN: text("casework.issue.master"),
            TODAY: text("casework.issue.today"),
        },
    }
    return page(request, "casework/issue.html", context)


def _rows(one: Prepared) -> list[tuple[str, str, str]]:
    """Return name, value and source of every field that is filled in."""
    values = values_from_data(one.definition, dict(one.data))
    return [
        (field.name, as_told(field, values[field.key]), _source(one, field.key))
        for field in one.definition.fields
        if field.key in values
    ]


def _source(one: Prepared, key: str) -> str:
    """Return where the value of a field is from: the case, a form, or just the day."""
    source = one.sources.get(key, STAMMDATEN)
    ways = [way.fields.get(key) for way in one.definition.prefills if way.form == STAMMDATEN]
    return TODAY if source == STAMMDATEN and (TODAY,) in ways else source


def _targets(given: Sequence[str]) -> list[Target]:
    """Return the targets that a form's ticks name: a case, or a case and a participation."""
    found = []
    for one in dict.fromkeys(given):
        case, _, part = one.partition("/")
        if case and len(case) <= _LONGEST_ID and len(part) <= _LONGEST_ID:
            found.append(Target(case, part or None))
    return found
