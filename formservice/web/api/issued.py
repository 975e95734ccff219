"""Forms that are made for somebody: pre-filled, kept with the reference printed on them."""

import hashlib
from typing import Annotated, Any  # values of forms are JSON

from fastapi import APIRouter, Body, Path, Response
from pydantic import BaseModel, Field

from formservice.application.consult import File
from formservice.application.issuing import MOST, Made, Prepared, Target
from formservice.domain.permissions import Action
from formservice.web.api.case_shapes import CASE, ISSUED, PART, IssuedTold
from formservice.web.api.files import DOCX, PDF, IfNoneMatch, file_described, sent
from formservice.web.api.problems import refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import ID, example
from formservice.web.api.told import given
from formservice.web.guard import Home, Me, may
from formservice.web.zipped import ZIP, zipped

router = APIRouter(prefix="/api/v1", tags=["Ausgeben"], route_class=ApiRoute)
_TARGET: dict[str, Any] = {"case": CASE["id"], "participation": PART["id"]}
_ASKED = {"form": "erwartungsbogen", "format": "pdf", "targets": [_TARGET]}
Reference = Annotated[
    str,
    Path(
        description="Kennung auf dem Formular.",
        max_length=32,
        examples=[str(ISSUED["reference"])],
    ),
]


class TargetGiven(BaseModel):
    """For whom a form is made."""

    model_config = given(_TARGET)
    case: str = Field(max_length=64, description="Fall.")
    participation: str | None = Field(None, max_length=64, description="Teilnahme.")


class Asked(BaseModel):
    """Which form is made, for whom, as what kind of file."""

    model_config = given(_ASKED)
    form: str = Field(max_length=64, description="Formular; ausgegeben wird die gültige Ausgabe.")
    targets: list[TargetGiven] = Field(
        max_length=MOST, description=f"Für wen, höchstens {MOST} auf einmal."
    )
    format: str = Field("pdf", max_length=8, description="`docx` oder `pdf`.")


class PreparedTold(BaseModel):
    """A form before it is made: what would stand in it, and where that comes from."""

    model_config = example(
        {
            **_TARGET,
            "form": "erwartungsbogen",
            "edition": "2023-07-24",
            "values": {"name": "Beispiel", "vorname": "Kim"},
            "sources": {"name": "stammdaten", "vorname": "stammdaten"},
            "blank": ["Anlass"],
        }
    )
    case: str = Field(description="Fall.")
    participation: str | None = Field(description="Teilnahme.")
    form: str = Field(description="Formular.")
    edition: str = Field(description="Ausgabe.")
    values: dict[str, Any] = Field(description="Was darin stehen würde.")
    sources: dict[str, str] = Field(description="Woher jeder Wert kommt.")
    blank: list[str] = Field(description="Pflichtfelder, die leer bleiben.")


class MadeTold(BaseModel):
    """A form that was made."""

    model_config = example({"reference": ISSUED["reference"], "issue": ID, **_TARGET})
    reference: str = Field(description="Kennung auf dem Formular; damit gibt es die Datei.")
    issue: str = Field(description="Kennung der Ausgabe; was auf einmal entstand, hat dieselbe.")
    case: str = Field(description="Fall.")
    participation: str | None = Field(description="Teilnahme.")


class SentGiven(BaseModel):
    """Which forms were sent."""

    model_config = given({"references": [ISSUED["reference"]], "sent": True})
    references: list[str] = Field(max_length=MOST, description="Kennungen auf den Formularen.")
    sent: bool = Field(True, description="`false` nimmt den Vermerk zurück.")


class Counted(BaseModel):
    """How many were changed."""

    model_config = example({"count": 1})
    count: int = Field(description="So viele.")


@router.post(
    "/issued/preview",
    name="api_issue_preview",
    operation_id="previewIssue",
    summary="Vorschau: was stünde im Formular?",
    dependencies=may(Action.ISSUE_FORMS),
    responses=refused(404, 413, 415),
    openapi_extra={"x-safe": True},
)
def preview(house: Home, me: Me, asked: Annotated[Asked, Body()]) -> list[PreparedTold]:
    """Zeigt, was für jeden im Formular stehen würde; aufbewahrt wird nichts."""
    targets = [Target(one.case, one.participation) for one in asked.targets]
    prepared = house.office.issue.prepared(asked.form, targets, me.author, house.today())
    return [_prepared(one) for one in prepared]


@router.post(
    "/issued",
    name="api_issue",
    operation_id="issueForms",
    summary="Formulare ausgeben",
    status_code=201,
    dependencies=may(Action.ISSUE_FORMS),
    responses=refused(404, 409, 413, 415),
)
def issue(house: Home, me: Me, asked: Annotated[Asked, Body()]) -> list[MadeTold]:
    """Erstellt vorausgefüllte Formulare, für einen oder viele, und merkt sich ihre Kennungen.

    Kommt ein Formular mit seiner Kennung zurück, ist es damit seinem Fall zugeordnet.
    """
    targets = [Target(one.case, one.participation) for one in asked.targets]
    made = house.office.issue(asked.form, targets, asked.format, me.author, house.today())
    return [_made(one) for one in made]


@router.get(
    "/issued/{reference}",
    name="api_issued",
    operation_id="getIssued",
    summary="Ein ausgegebenes Formular",
    dependencies=may(Action.ISSUE_FORMS),
    responses=refused(404),
)
def issued(reference: Reference, house: Home, me: Me) -> IssuedTold:
    """Gibt, für wen und wann ein Formular erstellt und ob es versandt wurde."""
    return IssuedTold.model_validate(house.office.issued.one(reference, me.author))


@router.get(
    "/issued/{reference}/file",
    name="api_issued_file",
    operation_id="getIssuedFile",
    summary="Ein ausgegebenes Formular als Datei",
    dependencies=may(Action.ISSUE_FORMS),
    response_class=Response,
    responses={**refused(404), **file_described(DOCX, PDF)},
)
def issued_file(
    reference: Reference, house: Home, me: Me, if_none_match: IfNoneMatch = ""
) -> Response:
    """Gibt die Datei mit der gedruckten Kennung."""
    name, data = house.office.issue.document(reference, me.author)
    media = DOCX if name.endswith(".docx") else PDF
    return sent(File(data, hashlib.sha256(data).hexdigest(), name), media, if_none_match)


@router.get(
    "/issues/{issue}/files",
    name="api_issue_files",
    operation_id="getIssueFiles",
    summary="Alles, was auf einmal ausgegeben wurde, als ZIP-Datei",
    dependencies=may(Action.ISSUE_FORMS),
    response_class=Response,
    responses={**refused(404), 200: file_described(ZIP)[200]},
)
def issue_files(
    issue: Annotated[str, Path(description="`issue` der Ausgabe.", max_length=64, examples=[ID])],
    house: Home,
    me: Me,
) -> Response:
    """Gibt die Dateien mit den gedruckten Kennungen, benannt nach den Personen.

    Wie viele es sind, sagt der Kopf `x-files`.
    """
    count, files = house.office.issue.documents(issue, me.author)
    return zipped(f"Formulare_{house.today():%Y-%m-%d}", count, files)


@router.post(
    "/issued/sent",
    name="api_issued_sent",
    operation_id="markIssuedSent",
    summary="Als versandt vermerken",
    dependencies=may(Action.ISSUE_FORMS),
    responses=refused(404, 409, 413, 415),
)
def mark_sent(house: Home, me: Me, which: Annotated[SentGiven, Body()]) -> Counted:
    """Vermerkt, dass Formulare heute versandt wurden, oder nimmt das zurück."""
    done = house.office.issued.sent(which.references, me.author, is_sent=which.sent)
    return Counted(count=done)


def _prepared(one: Prepared) -> PreparedTold:
    return PreparedTold(
        case=one.target.case,
        participation=one.target.participation,
        form=one.definition.ref.form,
        edition=one.definition.ref.edition,
        values=dict(one.data),
        sources=dict(one.sources),
        blank=list(one.blank),
    )


def _made(one: Made) -> MadeTold:
    return MadeTold(
        reference=one.reference,
        issue=one.batch,
        case=one.target.case,
        participation=one.target.participation,
    )
