"""Approvals and deployments as they are used: the first sketch of their tables never held a row."""

import sqlalchemy as sa
from alembic import op

from bot.store.base import Id
from bot.store.types import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Replace the five tables that nothing wrote so far, and add where deployments can live."""
    for name in ("idle_spell", "deployment", "vote", "request_round", "request"):
        op.drop_table(name)
    op.create_table(
        "place",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("connection", name=op.f("pk_place")),
    )
    op.create_table(
        "request",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("intent_key", sa.String(), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("requester", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("auto", sa.String(), nullable=True),
        sa.Column("glass", sa.JSON(), nullable=True),
        sa.Column("decision", sa.JSON(), nullable=True),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("job", Id, nullable=True),
        sa.Column("deployment", Id, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("corr", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["job.id"], name=op.f("fk_request_job_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("intent_key", name=op.f("uq_request_intent_key")),
    )
    op.create_index(op.f("ix_request_state"), "request", ["state"], unique=False)
    op.create_index(op.f("ix_request_target"), "request", ["target"], unique=False)
    op.create_table(
        "deployment",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("incarnation", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("model_short", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("fine_tuned", sa.Boolean(), nullable=False),
        sa.Column("foreign", sa.Boolean(), nullable=False),
        sa.Column("job", Id, nullable=True),
        sa.Column("request", Id, nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=True),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("replaces", Id, nullable=True),
        sa.Column("grace_hours", sa.Integer(), nullable=True),
        sa.Column("take_down_at", UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", UtcDateTime(), nullable=False),
        sa.Column("raw_state", sa.String(), nullable=False),
        sa.Column("intent_at", UtcDateTime(), nullable=True),
        sa.Column("operation", sa.JSON(), nullable=True),
        sa.Column("remote", sa.JSON(), nullable=False),
        sa.Column("failure", sa.JSON(), nullable=True),
        sa.Column("created_remote", UtcDateTime(), nullable=True),
        sa.Column("first_ok_at", UtcDateTime(), nullable=True),
        sa.Column("last_use", sa.JSON(), nullable=True),
        sa.Column("kept_at", UtcDateTime(), nullable=True),
        sa.Column("keep_until", UtcDateTime(), nullable=True),
        sa.Column("gone_at", UtcDateTime(), nullable=True),
        sa.Column("gone_why", sa.String(), nullable=True),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["job.id"], name=op.f("fk_deployment_job_job")),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name=op.f("fk_deployment_request_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint(
            "connection", "name", "incarnation", name=op.f("uq_deployment_connection_name_incarnation")
        ),
    )
    op.create_index(op.f("ix_deployment_state"), "deployment", ["state"], unique=False)
    op.create_table(
        "request_round",
        sa.Column("request", Id, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name=op.f("fk_request_round_request_request")),
        sa.PrimaryKeyConstraint("request", "n", name=op.f("pk_request_round")),
    )
    op.create_table(
        "vote",
        sa.Column("request", Id, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("corr", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name=op.f("fk_vote_request_request")),
        sa.PrimaryKeyConstraint("request", "round", "team_id", "user_id", name=op.f("pk_vote")),
    )
    op.create_table(
        "idle_spell",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("deployment", Id, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("basis_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("warned", sa.JSON(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment"], ["deployment.id"], name=op.f("fk_idle_spell_deployment_deployment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idle_spell")),
    )
    op.create_index(
        "uq_idle_spell_open",
        "idle_spell",
        ["deployment", "rule"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "look",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("listed_at", UtcDateTime(), nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("connection", name=op.f("pk_look")),
    )
    op.create_table(
        "inventory",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("jobs", sa.JSON(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("tried_at", UtcDateTime(), nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("connection", name=op.f("pk_inventory")),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", Id, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
