"""Requests as they are on an ordinary Thursday, for tests that read messages."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.facts.deploy_forms import DeployForm, DeployOrder
from bot.facts.forms import Choice
from bot.facts.jobs import DataRef, Money
from bot.facts.requests import (
    Bill,
    Change,
    DeployAsk,
    KeepAsk,
    PolicyFacts,
    QuotaUse,
    Rate,
    RequestFacts,
    RoundFacts,
    TrainAsk,
    VoteFacts,
)

NOW = datetime(2026, 11, 23, 15, 2, tzinfo=UTC)
CLOSES = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
ADA, BRUNO, RIN = "U0APPROVE1", "U0APPROVE2", "U0REQUEST1"
RATE = Rate(per_hour=1.70, currency="USD", source="tunesmith.toml", as_of="2026-11-01")

ASK = DeployAsk(
    connection="prod-swc",
    region="Sweden Central",
    name="support-v12",
    model="gpt-4.1-mini-2025-04-14.ft-0a1b-support-v12",
    model_short="support-v12 · gpt-4.1-mini",
    base="gpt-4.1-mini-2025-04-14",
    base_short="gpt-4.1-mini",
    job="J142",
    trained_at="prod-swc",
    sku="GlobalStandard",
    sku_label="Global Standard",
    processing="global",
    capacity=50,
    tokens_per_minute=50_000,
    requests_per_minute=50,
    content_filter="corp-strict",
    until=datetime(2027, 1, 31, 17, 0, tzinfo=UTC),
    replaces="P7",
    replaces_name="prod-swc/support-v11",
    grace_hours=48,
    rate=RATE,
    bill=Bill(before=3672, during=4896, after=3672, currency="USD"),
    quota=QuotaUse(pool="OpenAI.GlobalStandard.gpt-4.1-mini-finetune", used=100, limit=200, wanted=50),
    count=QuotaUse(pool="deployments", used=7, limit=10, wanted=1),
    valid_loss=0.74,
    compare=("J139", 0.81),
    reading="falling",
    safety_passed=True,
    warnings=(("global_processing", {}),),
)

REQUEST = RequestFacts(
    id="A31",
    kind="deployment",
    state="open",
    round=1,
    shown_round=1,
    digest="9c1e",
    requester=RIN,
    reason="Wrong refund answers in v11.",
    channel="C0FINETUNE",
    policy=PolicyFacts(count=2, groups=("S0MLLEADS",)),
    created_at=NOW - timedelta(hours=1),
    closes_at=CLOSES,
    deploy=ASK,
    updated_at=NOW,
)

TRAINING = REQUEST.model_copy(
    update={
        "id": "A32",
        "kind": "training",
        "deploy": None,
        "job": "J143",
        "reason": "",
        "train": TrainAsk(
            job="J143",
            name="support-v13",
            model="gpt-4.1",
            connection="prod-swc",
            train=DataRef(id="D61", name="train_w47.jsonl", examples=2140),
            cost=Money(low=90.75, high=90.75, currency="USD", source="tunesmith.toml", as_of="2026-11-01"),
            why="above",
            limit=20,
            spent=412,
            currency="USD",
        ),
    }
)

KEEP = REQUEST.model_copy(
    update={
        "id": "A33",
        "kind": "keep",
        "deploy": None,
        "reason": "The campaign begins on Monday.",
        "policy": PolicyFacts(count=1, users=(ADA, BRUNO)),
        "keep": KeepAsk(
            deployment="P7",
            title="prod-swc/support-v10",
            until=datetime(2026, 12, 15, 17, 0, tzinfo=UTC),
            cost=Money(low=612, high=612, currency="USD", source="tunesmith.toml", as_of="2026-11-01"),
            rate=RATE,
            last_call=NOW - timedelta(days=13),
            expires_at=NOW + timedelta(days=2),
        ),
    }
)


def vote(user: str, decision: Any = "approve", reason: str = "") -> VoteFacts:
    """A vote that counted."""
    return VoteFacts(user=user, decision=decision, reason=reason, groups=("S0MLLEADS",), at=NOW)


def request(**changes: Any) -> RequestFacts:
    """The ordinary request, changed."""
    return REQUEST.model_copy(update=changes)


APPROVED = request(
    state="approved",
    votes=(vote(ADA), vote(BRUNO)),
    decided_at=NOW,
    decided_by=(ADA, BRUNO),
    deployment="P12",
    rollout="creating",
)
REJECTED = request(
    state="rejected",
    votes=(vote(ADA), vote(BRUNO, "reject", "Wait for the audit.")),
    decided_at=NOW,
    decided_by=(BRUNO,),
    decision_reason="Wait for the audit.",
)
CHANGES = request(state="changes", votes=(vote(BRUNO, "changes", "Half of it is enough."),))
SECOND = request(
    round=2,
    shown_round=2,
    digest="41d0",
    changes=(
        Change(field="capacity", before=50, after=25),
        Change(field="until", before=None, after="2027-01-31T17:00:00Z"),
    ),
)
REPLACED = request(round=2, shown_round=1)
ROUNDS = (
    RoundFacts(
        n=1,
        at=NOW - timedelta(hours=1),
        by=RIN,
        reason="Wrong refund answers in v11.",
        digest="9c1e",
        votes=(vote(BRUNO, "changes", "Half of it is enough."),),
    ),
    RoundFacts(n=2, at=NOW, by=RIN, reason="Wrong refund answers in v11.", digest="41d0", votes=(vote(ADA),)),
)

FORM = DeployForm(
    models=(Choice(value="J142", label="support-v12 · gpt-4.1-mini", note="J142"),),
    model="J142",
    connections=(
        Choice(value="prod-swc", label="prod-swc", note="Sweden Central"),
        Choice(value="dev-eus2", label="dev-eus2", note="East US 2"),
    ),
    connection="prod-swc",
    name="support-v12",
    skus=(
        Choice(value="Standard", label="Standard", note="in the region"),
        Choice(value="GlobalStandard", label="Global Standard", note="anywhere"),
    ),
    sku="GlobalStandard",
    capacity=50,
    capacity_minimum=1,
    capacity_maximum=200,
    tokens_per_unit=1000,
    requests_per_unit=1,
    filters=(Choice(value="corp-strict", label="corp-strict"),),
    content_filter="corp-strict",
    tags="team=support",
    reason="Wrong refund answers in v11.",
    until="2027-01-31",
    replaceable=(Choice(value="P7", label="support-v11"),),
    replaces="P7",
    rate=RATE,
    bill=Bill(before=3672, during=4896, after=3672, currency="USD"),
    quota=ASK.quota,
    count=ASK.count,
    read_at=NOW,
    once=True,
    hosting="processing",
    channel="C0FINETUNE",
)
ORDER = DeployOrder(
    model="J142",
    connection="prod-swc",
    name="support-v12",
    sku="GlobalStandard",
    capacity=50,
    content_filter="corp-strict",
    tags="team=support",
    reason="Wrong refund answers in v11.",
    until="2027-01-31",
    replaces="P7",
)
