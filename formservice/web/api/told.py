"""What the models of the API have in common: where they come from, and moments as ISO texts."""

from datetime import UTC, datetime
from typing import Annotated, Any  # examples are JSON

from fastapi import Body
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from formservice.web.api import samples


def _moment(value: object) -> object:
    """Return a moment of the database, seconds since 1970, as a moment."""
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else value


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]


def given(one: Any) -> ConfigDict:  # examples are JSON
    """Return the settings of a model of what is sent to us: nothing is passed over unread."""
    return ConfigDict(extra="forbid", json_schema_extra={"example": one})


class Nothing(BaseModel):
    """What is sent where nothing needs to be said: nothing, or an object without anything in it.

    So a field that somebody expects to count here is refused, and not passed over.
    """

    model_config = given({})


Empty = Annotated[
    Nothing | None,
    Body(description="Leer; er darf auch fehlen.", json_schema_extra={"example": {}}),
]


class Changed(BaseModel):
    """What a change made of a document: ids and numbers only, never contents."""

    model_config = samples.example({"id": samples.ID, "version": 2, "state": "in-review"})
    id: str = Field(description="Kennung des Vorgangs.")
    version: int = Field(description="Nummer der neuesten Fassung.")
    state: str = Field(description="Stand danach.")


class Made(BaseModel):
    """What was made, by its id."""

    model_config = samples.example({"id": samples.ID})
    id: str = Field(description="Kennung.")
