"""How the API says no: the shape of an error, and which errors an operation may answer with."""

from collections.abc import Mapping
from typing import Any  # what FastAPI takes as the description of an answer

from pydantic import BaseModel, Field

from formservice.application.accounts_people import AboveError
from formservice.domain.errors import FormServiceError
from formservice.web.texts import text


class Problem(BaseModel):
    """Why something was not done. ``code`` never changes; the sentences are for people."""

    ok: bool = Field(False, description="Bei Fehlern immer `false`.")
    code: str = Field(description="Kennzeichen des Fehlers; es bleibt über Ausgaben gleich.")
    error: str = Field(description="Was geschehen ist, als deutscher Satz.")
    hint: str = Field(description="Was jetzt zu tun ist; leer, wenn nichts.")
    problems: list["Wrong"] | None = Field(
        None,
        description="Nur bei 422: jede Angabe oder Datei, die nicht möglich ist, mit dem Ort.",
    )
    changed: list[str] | None = Field(
        None, description="Nur bei `conflict.edited`: die inzwischen geänderten Felder."
    )
    version: int | None = Field(None, description="Dann auch: die neueste Fassung.")


class Wrong(BaseModel):
    """One thing wrong with what was sent, and where; no value is repeated."""

    where: str = Field(description="Schlüssel des Feldes.")
    code: str = Field("", description="Kennzeichen, wo es eines gibt, zum Beispiel `text.lines`.")
    message: str = Field(description="Was daran nicht möglich ist.")


class PreconditionError(FormServiceError):
    """The version that the request was made for is not the newest any more."""

    code = "precondition"
    default_hint = "Bitte den Vorgang neu laden und die Änderung auf die neue Fassung stützen."


class MediaTypeError(FormServiceError):
    """The body of a request is of a kind that this address does not take."""

    code = "media-type"


STATUS: Mapping[type[FormServiceError], int] = {
    PreconditionError: 412,
    MediaTypeError: 415,
    AboveError: 403,
}
"""The HTTP status of what only the API refuses."""

_TOLD: Mapping[int, tuple[str, str, str, str]] = {
    400: (
        "Die Anfrage widerspricht sich oder ist hier nicht vorgesehen (`usage`), oder die"
        " Dateien sind nicht so gesendet, wie es üblich ist (`upload.broken`).",
        "usage",
        "Für den Schritt zu „zurückgegeben“ fehlt die Begründung.",
        "Bitte in einem Satz angeben, warum.",
    ),
    401: (
        "Niemand ist angemeldet: Das Token fehlt, ist abgelaufen oder widerrufen (`signed-out`).",
        "signed-out",
        "Sie sind nicht (mehr) angemeldet.",
        "Bitte anmelden und es noch einmal versuchen.",
    ),
    403: (
        "In dieser Rolle nicht vorgesehen (`forbidden`), noch nicht fertig angemeldet"
        " (`sign-in.unfinished`), ohne Nachweis der eigenen Seite (`forged`), oder ein Konto, das"
        " nur jemand anders ändern darf (`account.above`).",
        "forbidden",
        "Das ist in Ihrer Rolle nicht vorgesehen.",
        "Bitte jemanden mit der passenden Rolle darum bitten.",
    ),
    404: (
        "Das gibt es nicht, oder nicht für Sie (`not-found`); beides wird gleich beantwortet.",
        "not-found",
        "Einen Vorgang mit dieser Kennung gibt es nicht.",
        "Bitte die Kennung prüfen.",
    ),
    405: (
        "Diese Methode gibt es hier nicht (`method`); der Kopf `Allow` nennt die erlaubten.",
        "method",
        "So kann diese Adresse nicht aufgerufen werden.",
        "Der Kopf „Allow“ nennt die erlaubten Methoden.",
    ),
    409: (
        "Inzwischen hat jemand etwas geändert (`conflict`, `conflict.edited`), noch offene Befunde"
        " (`findings.open`), eine Annahme ohne Grund (`acceptance.late`, `acceptance.unclear`),"
        " jemand anders hat es gerade (`desk.taken`), oder dieselbe Anfrage"
        " läuft noch (`idempotency.running`) oder brach ab (`idempotency.lost`).",
        "conflict",
        "Inzwischen hat jemand gespeichert; geändert sind: „Telefon“.",
        "Bitte neu laden, die Änderungen ansehen und den Schritt noch einmal tun.",
    ),
    412: (
        "Die Fassung in `If-Match` ist nicht mehr die neueste (`precondition`).",
        "precondition",
        "Der Vorgang hat inzwischen eine neuere Fassung.",
        "Bitte den Vorgang neu laden und die Änderung auf die neue Fassung stützen.",
    ),
    413: (
        "Der Inhalt ist zu groß (`input.too-large`).",
        "input.too-large",
        "Das ist zu groß.",
        "Bitte kleinere Dateien senden, oder jede einzeln.",
    ),
    415: (
        "Die Art des Inhalts wird hier nicht angenommen (`media-type`).",
        "media-type",
        "Erwartet wird application/json.",
        "Bitte den Kopf „Content-Type“ passend setzen.",
    ),
    422: (
        "Etwas in der Anfrage fehlt oder ist nicht zu verstehen (`usage`, `input`,"
        " `input.unsupported`, `input.damaged`, `input.encrypted`, `input.empty`,"
        " `input.invalid-data`), oder der Idempotenzschlüssel wurde schon für eine andere"
        " Anfrage benutzt (`idempotency.reused`).",
        "usage",
        "Etwas in dieser Anfrage fehlt oder ist nicht zu verstehen: „limit“ fehlt.",
        "Bitte die Angaben prüfen.",
    ),
    429: (
        "Zu viele Anfragen in kurzer Zeit (`too-many`); der Kopf `Retry-After` sagt, wie viele"
        " Sekunden zu warten ist.",
        "too-many",
        "Das waren zu viele Versuche in kurzer Zeit.",
        "Bitte einige Minuten warten.",
    ),
    500: (
        "Ein Fehler bei uns (`internal`). Es ist nichts verloren; bitte melden.",
        "internal",
        text("errors.internal.error"),
        text("errors.internal.hint"),
    ),
    503: (
        "Datenbank, Speicher oder ein Programm antwortet gerade nicht (`storage`, `storage.clash`,"
        " `engine`); später noch einmal versuchen.",
        "storage",
        "Die Datenbank antwortet nicht.",
        "Bitte später noch einmal versuchen.",
    ),
}
ALWAYS = (400, 401, 403, 405, 422, 429, 500, 503)
"""What every operation behind a login may answer with."""
CHANGES = (404, 409, 413, 415)
"""What one that changes a document may answer with besides."""


def refused(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of errors: those of every operation, and these."""
    return {status: _described(status) for status in sorted({*ALWAYS, *statuses})}


def refused_to_all(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of errors of an operation that needs no login."""
    return {status: _described(status) for status in sorted({405, 422, 429, 500, 503, *statuses})}


def _described(status: int) -> dict[str, Any]:
    description, code, error, hint = _TOLD[status]
    told = {"ok": False, "code": code, "error": error, "hint": hint}
    described: dict[str, Any] = {
        "model": Problem,
        "description": description,
        "content": {"application/json": {"example": told}},
    }
    if status == 401:
        described["headers"] = {
            "WWW-Authenticate": {"description": "Immer `Bearer`.", "schema": {"type": "string"}}
        }
    if status == 429:
        described["headers"] = {
            "Retry-After": {"description": "Sekunden bis zum nächsten Versuch.", "schema": _WHOLE}
        }
    if status == 405:
        described["headers"] = {
            "Allow": {"description": "Die erlaubten Methoden.", "schema": {"type": "string"}}
        }
    return described


_WHOLE = {"type": "integer", "minimum": 0}
