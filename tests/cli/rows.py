"""A request and a deployment as rows, for commands that read the database."""

from datetime import UTC, datetime
from typing import Any, Final

REQUEST: Final[dict[str, Any]] = {
    "team_id": "T0HOME",
    "kind": "deployment",
    "target": "prod-swc/support-v12",
    "intent_key": "one",
    "spec": {"connection": "prod-swc", "name": "support-v12"},
    "digest": "9c1e",
    "state": "open",
    "requester": "U0REQUEST1",
    "reason": "Wrong refund answers in v11.",
    "channel": "C0FINETUNE",
    "policy": {"count": 2, "groups": ["S0LEADS"]},
    "closes_at": datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
    "corr": "c",
}
DEPLOYMENT: Final[dict[str, Any]] = {
    "team_id": "T0HOME",
    "connection": "prod-swc",
    "name": "support-v12",
    "model": "gpt-4.1-mini-2025-04-14.ft-abc-support-v12",
    "model_short": "support-v12",
    "base": "gpt-4.1-mini-2025-04-14",
    "owner": "U0REQUEST1",
    "channel": "C0FINETUNE",
    "sku": "GlobalStandard",
    "capacity": 50,
    "state": "live",
    "raw_state": "Succeeded",
}
