"""The picture of a training job.

Drawing takes a few hundred milliseconds and imports matplotlib, so the bot calls `render` through its helper process;
the command line calls it directly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.training.series import Series


class ChartCheckpoint(NamedTuple):
    """A checkpoint on the step axis; `label` is short (`step 88`, `final`)."""

    step: int
    label: str
    deployable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartRequest:
    """What to draw.

    Attributes:
        title, subtitle: words without letters that the font has are drawn, others are left out: begin with an id.
        series: all measurements; two panels are chosen from them (`PREFERRED_PANELS` first).
        checkpoints: marked as vertical lines.
        epoch_ends: the last step of each epoch, ascending.
        sparse: the service measures once per epoch, so few points are as it should be; the picture says so.
    """

    title: str
    subtitle: str = ""
    series: Sequence[Series] = ()
    checkpoints: Sequence[ChartCheckpoint] = ()
    epoch_ends: Sequence[int] = ()
    sparse: bool = False


def render(request: ChartRequest) -> bytes:
    """A PNG of 1200 x 840 pixels."""
    from bot.training.drawing import draw

    return draw(request)


PREFERRED_PANELS = ("reward", "loss", "reward_margin", "token_accuracy", "reward_accuracy")
"""Rewards are what reinforcement is about, the margin what preferences are: both go before token accuracy."""

SETTINGS = frozenset({"learning_rate"})
"""What services log beside measurements although it was set: it tells nothing of what was learned."""


def panels(series: Sequence[Series]) -> list[tuple[str, list[Series]]]:
    """Metric and series of each panel, two at most: `PREFERRED_PANELS`, then the service's own."""
    measured = [one for one in series if len(one)]
    own = dict.fromkeys(one.metric for one in measured if one.metric not in (*PREFERRED_PANELS, *SETTINGS))
    present = {one.metric for one in measured}
    chosen = [metric for metric in (*PREFERRED_PANELS, *own) if metric in present][:2]
    return [(metric, [one for one in measured if one.metric == metric]) for metric in chosen]
