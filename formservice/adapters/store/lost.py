"""An empty database beside originals or heads is none that is new: the one they belong to is lost.

Whoever went on would be told that nothing was ever received, back up an empty archive, and begin a
second chain beside the heads of the first.
"""

from sqlalchemy import Engine, inspect, select

from formservice.adapters.heads import Heads
from formservice.adapters.store import schema
from formservice.adapters.store.engine import reading
from formservice.application.ports_store import Originals
from formservice.domain.errors import StorageError

# The first original of a new installation is kept before its first row is written.
_FIRST_S = 3600.0


def refuse_lost(engine: Engine, heads: Heads, originals: Originals) -> None:
    """Raise a StorageError if the database is empty and there was another one before it."""
    if not _is_empty(engine):
        return
    if not heads.any() and next(originals.names(_FIRST_S), None) is None:
        return
    raise StorageError(
        "Die Datenbank ist leer oder fehlt, aber Originale oder Köpfe einer früheren sind da.",
        "Bitte die Einstellung der Datenbank prüfen oder eine Sicherung zurückspielen"
        " („formservice restore“, in einen leeren Datenordner). Wer neu beginnen will, legt den"
        " Ordner mit Originalen und Köpfen beiseite.",
    )


def _is_empty(engine: Engine) -> bool:
    """Say whether nothing has ever happened in a database: what happened, its events tell."""
    with reading(engine) as connection:
        if not inspect(connection).has_table(schema.events.name):
            return True
        return connection.execute(select(schema.events.c.seq).limit(1)).first() is None
