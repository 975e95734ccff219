"""What the API takes and gives of cases, as models."""

from datetime import date
from typing import Any  # examples are JSON

from pydantic import BaseModel, Field

from formservice.application.casework import ALL
from formservice.application.exporting import Kind
from formservice.web.api.samples import ID, example
from formservice.web.api.told import Moment, given

PERSON: dict[str, Any] = {
    "id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "number": "123A456789",
    "name": "Beispiel",
    "vorname": "Kim",
    "geburtsdatum": "2004-05-17",
    "seen": "5c2f0a1be9d74386",
}
PART: dict[str, Any] = {
    "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "massnahme": "m-17",
    "massnahme_name": "Neue Wege",
    "traeger": "lindenhof",
    "traeger_name": "Bildungswerk Lindenhof",
    "von": "2026-01-12",
    "bis": "2026-06-30",
    "seen": "91b04d7ce2a8f635",
}
SEEN = "`seen` aus der Lesung, auf die Sie sich stützen; 409, wenn seitdem jemand geändert hat."
_NEW = ("number", "name", "vorname", "geburtsdatum")
CASE: dict[str, Any] = {
    "id": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
    "person": PERSON,
    "ifk": "carla",
    "ifk_name": "Carla Fall",
    "ended": None,
    "part": PART,
    "waiting": 1,
}
ISSUED: dict[str, Any] = {
    "reference": "SAMPLE000042",
    "form": "erwartungsbogen",
    "edition": "2023-07-24",
    "case": CASE["id"],
    "participation": PART["id"],
    "document": None,
    "format": "pdf",
    "author_name": "Carla Fall",
    "created_at": "2026-01-12T09:00:00Z",
    "sent_at": None,
}
_DOCUMENT: dict[str, Any] = {
    "id": ID,
    "form": "feedbackbogen",
    "edition": "2023-09-22",
    "name": "Feedbackbogen.pdf",
    "state": "in-review",
    "received": "2026-04-02",
    "participation": PART["id"],
    "blocks": 0,
    "asks": 1,
    "late": False,
}
_TERM: dict[str, Any] = {
    "document": ID,
    "key": "vorlage",
    "title": "Vorlage nach Abbruch",
    "form": "feedbackbogen",
    "start": "2026-03-27",
    "due": "2026-04-07",
    "met": True,
}
_HAPPENED: dict[str, Any] = {
    "seq": 42,
    "at": "2026-04-02T08:15:00.000Z",
    "sentence": "Fall übernommen",
    "who": "Carla Fall",
    "document": None,
    "form": None,
    "undo": 42,
}


class PersonTold(BaseModel):
    """Somebody whose case it is."""

    model_config = example(PERSON)
    id: str = Field(description="Kennung.")
    number: str | None = Field(description="Nummer im Fachverfahren.")
    name: str = Field(description="Name.")
    vorname: str = Field(description="Vorname.")
    geburtsdatum: date | None = Field(description="Geburtsdatum.")
    seen: str = Field(description="Welcher Stand das ist; wer ändert, sagt ihn dazu.")


class PartTold(BaseModel):
    """Somebody's time in a Maßnahme."""

    model_config = example(PART)
    id: str = Field(description="Kennung.")
    massnahme: str = Field(description="Kennung der Maßnahme.")
    massnahme_name: str = Field(description="Ihr Name.")
    traeger: str = Field(description="Kennung des Trägers.")
    traeger_name: str = Field(description="Sein Name.")
    von: date | None = Field(description="Beginn.")
    bis: date | None = Field(description="Ende.")
    seen: str = Field(description="Welcher Stand das ist; wer ändert, sagt ihn dazu.")


class Case(BaseModel):
    """A case as a list shows it."""

    model_config = example(CASE)
    id: str = Field(description="Kennung des Falls.")
    person: PersonTold = Field(description="Um wen es geht.")
    ifk: str | None = Field(description="Wer ihn hat; null: niemand.")
    ifk_name: str = Field(description="Deren Name.")
    ended: date | None = Field(description="Beendet am.")
    part: PartTold | None = Field(description="Die Teilnahme, die heute am meisten zählt.")
    waiting: int = Field(description="So viele Vorgänge warten auf eine Entscheidung.")


class Cases(BaseModel):
    """One page of cases, by name."""

    model_config = example({"items": [CASE], "next": None})
    items: list[Case] = Field(description="Fälle.")
    next: str | None = Field(description="Als `after` mitsenden; null nach der letzten Seite.")


class CaseQuery(BaseModel):
    """What is searched for among cases."""

    model_config = given({"words": "beispiel", "whose": "alle", "limit": 50})
    words: str = Field("", max_length=200, description="Name oder Nummer.")
    whose: str = Field(ALL, pattern="^(meine|ohne|alle)$", description="Wessen Fälle.")
    ended: bool = Field(False, description="Auch beendete.")
    massnahme: str = Field("", max_length=64, description="Nur aus dieser Maßnahme.")
    limit: int = Field(50, ge=1, le=200, description="Höchstens so viele.")
    after: str = Field("", max_length=600, description="`next` der vorigen Seite.")


class CaseExport(BaseModel):
    """Which cases somebody takes along as a table."""

    model_config = given({"words": "", "whose": "meine", "format": "csv"})
    words: str = Field("", max_length=200, description="Name oder Nummer.")
    whose: str = Field(ALL, pattern="^(meine|ohne|alle)$", description="Wessen Fälle.")
    ended: bool = Field(False, description="Beendete statt laufender.")
    massnahme: str = Field("", max_length=64, description="Nur aus dieser Maßnahme.")
    format: Kind = Field(Kind.CSV, description="`csv` oder `xlsx`.")


class IssuedTold(BaseModel):
    """A form that was made for a case."""

    model_config = example(ISSUED)
    reference: str = Field(description="Kennung, die auf dem Formular gedruckt ist.")
    form: str = Field(description="Formular.")
    edition: str = Field(description="Ausgabe.")
    case: str = Field(description="Fall.")
    participation: str | None = Field(description="Teilnahme.")
    document: str | None = Field(description="Der Vorgang, der damit zurückkam.")
    format: str = Field(description="`docx` oder `pdf`.")
    author_name: str = Field(description="Wer es erstellt hat.")
    created_at: Moment = Field(description="Wann erstellt.")
    sent_at: Moment | None = Field(description="Wann als versandt vermerkt.")


class CaseDocumentTold(BaseModel):
    """A document of a case."""

    model_config = example(_DOCUMENT)
    id: str = Field(description="Kennung.")
    form: str | None = Field(description="Formular.")
    edition: str | None = Field(description="Ausgabe.")
    name: str = Field(description="Name der Datei.")
    state: str = Field(description="Stand.")
    received: date = Field(description="Tag des Eingangs.")
    participation: str | None = Field(description="Teilnahme.")
    blocks: int = Field(description="So viele Befunde verhindern die Annahme.")
    asks: int = Field(description="So viele sind zu bestätigen.")
    late: bool = Field(description="Ob eine Frist versäumt ist.")


class TermTold(BaseModel):
    """A deadline of a document of a case."""

    model_config = example(_TERM)
    document: str = Field(description="Vorgang.")
    key: str = Field(description="Welche Frist.")
    title: str = Field(description="Wie sie heißt.")
    form: str | None = Field(description="Formular.")
    start: date | None = Field(description="Tag des Ereignisses.")
    due: date | None = Field(description="Letzter Tag.")
    met: bool | None = Field(description="Eingehalten? null, solange offen.")


class CaseTold(BaseModel):
    """All that the page of a case shows."""

    model_config = example(
        {
            **{key: CASE[key] for key in ("id", "person", "ifk", "ifk_name", "ended")},
            "parts": [PART],
            "issued": [ISSUED],
            "documents": [_DOCUMENT],
            "terms": [_TERM],
        }
    )
    id: str = Field(description="Kennung des Falls.")
    person: PersonTold = Field(description="Um wen es geht.")
    ifk: str | None = Field(description="Wer ihn hat.")
    ifk_name: str = Field(description="Deren Name.")
    ended: date | None = Field(description="Beendet am.")
    parts: list[PartTold] = Field(description="Teilnahmen.")
    issued: list[IssuedTold] = Field(description="Ausgegebene Formulare.")
    documents: list[CaseDocumentTold] = Field(description="Vorgänge.")
    terms: list[TermTold] = Field(description="Fristen.")


class HappenedTold(BaseModel):
    """An event of a case."""

    model_config = example(_HAPPENED)
    seq: int = Field(description="Nummer in der Kette.")
    at: str = Field(description="Wann (UTC).")
    sentence: str = Field(description="Was geschah.")
    who: str = Field(description="Wer.")
    document: str | None = Field(description="Vorgang.")
    form: str | None = Field(description="Formular.")
    undo: int | None = Field(description="Womit es zurückgenommen werden kann.")


class ChoiceTold(BaseModel):
    """Something to choose."""

    model_config = example({"id": "m-17", "name": "Neue Wege", "of": "Bildungswerk Lindenhof"})
    id: str = Field(description="Kennung.")
    name: str = Field(description="Name.")
    of: str = Field(description="Wozu es gehört; sonst leer.")


class PersonGiven(BaseModel):
    """What is known of a person."""

    model_config = given({key: PERSON[key] for key in _NEW})
    number: str = Field("", max_length=64, description="Nummer im Fachverfahren.")
    name: str = Field(max_length=300, description="Name.")
    vorname: str = Field(max_length=300, description="Vorname.")
    geburtsdatum: str = Field(
        "", max_length=20, description="Geburtsdatum (ISO); leer: nicht bekannt."
    )

    def typed(self) -> dict[str, str]:
        """Return what was given as a page would send it."""
        return {key: str(value) for key, value in self.model_dump().items()}


class PersonChanged(PersonGiven):
    """What is to be known of a person from now on."""

    model_config = given({key: PERSON[key] for key in PERSON if key != "id"})
    seen: str = Field(max_length=64, description=SEEN)


class PartGiven(BaseModel):
    """A participation in a Maßnahme."""

    model_config = given({"massnahme": "m-17", "von": "2026-01-12", "bis": "2026-06-30"})
    massnahme: str = Field(max_length=64, description="Kennung der Maßnahme.")
    von: str = Field("", max_length=20, description="Beginn (ISO).")
    bis: str = Field("", max_length=20, description="Ende (ISO).")

    def typed(self) -> dict[str, str]:
        """Return what was given as a page would send it."""
        return {key: str(value) for key, value in self.model_dump().items()}


class PartChanged(PartGiven):
    """What is to be known of a participation from now on."""

    model_config = given(
        {"massnahme": "m-17", "von": "2026-01-12", "bis": "2026-06-30", "seen": PART["seen"]}
    )
    seen: str = Field(max_length=64, description=SEEN)


class NewCase(BaseModel):
    """A new case."""

    model_config = given(
        {
            "person": {key: PERSON[key] for key in _NEW},
            "participation": {"massnahme": "m-17", "von": "2026-01-12", "bis": "2026-06-30"},
        }
    )
    person: PersonGiven = Field(description="Um wen es geht.")
    participation: PartGiven | None = Field(None, description="Eine erste Teilnahme.")


class Ended(BaseModel):
    """When a case ended."""

    model_config = given({"day": "2026-06-30"})
    day: str | None = Field(None, max_length=20, description="Tag (ISO); null: wieder offen.")


class HandOver(BaseModel):
    """To whom a case goes."""

    model_config = given({"to": "dirk"})
    to: str = Field(max_length=64, description="Kennung aus `GET /colleagues`.")


class Undo(BaseModel):
    """Which change is taken back."""

    model_config = given({"change": 42})
    change: int = Field(ge=1, le=2**53, description="`undo` aus der Geschichte.")
