"""The tables of those who use the service in a browser, and of what they have begun there.

Secrets stand here as hashes; those that are needed again (``accounts.totp``, ``sessions.hint``,
``webhooks``) sealed with the key of the installation, which is no part of the database. What holds
contents of forms (``drafts``, ``issued``) goes with the document or case it belongs to.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from formservice.adapters.store.schema_names import metadata

_ID = String(64)
_HASH = String(64)
_TIME = Float(53)

# How somebody of ``users`` shows who they are: a password and a second factor, or another
# service (OIDC) that says so.
accounts = Table(
    "accounts",
    metadata,
    Column("user", ForeignKey("users.id"), primary_key=True),
    Column("login", String(254)),
    Column("email", String(254)),
    Column("password", Text),
    Column("must_change", Boolean, nullable=False, default=False),
    Column("totp", Text),
    Column("totp_step", Integer),
    Column("issuer", Text),
    Column("subject", String(255)),
    Column("acknowledged", String(32)),
    Column("acknowledged_at", _TIME),
    Column("confirmed_at", _TIME),
    Column("last_login_at", _TIME),
    Column("created_at", _TIME, nullable=False),
    UniqueConstraint("login"),
    UniqueConstraint("issuer", "subject"),
)

# Tries to sign in, by a keyed hash of the login: also of logins that nobody has, so that the
# answer is the same.
attempts = Table(
    "attempts",
    metadata,
    Column("key", _HASH, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", _TIME, nullable=False),
    Column("at", _TIME, nullable=False, index=True),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("hash", _HASH, primary_key=True),
    Column("user", ForeignKey("users.id"), nullable=False, index=True),
    Column("used_at", _TIME),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", _HASH, primary_key=True),
    # As addresses name it: no secret, and nothing made of one.
    Column("id", _ID, nullable=False),
    Column("user", ForeignKey("users.id"), nullable=False, index=True),
    Column("agent", String(200), nullable=False, default=""),
    Column("missing", String(64), nullable=False, default=""),
    Column("created_at", _TIME, nullable=False),
    Column("seen_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False, index=True),
    # Of a session that another service opened: how that one names it, and what ends it there.
    Column("sid", String(255), index=True),
    Column("hint", Text),
    UniqueConstraint("id"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("hash", _HASH, primary_key=True),
    Column("email", String(254), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("traeger", ForeignKey("traeger.id"), index=True),
    Column("invited_by", _ID, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("used_at", _TIME),
    Column("withdrawn_at", _TIME),
)

# Of programs (``api``) and of calendars (``calendar``), which can show no more than an address.
tokens = Table(
    "tokens",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("hash", _HASH, nullable=False),
    Column("user", ForeignKey("users.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("expires_at", _TIME),
    Column("used_at", _TIME),
    Column("revoked_at", _TIME),
    UniqueConstraint("hash"),
)

# Who looked at a document, and when (§ 35 SGB I): ids only, and not for ever.
reads = Table(
    "reads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", _ID, nullable=False, index=True),
    Column("user", _ID, nullable=False),
    Column("what", String(32), nullable=False),
    Column("at", _TIME, nullable=False, index=True),
)

# What somebody has typed and not yet saved; ``subject`` says for what (a document, a
# participation), ``version`` is raised with every save so that two windows do not fight.
drafts = Table(
    "drafts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("user", ForeignKey("users.id"), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("subject", _ID, nullable=False),
    Column("document", ForeignKey("documents.id"), index=True),
    Column("case", ForeignKey("cases.id"), index=True),
    Column("body", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("base", Integer, nullable=False, default=0),
    Column("updated_at", _TIME, nullable=False),
    Column("discarded_at", _TIME),
    UniqueConstraint("user", "kind", "subject"),
)

# Forms that were made for somebody: by the reference printed on them they are known again.
issued = Table(
    "issued",
    metadata,
    Column("reference", String(32), primary_key=True),
    Column("form", String(64), nullable=False),
    Column("edition", String(16), nullable=False),
    Column("case", ForeignKey("cases.id"), index=True),
    Column("participation", ForeignKey("participations.id"), index=True),
    Column("document", ForeignKey("documents.id"), index=True),
    Column("values", JSON, nullable=False),
    Column("format", String(8), nullable=False),
    Column("author", _ID, nullable=False),
    Column("created_at", _TIME, nullable=False, index=True),
    Column("sent_at", _TIME),
    # Those that were made at once, to be fetched as one file.
    Column("batch", _ID, index=True),
)

# Which events of the chain are about a case, and what a change by hand replaced: so that it can
# be taken back. ``undone`` is the event that did so.
case_events = Table(
    "case_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False, index=True),
    Column("event", ForeignKey("events.seq"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("subject", _ID, nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Column("undone", Integer),
)

# What the office writes again and again, when it gives a form back: to be changed by everybody.
messages = Table(
    "messages",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("title", String(100), nullable=False),
    Column("body", Text, nullable=False),
    Column("author", _ID, nullable=False),
    Column("updated_at", _TIME, nullable=False),
)

# That somebody handed in a version of a document, and when: what the receipt says.
submissions = Table(
    "submissions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("document", ForeignKey("documents.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("user", _ID, nullable=False),
    Column("sha256", _HASH, nullable=False),
    Column("original", _HASH),
    Column("at", _TIME, nullable=False),
)

# What a program asked for once, so that the same request sent again is answered the same.
idempotency = Table(
    "idempotency",
    metadata,
    Column("key", String(128), primary_key=True),
    Column("user", _ID, primary_key=True),
    Column("request", _HASH, nullable=False),
    Column("status", Integer),
    Column("answer", LargeBinary),
    Column("media_type", String(64)),
    Column("created_at", _TIME, nullable=False, index=True),
)

# Who is told of what happens. What is sent is signed with the secret, which is sealed here.
# For a while after a renewal it is signed with the previous one, too.
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("user", ForeignKey("users.id"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("previous", Text),
    Column("previous_until", _TIME),
    Column("types", Text, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", _TIME, nullable=False),
    Index("ix_webhooks_active", "active"),
)

# What pages and forms take from somebody: how they are reached (telephone, mail).
preferences = Table(
    "preferences",
    metadata,
    Column("user", ForeignKey("users.id"), primary_key=True),
    Column("body", JSON, nullable=False),
)

# Who looks through a document at the desk, until when it is theirs, and up to which version
# somebody has looked at all that was in doubt. It says who does what next, nothing of contents.
desk = Table(
    "desk",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("user", _ID),
    Column("until", _TIME, nullable=False, default=0.0),
    Column("done_version", Integer, nullable=False, default=0),
    Index("ix_desk_user", "user", "until"),
)

# Files that somebody uploaded together.
batches = Table(
    "batches",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("user", _ID, nullable=False, index=True),
    Column("created_at", _TIME, nullable=False, index=True),
)

batch_files = Table(
    "batch_files",
    metadata,
    Column("batch", ForeignKey("batches.id"), primary_key=True),
    Column("document", ForeignKey("documents.id"), primary_key=True, index=True),
    Column("known", Boolean, nullable=False, default=False),
    Column("pages", Integer),
)

# Goals of plans, of the newest version: when they are looked at again. Their words stand in the
# record only, whose opening is written down.
goals = Table(
    "goals",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("review", Date, index=True),
    Column("is_open", Boolean, nullable=False),
)
