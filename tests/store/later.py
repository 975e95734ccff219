"""A step that a later program has: it makes the tables anew that others refer to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.config import Config
from sqlalchemy import Connection, text

import formservice
from formservice.adapters.store import migrate
from formservice.adapters.store.step import NEWEST

LATER = f"{int(NEWEST) + 1:04}"
_STEP = f"""
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{LATER}", "{NEWEST}"


def upgrade():
    for table in ("documents", "search", "case_documents"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("later", sa.String(8), server_default="x", nullable=False))
            batch.create_check_constraint("later", "later <> ''")
"""


@contextmanager
def later_program(folder: Path, step: str = _STEP) -> Iterator[None]:
    """Let this program be one with a further step."""
    versions = Path(formservice.__file__).parent / "adapters/store/migrations/versions"
    folder.mkdir(exist_ok=True)
    (folder / f"{LATER}_later.py").write_text(step, "utf-8")
    own = migrate._config

    def config() -> Config:
        made = own()
        made.set_main_option("version_locations", f"{versions}:{folder}")
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "_config", config)
        patch.setattr(migrate, "NEWEST", LATER)
        yield


def structure(connection: Connection) -> set[tuple[str, ...]]:
    """Return what refers, indexes and follows by itself in a database."""
    if connection.dialect.name == "sqlite":
        own = text("SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
        found = {tuple(row) for row in connection.execute(own)}
        tables = [name for kind, name, _ in found if kind == "table"]
        for table in tables:
            rows = connection.exec_driver_sql(f"PRAGMA foreign_key_list({table})")
            found |= {("refers", table, row[3], row[2], row[4]) for row in rows}
        return found
    own = text(
        "SELECT 'index', indexname, tablename FROM pg_indexes WHERE schemaname = 'public'"
        " UNION ALL SELECT contype::text, conname, conrelid::regclass::text FROM pg_constraint"
        " WHERE conname NOT LIKE '%later'"
        " UNION ALL SELECT 'trigger', tgname, tgrelid::regclass::text FROM pg_trigger"
        " WHERE NOT tgisinternal"
    )
    return {tuple(row) for row in connection.execute(own)}
