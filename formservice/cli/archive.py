"""``formservice intake`` and ``archive``: keep originals and records, and show what is kept."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from formservice.application.report import error_data
from formservice.bootstrap import Services, Settings, today
from formservice.cli import errors, read, show
from formservice.cli.german import counted
from formservice.domain.errors import FormServiceError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands to the parser."""
    intake = commands.add_parser(
        "intake",
        help="Dateien lesen und samt Original aufbewahren",
        description="Liest Dateien und ganze Ordner und legt Originale und Datensätze ab."
        " Dieselbe Datei zweimal wird einmal aufbewahrt.",
    )
    intake.add_argument("paths", nargs="+", metavar="PFAD")
    intake.add_argument(
        "--received", type=read.day, metavar="TAG", help="Tag des Eingangs (sonst heute)"
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
    results: list[dict[str, object]] = []
    failed = kept = 0
    for file in _files(chosen.paths):
        try:
            data = read.bytes_of(file)
            found = read.read_bytes(services, data, file, received=received, form=None)
            filed = services.archive.file(data, Path(file).name, received, found)
            kept += 1
        except FormServiceError as error:
            results.append(error_data(error, file))
            failed += 1
        else:
            results.extend({**one, "already_known": filed.already_known} for one in found)
            if not chosen.json:
                known = " (schon bekannt)" if filed.already_known else ""
                print(f"{file}: {counted(len(found), 'Dokument', 'Dokumente')}{known}")
    if chosen.json:
        print(json.dumps(results, ensure_ascii=False, indent=1))
    else:
        for one in results:
            if "error" in one:
                show.document(one, {})
        print(f"{counted(kept, 'Datei', 'Dateien')} aufbewahrt, {failed} abgewiesen.")
    return errors.NEEDS_A_PERSON if failed else errors.DONE


def _files(paths: list[str]) -> Iterator[str]:
    """Yield every file; folders are walked in order of name, hidden files left out."""
    for name in paths:
        path = Path(name)
        if path.is_dir():
            inside = (one for one in sorted(path.rglob("*")) if one.is_file())
            yield from (str(one) for one in inside if not one.name.startswith("."))
        else:
            yield name


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
