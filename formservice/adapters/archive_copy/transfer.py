"""The Transfervermerk as a page people can read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any  # the Transfervermerk has the shape of its JSON

from formservice.adapters.archive_copy.protocol import clock, day
from formservice.adapters.archive_copy.sheets import Sheets
from formservice.application.terms import ROLES, SOURCES, UNKNOWN
from formservice.domain.frist import OFFICE_TIME

_NOTE = (
    "Die Bilder der vorstehenden Seiten sind die eingegangenen; über ihnen liegt unsichtbar, was"
    " der Datensatz sagt (erkannt oder von einem Menschen berichtigt), damit sich danach suchen"
    " lässt. Dieser Text ersetzt das Bild nicht."
)
_BY_OFFICE = (
    "Wer, womit und mit welcher Einstellung gescannt hat, hat die Stelle für diesen Eingangsweg"
    " festgelegt."
)
_NOT_CHECKED = (
    "Niemand hat bisher bestätigt, dass das Abbild vollständig ist und bildlich mit dem Papier"
    " übereinstimmt."
)


def told(transfer: Mapping[str, Any]) -> Sheets:
    """Return the pages of a Transfervermerk."""
    sheets = Sheets("Transfervermerk")
    sheets.paragraph(_NOTE)
    scanning, files = transfer["scanning"], transfer["files"]
    received = transfer["received"]
    sheets.facts(
        [
            ("Kennung des Vorgangs", transfer["document"]),
            ("Eingegangene Datei", transfer["file"] or "ohne Namen"),
            ("Eingegangen am", day(received) if received else UNKNOWN),
            ("Eingangsweg", SOURCES.get(transfer["source"], UNKNOWN)),
            ("Gescannt von", scanning["by"] or UNKNOWN),
            ("Stelle", scanning["organisation"] or UNKNOWN),
            ("Gerät", scanning["device"] or UNKNOWN),
            ("Einstellung (Profil)", scanning["profile"] or UNKNOWN),
            ("Seiten", str(len(transfer["pages"]))),
        ]
    )
    if any(scanning.values()):
        sheets.paragraph(_BY_OFFICE, small=True)
    _files(sheets, files)
    _pages(sheets, transfer["pages"], [one["sha256"] for one in files])
    _quality(sheets, transfer["quality"])
    return sheets


def _files(sheets: Sheets, files: Sequence[Mapping[str, Any]]) -> None:
    sheets.heading("Eingegangene Dateien und was sie selbst sagen")
    rows = [
        (
            str(number),
            _when(one["at"]),
            one["device"] or UNKNOWN,
            one["program"] or UNKNOWN,
            one["sha256"],
        )
        for number, one in enumerate(files, 1)
    ]
    head = ("Nr.", "Erstellt am", "Gerät", "Programm", "SHA-256 beim Eingang")
    sheets.table(head, rows, (6, 21, 18, 26, 29))


def _pages(sheets: Sheets, pages: Sequence[Mapping[str, Any]], files: Sequence[str]) -> None:
    sheets.heading("Seiten")
    rows = [
        (
            _of_file(one, files),
            f"{one['width']} × {one['height']}",
            " × ".join(map(str, one["dpi"])) if one["dpi"] else UNKNOWN,
            one["colours"],
            one["kept"],
        )
        for one in pages
    ]
    head = ("Seite", "Bildpunkte", "dpi", "Farbe", "Bild")
    sheets.table(head, rows, (14, 19, 15, 17, 35))


def _of_file(page: Mapping[str, Any], files: Sequence[str]) -> str:
    """Return which page of which file it is."""
    if len(files) == 1:
        return str(page["page"])
    return f"{page['page']} (Datei {files.index(page['original']) + 1})"


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
