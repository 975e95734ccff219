"""A table as the answer to a request."""

from typing import Any  # what FastAPI takes as the description of an answer

from fastapi import Response

from formservice.application.exporting import Kind

MEDIA = {
    Kind.CSV: "text/csv; charset=utf-8",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TABLE: dict[str, Any] = {
    "description": "Die Tabelle, mit einer Zeile Überschriften.",
    "content": {one.partition(";")[0]: {"schema": {"type": "string"}} for one in MEDIA.values()},
}
"""How the API describes such an answer."""


def table(kind: Kind, name: str, data: bytes) -> Response:
    """Return a table to be saved under a name; nobody in between keeps it."""
    headers = {
        "content-disposition": f'attachment; filename="{name}.{kind}"',
        "cache-control": "no-store",
    }
    return Response(data, media_type=MEDIA[kind], headers=headers)
