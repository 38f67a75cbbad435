"""Deployments put straight into the records of a stand-in, as if they had been there for a while."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sandbox.azure_control.deployments import CallRecord, Deployment, Deployments, Operation
from sandbox.azure_openai.catalogue import BASE_MODELS
from sandbox.training.model import PackedWeights

BASE = BASE_MODELS["gpt-4.1-mini-2025-04-14"]


def deployment(
    name: str,
    created_at: datetime,
    *,
    resource: str = "prod-swc",
    sku: str = "Standard",
    capacity: int = 100,
    tuned: bool = True,
    calls: Sequence[CallRecord] = (),
    weights: PackedWeights | None = None,
) -> Deployment:
    """A deployment that succeeded when it was created, and answers since."""
    model = f"{BASE.id}.ft-{name}" if tuned else BASE.id
    return Deployment(
        resource=resource,
        name=name,
        model=model,
        format="OpenAI",
        version="1",
        tuned_model=model if tuned else "",
        checkpoint=model,
        base=BASE,
        weights=weights,
        sku=sku,
        capacity=capacity,
        source=None,
        source_account=resource,
        tags={},
        rai_policy=None,
        created_at=created_at,
        modified_at=created_at,
        created_by="somebody",
        created_by_type="User",
        modified_by="somebody",
        modified_by_type="User",
        etag='"1"',
        state="Succeeded",
        succeeded_at=created_at,
        ready_at=created_at,
        calls=list(calls),
    )


def put(deployments: Deployments, record: Deployment) -> Deployment:
    """Add a finished record."""
    done = Operation(f"op-{record.name}", "create", record.resource, record.name, record.created_at)
    done.status = "Succeeded"
    deployments.add(record, done)
    return record


def called(at: datetime, *, status: int = 200, prompt: int = 10, generated: int = 5) -> CallRecord:
    """One call."""
    return CallRecord(at, status, prompt, generated)


def ago(now: datetime, **span: float) -> datetime:
    """Some time before now."""
    return now - timedelta(**span)
