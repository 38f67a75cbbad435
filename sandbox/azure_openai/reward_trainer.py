"""Reinforcement of the small model: it answers, a grader scores the answers, and the best one is learnt.

A model this small would hardly ever find a right answer by itself. Beside what it writes, the grader's reference is
therefore a candidate for learning; the rewards that are told are those of its own answers alone.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from sandbox.azure_openai.graders import GradingError, grade, render
from sandbox.azure_openai.method import RewardStep
from sandbox.azure_openai.method_data import Prompts
from sandbox.training.data import Turn, encode
from sandbox.training.generate import Writer
from sandbox.training.model import END, Weights
from sandbox.training.trainer import Score, Settings, Step, Trainer

_ANSWERED: Final = 3
_TRIES: Final = 2
_LONGEST: Final = 48
_WARM: Final = 0.4
_LEAST_BATCH: Final = 4
_MOST_STEPS: Final = 48
_EPOCHS: Final = 2
_BYTES_PER_TOKEN: Final = 4


def resolved(settings: Settings, examples: int) -> Settings:
    """The same with -1 replaced: few steps, since each of them writes answers."""
    batch = settings.batch_size
    if batch < 1:
        batch = max(_LEAST_BATCH, -(-examples // _MOST_STEPS))
    epochs = settings.epochs if settings.epochs >= 1 else _EPOCHS
    return Settings(settings.base_model, epochs, batch, settings.learning_rate_multiplier, settings.seed)


class RewardTrainer(Trainer):
    """Measures are those of the service's results file for reinforcement (contract 4)."""

    def __init__(
        self,
        settings: Settings,
        train: Prompts,
        valid: Prompts | None,
        start: Weights | None,
        grader: Mapping[str, Any],
        *,
        eval_interval: int,
        eval_samples: int,
    ) -> None:
        """Raises ValueError without data."""
        super().__init__(resolved(settings, train.count), train, None, start)
        self._prompts, self._held = train, valid if valid is not None and len(valid) else None
        self._grader = grader
        self._interval, self._samples = eval_interval, eval_samples

    def step(self) -> Step:
        """Answer some of the prompts whose turn it is, score the answers, learn the best."""
        if self.finished:
            raise ValueError("finished")
        position = self.done_steps % self.steps_per_epoch
        if position == 0:
            self._order = self._rng.permutation(len(self._prompts))
        kept = len(self._order)
        first = position * kept // self.steps_per_epoch
        drawn = [int(index) for index in self._order[first : first + _ANSWERED]]
        seen = _Seen()
        writer = self._writer()
        learnt = [best for index in drawn if (best := self._best(writer, index, seen)) is not None]
        if learnt:
            pairs = [example.pairs() for example in learnt]
            self._update(np.concatenate([one[0] for one in pairs]), np.concatenate([one[1] for one in pairs]))
        self.done_steps += 1
        number, ends = self.done_steps, position + 1 == self.steps_per_epoch
        values = seen.values("train")
        due = ends if self._interval < 1 else number % self._interval == 0
        if self._held is not None and (due or ends):
            reward = self._evaluated(self._held, number)
            values["valid_mean_reward"] = reward
            if ends:
                values["full_valid_mean_reward"] = reward
        nothing = Score(0.0, 0.0)
        epoch = (number - 1) // self.steps_per_epoch + 1
        return RewardStep(number, epoch, nothing, None, None, ends, values)

    def _writer(self) -> Writer:
        return Writer(self.settings.base_model, self.weights.pack())

    def _best(self, writer: Writer, index: int, seen: "_Seen") -> Any:
        """The best candidate as an example; None when none has a reward."""
        turns, item = self._prompts.turns[index], self._prompts.items[index]
        best, reward = None, 0.0
        for _ in range(_TRIES):
            answer = self._answer(writer, turns, _WARM)
            found = seen.graded(self._grader, item, answer)
            if found > reward:
                best, reward = answer, found
        try:
            hint = render(self._grader["reference"], item, "")
            if grade(self._grader, item, hint) > reward:
                best = hint
        except GradingError:
            pass
        return encode([*turns, Turn(best, learnt=True)]) if best else None

    def _evaluated(self, held: Prompts, number: int) -> float:
        """Mean reward of the likeliest answers to some of the validation prompts, other ones each time."""
        writer, seen = self._writer(), _Seen()
        count = min(len(held), self._samples)
        for at in range(count):
            index = (number * count + at) % len(held)
            seen.graded(self._grader, held.items[index], self._answer(writer, held.turns[index], 0.0))
        return seen.mean

    def _answer(self, writer: Writer, turns: tuple[Turn, ...], temperature: float) -> str:
        prompt: list[int] = []
        for turn in turns:
            prompt += [*turn.text.encode(errors="replace"), END]
        seed = int(self._rng.integers(2**31))
        written = writer.write(prompt, [], _LONGEST, temperature, 1.0, seed)
        return bytes(token for token in written if token != END).decode(errors="replace")


class _Seen:
    """What one step saw of its own answers."""

    def __init__(self) -> None:
        self.rewards: list[float] = []
        self.lengths: list[int] = []
        self.unreadable = 0

    def graded(self, grader: Mapping[str, Any], item: Mapping[str, Any], answer: str) -> float:
        """The reward of an answer; one that the grader cannot read has none."""
        self.lengths.append(-(-len(answer.encode()) // _BYTES_PER_TOKEN))
        try:
            self.rewards.append(grade(grader, item, answer))
        except GradingError:
            self.unreadable += 1
            self.rewards.append(0.0)
        return self.rewards[-1]

    @property
    def mean(self) -> float:
        return round(sum(self.rewards) / max(1, len(self.rewards)), 6)

    def values(self, split: str) -> dict[str, float]:
        """Under the service's names; this model does not reason."""
        return {
            f"{split}_mean_reward": self.mean,
            "completion_tokens_mean": round(sum(self.lengths) / max(1, len(self.lengths)), 3),
            "reasoning_tokens_mean": 0.0,
            "mean_unresponsive_rewards": round(
                sum(not length for length in self.lengths) / max(1, len(self.lengths)), 6
            ),
            f"{split}_sample_parse_error_count": float(self.unreadable),
            f"{split}_other_error_count": 0.0,
        }
