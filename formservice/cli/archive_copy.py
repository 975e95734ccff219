"""``formservice archive copy``: the archive copy of one record, from the shell."""

import argparse
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any  # a record has the shape of the JSON contract

from formservice.application.prefill import is_record
from formservice.application.pruefprotokoll import CaseFile
from formservice.bootstrap import Services, Settings, today
from formservice.cli import errors
from formservice.cli.files import decoded, write
from formservice.cli.read import day
from formservice.domain.errors import InputError, NotFoundError
from formservice.domain.form import FormRef
from formservice.domain.frist import OFFICE_TIME

_HINT = "Erwartet wird, was „formservice read --json“ zu einem einzigen Dokument ausgibt."


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser of ``archive``."""
    one = actions.add_parser(
        "copy",
        help="aus einem Datensatz die Archivkopie (PDF/A) erzeugen",
        description="Erzeugt aus einem Datensatz, wie „read --json“ ihn ausgibt, den amtlichen"
        " Vordruck als PDF/A mit eingebettetem Datensatz und Prüfprotokoll. Was im Protokoll als"
        " Stand steht, sagt, dass niemand ihn angenommen hat.",
    )
    one.add_argument("record", metavar="DATENSATZ", help="JSON-Datei, „-“ für die Eingabe")
    one.add_argument("-o", "--output", required=True, metavar="DATEI", help="PDF-Datei")
    one.add_argument(
        "--received",
        type=day,
        metavar="TAG",
        help="Tag des Eingangs, zum Beispiel 27.03.2026 (sonst heute)",
    )
    one.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    one.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    reading = _only(decoded(chosen.record))
    received = chosen.received or today()
    case = CaseFile(
        document=str(reading.get("reference") or reading.get("sha256") or "")[:64],
        reading=reading,
        # The same record and day give the same copy.
        at=datetime.combine(received, datetime.min.time(), OFFICE_TIME).timestamp(),
        name=str(reading.get("file") or ""),
        received=received,
    )
    form = reading["form"]
    definition = services.forms.find(FormRef(str(form["id"]), str(form["edition"])))
    if definition is None:
        raise NotFoundError(f"Das Formular {form['id']}/{form['edition']} gibt es hier nicht.")
    made = services.archive_copies.make(case, definition)
    target = Path(chosen.output)
    write(target, made.pdf)
    for name, data in made.beside.items():
        write(target.with_name(f"{target.stem}-{name}"), data)
    told = {"file": str(target), "bytes": len(made.pdf), "beside": sorted(made.beside)}
    if chosen.json:
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        print(f"{errors.printable(str(target))}: Archivkopie erzeugt und geprüft.")
    return errors.DONE


def _only(content: object) -> Mapping[str, Any]:
    """Return the one document of a record whose form is known; InputError if there is none."""
    listed = content if isinstance(content, list) else [content]
    if not is_record(content) or len(listed) != 1 or not isinstance(listed[0], dict):
        raise InputError("Das ist kein Datensatz zu genau einem Dokument.", _HINT)
    reading = listed[0]
    form = reading.get("form")
    if not isinstance(form, dict) or not {"id", "edition"} <= form.keys():
        raise InputError("Zu diesem Datensatz ist kein Formular bekannt.", _HINT)
    if not isinstance(reading.get("fields"), dict):
        raise InputError("Der Datensatz hat keine Angaben.", _HINT)
    return reading
