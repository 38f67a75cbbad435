"""Which of the checkpoints that a service keeps is worth naming."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.facts.jobs import CheckpointFacts

CLEARLY = 0.95
"""Share of the last checkpoint's validation loss that another must stay under to be called better."""
_NEAR = 0.05
"""Share of all steps within which two steps count as the same place of the curve."""


@dataclass(frozen=True, slots=True)
class Better:
    """A checkpoint with its validation loss, and that of the last one on the same measure."""

    checkpoint: CheckpointFacts
    loss: float
    last: float


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _losses(one: CheckpointFacts, other: CheckpointFacts) -> tuple[float, float] | None:
    """Both losses on one measure: full validation before the batch's; None when they share none."""
    for mine, theirs in (
        (one.full_valid_loss, other.full_valid_loss),
        (one.valid_loss, other.valid_loss),
    ):
        if mine is not None and theirs is not None and _finite(mine) and _finite(theirs):
            return mine, theirs
    return None


def best(checkpoints: Sequence[CheckpointFacts]) -> CheckpointFacts | None:
    """The deployable checkpoint with the lowest validation loss; full validation counts before the batch's."""
    scored = [
        (one.full_valid_loss if _finite(one.full_valid_loss) else one.valid_loss, one)
        for one in checkpoints
        if one.deployable
    ]
    with_loss = [(score, one) for score, one in scored if score is not None and math.isfinite(score)]
    return min(with_loss, key=lambda pair: pair[0])[1] if with_loss else None


def better_than_last(checkpoints: Sequence[CheckpointFacts]) -> Better | None:
    """A deployable checkpoint that validates clearly better than the last one, the best of them."""
    if not checkpoints:
        return None
    last = max(checkpoints, key=lambda one: one.step)
    found = []
    for one in checkpoints:
        losses = _losses(one, last)
        if one.deployable and losses is not None and losses[0] <= losses[1] * CLEARLY and losses[1] > 0:
            found.append(Better(one, *losses))
    return min(found, key=lambda one: one.loss, default=None)


def kept_near(checkpoints: Sequence[CheckpointFacts], step: float, steps: int) -> bool:
    """Whether a deployable checkpoint lies where the curve was at `step`, of `steps` in all."""
    return any(one.deployable and abs(one.step - step) <= max(1.0, steps * _NEAR) for one in checkpoints)
