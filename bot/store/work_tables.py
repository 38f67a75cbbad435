"""Tables of what must happen later: tasks, messages, and what was seen already.

States are text without CHECK, aggregates carry `version`, migrations only add. Numbers in ids (`J142`) are the
integer primary keys; the letter is the surface's.
"""

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from bot.store.base import Id, metadata
from bot.store.types import UtcDateTime

OPEN_TASK = "state IN ('queued', 'leased')"

task = Table(
    "task",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("key", String, nullable=False),
    Column("lane", String, nullable=False),
    Column("lock_key", String),
    Column("v", Integer, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("wanted_at", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("delays", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("lease_owner", String),
    Column("lease_token", Integer, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("last_error", Text),
    Column("corr", String, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index(
        "uq_task_open_key", "key", unique=True, sqlite_where=text(OPEN_TASK), postgresql_where=text(OPEN_TASK)
    ),
    Index("ix_task_due", "state", "lane", "due_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("v", Integer, nullable=False),
    Column("params", JSON, nullable=False),
    Column("target", JSON, nullable=False),
    Column("parent_key", String),
    Column("locale", String, nullable=False),
    Column("state", String, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_try_at", UtcDateTime),
    Column("lease_token", Integer, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("file", JSON),
    Column("channel", String),
    Column("ts", String),
    Column("last_error", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Index("ix_outbox_due", "state", "due_at"),
)

message_ref = Table(
    "message_ref",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),
    Column("purpose", String, nullable=False),
    Column("subject", String, nullable=False, index=True),
    Column("team_id", String, nullable=False),
    Column("target", JSON, nullable=False),
    Column("channel", String),
    Column("ts", String),
    Column("dirty", Integer, nullable=False),
    Column("rendered", Integer, nullable=False),
    Column("rendered_digest", String),
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_try_at", UtcDateTime),
    Column("last_error", Text),
    Index("ix_message_ref_dirty", "due_at"),
)

pace = Table(
    "pace",
    metadata,
    Column("channel", String, primary_key=True),
    Column("next_at", UtcDateTime, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("key", String, primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Id, nullable=False),
)
