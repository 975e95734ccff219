"""The living demo: an invented office in a folder of its own, served in the browser."""

import argparse
import os
import sys
from pathlib import Path

from formservice.adapters.isolation import processors
from formservice.application.terms import ROLES
from formservice.bootstrap import Settings
from formservice.bootstrap.demo_house import DemoHouse, demo_house
from formservice.cli import errors
from formservice.cli.serve import bound, served

_HOST, _PORT = "127.0.0.1", 8000


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add what concerns the living demo to the parser of the demo."""
    parser.add_argument(
        "--serve", action="store_true", help="danach eine Vorführung im Browser anbieten"
    )
    parser.add_argument(
        "--port", type=int, default=_PORT, metavar="NUMMER", help=f"dafür, sonst {_PORT}"
    )
    parser.add_argument(
        "--prepare",
        type=Path,
        metavar="ORDNER",
        help="nur die Anlage dieser Vorführung in einem Ordner herrichten",
    )


def folder() -> Path:
    """Return where the demo lies: beside the data folder, never in it."""
    data = Settings.from_environment().data
    return data.with_name(f"{data.name}-vorfuehrung")


def prepare(where: Path) -> int:
    """Prepare the demo in a folder and tell who may sign in; return the exit status."""
    _tell(_house(where))
    return errors.DONE


def refuse_busy(port: int) -> None:
    """Raise UsageError if something else answers at this port."""
    bound(_HOST, port).close()


def serve(port: int) -> int:
    """Prepare the demo beside the data folder unless it is there, and serve it."""
    print("\n4. Vorführung im Browser")
    house = _house(folder())
    # Workers are processes of their own, and have to be at work in this house.
    for name in [name for name in os.environ if name.startswith("FORMSERVICE_")]:
        del os.environ[name]
    os.environ.update(house.environment())
    _tell(house)
    print(f"   Ordner: {house.folder} (gelöscht beginnt die Vorführung von vorn)\n")
    return served(house.services(), _HOST, port, processors())


def _house(where: Path) -> DemoHouse:
    return demo_house(
        where,
        lambda line: print(f"   {line} …", flush=True),
        lambda line: print(f"   {line} …", file=sys.stderr, flush=True),
    )


def _tell(house: DemoHouse) -> None:
    print("   Anmelden mit einer dieser Adressen; das Kennwort ist für alle gleich:")
    for one in house.accounts.values():
        print(f"   {one['login']:26} {ROLES[one['role']]:16} {one['name']}")
    print(f"   Kennwort: {house.password}")
    print("   Einen zweiten Faktor verlangt nur die Vorführung nicht; einrichten geht im Konto.")
