"""``formservice intake`` and ``archive``: keep originals and records, and show what is kept."""

import argparse
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any  # readings have the shape of the JSON contract

from formservice.adapters.isolated_read import IsolatedRead
from formservice.application.report import error_data
from formservice.bootstrap import Services, Settings, today
from formservice.cli import errors, files, read, show
from formservice.cli.german import counted
from formservice.domain.errors import FormServiceError, StorageError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands to the parser."""
    intake = commands.add_parser(
        "intake",
        help="Dateien lesen und samt Original aufbewahren",
        description="Liest Dateien und ganze Ordner und legt Originale und Datensätze ab."
        " Dieselbe Datei zweimal wird einmal aufbewahrt.",
    )
    intake.add_argument("paths", nargs="+", metavar="PFAD", help="Datei oder Ordner")
    intake.add_argument(
        "--received",
        type=read.day,
        metavar="TAG",
        help="Tag des Eingangs, zum Beispiel 27.03.2026 (sonst heute)",
    )
    intake.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    intake.set_defaults(run=_intake)
    archive = commands.add_parser("archive", help="zeigen, was aufbewahrt ist")
    actions = archive.add_subparsers(title="Befehle", metavar="BEFEHL", required=True)
    listing = actions.add_parser("list", help="alle aufbewahrten Dokumente")
    listing.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    listing.set_defaults(run=_list)


def _intake(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    received = chosen.received or today()
    reading = services.isolated_read  # a wrong setting is told now, not for every file
    results: list[dict[str, object]] = []
    kept = refused = 0
    broken = False
    for file in _files(chosen.paths, services.settings.data):
        try:
            found = _kept(services, reading, file, received)
            kept += 1
        except Exception as error:  # what is wrong with one file must not cost the others
            told = error if isinstance(error, FormServiceError) else errors.bug(error)
            found = [error_data(told, file)]
            refused += 1
            broken = isinstance(told, StorageError)
        results.extend(found)
        if not chosen.json:
            _tell(file, found)
        if broken:  # nothing that follows could be kept either
            break
    if chosen.json:
        print(json.dumps(results, ensure_ascii=False, indent=1))
    else:
        print(f"{counted(kept, 'Datei', 'Dateien')} aufbewahrt, {refused} abgewiesen.")
    return errors.FAILED if broken else errors.NEEDS_A_PERSON if refused else errors.DONE


def _kept(
    services: Services, reading: IsolatedRead, file: str, received: date
) -> list[dict[str, Any]]:
    """Keep one file and return its documents; one that is known is not read again."""
    data = files.content(file)
    known = services.archive.readings(hashlib.sha256(data).hexdigest())
    if known:
        return [{**one, "file": file, "already_known": True} for one in known]
    found = reading(data, file, received=received)
    filed = services.archive.file(data, Path(file).name, received, found)
    return [{**one, "already_known": filed.already_known} for one in found]


def _tell(file: str, found: list[dict[str, Any]]) -> None:
    """Print what became of a file, at once: a long batch shows how far it is."""
    if "error" in found[0]:
        show.document(found[0], {})
        return
    known = " (schon bekannt)" if found[0]["already_known"] else ""
    documents = counted(len(found), "Dokument", "Dokumente")
    print(f"{errors.printable(file)}: {documents}{known}", flush=True)


def _files(paths: list[str], data: Path) -> Iterator[str]:
    """Yield every file; folders are walked in order of name.

    Hidden files and folders are left out, and our own ``data`` folder: what is kept did not come
    in. A folder that cannot be looked into is yielded itself, to be refused by name.
    """
    own = data.resolve()
    for name in paths:
        if not Path(name).is_dir():
            yield name
            continue
        closed: list[OSError] = []
        for folder, folders, files_ in os.walk(name, onerror=closed.append):
            here = Path(folder)
            folders[:] = sorted(
                one for one in folders if not one.startswith(".") and (here / one).resolve() != own
            )
            visible = (here / one for one in sorted(files_) if not one.startswith("."))
            yield from (str(one) for one in visible if one.is_file())
        yield from (str(error.filename) for error in closed)


def _list(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    documents = [
        {
            "sha256": one.sha256,
            "name": one.name,
            "received": one.received.isoformat(),
            "size": one.size,
        }
        for one in services.archive.documents()
    ]
    if chosen.json:
        print(json.dumps(documents, ensure_ascii=False, indent=1))
        return errors.DONE
    for one in documents:
        print(f"{str(one['sha256'])[:12]}  {one['received']}  {one['name']}")
    print(f"{counted(len(documents), 'Dokument', 'Dokumente')} aufbewahrt.")
    return errors.DONE
