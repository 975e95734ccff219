"""The Prüfprotokoll as pages people can read, drawn from the data that are embedded as well."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any  # the protocol has the shape of its JSON

from formservice.adapters.archive_copy.sheets import Sheets
from formservice.application.terms import MEDIA, MET, NOTHING, REFERENCE, ROLES, UNKNOWN, about_of
from formservice.domain.case import DECIDED, NAMES, State
from formservice.domain.frist import OFFICE_TIME

_NOTE = (
    "Diese Kopie ist eine Darstellung des {kind} Datensatzes im amtlichen Vordruck. Sie ersetzt"
    " das Original nicht; maßgeblich für Unterschriften und Handschrift ist das Original, dessen"
    " Prüfsumme unten steht."
)
_SIGNS = 20
_SEVERITY = {"blocks": "sperrt", "asks": "fragt nach", "notes": "Hinweis"}


def told(protocol: Mapping[str, Any], definition_sha256: str) -> Sheets:
    """Return the pages of a protocol."""
    sheets = Sheets("Prüfprotokoll")
    kind = "angenommenen" if protocol["state"] in DECIDED else "gelesenen, nicht angenommenen"
    sheets.paragraph(_NOTE.format(kind=kind))
    sheets.facts(_facts(protocol))
    sheets.heading("Prüfsummen (SHA-256)")
    originals = protocol["sha256"]["originals"]
    sheets.facts(
        [
            *_numbered(originals),
            ("Datensatz", protocol["sha256"]["record"]),
            ("Formulardefinition", definition_sha256),
        ]
    )
    _findings(sheets, protocol["findings"])
    _deadlines(sheets, protocol["deadlines"])
    _reasons(sheets, protocol["reasons"])
    _unread(sheets, protocol)
    _unseen(sheets, protocol)
    _history(sheets, protocol)
    return sheets


def _numbered(originals: Sequence[str]) -> list[tuple[str, str]]:
    """Return the hashes of the files that a document was read from, with what each is called."""
    if len(originals) < 2:
        return [("Original", originals[0] if originals else UNKNOWN)]
    return [(f"Original {number}", one) for number, one in enumerate(originals, 1)]


def day(text: str) -> str:
    """Return an ISO day as people write it."""
    return date.fromisoformat(text).strftime("%d.%m.%Y")


def clock(text: str) -> str:
    """Return an ISO point in time in the office's time zone."""
    return datetime.fromisoformat(text).astimezone(OFFICE_TIME).strftime("%d.%m.%Y, %H:%M Uhr")


def _facts(protocol: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    form, file = protocol["form"], protocol["file"]
    pages = "Seite " if len(file["pages"]) == 1 else "Seiten "
    pages += ", ".join(map(str, file["pages"]))
    state = protocol["state"]
    return [
        ("Formular", f"{form['title']} ({form['id']}, Ausgabe {form['edition']})"),
        ("Kennung des Vorgangs", protocol["document"]),
        (REFERENCE, protocol["reference"] or "keine"),
        ("Eingegangen am", day(protocol["received"]) if protocol["received"] else UNKNOWN),
        ("Eingegangene Datei", file["name"] or "ohne Namen"),
        ("Art und Seiten", f"{MEDIA.get(file['medium'], file['medium'])}, {pages}"),
        ("Stand", NAMES[State(state)] if state else "gelesen, nicht angenommen"),
        ("Festgestellt am", clock(protocol["settled"])),
        ("Gelesen und kopiert mit", f"formservice {protocol['program']['copied']}"),
    ]


def _findings(sheets: Sheets, findings: Sequence[Mapping[str, Any]]) -> None:
    sheets.heading("Befunde der Prüfung")
    if not findings:
        sheets.paragraph("Es gab keine Befunde.")
        return
    rows = []
    for one in findings:
        answered = one["answered"]
        done = "offen" if one["severity"] == "blocks" else "–"
        if answered:
            done = (
                f"verantwortet von {_who(answered)} am {clock(answered['at'])}:"
                f" {answered['reason']}"
            )
        rows.append(
            (
                _SEVERITY.get(one["severity"], str(one["severity"])),
                one["name"] or "–",
                f"{one['message']} ({one['rule'] or one['code']})",
                done,
            )
        )
    sheets.table(("Art", "Feld", "Befund", "Erledigt"), rows, (11, 22, 40, 27))


def _deadlines(sheets: Sheets, deadlines: Sequence[Mapping[str, Any]]) -> None:
    sheets.heading("Fristen")
    if not deadlines:
        sheets.paragraph("Es war keine Frist zu berechnen.")
        return
    rows = [
        (
            str(one.get("title") or one["key"]),
            day(one["start"]),
            day(one["due"]),
            MET[one["met"]],
            " ".join(one.get("why") or ()),
        )
        for one in deadlines
    ]
    sheets.table(("Frist", "Ereignis", "Ende", "Ergebnis", "Warum"), rows, (20, 12, 12, 13, 43))


def _reasons(sheets: Sheets, reasons: Sequence[Mapping[str, Any]]) -> None:
    if not reasons:
        return
    sheets.heading("Entscheidungen mit Begründung")
    rows = [
        (clock(one["at"]), _who(one), about_of(str(one["code"]), one["name"]), one["reason"])
        for one in reasons
    ]
    sheets.table(("Wann", "Wer", "Wozu", "Begründung"), rows, (21, 21, 21, 37))


def _who(one: Mapping[str, Any]) -> str:
    role = ROLES.get(one["role"], one["role"])
    return f"{one['author']} ({role})"


def _unread(sheets: Sheets, protocol: Mapping[str, Any]) -> None:
    missing, doubtful = protocol["not_read"], protocol["doubtful"]
    if not missing and not doubtful:
        return
    sheets.heading("Angaben, bei denen das Original maßgeblich ist")
    rows = [(one["name"], NOTHING.get(one["reading"], one["reading"])) for one in missing]
    rows += [(one["name"], "nicht zweifelsfrei gelesen") for one in doubtful]
    sheets.table(("Feld", "Grund"), rows, (50, 50))


def _unseen(sheets: Sheets, protocol: Mapping[str, Any]) -> None:
    """Say what the record has and the form does not show."""
    rows = [(key, "kein Feld dieses Formulars") for key in protocol["not_printed"]]
    for one in protocol.get("undrawn", ()):
        signs, more = one["signs"][:_SIGNS], len(one["signs"]) - _SIGNS
        told = f"{', '.join(signs)}{f' und {more} weitere' if more > 0 else ''}"
        rows.append((one["field"], f"Zeichen ohne Schrift, als □ gedruckt: {told}"))
    if rows:
        sheets.heading("Was nur im eingebetteten Datensatz vollständig steht")
        sheets.table(("Feld", "Grund"), rows, (30, 70))


def _history(sheets: Sheets, protocol: Mapping[str, Any]) -> None:
    if protocol["versions"]:
        sheets.heading("Fassungen des Datensatzes")
        rows = []
        for one in protocol["versions"]:
            changed = ", ".join(field["name"] for field in one["changed"])
            what = "wie gelesen" if one["version"] == 1 else "keine Angabe geändert"
            what = f"geändert: {changed}" if changed else what
            rows.append(
                (
                    str(one["version"]),
                    clock(one["at"]),
                    one["author"],
                    f"{what}. {one['reason']}".rstrip(),
                    one["sha256"],
                )
            )
        head = ("Nr.", "Wann", "Wer", "Was und warum", "SHA-256")
        sheets.table(head, rows, (6, 21, 19, 29, 25))
    if protocol["events"]:
        sheets.heading("Ereignisse in der Prüfkette")
        rows = [
            (str(one["seq"]), clock(one["at"]), one["author"], one["told"], one["hash"])
            for one in protocol["events"]
        ]
        sheets.table(("Nr.", "Wann", "Wer", "Was", "Hash"), rows, (7, 21, 19, 28, 25))
