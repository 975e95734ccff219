"""Forms for programs: which there are, what they ask, and filled ones."""

import hashlib
from enum import StrEnum
from typing import Annotated, Any  # data for a form, and its schema, are JSON

from fastapi import APIRouter, Body, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from formservice.application.consult import File
from formservice.domain import form as definitions
from formservice.domain.form import FormDefinition
from formservice.domain.permissions import Action
from formservice.web.api.files import DOCX, PDF, file_described, sent
from formservice.web.api.problems import refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import example
from formservice.web.guard import Home, may

router = APIRouter(prefix="/api/v1", tags=["Formulare"], route_class=ApiRoute)
_FORM = {
    "form": "feedbackbogen",
    "edition": "2023-09-22",
    "title": "Feedbackbogen",
    "released": True,
    "notice": "",
}
_FIELD = {
    "key": "name",
    "kind": "text",
    "name": "Name",
    "label": "Name:",
    "options": [],
    "several": False,
    "o_ton": False,
    "help": "",
}


class FormTold(BaseModel):
    """A form and its edition."""

    model_config = example(_FORM)
    form: str = Field(description="Kennung des Formulars.")
    edition: str = Field(description="Ausgabe.")
    title: str = Field(description="Titel.")
    released: bool = Field(description="Ob es ohne Nennung der Ausgabe erzeugt wird.")
    notice: str = Field(description="Hinweis zur Benutzung; meist leer.")


class OptionTold(BaseModel):
    """One box of a choice."""

    key: str = Field(description="Kennung der Option; so steht sie in Lesungen.")
    label: str = Field(description="Gedruckter Text daneben.")


class FieldTold(BaseModel):
    """A field of a form."""

    model_config = example(_FIELD)
    key: str = Field(description="Schlüssel; in Wiederholungen mit Nummer: `ziele[0].text`.")
    kind: str = Field(
        description="`text`, `multiline`, `date`, `tick`, `choice` oder `signature`."
    )
    name: str = Field(description="Wie Menschen das Feld nennen.")
    label: str = Field(description="Gedruckte Beschriftung.")
    options: list[OptionTold] = Field(description="Optionen einer Auswahl.")
    several: bool = Field(description="Ob mehrere Optionen zugleich gelten dürfen.")
    o_ton: bool = Field(description="Ob hier die eigenen Worte der Person stehen.")
    help: str = Field(description="Erklärung zum Feld.")


class DefinitionTold(FormTold):
    """Everything that a form asks."""

    model_config = example({**_FORM, "fields": [_FIELD]})
    fields: list[FieldTold] = Field(description="Felder, in ihrer Reihenfolge.")


class Filled(BaseModel):
    """Values for a form: by field keys, any of them; none give the blank form."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"values": {"name": "Beispiel", "vorname": "Kim"}}},
    )
    values: dict[str, Any] = Field(
        default_factory=dict,
        max_length=2000,
        description="Angaben nach `GET /forms/{form}/editions/{edition}/schema`.",
    )


class Format(StrEnum):
    """What kind of file a form becomes."""

    DOCX = "docx"
    PDF = "pdf"


FormId = Annotated[
    str,
    Path(
        description="Kennung des Formulars.",
        pattern="^[a-z0-9-]{1,64}$",
        examples=["feedbackbogen"],
    ),
]
Edition = Annotated[
    str,
    Path(description="Ausgabe.", pattern="^[0-9-]{4,16}$", examples=["2023-09-22"]),
]


@router.get(
    "/forms",
    name="api_forms",
    operation_id="listForms",
    summary="Formulare auflisten",
    dependencies=may(Action.SIGNED_IN),
    responses=refused(),
)
def forms(house: Home) -> list[FormTold]:
    """Listet alle Formulare und Ausgaben, die diese Anlage schreibt und liest."""
    return [_form(one) for one in house.forms]


@router.get(
    "/forms/{form}/editions/{edition}",
    name="api_form",
    operation_id="getForm",
    summary="Ein Formular",
    dependencies=may(Action.SIGNED_IN),
    responses=refused(404),
)
def form_(form: FormId, edition: Edition, house: Home) -> DefinitionTold:
    """Gibt alle Felder eines Formulars mit Beschriftung, Art und Erklärung."""
    definition = house.forms.get(form, edition)
    fields = [_field(one) for one in definition.fields]
    return DefinitionTold(**_form(definition).model_dump(), fields=fields)


@router.get(
    "/forms/{form}/editions/{edition}/schema",
    name="api_schema",
    operation_id="getFormSchema",
    summary="JSON-Schema der Angaben",
    dependencies=may(Action.SIGNED_IN),
    responses={
        **refused(404),
        200: {
            "description": "Ein JSON-Schema (2020-12).",
            "content": {
                "application/json": {
                    "example": {"title": "Feedbackbogen", "type": "object", "properties": {}}
                }
            },
        },
    },
)
def schema(form: FormId, edition: Edition, house: Home) -> dict[str, Any]:
    """Gibt das JSON-Schema dessen, was zum Erzeugen dieses Formulars gesendet werden kann."""
    return dict(house.schema_of(house.forms.get(form, edition)))


@router.post(
    "/forms/{form}/editions/{edition}/files",
    name="api_generate",
    operation_id="generateForm",
    summary="Ein Formular erzeugen, leer oder vorausgefüllt",
    dependencies=may(Action.ISSUE_FORMS),
    response_class=Response,
    responses={**refused(404, 413, 415), **file_described(DOCX, PDF)},
    openapi_extra={"x-safe": True},
)
def generate(
    form: FormId,
    edition: Edition,
    house: Home,
    filled: Annotated[Filled, Body()],
    format: Annotated[Format, Query(description="Word-Datei oder ausfüllbares PDF.")] = Format.PDF,
) -> Response:
    """Gibt das Formular als Datei; jede Angabe darf fehlen, ohne Angaben ist es leer.

    Nichts davon wird aufbewahrt. Für jemanden mit einem Vorgang gibt es `POST /issued`.
    """
    definition = house.forms.get(form, edition)
    data = house.generate.one(definition, filled.values, format)
    file = File(data, hashlib.sha256(data).hexdigest(), f"{form}-{edition}.{format}")
    return sent(file, DOCX if format is Format.DOCX else PDF)


def _form(one: FormDefinition) -> FormTold:
    return FormTold(
        form=one.ref.form,
        edition=one.ref.edition,
        title=one.title,
        released=one.released,
        notice=one.notice,
    )


def _field(one: definitions.Field) -> FieldTold:
    return FieldTold(
        key=one.key,
        kind=one.kind,
        name=one.name,
        label=one.label,
        options=[OptionTold(key=option.key, label=option.label) for option in one.options],
        several=one.several,
        o_ton=one.o_ton,
        help=one.help,
    )
