"""``formservice restore``: begin anew on an empty machine with what was backed up."""

import argparse
import json
import sys
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from formservice.adapters.identity.secret_file import KEY
from formservice.application.ports_store import RESTORED, SERVICE
from formservice.application.verify import DOCUMENTS, EVENTS
from formservice.bootstrap import Services, Settings
from formservice.cli import errors
from formservice.cli.backup import STEPS
from formservice.cli.files import named
from formservice.cli.german import counted
from formservice.cli.steps import Steps
from formservice.domain.frist import OFFICE_TIME

_PROVING = {
    EVENTS: "Geprüfte Ereignisse",
    DOCUMENTS: "Geprüfte Vorgänge",
    "originals": "Geprüfte Originale und Kopien",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    one = commands.add_parser(
        "restore",
        help="eine Sicherung auf einem leeren Rechner wiederherstellen",
        description="Stellt die neueste Sicherung aus einem Ordner von „formservice backup“ wieder"
        " her, im leeren Datenordner und in der Datenbank, die die Einstellungen nennen, und prüft"
        " danach alles wie „archive verify“. Wo schon etwas ist, geschieht nichts. Abgebrochen"
        " geht derselbe Aufruf weiter.",
    )
    one.add_argument("source", type=named, metavar="ORDNER", help="Ordner mit Sicherungen")
    one.add_argument("--name", metavar="NAME", help="diese Sicherung statt der neuesten")
    one.add_argument(
        "--data", type=named, metavar="ORDNER", help="Datenordner statt FORMSERVICE_DATA"
    )
    one.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    one.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    if chosen.data:
        settings = replace(settings, data=Path(chosen.data))
    services = Services(settings)
    steps = Steps(STEPS)
    try:
        done = services.restore(Path(chosen.source), chosen.name, steps)
    finally:
        steps.close()
    with services.store.work() as work:
        work.events.append(RESTORED, SERVICE, None, {"event": done.event})
    if not chosen.json:
        resumed = " (fortgesetzt)" if done.resumed else ""
        held = counted(done.documents, "Vorgang", "Vorgänge")
        files = counted(done.originals, "Original oder Kopie", "Originale und Kopien")
        made = datetime.fromisoformat(done.made).astimezone(OFFICE_TIME)
        print(
            f"Wiederhergestellt{resumed}: {done.name} (vom {made:%d.%m.%Y %H:%M}, Ereignis"
            f" {done.event}), {held}, {files}."
        )
        if done.later_name is not None:
            print(
                f"! Dem Namen nach wäre {done.later_name} neuer, die Ereignisse dort sind es"
                " nicht: Eine Uhr ging falsch. Mit --name lässt sie sich trotzdem nehmen."
            )
        if done.factors and not done.has_key:
            whose = counted(done.factors, "Person", "Personen")
            print(
                f"! Die Sicherung hat den Schlüssel der Anlage nicht (Datei „{KEY}“). Bitte die"
                f" Datei aus dem früheren Datenordner nach {settings.data} kopieren, bevor der"
                f" Dienst startet. Sonst richten {whose} den zweiten Faktor neu ein."
            )
        for one in done.lost:
            print(f"✗ In der Sicherung fehlt oder ist beschädigt: Original {one}")
        sys.stdout.flush()
    proving = Steps(_PROVING)
    try:
        found = services.verify(proving, anew=True)
    finally:
        proving.close()
    if chosen.json:
        told = {"whole": found.broken is None, **asdict(done), "verdict": asdict(found)}
        print(json.dumps(told, ensure_ascii=False, indent=1))
    elif found.broken is None:
        print(f"Alles unversehrt, bis Ereignis {done.event}.")
    else:
        print(f"✗ {errors.printable(found.broken.message)}")
    return errors.DONE if found.broken is None else errors.NEEDS_A_PERSON
