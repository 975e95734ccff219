"""Brings a database to the present schema; each step is taken once, all in one transaction."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, select

from formservice.adapters.store.engine import writing
from formservice.adapters.store.step import NEWEST, refuse_unsuitable, standing
from formservice.domain.errors import StorageError

_STEPS = "formservice.adapters.store:migrations"
_LOCK = 0x6D696772


def migrated(engine: Engine) -> bool:
    """Bring a database to the present schema; say whether there was anything to do.

    An embedded database is copied beside itself before, once for each step it stood at. Several
    processes may ask at once: one does it, the others wait.

    Raises:
        StorageError: the database was made by a newer version of this program, or its server
            does not suit.
    """
    refuse_unsuitable(engine)
    before = standing(engine)
    if before == NEWEST:
        return False
    if before is not None and before not in known_steps():
        raise StorageError(
            "Die Datenbank gehört zu einer neueren Fassung des Programms.",
            "Bitte das Programm aktualisieren; zurück geht es nur mit einer Datensicherung.",
        )
    if before is not None:
        copied(engine, before)
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", _STEPS)
    config.set_main_option("path_separator", "os")
    return config


def known_steps() -> list[str]:
    """Return all steps of this program, the newest first."""
    return [step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()]


def copied(engine: Engine, step: str) -> None:
    """Copy an embedded database beside itself, whole at one point in time."""
    if engine.dialect.name != "sqlite":
        return  # whoever runs a server has backups of it
    file = Path(engine.url.database or "")
    target = file.with_name(f"{file.stem}-vor-{step}.sqlite")
    if target.exists():
        return
    new = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        # An empty file that only we may read: what is written into it stays so.
        new.touch(mode=0o600)
        # On the driver's own connection: SQLite copies outside of any transaction only.
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(new),))
        new.replace(target)
    except (sqlite3.Error, OSError) as error:
        new.unlink(missing_ok=True)
        raise StorageError(
            "Vor der Umstellung lässt sich die Datenbank nicht sichern; nichts wurde geändert."
        ) from error
