"""What the API takes and gives, as models: documents and what was read of them."""

from typing import Any, Self  # records of earlier programs have keys of their own

from pydantic import BaseModel, ConfigDict, Field

from formservice.domain.errors import FormServiceError
from formservice.web.api.samples import (
    DOCUMENT,
    EVENT,
    FIELD,
    FINDING,
    HIT,
    READING,
    STANDING,
    UPLOADED,
    VERSION,
    example,
)


class Standing(BaseModel):
    """Where a document stands, for people and for workers."""

    model_config = example(STANDING)
    id: str = Field(description="Kennung des Vorgangs.")
    part_of: str | None = Field(description="Die Datei, in der er gefunden wurde; sonst null.")
    state: str = Field(description="Stand für Menschen, zum Beispiel `in-review`.")
    state_name: str = Field(description="Derselbe Stand auf Deutsch.")
    stage: str = Field(
        description="Was als Nächstes zu tun ist: `read`, `copy`, `deliver`, `done`."
    )
    status: str = Field(
        description="Stand der Arbeit: `ready`, `running`, `waiting` (bei Menschen), `done`,"
        " `failed` (zurückgestellt)."
    )
    is_read: bool = Field(description="Ob die Datei gelesen ist und Befunde da sind.")
    version: int = Field(description="Nummer der neuesten Fassung; 0, solange nichts gelesen ist.")
    error: str | None = Field(
        description="Kennzeichen, warum die Arbeit nicht gelang; sonst null."
    )
    parts: list[str] = Field(
        description="Kennungen der Formulare, die in dieser Datei gefunden wurden, wenn es mehrere"
        " sind. Dann stehen Lesung und Befunde bei ihnen."
    )


class Page(BaseModel):
    """A page of a document: which page of which received file it is."""

    original: str = Field(description="SHA-256 der empfangenen Datei.")
    page: int = Field(description="Seite darin, ab 1.")


class Copy(BaseModel):
    """An archive copy."""

    version: int = Field(description="Fassung, von der sie gemacht ist.")
    kind: str = Field(description="Art: `form` (Formular) oder `picture` (Abbild eines Scans).")
    sha256: str = Field(description="SHA-256 der Datei.")
    size: int = Field(description="Größe in Byte.")


class Acknowledgement(BaseModel):
    """What somebody answers for, with the reason."""

    code: str = Field(description="Kennzeichen des Befunds, oder des Schritts (`state.…`).")
    field: str | None = Field(description="Schlüssel des Feldes; null, wo es um kein Feld geht.")
    reason: str = Field(description="Begründung.")
    author: str = Field(description="Wer.")
    role: str = Field(description="In welcher Rolle.")
    at: str = Field(description="Wann.")


class Document(BaseModel):
    """A document with all that lists and pages show of it, without its record."""

    model_config = example(DOCUMENT)
    id: str = Field(description="Kennung des Vorgangs.")
    part_of: str | None = Field(description="Die Datei, in der er gefunden wurde; sonst null.")
    original: str | None = Field(description="SHA-256 der empfangenen Datei.")
    name: str = Field(description="Name der Datei, wie sie kam.")
    source: str = Field(description="Weg des Eingangs: `upload`, `portal`, `folder`, `mail` …")
    received: str = Field(description="Tag des Eingangs (ISO).")
    form: str | None = Field(description="Formular; null, wenn keines erkannt ist.")
    edition: str | None = Field(description="Ausgabe des Formulars.")
    reference: str | None = Field(description="Kennung, die auf dem Formular gedruckt ist.")
    traeger: str | None = Field(description="Kennung des Trägers, von dem es kam.")
    state: str = Field(description="Stand, zum Beispiel `in-review`.")
    state_name: str = Field(description="Derselbe Stand auf Deutsch.")
    version: int = Field(description="Nummer der neuesten Fassung.")
    stage: str = Field(description="Was als Nächstes zu tun ist.")
    status: str = Field(description="Stand der Arbeit.")
    error: str | None = Field(description="Kennzeichen eines Fehlers.")
    pages: list[Page] = Field(description="Seiten, in ihrer Reihenfolge.")
    parts: list[str] = Field(description="Formulare, die in dieser Datei gefunden wurden.")
    copies: list[Copy] = Field(description="Archivkopien.")
    acknowledgements: list[Acknowledgement] = Field(description="Was jemand verantwortet.")


class Hit(BaseModel):
    """A document as a list shows it."""

    model_config = example(HIT)
    id: str = Field(description="Kennung des Vorgangs.")
    part_of: str | None = Field(description="Die Datei, in der er gefunden wurde.")
    name: str = Field(description="Name der Datei, wie sie kam.")
    form: str | None = Field(description="Formular.")
    edition: str | None = Field(description="Ausgabe.")
    reference: str | None = Field(description="Kennung auf dem Formular.")
    traeger: str | None = Field(description="Kennung des Trägers.")
    state: str = Field(description="Stand.")
    state_name: str = Field(description="Derselbe Stand auf Deutsch.")
    received: str = Field(description="Tag des Eingangs (ISO).")
    version: int = Field(description="Neueste Fassung.")
    status: str = Field(description="Stand der Arbeit.")
    error: str | None = Field(description="Kennzeichen eines Fehlers.")
    blocks: int = Field(description="So viele Befunde verhindern die Annahme.")
    asks: int = Field(description="So viele Befunde sind zu bestätigen.")


class Hits(BaseModel):
    """One page of a list, the latest received first."""

    model_config = example({"items": [HIT], "total": 1, "next": None})
    items: list[Hit] = Field(description="Vorgänge, die zuletzt eingegangenen zuerst.")
    total: int = Field(description="So viele sind es insgesamt.")
    next: str | None = Field(
        description="Wo es weitergeht: als `after` mitsenden. null nach der letzten Seite."
    )


class SearchQuery(BaseModel):
    """What is searched for. It is sent in the body, for it may hold names."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"query": "form:feedbackbogen beispiel", "limit": 50}},
    )
    query: str = Field(
        "",
        max_length=1000,
        description="Wörter, „genaue Wörter“, `feld:wort`, `form:…`, `stand:…`, `befund:…`,"
        " `von:TAG`, `bis:TAG`; ein `-` davor schließt aus. Leer: alles.",
    )
    limit: int = Field(50, ge=1, le=200, description="Höchstens so viele auf einmal.")
    after: str = Field("", max_length=400, description="`next` der vorigen Seite.")


class ReadField(BaseModel):
    """One field as it was read, with what proves it."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"example": FIELD})
    reading: str = Field(description="`read`, `blank`, `unreadable` oder `not-found`.")
    value: Any = Field(None, description="Wert: Text, Tag (ISO), true/false, Option(en).")
    raw: Any = Field(None, description="Was dort stand, Zeichen für Zeichen.")
    confidence: float | None = Field(None, description="Wie sicher die Lesung ist, 0 bis 1.")
    accepted: bool | None = Field(None, description="Ob der Wert keinen Blick mehr braucht.")
    method: str | None = Field(None, description="Woher der Wert kommt.")
    page: int | None = Field(None, description="Seite, ab 1.")
    box: list[float] | None = Field(
        None, description="Links, oben, rechts, unten als Anteile der Seite, Ursprung oben links."
    )


class FindingRead(BaseModel):
    """What is wrong with a document, or to be confirmed."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"example": FINDING})
    code: str = Field(description="Kennzeichen, zum Beispiel `field.required`.")
    severity: str = Field(description="`blocks`, `asks` oder `notes`.")
    field: str | None = Field(None, description="Schlüssel des Feldes.")
    message: str = Field(description="Deutscher Satz, der sagt, was zu tun ist.")
    acknowledged: bool = Field(False, description="Ob ihn jemand mit Begründung verantwortet.")


class DeadlineRead(BaseModel):
    """A deadline, with the reason in words."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "key": "vorlage",
                "start": "2026-03-27",
                "due": "2026-04-07",
                "met": True,
                "why": ["Der 06.04.2026 ist Ostermontag, daher Dienstag, 07.04.2026."],
            }
        },
    )
    key: str = Field(description="Welche Frist.")
    start: str | None = Field(None, description="Tag des Ereignisses (ISO).")
    due: str | None = Field(None, description="Letzter Tag (ISO).")
    met: bool | None = Field(None, description="Eingehalten? null, solange offen.")
    why: list[str] = Field(default_factory=list, description="Die Gründe, Satz für Satz.")


class Reading(BaseModel):
    """A record, as `formservice read --json` prints it."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"example": READING})
    version: int = Field(description="Nummer dieser Fassung; als `base` mitsenden.")
    form: dict[str, Any] | None = Field(None, description="Formular, Ausgabe und Abstand.")
    medium: str | None = Field(None, description="`docx`, `acroform`, `text` oder `scan`.")
    page_numbers: list[int] = Field(default_factory=list, description="Seiten der Datei.")
    fields: dict[str, ReadField] = Field(default_factory=dict, description="Felder.")
    findings: list[FindingRead] = Field(default_factory=list, description="Befunde.")
    deadlines: list[DeadlineRead] = Field(default_factory=list, description="Fristen.")
    archivable: bool | None = Field(None, description="Ob nichts mehr die Annahme verhindert.")


class Findings(BaseModel):
    """What is wrong with the newest version of a document."""

    model_config = example({"version": 1, "archivable": False, "items": [FINDING]})
    version: int = Field(description="Die Fassung, um die es geht.")
    archivable: bool = Field(description="Ob nichts mehr die Annahme verhindert.")
    items: list[FindingRead] = Field(description="Befunde, in der Reihenfolge des Formulars.")


class VersionTold(BaseModel):
    """One version of a record: whose, when and why."""

    model_config = example(VERSION)
    version: int = Field(description="Nummer.")
    at: str = Field(description="Wann.")
    author: str = Field(description="Wer.")
    reason: str = Field(description="Warum; leer, wenn nichts gesagt wurde.")
    sha256: str = Field(description="Hash des Datensatzes.")


class EventTold(BaseModel):
    """Something that happened to a document."""

    model_config = example(EVENT)
    seq: int = Field(description="Nummer in der Kette der Ereignisse.")
    at: str = Field(description="Wann (ISO, mit Zeitzone).")
    type: str = Field(description="Kennzeichen.")
    author: str = Field(description="Wer.")
    told: str = Field(description="Dasselbe als deutscher Satz.")


class NotTaken(BaseModel):
    """Why a file was not taken."""

    code: str = Field(description="Kennzeichen, wie bei Fehlern.")
    error: str = Field(description="Warum, als deutscher Satz.")
    hint: str = Field(description="Was jetzt zu tun ist.")


class Uploaded(BaseModel):
    """What became of a file. Where one that was taken stands is told by its status."""

    model_config = example(UPLOADED)
    ok: bool = Field(description="Ob die Datei angenommen ist.")
    id: str | None = Field(description="Kennung des Vorgangs; null, wenn nicht angenommen.")
    sha256: str | None = Field(description="SHA-256 der empfangenen Bytes, zum Nachrechnen.")
    known: bool = Field(description="Ob genau diese Datei schon da war; dann ist es derselbe.")
    status_url: str | None = Field(description="Wo zu fragen ist, wie weit das Lesen ist.")
    problem: NotTaken | None = Field(description="Warum die Datei nicht angenommen ist.")

    @classmethod
    def taken(cls, document: str, sha256: str, status_url: str, *, known: bool) -> Self:
        """Return that a file is kept as ``document``."""
        return cls(
            ok=True, id=document, sha256=sha256, known=known, status_url=status_url, problem=None
        )

    @classmethod
    def refused(cls, error: FormServiceError) -> Self:
        """Return that a file was not taken."""
        why = NotTaken(code=error.code, error=str(error), hint=error.hint)
        return cls(ok=False, id=None, sha256=None, known=False, status_url=None, problem=why)
