"""What the YAML file of a Zielsystem says, as types."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from formservice.adapters.handover.xdomea_schemas import NEWEST

_HOURS = 72.0

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Hours = Annotated[float, Field(gt=0, le=8760, strict=False)]


class Strict(BaseModel):
    """Takes the types as they are, and no key that it does not know."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Files(Strict):
    """Which files go out, and how they are called; at least one kind."""

    copy_: Annotated[Text | None, Field(alias="copy")] = None
    picture: Text | None = None
    original: Text | None = None
    record: Text | None = None


class Index(Strict):
    """What says of a delivery what it is: a CSV of columns, or a file from a template."""

    name: Text
    charset: Literal["utf-8", "utf-8-sig", "cp1252", "iso-8859-1", "iso-8859-15", "utf-16"] = (
        "utf-8"
    )
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ";"
    header: bool = True
    columns: dict[Text, str] | None = None
    template: Text | None = None


class Answer(Strict):
    """How the other side says that it took a delivery over."""

    file: Text | None = None
    refused: Text | None = None
    vanishing: bool = False
    within_hours: Hours = _HOURS


class XdomeaAnswer(Strict):
    """Where the other side leaves 0402 and 0403."""

    folder: Text
    within_hours: Hours = _HOURS


class FolderFile(Strict):
    """A watched folder."""

    title: Text
    kind: Literal["folder"] = "folder"
    folder: Text
    marker: Text | None = None
    forms: list[Text] = []
    files: Files
    index: Index | None = None
    done: Text | None = None
    receipt: Answer | None = None


class XdomeaFile(Strict):
    """An E-Akte that takes xdomea."""

    title: Text
    kind: Literal["xdomea"]
    folder: Text
    marker: Text | None = None
    forms: list[Text] = []
    version: Literal["3.0.0", "3.1.0"] = NEWEST  # type: ignore[assignment]  # one of VERSIONS
    sender: Text
    recipient: Text
    receipt: XdomeaAnswer | None = None
