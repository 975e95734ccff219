"""``formservice archive orphans``: originals that no document names, for a person to decide."""

import argparse
import json
import time

from formservice.application.orphans import Orphans, orphans
from formservice.bootstrap import Services, Settings
from formservice.cli import errors
from formservice.cli.account import account
from formservice.cli.german import counted

_SHOWN = 20
# What is being received now has no document yet.
_OLD_S = 600.0


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser of ``archive``."""
    one = actions.add_parser(
        "orphans",
        help="Originale ohne Vorgang zeigen oder löschen",
        description="Zeigt Originale, von denen kein Vorgang erzählt und die vor mehr als zehn"
        " Minuten abgelegt wurden: was ein Absturz beim Annehmen liegen ließ, oder was eine"
        " verlorene oder aus einer älteren Sicherung wiederhergestellte Datenbank nicht mehr kennt"
        " (Status 1, wenn es welche gibt). Wer sie braucht, nimmt die Dateien mit"
        " „formservice intake“ neu an; mit --yes werden alle gelöscht.",
    )
    one.add_argument("--yes", action="store_true", help="alle löschen")
    one.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    one.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    found = orphans(services.store, services.originals, time.time(), _OLD_S)
    every = [*found.before, *found.since]
    if chosen.yes and every:
        with services.store.work() as work:
            work.events.append("originals.deleted", account(), None, {"count": len(every)})
        for sha256 in every:
            services.originals.delete(sha256, _OLD_S)
    if chosen.json:
        told = {"before": found.before, "since": found.since, "deleted": chosen.yes}
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        _show(found, is_deleted=chosen.yes)
    return errors.DONE if chosen.yes or not every else errors.NEEDS_A_PERSON


def _show(found: Orphans, *, is_deleted: bool) -> None:
    every = [*found.before, *found.since]
    if not every:
        print("Zu jedem Original gibt es einen Vorgang (die letzten zehn Minuten zählen nicht).")
        return
    for sha256 in every[:_SHOWN]:
        print(sha256)
    if len(every) > _SHOWN:
        print(f"… und {len(every) - _SHOWN} weitere (alle mit --json).")
    count = counted(len(every), "Original", "Originale")
    if is_deleted:
        print(f"{count} ohne Vorgang gelöscht.")
        return
    print(f"{count} ohne Vorgang, davon {len(found.before)} älter als die Datenbank.")
