"""``formservice archive copy``: the archive copy of one record, from the shell."""

import argparse
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any  # a record has the shape of the JSON contract

from formservice.adapters.target import is_copy
from formservice.application.prefill import is_record
from formservice.application.pruefprotokoll import CaseFile
from formservice.application.reading_shape import fault
from formservice.bootstrap import Services, Settings, today
from formservice.cli import errors, files
from formservice.cli.read import day
from formservice.domain.document import Medium
from formservice.domain.errors import InputError, NotFoundError
from formservice.domain.form import FormDefinition, FormRef
from formservice.domain.frist import OFFICE_TIME

if TYPE_CHECKING:
    from formservice.adapters.archive_copy.copies import ArchiveCopy

_HINT = "Erwartet wird, was „formservice read --json“ zu einem einzigen Dokument ausgibt."


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser of ``archive``."""
    one = actions.add_parser(
        "copy",
        help="aus einem Datensatz die Archivkopie (PDF/A) erzeugen",
        description="Erzeugt aus einem Datensatz, wie „read --json“ ihn ausgibt, den amtlichen"
        " Vordruck als PDF/A mit eingebettetem Datensatz und Prüfprotokoll. Darin steht, dass"
        " niemand ihn angenommen hat.",
    )
    one.add_argument("record", metavar="DATENSATZ", help="JSON-Datei, „-“ für die Eingabe")
    one.add_argument("-o", "--output", required=True, metavar="DATEI", help="PDF-Datei")
    one.add_argument(
        "--received",
        type=day,
        metavar="TAG",
        help="Tag des Eingangs, zum Beispiel 27.03.2026 (sonst heute)",
    )
    one.add_argument(
        "--original",
        metavar="DATEI",
        help="der eingegangene Scan: daneben entsteht sein durchsuchbares Abbild mit"
        " Transfervermerk (DATEI-abbild.pdf)",
    )
    one.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    one.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    target = Path(chosen.output)
    given = (chosen.record, chosen.original)
    files.target(services.settings, chosen.output, given, is_copy)
    # What lies beside an earlier copy of that name came with it.
    is_again = target.exists()
    reading = _only(files.decoded(chosen.record))
    received = chosen.received or today()
    case = CaseFile(
        document=str(reading.get("reference") or reading.get("sha256") or "")[:64],
        reading=reading,
        # The same record and day give the same copy.
        at=datetime.combine(received, datetime.min.time(), OFFICE_TIME).timestamp(),
        # Where it lay on this machine is nothing for an archive.
        name=str(reading.get("file") or "").replace("\\", "/").rpartition("/")[2],
        received=received,
    )
    form = reading["form"]
    definition = services.forms.find(FormRef(str(form["id"]), str(form["edition"])))
    if definition is None:
        raise NotFoundError(f"Das Formular {form['id']}/{form['edition']} gibt es hier nicht.")
    odd = fault(reading, definition)
    if odd is not None:
        raise InputError(f"Das ist kein Datensatz eines gelesenen Formulars. {odd}", _HINT)
    made = services.archive_copies.make(case, definition)
    beside = dict(made.beside)
    if chosen.original:
        original = files.content(chosen.original)
        pictured = _pictured(case, definition, original, services)
        beside |= {"abbild.pdf": pictured.pdf, **pictured.beside}
    made_files = {target: made.pdf}
    for name, data in beside.items():
        path = target.with_name(f"{target.stem}-{name}")
        files.target(services.settings, str(path), given, lambda _: is_again)
        made_files[path] = data
    for path, data in made_files.items():
        files.write(path, data)
    if chosen.json:
        told = [{"file": str(path), "bytes": len(data)} for path, data in made_files.items()]
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for path in made_files:
            print(f"{errors.printable(str(path))}: erzeugt.")
    return errors.DONE


def _pictured(
    case: CaseFile, definition: FormDefinition, original: bytes, services: Services
) -> "ArchiveCopy":
    """Return the searchable copy of a scan; InputError if it is not the file that was read."""
    from formservice.adapters.archive_copy.picture_files import (  # noqa: PLC0415
        SourcePage,
        fingerprint,
    )
    from formservice.adapters.archive_copy.scans import searchable  # noqa: PLC0415

    if case.reading.get("medium") != Medium.SCAN or "pages" in case.reading:
        raise InputError(
            "Ein Abbild entsteht nur von einem Scan, der in einer Datei liegt.",
            "Bitte --original weglassen.",
        )
    if fingerprint(original) != case.reading.get("sha256"):
        raise InputError("Der Datensatz gehört zu einer anderen Datei als --original.", _HINT)
    pages = [SourcePage(number, original, number) for number in case.reading["page_numbers"]]
    attach, verapdf = services.settings.attach, services.verapdf
    return searchable(case, definition, pages, embed=attach, validator=verapdf)


def _only(given: object) -> Mapping[str, Any]:
    """Return the one document of a record whose form is known; InputError if there is none."""
    listed = given if isinstance(given, list) else [given]
    if not is_record(given) or len(listed) != 1 or not isinstance(listed[0], dict):
        raise InputError("Das ist kein Datensatz zu genau einem Dokument.", _HINT)
    reading = listed[0]
    form = reading.get("form")
    if not isinstance(form, dict) or not {"id", "edition"} <= form.keys():
        raise InputError("Zu diesem Datensatz ist kein Formular bekannt.", _HINT)
    if not isinstance(reading.get("fields"), dict):
        raise InputError("Der Datensatz hat keine Angaben.", _HINT)
    return reading
