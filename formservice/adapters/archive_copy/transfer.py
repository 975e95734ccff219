"""The Transfervermerk as a page people can read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any  # the Transfervermerk has the shape of its JSON

from formservice.adapters.archive_copy.protocol import clock, day
from formservice.adapters.archive_copy.sheets import Sheets
from formservice.application.terms import ROLES, UNKNOWN
from formservice.domain.frist import OFFICE_TIME

_NOTE = (
    "Die Bilder der vorstehenden Seiten sind die eingegangenen; über ihnen liegt unsichtbar, was"
    " erkannt wurde, damit sich danach suchen lässt. Erkannter Text ersetzt das Bild nicht."
)
_NOT_CHECKED = (
    "Niemand hat bisher bestätigt, dass das Abbild vollständig ist und bildlich mit dem Papier"
    " übereinstimmt."
)


def told(transfer: Mapping[str, Any]) -> Sheets:
    """Return the pages of a Transfervermerk."""
    sheets = Sheets("Transfervermerk")
    sheets.paragraph(_NOTE)
    scanning = transfer["scanning"]
    received = transfer["received"]
    sheets.facts(
        [
            ("Kennung des Vorgangs", transfer["document"]),
            ("Eingegangene Datei", transfer["file"] or "ohne Namen"),
            ("Eingegangen am", day(received) if received else UNKNOWN),
            ("Gescannt von", scanning["by"] or UNKNOWN),
            ("Gescannt am", _when(scanning["at"])),
            ("Gerät", scanning["device"] or UNKNOWN),
            ("Programm", scanning["program"] or UNKNOWN),
            ("Einstellung (Profil)", scanning["profile"] or UNKNOWN),
            ("Eingangsweg", scanning["source"] or UNKNOWN),
            ("Seiten", str(len(transfer["pages"]))),
        ]
    )
    sheets.heading("Prüfsumme beim Eingang (SHA-256)")
    for one in transfer["sha256"]:
        sheets.paragraph(one, small=True)
    sheets.heading("Seiten")
    rows = [
        (
            str(one["page"]),
            f"{one['width']} × {one['height']}",
            " × ".join(map(str, one["dpi"])) if one["dpi"] else UNKNOWN,
            one["colours"],
            one["kept"],
        )
        for one in transfer["pages"]
    ]
    head = ("Seite", "Bildpunkte", "dpi", "Farbe", "Bild")
    sheets.table(head, rows, (9, 20, 16, 17, 38))
    _quality(sheets, transfer["quality"])
    return sheets


def _quality(sheets: Sheets, quality: Mapping[str, Any] | None) -> None:
    sheets.heading("Sichtprüfung")
    if quality is None:
        sheets.paragraph(_NOT_CHECKED)
        return
    role = ROLES.get(quality["role"], quality["role"])
    sheets.facts(
        [
            ("Feststellung", quality["statement"]),
            ("Geprüft von", f"{quality['by']} ({role})"),
            ("Geprüft am", clock(quality["at"])),
            ("Bemerkung", quality["remark"] or "keine"),
        ]
    )


def _when(text: str) -> str:
    """Return a point in time as people write it; what is none stands as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text or UNKNOWN
    if moment.tzinfo is not None:
        moment = moment.astimezone(OFFICE_TIME)
    return moment.strftime("%d.%m.%Y, %H:%M Uhr")
