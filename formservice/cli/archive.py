"""``formservice archive``: show what is kept."""

import argparse
import json
from typing import Any  # the data has the shape of the JSON contract

from formservice.bootstrap import Services, Settings
from formservice.cli import (
    archive_calibration,
    archive_check,
    archive_copy,
    archive_delete,
    archive_export,
    archive_orphans,
    archive_search,
    archive_show,
    archive_verify,
    errors,
)
from formservice.cli.german import counted


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    archive = commands.add_parser("archive", help="zeigen, was aufbewahrt ist")
    actions = archive.add_subparsers(title="Befehle", metavar="BEFEHL", required=True)
    listing = actions.add_parser("list", help="alle aufbewahrten Dokumente")
    listing.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    listing.set_defaults(run=_list)
    archive_search.add(actions)
    archive_show.add(actions)
    archive_copy.add(actions)
    archive_check.add(actions)
    archive_verify.add(actions)
    archive_delete.add(actions)
    archive_orphans.add(actions)
    archive_export.add(actions)
    archive_calibration.add(actions)


def _list(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    shared = services.archive.shared()
    documents: list[dict[str, Any]] = [
        {
            "sha256": one.sha256,
            "name": one.name,
            "received": one.received.isoformat(),
            "size": one.size,
            "shared": shared.get(one.sha256, []),
        }
        for one in services.archive.documents()
    ]
    if chosen.json:
        print(json.dumps(documents, ensure_ascii=False, indent=1))
        return errors.DONE
    for one in documents:
        print(f"{one['sha256'][:12]}  {one['received']}  {errors.printable(one['name'])}")
        for pages in one["shared"]:
            places = (f"{errors.printable(p['file'])} Seite {p['page']}" for p in pages)
            print(f"              Teil eines Dokuments: {', '.join(places)}")
    print(f"{counted(len(documents), 'Dokument', 'Dokumente')} aufbewahrt.")
    return errors.DONE
