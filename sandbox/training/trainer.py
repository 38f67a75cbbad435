"""Stochastic gradient descent over a data set, one step per call, so that whoever drives it sets the pace."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from sandbox.training.data import Dataset, Example
from sandbox.training.model import ORDERS, Floats, Ints, Weights, base_weights, log_softmax, logits

MAX_BATCH: Final = 256
_POSITIONS_PER_STEP: Final = 2_048
_POSITIONS_PER_CHUNK: Final = 512
_POSITIONS_OF_FULL_VALIDATION: Final = 20_000
_RATE: Final = 1.0
_OUTPUT_RATE: Final = 0.3
_MEMORY: Final = 0.8


@dataclass(frozen=True, slots=True)
class Settings:
    """What a job may choose. `batch_size` and `epochs` of -1 are decided by `resolve`."""

    base_model: str
    epochs: int
    batch_size: int
    learning_rate_multiplier: float
    seed: int

    def resolve(self, examples: int) -> "Settings":
        """The same with -1 replaced: a batch is 0.2 % of the examples (1 to 256), epochs by their number."""
        epochs, batch = self.epochs, self.batch_size
        if epochs < 1:
            epochs = 3 if examples < 1_000 else 2
        if batch < 1:
            batch = min(MAX_BATCH, max(1, round(examples * 0.002)))
        return Settings(self.base_model, epochs, batch, self.learning_rate_multiplier, self.seed)


@dataclass(frozen=True, slots=True)
class Score:
    """Mean loss (nats per byte) and share of bytes predicted right."""

    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Step:
    """What one step measured; `valid` every few steps on a sample, `full_valid` at the end of an epoch."""

    number: int
    epoch: int
    train: Score
    valid: Score | None
    full_valid: Score | None
    ends_epoch: bool


class Trainer:
    """Fits one model. The same data, settings and start give the same steps, bit for bit, on one machine."""

    def __init__(
        self, settings: Settings, train: Dataset, valid: Dataset | None, start: Weights | None = None
    ) -> None:
        """Start from `start` (continued fine-tuning) or from the base model. Raises ValueError without data."""
        if not len(train):
            raise ValueError("nothing_to_learn")
        self.settings = settings.resolve(train.count)
        self.weights = start.copy() if start else base_weights(settings.base_model)
        self.steps_per_epoch = math.ceil(train.count / self.settings.batch_size)
        self.total_steps = self.steps_per_epoch * self.settings.epochs
        self.done_steps = 0
        self._train = train
        self._valid = valid if valid is not None and len(valid) else None
        self._rng = np.random.default_rng(self.settings.seed)
        self._order: Ints = np.empty(0, dtype=np.int64)
        self._squares = np.zeros(len(self.weights.embedding), dtype=np.float32)
        self._valid_every = max(1, min(10, self.steps_per_epoch // 4))

    @property
    def finished(self) -> bool:
        """Whether all steps are done."""
        return self.done_steps >= self.total_steps

    def step(self) -> Step:
        """Do one step. Raises ValueError when the training is finished."""
        if self.finished:
            raise ValueError("finished")
        position = self.done_steps % self.steps_per_epoch
        if position == 0:
            self._order = self._rng.permutation(len(self._train))
        rows, targets = self._batch(position)
        train = self._update(rows, targets)
        self.done_steps += 1
        number, ends = self.done_steps, position + 1 == self.steps_per_epoch
        return Step(
            number=number,
            epoch=(number - 1) // self.steps_per_epoch + 1,
            train=train,
            valid=self._sampled(number) if number == 1 or number % self._valid_every == 0 or ends else None,
            full_valid=self.full_validation() if ends else None,
            ends_epoch=ends,
        )

    def full_validation(self) -> Score | None:
        """Score over the validation data (its first 20,000 learnt bytes); None without any."""
        if self._valid is None:
            return None
        examples, positions = [], 0
        for example in self._valid:
            examples.append(example)
            positions += len(example.targets)
            if positions >= _POSITIONS_OF_FULL_VALIDATION:
                break
        return score(self.weights, examples)

    def _batch(self, position: int) -> tuple[Ints, Ints]:
        """The kept examples whose turn it is: the whole epoch passes over each of them once."""
        kept = len(self._order)
        first = position * kept // self.steps_per_epoch
        last = max(first + 1, (position + 1) * kept // self.steps_per_epoch)
        pairs = [self._train[int(index)].pairs() for index in self._order[first:last]]
        rows = np.concatenate([pair[0] for pair in pairs])
        targets = np.concatenate([pair[1] for pair in pairs])
        if len(targets) > _POSITIONS_PER_STEP:
            chosen = np.sort(self._rng.choice(len(targets), _POSITIONS_PER_STEP, replace=False))
            rows, targets = rows[chosen], targets[chosen]
        return rows, targets

    def _update(self, rows: Ints, targets: Ints) -> Score:
        """One gradient step; the score is that of the weights before it.

        Each row of the embedding moves by at most about the learning rate, whatever its gradient (the square
        root of a leaky sum of its squared gradients divides it): rare contexts learn as fast as common ones,
        and memorised examples keep pulling, which is what makes overfitting visible.
        """
        weights, rate = self.weights, _RATE * self.settings.learning_rate_multiplier
        hidden, scores = logits(weights, rows)
        logs = log_softmax(scores)
        every = np.arange(len(targets))
        result = Score(float(-logs[every, targets].mean()), float((scores.argmax(axis=1) == targets).mean()))
        slope = np.exp(logs)
        slope[every, targets] -= 1.0
        touched, gradient = _sum_by_row(rows, slope @ weights.output.T)
        squares = _MEMORY * self._squares[touched] + (gradient * gradient).sum(axis=1)
        self._squares[touched] = squares
        weights.embedding[touched] -= rate * gradient / (np.sqrt(squares) + 1e-3)[:, None]
        output_slope = hidden.T @ slope / len(targets)
        norm = max(1.0, float(np.sqrt((output_slope * output_slope).sum())))
        weights.output -= np.float32(_OUTPUT_RATE * rate / norm) * output_slope
        weights.bias -= np.float32(_OUTPUT_RATE * rate) * slope.mean(axis=0)
        return result

    def _sampled(self, number: int) -> Score | None:
        """Score over four validation examples, other ones each time."""
        if self._valid is None:
            return None
        count = len(self._valid)
        return score(self.weights, [self._valid[(number * 4 + i) % count] for i in range(min(4, count))])


def score(weights: Weights, examples: Iterable[Example]) -> Score:
    """Loss and accuracy of a model over the learnt bytes of these examples (there must be some)."""
    loss, right, count = 0.0, 0, 0
    for example in examples:
        rows, targets = example.pairs()
        for first in range(0, len(targets), _POSITIONS_PER_CHUNK):
            part = targets[first : first + _POSITIONS_PER_CHUNK]
            _, scores = logits(weights, rows[first : first + _POSITIONS_PER_CHUNK])
            loss -= float(log_softmax(scores)[np.arange(len(part)), part].sum())
            right += int((scores.argmax(axis=1) == part).sum())
            count += len(part)
    return Score(loss / count, right / count)


def _sum_by_row(rows: Ints, gradients: Floats) -> tuple[Ints, Floats]:
    """Sum the gradients of all positions that use a row: the rows used and their sums."""
    flat = rows.ravel()
    order = np.argsort(flat, kind="stable")
    ordered = flat[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    return ordered[starts], np.add.reduceat(gradients[order // len(ORDERS)], starts, axis=0)
