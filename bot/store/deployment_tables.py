"""Tables of approvals and deployments: part 2 fills them; their names need not change.

States are text without CHECK, aggregates carry `version`, migrations only add. Numbers in ids (`J142`) are the
integer primary keys; the letter is the surface's.
"""

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.store.base import Id, metadata
from bot.store.types import UtcDateTime

request = Table(
    "request",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("target", String, nullable=False),
    Column("spec", JSON, nullable=False),
    Column("digest", String, nullable=False),
    Column("round", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("requester", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("policy", JSON, nullable=False),
    Column("closes_at", UtcDateTime),
    Column("decided_at", UtcDateTime),
    Column("version", Integer, nullable=False),
)

request_round = Table(
    "request_round",
    metadata,
    Column("request", Id, ForeignKey("request.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("spec", JSON, nullable=False),
    Column("digest", String, nullable=False),
    Column("opened_by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

vote = Table(
    "vote",
    metadata,
    Column("request", Id, ForeignKey("request.id"), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("decision", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

deployment = Table(
    "deployment",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("connection", String, nullable=False),
    Column("name", String, nullable=False),
    Column("incarnation", Integer, nullable=False),
    Column("model", String, nullable=False),
    Column("job", Id, ForeignKey("job.id")),
    Column("request", Id, ForeignKey("request.id")),
    Column("owner", String),
    Column("sku", String, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("until", UtcDateTime),
    Column("replaces", Id),
    Column("state", String, nullable=False),
    Column("raw_state", String, nullable=False),
    Column("operation", JSON),
    Column("remote", JSON),
    Column("created_remote", UtcDateTime),
    Column("first_ok_at", UtcDateTime),
    Column("last_use", JSON),
    Column("kept_at", UtcDateTime),
    Column("gone_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    UniqueConstraint("connection", "name", "incarnation"),
)

idle_spell = Table(
    "idle_spell",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("deployment", Id, ForeignKey("deployment.id"), nullable=False),
    Column("rule", String, nullable=False),
    Column("basis_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("warned", JSON, nullable=False),
    Column("ended_at", UtcDateTime),
    Index(
        "uq_idle_spell_open",
        "deployment",
        "rule",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
