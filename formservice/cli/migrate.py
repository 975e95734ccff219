"""``formservice migrate``: bring the database to what this version of the program needs."""

import argparse
import json

from formservice.bootstrap import Services, Settings
from formservice.cli import errors
from formservice.cli.german import counted
from formservice.cli.steps import Steps


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    migrate = commands.add_parser(
        "migrate",
        help="die Datenbank auf den Stand dieser Ausgabe bringen",
        description="Bringt die Datenbank auf den Stand dieser Ausgabe und übernimmt, was frühere"
        " Ausgaben im Datenordner abgelegt haben. Bei der eingebetteten Datenbank geschieht das"
        " von selbst; eine auf PostgreSQL wird nur hiermit geändert. Vorher sichern.",
    )
    migrate.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    migrate.set_defaults(run=_migrate)


def _migrate(chosen: argparse.Namespace) -> int:
    # Slow to import.
    from formservice.adapters.store.adopt import ADOPTED  # noqa: PLC0415
    from formservice.adapters.store.renewed import renewed  # noqa: PLC0415
    from formservice.adapters.work.service import installed  # noqa: PLC0415

    services = Services(Settings.from_environment())
    steps = Steps({ADOPTED: "Übernommene Dateien"})
    try:
        changed, taken = services.migrated(services.store, steps)
    finally:
        steps.close()
    changed = installed(services.store) or changed
    words = renewed(services.store)
    if chosen.json:
        told = {"step": services.schema_step, "changed": changed, "taken_over": taken}
        told["words_renewed"] = words
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return errors.DONE
    done = "ist jetzt auf" if changed else "war schon auf"
    print(f"Die Datenbank {done} Schritt {services.schema_step}.")
    if taken:
        print(f"{counted(taken, 'Datei', 'Dateien')} aus der früheren Ablage übernommen.")
    if words:
        print(f"Wörter von {counted(words, 'Dokument', 'Dokumenten')} für die Suche erneuert.")
    return errors.DONE
