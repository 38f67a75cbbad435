"""Jobs as rows and as the service tells them, for tests of pure decisions."""

from datetime import UTC, datetime
from typing import Any

from bot.store.jobs import Job
from providers.base import RemoteJob

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def job(**given: Any) -> Job:
    """A job that runs since `NOW`."""
    values: dict[str, Any] = dict.fromkeys(Job.__dataclass_fields__)
    values |= {
        "id": 1,
        "connection": "prod-swc",
        "intent_key": "i",
        "remote_id": "ftjob-1",
        "team_id": "T0SANDBOX",
        "requester": "U0REQUEST1",
        "channel": "C0FINETUNE",
        "base_model": "m",
        "model_short": "m",
        "method": "supervised",
        "hyper": {},
        "seed": 7,
        "state": "running",
        "raw_state": "running",
        "progress": {},
        "muted": False,
        "asked": {},
        "created_at": NOW,
        "state_at": NOW,
        "updated_at": NOW,
        "version": 1,
    }
    return Job(**{**values, **given})


def remote(**given: Any) -> RemoteJob:
    """The same job as the service tells it."""
    values: dict[str, Any] = {
        "id": "ftjob-1",
        "state": "running",
        "raw_state": "running",
        "model": "m",
        "created_at": NOW,
        "training_file": "file-1",
        "seed": 7,
    }
    return RemoteJob(**{**values, **given})
