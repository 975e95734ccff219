"""At which step of its schema a database stands; told without what takes the steps."""

from sqlalchemy import Connection, Engine, inspect, text

from formservice.adapters.store.engine import reading
from formservice.domain.errors import StorageError

NEWEST = "0002"
"""The step of this program."""

_OLDEST = 15


def standing(engine: Engine) -> str | None:
    """Return the step a database stands at, None if it is empty."""
    with reading(engine) as connection:
        return stands_at(connection)


def stands_at(connection: Connection) -> str | None:
    """Return the same, inside a transaction."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def refuse_outdated(engine: Engine) -> None:
    """Raise a StorageError that says what to do unless a database is at the step of this program.

    Several programs may use a server's database: whether it may change is for people to say.
    """
    step = standing(engine)
    if step != NEWEST:
        raise StorageError(
            f"Die Datenbank steht auf Schritt {step or '–'}, gebraucht wird {NEWEST}.",
            "Bitte sichern und dann „formservice migrate“ ausführen.",
        )


def refuse_unsuitable(engine: Engine) -> None:
    """Raise a StorageError for a server too old, or a database that cannot hold every letter."""
    if engine.dialect.name != "postgresql":
        return
    with reading(engine) as connection:
        version, encoding = connection.execute(
            text("SELECT current_setting('server_version_num')::int, getdatabaseencoding()")
        ).one()
    if version < _OLDEST * 10_000:
        raise StorageError(f"Gebraucht wird PostgreSQL ab {_OLDEST}; hier läuft ein älteres.")
    if encoding != "UTF8":
        raise StorageError(
            "Die Datenbank hat nicht die Kodierung UTF8.",
            "Bitte eine neue anlegen: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
        )


def try_to_write(connection: Connection) -> None:
    """Write what stands there already; an error of the database says why not."""
    connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
