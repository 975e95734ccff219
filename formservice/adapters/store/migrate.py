"""Brings a database to the present schema; each step is taken once, all in one transaction."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select

from formservice.adapters.lasting import settled
from formservice.adapters.store import by_itself
from formservice.adapters.store.engine import explained, writing
from formservice.adapters.store.step import NEWEST, refuse_unsuitable, standing, stands_at
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
    if engine.dialect.name == "sqlite":
        with _remaking(engine) as connection:
            if stands_at(connection) != NEWEST:  # another process may have been faster
                _remade(connection)
        return True
    with writing(engine) as connection:
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        _steps_taken(connection)
    return True


def _steps_taken(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def _remaking(engine: Engine) -> Iterator[Connection]:
    """Open a transaction in which SQLite may make a table anew that others refer to.

    That has to be said before it begins.
    """
    with explained(), engine.connect() as connection:
        cursor = connection.connection.cursor()
        (before,) = cursor.execute("PRAGMA foreign_keys").fetchone()
        cursor.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            cursor.execute(f"PRAGMA foreign_keys = {before}")


def _remade(connection: Connection) -> None:
    """Take the steps on SQLite.

    A table that is made anew loses its triggers, and cannot get its name while those of others
    name it: while steps are taken there are none.
    """
    had_any = by_itself.stopped(connection)
    _steps_taken(connection)
    if had_any:
        by_itself.begun(connection)
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise StorageError(
            "In der Datenbank fehlt, worauf sie verweist; nichts wurde geändert.",
            "Bitte „formservice archive verify“ mit der bisherigen Ausgabe ausführen.",
        )


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
        settled(new, target)
    except (sqlite3.Error, OSError) as error:
        new.unlink(missing_ok=True)
        raise StorageError(
            "Vor der Umstellung lässt sich die Datenbank nicht sichern; nichts wurde geändert."
        ) from error
