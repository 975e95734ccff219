"""``formservice archive calibration``: what people decided, to measure the acceptance rule by."""

import argparse
import json
from dataclasses import asdict

from formservice.bootstrap import Settings
from formservice.bootstrap.desk import DeskServices
from formservice.cli import errors


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = actions.add_parser(
        "calibration",
        help="ob Lesungen stimmten, die jemand nachgeprüft hat (JSON-Zeilen, ohne Inhalte)",
        description="Gibt für jede Angabe, die vom Bild gelesen und von jemandem angesehen wurde,"
        " eine JSON-Zeile aus: Art, Sicherheit, Zweifel, und ob die Lesung stimmte. Inhalte,"
        " Namen und Kennungen von Vorgängen stehen nicht darin. „python -m benchmarks.accuracy"
        " --decided DATEI“ rechnet damit.",
    )
    parser.set_defaults(run=_run)


def _run(_: argparse.Namespace) -> int:
    for line in DeskServices(Settings.from_environment()).calibration():
        print(json.dumps(asdict(line)))
    return errors.DONE
