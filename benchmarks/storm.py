"""The kill storm at full size, on both databases: ``make storm``.

300 documents of four stages, 60 workers killed and ten frozen beyond their lease and woken, and
the producer killed and everything sent once more. Ends with 1 if anything was lost or doubled.
"""

import sys
import tempfile
from pathlib import Path

from formservice.adapters.store.engine import embedded
from tests.store import postgres
from tests.store.storm import Size, Told, storm

_SIZE = Size(documents=300, kills=60, zombies=10, lease=2.0, seconds=1200.0)
_NAMES = ("Datenbank", "kill -9", "Zombies", "begonnen", "beendet", "Ergebnisse", "Sekunden")


def main() -> int:
    """Run both and print the table."""
    print("| " + " | ".join(_NAMES) + " |")
    print("|---" * len(_NAMES) + "|")
    faults: list[str] = []
    for name in ("SQLite", "PostgreSQL"):
        with tempfile.TemporaryDirectory() as folder:
            told = _one(name, Path(folder))
        if told is None:
            print(f"{name}: {postgres.MISSING}")
            continue
        counts = (told.kills, told.zombies, told.claims, told.ends, told.effects)
        print("| " + " | ".join(map(str, (name, *counts, round(told.seconds)))) + " |", flush=True)
        faults += told.faults
        if told.kills < _SIZE.kills or told.zombies < _SIZE.zombies:
            faults.append(f"{name}: the storm was too weak")
    for one in faults:
        print(f"✗ {one}")
    print(f"{len(faults)} Fehler." if faults else "Jedes Dokument endete genau einmal.")
    return int(bool(faults))


def _one(name: str, folder: Path) -> Told | None:
    if name == "SQLite":
        return storm(embedded(folder), folder, _SIZE)
    if postgres.programs() is None:
        return None
    with postgres.database(folder, durable=True) as url:
        return storm(url, folder, _SIZE)


if __name__ == "__main__":
    sys.exit(main())
