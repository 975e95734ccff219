"""What the API takes and gives of decisions, as models."""

from datetime import date
from typing import Any  # examples are JSON

from pydantic import BaseModel, Field

from formservice.web.api.case_shapes import CASE, PART
from formservice.web.api.samples import ID, example
from formservice.web.api.told import given

_INCOMING: dict[str, Any] = {
    "id": ID,
    "form": "feedbackbogen",
    "edition": "2023-09-22",
    "name": "Feedbackbogen.pdf",
    "state": "in-review",
    "received": "2026-04-02",
    "source": "portal",
    "traeger_name": "Bildungswerk Lindenhof",
    "case": CASE["id"],
    "person": "Beispiel, Kim",
    "massnahme": "Neue Wege",
    "late": 0,
    "blocks": 0,
    "asks": 1,
}
_FIELD: dict[str, Any] = {
    "key": "teilnahme_bis",
    "name": "Teilnahme bis",
    "sent": "30.06.2026",
    "value": "15.06.2026",
    "nothing": "",
    "result": "changed",
    "o_ton": False,
    "is_corrected": False,
    "compared": False,
}
_ASSIGNMENT: dict[str, Any] = {"case": CASE["id"], "participation": PART["id"]}


class IncomingTold(BaseModel):
    """A document as the inbox lists it."""

    model_config = example(_INCOMING)
    id: str = Field(description="Kennung.")
    form: str | None = Field(description="Formular.")
    edition: str | None = Field(description="Ausgabe.")
    name: str = Field(description="Name der Datei.")
    state: str = Field(description="Stand.")
    received: date = Field(description="Tag des Eingangs.")
    source: str = Field(description="Weg des Eingangs.")
    traeger_name: str = Field(description="Träger.")
    case: str | None = Field(description="Fall.")
    person: str = Field(description="Um wen es geht.")
    massnahme: str = Field(description="Maßnahme.")
    late: int = Field(description="So viele Fristen sind versäumt.")
    blocks: int = Field(description="So viele Befunde verhindern die Annahme.")
    asks: int = Field(description="So viele sind zu bestätigen.")


class Inbox(BaseModel):
    """One page of the inbox, the most urgent first."""

    model_config = example({"items": [_INCOMING], "next": None, "counts": {"offen": 1}})
    items: list[IncomingTold] = Field(description="Vorgänge.")
    next: str | None = Field(description="Als `after` mitsenden; null nach der letzten Seite.")
    counts: dict[str, int] = Field(description="Wie viele in jedem Fach liegen.")


class ComparedField(BaseModel):
    """A field as it was sent and as it came back."""

    model_config = example(_FIELD)
    key: str = Field(description="Schlüssel.")
    name: str = Field(description="Wie Menschen es nennen.")
    sent: str | None = Field(description="Was gesendet wurde; null: nichts.")
    value: str = Field(description="Was zurückkam.")
    nothing: str = Field(description="Warum nichts zurückkam, in Worten.")
    result: str | None = Field(
        description="`same`, `white-space`, `ocr`, `changed`, `missing`, `added`, `not-readable`;"
        " null, wo nichts zu vergleichen ist."
    )
    o_ton: bool = Field(description="Ob hier die eigenen Worte der Person stehen.")
    is_corrected: bool = Field(description="Ob jemand den Wert berichtigt hat.")
    compared: bool = Field(description="Ob jemand genau diese Worte mit dem Original verglich.")


class Comparison(BaseModel):
    """What was sent and what came back."""

    model_config = example({"version": 1, "source": "issued", "open": 0, "fields": [_FIELD]})
    version: int = Field(description="Fassung, um die es geht.")
    source: str = Field(description="Woher das Gesendete stammt; leer, wenn nichts bekannt ist.")
    open: int = Field(description="So viele Befunde verhindern noch die Annahme.")
    fields: list[ComparedField] = Field(description="Felder.")


_KNOWINGLY = "Auch wenn jemand den Vorgang gerade in der Nachbearbeitung durchsieht."


class SeenReason(BaseModel):
    """Which version somebody decides about, and why."""

    model_config = given({"version": 1, "reason": ""})
    version: int = Field(ge=0, le=10**6, description="Die Fassung, die Sie gesehen haben.")
    reason: str = Field("", max_length=4000, description="Begründung.")


class AcceptGiven(SeenReason):
    """Which version somebody accepts, why it may be late, and what may stay unclear."""

    model_config = given({"version": 1, "reason": "", "knowingly": False, "despite": False})
    knowingly: bool = Field(False, description=_KNOWINGLY)
    despite: bool = Field(
        False, description="Ob Hinweise, die noch zu klären sind, so bleiben können."
    )


class SeenGiven(BaseModel):
    """Which version somebody decides about."""

    model_config = given({"version": 1})
    version: int = Field(ge=0, le=10**6, description="Die Fassung, die Sie gesehen haben.")


class ReturnGiven(BaseModel):
    """Why a document is returned."""

    model_config = given(
        {"version": 1, "message": "Bitte Frage 1 noch beantworten.", "knowingly": False}
    )
    version: int = Field(ge=0, le=10**6, description="Die Fassung, die Sie gesehen haben.")
    message: str = Field(max_length=4000, description="Nachricht an den Träger.")
    knowingly: bool = Field(False, description=_KNOWINGLY)


class AnswerGiven(BaseModel):
    """Which finding somebody answers for, and why."""

    model_config = given(
        {
            "version": 1,
            "code": "deadline.missed",
            "field": None,
            "reason": "Krankheit der Fachkraft beim Träger",
        }
    )
    version: int = Field(ge=0, le=10**6, description="Die Fassung, die Sie gesehen haben.")
    code: str = Field(max_length=64, description="Kennzeichen des Befunds.")
    field: str | None = Field(None, max_length=200, description="Schlüssel des Feldes.")
    reason: str = Field(max_length=4000, description="Begründung.")


class WithdrawalGiven(BaseModel):
    """Which finding nobody answers for any more."""

    model_config = given({"version": 1, "code": "deadline.missed", "field": None})
    version: int = Field(ge=0, le=10**6, description="Die Fassung, die Sie gesehen haben.")
    code: str = Field(max_length=64, description="Kennzeichen des Befunds.")
    field: str | None = Field(None, max_length=200, description="Schlüssel des Feldes.")


class ComparedGiven(BaseModel):
    """Which words were compared with the original."""

    model_config = given({"version": 1, "field": "q1_verhalten"})
    version: int = Field(ge=0, le=10**6, description="Die Fassung, die Sie gesehen haben.")
    field: str = Field(max_length=200, description="Schlüssel des Feldes.")


class SuggestionTold(BaseModel):
    """A case that a document may belong to."""

    model_config = example(
        {
            **_ASSIGNMENT,
            "person": "Beispiel, Kim",
            "born": "2004-05-17",
            "massnahme": "Neue Wege",
            "because": ["number", "period"],
        }
    )
    case: str = Field(description="Fall.")
    participation: str | None = Field(description="Teilnahme.")
    person: str = Field(description="Um wen es geht.")
    born: date | None = Field(description="Geburtsdatum.")
    massnahme: str = Field(description="Maßnahme.")
    because: list[str] = Field(
        description="Was übereinstimmt: `number`, `born`, `name`, `reference`, `period`."
    )


class AssignmentGiven(BaseModel):
    """To which case a document belongs."""

    model_config = given(_ASSIGNMENT)
    case: str = Field(max_length=64, description="Fall.")
    participation: str | None = Field(None, max_length=64, description="Teilnahme.")
