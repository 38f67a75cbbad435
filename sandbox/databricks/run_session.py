"""The computing part of one run: checking its data, training. Lives in the worker process.

Each method returns within a few tens of milliseconds, so that the runs of all workspaces take turns.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.databricks.checking import DataCheck
from sandbox.databricks.runs import Duration
from sandbox.training.data import Dataset
from sandbox.training.model import PackedWeights
from sandbox.training.trainer import Settings, Step, Trainer

_SLICE_SECONDS: Final = 0.02
_MOST_STEPS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What a data set holds."""

    examples: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How the training goes: all batches, those of an epoch, and the tokens of a batch."""

    batches: int
    per_epoch: int
    batch_tokens: int


class RunSession:
    """Call `check` for each data set until it answers, then `load`, then `advance` until all batches are done."""

    def __init__(self) -> None:
        self._checks: dict[str, DataCheck] = {}
        self._trainer: Trainer | None = None
        self._batches = 0

    def check(self, part: str, task: str, paths: Sequence[Path], system_role: bool) -> Checked | None:
        """Read some more of a data set; None while there is more of it. Raises OSError, DataRefusedError."""
        if part not in self._checks:
            self._checks[part] = DataCheck(task, paths, system_role=system_role)
        check = self._checks[part]
        if not check.run(_SLICE_SECONDS):
            return None
        return Checked(check.dataset.count, check.tokens)

    def load(
        self, base: str, batch: int, rate: float, duration: Duration, start: PackedWeights | None
    ) -> Plan:
        """Set the training up. Raises ValueError when there is nothing to learn."""
        train, held = self._checks["train"], self._checks.get("eval")
        per_epoch = max(1, math.ceil(train.dataset.count / batch))
        batch_tokens = max(1, train.tokens // per_epoch)
        wanted = {
            "ep": duration.count * per_epoch,
            "ba": duration.count,
            "tok": -(-duration.count // batch_tokens),
        }
        self._batches = min(max(1, wanted[duration.unit]), _MOST_STEPS)
        settings = Settings(base, max(1, math.ceil(self._batches / per_epoch)), batch, rate, 17)
        valid: Dataset | None = held.dataset if held else None
        self._trainer = Trainer(settings, train.dataset, valid, start.unpack() if start else None)
        self._checks.clear()
        return Plan(self._batches, per_epoch, batch_tokens)

    def advance(self, due: int) -> tuple[list[Step], PackedWeights | None]:
        """Batches until `due`, the end of an epoch, or 20 ms; at an end the weights with them."""
        trainer, steps = self._loaded(), list[Step]()
        deadline = time.perf_counter() + _SLICE_SECONDS
        while trainer.done_steps < min(due, self._batches) and time.perf_counter() < deadline:
            steps.append(trainer.step())
            if steps[-1].ends_epoch or trainer.done_steps == self._batches:
                return steps, trainer.weights.pack()
        return steps, None

    def _loaded(self) -> Trainer:
        if self._trainer is None:
            raise RuntimeError("not_loaded")
        return self._trainer
