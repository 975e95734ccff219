"""The examples in the API's description; everybody in them is invented."""

from typing import Any  # examples are JSON

from pydantic import ConfigDict

ID = "5b0f3f5e-2c55-4d7c-9a53-0a8a0f2c7d11"
_PART = "6d2a1b77-0c1e-5a43-8a0d-9d1f6f0f3a21"
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def example(one: Any) -> ConfigDict:  # examples are JSON
    """Return the settings of a model that has an example."""
    return ConfigDict(from_attributes=True, json_schema_extra={"example": one})


HIT: dict[str, Any] = {
    "id": ID,
    "part_of": None,
    "name": "Feedbackbogen.pdf",
    "form": "feedbackbogen",
    "edition": "2023-09-22",
    "reference": "SAMPLE000042",
    "traeger": "lindenhof",
    "state": "in-review",
    "state_name": "in Prüfung",
    "received": "2026-04-02",
    "version": 1,
    "status": "waiting",
    "error": None,
    "blocks": 1,
    "asks": 0,
}
DOCUMENT: dict[str, Any] = {
    **{key: HIT[key] for key in HIT if key not in ("blocks", "asks")},
    "original": _SHA256,
    "source": "upload",
    "stage": "done",
    "pages": [{"original": _SHA256, "page": 1}, {"original": _SHA256, "page": 2}],
    "parts": [],
    "copies": [],
    "acknowledgements": [],
}
STANDING: dict[str, Any] = {
    "id": ID,
    "part_of": None,
    "state": "in-review",
    "state_name": "in Prüfung",
    "stage": "done",
    "status": "waiting",
    "is_read": True,
    "version": 1,
    "error": None,
    "parts": [],
}
FIELD: dict[str, Any] = {
    "reading": "read",
    "value": "Beispiel",
    "raw": "Beispiel",
    "confidence": 1.0,
    "accepted": True,
    "method": "control",
    "page": 1,
    "box": [0.36, 0.14, 0.58, 0.16],
}
FINDING: dict[str, Any] = {
    "code": "field.required",
    "severity": "blocks",
    "field": "q1_verhalten",
    "message": "Frage 1 ist leer. Bitte die eigenen Worte der Person eintragen.",
    "acknowledged": False,
}
READING: dict[str, Any] = {
    "version": 1,
    "form": {"id": "feedbackbogen", "edition": "2023-09-22", "margin": 0.83},
    "medium": "acroform",
    "page_numbers": [1, 2],
    "fields": {"name": FIELD},
    "findings": [FINDING],
    "deadlines": [],
    "archivable": False,
}
VERSION: dict[str, Any] = {
    "version": 1,
    "at": "02.04.2026 10:15:00 (+02:00)",
    "author": "formservice (automatisch)",
    "reason": "",
    "sha256": _SHA256,
}
EVENT: dict[str, Any] = {
    "seq": 17,
    "at": "2026-04-02T08:15:00.000000+00:00",
    "type": "document.received",
    "author": "Anna Beispiel",
    "told": "Eingang",
}
UPLOADED: dict[str, Any] = {
    "ok": True,
    "id": ID,
    "sha256": _SHA256,
    "known": False,
    "status_url": f"/api/v1/documents/{ID}/status",
    "problem": None,
}
