"""Names as they are compared: small letters, without umlauts and accents, on both databases."""

import sqlite3
import unicodedata
from typing import Any  # columns of any kind

from sqlalchemy import ColumnElement, Connection, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ł": "l", "đ": "d"})
# What PostgreSQL replaces letter by letter; it has no function for accents without an extension.
_ACCENTED = "áàâãåāăąçćčďèéêëēėęěğìíîïīįıķĺļľłñńņňòóôõōőøŕřśşšșţťțùúûūůűųýÿźżžđ"
_PLAIN = "".join(
    unicodedata.normalize("NFD", one.translate(_GERMAN).replace("ø", "o"))[0] for one in _ACCENTED
)


class folded_column(FunctionElement[str]):  # noqa: N801 - reads as the SQL function that it is
    """A column of names as ``folded`` has them."""

    type = String()
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        """Fold ``column``."""
        super().__init__(column)


@compiles(folded_column, "sqlite")
def _sqlite(element: Any, compiler: Any, **given: Any) -> str:  # SQLAlchemy's own signature
    return f"folded({compiler.process(element.clauses, **given)})"


@compiles(folded_column, "postgresql")
def _postgresql(element: Any, compiler: Any, **given: Any) -> str:  # SQLAlchemy's own signature
    told = f"lower({compiler.process(element.clauses, **given)})"
    for sign, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        told = f"replace({told}, '{sign}', '{plain}')"
    return f"translate({told}, '{_ACCENTED}', '{_PLAIN}')"


def folded(text: str) -> str:
    """Return a name as names are compared."""
    small = text.lower().translate(_GERMAN).replace("ø", "o")
    plain = unicodedata.normalize("NFD", small)
    return "".join(one for one in plain if not unicodedata.combining(one))


def with_folding(connection: Connection) -> Connection:
    """Teach SQLite the function, whose own ``lower`` knows ASCII only; return the connection."""
    raw = connection.connection.driver_connection
    if isinstance(raw, sqlite3.Connection):
        raw.create_function("folded", 1, _of_row, deterministic=True)
    return connection


def _of_row(value: object) -> str | None:
    return folded(value) if isinstance(value, str) else None
