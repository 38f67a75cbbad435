"""Preference training of the small model: towards the wanted outputs, away from the others until they stand apart."""

import math
from dataclasses import fields, replace
from typing import Final

from sandbox.azure_openai.method import PreferenceStep
from sandbox.azure_openai.method_data import Pairs
from sandbox.training.data import Example
from sandbox.training.model import Ints, Weights
from sandbox.training.trainer import Settings, Step, Trainer, score

_MEASURED: Final = 3
_BYTES: Final = 192
"""Learnt bytes of an output that are measured and pushed away: a step takes some tens of milliseconds."""
_PUSH: Final = -0.3
_APART: Final = 2.0
"""Rewards that differ by this much are far enough apart: going on would only unlearn the language."""


class PreferenceTrainer(Trainer):
    """Rewards are the usual ones: beta times how much likelier an output is than for the model it began with."""

    def __init__(
        self, settings: Settings, train: Pairs, valid: Pairs | None, start: Weights | None, beta: float
    ) -> None:
        """Raises ValueError without data."""
        super().__init__(settings, train, valid, start)
        self._pairs, self._held = train, valid if valid is not None and len(valid) else None
        self._beta = beta
        self._reference = self.weights.copy()
        self._known: dict[int, tuple[Example, float]] = {}
        self._drawn: list[int] = []
        self._margins: list[float] = []

    def step(self) -> Step:
        """One step on the wanted outputs, one away from the unwanted ones that are still close."""
        made = super().step()
        values = _summary("train", self._margins)
        for index, margin in zip(self._drawn, self._margins, strict=True):
            if margin < _APART:
                self._away(self._pairs.rejected[index])
        if self._held is not None and (made.ends_epoch or made.valid is not None):
            count = min(len(self._held), _MEASURED)
            first = made.number * count
            margins = [self._margin(self._held, (first + at) % len(self._held)) for at in range(count)]
            values |= _summary("valid", margins)
        return PreferenceStep(**{one.name: getattr(made, one.name) for one in fields(Step)}, values=values)

    def _batch(self, position: int) -> tuple[Ints, Ints]:
        """The wanted outputs; some of the pairs are measured, as they stand before the step."""
        kept = len(self._order)
        first = position * kept // self.steps_per_epoch
        last = max(first + 1, (position + 1) * kept // self.steps_per_epoch)
        self._drawn = [int(index) for index in self._order[first:last]][:_MEASURED]
        self._margins = [self._margin(self._pairs, index) for index in self._drawn]
        return super()._batch(position)

    def _away(self, example: Example) -> None:
        """A step against an output."""
        settings = self.settings
        self.settings = replace(settings, learning_rate_multiplier=_PUSH * settings.learning_rate_multiplier)
        try:
            self._update(*_brief(example).pairs())
        finally:
            self.settings = settings

    def _margin(self, pairs: Pairs, index: int) -> float:
        """Reward of the wanted output minus that of the other one."""
        return self._reward(pairs[index]) - self._reward(pairs.rejected[index])

    def _reward(self, example: Example) -> float:
        if id(example) not in self._known:
            brief = _brief(example)
            self._known[id(example)] = brief, score(self._reference, [brief]).loss
        brief, before = self._known[id(example)]
        return self._beta * (before - score(self.weights, [brief]).loss) * len(brief.targets)


def _brief(example: Example) -> Example:
    """The beginning of an output."""
    targets = example.targets[:_BYTES]
    return Example(example.tokens[: int(targets[-1]) + 1], targets)


def _summary(split: str, margins: list[float]) -> dict[str, float]:
    if not margins:
        return {}
    mean = sum(margins) / len(margins)
    right = sum(margin > 0 for margin in margins) / len(margins)
    return {
        f"{split}_reward_margin": round(mean if math.isfinite(mean) else 0.0, 6),
        f"{split}_reward_accuracy": round(right, 6),
    }
