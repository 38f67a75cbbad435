"""Tables of approvals and deployments.

States are text without CHECK, aggregates carry `version`, migrations only add. Numbers in ids (`A31`, `P12`) are the
integer primary keys; the letter is the surface's.
"""

from sqlalchemy import (
    JSON,
    Boolean,
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
    Column("team_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("target", String, nullable=False, index=True),
    Column("intent_key", String, nullable=False, unique=True),
    Column("spec", JSON, nullable=False),
    Column("digest", String, nullable=False),
    Column("round", Integer, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("requester", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("channel", String, nullable=False),
    Column("policy", JSON, nullable=False),
    Column("problem", String),
    Column("auto", String),
    Column("glass", JSON),
    Column("decision", JSON),
    Column("asked", JSON, nullable=False),
    Column("job", Id, ForeignKey("job.id")),
    Column("deployment", Id),
    Column("created_at", UtcDateTime, nullable=False),
    Column("closes_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("corr", String, nullable=False),
    Column("version", Integer, nullable=False),
)

request_round = Table(
    "request_round",
    metadata,
    Column("request", Id, ForeignKey("request.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("spec", JSON, nullable=False),
    Column("digest", String, nullable=False),
    Column("reason", Text, nullable=False),
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
    Column("groups", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("corr", String, nullable=False),
)

deployment = Table(
    "deployment",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("team_id", String, nullable=False),
    Column("connection", String, nullable=False),
    Column("name", String, nullable=False),
    Column("incarnation", Integer, nullable=False),
    Column("model", String, nullable=False),
    Column("model_short", String, nullable=False),
    Column("base", String, nullable=False),
    Column("fine_tuned", Boolean, nullable=False),
    Column("foreign", Boolean, nullable=False),
    Column("job", Id, ForeignKey("job.id")),
    Column("request", Id, ForeignKey("request.id")),
    Column("owner", String),
    Column("channel", String, nullable=False),
    Column("sku", String, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("spec", JSON),
    Column("until", UtcDateTime),
    Column("replaces", Id),
    Column("grace_hours", Integer),
    Column("take_down_at", UtcDateTime),
    Column("state", String, nullable=False, index=True),
    Column("state_at", UtcDateTime, nullable=False),
    Column("raw_state", String, nullable=False),
    Column("intent_at", UtcDateTime),
    Column("operation", JSON),
    Column("remote", JSON, nullable=False),
    Column("failure", JSON),
    Column("created_remote", UtcDateTime),
    Column("first_ok_at", UtcDateTime),
    Column("last_use", JSON),
    Column("kept_at", UtcDateTime),
    Column("keep_until", UtcDateTime),
    Column("gone_at", UtcDateTime),
    Column("gone_why", String),
    Column("asked", JSON, nullable=False),
    Column("looked_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
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

place = Table(
    "place",
    metadata,
    Column("connection", String, primary_key=True),
    Column("place", JSON, nullable=False),
    Column("read_at", UtcDateTime, nullable=False),
)

look = Table(
    "look",
    metadata,
    Column("connection", String, primary_key=True),
    Column("first_at", UtcDateTime, nullable=False),
    Column("listed_at", UtcDateTime),
    Column("used_at", UtcDateTime),
    Column("failures", Integer, nullable=False),
    Column("error", JSON),
)

inventory = Table(
    "inventory",
    metadata,
    Column("connection", String, primary_key=True),
    Column("files", JSON, nullable=False),
    Column("jobs", JSON, nullable=False),
    Column("read_at", UtcDateTime),
    Column("tried_at", UtcDateTime, nullable=False),
    Column("error", JSON),
)
