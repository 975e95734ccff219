"""``formservice archive``: show what is kept."""

import argparse
import json

from formservice.bootstrap import Services, Settings
from formservice.cli import errors
from formservice.cli.german import counted


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    archive = commands.add_parser("archive", help="zeigen, was aufbewahrt ist")
    actions = archive.add_subparsers(title="Befehle", metavar="BEFEHL", required=True)
    listing = actions.add_parser("list", help="alle aufbewahrten Dokumente")
    listing.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    listing.set_defaults(run=_list)


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
