"""Tables of connections, people, models, datasets and training jobs.

States are text without CHECK, aggregates carry `version`, migrations only add. Numbers in ids (`J142`) are the
integer primary keys; the letter is the surface's.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.store.base import Id, metadata
from bot.store.types import UtcDateTime

connection = Table(
    "connection",
    metadata,
    Column("name", String, primary_key=True),
    Column("provider", String, nullable=False),
    Column("resource_key", String, nullable=False),
    Column("capabilities", JSON, nullable=False),
    Column("state", String, nullable=False),
    Column("poll_cursor", JSON),
    Column("usage", JSON),
    Column("polled_at", UtcDateTime),
    Column("probed_at", UtcDateTime),
    Column("last_error", JSON),
)

person = Table(
    "person",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("locale", String, nullable=False),
    Column("tz", String, nullable=False),
    Column("is_guest", Boolean, nullable=False),
    Column("is_foreign", Boolean, nullable=False),
    Column("groups", JSON, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("prefs", JSON, nullable=False),
)

catalogue = Table(
    "catalogue",
    metadata,
    Column("connection", String, primary_key=True),
    Column("model_id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("lifecycle", String, nullable=False),
    Column("dates", JSON, nullable=False),
    Column("methods", JSON, nullable=False),
    Column("hyperparameters", JSON, nullable=False),
    Column("model", JSON, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
)

dataset = Table(
    "dataset",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("team_id", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("name", String, nullable=False),
    Column("source", JSON, nullable=False),
    Column("sha256", String, index=True),
    Column("bytes", BigInteger),
    Column("examples", Integer),
    Column("tokens", BigInteger),
    Column("tokens_exact", Boolean, nullable=False),
    Column("profile", String),
    Column("role", String, nullable=False),
    Column("pair", Id),
    Column("state", String, nullable=False),
    Column("report", JSON),
    Column("report_artifact", Id),
    Column("repaired_from", Id),
    Column("problem", JSON),
    Column("created_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_dataset_owner", "team_id", "owner", "id"),
)

dataset_copy = Table(
    "dataset_copy",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("dataset", Id, ForeignKey("dataset.id"), nullable=False),
    Column("connection", String, nullable=False),
    Column("remote_id", String),
    Column("remote", JSON),
    Column("remote_name", String),
    Column("upload_state", JSON),
    Column("state", String, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("intent_at", UtcDateTime),
    Column("failure", JSON),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("dataset", "connection"),
    UniqueConstraint("connection", "remote_id"),
)

job = Table(
    "job",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("connection", String, nullable=False),
    Column("intent_key", String, nullable=False, unique=True),
    Column("intent_at", UtcDateTime),
    Column("remote_id", String),
    Column("remote", JSON),
    Column("team_id", String, nullable=False),
    Column("requester", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("base_model", String, nullable=False),
    Column("model_short", String, nullable=False),
    Column("training_type", String),
    Column("method", String, nullable=False),
    Column("train", Id, ForeignKey("dataset.id")),
    Column("valid", Id, ForeignKey("dataset.id")),
    Column("hyper", JSON, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("suffix", String),
    Column("state", String, nullable=False),
    Column("raw_state", String, nullable=False),
    Column("progress", JSON, nullable=False),
    Column("eta", UtcDateTime),
    Column("result_model", String),
    Column("tokens", BigInteger),
    Column("tokens_billed", BigInteger),
    Column("estimate", JSON),
    Column("failure", JSON),
    Column("reading", JSON),
    Column("event_cursor", String),
    Column("like_job", Id),
    Column("muted", Boolean, nullable=False),
    Column("asked", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("submitted_at", UtcDateTime),
    Column("state_at", UtcDateTime, nullable=False),
    Column("looked_at", UtcDateTime),
    Column("collected_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("connection", "remote_id"),
    Index("ix_job_open", "connection", "state"),
    Index("ix_job_requester", "team_id", "requester", "id"),
    Index(
        "ix_job_unfinished",
        "state",
        sqlite_where=text("collected_at IS NULL"),
        postgresql_where=text("collected_at IS NULL"),
    ),
)

foreign_job = Table(
    "foreign_job",
    metadata,
    Column("connection", String, primary_key=True),
    Column("remote_id", String, primary_key=True),
    Column("snapshot", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

job_event = Table(
    "job_event",
    metadata,
    Column("job", Id, ForeignKey("job.id"), primary_key=True),
    Column("remote_event_id", String, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("level", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("data", JSON),
    Column("seq", Integer, nullable=False),
    Index("ix_job_event_at", "job", "at"),
)

job_series = Table(
    "job_series",
    metadata,
    Column("job", Id, ForeignKey("job.id"), primary_key=True),
    Column("metric", String, primary_key=True),
    Column("split", String, primary_key=True),
    Column("points", JSON, nullable=False),
    Column("total", Integer, nullable=False),
    Column("complete", Boolean, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("job", Id, ForeignKey("job.id"), primary_key=True),
    Column("remote_id", String, primary_key=True),
    Column("step", Integer, nullable=False),
    Column("epoch", Float),
    Column("model", String, nullable=False),
    Column("metrics", JSON, nullable=False),
    Column("deployable", Boolean, nullable=False),
)

artifact = Table(
    "artifact",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("sha256", String, nullable=False, index=True),
    Column("media", String, nullable=False),
    Column("name", String, nullable=False),
    Column("bytes", LargeBinary),
    Column("path", String),
    Column("created_at", UtcDateTime, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String, nullable=False),
    Column("via", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("before", JSON),
    Column("after", JSON),
    Column("corr", String, nullable=False),
    Index("ix_audit_subject", "subject", "id"),
)

marker = Table(
    "marker",
    metadata,
    Column("name", String, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
