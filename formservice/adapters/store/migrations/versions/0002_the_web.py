"""Accounts, sessions and drafts: what people need who use the service in a browser."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any  # records have the shape of the JSON contract

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables of the web."""
    op.create_table(
        "idempotency",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("media_type", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("key", "user", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False)
    op.create_table(
        "reads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reads")),
    )
    op.create_index(op.f("ix_reads_at"), "reads", ["at"], unique=False)
    op.create_index(op.f("ix_reads_document"), "reads", ["document"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=254), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("totp", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("subject", sa.String(length=255), nullable=True),
        sa.Column("acknowledged", sa.String(length=32), nullable=True),
        sa.Column("acknowledged_at", sa.Float(precision=53), nullable=True),
        sa.Column("confirmed_at", sa.Float(precision=53), nullable=True),
        sa.Column("last_login_at", sa.Float(precision=53), nullable=True),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_accounts_user")),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_accounts")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_accounts_issuer_subject")),
        sa.UniqueConstraint("login", name=op.f("uq_accounts_login")),
    )
    op.create_table(
        "attempts",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Float(precision=53), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_at"), "attempts", ["at"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("traeger", sa.String(length=64), nullable=True),
        sa.Column("invited_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("expires_at", sa.Float(precision=53), nullable=False),
        sa.Column("used_at", sa.Float(precision=53), nullable=True),
        sa.Column("withdrawn_at", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(["traeger"], ["traeger.id"], name=op.f("fk_invitations_traeger")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_invitations")),
    )
    op.create_index(op.f("ix_invitations_traeger"), "invitations", ["traeger"], unique=False)
    op.create_table(
        "preferences",
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_preferences_user")),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_preferences")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_recovery_codes_user")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_user"), "recovery_codes", ["user"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("missing", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("seen_at", sa.Float(precision=53), nullable=False),
        sa.Column("expires_at", sa.Float(precision=53), nullable=False),
        sa.Column("sid", sa.String(length=255), nullable=True),
        sa.Column("hint", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_sessions_user")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sessions")),
        sa.UniqueConstraint("id", name=op.f("uq_sessions_id")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_sid"), "sessions", ["sid"], unique=False)
    op.create_index(op.f("ix_sessions_user"), "sessions", ["user"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("expires_at", sa.Float(precision=53), nullable=True),
        sa.Column("used_at", sa.Float(precision=53), nullable=True),
        sa.Column("revoked_at", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_tokens_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash")),
    )
    op.create_index(op.f("ix_tokens_user"), "tokens", ["user"], unique=False)
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=True),
        sa.Column("previous_until", sa.Float(precision=53), nullable=True),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_webhooks_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index("ix_webhooks_active", "webhooks", ["active"], unique=False)
    op.create_index(op.f("ix_webhooks_user"), "webhooks", ["user"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=True),
        sa.Column("case", sa.String(length=64), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.Float(precision=53), nullable=False),
        sa.Column("discarded_at", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_drafts_case")),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_drafts_document")),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_drafts_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("user", "kind", "subject", name=op.f("uq_drafts_user_kind_subject")),
    )
    op.create_index(op.f("ix_drafts_case"), "drafts", ["case"], unique=False)
    op.create_index(op.f("ix_drafts_document"), "drafts", ["document"], unique=False)
    op.create_index(op.f("ix_drafts_user"), "drafts", ["user"], unique=False)
    op.create_table(
        "submissions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("original", sa.String(length=64), nullable=True),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["documents.id"], name=op.f("fk_submissions_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
    )
    op.create_index(op.f("ix_submissions_document"), "submissions", ["document"], unique=False)
    op.create_table(
        "issued",
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.String(length=16), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=True),
        sa.Column("participation", sa.String(length=64), nullable=True),
        sa.Column("document", sa.String(length=64), nullable=True),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("sent_at", sa.Float(precision=53), nullable=True),
        sa.Column("batch", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_issued_case")),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_issued_document")),
        sa.ForeignKeyConstraint(
            ["participation"], ["participations.id"], name=op.f("fk_issued_participation")
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_issued")),
    )
    op.create_index(op.f("ix_issued_batch"), "issued", ["batch"], unique=False)
    op.create_index(op.f("ix_issued_case"), "issued", ["case"], unique=False)
    op.create_index(op.f("ix_issued_created_at"), "issued", ["created_at"], unique=False)
    op.create_index(op.f("ix_issued_document"), "issued", ["document"], unique=False)
    op.create_index(op.f("ix_issued_participation"), "issued", ["participation"], unique=False)
    op.create_table(
        "case_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("undone", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_case_events_case")),
        sa.ForeignKeyConstraint(["event"], ["events.seq"], name=op.f("fk_case_events_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
    )
    op.create_index(op.f("ix_case_events_case"), "case_events", ["case"], unique=False)
    op.create_index(op.f("ix_case_events_event"), "case_events", ["event"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("updated_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_table(
        "desk",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=True),
        sa.Column("until", sa.Float(precision=53), nullable=False),
        sa.Column("done_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_desk_document")),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_desk")),
    )
    op.create_index("ix_desk_user", "desk", ["user", "until"], unique=False)
    op.create_table(
        "batches",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index(op.f("ix_batches_user"), "batches", ["user"], unique=False)
    op.create_index(op.f("ix_batches_created_at"), "batches", ["created_at"], unique=False)
    op.create_table(
        "batch_files",
        sa.Column("batch", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name=op.f("fk_batch_files_batch")),
        sa.ForeignKeyConstraint(
            ["document"], ["documents.id"], name=op.f("fk_batch_files_document")
        ),
        sa.PrimaryKeyConstraint("batch", "document", name=op.f("pk_batch_files")),
    )
    op.create_index(op.f("ix_batch_files_document"), "batch_files", ["document"], unique=False)
    goals = op.create_table(
        "goals",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("review", sa.Date(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_goals_document")),
        sa.PrimaryKeyConstraint("document", "number", name=op.f("pk_goals")),
    )
    op.create_index(op.f("ix_goals_review"), "goals", ["review"], unique=False)
    # Null: whoever knows the definitions reads them anew (chore „goals“).
    op.add_column("documents", sa.Column("goals_by", sa.String(length=64), nullable=True))
    _fill(goals)


def _fill(goals: sa.Table) -> None:
    """Write the goals of the plans that are there already; what follows they get when kept."""
    documents = sa.table("documents", sa.column("id"), sa.column("version"), sa.column("form"))
    records = sa.table(
        "records", sa.column("document"), sa.column("version"), sa.column("reading", sa.JSON())
    )
    newest = (records.c.document == documents.c.id) & (records.c.version == documents.c.version)
    query = sa.select(records.c.document, records.c.reading).join(documents, newest)
    for row in op.get_bind().execute(query.where(documents.c.form == _PLAN)).all():
        rows = [{"document": row.document, **one} for one in _goal_rows(row.reading)]
        if rows:
            op.bulk_insert(goals, rows)


# As the program read goals when this step was made. A step does what it did then on every
# database, however old: what forms say of their goals today is no matter of it.
_PLAN = "integrationsfoerderplan"
_DONE = ("erreicht", "zurueckgestellt")


def _goal_rows(reading: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    fields, number = reading.get("fields") or {}, 0
    while f"ziele[{number}].text" in fields:
        text, stand, day = (
            (fields.get(f"ziele[{number}].{name}") or {}).get("value")
            for name in ("text", "stand", "wiedervorlage")
        )
        number += 1
        if text or day:
            yield {"number": number, "review": _day(day), "is_open": stand not in _DONE}


def _day(told: object) -> date | None:
    try:
        return date.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
