"""``formservice watch``: take in what scanners and people put into a folder."""

import argparse
import errno
import json
from pathlib import Path

from formservice.adapters.inbox.share import Share, watched
from formservice.adapters.inbox.watch import Step, Watch
from formservice.adapters.work.signals import Stop
from formservice.bootstrap import Services, Settings, now
from formservice.cli import errors
from formservice.cli.files import LARGEST_FILE
from formservice.cli.german import counted
from formservice.cli.own_folders import OwnFolders
from formservice.domain.errors import UsageError

_OUTCOMES = {
    "taken": "angenommen",
    "known": "schon bekannt",
    "refused": "abgewiesen",
    "swept": "gelöscht, die Frist für Kopien ist um",
    "not-swept": "nicht zu löschen, obwohl die Frist für Kopien um ist",
    "left-alone": "Ordner ausgelassen (Verknüpfung, anderer Datenträger oder nicht lesbar)",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    watch = commands.add_parser(
        "watch",
        help="einen Ordner überwachen und annehmen, was hineingelegt wird",
        description="Nimmt an, was Scanner oder Menschen in einen Ordner legen, auch auf einer"
        " Netzfreigabe, und läuft, bis es beendet wird. Was fertig geschrieben ist, wird erst"
        " aufbewahrt und dann nach „erledigt“ verschoben, Unlesbares nach „fehler“, mit dem Grund"
        " daneben. „formservice work“ liest.",
    )
    watch.add_argument(
        "folder", metavar="ORDNER", type=Path, help="Ordner, in den Scanner oder Menschen legen"
    )
    watch.add_argument("--once", action="store_true", help="einmal, statt zu überwachen")
    watch.add_argument(
        "--wait",
        action="store_true",
        help="auch beim Start warten, bis der Ordner da ist (spät eingebundene Freigabe)",
    )
    watch.add_argument(
        "--settle",
        type=_seconds,
        default=5.0,
        metavar="SEKUNDEN",
        help="so lange muss eine Datei unverändert sein (sonst 5)",
    )
    watch.add_argument(
        "--json", action="store_true", help="Ausgabe als JSON, eine Zeile je Vorgang"
    )
    watch.set_defaults(run=_watch)


def _seconds(text: str) -> float:
    try:
        seconds = float(text.replace(",", "."))
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise argparse.ArgumentTypeError("erwartet wird eine Zahl von 0 bis 3600")
    return seconds


def _watch(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    _refuse_own(chosen.folder, services.settings.data)
    OwnFolders(services.settings).refuse(chosen.folder)
    if not (chosen.once or chosen.wait):
        _refuse_missing(chosen.folder)
    services.store.prepared()  # what is wrong with the database is told at once
    services.originals.check()
    share = Share(chosen.folder, LARGEST_FILE)
    watch = Watch(
        share,
        services.take_in,
        now,
        chosen.settle,
        LARGEST_FILE,
        services.settings.watch_keep_days,
    )
    stop, status = Stop(), errors.DONE
    with watched(chosen.folder, services.settings.data / "inbox"), stop.listening():
        for step in watch.steps(stop, once=chosen.once):
            _tell(step, as_json=chosen.json)
            if step.outcome == "refused" and chosen.once:
                status = errors.NEEDS_A_PERSON
    return status


def _refuse_missing(folder: Path) -> None:
    """Refuse a folder that is not there: a share that goes away later is waited for."""
    try:
        if folder.is_dir():
            return
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:  # a share in trouble
            return
    raise UsageError(
        "Diesen Ordner gibt es nicht.",
        "Bitte die Schreibweise prüfen; mit --wait wird gewartet, bis er da ist.",
    )


def _refuse_own(folder: Path, data: Path) -> None:
    """Refuse a folder that holds our own data, or lies in it: it would be taken in as well."""
    there, own = folder.resolve(), data.resolve()
    if there == own or there in own.parents or own in there.parents:
        raise UsageError(
            "Dieser Ordner enthält den Datenordner oder liegt darin.",
            "Bitte einen eigenen Ordner für Eingänge wählen.",
        )


def _tell(step: Step, *, as_json: bool) -> None:
    error = step.error
    if as_json:
        told: dict[str, object] = {"outcome": step.outcome, "file": step.name or None}
        told["document"] = step.document
        if step.outcome == "unfinished":
            told["count"] = step.count
        if error is not None:
            told["error"] = {"code": error.code, "message": error.message, "hint": error.hint}
        print(json.dumps(told, ensure_ascii=False), flush=True)
    elif step.outcome == "trouble" and error is not None:
        print(f"Es wird gewartet: {errors.printable(error.message)} {error.hint}", flush=True)
    elif step.outcome == "unfinished":
        told_ = counted(step.count, "Datei", "Dateien")
        print(f"Liegen gelassen, weil noch daran geschrieben wird: {told_}", flush=True)
    elif step.outcome == "well":
        print("Es geht weiter.", flush=True)
    else:
        what = _OUTCOMES[step.outcome]
        known = f" ({step.document})" if step.document else ""
        why = f": {errors.printable(error.message)} [{error.code}]" if error else ""
        print(f"{errors.printable(step.name)}: {what}{known}{why}", flush=True)
