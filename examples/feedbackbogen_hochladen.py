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


def main() -> int:
    """Tut alles der Reihe nach; 0, wenn eingereicht ist, 1, wenn noch etwas fehlt."""
    chosen = arguments()
    headers = {"Authorization": f"Bearer {os.environ['FORMSERVICE_TOKEN']}"}
    with httpx.Client(base_url=chosen.address, headers=headers, timeout=60.0) as api:
        try:
            return run(api, chosen.file, knowingly=chosen.bewusst, receipt=chosen.quittung)
        except httpx.HTTPStatusError as error:
            told = problem(error.response)
            print(f"{told['error']} {told['hint']} ({told['code']})", file=sys.stderr)
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

    Mit demselben Schlüssel darf die Anfrage wiederholt werden, wenn die Leitung abbricht: Sie
    wird nicht zweimal ausgeführt.
    """
    key = {"Idempotency-Key": str(uuid.uuid4())}
    for attempt in range(3):
        try:
            with file.open("rb") as data:
                files = {"files": (file.name, data)}
                answer = ok(api.post("/api/v1/documents", files=files, headers=key))
        except httpx.TransportError:
            if attempt == 2:
                raise
            time.sleep(2.0)
        else:
            return str(answer.json()[0]["id"])
    raise AssertionError("unreachable")


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
    print(f"Vorgang {document}: {len(found['items'])} Befunde")
    for one in found["items"]:
        field = f" ({one['field']})" if one["field"] else ""
        print(f"- {SEVERITIES[one['severity']]}{field}: {one['message']}")
    return found


def submit(api: httpx.Client, document: str, version: int, *, knowingly: bool) -> str:
    """Reicht die Fassung ein, die angesehen wurde, und gibt die Kennung der Einreichung."""
    sent = {"version": version, "knowingly": knowingly}
    key = {"Idempotency-Key": f"{document}-{version}"}
    answer = api.post(f"/api/v1/documents/{document}/submissions", json=sent, headers=key)
    return str(ok(answer).json()["id"])


def ok(answer: httpx.Response) -> httpx.Response:
    """Gibt die Antwort, wenn sie gut ist; sonst httpx.HTTPStatusError."""
    return answer.raise_for_status()


def problem(answer: httpx.Response) -> dict[str, Any]:
    """Gibt, was die Schnittstelle über einen Fehler sagt; auch, wenn es kein JSON ist."""
    try:
        told: dict[str, Any] = answer.json()
    except ValueError:
        return {"error": f"Status {answer.status_code}.", "hint": "", "code": "unknown"}
    return told


if __name__ == "__main__":
    sys.exit(main())
