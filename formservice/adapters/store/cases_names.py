"""Names as they are compared: small letters, without umlauts and accents, on both databases."""

import sqlite3
import unicodedata
from datetime import date
from typing import Any  # columns of any kind

from sqlalchemy import ColumnElement, Connection, String, and_, false, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from formservice.adapters.store import schema
from formservice.adapters.store.rows import text_of
from formservice.application.assigning import Wanted
from formservice.domain.values import is_date, parse_date

_persons = schema.persons
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


def named(words: str, wanted: Wanted) -> ColumnElement[bool]:
    """Return the condition that ``words`` are the number, or the whole name with a day of birth.

    The back office has no cases of its own and needs to know of none but the one that the paper
    in its hand names (§ 35 SGB I). So part of a name finds nothing, and a name alone neither. The
    day may be typed, before or behind the name, or be the one that was read.
    """
    told = " ".join(text_of(words).replace(",", " ").split())
    if not told:
        return false()
    ways = [folded_column(_persons.c.number) == folded(told)]
    name, born = _name_and_day(told)
    day = born or wanted.born
    if name and day is not None:
        vorname, family = folded_column(_persons.c.vorname), folded_column(_persons.c.name)
        orders = (vorname + " " + family, family + " " + vorname)
        same = or_(*(one == folded(name) for one in orders))
        ways.append(and_(same, _persons.c.geburtsdatum == day))
    return or_(*ways)


def _of_row(value: object) -> str | None:
    return folded(value) if isinstance(value, str) else None


def _name_and_day(told: str) -> tuple[str, date | None]:
    first, _, rest = told.partition(" ")
    before, _, last = told.rpartition(" ")
    for day, name in ((last, before), (first, rest)):
        if is_date(day):
            return name, parse_date(day)
    return told, None
