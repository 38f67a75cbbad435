"""Settings, people and asks for tests of approvals."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.chat import Member
from bot.config.approvals import ApprovalsSettings, AutoApproval, PolicyRule, Role
from bot.config.load import load
from bot.config.settings import Settings
from bot.facts.jobs import DataRef, Money
from bot.facts.requests import DeployAsk, KeepAsk, Rate, TrainAsk
from bot.people import Actor
from sandbox.config_out import bot_config

TEAM, OTHER_TEAM = "T0SANDBOX", "T0OTHERTEAM"
RIN, ADA, BRUNO, GUEST = "U0REQUEST1", "U0APPROVE1", "U0APPROVE2", "U0GUEST001"
CY, ODD, STRANGER = "U0NAMED001", "U0NOBODY01", "U0STRANGER"
LEADS = "S0MLLEADS"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)  # a Monday
PROD, DEV = "prod-swc", "dev-eus2"


def settings_in(folder: Path, **approvals: Any) -> Settings:
    """The sandbox's configuration with these `[approvals]`; nobody is connected to anything."""
    path = folder / "tunesmith.toml"
    path.write_text(bot_config("http://127.0.0.1:9", folder), encoding="utf-8")
    read = load(path, {})
    named = Role(users=(CY, GUEST), groups=(LEADS,))
    roles = read.roles.model_copy(update={"approvers": named})
    return read.model_copy(update={"roles": roles, "approvals": ApprovalsSettings(**approvals)})


def strict(folder: Path) -> Settings:
    """Two approvers in prod, one in dev (where the developer tier needs nobody), closing after four hours."""
    return settings_in(
        folder,
        count=2,
        closes_hours=4,
        remind_hours=1,
        currency="USD",
        break_glass=Role(users=(ODD, GUEST)),
        rules=(PolicyRule(connection="dev*", count=1),),
        auto=(AutoApproval(name="developer tier", connection="dev*", sku="DeveloperTier", below=Decimal(1)),),
    )


def actor(user: str) -> Actor:
    """Who acts."""
    return Actor(team_id=OTHER_TEAM if user == STRANGER else TEAM, user_id=user)


def member(user: str) -> Member:
    """A person as Slack tells of them."""
    return Member(
        team_id=actor(user).team_id,
        user_id=user,
        name=user,
        locale="en-GB",
        tz="UTC",
        is_guest=user == GUEST,
        is_foreign=user == STRANGER,
    )


def rate(per_hour: float = 1.7, currency: str = "USD") -> Rate:
    """What an hour costs."""
    return Rate(per_hour=per_hour, currency=currency, source="price list", as_of="2026-11-01")


def money(amount: float, currency: str = "USD") -> Money:
    """An amount."""
    return Money(low=amount, high=amount, currency=currency, source="price list", as_of="2026-11-01")


def deploy_ask(**given: Any) -> DeployAsk:
    """A deployment that somebody wants."""
    values: dict[str, Any] = {
        "connection": PROD,
        "region": "Sweden Central",
        "name": "support-v12",
        "model": "gpt-4.1-mini-2025-04-14.ft-abc",
        "model_short": "support-v12",
        "base": "gpt-4.1-mini-2025-04-14",
        "trained_at": PROD,
        "sku": "GlobalStandard",
        "sku_label": "Global",
        "processing": "global",
        "capacity": 50,
        "rate": rate(),
        **given,
    }
    return DeployAsk(**values)


def train_ask(**given: Any) -> TrainAsk:
    """A training that costs much."""
    values: dict[str, Any] = {
        "job": "J1",
        "name": "support-v12",
        "model": "gpt-4.1-mini",
        "connection": PROD,
        "train": DataRef(id="D1", name="train.jsonl", examples=10),
        "cost": money(80),
        "why": "above",
        "limit": 50.0,
        "spent": 0.0,
        "currency": "USD",
        **given,
    }
    return TrainAsk(**values)


def keep_ask(**given: Any) -> KeepAsk:
    """An idle deployment that somebody wants to keep."""
    values: dict[str, Any] = {
        "deployment": "P1",
        "title": f"{PROD}/support-v12",
        "until": NOW,
        "cost": money(612),
        "rate": rate(),
        "last_call": None,
        "expires_at": None,
        **given,
    }
    return KeepAsk(**values)
