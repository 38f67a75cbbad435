"""Checkpoints: which of them can be deployed and trained further (contract 1.5, 1.7)."""

from collections.abc import Sequence
from typing import Final

from providers.azure_openai.metrics import number, step_of
from providers.azure_openai.wire import WireCheckpoint
from providers.base import Checkpoint, JobState
from providers.clock import from_unix

KEPT: Final = 3
"""After completion the last three versions (the final one and two earlier epochs) are deployable."""


def to_checkpoints(wires: Sequence[WireCheckpoint], state: JobState) -> tuple[Checkpoint, ...]:
    """Checkpoints by step, newest first; a paused job has its newest one to deploy."""
    deployable = KEPT if state == "succeeded" else 1 if state == "paused" else 0
    ordered = sorted(wires, key=lambda wire: (_step(wire), wire.created_at or 0), reverse=True)
    return tuple(
        Checkpoint(
            id=wire.id,
            step=_step(wire),
            model=wire.fine_tuned_model_checkpoint or "",
            created_at=from_unix(wire.created_at or 0),
            deployable=position < deployable and bool(wire.fine_tuned_model_checkpoint),
            epoch=number(wire.metrics.get("epoch")),
            metrics=_metrics(wire),
        )
        for position, wire in enumerate(ordered)
    )


def _step(wire: WireCheckpoint) -> int:
    if wire.step_number is not None:
        return wire.step_number
    return step_of(wire.metrics.get("step")) or 0


def _metrics(wire: WireCheckpoint) -> dict[str, float]:
    """By the service's own names, finite numbers only."""
    values = ((name, number(raw)) for name, raw in wire.metrics.items() if name not in {"step", "epoch"})
    return {name: value for name, value in values if value is not None}
