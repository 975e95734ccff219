"""Lädt einen Feedbackbogen hoch, wartet auf die Befunde, reicht ein und holt die Quittung.

So sieht ein Programm eines Trägers aus, das mit formservice spricht: vier Aufrufe, nicht mehr.

    export FORMSERVICE_TOKEN=…   # unter „Mein Konto → Zugänge für Programme“ ausstellen
    python examples/feedbackbogen_hochladen.py https://formulare.amt.example bogen.pdf

Gebraucht werden Python 3.11 und httpx (pip install httpx).
"""

import argparse
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any  # was die Schnittstelle antwortet, ist JSON

import httpx

SEVERITIES = {
    "blocks": "muss noch berichtigt werden",
    "asks": "bitte prüfen",
    "notes": "Hinweis",
}
PATIENCE_S = 120.0
PAUSE_S = 2.0


def main() -> int:
    """Tut alles der Reihe nach; 0 eingereicht, 1 noch etwas zu tun, 2 es ging nicht."""
    chosen = arguments()
    token = os.environ.get("FORMSERVICE_TOKEN", "").strip()
    if not token.isascii() or not token.isprintable() or not token:
        return failed("Die Umgebungsvariable FORMSERVICE_TOKEN fehlt oder ist kein Token.")
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with httpx.Client(base_url=chosen.address, headers=headers, timeout=60.0) as api:
            return run(api, chosen.file, knowingly=chosen.bewusst, receipt=chosen.quittung)
    except httpx.HTTPStatusError as error:
        told = problem(error.response)
        return failed(f"{told['error']} {told['hint']} ({told['code']})")
    except (httpx.UnsupportedProtocol, httpx.InvalidURL):
        return failed(f"Das ist keine Adresse einer Anlage: {chosen.address}")
    except httpx.TransportError:
        return failed(f"{chosen.address} ist nicht zu erreichen. Bitte Adresse und Netz prüfen.")
    except OSError as error:
        return failed(f"Mit dieser Datei geht es nicht: {error.filename} ({error.strerror})")


def failed(sentence: str) -> int:
    """Sagt, woran es lag, und gibt den Status für „es ging nicht“."""
    print(sentence, file=sys.stderr)
    return 2


def arguments() -> argparse.Namespace:
    """Liest, was auf der Kommandozeile steht."""
    parser = argparse.ArgumentParser(description="Lädt einen Feedbackbogen hoch.")
    parser.add_argument("address", help="wo formservice zu erreichen ist")
    parser.add_argument("file", type=Path, help="Word-Datei, PDF, Scan oder Foto")
    parser.add_argument("--bewusst", action="store_true", help="auch einreichen, wenn etwas fehlt")
    parser.add_argument("--quittung", type=Path, default=Path("quittung.pdf"), help="wohin damit")
    return parser.parse_args()


def run(api: httpx.Client, file: Path, *, knowingly: bool, receipt: Path) -> int:
    """Lädt hoch, zeigt die Befunde, reicht ein und speichert die Quittung."""
    document = upload(api, file)
    standing = wait(api, document)
    done = 0
    # Eine Datei kann mehrere Formulare enthalten; dann ist jedes ein eigener Vorgang.
    for number, one in enumerate(standing["parts"] or [document]):
        found = show(api, one)
        if not found["archivable"] and not knowingly:
            print("Nicht eingereicht. Bitte berichtigen, oder mit --bewusst so einreichen.")
            done = 1
            continue
        submission = submit(api, one, found["version"], knowingly=knowingly)
        target = receipt if not number else receipt.with_stem(f"{receipt.stem}-{number + 1}")
        target.write_bytes(ok(api.get(f"/api/v1/submissions/{submission}/receipt")).content)
        print(f"Eingereicht. Die Quittung liegt in {target}.")
    return done


def upload(api: httpx.Client, file: Path) -> str:
    """Lädt die Datei hoch und gibt die Kennung des Vorgangs.

    Dieselben Bytes sind derselbe Vorgang, wie oft sie auch kommen.
    """
    data = file.read_bytes()
    files = {"files": (file.name, data)}
    return str(once(api, "/api/v1/documents", str(uuid.uuid4()), files=files).json()[0]["id"])


def once(api: httpx.Client, path: str, key: str, **sent: Any) -> httpx.Response:
    """Sendet eine Änderung mit einem Schlüssel, bis eine Antwort da ist.

    Mit demselben Schlüssel darf sie wiederholt werden, wenn die Leitung abbricht: Sie wird nicht
    zweimal ausgeführt. Läuft die erste noch, sagt das die Anlage; dann heißt es warten.
    """
    ends, broken = time.monotonic() + PATIENCE_S, 0
    while True:
        try:
            answer = api.post(path, headers={"Idempotency-Key": key}, **sent)
        except httpx.TransportError:
            broken += 1
            if broken == 3:
                raise
        else:
            is_running = problem(answer)["code"] == "idempotency.running"
            if not is_running or time.monotonic() > ends:
                return ok(answer)
        time.sleep(PAUSE_S)


def wait(api: httpx.Client, document: str) -> dict[str, Any]:
    """Fragt, bis die Datei gelesen ist: PDF und Word sofort, Scans nach einigen Sekunden."""
    ends = time.monotonic() + PATIENCE_S
    while True:
        standing: dict[str, Any] = ok(api.get(f"/api/v1/documents/{document}/status")).json()
        if standing["is_read"]:
            return standing
        if time.monotonic() > ends:
            raise SystemExit("Die Datei ist noch nicht gelesen. Bitte später noch einmal fragen.")
        time.sleep(0.5)


def show(api: httpx.Client, document: str) -> dict[str, Any]:
    """Zeigt die Befunde, in einfachem Deutsch und mit dem Feld."""
    found: dict[str, Any] = ok(api.get(f"/api/v1/documents/{document}/findings")).json()
    count = len(found["items"])
    print(f"Vorgang {document}: {count} {'Befund' if count == 1 else 'Befunde'}")
    for one in found["items"]:
        field = f" ({one['field']})" if one["field"] else ""
        print(f"- {SEVERITIES[one['severity']]}{field}: {one['message']}")
    return found


def submit(api: httpx.Client, document: str, version: int, *, knowingly: bool) -> str:
    """Reicht die Fassung ein, die angesehen wurde, und gibt die Kennung der Einreichung."""
    sent = {"version": version, "knowingly": knowingly}
    path = f"/api/v1/documents/{document}/submissions"
    return str(once(api, path, f"{document}-{version}", json=sent).json()["id"])


def ok(answer: httpx.Response) -> httpx.Response:
    """Gibt die Antwort, wenn sie gut ist; sonst httpx.HTTPStatusError."""
    return answer.raise_for_status()


def problem(answer: httpx.Response) -> dict[str, Any]:
    """Gibt, was die Schnittstelle über einen Fehler sagt; auch, wenn es kein JSON ist."""
    unknown = {"error": f"Status {answer.status_code}.", "hint": "", "code": "unknown"}
    try:
        told = answer.json()
    except ValueError:
        return unknown
    return unknown | told if isinstance(told, dict) else unknown


if __name__ == "__main__":
    sys.exit(main())
