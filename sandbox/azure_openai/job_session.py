"""The computing part of one job: checking its files, training, evaluating. Lives in the worker process.

Each method returns within a few tens of milliseconds, so that the jobs of all resources take turns.
"""

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.azure_openai import safety
from sandbox.azure_openai.checking import FileCheck
from sandbox.azure_openai.method import Method
from sandbox.azure_openai.method_data import Pairs, Prompts
from sandbox.azure_openai.preference_trainer import PreferenceTrainer
from sandbox.azure_openai.reward_trainer import RewardTrainer
from sandbox.training.data import Dataset
from sandbox.training.model import PackedWeights, Weights
from sandbox.training.trainer import Settings, Step, Trainer

_SLICE_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What a file holds; `problems` are the first few of `problem_count`."""

    examples: int
    problems: tuple[str, ...]
    problem_count: int
    harms: Counter[str]
    tokens: int
    overhead: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the service decided where the request left it to it."""

    settings: Settings
    total_steps: int


class JobSession:
    """Call `check` for each file until it answers, then `load`, then `advance` until all steps are done."""

    def __init__(self) -> None:
        self._checks: dict[str, FileCheck] = {}
        self._trainer: Trainer | None = None

    def check(self, param: str, path: Path, form: str) -> CheckedFile | None:
        """Read some more of a file of this form; None while there is more of it. Raises OSError."""
        if param not in self._checks:
            self._checks[param] = FileCheck(path, form)
        check = self._checks[param]
        if not check.run(_SLICE_SECONDS):
            return None
        return CheckedFile(
            examples=check.dataset.count,
            problems=tuple(check.problems),
            problem_count=check.problem_count,
            harms=check.harms,
            tokens=check.tokens,
            overhead=check.overhead,
        )

    def load(self, settings: Settings, start: PackedWeights | None, method: Method) -> Loaded:
        """Set the training up. Raises ValueError when there is nothing to learn."""
        check = self._checks.get("training_file")
        train = check.dataset if check else Dataset()
        held = self._checks.get("validation_file")
        valid = held.dataset if held else None
        weights = start.unpack() if start else None
        self._trainer = _trainer(settings, train, valid, weights, method)
        self._checks.clear()
        return Loaded(self._trainer.settings, self._trainer.total_steps)

    def advance(self, due: int) -> tuple[list[Step], PackedWeights | None]:
        """Steps until `due`, the end of an epoch, or 20 ms; at the end of an epoch the weights with them."""
        trainer, steps = self._loaded(), list[Step]()
        deadline = time.perf_counter() + _SLICE_SECONDS
        while trainer.done_steps < due and time.perf_counter() < deadline:
            steps.append(trainer.step())
            if steps[-1].ends_epoch:
                return steps, trainer.weights.pack()
        return steps, None

    def weights(self) -> PackedWeights:
        """The model as it is now."""
        return self._loaded().weights.pack()

    def harmful_categories(self) -> list[str]:
        """What the safety evaluation finds in the model as it is now."""
        return safety.found_in(self._loaded().weights)

    def _loaded(self) -> Trainer:
        if self._trainer is None:
            raise RuntimeError("not_loaded")
        return self._trainer


def _trainer(
    settings: Settings, train: Dataset, valid: Dataset | None, start: Weights | None, method: Method
) -> Trainer:
    if isinstance(train, Pairs):
        return PreferenceTrainer(
            settings, train, valid if isinstance(valid, Pairs) else None, start, method.beta
        )
    if isinstance(train, Prompts):
        return RewardTrainer(
            settings,
            train,
            valid if isinstance(valid, Prompts) else None,
            start,
            method.grader or {},
            eval_interval=method.eval_interval,
            eval_samples=method.eval_samples,
        )
    return Trainer(settings, train, valid, start)
