"""``formservice backup``: keep everything a second time, and prove that it is still there."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from formservice.adapters.backup.folder import DATABASE, ORIGINALS
from formservice.bootstrap import Services, Settings
from formservice.cli import errors
from formservice.cli.files import named
from formservice.cli.german import counted
from formservice.cli.steps import Steps
from formservice.domain.errors import UsageError

if TYPE_CHECKING:
    from formservice.adapters.backup.backup import Made
    from formservice.adapters.backup.check import Checked

STEPS = {DATABASE: "Zeilen der Datenbank", ORIGINALS: "Originale und Kopien"}
_SHOWN = 20


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    one = commands.add_parser(
        "backup",
        help="alles sichern, während andere arbeiten; Sicherungen prüfen",
        description="Sichert Datenbank, Originale, Archivkopien, Köpfe, Schlüssel und"
        " Einstellungen in einen Ordner, ohne jemanden aufzuhalten. Was dort von früher liegt,"
        " wird verglichen und nicht noch einmal geschrieben. Eine Sicherung ist vollständig oder"
        " nicht da. Enthält Sozialdaten.",
    )
    one.add_argument(
        "target", type=named, metavar="ZIEL", help="Ordner, am besten auf einem anderen Gerät"
    )
    one.add_argument("--check", action="store_true", help="nur prüfen, was dort gesichert ist")
    one.add_argument("--name", metavar="NAME", help="mit --check: nur diese Sicherung")
    one.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    one.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    if chosen.name and not chosen.check:
        raise UsageError("--name geht nur zusammen mit --check.", "Den Namen gibt die Zeit.")
    services, target, steps = (
        Services(Settings.from_environment()),
        Path(chosen.target),
        Steps(STEPS),
    )
    try:
        if chosen.check:
            return _checked(
                services.backups_checked(target, chosen.name, steps), as_json=chosen.json
            )
        return _made(services.backup(target, steps), as_json=chosen.json)
    finally:
        steps.close()


def _made(made: "Made", *, as_json: bool) -> int:
    if as_json:
        print(json.dumps(asdict(made), ensure_ascii=False, indent=1))
    else:
        held = counted(made.documents, "Vorgang", "Vorgänge")
        files = counted(made.originals, "Original oder Kopie", "Originale und Kopien")
        print(f"Gesichert als {made.name}: {held}, {files}, Stand Ereignis {made.event}.")
        print(f"Davon neu geschrieben: {made.copied} ({made.bytes / 1e6:.1f} MB).")
        if made.mended:
            print(f"Dort beschädigt und erneuert: {made.mended}.")
        print(f"Prüfwert: {made.proof}")
    if made.lost:
        print("✗ Das fehlt in der Anlage selbst oder ist beschädigt:", file=sys.stderr)
        _list(made.lost)
        print("Hinweis: „formservice archive verify“ sagt mehr.", file=sys.stderr)
    return errors.NEEDS_A_PERSON if made.lost else errors.DONE


def _checked(found: "Checked", *, as_json: bool) -> int:
    if as_json:
        told = {"whole": not found.faults, **asdict(found)}
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        held = counted(len(found.backups), "Sicherung", "Sicherungen")
        files = counted(found.originals, "Original oder Kopie", "Originale und Kopien")
        said = "Unversehrt" if not found.faults else "Geprüft"
        print(f"{said}: {held} ({found.backups[-1]}), {files}.")
        for one in found.faults:
            print(f"✗ {errors.printable(one.message)}")
    if found.faults:
        print(
            "Hinweis: Die nächste Sicherung dorthin erneuert beschädigte Originale, solange die"
            " Anlage sie hat.",
            file=sys.stderr,
        )
    return errors.NEEDS_A_PERSON if found.faults else errors.DONE


def _list(names: Sequence[str]) -> None:
    for one in names[:_SHOWN]:
        print(f"  {one}", file=sys.stderr)
    if len(names) > _SHOWN:
        print(f"  und {len(names) - _SHOWN} weitere", file=sys.stderr)
